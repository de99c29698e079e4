"""Completion, as a real bash, a real zsh and a real fish have it from the script that docs/editors.md tells one to install."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.cli.shells import SHELLS
from tests.conftest import POST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import MakeSite, Run

EDITORS = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
#: Seconds; no shell needs one, and a machine may be busy.
PATIENCE = 60

ENDPOINTS = """\
[[webhooks.endpoints]]
name = "local"
url = "https://partner.example/hooks"

[[webhooks.endpoints]]
name = "partner-two"
url = "https://partner.example/others"
"""

#: What is begun, and what its last word is after one press of Tab.
FINISHED = {
    "publisher valid": "validate",
    "publisher endpoints se": "secret",
    "publisher validate --forma": "--format",
    "publisher validate --format conc": "concise",
    "publisher validate --format=conc": "--format=concise",
    "publisher validate --site po": "posts/",
    "publisher validate --site=po": "--site=posts/",
    "publisher validate po": "posts/",
    "publisher validate posts/ka": "posts/karmalink.md",
    "publisher attach posts/fog.md posts/ol": "posts/old/",
    "publisher attach posts/old/": "posts/old/alien.markdown",
    "publisher attach posts/my": "posts/my post, really.md",
    "publisher attach posts/my\\ p": "posts/my post, really.md",
    "publisher attach 'posts/my p": "posts/my post, really.md",
    "publisher attach posts/\\$": "posts/$(touch x) 'n' \"y\".md",
    "publisher attach ~/si": "~/site/",
    "publisher validate --select rating-ra": "rating-range",
    "publisher validate --ignore=rating-range,rating-st": "--ignore=rating-range,rating-step",
    "publisher explain rating-ra": "rating-range",
    "publisher schema event review.mo": "review.moved",
    "publisher deliveries list --endpoint=pa": "--endpoint=partner-two",
    "publisher deliveries list --state se": "set-aside",
    "publisher deliveries resend --type review.mo": "review.moved",
    "publisher endpoints disable pa": "partner-two",
    "publisher endpoints secret pa": "partner-two",
    "publisher endpoints secret --site . lo": "local",
    "publisher endpoints secret --site=. lo": "local",
    "publisher listen --endpoint=pa": "--endpoint=partner-two",
    "publisher completion z": "zsh",
}
#: What nothing is offered for; the line stays as it is.
LEFT_ALONE = (
    "publisher nothing",
    "publisher attach posts/notes",
    "publisher attach posts/.hid",
    "publisher attach nowhere/",
    "publisher explain no-such",
    "publisher endpoints secret nobody",
    "publisher endpoints secret --site posts lo",
)


@pytest.fixture
def home(tmp_path: Path, make_site: MakeSite) -> Path:
    """Give a home with the folder `site`, which holds posts whose names are a trial for a shell."""
    names = ("karmalink.md", "fog.md", "my post, really.md", "$(touch x) 'n' \"y\".md", "old/alien.markdown")
    make_site({**dict.fromkeys(names, POST), "notes.txt": "", ".hidden/draft.md": POST}, more=ENDPOINTS)
    folder = tmp_path / "home"
    (folder / "site").mkdir(parents=True)
    for name in ("publisher.toml", "posts"):
        (tmp_path / name).rename(folder / "site" / name)
    return folder


def environment(home: Path) -> dict[str, str]:
    """Return what a shell of somebody who lives in a home sees, with the command under test on its path."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TERM": "dumb",
    }


def install(shell: str, home: Path) -> None:
    """Switch completion on, by the line that the documentation gives for the shell."""
    (line,) = re.findall(rf"```{shell}\n(.*?)```", EDITORS, re.DOTALL)
    subprocess.run([shell, "-c", line], env=environment(home), cwd=home, check=True, timeout=PATIENCE)


