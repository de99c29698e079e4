"""publisher.toml becomes a Site whole, or an error with every fault; nothing else ever escapes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from publisher.errors import ConfigurationError
from publisher.model import REVIEW_EVENTS, Author, EventType, OfferKind
from publisher.site import (
    FILE_NAME,
    ArchivePeriod,
    Deploy,
    Endpoint,
    FeedRule,
    ImageFolder,
    Licence,
    Site,
    Syndication,
    Webhooks,
    load_site,
)

SMALLEST = '[site]\ntitle = "W"\nbase_url = "https://w.example"\ntime_zone = "UTC"\n'
MakeSite = Callable[..., Site]


def _load(folder: Path, text: str | bytes) -> Site:
    (folder / FILE_NAME).write_bytes(text.encode() if isinstance(text, str) else text)
    return load_site(folder)


def test_the_smallest_configuration_has_sound_defaults(tmp_path: Path) -> None:
    """Three keys are enough; everything else has the default that its description names."""
    site = _load(tmp_path, SMALLEST)

    assert site.root == tmp_path
    assert (site.base_url, site.syndication.url) == ("https://w.example/", "https://w.example/feeds/")
    assert (site.posts, site.feeds, site.state) == (
        tmp_path / "posts",
        tmp_path / "feeds",
        tmp_path / ".publisher",
    )
    assert (site.permalink, site.language, site.syndication.limit, site.syndication.ttl) == (
        "/reviews/{slug}/",
        "en",
        50,
        60,
    )
    assert site.syndication == Syndication(url="https://w.example/feeds/")
    assert site.secrets == tmp_path / ".publisher/secrets"
    assert (site.images, site.licence, site.watch.region, site.tagline) == (None,) * 4
    assert (site.webhooks, site.deploy) == (Webhooks(), Deploy())
    assert (site.allow, dict(site.authors)) == ((), {})
    assert site.scale.describe(Decimal(4)) == "4 of 5 stars"


def test_every_setting_reaches_the_site(tmp_path: Path) -> None:
    """What is written is what the rooms above get to see."""
    site = _load(
        tmp_path,
        SMALLEST
        + """
