"""What is known of films' offers, told to people and to machines."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import publisher
    from publisher.cli.console import Console
    from publisher.model import Film, Listing
    from publisher.watch.comparison import Comparison, Yours
    from publisher.watch.lookup import Asked
    from publisher.watch.sentences import Proposal
    from publisher.watch.sources import Candidate

_SIGNS = {"new": "+", "changed": "~", "gone": "-", "kept": "=", "yours": "*"}
# Of so many candidates nobody reads more.
_MOST_CANDIDATES = 20


class Teller:
    """Tells of one film after the other.

    Args:
        site: The site.
        now: The moment; aware, in the site's zone.
    """

    def __init__(self, site: publisher.Site, now: datetime) -> None:
        self._site = site
        self._now = now

    def tell(self, survey: publisher.Survey, post: publisher.Post, console: Console) -> None:
        """Tell people of a film: what readers see by its post as it is now, and what sources know."""
        review = post.review
        film = review.film
        if film is None:
            return
        console.say(f"{film.title}{f' ({film.year})' if film.year else ''}  {post.name}")
        console.say(*self._written(review))
        for comparison in survey.comparisons:
            console.say(*self._compared(comparison, survey, verbose=console.verbose))
        for one in survey.undated:
            if one.listed(review, self._site) is None:
                console.say(
                    f'    ? {self._line(one.listing)}  line {one.line}: "{one.quote}"',
                    f"        “{one.when}” is no day: not written; put it into `watch:` with a from: when you know it",
                )
        if console.verbose:
            console.say(
                *(
                    f"    x {self._line(one)}: you deleted it; it is not written again"
                    for one in survey.declined
                )
            )
        for asked in survey.asked:
            console.say(*_answered(asked))
        if survey.unasked:
            console.say("  nobody is to hear of it yet: sources are asked only when you name the file")
        if survey.ids:
            console.say(*self._identified(survey, film))

    def data(self, survey: publisher.Survey, post: publisher.Post) -> dict[str, Any]:
        """Return the same for machines."""
        from publisher.content import offer_fields, sparse

        review = post.review
        return sparse(
            {
                "file": post.name,
                "id": review.urn,
                "film": review.film.title if review.film else None,
                "offers": [
                    sparse({**offer_fields(offer, self._now), "link_check": self._verdict(offer)})
                    for offer in self._offers(review)
                ],
                "sources": [self._compared_data(comparison) for comparison in survey.comparisons],
                "asked": [_asked_data(asked) for asked in survey.asked],
                "proposals": [
                    sparse(
                        {"line": one.line, "quote": one.quote, "when": one.when, **self._keys(one.listing)}
                    )
                    for one in survey.proposals
                ],
                "declined": [self._keys(one) for one in survey.declined],
                "ids": survey.ids,
                "answered_before": survey.answered_before or None,
                "unasked": survey.unasked or None,
            }
        )

    def _written(self, review: publisher.Review) -> Iterator[str]:
        """Say what readers see."""
        for offer in self._offers(review):
            yield from self._offer(offer)
        if not review.watch and not review.found:
            yield "  nowhere named; `watch:` is empty"

    def _offers(self, review: publisher.Review) -> Sequence[publisher.Offer]:
        import publisher

        return publisher.attach(review, self._site)

    def _offer(self, offer: publisher.Offer) -> Iterator[str]:
        from publisher.content import offer_title
        from publisher.model import LinkOrigin, OfferStatus

        status = offer.status(self._now)
        parts = [
            offer_title(offer, self._now),
            f"formerly {offer.former}" if offer.former else None,
            self._ended(offer) if status is OfferStatus.EXPIRED else None,
            "the service is gone: not shown any more" if status is OfferStatus.GONE else None,
            f"source: {offer.terms.source}" if offer.terms.source else None,
        ]
        yield f"  {', '.join(part for part in parts if part)}"
        yield f"      {offer.url or 'no link known'}"
        if offer.link is LinkOrigin.REWRITTEN:
            yield "      (rewritten: the link that is written down has a form that the service had before)"
        if remark := self._remark(offer):
            yield f"      ({remark})"

    def _ended(self, offer: publisher.Offer) -> str:
        over = offer.terms.ends is not None and offer.terms.ends <= self._now
        return "ended: not shown any more" if over else "looked up too long ago: not shown any more"

    def _verdict(self, offer: publisher.Offer) -> str | None:
        import publisher

        check = publisher.check_link(offer, self._site)
        return str(check.verdict) if check else None

    def _remark(self, offer: publisher.Offer) -> str | None:
        """Say what is odd about a link that was given."""
        import publisher

        check = publisher.check_link(offer, self._site)
        if check is None:
            return None
        others = " or ".join(other.label for other in check.others)
        return {
            "known-host": "the service's site, but no known form of link to a film",
            "other-service": f"leads to {others}, not to {offer.name}",
            "unknown-host": f"not a site that {offer.name} is known by",
        }.get(check.verdict)

    def _compared(self, comparison: Comparison, survey: publisher.Survey, *, verbose: bool) -> Iterator[str]:
        counts = {name: len(getattr(comparison, name)) for name in _SIGNS}
        if not any(counts.values()) and not comparison.said:
            return
        said = [f"{number} {name}" for name, number in counts.items() if number]
        said += [f"{len(comparison.said)} written already"] if comparison.said else []
        yield f"  {comparison.source}: {', '.join(said)}"
        for listing in comparison.new:
            yield f"    + {self._line(listing)}{self._quotation(listing, survey.proposals)}"
            if listing.url:
                yield f"        {listing.url}"
        for change in comparison.changed:
            old, new = self._keys(change.before), self._keys(change.after)
            what = "; ".join(
                f"{key} {old.get(key, 'nothing')} -> {new.get(key, 'nothing')}" for key in change.keys
            )
            yield f"    ~ {self._line(change.after)}: {what}"
        for listing in comparison.gone:
            yield f"    - {self._line(listing)}"
        for listing in comparison.kept if verbose else ():
            yield f"    = {self._line(listing)}"
        if asked := [yours for yours in comparison.yours if yours.asked]:
            yield from chain.from_iterable(self._yours(yours, comparison.source) for yours in asked)
            if comparison.source != "text":
                yield "      it stays as you wrote it; delete it, and the next --write puts there what the source says"

    def _yours(self, yours: Yours, source: str) -> Iterator[str]:
        """Say why an offer is the editor's, and what its source says of it."""
        yield f"    * {self._line(yours.listing)}: yours, because {yours.why}"
        if yours.now is None:
            yield f"        {source} says nothing of it now"
        elif yours.keys:
            written, says = self._keys(yours.listing), self._keys(yours.now)
            what = "; ".join(
                f"{key} {written.get(key, 'nothing')}, {source} says {says.get(key, 'nothing')}"
                for key in yours.keys
            )
            yield f"        written is {what}"

    def _identified(self, survey: publisher.Survey, film: Film) -> Iterator[str]:
        """Say what to write into the post, so that everybody can tell its film."""
        ids = ", ".join(f"{scheme}: {value}" for scheme, value in {**film.ids, **survey.ids}.items())
        if survey.answered_before:
            yield from self._remembered(survey.post.review)
        yield f"  below `film:` put this, and the film is told for certain:  ids: {{{ids}}}"

    def _remembered(self, review: publisher.Review) -> Iterator[str]:
        from publisher.watch.memory import place_of_choice

        place = self._site.display(place_of_choice(review, self._site))
        yield f"  you said before which film it is; delete {place} to be asked again"

    def _line(self, listing: Listing) -> str:
        """Name a listing in one line."""
        from publisher.content.offers import KIND_WORDS

        terms = listing.terms
        service = self._site.catalogue.resolve(listing.service, terms.kind).service
        details = [
            str(terms.price) if terms.price else None,
            terms.quality,
            f"through {terms.via}" if terms.via else None,
            f"from {self._keys(listing)['from']}" if terms.starts else None,
        ]
        region = f" ({terms.region})" if terms.region else ""
        name = f"{KIND_WORDS[terms.kind]}: {service.name if service else listing.service}{region}"
        return ", ".join([name, *filter(None, details)])

    def _quotation(self, listing: Listing, proposals: Sequence[Proposal]) -> str:
        """Say which words a listing was read from."""
        for one in proposals:
            same = (one.listing.service, one.listing.terms.kind) == (listing.service, listing.terms.kind)
            if same and listing.terms.source == "text":
                return f'  line {one.line}: "{one.quote}"'
        return ""

    def _keys(self, listing: Listing) -> dict[str, str]:
        from publisher.posts.listings import keys_of

        return keys_of(listing, self._site.zone)

    def _compared_data(self, comparison: Comparison) -> dict[str, Any]:
        lists = {
            name: [self._keys(listing) for listing in getattr(comparison, name)]
            for name in ("new", "gone", "kept", "said", "untouched")
        }
        changed = [
            {
                "keys": list(change.keys),
                "before": self._keys(change.before),
                "after": self._keys(change.after),
            }
            for change in comparison.changed
        ]
        yours = [
            {
                **self._keys(one.listing),
                "why": one.why,
                "now": self._keys(one.now) if one.now else None,
            }
            for one in comparison.yours
            if one.asked
        ]
        return {"source": comparison.source, **lists, "changed": changed, "yours": yours}


