"""The command `publisher`: its subcommands, and what happens when one fails."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from contextlib import suppress

import click

from publisher.cli.attach import attach
from publisher.cli.completion import completion
from publisher.cli.correct import correct
from publisher.cli.crash import report_crash
from publisher.cli.deliveries import deliveries
from publisher.cli.doctor import doctor
from publisher.cli.endpoints import endpoints
from publisher.cli.explain import explain
from publisher.cli.generate import generate
from publisher.cli.init import init
from publisher.cli.links import links
from publisher.cli.listen import listen
from publisher.cli.new import new
from publisher.cli.plan import plan
from publisher.cli.publish import publish
from publisher.cli.push import push
from publisher.cli.rename import rename
from publisher.cli.restore import restore
from publisher.cli.retract import retract
from publisher.cli.schema import schema
from publisher.cli.serve import serve
from publisher.cli.services import services
from publisher.cli.status import status
from publisher.cli.undo import undo
from publisher.cli.validate import validate
from publisher.cli.worker import worker

SECTIONS = {
    "Write": (init, new, validate, explain, attach, links, services, serve),
    "Publish": (status, plan, publish, generate, push),
    "Change what is out": (correct, rename, retract, restore, undo),
    "Partners": (endpoints, deliveries, worker, listen),
    "Setting up": (doctor, schema, completion),
}


class SectionedGroup(click.Group):
    """A group whose help shows its commands by what one does with them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's own signature
        """Write the commands, section by section."""
        width = formatter.width - 6 - max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(command.name or "", command.get_short_help_str(width)) for command in commands]
                )


@click.group(
    cls=SectionedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="headless-publisher", prog_name="publisher")
def cli() -> None:
    """Publish film reviews: check them, attach where to watch, make feeds, tell partners.

    Reviews are Markdown files with front matter in posts/; the site is described by publisher.toml. Every
    command works in the site's folder, or in the one that --site names.

    \b
    Exit status:
      0  done
      1  posts have faults
      2  the command was not understood
      3  something was not delivered; it waits until it is due again
      4  publisher.toml, a secret or the machine is not as it must be
      5  refused: files are stale, another run is at work, or too much would be sent at once
    """


for section in SECTIONS.values():
    for command in section:
        cli.add_command(command)


def main() -> None:
    """Run the command line and end the process with a status that tells the truth."""
    # pydantic would look through every installed package for plugins at each start; nothing here wants one.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A title in a script that the terminal cannot show must not end a run half way.
            stream.reconfigure(errors="backslashreplace")
    # Ten thousand reviews are held, and hardly anything ever goes: to look through all of them again and again frees nothing.
    gc.set_threshold(50_000, 20, 100)
    # Ended from outside, a run still lets go of what it holds: a deployment, a lock, a file on its way.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        status = cli.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # The disk is full, the folder one stands in is gone: nothing that the program could have foreseen.
        with suppress(OSError):
            click.echo(f"error: {error.strerror or error}: {error.filename or 'what was printed'}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(4)
    except Exception as error:  # noqa: BLE001 - no traceback ever reaches an editor
        sys.exit(report_crash(error))
    # All that is left goes with the process: to look through it for circles first takes longer than most commands.
    gc.freeze()
    sys.exit(status if isinstance(status, int) else 0)
