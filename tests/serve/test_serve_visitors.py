"""Who may ask, and how: names, methods, sizes, and what a server does with nonsense."""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from publisher.errors import EnvironmentFault
from publisher.serve import PreviewServer, pages
from publisher.serve.visitors import Visitors
from tests.serve.visiting import PLAIN, Visitor, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

REQUEST = "GET /feeds/rss.xml HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LocalHost:1", 200),
        ("localhost.:80", 200),
        ("[::1]", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("reviews.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("xlocalhost", 421),
        ("192.168.1.5", 421),
        ("0.0.0.0", 421),
        ("127.0.0.2", 421),
        ("[::2]", 421),
        ("", 400),
        ("localhost/../x", 400),
        ("user@localhost", 400),
        ("localhost, evil.example", 400),
        ("local host", 400),
        ("localhost:80:80", 400),
        ("::1", 400),
        ("☃", 400),
    ],
)
def test_only_names_of_this_machine_are_answered_to(standing: Visitor, host: str, status: int) -> None:
    """A page of a stranger whose name was made to lead here gets nothing (DNS rebinding)."""
    for path in ("/feeds/rss.xml", "/reviews/draft/"):
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        raw = standing.send(request)
        assert raw.startswith(f"HTTP/1.1 {status} ".encode()), raw[:200]
        if status != 200:
            assert b"Unfinished" not in raw
            assert b"<rss" not in raw


@pytest.mark.parametrize(
    "lines", ["", "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nHost: evil.example\r\n"]
)
def test_a_request_names_one_host(standing: Visitor, lines: str) -> None:
    """None, or two, is no request (RFC 9112, 3.2)."""
    raw = standing.send(f"GET / HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())

    assert raw.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("given", "address", "others", "taken", "refused"),
    [
        ("127.0.0.1", "127.0.0.1", False, "127.0.0.1", "10.0.0.1"),
        ("::1", "::1", False, "[::1]", "[::2]"),
        ("localhost", "127.0.0.1", False, "localhost", "machine.example"),
        ("preview.local", "127.0.0.1", False, "preview.local:80", "preview"),
        ("0.0.0.0", "0.0.0.0", True, "192.168.1.5:8000", "evil.example"),
        ("::", "::", True, "[fe80::1]:8000", "[fe80::x]"),
        ("machine.local", "192.168.1.5", True, "machine.local", "evil.example"),
        ("0.0.0.0", "0.0.0.0", True, socket.gethostname(), "evil.example"),
        ("fe80::1%eth0", "fe80::1%eth0", True, "[fe80::1]", "evil.example"),
    ],
)
def test_the_names_fit_the_address_that_is_listened_on(
    given: str, address: str, taken: str, refused: str, *, others: bool
) -> None:
    """Where others can reach it, any address will do: an address leads to one machine, whoever wrote it; a name may not."""
    visitors = Visitors(given, address)

    assert visitors.others is others
    assert visitors.problem([taken]) is None
    assert visitors.problem([refused]) in {400, 421}


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"]
)
@pytest.mark.parametrize("path", ["/feeds/rss.xml", "/reviews/live/", "/nothing/", "/old/alive/"])
def test_other_methods_are_not_allowed(standing: Visitor, method: str, path: str) -> None:
    """405 says which are (RFC 9110, 15.5.6), whatever the path, and nothing changes."""
    raw = standing.send(
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi".encode()
    )

    assert raw.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET, HEAD\r\n" in raw


