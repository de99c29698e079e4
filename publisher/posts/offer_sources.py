"""Who said so: the sources that offers name, by their keys, and what is nearly one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import is_slip, nearest
from publisher.site.watching import KEPT_FOR, SOURCES
from publisher.values.characters import quote

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.posts.offer_list import OfferList

# "imdb" and "omdb" are other people; a longer key may have two letters wrong.
_LIKENESS = 0.85
# Texts of editors: a site has a few, in thousands of posts.
_REMEMBERED = 1024


@lru_cache(maxsize=_REMEMBERED)
def known_source(written: str) -> str | None:
    """Return the key of a source that is certainly meant by a text, whatever its capitals, hyphens and spaces."""
    folded = _folded(written)
    return next((key for key in SOURCES if _folded(key) == folded), None)


@lru_cache(maxsize=_REMEMBERED)
def meant_source(written: str) -> str | None:
    """Return the key of a source that a text is, or is most likely a misspelling of; None for any other text."""
    if (known := known_source(written)) is not None:
        return known
    word = written.replace(" ", "")
    slip = next((key for key in SOURCES if is_slip(word, key)), None)
    return slip or nearest(word, SOURCES, likeness=_LIKENESS)


def kept_until(source: str | None, checked: datetime | None) -> datetime | None:
    """Return the first moment at which what a source said may not be shown any more; None where its terms set no limit."""
    key = known_source(source) if source is not None and checked is not None else None
    return checked + KEPT_FOR[key] if checked is not None and key in KEPT_FOR else None


def check_age(offers: OfferList, number: int) -> None:
    """See that what a source said was said before now, and no longer ago than its terms let it be kept."""
    offer = offers.items[number]
    if offer.checked is None or offers.now is None:
        return
    day = f"{offer.checked.at.astimezone(offers.site.zone):%Y-%m-%d}"
    if offer.checked.at > offers.now:
        offers.report.add(
            "offer-checked",
            offers.place(number, "checked"),
            f"{day} is still to come; `checked` says when somebody looked",
            help="write the day, or leave `checked` out",
        )
    end = kept_until(offer.source, offer.checked.at)
    if end is None or offer.source is None or end > offers.now:
        return
    source = known_source(offer.source)
    changed = "; one that you changed is yours: delete it first" if offers.by_editor else ""
    offers.report.add(
        "offer-checked",
        offers.place(number, "checked"),
        f"{source} said so on {day}; its terms let nobody keep that for longer than {KEPT_FOR[str(source)].days} days",
        help=f"readers are not shown it any more; `publisher attach --from {source} --write` asks anew{changed}",
    )


def check_source(offers: OfferList, number: int) -> None:
    """See that an editor's offer that names a source names it by its key; any other text is as good."""
    written = offers.items[number].source
    if written is None or written in SOURCES:
        return
    meant = meant_source(written)
    if meant is None:
        return
    certain = known_source(written) is not None
    offers.report.add(
        "offer-source",
        offers.place(number, "source"),
        f"{quote(written)} is not how the source {meant} is written"
        if certain
        else f"{quote(written)} is nearly the source {meant}, and is taken for somebody else",
        label=f"did you mean {meant}?",
        help=None
        if certain
        else "write its key, so that it gets the credit that it asks for; or say in other words who it was",
        fix=offers.write(number, "source", meant) if certain or is_slip(written, meant) else None,
    )


def require_source(offers: OfferList, number: int) -> None:
    """See that an offer beside a post names a source that there is."""
    written = offers.items[number].source
    if written is None or written in SOURCES:
        return
    meant = meant_source(written)
    offers.report.add(
        "offer-file",
        offers.place(number, "source"),
        f"{quote(written)} is not a source of offers",
        label=f"did you mean {meant}?" if meant else f"known: {', '.join(SOURCES)}",
        help="what somebody else says belongs into `watch:` of the post",
    )


def _folded(written: str) -> str:
    return "".join(filter(str.isalnum, written.casefold()))
