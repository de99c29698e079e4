"""Help: there for every command, quick, and true to what the documentation says."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import publisher
from publisher.cli import cli
from publisher.diagnostics import RULES
from publisher.model import EventType

if TYPE_CHECKING:
    from tests.conftest import Run

ROOT = Path(__file__).parents[2]


def commands(group: click.Group, path: str = "") -> dict[str, click.Command]:
    """List the commands of a group by the words that call them, those of groups within it too."""
    found: dict[str, click.Command] = {}
    for name, command in sorted(group.commands.items()):
        found[f"{path}{name}"] = command
        if isinstance(command, click.Group):
            found |= commands(command, f"{path}{name} ")
    return found


COMMANDS = commands(cli)
# They tell of the program, or make a site, and need none.
WITHOUT_SITE = {"completion", "explain", "init", "schema config", "schema event", "schema post"}
# What they do depends on the moment.
WITH_NOW = {
    *(
        "attach",
        "correct",
        "generate",
        "links check",
        "plan",
        "publish",
        "push",
        "rename",
        "restore",
        "retract",
        "status",
        "undo",
        "validate",
    )
}
HEAVY = (
    "asyncio",
    "feedgen",
    "filelock",
    "frontmatter",
    "imagesize",
    "jinja2",
    "lxml",
    "multiprocessing",
    "nh3",
    "orjson",
    "pycountry",
    "pydantic",
    "pydantic_core",
    "pyromark",
    "rapidfuzz",
    "requests",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "starlette",
    "tree_sitter",
    "urllib3",
    "uvicorn",
    "wcwidth",
    "yaml",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    """Each has a sentence, a help text for each option, and an example that begins with its name."""
    command = COMMANDS[name]

    assert command.help
    assert re.search(rf"Examples?:\n  publisher {name}\b", inspect.cleandoc(command.help))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, command in COMMANDS.items()
        if not isinstance(command, click.Group) and name not in WITHOUT_SITE
    ],
)
def test_every_command_for_a_site_has_the_shared_options(name: str) -> None:
    """--site, --json, --quiet and --verbose work everywhere; --now where time matters."""
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}

    assert {"--site", "--json", "--quiet", "--verbose"} <= options
    assert ("--now" in options) == (name in WITH_NOW)


def loaded(folder: Path, *words: str, asks: str | None = None) -> list[str]:
    """Run a command from nothing; return the modules that it loaded beyond what Python does to start.

    `asks` is a line of a shell that asks for completions, up to the cursor.
    """
    script = (
        "import sys\n"
        "began = set(sys.modules)\n"
        "from publisher.cli import cli\n"
        "try:\n"
        "    cli(prog_name='publisher')\n"
        "except SystemExit as end:\n"
        "    print('\\n'.join(['', f'status: {end.code}', *sorted(set(sys.modules) - began)]))\n"
    )
    asking = {"_PUBLISHER_COMPLETE": "bash_complete", "COMP_WORDS": asks or "", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=folder,
        env={**os.environ, **(asking if asks else {})},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    _, _, modules = done.stdout.rpartition("status: 0\n")
    assert modules, done.stdout
    return modules.splitlines()


def heavy(modules: list[str]) -> set[str]:
    """Return the packages among them that take long to load."""
    return {name.partition(".")[0] for name in modules} & {*HEAVY}


@pytest.mark.parametrize(
    ("words", "asks", "needed"),
    [
        (("--help",), None, set()),
        (("--version",), None, set()),
        (("validate", "--help"), None, set()),
        (("services", "show", "Vudu"), None, {"orjson"}),  # the catalogue is a file of JSON
        (("completion", "bash"), None, set()),
        ((), "publisher va", set()),
    ],
)
def test_what_should_feel_instant_loads_nothing_heavy(
    tmp_path: Path, words: tuple[str, ...], asks: str | None, needed: set[str]
) -> None:
    """No parser, model, database or HTTP client is loaded to print help, a version, a service or completions."""
    assert heavy(loaded(tmp_path, *words, asks=asks)) == needed


def test_help_loads_no_room_but_the_command_line(tmp_path: Path) -> None:
    """`publisher --help` reads what every command says of itself, and nothing of what they do."""
    rooms = [name for name in loaded(tmp_path, "--help") if name.startswith("publisher.")]

    assert [name for name in rooms if not name.startswith(("publisher.cli", "publisher.errors"))] == []


def test_a_command_loads_no_other(tmp_path: Path) -> None:
    """Whoever asks for the version waits for no command at all, and whoever runs one for its own alone."""
    names = {f"publisher.cli.{name}" for name in cli.commands}

    assert names & set(loaded(tmp_path, "--version")) == set()
    assert names & set(loaded(tmp_path, "services", "show", "Vudu")) == {"publisher.cli.services"}
    assert names & set(loaded(tmp_path, asks="publisher va")) == {"publisher.cli.validate"}


def test_every_command_lies_where_its_name_says() -> None:
    """Each is found by its name in the help, in the order of the sections, and by no other."""
    assert [command.name for command in cli.commands.values()] == list(cli.commands)
    assert "nothing" not in cli.commands
    with pytest.raises(KeyError):
        cli.commands["nothing"]


def test_the_public_names_are_all_there() -> None:
    """Each name of `publisher.__all__` can be had, and a name nobody knows is an AttributeError."""
    for name in publisher.__all__:
        assert getattr(publisher, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        publisher.nothing  # noqa: B018 - asking is the test


def test_the_version_is_told(run: Run) -> None:
    """--version says which release this is."""
    assert run("--version").stdout.startswith("publisher, version ")


def test_the_reference_is_what_the_program_says() -> None:
    """docs/reference.md and docs/diagnostics.md were made from this program."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference.py", "--check"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_documentation_leaves_nothing_out() -> None:
    """Every command, rule and event type is named in the documentation that a person reads."""
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    diagnostics = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    partners = (ROOT / "docs" / "partners.md").read_text(encoding="utf-8")
    editors = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if f"### publisher {name}" not in reference] == []
    assert [code for code in RULES if f"\n## {code}\n" not in diagnostics] == []
    assert [str(kind) for kind in EventType if f"| `{kind}` |" not in partners] == []
    assert [name for name in COMMANDS if f"publisher {name}" not in editors] == []
