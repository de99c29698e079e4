"""`publisher explain`: any rule in full, all of them in a list, for people and machines, anywhere and at once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from publisher.cli import cli
from publisher.diagnostics import RULES, Severity
from publisher.diagnostics.explain import page_of

if TYPE_CHECKING:
    from tests.conftest import Run


def test_a_rule_is_told_in_full(run: Run) -> None:
    """Code, name, severity, meaning, examples, reason and fix are all there; no site is needed."""
    done = run("explain", "unknown-key")

    assert (done.returncode, done.stderr) == (0, "")
    page = page_of("unknown-key")
    lines = done.stdout.splitlines()
    assert lines[:2] == [f"unknown-key: {page.name}", "error on every site"]
    assert [line for line in lines if line.endswith(":")] == ["bad:", "good:", "why:", "with --fix:"]
    assert "    raiting: 4" in lines
    words = " ".join(done.stdout.split())
    assert page.fix
    assert all(paragraph in words for paragraph in (*page.meaning, page.why, page.fix))


def test_what_a_site_may_change_is_said_as_it_is_written(run: Run) -> None:
    """The line shows the key and every other level."""
    done = run("explain", "image-alt")

    assert done.stdout.splitlines()[1] == (
        'warning, unless [rules] in publisher.toml says image-alt = "error", "advice" or "off"'
    )


def test_several_rules_are_told_one_after_the_other(run: Run) -> None:
    """Each begins with its code and name."""
    done = run("explain", "tag-case", "tag-rare")

    assert [line for line in done.stdout.splitlines() if line.startswith("tag-")] == [
        f"{code}: {page_of(code).name}" for code in ("tag-case", "tag-rare")
    ]


def test_an_example_that_belongs_to_a_file_names_it(run: Run) -> None:
    """Where two posts are at odds, one sees which is which."""
    lines = run("explain", "duplicate-id").stdout.splitlines()

    assert [line for line in lines if line.startswith("  posts/")] == [
        "  posts/karmalink.md:",
        "  posts/nosferatu.md:",
    ] * 2


def test_lines_fit_the_terminal(run: Run) -> None:
    """Prose is wrapped; only an example or a line of settings may be longer."""
    wide, narrow = (run("explain", "rating-range", COLUMNS=columns) for columns in ("300", "40"))

    assert 80 < max(map(len, wide.stdout.splitlines())) <= 100
    assert max(map(len, narrow.stdout.splitlines())) <= 40


def test_without_a_code_all_rules_are_listed_by_severity(run: Run) -> None:
    """Each stands once, with its name, the gravest first."""
    lines = run("explain").stdout.splitlines()

    assert [line for line in lines if line.endswith(":")] == [f"{severity}:" for severity in Severity]
    listed = [line.split(maxsplit=1) for line in lines if line.startswith("  ")]
    assert listed == [[code, page_of(code).name] for code in RULES]


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("Rating_Rnage", "did you mean rating-range?"),
        ("nothing-of-the-kind", "publisher explain lists all rules"),
    ],
)
def test_a_code_nobody_knows_is_a_mistake_of_the_command(run: Run, word: str, help: str) -> None:
    """The nearest code is offered, and nothing else is told."""
    done = run("explain", "tag-case", word)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'error: "{word}" is not a rule\nhelp: {help}\n'


def test_machines_get_every_part_of_a_page(run: Run) -> None:
    """The fields are those of the rule and of its page."""
    told = json.loads(run("explain", "wrong-type", "--json").stdout)

    assert told["format_version"] == 1
    (rule,) = told["rules"]
    page = page_of("wrong-type")
    assert (rule["code"], rule["name"], rule["severity"], rule["fixed"]) == (
        "wrong-type",
        page.name,
        "error",
        True,
    )
    assert rule["summary"] == RULES["wrong-type"].summary
    assert rule["bad"][0] == {"kind": "yaml", "file": None, "text": "title: [REC]\n"}
    assert (rule["meaning"], rule["why"], rule["fix"]) == (list(page.meaning), page.why, page.fix)


def test_machines_get_all_rules_when_they_name_none(run: Run) -> None:
    """The list is whole, in the shape of a single one."""
    told = json.loads(run("explain", "--json").stdout)

    assert [rule["code"] for rule in told["rules"]] == list(RULES)
    assert all(rule["bad"] and rule["good"] for rule in told["rules"])


def test_the_shell_completes_codes() -> None:
    """After `publisher explain rating-` come the three rules, each with what it asks."""
    shell = ShellComplete(cli, {}, "publisher", "_PUBLISHER_COMPLETE")

    offered = shell.get_completions(["explain"], "rating-")

    assert {item.value: item.help for item in offered} == {
        code: RULES[code].summary for code in ("rating-invalid", "rating-range", "rating-step")
    }


def test_colours_are_for_terminals_only() -> None:
    """They come through the console, which knows when to leave them out."""
    coloured, plain = (
        CliRunner().invoke(cli, ["explain", "rating-range"], color=color, env={"NO_COLOR": ""})
        for color in (True, False)
    )

    assert "\x1b[" in coloured.output
    assert "\x1b[" not in plain.output


def test_no_room_is_loaded_that_a_page_does_not_need() -> None:
    """Whoever looks something up does not wait for the checks."""
    script = (
        "import sys\n"
        "from publisher.cli import cli\n"
        "cli(['explain', 'rating-range', '--json'], standalone_mode=False)\n"
        "heavy = {'pydantic', 'yaml', 'rapidfuzz', 'publisher.posts', 'publisher.site', 'publisher.values'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.endswith("loaded: []\n")
