"""Each film's offers as everybody knows them now: what its post's sentences say, what sources answer, what is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from pydantic_core import PydanticCustomError

from publisher.diagnostics import Source
from publisher.diagnostics.suggest import nearest
from publisher.errors import Refused, UsageError
from publisher.model import Status, Visibility, visibility
from publisher.values.characters import quote
from publisher.values.codes import region
from publisher.watch.comparison import TEXT, Comparison, compare
from publisher.watch.identity import as_answered
from publisher.watch.lookup import Asked, ask, look_up
from publisher.watch.memory import choose_film, chosen_film
from publisher.watch.ownership import changed_meanwhile, hands_of, refused_by_editor
from publisher.watch.sentences import propose
from publisher.watch.sources import SOURCES, AnotherFilm, connect, enabled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.model import Film, Listing, Review
    from publisher.posts import Post
    from publisher.site import Site
    from publisher.watch.sentences import Proposal
    from publisher.watch.sources import Candidate, Connection

#: Puts a question to the editor: which of several films a source means; None where nobody says.
Choose: TypeAlias = "Callable[[Post, Asked], Candidate | None]"


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of one film.

    Attributes:
        asked: What came of each source that was asked.
        comparisons: What those that answered say beside what is written; the post's own sentences among them.
        proposals: What the post's sentences say, with their words and the lines of the file that these are on.
        chosen: The ids that the editor chose when asked which film is meant, now or in an earlier run, by scheme.
        answered_before: Whether that was an earlier run.
        unasked: That no source was asked, because the review is a draft or scheduled, and was not named.
        declined: What sentences say and the editor deleted from `watch:` after it was written there: it is not written again.
        refused: Why nothing can be said of it: the post changed while sources were asked.
    """

    post: Post
    asked: tuple[Asked, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    answered_before: bool = False
    unasked: bool = False
    declined: tuple[Listing, ...] = ()
    refused: Refused | None = None

    @property
    def undated(self) -> tuple[Proposal, ...]:
        """What sentences say of a time that is no day, such as "this Halloween": only the editor may know the day."""
        return tuple(one for one in self.proposals if one.when is not None)

    @property
    def ids(self) -> dict[str, str]:
        """Identifiers of the film that the post lacks: what the editor chose, and what sources learnt on the way."""
        film = self.post.review.film
        known = film.ids if film else {}
        learnt = [
            *self.chosen,
            *(pair for each in self.asked if each.found for pair in each.found.ids.items()),
        ]
        return {scheme: value for scheme, value in reversed(learnt) if scheme not in known}


def connect_sources(
    site: Site, names: Collection[str], now: datetime, *, refresh: bool = False
) -> tuple[Connection, ...]:
    """Connect the sources that are named; where none is, those that the site has a key for. Nothing is sent yet.

    Args:
        site: The site.
        names: Their keys; `text`, the posts' own sentences, needs no connection.
        now: The moment answers are young or old at; aware.
        refresh: Whether answers kept by earlier runs are asked for anew.

    Raises:
        UsageError: There is no such source.
        ConfigurationError: A key is missing or cannot be used, or the site did not say on which terms it asks.
        EnvironmentFault: The folder of state cannot be written.
    """
    known = (TEXT, *SOURCES)
    for name in names:
        if name not in known:
            near = nearest(name, known)
            way_out = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"{quote(name)} is not a source of offers", way_out)
    if not names:
        return enabled(site, now, refresh=refresh)
    return tuple(connect(key, site, now, refresh=refresh) for key in SOURCES if key in names)


def regions_to_ask(written: str | None, site: Site, connections: Sequence[Connection]) -> tuple[str, ...]:
    """Say which countries to ask about: those that are written down, such as "US,GB", else the site's.

    Raises:
        UsageError: One is no country's code, or there are sources to ask and no country to ask about.
    """
    if written is None:
        if connections and not site.watch.regions:
            raise UsageError(
                "there is no country to ask about",
                'name some: --region US,GB, or in publisher.toml, in [watch]: regions = ["US", "GB"]',
            )
        return site.watch.regions
    try:
        return tuple(dict.fromkeys(region(code.strip()) for code in written.split(",")))
    except PydanticCustomError as error:
        about = error.context or {}
        raise UsageError(
            f"--region: {about.get('message')}", about.get("label") or about.get("help")
        ) from None


def survey(  # noqa: PLR0913 - whom to ask about what, and what may be asked
    posts: Iterable[Post],
    site: Site,
    connections: Sequence[Connection],
    regions: Sequence[str],
    *,
    now: datetime,
    sentences: bool = True,
    choose: Choose | None = None,
    named: Collection[Path] = (),
) -> Iterator[Survey]:
    """Find out where films can be watched; no post is written.

    What the editor answers is remembered in the folder of state, for as long as the post says the same of its film. Of a
    review that is retracted nobody is asked: its readers are gone, and every request counts. Nor of a draft or a scheduled
    review, unless it is named: which film will be reviewed is nobody's business yet.

    Args:
        posts: Posts whose reviews have a film.
        site: The site.
        connections: The sources to ask.
        regions: The countries to ask about, ISO 3166-1 alpha-2.
        now: The moment (aware): what ended before is not said any more.
        sentences: Whether the posts' own sentences are read, too.
        choose: Asks the editor which film is meant, where a source cannot tell.
        named: The files of posts that sources are asked about even while nobody may see them; absolute, without links.

    Yields:
        What is known of each film, in the order of the posts, and as soon as it is known.

    Raises:
        EnvironmentFault: What sources were asked cannot be kept book of, or what the editor answered.
    """
    films = [(post, post.review.film) for post in posts if post.review.film is not None]
    hidden = {post.path for post, _ in films if _is_hidden(post, now, named)}
    retracted = {post.path for post, _ in films if post.review.status is Status.RETRACTED}
    asked = [(post, film) for post, film in films if post.path not in hidden | retracted]
    inquiry = _Inquiry(site, connections, regions, choose)
    answers = look_up([inquiry.meant(post.review, film) for post, film in asked], connections, regions)
    for post, film in films:
        found = (
            Survey(post, unasked=bool(connections) and post.path in hidden)
            if post.path in hidden | retracted
            else inquiry.settled(post, film, next(answers))
        )
        try:
            yield _compared(found, site, regions, now, sentences=sentences)
        except Refused as refusal:
            yield replace(found, refused=refusal)


