"""What a source says of a film now, held against what is written: what is new, changed, gone and kept.

What an editor wrote always wins: it is never among what changes or goes, and a source that says the same adds nothing.
That goes for offers that a source began, too (`publisher.watch.ownership`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from publisher.catalogue import UrlVerdict
from publisher.posts.listings import as_read
from publisher.watch.ownership import UNKNOWN, Writer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.model import Listing, OfferKind, Review
    from publisher.site import Site
    from publisher.watch.ownership import Hand

#: What proposals made of a post's own sentences name for their source.
TEXT = "text"
#: A listing that is as it was has its date renewed when that is so old; before, no line is touched for it.
RENEWED_AFTER = timedelta(days=30)
_COMPARED = {
    "price": "price",
    "quality": "quality",
    "via": "via",
    "exclusive": "exclusive",
    "from": "starts",
    "until": "ends",
}
_UNKNOWN = "nothing here remembers what {source} said when it was written"
_STRANGE = {UrlVerdict.OTHER_SERVICE, UrlVerdict.UNKNOWN_HOST}


class Place(NamedTuple):
    """What makes two listings the same one for readers: the service, how one gets to see the film, and where."""

    service: str
    kind: OfferKind
    region: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A listing that says something else now.

    Attributes:
        keys: What differs, as front matter calls it.
    """

    before: Listing
    after: Listing
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Yours:
    """An offer that names a source, and is the editor's: it is left as it is.

    Attributes:
        number: Its place among those that the post lists, counted from 0.
        listing: What it says.
        why: What tells an editor's hand.
        asked: Whether the source was asked about its country.
        now: What the source says of the same now; None where it says nothing of it.
    """

    number: int
    listing: Listing
    why: str
    asked: bool = True
    now: Listing | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """What the source says otherwise, as front matter calls it."""
        return _differing(self.listing, self.now) if self.now else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What one source says of one film, beside what is written.

    Attributes:
        source: Its key.
        new: What is not written yet.
        changed: What is written, and says something else now.
        gone: What is written, and no longer holds.
        kept: What is written, and holds as it is.
        renewed: Those of `kept` whose date is so old that the present one belongs in its place.
        said: What the source knows, and the editor or another source has written already.
        untouched: What is written, and was not asked about: it holds in another country.
        yours: What is written in its name, and is the editor's by now.
    """

    source: str
    new: tuple[Listing, ...] = ()
    changed: tuple[Change, ...] = ()
    gone: tuple[Listing, ...] = ()
    kept: tuple[Listing, ...] = ()
    renewed: tuple[Change, ...] = ()
    said: tuple[Listing, ...] = ()
    untouched: tuple[Listing, ...] = ()
    yours: tuple[Yours, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is news."""
        return bool(self.new or self.changed or self.gone)

    @property
    def rewritten(self) -> dict[Listing, Listing]:
        """What stands in the place of listings that are written already."""
        return {change.before: change.after for change in (*self.changed, *self.renewed)}

    @property
    def result(self) -> tuple[Listing, ...]:
        """Everything that holds according to the source, as it is once it is written."""
        return (
            *self.untouched,
            *(self.rewritten.get(listing, listing) for listing in self.kept),
            *(change.after for change in self.changed),
            *self.new,
        )


def compare(
    review: Review,
    answers: Mapping[str, Iterable[Listing]],
    site: Site,
    *,
    now: datetime,
    hands: Sequence[Hand] = (),
    regions: Collection[str] | None = None,
) -> dict[str, Comparison]:
    """Hold what sources answered against what a review says.

    Where several know the same, one of them says it: the one that has more links, else the one that was asked first.

    Args:
        review: The review, with what lies beside it.
        answers: By the source's key, in the order they were asked in: what it says now.
        site: The site.
        now: The moment (aware): what ended before is not said any more.
        hands: Who wrote each offer of the post, in their order, as `ownership.hands_of` tells; where it is not given,
            nobody knows.
        regions: The countries they were asked about; what they said of others before is left alone. None means all.

    Returns:
        By the source's key, in the order of `answers`.
    """
    desk = _Desk(review, site, hands, frozenset(answers), regions)
    sound = {source: desk.sound(listings, now) for source, listings in answers.items()}
    done = {
        source: desk.compare(source, sound[source])
        for source in sorted(
            sound, key=lambda source: -sum(listing.url is not None for listing in sound[source])
        )
    }
    return {source: done[source] for source in answers}


