"""Words that others use for a post's status or an offer's kind, and which of ours they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest
from publisher.model import OfferKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STATUSES = {
    Status.DRAFT: "wip pending review idea private hidden unpublished unlisted",
    Status.READY: "published publish public live final finished done scheduled schedule future",
    Status.RETRACTED: "deleted delete removed remove withdrawn revoked",
}
_KINDS = {
    OfferKind.RENT: "rental renting rentals tvod hire",
    OfferKind.BUY: "purchase sale own est download sell",
    OfferKind.SUBSCRIPTION: "stream streaming streams svod flatrate included membership",
    OfferKind.FREE: "gratis library publicdomain fvod",
    OfferKind.ADS: "avod fast adsupported freewithads withads",
    OfferKind.CINEMA: "theater theaters theatre theatres theatrical theatrically cinemas screening",
    OfferKind.DISC: "dvd bluray bd uhd 4k 4kuhd vhs laserdisc physical homevideo disk",
}


def _ours(words: Mapping[Status, str] | Mapping[OfferKind, str]) -> dict[str, str]:
    return {other: str(own) for own, others in words.items() for other in others.split()}


_OURS = {Status: _ours(_STATUSES), OfferKind: _ours(_KINDS)}


def meant(written: str, kind: type[Status | OfferKind]) -> str | None:
    """Return the word of ours that is meant by another, or by a misspelt one."""
    ours = _OURS[kind]
    folded = "".join(char for char in written.casefold() if char.isalnum())
    known: Iterable[str] = map(str, kind)
    return ours.get(folded) or nearest(written, known) or ours.get(nearest(folded, ours, likeness=0.8) or "")