tagline = "T"
permalink = "/{year}/{slug}"
language = "km"
licence = {name = "CC BY 4.0", url = "https://cc.example/"}
[paths]
posts = "a/"
feeds = "b"
state = "c"
[images]
directory = "a/i"
url = "https://i.example/x"
[rating]
minimum = 1
maximum = 10
step = 0.1
unit = "claw"
units = "claws"
symbol = "x"
[authors.desk]
name = " The  Desk "
url = "https://w.example/desk"
[watch]
region = "kh"
[syndication]
url = "https://f.example"
limit = 5
ttl = 7
archive = "year"
author_feeds = false
tag_feeds = 1
tags_without_feed = ["news", "Site notes"]
hubs = ["https://hub.example/", "https://hub.example/b"]
compressed = true
[[feeds]]
name = "all"
[[feeds]]
name = "at-home"
title = "At home"
description = "To watch at home"
tag = "ghosts"
author = "desk"
service = "Vudu"
kind = "rent"
region = "kh"
country = "su"
year = 1968
minimum_rating = 4.2
limit = 9
content = "summary"
[[feeds]]
name = "lists"
tag = ["ghosts", "Sci-Fi"]
author = ["desk"]
service = ["Apple TV", "iTunes", "shudder"]
kind = ["rent", "subscription"]
region = ["KH", "US"]
country = ["IT", "KH"]
year = [1968, "1970-1979", "1931"]
[webhooks]
secrets = "s"
concurrency = 64
disable_after = 9
keep = 30
[[webhooks.endpoints]]
name = "one"
url = "https://p.example/hook"
[[webhooks.endpoints]]
name = "two"
url = "https://q.example/hook"
events = ["review.retracted"]
content = "full"
concurrency = 2
rate = 1000
[network]
allow = ["127.0.0.1", "fd00::/8"]
[deploy]
command = "true"
timeout = 3
wait_for_live = 600
""",
    )

    assert (site.tagline, site.permalink, site.language) == ("T", "/{year}/{slug}", "km")
    assert site.licence == Licence("CC BY 4.0", "https://cc.example/", "W")
    assert (site.posts, site.feeds, site.state) == (tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert site.images == ImageFolder(tmp_path / "a/i", "https://i.example/x/")
    assert (site.scale.minimum, site.scale.maximum, site.scale.step) == (
        Decimal(1),
        Decimal(10),
        Decimal("0.1"),
    )
    assert (site.scale.unit, site.scale.units, site.scale.symbol) == ("claw", "claws", "x")
    assert site.authors == {"desk": Author("desk", "The Desk", "https://w.example/desk")}
    assert site.watch.region == "KH"
    assert site.syndication == Syndication(
        url="https://f.example/",
        limit=5,
        ttl=7,
        archive=ArchivePeriod.YEAR,
        author_feeds=False,
        tag_feeds=1,
        tags_without_feed=("news", "Site notes"),
        hubs=("https://hub.example/", "https://hub.example/b"),
        compressed=True,
        rules=(
            FeedRule(name="all", limit=5),
            FeedRule(
                name="at-home",
                title="At home",
                description="To watch at home",
                tags=("ghosts",),
                authors=("desk",),
                services=("fandango-at-home",),
                kinds=(OfferKind.RENT,),
                regions=("KH",),
                countries=("SU",),
                years=((1968, 1968),),
                minimum_rating=Decimal("4.2"),
                limit=9,
                full=False,
            ),
            FeedRule(
                name="lists",
                tags=("ghosts", "Sci-Fi"),
                authors=("desk",),
                services=("apple-tv-store", "apple-tv-plus", "shudder"),
                kinds=(OfferKind.RENT, OfferKind.SUBSCRIPTION),
                regions=("KH", "US"),
                countries=("IT", "KH"),
                years=((1968, 1968), (1970, 1979), (1931, 1931)),
                limit=5,
            ),
        ),
    )
    one = Endpoint("one", "https://p.example/hook", frozenset(REVIEW_EVENTS))
    two = Endpoint(
        "two", "https://q.example/hook", frozenset({EventType.RETRACTED}), full=True, concurrency=2, rate=1000
    )
    assert site.webhooks == Webhooks(endpoints=(one, two), concurrency=64, disable_after=9, keep=30)
    assert site.endpoints == (one, two)
    assert site.allow == (ip_network("127.0.0.1/32"), ip_network("fd00::/8"))
    assert site.deploy == Deploy("true", timeout=3, wait_for_live=600)
    assert site.secrets == tmp_path / "s"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [('archive = "none"', "archive", None), ("tag_feeds = 0", "tag_feeds", None)],
)
def test_feeds_that_are_there_by_themselves_can_be_done_without(
    tmp_path: Path, line: str, name: str, value: object
) -> None:
    """No archive, and no feeds of tags, are what the rooms above know as None."""
    site = _load(tmp_path, f"{SMALLEST}[syndication]\n{line}\n")

    assert getattr(site.syndication, name) is value


@pytest.mark.parametrize(
    ("kinds", "services"),
    [
        ('"rent"', ("apple-tv-store",)),
        ('"subscription"', ("apple-tv-plus",)),
        ('["buy", "rent"]', ("apple-tv-store",)),
        ('["subscription", "rent"]', ("apple-tv-plus", "apple-tv-store")),
    ],
)
def test_a_name_that_services_share_is_settled_by_the_kinds_of_the_feed(
    tmp_path: Path, kinds: str, services: tuple[str, ...]
) -> None:
    """As the kind of an offer settles it in a post."""
    feed = f'[[feeds]]\nname = "a"\nservice = "Apple TV"\nkind = {kinds}\n'

    (rule,) = _load(tmp_path, SMALLEST + feed).syndication.rules

    assert rule.services == services


def test_the_site_of_this_repository_is_valid() -> None:
    """The sample configuration that newcomers copy has no fault."""
    assert load_site(Path(__file__).parents[2]).title


def test_a_missing_configuration_says_where_it_was_looked_for(tmp_path: Path) -> None:
    """The folder is named, and how to name another."""
    with pytest.raises(ConfigurationError) as caught:
        load_site(tmp_path)

    assert caught.value.message == f"there is no publisher.toml in {tmp_path}"
    assert (
        caught.value.hint
        == "go to the site's folder, or name it behind the command, as in publisher validate --site DIR"
    )


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"\xff\xfe[\0s\0", (1, 1), "byte 0 (0xFF) is not UTF-8"),
        (b"# good\n# caf\xe9\n", (2, 6), "byte 12 (0xE9) is not UTF-8"),
        (b"\xef\xbb\xbf# caf\xe9\n", (1, 6), "byte 8 (0xE9) is not UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_a_fault_like_any_other(
    tmp_path: Path, content: bytes, place: tuple[int, int], message: str
) -> None:
    """Other encodings get file, line, column and the byte as it lies in the file."""
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, content)
    (fault,) = caught.value.diagnostics

    assert (fault.code, fault.line, fault.column, fault.message) == ("file-encoding", *place, message)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Nobody has settings of that size."""
    with pytest.raises(ConfigurationError, match="is larger than 256 KiB"):
        _load(tmp_path, b"#" * (256 * 1024 + 1))


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A folder or a pipe of that name ends in a message, not in waiting."""
    make(tmp_path / FILE_NAME)

    with pytest.raises(ConfigurationError, match="is not a regular file"):
        load_site(tmp_path)


def test_a_folder_reached_by_a_detour_is_the_same_site(tmp_path: Path) -> None:
    """`..` in the way to a site does not get into its paths."""
    (tmp_path / "sub").mkdir()
    (tmp_path / FILE_NAME).write_text(SMALLEST)

    assert load_site(tmp_path / "sub" / "..").posts == tmp_path / "posts"


WORDS = st.sampled_from(
    ["[site]", "[[webhooks.endpoints]]", "[syndication]", "[[feeds]]", "[feeds]", "year", "service", "hubs", "name", "title", "=", '"x"', "1", "a.b", "{", "}", "[", "]", "\n", "\r\n", "#é",
     "'", '"""', "2026-01-01", "nan", "\\u0000", "映", ",", "[rating]", "step", "0", "true", "allow", "events"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.lists(WORDS, max_size=30).map(" ".join).map(str.encode))