class _Desk:
    """One film, and what is written of it; each source is held against that, and against those before it."""

    def __init__(
        self,
        review: Review,
        site: Site,
        hands: Sequence[Hand],
        asked: Collection[str],
        regions: Collection[str] | None,
    ) -> None:
        self._review = review
        self._site = site
        self._hands = [*hands, *[UNKNOWN] * (len(review.watch) - len(hands))]
        self._day = review.date.date()
        self._regions = None if regions is None else {None, *regions}
        # Who was not asked now may as well be an editor: what he wrote stays.
        self._said = {
            place
            for listing in review.watch
            if listing.terms.source not in asked and (place := self._place(listing))
        }
        self._said_by_sources = {
            (self._place(listing), listing.terms.via)
            for listing in review.found
            if listing.terms.source not in asked
        }
        # What stands there in the name of one source, and may be the editor's, is nothing for another to say.
        self._held: dict[Place, set[str | None]] = {}
        for listing, hand in zip(review.watch, self._hands, strict=True):
            if hand.writer is not Writer.SOURCE and (held := self._place(listing)):
                self._held.setdefault(held, set()).add(listing.terms.source)

    def sound(self, listings: Iterable[Listing], now: datetime) -> list[Listing]:
        """Return listings as they would be read again, without what could not be, is over, or leads elsewhere than it says."""
        return [
            listing
            for listing in map(self._as_read, listings)
            if listing is not None
            and self._place(listing) is not None
            and (listing.terms.ends is None or listing.terms.ends > now)
        ]

    def _as_read(self, listing: Listing) -> Listing | None:
        """Return a listing as it would be read again; what names no country goes on naming none, and holds in the site's own."""
        read = as_read(replace(listing, url=self._url(listing)), self._site)
        if read is None or listing.terms.region is not None:
            return read
        return replace(read, terms=replace(read.terms, region=None))

    def compare(self, source: str, answered: Sequence[Listing]) -> Comparison:
        """Hold what one source says against what is written, and against what those before it said."""
        said = [listing for listing in answered if self._is_said(listing, source)]
        fresh = {
            _whole(self._place(listing), listing): listing
            for listing in reversed(answered)
            if listing not in said
        }
        fresh = dict(reversed(fresh.items()))
        own, yours = self._told_apart(source, fresh)
        asked = [listing for listing in own if self._is_asked(listing, source)]
        now = self._matched([*asked, *(each.listing for each in yours if each.asked)], fresh, len(asked))
        pairs = list(zip(asked, now, strict=False))
        changes = [Change(before, after, _differing(before, after)) for before, after in pairs if after]
        comparison = Comparison(
            source=source,
            new=tuple(fresh.values()),
            changed=tuple(change for change in changes if change.keys),
            gone=tuple(before for before, after in pairs if after is None),
            kept=tuple(change.before for change in changes if not change.keys),
            renewed=tuple(replace(change, keys=("checked",)) for change in changes if _is_old(change)),
            said=tuple(said),
            untouched=tuple(listing for listing in own if listing not in asked),
            yours=tuple(_with_answers(yours, now[len(asked) :])),
        )
        self._said_by_sources.update((self._place(each), each.terms.via) for each in comparison.result)
        return comparison

    def _told_apart(
        self, source: str, fresh: Mapping[tuple[object, ...], Listing]
    ) -> tuple[list[Listing], list[Yours]]:
        """Tell the offers that are the source's own from those in its name that are the editor's."""
        own: list[Listing] = []
        yours: list[Yours] = []
        written = list(zip(self._review.watch, self._hands, strict=True))
        taken = {
            _whole(self._place(listing), listing)
            for listing, hand in written
            if listing.terms.source == source and hand.writer is Writer.SOURCE
        }
        for number, (listing, hand) in enumerate(written):
            if listing.terms.source != source:
                continue
            whole = _whole(self._place(listing), listing)
            same = fresh.get(whole) if whole not in taken else None
            if hand.writer is Writer.SOURCE or (
                hand.writer is Writer.UNKNOWN and same is not None and _is_to_the_letter(listing, same)
            ):
                own.append(listing)
                taken.add(whole)
            else:
                why = hand.why or _UNKNOWN.format(source=source)
                yours.append(Yours(number, listing, why, asked=self._is_asked(listing, source)))
        return [*own, *(listing for listing in self._review.found if listing.terms.source == source)], yours

    def _is_asked(self, listing: Listing, source: str) -> bool:
        # A post's own sentences are not asked about countries.
        return self._regions is None or source == TEXT or listing.terms.region in self._regions

    def _matched(
        self, written: Sequence[Listing], fresh: dict[tuple[object, ...], Listing], own: int
    ) -> list[Listing | None]:
        """Find what is said of each listing now, and take that out of what is new.

        The same in another quality is the same offer, changed. What the editor wrote, which stands behind the first
        `own` listings, also stands for the same by another way.
        """
        found = [fresh.pop(_whole(self._place(listing), listing), None) for listing in written]
        for depth in (2, 1):
            for number, listing in enumerate(written):
                if found[number] is None and (depth == 2 or number >= own):
                    part = _whole(self._place(listing), listing)[:depth]
                    like = next((whole for whole in fresh if whole[:depth] == part), None)
                    found[number] = fresh.pop(like) if like else None
        return found

    def _is_said(self, listing: Listing, source: str) -> bool:
        place = self._place(listing)
        return place is not None and (
            place in self._said
            or place._replace(region=None) in self._said
            or (place, listing.terms.via) in self._said_by_sources
            or not self._held.get(place, {source}) <= {source}
        )

    def _place(self, listing: Listing) -> Place | None:
        """Tell what a listing is about; None where no service can be told by its name."""
        terms = listing.terms
        service = self._site.catalogue.resolve(listing.service, terms.kind, self._day).service
        return Place(service.key, terms.kind, terms.region or self._site.watch.region) if service else None

    def _url(self, listing: Listing) -> str | None:
        """Return a link in its present form; none where it leads to another service than is said, or may earn somebody something.

        No editor chose it: without it readers get the service's search.
        """
        catalogue = self._site.catalogue
        service = catalogue.resolve(listing.service, listing.terms.kind, self._day).service
        if listing.url is None or service is None:
            return None
        if catalogue.check_url(service, catalogue.read_link(listing.url).canonical).verdict in _STRANGE:
            return None
        read = catalogue.read_link(listing.url)
        # What the parameters of a host that nobody knows are for, nobody can tell.
        in_doubt = not read.services and not {"?", "#"}.isdisjoint(read.canonical)
        foreign = read.foreign(self._site.watch.affiliates.get(service.key, {}))
        return None if in_doubt or foreign else read.canonical


def _with_answers(yours: Iterable[Yours], now: Iterable[Listing | None]) -> Iterator[Yours]:
    answers = iter(now)
    return (replace(each, now=next(answers)) if each.asked else each for each in yours)


def _whole(place: Place | None, listing: Listing) -> tuple[object, ...]:
    return place, listing.terms.via, listing.terms.quality


def _differing(before: Listing, after: Listing) -> tuple[str, ...]:
    """Name what a reader would see of the difference between two listings, as front matter calls it."""
    values = {"url": (before.url, after.url)}
    for key, name in _COMPARED.items():
        values[key] = getattr(before.terms, name), getattr(after.terms, name)
    return tuple(key for key, (old, new) in values.items() if old != new)


def _is_to_the_letter(written: Listing, said: Listing) -> bool:
    """Tell whether a listing says what a source says, and has a date where that has one."""
    dated = written.terms.checked is not None, said.terms.checked is not None
    return not _differing(written, said) and dated[0] == dated[1]


def _is_old(change: Change) -> bool:
    before, after = change.before.terms.checked, change.after.terms.checked
    return not change.keys and after is not None and (before is None or after - before >= RENEWED_AFTER)
