"""The archive of the main feed (RFC 5005, section 4): from the main feed, one page after another, to every live review."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.channels import Channel, ChannelKind
from publisher.model import Status
from publisher.site import ArchivePeriod
from tests.channels.channel_sites import NOW, channels, numbers, post, site_with

if TYPE_CHECKING:
    from publisher.posts import Post
    from publisher.site import Site

MONTH, YEAR = ArchivePeriod.MONTH, ArchivePeriod.YEAR
DAY = timedelta(days=1)
#: In some of these a month begins a day earlier than in others; and clocks went back over its end.
ZONES = ("UTC", "America/Chicago", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Apia", "Asia/Kathmandu")


def walk(found: dict[str, Channel]) -> list[Channel]:
    """Go from the main feed to the oldest page, as a program does that reads the archive."""
    chain = [found[""]]
    while chain[-1].older is not None:
        assert len(chain) <= len(found), "the chain bites its tail"
        chain.append(found[chain[-1].older])
    return chain


def pages(posts: list[Post], site: Site, now: datetime = NOW, kept: Any = ()) -> dict[str, list[int]]:
    """Name the pages of the archive with their posts, along the chain."""
    _, *found = walk(channels(posts, site, now, kept))
    return {page.name.removeprefix("archive/"): numbers(page) for page in found}


def dated(*dates: str) -> list[Post]:
    """Make a post of each date, at noon in UTC."""
    return [post(number, f"{date}T12:00:00+00:00") for number, date in enumerate(dates, start=1)]


def test_a_month_that_is_over_has_a_page_and_a_month_without_reviews_has_none() -> None:
    """The present one has none yet."""
    posts = dated("2024-02-01", "2024-02-29", "2025-12-31", "2026-10-31", "2026-11-01")
    assert pages(posts, site_with()) == {"2026-10": [4], "2025-12": [3], "2024-02": [2, 1]}
    assert pages(posts, site_with(archive=YEAR)) == {"2025": [3], "2024": [2, 1]}
    assert pages(posts, site_with(archive=None)) == {}


def test_pages_lead_to_one_another_both_ways() -> None:
    """The main feed leads to the newest, the oldest leads nowhere; only the main feed is in lists."""
    found = channels(dated("2024-02-01", "2025-12-31", "2026-10-31"), site_with())
    main, *chain = walk(found)
    assert (main.newer, chain[0].newer) == (None, None)
    assert [page.newer for page in chain[1:]] == [page.name for page in chain[:-1]]
    assert {page.kind for page in chain} == {ChannelKind.ARCHIVE}
    assert not any(page.listed or page.retracted for page in chain)
    assert all(channel.older is None for name, channel in found.items() if name.startswith("authors/"))


def test_the_site_s_zone_says_when_a_month_ends() -> None:
    """It ends for reviews as for the clock; in the zone, not in UTC."""
    last = post(1, "2026-11-01T04:30:00+00:00")  # in Chicago it is still October
    chicago, utc = site_with(zone="America/Chicago"), site_with()
    assert pages([last], utc) == {}
    assert pages([last], chicago) == {"2026-10": [1]}
    for site, ends in ((chicago, "2026-11-01T05:00:00+00:00"), (utc, "2026-12-01T00:00:00+00:00")):
        end = datetime.fromisoformat(ends)
        assert pages([last], site, end - timedelta(seconds=1)) == {}
        assert list(pages([last], site, end)) == [f"{(end - DAY):%Y-%m}"]


def test_the_main_feed_holds_all_that_has_no_page_yet() -> None:
    """More than its limit where it must, and never fewer than that where there are more."""
    month = [f"2026-11-{day:02}" for day in range(1, 8)]
    old = ["2025-01-01", "2026-10-30", "2026-10-31"]
    for limit, expected in ((1, 7), (7, 7), (8, 8), (50, 10)):
        assert len(channels(dated(*old, *month), site_with(limit=limit))[""].posts) == expected
    # In its first month a site has no page at all.
    assert len(channels(dated(*month), site_with(limit=1))[""].posts) == 7
    assert len(channels(dated(*month), site_with(limit=1, archive=None))[""].posts) == 1


def test_a_page_that_loses_its_last_review_stays_in_its_place() -> None:
    """Its neighbours are not touched: programs that walked by keep finding it."""
    posts = dated("2024-02-01", "2025-12-31", "2026-10-31")
    before = channels(posts, site_with())
    left = channels([posts[0], posts[2]], site_with(), kept=before.values())
    assert pages([posts[0], posts[2]], site_with(), kept=before.values()) == {
        "2026-10": [3],
        "2025-12": [],
        "2024-02": [1],
    }
    assert {name for name in before if before[name] != left[name]} == {"", "authors/desk", "archive/2025-12"}
    assert pages([], site_with(), kept=left.values()) == {"2026-10": [], "2025-12": [], "2024-02": []}


def test_pages_of_another_size_are_not_kept() -> None:
    """Who configures years has years only, and months again when that is taken back; none without an archive."""
    posts = dated("2024-02-01", "2025-12-31")
    months = channels(posts, site_with())
    years = channels(posts, site_with(archive=YEAR), kept=months.values())
    assert [name for name in years if name.startswith("archive/")] == ["archive/2025", "archive/2024"]
    again = channels(posts, site_with(), kept={**dict.fromkeys(months), **dict.fromkeys(years)})
    assert again == months
    assert walk(channels(posts, site_with(archive=None), kept=months.values()))[1:] == []


def test_a_page_is_not_there_before_its_month_is_over() -> None:
    """Though a manifest says that it was: a clock went back."""
    later = channels(dated("2026-11-20"), site_with(), NOW + 30 * DAY)
    assert "archive/2026-11" in later
    assert pages(dated("2026-11-20"), site_with(), NOW, later.values()) == {}


DATES = st.datetimes(datetime(2023, 10, 28), datetime(2026, 11, 25), timezones=st.just(UTC))  # noqa: DTZ001
#: Most near the ends of months, where zones differ.
NEAR_ENDS = st.builds(
    lambda month, minutes: datetime(2026, month, 1, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(1, 12),
    st.integers(-16 * 60, 16 * 60),
)
SITES = st.builds(
    site_with,
    zone=st.sampled_from(ZONES),
    limit=st.sampled_from([1, 2, 3, 50]),
    archive=st.sampled_from([MONTH, MONTH, YEAR]),
)


@given(st.lists(DATES | NEAR_ENDS, max_size=25), SITES, DATES | NEAR_ENDS, DATES | NEAR_ENDS)
def test_the_chain_leads_to_every_live_review(
    dates: list[datetime], site: Site, now: datetime, before: datetime
) -> None:
    """At any moment, in any zone, whatever was there before; each on the page of its own month and on no other."""
    posts = [post(number, date) for number, date in enumerate(dates, start=1)]
    live = {number for number, date in enumerate(dates, start=1) if date <= now}
    newest = sorted(live, key=lambda number: (-dates[number - 1].timestamp(), number))
    for kept in ((), channels(posts, site, before).values()):
        main, *chain = walk(channels(posts, site, now, kept))
        form = "%Y-%m" if site.syndication.archive is MONTH else "%Y"
        present, paged = f"{now.astimezone(site.zone):{form}}", [numbers(page) for page in chain]

        assert {*numbers(main), *(number for page in paged for number in page)} == live
        assert numbers(main) == newest[: len(main.posts)]
        assert len(main.posts) >= min(len(live), site.syndication.limit)
        assert sum(map(len, paged)) == len({number for page in paged for number in page})
        for page in chain:
            when = page.name.removeprefix("archive/")
            assert when < present
            assert all(f"{one.review.date.astimezone(site.zone):{form}}" == when for one in page.posts)
            assert numbers(page) == [number for number in newest if number in numbers(page)]


EDITS = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from(["title", "date", "draft", "retract", "delete", "add"]), NEAR_ENDS
    ),
    min_size=1,
    max_size=6,
)


@given(st.lists(NEAR_ENDS, min_size=3, max_size=10), EDITS, SITES)
def test_a_page_changes_only_with_its_own_reviews_and_its_neighbours(
    dates: list[datetime], edits: list[tuple[int, str, datetime]], site: Site
) -> None:
    """Whatever is done to the posts: where its reviews and its neighbours' names are the same, the page is the same."""
    posts = {number: post(number, date) for number, date in enumerate(dates, start=1)}
    known = channels(posts.values(), site)
    for number, (pick, what, date) in enumerate(edits, start=100):
        key = sorted(posts)[pick % len(posts)]
        review = posts[key].review
        changes: dict[str, dict[str, Any]] = {
            "title": {"title": f"Title {number}"},
            "date": {"date": date},
            "draft": {"status": Status.DRAFT},
            "retract": {"status": Status.RETRACTED, "retracted": NOW - DAY, "reason": "wrong"},
        }
        change = changes.get(what)
        if what == "add":
            posts[number] = post(number, date)
        elif change is not None:
            posts[key] = replace(posts[key], review=replace(review, **change))
        elif len(posts) > 1:
            del posts[key]
        found = channels(posts.values(), site, kept=known.values())
        for page in (channel for channel in found.values() if channel.kind is ChannelKind.ARCHIVE):
            old = known.get(page.name)
            if old is not None and (old.posts, old.older, old.newer) == (page.posts, page.older, page.newer):
                assert old == page
        assert {name for name in known if name.startswith("archive/")} <= found.keys()
        known = found


@pytest.mark.parametrize("zone", ZONES)
def test_clocks_that_go_back_over_the_end_of_a_month_hide_nothing(zone: str) -> None:
    """In Newfoundland it was November for a minute in 2009, and then October for an hour again."""
    first = datetime(2009, 11, 1, 2, 30, 30, tzinfo=UTC)
    posts = [post(number, first + timedelta(minutes=10 * number)) for number in range(1, 8)]
    posts += [post(20 + number, first - timedelta(seconds=number)) for number in range(3)]
    for minutes in range(0, 90, 10):
        now = first + timedelta(minutes=minutes)
        live = {int(one.review.id[-12:]) for one in posts if one.review.date <= now}
        chain = walk(channels(posts, site_with(zone=zone, limit=1), now))
        assert {number for channel in chain for number in numbers(channel)} == live
