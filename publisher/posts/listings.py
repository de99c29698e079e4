"""Offers between how they are written down, key by key, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from publisher.model import Listing, OfferKind, Terms
from publisher.posts.front_matter import Context, WatchBlock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.posts.moments import Moment
    from publisher.site import Site


def listing_of(item: WatchBlock, site: Site) -> Listing:
    """Take an offer as it was written and checked."""
    return Listing(
        service=item.service or "",
        url=item.url,
        terms=Terms(
            kind=item.kind or OfferKind.RENT,
            region=item.region or site.watch.region,
            price=item.price,
            quality=item.quality,
            via=item.via,
            exclusive=item.exclusive,
            starts=_at(item.from_),
            ends=item.until.ends if item.until else None,
            source=item.source,
            checked=_at(item.checked),
        ),
    )


def keys_of(listing: Listing, zone: ZoneInfo) -> dict[str, str]:
    """Write an offer as its keys, in the order they are written in; read again, they say the same.

    Only the moment it was checked is cut to its day: nobody needs to know more of it, and it changes less often.
    """
    terms = listing.terms
    written = {
        "service": listing.service,
        "kind": str(terms.kind),
        "url": listing.url,
        "region": terms.region,
        "price": str(terms.price) if terms.price else None,
        "quality": terms.quality,
        "via": terms.via,
        "exclusive": "true" if terms.exclusive else None,
        "from": _written(terms.starts, zone) if terms.starts else None,
        "until": _last(terms.ends, zone) if terms.ends else None,
        "source": terms.source,
        "checked": f"{terms.checked.astimezone(zone):%Y-%m-%d}" if terms.checked else None,
    }
    return {key: value for key, value in written.items() if value is not None}


def as_read(listing: Listing, site: Site) -> Listing | None:
    """Return an offer as it would be read once it is written; None where front matter would not take it.

    What somebody else says may be anything: too long, in another form, on several lines.
    """
    context = Context(site.zone, site.scale, site.authors)
    try:
        keys = keys_of(listing, site.zone)
        if not all(map(str.isprintable, keys.values())):
            return None
        read = listing_of(WatchBlock.model_validate(keys, context=context), site)
    except (ValidationError, OverflowError):
        return None
    starts, ends = read.terms.starts, read.terms.ends
    return None if starts is not None and ends is not None and ends <= starts else read


def _written(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment as a day where it is the beginning of one."""
    local = moment.astimezone(zone)
    if moment == _midnight(local, zone):
        return f"{local:%Y-%m-%d}"
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _last(end: datetime, zone: ZoneInfo) -> str:
    """Write the moment something no longer holds: as the day before where it is the beginning of one."""
    local = end.astimezone(zone)
    if end == _midnight(local, zone):
        return f"{local.date() - timedelta(days=1):%Y-%m-%d}"
    return _written(end, zone)


def _midnight(local: datetime, zone: ZoneInfo) -> datetime:
    return datetime(local.year, local.month, local.day, tzinfo=zone).astimezone(UTC)


def _at(moment: Moment | None) -> datetime | None:
    return moment.at if moment else None
