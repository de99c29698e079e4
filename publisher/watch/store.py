"""Where offers go that sources know: into the post's own `watch:`, or into the file beside it, as the site chooses.

The post's sentences are its editor's own words: what they offer goes into the post, wherever the rest lies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from publisher.errors import Refused
from publisher.posts.beside import written_beside
from publisher.posts.listings import keys_of
from publisher.posts.offer_file import MOST_OFFERS
from publisher.posts.watch_editing import OfferChanges, edit_watch
from publisher.site import OfferStore
from publisher.values.checkers import LIST_LIMIT
from publisher.watch.comparison import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.model import Listing, Review
    from publisher.site import Site
    from publisher.watch.comparison import Comparison

_FEWER = (
    "ask about fewer countries: --region, or regions in [watch] of publisher.toml; beside the posts there is room for more: "
    'store = "beside" there'
)


class Stored(NamedTuple):
    """What files are to hold.

    Attributes:
        post: The post.
        beside: The file beside it; None where there is none, and none is needed.
        own: Which of the offers in the post are the sources' own then, counted from 0.
    """

    post: bytes
    beside: bytes | None
    own: frozenset[int] = frozenset()


class _Item(NamedTuple):
    """An offer of a post; `yours` where it names a source and is the editor's."""

    listing: Listing
    yours: bool


def stored(
    data: bytes,
    name: str,
    review: Review,
    comparisons: Iterable[Comparison],
    beside: bytes | None,
    site: Site,
) -> Stored:
    """Put what sources know where it belongs; nothing is written yet.

    What they know and what is written of them lies in one place afterwards, even if the site chose another before.

    Args:
        data: What the post's file holds.
        name: How messages call it.
        review: The review, as it was read from both files.
        comparisons: What sources say of it.
        beside: What the file beside it holds; None where there is none.
        site: The site.

    Raises:
        Refused: The post is written in a way in which it cannot be changed for certain, or there are too many offers.
    """
    names = _Names(review, site)
    comparisons = list(comparisons)
    yours = {each.number for comparison in comparisons for each in comparison.yours}
    watch = [_Item(listing, number in yours) for number, listing in enumerate(review.watch)]
    found = list(review.found)
    for comparison in comparisons:
        source = comparison.source
        # Offers that go elsewhere leave the post.
        here = site.watch.store is OfferStore.POST or source == TEXT
        changes, watch = _changes(watch, comparison, comparison.result if here else (), names)
        data = edit_watch(data, name, source, changes)
        found = [listing for listing in found if listing.terms.source != source]
        if not here:
            found += map(names.by_key, comparison.result)
    _require_room(name, watch, found)
    asked = {comparison.source for comparison in comparisons}
    own = frozenset(
        number for number, item in enumerate(watch) if item.listing.terms.source in asked and not item.yours
    )
    if set(found) == set(review.found) or (not found and beside is None):
        return Stored(data, beside, own)
    return Stored(data, written_beside(review.id, found, site), own)


class _Names:
    """How the services of a review's offers are written."""

    def __init__(self, review: Review, site: Site) -> None:
        self._day = review.date.date()
        self._site = site

    def by_name(self, listing: Listing) -> dict[str, str]:
        """Write an offer with the name that readers know its service by, where that is no other's."""
        resolve, kind = self._site.catalogue.resolve, listing.terms.kind
        service = resolve(listing.service, kind, self._day).service
        if service is not None and resolve(service.name, kind, self._day).service is service:
            listing = replace(listing, service=service.name)
        return keys_of(listing, self._site.zone)

    def by_key(self, listing: Listing) -> Listing:
        """Return an offer with the key of its service, which never changes."""
        service = self._site.catalogue.resolve(listing.service, listing.terms.kind, self._day).service
        return replace(listing, service=service.key) if service else listing

    def difference(self, before: Listing, after: Listing) -> dict[str, str | None]:
        """Say which keys an offer has to change; its service is called what it is called."""
        old, new = (keys_of(replace(listing, service=""), self._site.zone) for listing in (before, after))
        return {key: new.get(key) for key in {**old, **new} if old.get(key) != new.get(key)}


def _changes(
    watch: list[_Item], comparison: Comparison, wanted: Iterable[Listing], names: _Names
) -> tuple[OfferChanges, list[_Item]]:
    """Say what makes the offers of a source in a post those that are wanted; and what the post lists then."""
    left = list(wanted)
    alter: dict[int, dict[str, str | None]] = {}
    drop: set[int] = set()
    after: list[_Item] = []
    for number, item in enumerate(watch):
        listing = item.listing
        now = comparison.rewritten.get(listing, listing)
        if item.yours or listing.terms.source != comparison.source:
            after.append(item)
        elif now in left:
            left.remove(now)
            after.append(_Item(now, yours=False))
            if now != listing:
                alter[number] = names.difference(listing, now)
        else:
            drop.add(number)
    added = [_Item(listing, yours=False) for listing in left]
    return OfferChanges(tuple(map(names.by_name, left)), alter, frozenset(drop)), after + added


def _require_room(name: str, watch: list[_Item], found: list[Listing]) -> None:
    """See that files take so many offers.

    Raises:
        Refused: They do not.
    """
    for offers, most in ((len(watch), LIST_LIMIT), (len(found), MOST_OFFERS)):
        if offers > most:
            raise Refused(f"{name} would have {offers:,} offers; at most {most:,} are taken", _FEWER)
