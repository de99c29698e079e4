"""The commands that edit a post, as an editor in a hurry types them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from publisher.cli.completing import complete_slugs
from tests.release.newsroom import COMMAND, NOW, Newsroom, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

AT = ("--now", NOW.isoformat())


def test_an_edit_is_shown_line_by_line(make_site: Callable[..., Site]) -> None:
    """What changed, what comes next, and how to take it back."""
    newsroom = Newsroom(make_site)

    status, out, err = newsroom.run("retract", "karmalink", "--reason", "Not ours.", *AT)

    assert (status, err) == (0, "")
    there = f" --site {newsroom.site.root}"
    told = "the next publish takes it out of the feeds; partners were not told of it, and are not told now"
    assert out.splitlines() == [
        "retracted  posts/a.md",
        "  posts/a.md:6: + status: retracted",
        "  posts/a.md:7: + retracted: 2026-11-22T06:00-06:00",
        "  posts/a.md:8: + reason: Not ours.",
        f"next       {told} (`publisher publish{there}`)",
        f"           `publisher undo{there}` takes the edit back",
    ]


def test_the_life_of_a_review_from_the_command_line(make_site: Callable[..., Site]) -> None:
    """Every command works on what the one before it left."""
    newsroom = Newsroom(make_site)
    before = newsroom.files()["posts/a.md"]
    for words in (
        ("correct", "posts/a.md", "--note", "x"),
        ("rename", "karmalink", "b"),
        ("retract", "b", "--reason", "x", "--at", "2026-11-22T05:00"),
        ("restore", "b"),
    ):
        assert newsroom.run(*words, *AT)[::2] == (0, "")
    assert newsroom.run("undo", "--list")[1].count("posts/a.md") == 4
    for _ in range(4):
        assert newsroom.run("undo")[::2] == (0, "")
    assert newsroom.files()["posts/a.md"] == before
    assert newsroom.run("undo")[0] == 5
    assert "there is no edit" in newsroom.run("undo", "--list")[1]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("retract", "karmalink"), 2, "error: --reason is missing\nhelp: say it in a sentence"),
        (("correct", "karmalink"), 2, "error: --note is missing"),
        (("retract", "karmlink", "--reason", "x"), 2, "help: did you mean karmalink?"),
        (("retract", "karmalink", "--reason", "x", "--at", "soon"), 2, 'error: --at: "soon" is not a date'),
        (("rename", "karmalink", "Karma Link"), 2, "help: write karma-link"),
        (("rename", "karmalink"), 2, "Missing argument 'NEW'"),
        (("restore", "karmalink"), 5, "is not retracted: it is live"),
        (("undo",), 5, "there is no edit to take back"),
        (("undo", "--list", "karmalink"), 2, "--list shows the edits of all posts"),
    ],
)
def test_a_command_that_cannot_be_done_says_what_can(
    make_site: Callable[..., Site], words: tuple[str, ...], status: int, said: str
) -> None:
    """And changes nothing."""
    newsroom = Newsroom(make_site)
    before = newsroom.files()["posts/a.md"]

    ended, out, err = newsroom.run(*words)

    assert (ended, out) == (status, "")
    assert said in err
    assert newsroom.files()["posts/a.md"] == before


def test_machines_get_json(make_site: Callable[..., Site]) -> None:
    """Of edits, of what can be undone, and of refusals."""
    newsroom = Newsroom(make_site)
    edited = json.loads(newsroom.run("rename", "karmalink", "b", "--json", *AT)[1])
    assert edited == {
        "format_version": 1,
        "command": "rename",
        "dry_run": False,
        "file": "posts/a.md",
        "changed": True,
        "lines": [
            {"line": 4, "removed": "slug: karmalink"},
            {"line": 4, "added": "slug: b"},
            {"line": 5, "added": "previous: [/reviews/karmalink/]"},
        ],
        "notes": [],
        "next": "the next publish tells readers the new address",
        "errors": 0,
    }
    (listed,) = json.loads(newsroom.run("undo", "--list", "--json")[1])["edits"]
    assert (listed["command"], listed["file"], listed["obstacle"]) == ("rename", "posts/a.md", None)
    newsroom.put(a=post())
    status, out, err = newsroom.run("retract", "karmalink", "--json")
    assert (status, err) == (2, "")
    assert json.loads(out)["error"]["message"] == "--reason is missing"


def test_faults_are_told_and_no_obstacle(make_site: Callable[..., Site]) -> None:
    """The exit status is that of the edit, which was made."""
    newsroom = Newsroom(make_site, posts={"a": post(rating="99")})

    status, out, _ = newsroom.run("retract", "karmalink", "--reason", "x", *AT)

    assert status == 0
    assert "faults     the post has an error" in out
    assert "publisher validate posts/a.md" in out


def test_front_matter_that_cannot_be_read_is_shown_with_the_lines_to_write(
    make_site: Callable[..., Site],
) -> None:
    """A mistake of YAML hides what the keys say."""
    newsroom = Newsroom(make_site, posts={"karmalink": post(without=("slug",), title="a: b")})

    status, _, err = newsroom.run("retract", "karmalink", "--reason", "x", *AT)

    assert status == 5
    assert "posts/karmalink.md:3:" in err
    assert "write by hand: status: retracted; retracted: 2026-11-22T06:00-06:00; reason: x" in err


def test_what_undoing_would_change_is_shown_where_it_is_refused(make_site: Callable[..., Site]) -> None:
    """The file was changed since."""
    newsroom = Newsroom(make_site)
    newsroom.run("correct", "karmalink", "--note", "x", *AT)
    newsroom.put(a=post(rating="3"))

    status, out, err = newsroom.run("undo")

    assert (status, out) == (5, "")
    assert err.splitlines()[:3] == [
        "  posts/a.md:6: - rating: 3",
        "  posts/a.md:6: + rating: 4",
        "error: posts/a.md was changed since `publisher correct`; nothing was taken back",
    ]


def test_files_cannot_steer_the_terminal(make_site: Callable[..., Site]) -> None:
    """Control characters in a line that is shown are shown, not obeyed."""
    newsroom = Newsroom(make_site, posts={"a": post(correction='"\x1b[2Jx"', updated="2026-01-01")})

    _, out, err = newsroom.run("correct", "karmalink", "--note", "x", *AT)

    assert "\x1b" not in out + err
    assert "␛[2Jx" in out


def test_on_a_terminal_the_reason_is_asked_for_once_the_post_is_found(make_site: Callable[..., Site]) -> None:
    """Nobody types a reason for a slug that does not exist."""
    newsroom = Newsroom(make_site)

    assert "no post has the slug" in on_terminal(newsroom, "retract", "karmlnk", answer=None)
    shown = on_terminal(newsroom, "retract", "karmalink", answer="Not ours.")

    assert "Why is it taken back?" in shown
    assert b"reason: Not ours." in newsroom.files()["posts/a.md"]


def on_terminal(newsroom: Newsroom, *words: str, answer: str | None) -> str:
    """Run a command on a terminal, answer its question, and return what was shown."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words, "--site", str(newsroom.site.root)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "NO_COLOR": "1"},
    ) as process:
        os.close(theirs)
        shown, deadline = "", time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                shown += os.read(ours, 4096).decode()
            except OSError:  # the other side is closed
                break
            if answer is not None and ": " in shown and "?" in shown:
                os.write(ours, f"{answer}\n".encode())
                answer = None
        process.wait(60)
    os.close(ours)
    return shown


