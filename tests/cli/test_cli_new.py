"""`publisher new` and `publisher init`, as somebody at a terminal meets them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.desk.new_site import SAMPLE
from publisher.posts import read_posts
from publisher.site import FILE_NAME, load_site
from tests import warm_start

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite, Run

ANOTHER = '[authors.hester]\nname = "Hester Pellow"\n'
COMMAND = "from publisher.cli import main; main()"


def at_a_terminal(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Run `publisher` with some words at a terminal; return its status and what the screen shows."""
    terminal, screen = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        stdin=screen,
        stdout=screen,
        stderr=screen,
    )
    os.close(screen)
    shown = b""
    with suppress(OSError):  # how Linux tells that the other end is closed
        while piece := os.read(terminal, 4096):
            shown += piece
    os.close(terminal)
    return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")


def test_from_an_empty_folder_to_feeds(tmp_path: Path, run: Run) -> None:
    """A new site validates, publishes and takes a new review, by the commands that init names."""
    made = run("init", "my-reviews", TZ="Europe/Lisbon")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout == (
        f"made       my-reviews/{FILE_NAME}: your settings, each with what it is for; put your own address into base_url\n"
        f"made       my-reviews/posts/{SAMPLE}: a sample review\n"
        "next       cd my-reviews && publisher validate\n"
        '           publisher new "TITLE"\n'
        "           publisher publish\n"
    )
    folder = tmp_path / "my-reviews"

    validated = run("validate", cwd=folder)
    begun = run("new", "Karmalink", "--year", "2021", cwd=folder)
    published = run("publish", cwd=folder)

    assert validated.stdout == "validated  1 post: no faults\n"
    assert (begun.returncode, begun.stderr) == (0, "")
    assert begun.stdout.startswith(
        "wrote      posts/karmalink.md\nnext       fill it in; `publisher validate "
    )
    assert (published.returncode, published.stderr) == (0, "")
    feed = (folder / "feeds" / "atom.xml").read_text(encoding="utf-8")
    assert "Carnival of Souls" in feed
    assert "Karmalink" not in feed


def test_init_tells_machines_what_it_made(tmp_path: Path, run: Run) -> None:
    """Files relative to the site, and what the site is called."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "mine.md").write_text("", encoding="utf-8")

    told = json.loads(run("init", "--title", "The Wing", "--time-zone", "UTC", "--json").stdout)

    assert told == {
        "format_version": 1,
        "folder": str(tmp_path),
        "made": [FILE_NAME],
        "kept": 1,
        "title": "The Wing",
        "url": "https://reviews.example/",
        "language": "en",
        "time_zone": "UTC",
    }


def test_init_refuses_twice(tmp_path: Path, run: Run) -> None:
    """The site that is there stays."""
    run("init")
    before = (tmp_path / FILE_NAME).read_bytes()

    again = run("init", "--title", "Another")

    assert (again.returncode, again.stdout) == (5, "")
    assert again.stderr.startswith(f"error: there is a site already: {FILE_NAME}\nhelp: ")
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_init_names_the_option_that_is_wrong(tmp_path: Path, run: Run) -> None:
    """As a usage error, and with nothing made."""
    done = run("init", "new", "--time-zone", "Chicago")

    assert done.returncode == 2
    assert done.stderr == (
        'error: --time-zone: "Chicago" is not a time zone\nhelp: did you mean America/Chicago?\n'
    )
    assert not (tmp_path / "new").exists()


def test_new_writes_what_was_asked_for(make_site: MakeSite, run: Run) -> None:
    """Every option has its line."""
    site = make_site({}, more=ANOTHER)

    done = run(
        "new", "A treasure: lost", "--film", "Karmalink", "--year", "2021", "--director", "Jake Wachtel",
        "--author", "hester", "--date", "2030-01-02T09:00", "--slug", "treasure", "--tag", "ghosts", "--tag", "debuts",
        "--language", "en-GB", "--json",
    )  # fmt: skip

    (post,) = read_posts(site).require_valid().posts
    assert json.loads(done.stdout) == {
        "format_version": 1,
        "dry_run": False,
        "file": "posts/treasure.md",
        "id": post.review.id,
        "slug": "treasure",
        "title": "A treasure: lost",
        "date": "2030-01-02T09:00:00-06:00",
        "url": "https://reviews.example/reviews/treasure/",
    }
    lines = post.path.read_text(encoding="utf-8").splitlines()
    assert 'title: "A treasure: lost"' in lines
    assert "author: hester" in lines
    assert "tags: [ghosts, debuts]" in lines
    assert "language: en-GB" in lines
    assert '  directors: ["Jake Wachtel"]' in lines


def test_new_says_what_is_missing(make_site: MakeSite, run: Run) -> None:
    """An author where there are several, quotes around a title, an hour that exists."""
    make_site(more=ANOTHER)

    for words, message in (
        (["X"], "error: the site has 2 authors; say who writes the review\nhelp: such as --author desk; "),
        (
            ["The", "Fog"],
            "error: the title came as 2 words\nhelp: put it in quotes: publisher new 'The Fog'\n",
        ),
        (
            ["X", "--author", "desk", "--date", "2026-03-08T02:30"],
            "error: --date: 2026-03-08 02:30 does not exist in America/Chicago: clocks change then\nhelp: say which is meant: 2026-03-08T02:30-06:00 (03:30 CDT) or 2026-03-08T02:30-05:00 (01:30 CST)\n",
        ),
    ):
        done = run("new", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(message)


def test_new_never_overwrites(make_site: MakeSite, run: Run) -> None:
    """The status says that it was refused, and the hint names a slug that is free."""
    site = make_site()
    before = (site.posts / "karmalink.md").read_bytes()

    done = run("new", "Karmalink")

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == (
        'error: the slug "karmalink" is that of posts/karmalink.md\n'
        "help: name another, such as --slug karmalink-2\n"
    )
    assert (site.posts / "karmalink.md").read_bytes() == before


def test_of_two_processes_at_once_one_wins(make_site: MakeSite) -> None:
    """The other is refused."""
    site = make_site({})
    started = [warm_start.Process("-c", COMMAND, "new", "X", "--site", site.root) for _ in range(4)]

    ended = []
    for process in started:
        with process:
            ended.append(process.wait(timeout=60))
    assert sorted(ended) == [0, 5, 5, 5]
    assert read_posts(site).require_valid().checked == 1


def test_a_dry_run_shows_the_file(make_site: MakeSite, run: Run) -> None:
    """As it would be; control characters of a film's title never get that far."""
    site = make_site({})

    done = run("new", "X", "--dry-run")

    assert done.stdout.startswith("new        posts/x.md would be written\n---\nid: ")
    assert done.stdout.endswith("---\n\nWrite the review here, in Markdown.\n")
    assert list(site.posts.iterdir()) == []


