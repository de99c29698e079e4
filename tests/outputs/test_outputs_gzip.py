"""Compressed copies: any gzip reads them back, they follow their files, and damage to one is mended."""

from __future__ import annotations

import gzip
import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.outputs.files import OutputFile
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, hostile_posts, post, write_site

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.outputs import Written
    from publisher.site import Site

HEAD = "[syndication]\n"


def configured(folder: Path, *, compressed: bool = True, posts: dict[str, str] | None = None) -> Site:
    """Write a site that wants compressed copies, or none."""
    configuration = CONFIGURATION.replace(HEAD, f"{HEAD}compressed = {str(compressed).lower()}\n")
    return write_site(folder, {"a.md": post(1, "One")} if posts is None else posts, configuration)


def made(site: Site) -> Written:
    """Generate the site's feeds."""
    return generate(read_posts(site).require_valid().posts, site, NOW)


@pytest.mark.needs("gzip")
@pytest.mark.needs("zcat")
def test_gzip_reads_every_copy_back(tmp_path: Path) -> None:
    """What readers fetch has a copy, which unpacks to the very bytes; what is for the host and for us has none."""
    site = configured(tmp_path, posts=hostile_posts())
    made(site)
    copies = sorted(site.feeds.rglob("*.gz"))
    subprocess.run(["gzip", "-t", *copies], check=True)
    for copy in copies:
        unpacked = subprocess.run(["zcat", copy], check=True, capture_output=True).stdout
        assert unpacked == copy.with_suffix("").read_bytes()
        # RFC 1952, 2.3.1: neither a name nor a date is in it.
        assert copy.read_bytes()[3:8] == b"\0\0\0\0\0"
    names = {copy.relative_to(site.feeds).as_posix().removesuffix(".gz") for copy in copies}
    assert {
        "rss.xml",
        "authors/desk/atom.xml",
        "archive/2024-03/feed.json",
        "index.html",
        "feed.css",
    } <= names
    assert not {name for name in names if name.startswith(("hosts/", "redirects/", "manifest"))}


def test_a_second_run_writes_no_copy_again(tmp_path: Path) -> None:
    """Nor does a run with another zlib, which packs the same bytes to others."""
    site = configured(tmp_path)
    made(site)
    other = gzip.compress((site.feeds / "rss.xml").read_bytes(), compresslevel=1, mtime=99)
    (site.feeds / "rss.xml.gz").write_bytes(other)

    assert made(site).stale == ()
    assert (site.feeds / "rss.xml.gz").read_bytes() == other


def test_copies_follow_their_files(tmp_path: Path) -> None:
    """A review that changes is written to both; who wants no copies any more has none left."""
    site = configured(tmp_path)
    made(site)
    (site.posts / "a.md").write_text(post(1, "Two"), encoding="utf-8")
    changed = made(site).changed
    assert {"rss.xml", "rss.xml.gz"} <= set(changed)
    assert b"Two" in gzip.decompress((site.feeds / "rss.xml.gz").read_bytes())

    removed = made(configured(tmp_path, compressed=False, posts={})).removed
    assert "archive/2024-03/rss.xml.gz" in removed
    assert not list(site.feeds.rglob("*.gz"))


@pytest.mark.parametrize("size", [0, 1, 262_143, 262_144, 262_145, 1_000_000])
def test_damage_to_a_copy_is_seen(tmp_path: Path, size: int) -> None:
    """One that is cut, has something behind it, or holds anything else is no copy; a whole one is."""
    dice = random.Random(size)  # noqa: S311 - bytes, not secrets
    for content in (b" " * size, dice.randbytes(size)):
        copy = OutputFile.of("a.xml", content).copy_compressed()
        copy.look()
        whole = b"".join(copy.encoded())
        target = tmp_path / copy.name
        target.write_bytes(whole)
        assert not copy.differs(tmp_path)
        for wrong in (
            b"",
            whole[:2],
            whole[:-1],
            whole[:-8] + bytes(8) if size else whole[:-8] + b"wrongCRC",
            whole + b"x",
            whole + whole,
            gzip.compress(content + b"!"),
            gzip.compress(b" " * 50_000_000),
            content + b"\0",
        ):
            target.write_bytes(wrong)
            assert copy.differs(tmp_path), len(wrong)