def test_slugs_are_finished_by_the_shell(make_site: Callable[..., Site]) -> None:
    """Those that stand in files, else the files' names; no post is parsed, and hidden ones are none."""
    site = make_site(
        {
            "a.md": "---\ntitle: [\nslug: 'karma-link' # c\n",
            "karmalink.md": "---\ntitle: x\n---\n",
            "deep/karl.markdown": b"\xff",
            ".karl-hidden.md": "x",
            "kar\nl.md": "x",
        }
    )
    os.mkfifo(site.posts / "karl-pipe.md")

    class Context:
        params = {"site_folder": site.root}  # noqa: RUF012 - read only

    offered = complete_slugs(Context(), None, "kar")  # type: ignore[arg-type]

    assert [item.value for item in offered] == ["karl", "karl-pipe", "karma-link", "karmalink"]


def test_undoing_says_what_is_true_of_those_who_were_told(make_site: Callable[..., Site]) -> None:
    """Of a new post that it is gone, without its lines; of an edit that was told, what follows; of others no more."""
    newsroom = Newsroom(make_site)
    newsroom.run("new", "Nomad")
    assert newsroom.run("undo")[1].splitlines() == [
        "undone     `publisher new` of posts/nomad.md",
        "removed    posts/nomad.md",
    ]
    newsroom.run("correct", "karmalink", "--note", "x", *AT)
    assert not any(line.startswith("next") for line in newsroom.run("undo", *AT)[1].splitlines())

    newsroom.run("correct", "karmalink", "--note", "x", *AT)
    newsroom.push()
    dry = json.loads(newsroom.run("undo", "--dry-run", "--json", *AT)[1])
    assert (dry["removed"], len(dry["lines"])) == (False, 2)
    assert "(review.updated); what they were told already cannot be unsent" in dry["next"]
    assert newsroom.run("undo", *AT)[1].splitlines()[-1] == f"next       {dry['next']}"


def test_undoing_a_rename_that_was_published_is_refused_with_the_way_back(
    make_site: Callable[..., Site],
) -> None:
    """The command that the hint names works, and leaves no error behind."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.run("rename", "karmalink", "b", *AT)
    newsroom.push()

    status, out, err = newsroom.run("undo", *AT)

    assert (status, out) == (5, "")
    assert err.splitlines() == [
        "error: posts/a.md was announced at /reviews/b/ since, and nobody would find it there; nothing was taken back",
        "help: `publisher rename b karmalink` renames it back, and leaves a redirect",
    ]
    assert "(posts/a.md was announced at" in newsroom.run("undo", "--list", *AT)[1]
    assert newsroom.run("rename", "b", "karmalink", *AT)[0] == 0
    newsroom.push()
