"""From a statement to the listings it proposes: the days it means, the countries, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.model import Listing, OfferKind, Terms
from publisher.posts.moments import parse_moment
from publisher.watch.sentences.grammar import Tense
from publisher.watch.sentences.offers import readings
from publisher.watch.sentences.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from publisher.catalogue import Service
    from publisher.model import Review
    from publisher.site import Site
    from publisher.watch.sentences.dates import Day
    from publisher.watch.sentences.grammar import Head
    from publisher.watch.sentences.offers import Reading
    from publisher.watch.sentences.places import Group

# Nobody counts on a film being in cinemas that long after it was said, or that it began, nor on its being streamed.
_LASTS = {
    OfferKind.CINEMA: timedelta(days=60),
    OfferKind.SUBSCRIPTION: timedelta(days=365),
    OfferKind.ADS: timedelta(days=365),
    OfferKind.FREE: timedelta(days=365),
}
# A film that came to a service stays there for a while; longer ago than this, nobody can tell.
_FRESH = timedelta(days=60)
# What is announced in a post does not lie further back than that.
_LATE = timedelta(days=31)
# On discs, and on all shops at once, what came out stays.
_LASTING = frozenset({"physical", "vod"})


@dataclass(frozen=True, slots=True)
class Statement:
    """That a film can be seen somewhere.

    Attributes:
        written: Answers what stands between two places of the paragraph.
        address: Answers what the words between two places link to.
    """

    head: Head
    groups: tuple[Group, ...]
    written: Callable[[int, int], str]
    address: Callable[[int, int], str | None]


@dataclass(frozen=True, slots=True)
class _Time:
    """When a group holds, as dates; `vague` are words for a time that is none."""

    starts: date | None
    ends: date | None
    vague: str | None


def listings(statement: Statement, review: Review, site: Site, now: datetime) -> Iterator[Proposal]:
    """Yield what a statement proposes that can be counted on now; its `quote` and `line` are still to be filled in."""
    post = review.date.astimezone(site.zone).date()
    today = now.astimezone(site.zone).date()
    if statement.head.tense is Tense.NONE and not all(group.timed for group in statement.groups):
        return
    for group in statement.groups:
        if statement.head.tense is Tense.UNTIL_NOW and not group.timed:
            continue
        time = _time(statement, group, post)
        if time is None:
            continue
        found = readings(
            group,
            site.catalogue,
            post,
            lambda place: statement.written(place.item.start, place.item.end),
            lambda place: statement.address(place.item.start, place.item.end),
        )
        for reading in found:
            if _holds(statement.head, group, reading, time, post) and _still(reading.kind, time, post, today):
                yield from _proposals(reading, group, time, site)


def _time(statement: Statement, group: Group, post: date) -> _Time | None:
    """Say when a group holds; None where that is in doubt."""
    starts, ends = _near(group.starts, post), _near(group.ends, post)
    if (group.starts and starts is None) or (group.ends and ends is None):
        return None
    if (ends and ends < post) or (starts and ends and ends < starts):
        return None
    if group.now and starts and starts > post:
        return None
    vague = None
    if group.holiday is not None:
        vague = statement.written(group.holiday.start, group.holiday.end)
    return _Time(starts, ends, vague)


def _near(day: Day | None, post: date) -> date | None:
    return day.near(post) if day else None


def _holds(head: Head, group: Group, reading: Reading, time: _Time, post: date) -> bool:
    """Tell whether what a verb says can be counted on."""
    if head.tense is Tense.EVENT:
        if time.starts is None:
            return group.now or time.vague is not None
        return (group.starts is not None and group.starts.year is not None) or time.starts >= post - _LATE
    if head.tense is Tense.PAST and not group.now:
        if time.starts is not None and time.starts > post:
            return False
        if reading.service.key in _LASTING:
            return True
        return (
            reading.kind is not OfferKind.CINEMA and time.starts is not None and time.starts >= post - _FRESH
        )
    return True


def _still(kind: OfferKind, time: _Time, post: date, today: date) -> bool:
    """Tell whether what was said in a post, of a day or of its own, can be counted on today."""
    if time.ends is not None:
        return time.ends >= today
    lasts = _LASTS.get(kind)
    return lasts is None or today - (time.starts or post) <= lasts


def _proposals(reading: Reading, group: Group, time: _Time, site: Site) -> Iterator[Proposal]:
    named = (reading.place.regions if reading.place else ()) or group.regions
    service, home = reading.service, site.watch.region
    for region in named or _only_country(service, home):
        where = region or home
        if where and service.only and where not in service.countries:
            continue
        terms = Terms(
            kind=reading.kind,
            region=region,
            quality=reading.quality,
            exclusive=group.exclusive,
            starts=_beginning(time.starts, site),
            ends=_end(time.ends, site),
        )
        yield Proposal(
            listing=Listing(service=service.key, terms=terms, url=reading.url),
            quote="",
            line=0,
            also=reading.also,
            others=tuple(other.key for other in reading.others),
            when=time.vague,
        )


def _only_country(service: Service, home: str | None) -> tuple[str | None, ...]:
    """Answer where an offer holds of which no country is said: in the only one that the service is in, if that is not the site's.

    None stands for the site's own, which is what a listing without a country means.
    """
    abroad = service.only and len(service.countries) == 1 and service.countries != (home,)
    return service.countries if abroad else (None,)


def _beginning(day: date | None, site: Site) -> datetime | None:
    return parse_moment(day.isoformat(), site.zone).at if day else None


def _end(day: date | None, site: Site) -> datetime | None:
    return parse_moment(day.isoformat(), site.zone).ends if day else None
