"""What docs/editors.md tells an editor to set up, so that faults stand beside the line: done as it says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import CONFIGURATION, POST

if TYPE_CHECKING:
    from tests.conftest import MakeSite, Run

ROOT = Path(__file__).parents[2]
EDITORS = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
# An error, a warning and a piece of advice; a name with a space and a colon in it.
FAULTY = {
    "the fog: again.md": re.sub("  year: .*\n|summary: .*\n", "", POST.replace("rating: 4", "rating: 9")),
    "ünder.md": POST.replace("4c768283", "5c768283").replace("title: Karmalink", "titel: Karmalink", 1),
}


def examples(title: str, language: str) -> list[str]:
    """Return the examples in a language that stand below a heading."""
    (section,) = re.findall(rf"^### {re.escape(title)}\n(.*?)(?=^##)", EDITORS, re.DOTALL | re.MULTILINE)
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def settings() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the task for VS Code, and the settings that run it on every save."""
    tasks, on_save = map(json.loads, examples("All faults, in VS Code", "json"))
    (task,) = tasks["tasks"]
    return task, on_save


def test_the_documented_task_finds_every_fault_at_its_place(make_site: MakeSite, run: Run) -> None:
    """Its pattern takes each line that the command really prints apart, and no other line."""
    make_site(FAULTY)
    task, _ = settings()
    pattern = task["problemMatcher"]["pattern"]
    printed = run(*shlex.split(task["command"])[1:])
    faults = json.loads(run("validate", "--json").stdout)["diagnostics"]

    found = [match for line in printed.stdout.splitlines() if (match := re.search(pattern["regexp"], line))]

    assert {fault["severity"] for fault in faults} == {"error", "warning", "advice"}
    assert [
        {key: match[pattern[key]] for key in ("file", "line", "column", "severity", "code")}
        for match in found
    ] == [
        {
            "file": fault["path"],
            "line": str(fault["line"]),
            "column": str(fault["column"]),
            "severity": fault["severity"],
            "code": fault["code"],
        }
        for fault in faults
    ]
    for match, fault in zip(found, faults, strict=True):
        assert match[pattern["message"]].startswith(fault["message"])


def test_the_documented_task_is_the_one_that_runs_on_every_save() -> None:
    """The extension knows it by its label, and VS Code takes advice, a word it does not know, for information."""
    task, on_save = settings()

    assert [*on_save["triggerTaskOnSave.tasks"]] == [task["label"]]
    assert task["problemMatcher"]["severity"] == "info"


def test_the_documented_check_of_what_is_not_saved_yet(make_site: MakeSite, tmp_path: Path) -> None:
    """The text from standard input stands in for the file that it is called after."""
    make_site()
    (command,) = examples("In other editors", "sh")
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        input=POST.replace("rating: 4", "rating: 9"),
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert "posts/karmalink.md:8:9: error[rating-range]" in done.stdout
    assert "duplicate-id" not in done.stdout


def test_the_documented_first_line_of_the_configuration_does_no_harm(make_site: MakeSite) -> None:
    """To everything but the editor it is a comment; it names the file that the command above it writes."""
    title = "publisher.toml, while you type"
    (command,), (line,) = examples(title, "sh"), examples(title, "toml")
    site = make_site(configuration=line + CONFIGURATION)

    assert tomllib.loads(line) == {}
    assert site.title == "The Pinned Wing"
    assert line.split()[1] == f"./{command.split()[-1]}"


@pytest.mark.needs("node")
def test_the_documented_settings_of_remark_are_javascript(tmp_path: Path) -> None:
    """They name the file that the command above them writes."""
    title = "Front matter, while you type"
    (commands,), (script,) = examples(title, "sh"), examples(title, "js")
    file = tmp_path / ".remarkrc.mjs"
    file.write_text(script, encoding="utf-8")
    node = subprocess.run(["node", "--check", file], capture_output=True, encoding="utf-8", check=False)

    assert (node.returncode, node.stderr) == (0, "")
    assert f"'{commands.splitlines()[0].split()[-1]}'" in script