def _is_hidden(post: Post, now: datetime, named: Collection[Path]) -> bool:
    """Tell whether nobody is to hear of a post yet: it is a draft or scheduled, and its editor did not name it."""
    seen = visibility(post.review, now)
    return seen in {Visibility.DRAFT, Visibility.SCHEDULED} and post.path.resolve() not in named


def _compared(found: Survey, site: Site, regions: Sequence[str], now: datetime, *, sentences: bool) -> Survey:
    """Hold what sources answered, and what the post's sentences say, against what is written.

    Raises:
        Refused: The post changed since it was read.
    """
    post = found.post
    proposals = _proposals(post, site, now) if sentences else ()
    said = [_of_text(one) for one in proposals if one.when is None]
    declined = refused_by_editor(post.review, said, TEXT, site)
    listings = {TEXT: [one for one in said if one not in declined]} if sentences else {}
    for each in found.asked:
        if each.found is not None and not each.found.candidates and not each.found.unknown:
            listings[each.source] = list(each.found.listings)
    hands = hands_of(post, listings, site)
    comparisons = compare(post.review, listings, site, now=now, hands=hands, regions=regions)
    return replace(
        found, comparisons=tuple(comparisons.values()), proposals=proposals, declined=tuple(declined)
    )


@dataclass(frozen=True, slots=True)
class _Inquiry:
    """How it is settled which film a post is about: by the post, by what its editor answered before, or by asking now."""

    site: Site
    connections: Sequence[Connection]
    regions: Sequence[str]
    choose: Choose | None

    def meant(self, review: Review, film: Film) -> Film:
        """Return a review's film as its editor said it is in an earlier run."""
        return as_answered(film, self._before(review))

    def settled(self, post: Post, film: Film, asked: tuple[Asked, ...]) -> Survey:
        """Take what came of asking about a film as it was `meant`, and put to the editor what is open.

        Raises:
            EnvironmentFault: What the editor answered cannot be remembered.
        """
        before = self._before(post.review)
        if before and any(map(_is_mistaken, asked)):
            # What is remembered is no answer: the film of these ids is not the one that the post describes.
            before = {}
            asked = tuple(
                ask(film, connection, self.regions) if _is_mistaken(each) else each
                for each, connection in zip(asked, self.connections, strict=True)
            )
        chosen: dict[str, str] = {}
        if self.choose is not None and any(map(_open, asked)):
            asked, chosen = self._put(post, as_answered(film, before), asked, self.choose)
            if chosen:
                choose_film(post.review, {**before, **chosen}, self.site)
        return Survey(
            post,
            asked,
            chosen=tuple({**before, **chosen}.items()),
            answered_before=bool(before) and not chosen,
        )

    def _before(self, review: Review) -> dict[str, str]:
        return chosen_film(review, self.site) if self.connections else {}

    def _put(
        self, post: Post, film: Film, asked: Sequence[Asked], choose: Choose
    ) -> tuple[tuple[Asked, ...], dict[str, str]]:
        """Put the question to the editor once for all sources; return what came of it, and the ids he chose."""
        chosen: dict[str, str] = {}
        settled = []
        for each, connection in zip(asked, self.connections, strict=True):
            result = each
            if chosen and _open(result):
                result = ask(as_answered(film, chosen), connection, self.regions)
            if _open(result) and (candidate := choose(post, result)) is not None and candidate.ids:
                chosen.update(candidate.ids)
                result = ask(as_answered(film, chosen), connection, self.regions)
            settled.append(result)
        return tuple(settled), chosen


def _proposals(post: Post, site: Site, now: datetime) -> tuple[Proposal, ...]:
    """Read a post's sentences; lines are counted from the top of the file, as every editor counts them."""
    try:
        text = post.text()
    except Refused:  # worded for a publish run
        raise changed_meanwhile(post) from None
    proposals = propose(text, post.review, site, now)
    if not proposals:
        return ()
    whole = post.path.read_bytes().decode("utf-8-sig", "replace")
    above, _ = Source(post.name, whole).position(post.body)
    return tuple(replace(one, line=one.line + above - 1) for one in proposals)


def _of_text(proposal: Proposal) -> Listing:
    """Return what a sentence says as a listing that names it for its source; it holds as long as the sentence stands."""
    terms = replace(proposal.listing.terms, source=TEXT, checked=None)
    return replace(proposal.listing, terms=terms)


def _is_mistaken(asked: Asked) -> bool:
    return isinstance(asked.fault, AnotherFilm)


def _open(asked: Asked) -> bool:
    return asked.found is not None and bool(asked.found.candidates)
