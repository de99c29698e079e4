"""`publisher validate`, run as a process: formats, selections, standard input, fixes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite, Run

GOOD = """\
---
id: {id}
title: {title}
date: 2022-07-15T09:00-05:00
summary: A boy, a robot and a treasure.
---

A boy hunts for a treasure that one of his past lives buried.
"""
RATED = GOOD.replace("summary:", "rating: {rating}\nsummary:")
IDS = [f"4c768283-9939-45ec-b325-53b5be6f9ce{number}" for number in range(10)]


def good(number: int, title: str = "Karmalink") -> str:
    """Return a post nobody has anything to say of."""
    return GOOD.format(id=IDS[number], title=title)


def rated(number: int, rating: str) -> str:
    """Return a post with a rating."""
    return RATED.format(id=IDS[number], title=f"Film {number}", rating=rating)


def piped(site: Path, *words: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run the command with something on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "publisher", "validate", *words],
        cwd=site,
        input=given,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_annotations_are_made_for_github(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """Files are named from the checkout, wherever the command runs in it."""
    make_site({"one.md": rated(0, "9")})

    done = run("validate", "--format", "github", GITHUB_WORKSPACE=str(tmp_path.parent))

    assert done.returncode == 1
    assert done.stdout.startswith(
        f"::error file={tmp_path.name}/posts/one.md,line=5,col=9,endColumn=10,title=rating-range::rating is 9; "
    )


def test_files_are_named_as_one_would_open_them_from_here(
    make_site: MakeSite, run: Run, tmp_path: Path
) -> None:
    """With --site the site's folder stands before each name, so that a click on it finds the file."""
    make_site({"one.md": rated(0, "9")})

    done = run("validate", "--site", tmp_path.name, cwd=tmp_path.parent)

    assert done.stdout.startswith(f"{tmp_path.name}/posts/one.md:5:9: error[rating-range]")
    assert (tmp_path.parent / done.stdout.split(":")[0]).exists()


def test_faults_of_the_configuration_are_shown_in_the_same_forms(make_site: MakeSite, run: Run) -> None:
    """publisher.toml is a file with faults like any other; the status is its own."""
    site = make_site()
    (site.root / "publisher.toml").write_text("[site\n", encoding="utf-8")

    for form, start in (
        ("concise", "publisher.toml:1:1: error["),
        ("github", "::error file=publisher.toml,line=1,"),
    ):
        done = run("validate", "--format", form)
        assert (done.returncode, done.stderr) == (4, "error: publisher.toml has faults\n")
        assert done.stdout.startswith(start)
    told = json.loads(run("validate", "--format", "json").stdout)
    assert told["error"]["diagnostics"][0]["path"] == "publisher.toml"


def test_rules_are_selected_and_ignored_by_code_and_pattern(make_site: MakeSite, run: Run) -> None:
    """The status depends on what was asked for; several codes stand in one word or in several."""
    make_site({"one.md": rated(0, "9").replace("summary", "sumary").replace("2022-07", "2022-17")})

    def codes(*words: str) -> tuple[int, set[str]]:
        done = run("validate", "--json", *words)
        return done.returncode, {fault["code"] for fault in json.loads(done.stdout)["diagnostics"]}

    assert codes("--select", "rating-range") == (1, {"rating-range"})
    assert codes("--select", "rating-*,unknown-key") == (1, {"rating-range", "unknown-key"})
    assert codes("--select", "rating-range", "--select", "unknown-key")[1] == {"rating-range", "unknown-key"}
    assert codes("--select", "rating-*", "--ignore", "rating-range") == (0, set())
    assert "date-invalid" not in codes("--ignore", "date-*")[1]


def test_a_code_that_is_none_is_not_understood(make_site: MakeSite, run: Run) -> None:
    """A misspelt code must not select nothing in silence."""
    make_site()

    done = run("validate", "--ignore", "rating-rang")

    assert (done.returncode, done.stderr) == (
        2,
        'error: --ignore: "rating-rang" is not a rule\nhelp: did you mean rating-range?\n',
    )


def test_max_cuts_what_is_printed_and_counts_all(make_site: MakeSite, run: Run) -> None:
    """What is not shown is counted, and still forbids to publish."""
    make_site({f"{number}.md": rated(number, "9") for number in range(4)})

    done = run("validate", "--max", "1")
    told = json.loads(run("validate", "--json", "--max", "0").stdout)

    assert done.stdout.splitlines()[1:] == ["3 more faults not shown", "validated  4 posts: 4 errors"]
    assert done.returncode == 1
    assert (told["diagnostics"], told["omitted"], told["counts"]["error"]) == ([], 4, 4)


def test_quiet_prints_errors_alone(make_site: MakeSite, run: Run) -> None:
    """Warnings, advice and the tally are left out, errors never."""
    make_site({"one.md": rated(0, "9").replace("summary:", "film: {title: Karmalink}\nsummary:")})

    assert "warning[film-year]" in run("validate").stdout
    assert run("validate", "--quiet").stdout.splitlines() == [
        (
            "posts/one.md:5:9: error[rating-range]: rating is 9; the scale ends at 5 "
            "(0 to 5 in steps of 0.5; out of ten? 9/10 is 4.5 butterflies)"
        )
    ]


