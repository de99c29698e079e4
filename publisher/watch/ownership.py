"""Whose an offer is that names a source: the source's as long as it stands as `attach` wrote it, else the editor's.

What an editor wrote always wins, also within an offer that a source began: whatever was put in, changed or taken out
by hand makes the whole offer the editor's. An offer that nobody remembers, as in a fresh copy of a site, is the source's
where it says exactly what the source says now; otherwise nobody can tell, and it counts as the editor's, too.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from publisher.errors import Refused
from publisher.model import OfferKind
from publisher.posts.files import Unreadable, read_file
from publisher.posts.listings import keys_of
from publisher.posts.watch_reading import offer_items
from publisher.watch.memory import remembered_offers, withdrawn_offers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from publisher.model import Listing, Review
    from publisher.posts import Post
    from publisher.posts.watch_reading import OfferItem
    from publisher.site import Site

_NOT_OURS = "`attach` did not write it so"
# What makes two offers of a source the same one, in another state.
_PLACE = ("service", "kind", "region", "via", "source")


class Writer(StrEnum):
    """Who wrote an offer as it stands."""

    SOURCE = "source"
    EDITOR = "editor"
    UNKNOWN = "unknown"


class Hand(NamedTuple):
    """Who wrote an offer, and what tells an editor's hand."""

    writer: Writer
    why: str = ""


#: As `attach` wrote it.
UNCHANGED = Hand(Writer.SOURCE)
#: Nobody remembers.
UNKNOWN = Hand(Writer.UNKNOWN)


def hands_of(post: Post, sources: Collection[str], site: Site) -> tuple[Hand, ...]:
    """Tell who wrote each offer of a post, in their order; of those that name none of some sources it is not asked.

    Raises:
        Refused: The post changed since it was read.
    """
    watch = post.review.watch
    if not any(listing.terms.source in sources for listing in watch):
        return (UNKNOWN,) * len(watch)
    try:
        data = read_file(post.path, site)
    except Unreadable:
        data = b""
    if hashlib.sha256(data).digest() != post.digest:
        raise changed_meanwhile(post)
    items = offer_items(data, post.name)
    if len(items) != len(watch):
        return (UNKNOWN,) * len(watch)
    remembered = remembered_offers(post.review, site)
    hands = []
    for number, (item, listing) in enumerate(zip(items, watch, strict=True)):
        hand = hand_in(item, remembered)
        if item.keys in [other.keys for other in items[:number]]:
            hand = Hand(Writer.EDITOR, "the same stands above it")
        elif hand.writer is Writer.UNKNOWN and not _is_plain(item, listing, site):
            hand = Hand(Writer.EDITOR, _NOT_OURS)
        hands.append(hand)
    return tuple(hands)


def _is_plain(item: OfferItem, listing: Listing, site: Site) -> bool:
    """Tell whether an offer is written as `attach` would write it: the same keys, each in its own form."""
    keys = keys_of(listing, site.zone)
    return {**keys, "service": ""} == {**item.keys, "service": ""}


def changed_meanwhile(post: Post) -> Refused:
    """Say that a post is no longer the one that was read."""
    return Refused(f"{post.name} changed while `attach` was at work on it", "run the command again")


def hand_in(item: OfferItem, remembered: Sequence[Mapping[str, str]]) -> Hand:
    """Tell who wrote an offer, by what is remembered of those that `attach` wrote; the latest of these stand last."""
    if item.annotated:
        return Hand(Writer.EDITOR, "there is a comment in it")
    ours = [offer for offer in remembered if offer.get("source") == item.keys.get("source")]
    if _checked(item.keys):
        states = ours
    else:
        # Without a date, a state that it had before may as well be the editor's present word.
        states = [offer for offer in ours if _place(offer) == _place(item.keys)][-1:]
    if item.keys in states:
        return UNCHANGED
    # A date that is later than any of ours is that of a run on another machine.
    if ours and _checked(item.keys) <= max(map(_checked, ours)):
        return Hand(
            Writer.EDITOR, _worded([offer for offer in ours if _is_alike(offer, item.keys)], item.keys)
        )
    return UNKNOWN


def taken_out(before: bytes, after: bytes, name: str) -> list[Mapping[str, str]]:
    """List the offers, by their keys, that a post had before and has not any more; `name` is how messages call it."""
    left = [item.keys for item in offer_items(after, name)]
    return [item.keys for item in offer_items(before, name) if item.keys not in left]


def refused_by_editor(review: Review, listings: Iterable[Listing], source: str, site: Site) -> list[Listing]:
    """List those of a source's listings that `attach` wrote into the post once, and that the editor took out of it by hand.

    Whatever the post has in their place by now, an offer of the same service, kind and country among it, refuses nothing.
    """
    withdrawn = withdrawn_offers(review, site)
    written = {
        _meant(offer.get("service", ""), offer.get("kind", ""), offer.get("region"), review, site)
        for offer in remembered_offers(review, site)
        if offer.get("source") == source and offer not in withdrawn
    }
    if not written:
        return []
    there = {_meant(one.service, one.terms.kind, one.terms.region, review, site) for one in review.watch}
    refused = written - there
    return [
        one
        for one in listings
        if _meant(one.service, one.terms.kind, one.terms.region, review, site) in refused
    ]


def _meant(
    service: str, kind: str, region: str | None, review: Review, site: Site
) -> tuple[str, str, str | None]:
    """Tell what makes two offers the same one for a reader."""
    known = OfferKind(kind) if kind in set(OfferKind) else None
    found = site.catalogue.resolve(service, known, review.date.date()).service
    return found.key if found else service, str(kind), region or site.watch.region


def _place(keys: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(keys.get(key, "") for key in _PLACE)


def _is_alike(offer: Mapping[str, str], keys: Mapping[str, str]) -> bool:
    """Tell whether an offer may have been another state of one: what may be missing counts only where it is there."""
    return all(offer.get(key) == keys.get(key) or key not in keys for key in _PLACE)


def _checked(keys: Mapping[str, str]) -> str:
    return keys.get("checked", "")


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _worded(states: Sequence[Mapping[str, str]], after: Mapping[str, str]) -> str:
    """Say what was done by hand to an offer that had some states before."""
    if not states:
        return _NOT_OURS
    before = min(reversed(states), key=lambda offer: len(_differing(offer, after)))
    said = []
    for key in _differing(before, after):
        if key not in before:
            said.append(f"`{key}` was put in by hand")
        elif key not in after:
            said.append(f"`{key}: {before[key]}` was taken out by hand")
        else:
            said.append(f"`{key}` was changed by hand, from {before[key]}")
    return ", ".join(said) or "it was put back"
