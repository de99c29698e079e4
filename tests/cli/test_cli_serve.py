"""`publisher serve`, run as a process and visited over real sockets."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.serve.visiting import generated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.site import Site


class Serving:
    """A running `publisher serve`, and what it has said so far."""

    def __init__(self, site: Site, *words: str, **environment: str) -> None:
        # What is read from a pipe line by line is lost for who reads the rest.
        self._errors = site.root / "stderr"
        stream = self._errors.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "publisher", "serve", "--port", "0", *words],
            cwd=site.root,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=stream,
            encoding="utf-8",
        )
        stream.close()
        self.said = self.line(0)
        (self.url,) = re.findall(r"http://\S+", self.said)

    def line(self, number: int) -> str:
        """Wait for a line on stderr."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            lines = self._errors.read_text(encoding="utf-8").splitlines(keepends=True)
            if len(lines) > number and lines[number].endswith("\n"):
                return lines[number]
            time.sleep(0.02)
        raise AssertionError(self._errors.read_text(encoding="utf-8"))

    def ask(self, path: str, **headers: str) -> int:
        """Ask for a path."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        connection.request(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """End it as a person or a system does; return the status, stdout, and stderr after its first line."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out, self._errors.read_text(encoding="utf-8").removeprefix(self.said)


@contextmanager
def serving(site: Site, *words: str, **environment: str) -> Iterator[Serving]:
    """Run it, and see that it does not outlive the test."""
    running = Serving(site, *words, **environment)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """Make a site and generate its feeds."""
    return generated(make_site())