def test_verbose_names_the_posts_without_faults(make_site: MakeSite, run: Run) -> None:
    """Who wants to know more sees that every file was looked at."""
    make_site({"one.md": good(0), "two.md": rated(1, "9")})

    assert "posts/one.md: no faults\n" in run("validate", "--verbose").stdout


def test_standard_input_is_checked_under_the_name_it_is_given(make_site: MakeSite, tmp_path: Path) -> None:
    """An editor's buffer takes the place of the file on disk, and is held against the other posts."""
    make_site({"one.md": rated(0, "9"), "two.md": good(1)})

    mended = piped(tmp_path, "-", "--stdin-filename", "posts/one.md", given=good(0).encode())
    clash = piped(tmp_path, "-", "--stdin-filename", "posts/one.md", given=good(1).encode())
    broken = piped(tmp_path, "-", given=b"\xff\xfe")

    assert (mended.returncode, mended.stdout) == (0, b"validated  1 post: no faults\n")
    assert clash.stdout.splitlines()[0].startswith(
        b"posts/one.md:2:5: error[duplicate-id]: the id is that of posts/two.md too"
    )
    assert b"posts/two.md:" not in clash.stdout
    assert broken.stdout.startswith(b"posts/stdin.md:1:1: error[file-encoding]")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-", "posts"), "standard input is checked alone"),
        (("--stdin-filename", "posts/x.md"), "--stdin-filename names what is read from -"),
        (("-", "--fix"), "--fix mends files, not standard input"),
        (("-", "--stdin-filename", "notes.txt"), "notes.txt is not a post"),
    ],
)
def test_standard_input_is_asked_for_in_a_way_that_has_a_meaning(
    make_site: MakeSite, run: Run, words: tuple[str, ...], message: str
) -> None:
    """What cannot be meant is a usage error with a way out."""
    make_site()

    done = run("validate", *words)

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}\nhelp: ")


def test_faults_are_mended_and_the_rest_is_reported(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """Only the bytes that have to change do; what needs judgement stays for the editor."""
    site = make_site()
    post = tmp_path / "posts" / "karmalink.md"
    lines = [
        "---",
        "# the film of the month",
        "titel: Alien: Covenant   # as on the poster",
        "date: '2022-07-15'",
        "summary: A crew lands where it should not have.",
        "rating: 9",
        "---",
        "",
        "Text.",
        "",
    ]
    post.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    post.chmod(0o640)

    done = run("validate", "--fix")
    written = post.read_bytes().decode()

    assert site.posts == post.parent
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines()[:4]] == [
        "mended     posts/karmalink.md"
    ] * 4
    assert "error[rating-range]" in done.stdout
    assert "1 post: 1 error" in done.stdout
    kept = [line for line in written.split("\r\n") if not line.startswith(("id: ", "titl"))]
    assert kept == [line for line in lines if not line.startswith("titel")]
    assert '\r\ntitle: "Alien: Covenant"   # as on the poster\r\n' in written
    assert written.startswith("---\r\nid: ")
    assert post.stat().st_mode & 0o777 == 0o640
    assert not list(post.parent.glob(".*"))


def test_mending_again_changes_nothing(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """A second run finds nothing to mend and writes nothing."""
    make_site({"one.md": good(0).replace("id: ", "# id: ").replace("summary", "sumary")})
    run("validate", "--fix")
    post = tmp_path / "posts" / "one.md"
    before = post.stat()

    done = run("validate", "--fix")

    assert (done.returncode, done.stdout) == (0, "validated  1 post: no faults\n")
    assert (post.stat().st_mtime_ns, post.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_only_selected_rules_are_mended(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """Who asks for one kind of fix gets no other; who names files gets no other file changed."""
    make_site(
        {name: good(0).replace("id: ", "# ").replace("summary", "sumary") for name in ("one.md", "two.md")}
    )

    run("validate", "--fix", "--select", "unknown-key", "posts/one.md")
    one, two = ((tmp_path / "posts" / name).read_text("utf-8") for name in ("one.md", "two.md"))

    assert "\nsummary: " in one
    assert "\nid: " not in one
    assert "sumary" in two


def test_machines_hear_what_was_mended(make_site: MakeSite, run: Run) -> None:
    """The JSON form lists what was done beside what is left."""
    make_site({"one.md": good(0).replace("summary", "sumary")})

    told = json.loads(run("validate", "--fix", "--json").stdout)

    assert [(fault["code"], fault["line"], bool(fault["fix"])) for fault in told["fixed"]] == [
        ("unknown-key", 5, True)
    ]
    assert told["diagnostics"] == []


def test_help_is_offered_in_full_messages_only(make_site: MakeSite, run: Run) -> None:
    """The full form names the commands that help; the concise one is for pipes."""
    make_site({"one.md": good(0).replace("summary", "sumary")})

    full, concise = run("validate", "--format", "full").stdout, run("validate").stdout

    assert "`publisher validate --fix` mends 1 of them by itself" in full
    assert "`publisher explain CODE`" in full
    assert "explain" not in concise
