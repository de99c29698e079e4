"""The command `publisher`: its subcommands, and what happens when one fails."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from importlib import import_module

import click

from publisher.cli import shells  # noqa: F401 - its ways to complete take the places of click's own

#: The commands by what one does with them; each lies in the module, and bears the name there, that it has here.
SECTIONS = {
    "Write": ("init", "new", "validate", "explain", "attach", "links", "services", "serve"),
    "Publish": ("status", "plan", "publish", "generate", "push"),
    "Change what is out": ("correct", "rename", "retract", "restore", "undo"),
    "Partners": ("endpoints", "deliveries", "worker", "listen"),
    "Setting up": ("doctor", "schema", "completion"),
}


class Commands(MutableMapping[str, click.Command]):
    """The commands by name, each imported when it is first asked for: a run pays for its own alone."""

    def __init__(self) -> None:
        self._commands: dict[str, click.Command | None] = {
            name: None for names in SECTIONS.values() for name in names
        }

    def __getitem__(self, name: str) -> click.Command:
        """Return a command; a KeyError where there is none of the name."""
        command = self._commands[name]
        if command is None:
            command = self._commands[name] = getattr(import_module(f"publisher.cli.{name}"), name)
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        """Add a command, as click does where one is declared by a decorator."""
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        """Take a command away."""
        del self._commands[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a command, without importing it."""
        return name in self._commands

    def __iter__(self) -> Iterator[str]:
        """Return the names, in the order of the sections."""
        return iter(self._commands)

    def __len__(self) -> int:
        """Count the commands."""
        return len(self._commands)


class SectionedGroup(click.Group):
    """A group whose help shows its commands by what one does with them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's own signature
        """Write the commands, section by section."""
        width = formatter.width - 6 - max(map(len, self.commands))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(width)) for name in names])


@click.group(
    cls=SectionedGroup,
    commands=Commands(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
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


def _heed_endings() -> None:
    """Have a run that is ended from outside let go of what it holds: a deployment, a lock, a file on its way."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        # Below nohup a terminal that closes is ignored, and stays so.
        if signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, lambda number, _: sys.exit(128 + number))


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
    _heed_endings()
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
        from publisher.cli.crash import report_crash

        sys.exit(report_crash(error))
    # All that is left goes with the process: to look through it for circles first takes longer than most commands.
    gc.freeze()
    sys.exit(status if isinstance(status, int) else 0)