@example(b"a = " + b"[" * 10_000)
@example(b"a = " + b"{b=" * 5_000)
@example(b"a" + b".a" * 900 + b" = 1")
@example(b"a" + b".a" * 100_000 + b" = 1")
@example(SMALLEST.encode() + b"[syndication]\nlimit = " + b"9" * 5_000)
@example(SMALLEST.encode() + b"[rating]\nstep = 1e999999999\n")
@example(SMALLEST.encode() + b'"" = 1\n[authors.""]\nname = "x"\n')
def test_any_bytes_give_a_site_or_a_configuration_error(tmp_path: Path, content: bytes) -> None:
    """No other exception escapes, whatever stands in the file, and every fault has a place that exists."""
    text = content.decode("utf-8-sig", "replace")
    try:
        _load(tmp_path, content)
    except ConfigurationError as error:
        for fault in error.diagnostics:
            assert 1 <= fault.line <= text.count("\n") + text.count("\r") + 1
            assert fault.excerpt is None or 1 <= fault.column <= len(fault.excerpt) + 1


@pytest.mark.parametrize(
    "flood",
    [
        "".join(f'k{number} = "é"\n' for number in range(15_000)),
        "".join(f"[t{number}]\n" for number in range(20_000)),
        "x = [" + "1," * 100_000 + "]",
        '[[webhooks.endpoints]]\nname="é"\nurl="x"\n' * 5_000,
        '[[feeds]]\nname="a"\nauthor=["b","c"]\nservice="Netflx"\n' * 4_500,
        "[syndication]\nhubs = [" + '"https://a.example/", ' * 10_000 + "]",
    ],
    ids=["keys", "tables", "items", "endpoints", "feeds", "hubs"],
)
def test_a_flood_of_faults_ends_in_good_time(tmp_path: Path, flood: str) -> None:
    """A file of a quarter of a megabyte takes seconds at the very most, and lists a screenful."""
    begun = time.monotonic()
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, SMALLEST + flood)

    assert len(caught.value.diagnostics) < 400
    assert time.monotonic() - begun < 60


NEW_YEAR = datetime(2026, 1, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("base", "permalink", "slug", "expected"),
    [
        ("https://w.example/", "/reviews/{slug}/", "karmalink", "https://w.example/reviews/karmalink/"),
        ("https://w.example", "/{slug}", "karmalink", "https://w.example/karmalink"),
        ("https://w.example/blog", "/{slug}/", "karmalink", "https://w.example/blog/karmalink/"),
        ("https://w.example/", "/{year}/{month}/{day}/{slug}", "x", "https://w.example/2025/12/31/x"),
        ("https://w.example/", "/{slug}/", "呪怨", "https://w.example/%E5%91%AA%E6%80%A8/"),
        ("https://w.example/", "/критика/{slug}", "x", "https://w.example/%D0%BA%D1%80%D0%B8%D1%82%D0%B8%D0%BA%D0%B0/x"),
        ("https://w.example/", "/film:{slug}", "x", "https://w.example/film:x"),
        ("https://w.example/", "/r/{id}", "x", "https://w.example/r/4c768283"),
    ],
)  # fmt: skip
def test_an_address_is_absolute_and_made_of_ascii(
    make_site: MakeSite, base: str, permalink: str, slug: str, expected: str
) -> None:
    """Path, date in the site's zone and any script come out as RFC 3986 asks, below the base address."""
    site = make_site(
        configuration=f'[site]\ntitle = "W"\nbase_url = "{base}"\npermalink = "{permalink}"\n'
        'time_zone = "America/Chicago"\n'
    )

    assert site.address(slug=slug, id="4c768283", date=NEW_YEAR) == expected


def test_files_are_named_relative_to_the_site(make_site: MakeSite, tmp_path: Path) -> None:
    """Inside the site by the short name, outside by the whole one."""
    site = make_site()

    assert site.display(tmp_path / "posts/a.md") == "posts/a.md"
    assert site.display(Path("/elsewhere/a.md")) == "/elsewhere/a.md"


def test_what_zero_switches_off_is_none_above(tmp_path: Path) -> None:
    """Nobody is switched off, and nobody looks at the public feed."""
    site = _load(
        tmp_path, SMALLEST + "[webhooks]\ndisable_after = 0\n[deploy]\ncommand = 'true'\nwait_for_live = 0\n"
    )

    assert (site.webhooks.disable_after, site.deploy.wait_for_live) == (None, None)


def test_somebody_else_may_put_the_site_on_the_web(tmp_path: Path) -> None:
    """Then there is no command, and something to wait for all the same."""
    site = _load(tmp_path, SMALLEST + "[deploy]\nwait_for_live = 300\n")

    assert site.deploy == Deploy(None, wait_for_live=300)