def test_it_says_where_it_serves_and_what_was_asked(site: Site) -> None:
    """One line when it listens, one line for each request, and Ctrl-C ends it without a word."""
    with serving(site) as running:
        asked = [
            running.ask(path, user_agent="Reader/1")
            for path in ("/feeds/rss.xml", "/reviews/karmalink/", "/nothing/?x=1")
        ]
        status, out, err = running.end()

    assert asked == [200, 200, 404]
    assert re.fullmatch(r"serving on http://127\.0\.0\.1:\d+/\n", running.said)
    assert [re.sub(r"[\d,]+ bytes", "N bytes", line) for line in out.splitlines()] == [
        "200        GET   /feeds/rss.xml  N bytes  Reader/1",
        "200        GET   /reviews/karmalink/  N bytes  Reader/1",
        "404        GET   /nothing/?x=1  N bytes  Reader/1",
    ]
    assert (status, err) == (0, "")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_it_ends_cleanly_however_it_is_ended(site: Site, number: int, status: int) -> None:
    """While a visitor still holds a connection open, too; nothing is complained of."""
    with serving(site) as running:
        parts = urlsplit(running.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        connection.request("GET", "/feeds/rss.xml")
        connection.getresponse().read()
        began = time.monotonic()
        ended = running.end(number)
        took = time.monotonic() - began
        connection.close()

    assert (ended[0], ended[2]) == (status, "")
    assert took < 20


def test_quiet_logs_nothing_and_verbose_what_decided(site: Site) -> None:
    """-q leaves the address; -v adds the headers that decide an answer."""
    with serving(site, "-q") as running:
        running.ask("/feeds/rss.xml")
        quiet = running.end()
    with serving(site, "-v") as running:
        running.ask("/feeds/rss.xml", if_none_match="*", user_agent="Reader/1")
        verbose = running.end()

    assert quiet == (0, "", "")
    assert verbose[1].splitlines() == [
        "304        GET   /feeds/rss.xml  Reader/1",
        "           accept-encoding: identity",
        "           if-none-match: *",
    ]


def test_json_is_a_line_for_each_request(site: Site) -> None:
    """The first line says where; every line carries the format's version."""
    with serving(site, "--json") as running:
        running.ask("/feeds/rss.xml", user_agent="Reader/1")
        _, out, _ = running.end()

    first, second = map(json.loads, out.splitlines())
    assert first == {"format_version": 1, "serving": running.url}
    size = second.pop("bytes")
    assert size == (site.feeds / "rss.xml").stat().st_size
    assert second == {
        "format_version": 1,
        "method": "GET",
        "target": "/feeds/rss.xml",
        "status": 200,
        "encoding": None,
        "headers": {"accept-encoding": "identity", "user-agent": "Reader/1"},
    }


def test_no_visitor_steers_the_terminal(site: Site) -> None:
    """Control characters of a request are shown, not obeyed."""
    with serving(site) as running:
        running.ask("/%1b[2J", user_agent="\x1b[2Jevil\x9b")
        _, out, _ = running.end()

    assert "\x1b" not in out
    assert "\x9b" not in out
    assert "evil" in out


def test_a_site_without_feeds_is_served_and_told_what_to_do(make_site: Callable[..., Site]) -> None:
    """Previews work before anything is generated."""
    with serving(make_site()) as running:
        running.line(1)
        assert [running.ask(path) for path in ("/reviews/karmalink/", "/feeds/rss.xml", "/")] == [
            200,
            404,
            200,
        ]
        status, _, err = running.end()

    assert (status, err) == (0, "warning: there are no feeds yet; run `publisher generate`\n")


def test_who_opens_it_to_others_is_told_what_that_means(site: Site) -> None:
    """Drafts are part of what others can read then."""
    with serving(site, "--host", "0.0.0.0") as running:
        running.line(1)
        assert running.ask("/feeds/rss.xml") == 200
        _, _, err = running.end()

    assert running.url.startswith("http://127.0.0.1:")
    assert err == "warning: whoever can reach this machine over the network can read all posts, drafts too\n"


@pytest.mark.parametrize(("feeds", "path"), [(True, "feeds/index.html"), (False, "")])
def test_the_browser_is_opened_where_one_begins(
    make_site: Callable[..., Site], tmp_path: Path, *, feeds: bool, path: str
) -> None:
    """--open opens the page to subscribe from, or the list of posts while there is none."""
    site = generated(make_site()) if feeds else make_site()
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\nprintf %s "$1" > opened.new\nmv opened.new opened\n', encoding="utf-8")
    browser.chmod(0o755)
    with serving(site, "--open", BROWSER=f"{browser} %s") as running:
        end = time.monotonic() + 20
        while not (site.root / "opened").exists() and time.monotonic() < end:
            time.sleep(0.05)
        opened = (site.root / "opened").read_text(encoding="utf-8")
        asked = running.ask(f"/{path}")

    assert opened == f"{running.url}{path}"
    assert asked == 200


def test_a_browser_that_does_not_start_is_no_reason_to_end(site: Site) -> None:
    """It says which address to open, and serves on."""
    with serving(site, "--open", BROWSER="/nothing/there %s", PATH="", DISPLAY="") as running:
        said = running.line(1)
        assert running.ask("/") == 200

    assert said == f"warning: no browser could be started; open {running.url}feeds/index.html yourself\n"


def test_a_port_that_is_taken_ends_in_a_message(site: Site) -> None:
    """Status 4, what is wrong, and what to do."""
    with serving(site) as running:
        port = urlsplit(running.url).port
        done = subprocess.run(
            [sys.executable, "-m", "publisher", "serve", "--port", str(port)],
            cwd=site.root,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    assert done.returncode == 4
    assert done.stderr == (
        f"error: port {port} of 127.0.0.1 cannot be listened on: Address already in use\n"
        "help: choose another with --port\n"
    )


def test_without_a_site_it_does_not_begin(tmp_path: Path) -> None:
    """As every other command."""
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "serve"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert done.returncode == 4
    assert done.stderr.startswith("error: there is no publisher.toml in ")


def test_whoever_reads_the_log_may_leave(site: Site) -> None:
    """`publisher serve | head -1` ends when head does, without a complaint."""
    with serving(site) as running:
        assert running.process.stdout is not None
        running.process.stdout.close()
        running.process.stdout = None
        running.ask("/")
        status, _, said = running.end(0)

    assert (status, said) == (0, "")


def test_strange_settings_of_the_environment_change_nothing(site: Site) -> None:
    """What other servers take from the environment is not ours."""
    with serving(
        site, WEB_CONCURRENCY="many", FORWARDED_ALLOW_IPS="*", PORT="1", LC_ALL="C", TZ="Asia/Tokyo"
    ) as running:
        assert running.ask("/feeds/rss.xml", x_forwarded_for="1.2.3.4") == 200
        assert running.end()[0] == 0