def test_a_body_is_not_read(standing: Visitor) -> None:
    """Whoever sends ten megabytes gets an answer, and the server goes on."""
    answer = standing.ask("/", "POST", body=bytes(50_000))

    assert answer.status == 405
    assert standing.ask("/").status == 200


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST + "X-Large: " + "x" * 200_000 + "\r\n\r\n",
        REQUEST + "".join(f"X-{number}: y\r\n" for number in range(20_000)) + "\r\n",
        "GET /" + "x" * 200_000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/9.9\r\nConnection: close\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00",
        "hello\r\n\r\n",
        "GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_forgotten(
    standing: Visitor, request_: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Headers without measure, other protocols, broken lines: 400, the next visitor is served, nobody is told."""
    try:
        raw = standing.send(request_.encode("latin-1"))
    except ConnectionError:  # it hung up before all of that was sent
        raw = b"HTTP/1.1 400 "

    assert raw.startswith(b"HTTP/1.1 400 ")
    assert standing.ask("/feeds/rss.xml").status == 200
    assert capfd.readouterr() == ("", "")


def test_odd_headers_break_nothing(standing: Visitor) -> None:
    """Any bytes may stand in a header that is asked for."""
    for name in ("If-None-Match", "If-Modified-Since", "Accept-Encoding", "User-Agent", "If-Match", "Range"):
        for value in (b"\xff\xfe", b'"' * 5000, b"," * 5000, b"*;q=" + b"9" * 5000, b"W/" * 4000, b"\t \t"):
            head = f"{REQUEST}{name}: ".encode() + value + b"\r\n\r\n"
            assert standing.send(head).split(b" ", 2)[1] in {b"200", b"304", b"412", b"406"}


def test_requests_of_one_connection_are_answered_in_turn(standing: Visitor) -> None:
    """HTTP/1.1 keeps connections open; several requests may come at once."""
    first = "GET /feeds/rss.xml HTTP/1.1\r\nHost: localhost\r\n\r\n"
    second = "HEAD /feeds/feed.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    raw = standing.send(f"{first}{second}{REQUEST.replace('rss.xml', 'feed.css')}\r\n".encode())

    assert raw.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert re.findall(rb"content-type: ([^;\r]+)", raw) == [
        b"application/xml",
        b"application/feed+json",
        b"text/css",
    ]


def test_many_may_ask_at_once(standing: Visitor) -> None:
    """Fifty at the same time, for files and for pages."""
    statuses: list[int] = []

    def visit(number: int) -> None:
        path = ("/feeds/rss.xml", "/reviews/live/", "/", "/old/alive/", "/nothing/")[number % 5]
        statuses.append(standing.ask(path).status)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] * 30 + [308] * 10 + [404] * 10


def test_a_slow_visitor_holds_up_nobody(standing: Visitor) -> None:
    """One that never ends its request costs the others nothing."""
    parts = urlsplit(standing.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert standing.ask("/").status == 200


def test_what_was_asked_is_told(standing: Visitor) -> None:
    """Each request once, with what decided its answer."""
    standing.seen.clear()
    standing.ask(
        "/feeds/rss.xml?x=1", headers={"accept-encoding": "gzip", "user-agent": "Reader/1", "x-other": "y"}
    )
    standing.ask("/feeds/rss.xml", "HEAD", headers={**PLAIN, "if-none-match": "*"})
    end = time.monotonic() + 10
    while len(standing.seen) < 2 and time.monotonic() < end:
        time.sleep(0.01)

    first, second = standing.seen
    assert (first.method, first.target, first.status, first.encoding) == (
        "GET",
        "/feeds/rss.xml?x=1",
        200,
        "gzip",
    )
    assert first.size > 100
    assert first.asked == {"user-agent": "Reader/1", "accept-encoding": "gzip"}
    assert (second.method, second.status, second.size, second.encoding) == ("HEAD", 304, 0, None)
    assert second.asked == {"accept-encoding": "identity", "if-none-match": "*"}


def test_an_error_that_nobody_foresaw_ends_one_request_only(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks gets a page without details, and whoever started the server is told."""
    reported: list[Exception] = []
    with PreviewServer(site, report=reported.append) as server:
        visitor = Visitor(server, site, [], [])
        with monkeypatch.context() as broken:
            broken.setattr(pages, "review_page", lambda *_: 1 // 0)
            answer = visitor.ask("/reviews/live/")
        again = visitor.ask("/reviews/live/")

    assert (answer.status, again.status) == (500, 200)
    assert "ZeroDivisionError" not in answer.text
    assert [type(error) for error in reported] == [ZeroDivisionError]


def test_what_the_caller_raises_ends_the_server_and_is_raised_again(site: Site) -> None:
    """A reader of the log that has gone is no reason to go on."""

    def gone(_: object) -> None:
        raise BrokenPipeError

    server = PreviewServer(site, show=gone)
    server.__enter__()
    answer = Visitor(server, site, [], []).ask("/")

    with pytest.raises(BrokenPipeError):
        server.__exit__(None)
    assert answer.status == 200


def test_a_port_that_is_taken_is_refused_kindly(site: Site) -> None:
    """The message names port and host, and says what to do."""
    with serving(site) as visitor:
        port = urlsplit(visitor.url).port or 0
        with pytest.raises(EnvironmentFault) as caught:
            PreviewServer(site, port=port)

    assert caught.value.message == f"port {port} of 127.0.0.1 cannot be listened on: Address already in use"
    assert caught.value.hint == "choose another with --port"


@pytest.mark.parametrize(
    "host", ["no-such-host.invalid", "256.1.1.1", "203.0.113.1", "a" * 300, "bad host", "", "\x00"]
)
def test_an_address_that_is_not_ours_is_refused_kindly(site: Site, host: str) -> None:
    """Whatever is wrong with it, it ends in one message, and no other port would help."""
    with pytest.raises(EnvironmentFault) as caught:
        PreviewServer(site, host=host)

    assert caught.value.message.startswith(f"{host or 'an empty name'} cannot be listened on: ")
    assert caught.value.hint == "name an address of this machine with --host, or leave --host out"


def test_a_port_that_is_taken_at_one_of_a_names_addresses_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address is not this machine's, the second is; another port of it would do."""
    with serving(site) as visitor:
        port = urlsplit(visitor.url).port or 0
        both = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("203.0.113.1", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        with pytest.raises(EnvironmentFault, match=f"port {port} of both") as caught:
            PreviewServer(site, host="both", port=port)

    assert caught.value.hint == "choose another with --port"


@pytest.mark.parametrize("host", ["localhost", "::1", "0.0.0.0"])
def test_it_listens_where_it_is_told_to(site: Site, host: str) -> None:
    """By name, by IPv6, on all addresses; the address it tells leads there."""
    try:
        with serving(site, host=host) as visitor:
            assert visitor.ask("/feeds/rss.xml").status == 200
            assert visitor.server.reachable is (host == "0.0.0.0")
    except EnvironmentFault:
        if host == "::1":
            pytest.skip("this machine has no IPv6")
        raise


def test_it_can_be_started_again_at_once(make_site: Callable[..., Site]) -> None:
    """The port is free as soon as the server has ended, though connections were open."""
    site = make_site()
    port = 0
    for _ in range(3):
        with PreviewServer(site, port=port) as server:
            port = urlsplit(server.url).port or 0
            connection = socket.create_connection(("127.0.0.1", port))
        connection.close()
