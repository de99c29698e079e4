"""Which coding an answer has: gzip where it is asked for, and never where it is refused (RFC 9110, 12.5.3)."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.serve.visiting import NOW, PLAIN, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site
    from tests.serve.visiting import Visitor

FEED = "/feeds/atom.xml"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br", None),
        ("deflate, br;q=1.0", None),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("gzip ; Q=0.5", "gzip"),
        ("gzip;q=1.000", "gzip"),
        ("*", "gzip"),
        ("br, *;q=0.1", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000", None),
        ("gzip;q=0, *", None),
        ("*;q=0", "406"),
        ("identity;q=0", "406"),
        ("identity;q=0, br", "406"),
        ("*;q=0, identity", None),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0, *", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("identity;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.5, *;q=0.9", None),
        ("gzip;q=broken", None),
        ("gzip;level=9", None),
        ("nogzip", None),
        (",,gzip,,", "gzip"),
    ],
)
def test_the_coding_is_what_weighs_most(
    standing: Visitor, accepted: str | None, encoding: str | None
) -> None:
    """Weights, stars and what is left out mean what the standard says; 406 where nothing would do."""
    lines = f"Accept-Encoding: {accepted}\r\n" if accepted is not None else ""
    raw = standing.send(
        f"GET {FEED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n".encode()
    )
    head, _, body = raw.partition(b"\r\n\r\n")
    plain = (standing.site.feeds / "atom.xml").read_bytes()

    if encoding == "406":
        assert head.startswith(b"HTTP/1.1 406 ")
        return
    assert head.startswith(b"HTTP/1.1 200 ")
    assert (b"\r\ncontent-encoding: gzip" in head) == (encoding == "gzip")
    assert (gzip.decompress(body) if encoding else body) == plain


def test_several_lines_are_one_list(standing: Visitor) -> None:
    """Accept-Encoding may stand on several lines (5.3)."""
    request = f"GET {FEED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: br\r\nAccept-Encoding: gzip\r\n\r\n"

    assert b"content-encoding: gzip" in standing.send(request.encode())


def test_each_coding_has_a_tag_of_its_own(standing: Visitor) -> None:
    """Strong tags are of the very bytes (8.8.3.3), and each is good for its own coding only."""
    plain = standing.ask(FEED)
    packed = standing.ask(FEED, headers={"accept-encoding": "gzip"})

    def status(coding: str, tag: str) -> int:
        return standing.ask(FEED, headers={"accept-encoding": coding, "if-none-match": tag}).status

    assert packed.headers["etag"] == f'"{hashlib.sha256(packed.body).hexdigest()}"'
    assert plain.headers["etag"] != packed.headers["etag"]
    assert status("gzip", packed.headers["etag"]) == status("identity", plain.headers["etag"]) == 304
    assert status("gzip", plain.headers["etag"]) == status("identity", packed.headers["etag"]) == 200


def test_caches_are_told_that_the_coding_varies(standing: Visitor) -> None:
    """Vary is there whatever was asked for, in a 304 too; a picture has one form only."""
    for headers in (PLAIN, {"accept-encoding": "gzip"}, {**PLAIN, "if-none-match": "*"}):
        assert standing.ask(FEED, headers=headers).headers["vary"] == "Accept-Encoding"


def test_the_copy_that_generate_made_is_what_is_sent(make_site: Callable[..., Site]) -> None:
    """Where there are `.gz` files beside the feeds, their bytes go out; a copy of other bytes never does."""
    site = make_site(more="[syndication]\ncompressed = true\n")
    generate(read_posts(site).posts, site, NOW)
    copy = site.feeds / "atom.xml.gz"
    plain = (site.feeds / "atom.xml").read_bytes()
    other = gzip.compress(plain, 1, mtime=1)
    copy.write_bytes(other)

    with serving(site) as visitor:
        sent = visitor.ask(FEED, headers={"accept-encoding": "gzip"})
        itself = visitor.ask(f"{FEED}.gz", headers={"accept-encoding": "gzip"})
    assert sent.body == other
    assert (itself.headers["content-type"], itself.body) == ("application/gzip", other)
    assert "content-encoding" not in itself.headers
    for wrong in (
        gzip.compress(plain + b" "),
        other + b"more",
        other[:-1],
        b"",
        b"no gzip",
        gzip.compress(b"\0" * 10**8),
    ):
        copy.write_bytes(wrong)
        with serving(site) as visitor:
            assert gzip.decompress(visitor.ask(FEED, headers={"accept-encoding": "gzip"}).body) == plain
    copy.write_bytes(other)


def test_encoding_is_the_same_each_time(make_site: Callable[..., Site]) -> None:
    """No date is among the bytes: two servers send the same, under the same tag."""
    site = make_site()
    generate(read_posts(site).posts, site, NOW)
    answers = []
    for _ in range(2):
        with serving(site) as visitor:
            answers.append(visitor.ask(FEED, headers={"accept-encoding": "gzip"}))

    assert answers[0].body == answers[1].body
    assert answers[0].headers["etag"] == answers[1].headers["etag"]