def test_the_next_steps_name_the_site(make_site: MakeSite, tmp_path: Path, run: Run) -> None:
    """From another folder, they work as they are printed."""
    make_site({})
    (tmp_path / "elsewhere").mkdir()

    done = run("new", "X", "--site", "..", cwd=tmp_path / "elsewhere")

    assert "`publisher validate ../posts/x.md --site ..`" in done.stdout
    assert "`publisher publish --site ..`" in done.stdout


def test_edit_opens_the_editor_and_checks_what_was_written(make_site: MakeSite) -> None:
    """$VISUAL goes before $EDITOR; an error in the post is told, and is the status."""
    site = make_site({})

    status, shown = at_a_terminal(
        site.root, "new", "X", "--edit", VISUAL="sed -i s/^title.*/title:/", EDITOR="false"
    )

    assert status == 1
    assert shown.startswith("wrote      posts/x.md\n")
    assert "posts/x.md:3:1: error[missing-key]: `title` is empty; it is required" in shown
    assert "validated  1 post: 1 error, 1 piece of advice\n" in shown


def test_edit_is_content_with_a_draft(make_site: MakeSite) -> None:
    """Advice is no error."""
    site = make_site({})

    status, shown = at_a_terminal(site.root, "new", "X", "--edit", VISUAL="true")

    assert status == 0
    assert "validated  1 post: 1 piece of advice\n" in shown


def test_edit_tells_kindly_that_there_is_no_editor(make_site: MakeSite) -> None:
    """The post is there all the same."""
    site = make_site({})
    for editor in ("no-such-editor", "vi 'x", "false"):
        status, shown = at_a_terminal(site.root, "new", "X", "--slug", editor[:2], "--edit", VISUAL=editor)

        assert status == 4
        assert "error: the editor did not work: " in shown
        assert f"help: name one in the environment variable EDITOR; posts/{editor[:2]}.md is written" in shown
    assert read_posts(site).require_valid().checked == 3


def test_edit_takes_note_of_a_file_that_is_gone(make_site: MakeSite) -> None:
    """An editor can save under another name, or not at all."""
    site = make_site({})

    assert at_a_terminal(site.root, "new", "X", "--edit", VISUAL="rm") == (
        0,
        "wrote      posts/x.md\ngone       posts/x.md is no longer there: nothing was checked\n",
    )


def test_edit_wants_a_terminal(make_site: MakeSite, run: Run) -> None:
    """Before anything is written."""
    site = make_site({})

    for more, message in (
        ([], "--edit needs a terminal"),
        (["--json"], "--edit and --json do not go"),
        (["--dry-run"], "--edit and --dry-run do not go"),
    ):
        done = run("new", "X", "--edit", *more, VISUAL="true")
        assert done.returncode == 2
        assert message in done.stderr + done.stdout
    assert list(site.posts.iterdir()) == []


def test_what_init_makes_loads_under_any_name(tmp_path: Path, run: Run) -> None:
    """A folder's name may hold anything that no shell likes."""
    name = "a 'b' \"c\" $(x) #\u200f"

    done = run("init", name)

    assert done.returncode == 0, done.stderr
    assert load_site(tmp_path / name).title
    assert read_posts(load_site(tmp_path / name)).diagnostics == ()