def described(candidate: Candidate) -> str:
    """Describe a film that may be the one meant, in one line."""
    years = "/".join(map(str, candidate.years))
    ids = ", ".join(f"{scheme}: {value}" for scheme, value in candidate.ids.items())
    said = [f"{candidate.titles[0] if candidate.titles else '?'}{f' ({years})' if years else ''}"]
    said += [f"by {', '.join(candidate.directors)}"] if candidate.directors else []
    return f"{', '.join(said)}  ids: {{{ids}}}"


def question(post: publisher.Post, asked: Asked) -> Iterator[str]:
    """Word the question which film is meant, with the candidates by their numbers."""
    film = post.review.film
    if film is None or asked.found is None:
        return
    said = ", ".join(filter(None, [str(film.year or ""), *film.directors]))
    yield f"{post.name}: which film is {film.title}{f' ({said})' if said else ''}?"
    for number, candidate in enumerate(asked.found.candidates[:_MOST_CANDIDATES], start=1):
        yield f"  {number}  {described(candidate)}"


def _answered(asked: Asked) -> Iterator[str]:
    """Say what came of asking a source, beside its offers."""
    if asked.fault is not None and not asked.passed_over:
        yield f"  {asked.source}: no answer: {asked.fault.message}"
        if asked.fault.help:
            yield f"      {asked.fault.help}"
    if asked.found is None:
        return
    if asked.found.unknown:
        yield f"  {asked.source}: does not have the film"
    for remark in asked.found.remarks:
        yield f"  {asked.source}: {remark}"
    if asked.found.candidates:
        yield f"  {asked.source}: cannot tell which film is meant; below `film:` put the ids of the one that is, or its director"
        for candidate in asked.found.candidates[:_MOST_CANDIDATES]:
            yield f"      {described(candidate)}"


def _asked_data(asked: Asked) -> dict[str, Any]:
    from publisher.content import sparse

    found, fault = asked.found, asked.fault
    return sparse(
        {
            "source": asked.source,
            "checked": found.checked.isoformat() if found else None,
            "unknown": found.unknown or None if found else None,
            "remarks": list(found.remarks) if found else [],
            "candidates": [
                {
                    "titles": list(one.titles),
                    "years": list(one.years),
                    "directors": list(one.directors),
                    "ids": dict(one.ids),
                }
                for one in (found.candidates if found else ())
            ],
            "fault": sparse({"message": fault.message, "help": fault.help}) if fault else None,
            "passed_over": asked.passed_over or None,
        }
    )