class Terminal:
    """A terminal with an interactive shell in it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._keyboard, self._display = process.stdin.fileno(), process.stdout.fileno()
        self._screen = ""

    def type(self, keys: str) -> None:
        """Type, on an empty screen."""
        self._screen = ""
        os.write(self._keyboard, keys.encode())

    def wait_for(self, pattern: str) -> str:
        """Return the first group of what appears on the screen."""
        until = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self._screen, re.DOTALL)):
            arrived, _, _ = select.select([self._display], [], [], max(0, until - time.monotonic()))
            more = os.read(self._display, 65536) if arrived else b""
            assert more, f"{pattern} never appeared, but {self._screen!r}"
            self._screen += more.decode(errors="replace")
        return found[1]

    def last_word(self, line: str) -> str:
        """Type a line and Tab, and return the last word that a command would get."""
        # The line becomes one that prints its words; the quotes keep what is typed from looking like what is printed.
        self.type(f"{line}\t\x01printf '<%s>\\n' \x05; printf 'en''d\\n'\n")
        return self.wait_for(r"<([^<>]*)>\r?\nend\r?\n")


@contextmanager
def terminal(words: list[str], home: Path) -> Iterator[Terminal]:
    """Start a shell in the site's folder, in a terminal too wide to fold a line, and end it."""
    # A process of its own has the terminal: forking pytest, which has threads, would be a risk.
    with subprocess.Popen(
        [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])", *words],
        cwd=home / "site",
        env={**environment(home), "COLUMNS": "400", "LINES": "50"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            shell = Terminal(process)
            shell.type("PS1='$ '; unset HISTFILE; printf 'rea''dy\\n'\n")
            shell.wait_for("(ready)")
            yield shell
        finally:
            process.kill()


def offered_by_fish(line: str, home: Path) -> dict[str, str]:
    """Ask fish what it would offer, and return it with its descriptions."""
    done = subprocess.run(
        ["fish", "-c", "complete -C $argv[1]", line],
        env=environment(home),
        cwd=home / "site",
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=PATIENCE,
    )
    assert done.stderr == ""
    return dict(row.partition("\t")[::2] for row in done.stdout.splitlines())


def offered_by_bash(words: list[str], home: Path) -> list[str]:
    """Call the completion function as bash does, and return what it leaves in COMPREPLY."""
    script = """
        . ~/.publisher.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _publisher_completion publisher "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", *words],
        env=environment(home),
        cwd=home / "site",
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=PATIENCE,
    )
    return done.stdout.split("\n")[:-1]


def asked(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask the program directly, as bash does when the last word of a line is to be completed."""
    words = line.split(" ")
    return subprocess.run(
        [Path(sys.executable).with_name("publisher")],
        cwd=folder,
        env={
            **os.environ,
            "_PUBLISHER_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )


def at_home(words: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the words as a command gets them, which bash and zsh tell their home from `~` for."""
    return {line: re.sub("^~", str(home), word) for line, word in words.items()}


@pytest.mark.needs("bash")
def test_bash_finishes_what_was_begun(home: Path) -> None:
    """One press of Tab completes each word, quoted where it must be; a folder is left open to go on in."""
    install("bash", home)

    with terminal(["bash", "--noprofile", "-i"], home) as bash:
        finished = {line: bash.last_word(line) for line in FINISHED}
        left_alone = {line: bash.last_word(line) for line in LEFT_ALONE}

    assert finished == at_home(FINISHED, home)
    assert left_alone == {line: line.split()[-1] for line in LEFT_ALONE}


@pytest.mark.needs("bash")
def test_bash_is_offered_all_that_fits(home: Path) -> None:
    """Where several words fit, COMPREPLY holds them all and nothing else."""
    install("bash", home)

    assert offered_by_bash(["publisher", "explain", "rating-"], home) == [
        "rating-invalid",
        "rating-range",
        "rating-step",
    ]
    assert offered_by_bash(["publisher", "validate", "--format", "=", ""], home)[:2] == ["full", "concise"]
    assert offered_by_bash(["publisher", "endpoints", "secret", ""], home) == ["local", "partner-two"]
    assert offered_by_bash(["publisher", "attach", "posts/"], home) == [
        "posts/$(touch x) 'n' \"y\".md",
        "posts/fog.md",
        "posts/karmalink.md",
        "posts/my post, really.md",
        "posts/old/",
    ]


@pytest.mark.needs("zsh")
def test_zsh_finishes_what_was_begun(home: Path) -> None:
    """The same in zsh."""
    install("zsh", home)

    with terminal(["zsh", "-i"], home) as zsh:
        finished = {line: zsh.last_word(line) for line in FINISHED}
        left_alone = {line: zsh.last_word(line) for line in LEFT_ALONE}

    # zsh takes the slash it put behind a folder away again when the line goes on with something else.
    sites = {line: FINISHED[line].removesuffix("/") for line in FINISHED if "--site" in line}
    assert finished == at_home(FINISHED | sites, home)
    assert left_alone == {line: line.split()[-1] for line in LEFT_ALONE}


@pytest.mark.needs("zsh")
def test_zsh_shows_what_the_words_mean(home: Path) -> None:
    """Where several words fit they are listed, each with what it is."""
    install("zsh", home)

    with terminal(["zsh", "-i"], home) as zsh:
        zsh.type("publisher explain rating-\t")
        shown = zsh.wait_for(r"(rating-invalid.*rating-step +-- [^\r\n]*)")

    assert re.search("rating-range +-- a rating lies on the site's scale", shown)


@pytest.mark.needs("zsh")
def test_zsh_takes_the_script_from_a_folder_of_completions(home: Path) -> None:
    """As a file in fpath it is loaded at the first Tab, and is there at every other."""
    (home / ".zfunc").mkdir()
    (home / ".zshrc").write_text("fpath=(~/.zfunc $fpath); autoload -Uz compinit && compinit\n")
    install_line = "publisher completion zsh > ~/.zfunc/_publisher"
    assert f"`{install_line}`" in EDITORS
    subprocess.run(["zsh", "-c", install_line], env=environment(home), check=True, timeout=PATIENCE)

    with terminal(["zsh", "-i"], home) as zsh:
        finished = [
            zsh.last_word(line) for line in ("publisher valid", "publisher atta", "publisher listen --cou")
        ]

    assert finished == ["validate", "attach", "--count"]


@pytest.mark.needs("fish")
def test_fish_offers_what_fits(home: Path) -> None:
    """The one word that fits is offered alone; where none does, nothing is, not even some file."""
    install("fish", home)

    assert {line: [*offered_by_fish(line, home)] for line in FINISHED} == {
        line: [word] for line, word in FINISHED.items()
    }
    assert {line: offered_by_fish(line, home) for line in LEFT_ALONE} == {line: {} for line in LEFT_ALONE}


@pytest.mark.needs("fish")
def test_fish_says_what_the_words_mean(home: Path) -> None:
    """Rules come with what they ask, commands with what they do."""
    install("fish", home)

    assert offered_by_fish("publisher explain rating-ra", home) == {
        "rating-range": "a rating lies on the site's scale"
    }
    assert offered_by_fish("publisher pub", home)["publish"].startswith("Validate, attach, generate")


@pytest.mark.parametrize(
    "configuration",
    [
        None,
        b"",
        b"title = \xff",
        b"[[webhooks.endpoints]\nname = ",
        b"webhooks = 'none'",
        b"[webhooks]\nendpoints = { name = 'local' }",
        b"[webhooks]\nendpoints = [1, { url = 'x' }, { name = 7 }, { name = \"lo\\nc\" }]",
        b"x = " + b"[" * 100_000,
    ],
    ids=["none", "empty", "not-text", "not-toml", "not-a-table", "not-a-list", "no-names", "too-deep"],
)
def test_a_configuration_that_is_not_understood_offers_nothing(
    tmp_path: Path, configuration: bytes | None
) -> None:
    """Nobody who presses Tab wants to read about faults of publisher.toml."""
    if configuration is not None:
        (tmp_path / "publisher.toml").write_bytes(configuration)

    done = asked("publisher endpoints secret lo", tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")


def test_endpoints_are_offered_while_the_rest_of_the_configuration_is_faulty(tmp_path: Path) -> None:
    """A half-written publisher.toml still says what its endpoints are called."""
    (tmp_path / "publisher.toml").write_text(f"[site]\nbase_url = 7\n{ENDPOINTS}")

    assert asked("publisher endpoints secret lo", tmp_path).stdout == "plain,local\n"


def test_folders_that_are_not_there_offer_nothing(tmp_path: Path) -> None:
    """Neither a folder nor a home that does not exist is anybody's mistake yet: the word is not finished."""
    for word in ("nowhere/", "~nobody-of-that-name/", "file.md/"):
        done = asked(f"publisher attach {word}", tmp_path)

        assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")


def test_files_that_no_shell_could_be_told_are_left_out(tmp_path: Path) -> None:
    """Names with a line break, or that are no text at all, would break the conversation with the shell."""
    for name in (b"a\nplain,b.md", b"a\xff.md", "añ.md".encode()):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()

    assert asked("publisher attach a", tmp_path).stdout == "path,añ.md\n"


@pytest.mark.parametrize(
    "line",
    ["publisher val", "publisher validate --format f", "publisher validate p", "publisher explain rating-"],
)
def test_completion_loads_nothing_that_it_does_not_need(tmp_path: Path, line: str) -> None:
    """Whoever presses Tab is answered in the time that Python and click take to start."""
    script = (
        "import os, sys\n"
        "from publisher.cli import cli\n"
        "try:\n"
        "    cli()\n"
        "finally:\n"
        "    heavy = {'lxml', 'pydantic', 'requests', 'sqlalchemy', 'tomllib', 'wcwidth', 'yaml'}\n"
        "    print('loaded:', heavy & sys.modules.keys(), file=sys.stderr)\n"
    )
    asking = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_PUBLISHER_COMPLETE": "bash_complete"}
    (tmp_path / "posts").mkdir()

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv = ['publisher']\n{script}"],
        cwd=tmp_path,
        env={**os.environ, **asking},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=PATIENCE,
    )

    assert done.stdout.strip()
    assert done.stderr == "loaded: set()\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_the_one_for_ones_own_shell(run: Run, shell: str) -> None:
    """Without a name $SHELL says which it is."""
    assert run("completion", SHELL=f"/usr/local/bin/{shell}").stdout == run("completion", shell).stdout != ""


def test_a_shell_that_cannot_be_helped_is_named(run: Run) -> None:
    """What $SHELL says is quoted, and the way out shown."""
    done = run("completion", SHELL="/bin/tcsh")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        'error: $SHELL names "tcsh"; completion is made for bash, zsh and fish\n'
        "help: name one of them: publisher completion bash\n"
    )
    assert run("completion", SHELL="").stderr.startswith("error: $SHELL is not set; ")
