"""`publisher doctor`: one line a finding, the way out below it, and a status that tells the truth."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import POST
from tests.doctor.clinic import web
from tests.net.net_servers import LOOPBACK

if TYPE_CHECKING:
    from tests.conftest import MakeSite, Run

FAULTY = POST.replace("rating: 4", "rating: 9")


def test_each_finding_is_a_line_and_what_to_do_stands_below(make_site: MakeSite, run: Run) -> None:
    """A warning is no failure; the last line counts."""
    make_site()
    done = run("doctor", "--offline")
    lines = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0].startswith("ok       versions       publisher ")
    assert lines[1].startswith(
        "warning  configuration  base_url, https://reviews.example/, is still a placeholder"
    )
    assert lines[2] == "         help: put the site's own address into publisher.toml"
    assert re.fullmatch(r"examined   \d+ to be looked at, \d+ skipped, \d+ ok", lines[-1])
    assert all(
        re.match(r"(ok|warning|failed|skipped) +\S+ +\S|         help: \S", line) for line in lines[:-1]
    )


def test_a_failure_ends_with_4(make_site: MakeSite, run: Run) -> None:
    """With --quiet nothing else is said; with --verbose more than the line holds."""
    make_site({"karmalink.md": FAULTY})

    done = run("doctor", "--offline", "--quiet")

    assert done.returncode == 4
    assert done.stdout == (
        "failed   posts          1 post, 1 with errors: nothing can be published\n"
        "         help: `publisher validate` shows each fault, with its place and a way out\n"
    )
    assert "\n         posts/karmalink.md\n" in run("doctor", "--offline", "--verbose").stdout


def test_machines_get_every_finding(make_site: MakeSite, run: Run) -> None:
    """In one document with a version, on one that failed, too."""
    make_site({"karmalink.md": FAULTY})
    done = run("doctor", "--offline", "--json")
    told = json.loads(done.stdout)

    assert (done.returncode, done.stderr, told["format_version"]) == (4, "", 1)
    assert [finding for finding in told["findings"] if finding["state"] == "failed"] == [
        {
            "name": "posts",
            "state": "failed",
            "message": "1 post, 1 with errors: nothing can be published",
            "help": "`publisher validate` shows each fault, with its place and a way out",
            "details": ["posts/karmalink.md"],
        }
    ]
    assert told["counts"]["failed"] == 1
    assert sum(told["counts"].values()) == len(told["findings"])


def test_a_folder_that_is_no_site_is_a_finding_too(run: Run) -> None:
    """What needs no site is looked at."""
    done = run("doctor")

    assert done.returncode == 4
    assert "failed   configuration  there is no publisher.toml in " in done.stdout
    assert "ok       versions " in done.stdout


def test_names_of_files_cannot_steer_the_terminal(make_site: MakeSite, run: Run) -> None:
    """Control characters are shown, and half characters leave JSON readable."""
    make_site({"a\x1b]0;x\x07.md": FAULTY, os.fsdecode(b"\xff.md"): FAULTY})

    assert "\x1b" not in run("doctor", "--offline", "--verbose").stdout
    details = json.loads(run("doctor", "--offline", "--json").stdout)["findings"]
    assert not re.search(r"[\ud800-\udfff]", repr(details))


def test_the_site_s_own_web_server_is_asked(make_site: MakeSite, run: Run) -> None:
    """By the command itself, through the guarded way out that publisher.toml opens."""
    with web() as server:
        configuration = server.configuration().replace("reviews.film", "127.0.0.1")
        site = make_site(configuration=configuration, more=f'[network]\nallow = ["{LOOPBACK[0]}"]\n')
        server.deploy(site)
        out = run("doctor").stdout

    assert f"ok       feed-urls      {site.syndication.url}rss.xml is what was generated here\n" in out
    assert server.asked == ["/", "/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json"]


def test_a_terminal_shows_states_in_colour(make_site: MakeSite) -> None:
    """Each by its role: green, yellow, red."""
    site = make_site({"karmalink.md": FAULTY})
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-m", "publisher", "doctor", "--offline", "--site", str(site.root)],
        stdout=theirs,
        env=environment,
    ) as process:
        os.close(theirs)
        out = b""
        while chunk := _read(ours):
            out += chunk
        process.wait(60)
    os.close(ours)

    assert b"\x1b[32mok     \x1b[0m  versions" in out
    assert b"\x1b[33m\x1b[1mwarning\x1b[0m  configuration" in out
    assert b"\x1b[31m\x1b[1mfailed \x1b[0m  posts" in out


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other side has closed
        return b""
