"""Which film a post is about, among those that a source knows: one, or a question, never a guess."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.watch import titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.model import Film
    from publisher.watch.sources.source import Candidate

#: How far years may lie apart: a film shown at a festival in December comes to other countries a year later. Two
#: would already take "Speak No Evil" (2022) for its remake of 2024.
YEARS_APART = 1
#: How late a film may be: whose id and title fit and whose year is that far off had its year mistaken, or came out late. Remakes
#: of the same title are further apart, as a rule: there the id was mistaken.
YEARS_LATE = 5


@dataclass(frozen=True, slots=True)
class Identified:
    """The film is known.

    Attributes:
        candidate: It is this one.
        remarks: What does not fit all the same, and should be told; printable, in lower case.
    """

    candidate: Candidate
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecided:
    """Only the editor can say which film it is.

    Attributes:
        candidates: The films it may be, the likeliest first; at least one.
        reason: Why none of them was taken.
    """

    candidates: tuple[Candidate, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the post says of the film cannot all be true.

    Attributes:
        reason: What contradicts what.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """None of the candidates is the film."""


Identity = Identified | Undecided | Contradiction | Unknown


def identify(film: Film, candidates: Iterable[Candidate]) -> Identity:
    """Find out which candidate is the film.

    Identifiers decide, as long as what else the post says goes with them: one digit amiss, and an id is another film's. Of
    the candidate with the film's id a title has to be the film's, and its year about the film's; or, where no title is, its director and
    its year. Where title and year are right and the director is somebody else, it is for the editor to say: there are
    films of one title and year.

    Without any id in common, a candidate may be the film if one of its known titles is the film's
    title or original title (`titles.folded` says what counts as the same) and its year is at most one away. Where
    several may be, it is the one that alone has a director of the film. Nothing else decides between them: an exact year is no
    better than its neighbour, since the year of a film differs by country, nor a usual title than another known one. It is for the editor
    to say also where only one may be, but the film has no year and no director who fits, the candidate has no year,
    its director is somebody else, or its title is only nearly the same.

    The order of the candidates changes nothing; nor does one more that is another film.
    """
    distinct = _distinct(candidates)
    if named := [candidate for candidate in distinct if _agreeing(film, candidate)]:
        return _by_ids(film, named)
    open_ones = [candidate for candidate in distinct if not _differing(film, candidate)]
    found = _by_title(film, open_ones)
    if isinstance(found, Unknown):
        return _refused(film, [candidate for candidate in distinct if _differing(film, candidate)])
    return found


def possible(film: Film, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates whose title and year let them be the film, the likeliest first."""
    return _ranked(
        film, (each for each in _distinct(candidates) if same_title(film, each) and _near(film, each))
    )


def near_in_time(film: Film, candidate: Candidate) -> bool:
    """Answer whether the years of both let a candidate be the film; a year that is not known lets it."""
    return not candidate.years or _near(film, candidate)


def same_title(film: Film, candidate: Candidate) -> bool:
    """Answer whether a title of the film is a known title of the candidate."""
    return not _titles(film).isdisjoint(titles.folded(title) for title in candidate.titles)


def director_fits(film: Film, candidate: Candidate) -> bool:
    """Answer whether a director of the film is known to be the candidate's."""
    return _director(film, candidate) > 0


def as_answered(film: Film, ids: Mapping[str, str]) -> Film:
    """Return a film as its editor said it is, when shown the candidates with their directors: these are not held against it."""
    return replace(film, ids={**ids, **film.ids}, directors=()) if ids else film


def describe(candidate: Candidate) -> str:
    """Name a candidate so that people can tell it from others: "Suspiria (1977), Dario Argento"."""
    named = _titled(candidate)
    return f"{named}, {', '.join(candidate.directors[:3])}" if candidate.directors else named


def _by_ids(film: Film, named: Sequence[Candidate]) -> Identity:
    if len(named) > 1:
        ranked = _ranked(film, named)
        shares = (f"{_ids(film, _agreeing(film, each))} is {describe(each)}" for each in ranked)
        return Contradiction(f"the film's ids are of different films: {'; '.join(shares)}")
    candidate = named[0]
    known = _ids(film, _agreeing(film, candidate))
    if differing := _differing(film, candidate):
        others = ", ".join(f"{scheme} {candidate.ids[scheme]}" for scheme in differing)
        return Contradiction(f"{known} is {describe(candidate)}, {others}, not {_ids(film, differing)}")
    right_title = same_title(film, candidate) or _nearly_same_title(film, candidate)
    director = _director(film, candidate)
    theirs = describe(candidate) if director < 0 else _titled(candidate)
    contrary = f"{known} is {theirs}, and the post says {_as_written(film, director)}"
    if right_title and near_in_time(film, candidate):
        return Identified(candidate) if director >= 0 else Undecided((candidate,), contrary)
    late = right_title and _near(film, candidate, YEARS_LATE) and director >= 0
    renamed = director > 0 and film.year is not None and _near(film, candidate)
    return Identified(candidate, (contrary,)) if late or renamed else Contradiction(contrary)


def _by_title(film: Film, candidates: Sequence[Candidate]) -> Identity:
    same = [each for each in candidates if same_title(film, each)]
    fitting = [each for each in same if _near(film, each)]
    if fitting:
        return _of_fitting(film, fitting)
    if undated := [each for each in same if film.year and not each.years]:
        return Undecided(_ranked(film, undated), "its year is not known there")
    nearly = [each for each in candidates if _nearly_same_title(film, each) and _near(film, each)]
    if nearly:
        return Undecided(_ranked(film, nearly), "the title is not quite the same")
    return Unknown()


def _of_fitting(film: Film, fitting: Sequence[Candidate]) -> Identity:
    ranked = _ranked(film, fitting)
    left = tuple(each for each in ranked if director_fits(film, each)) or ranked
    if len(left) > 1:
        return Undecided(left, "several films fit")
    director = _director(film, left[0])
    if director < 0:
        return Undecided(left, "the director is somebody else")
    if not film.year and director == 0:
        return Undecided(left, "the post gives no year and no director that tell it from others")
    return Identified(left[0])


def _refused(film: Film, others: Sequence[Candidate]) -> Identity:
    """Say so where a film that fits has other ids than the post gives."""
    if not (fitting := possible(film, others)):
        return Unknown()
    differing = _differing(film, fitting[0])
    theirs = ", ".join(f"{scheme} {fitting[0].ids[scheme]}" for scheme in differing)
    return Contradiction(f"{describe(fitting[0])} is {theirs}, and the post says {_ids(film, differing)}")


def _director(film: Film, candidate: Candidate) -> int:
    """Return 1 where a director of the film is one of the candidate's, -1 where none is, 0 where nobody can tell."""
    if not film.directors or not candidate.directors:
        return 0
    if {titles.person(name) for name in film.directors} & {
        titles.person(name) for name in candidate.directors
    }:
        return 1
    # The same name in another script cannot be told from another name.
    written = {titles.script(name) for name in film.directors}
    return -1 if written == {titles.script(name) for name in candidate.directors} and len(written) == 1 else 0


def _titles(film: Film) -> frozenset[str]:
    return frozenset(titles.folded(title) for title in (film.title, film.original_title) if title)


def _nearly_same_title(film: Film, candidate: Candidate) -> bool:
    ours = {titles.bare(title) for title in (film.title, film.original_title) if title}
    return bool(ours & {titles.bare(title) for title in candidate.titles} - {""})


def _near(film: Film, candidate: Candidate, apart: int = YEARS_APART) -> bool:
    return film.year is None or any(abs(film.year - year) <= apart for year in candidate.years)


def _agreeing(film: Film, candidate: Candidate) -> tuple[str, ...]:
    return tuple(scheme for scheme, value in sorted(film.ids.items()) if candidate.ids.get(scheme) == value)


def _differing(film: Film, candidate: Candidate) -> tuple[str, ...]:
    return tuple(
        scheme for scheme, value in sorted(film.ids.items()) if candidate.ids.get(scheme, value) != value
    )


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Leave each film once: a source that is asked page by page may give one twice."""
    by_ids: dict[tuple[tuple[str, str], ...], Candidate] = {}
    without: list[Candidate] = []
    for candidate in sorted(candidates, key=_order):
        if candidate.ids:
            by_ids[tuple(sorted(candidate.ids.items()))] = candidate
        elif candidate not in without:
            without.append(candidate)
    return [*by_ids.values(), *without]


def _ranked(film: Film, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda each: (_distance(film, each), _order(each))))


def _distance(film: Film, candidate: Candidate) -> tuple[int, int, bool, bool]:
    """Say how far a candidate is from the film: by director, titles that fit, year, usual title. It puts candidates in order, and decides nothing."""
    known = [titles.folded(title) for title in candidate.titles]
    return (
        -_director(film, candidate),
        -len(_titles(film).intersection(known)),
        film.year not in candidate.years,
        _titles(film).isdisjoint(known[:1]),
    )


def _order(
    candidate: Candidate,
) -> tuple[tuple[str, ...], tuple[int, ...], list[tuple[str, str]], tuple[str, ...]]:
    return candidate.titles, candidate.years, sorted(candidate.ids.items()), candidate.directors


def _titled(candidate: Candidate) -> str:
    title = candidate.titles[0] if candidate.titles else "a film without a title"
    return f"{title} ({', '.join(map(str, candidate.years))})" if candidate.years else title


def _as_written(film: Film, director: int) -> str:
    """Say what a post says of its film; of its directors only where they are somebody else, as `_director` tells."""
    named = f"{film.title} ({film.year})" if film.year else film.title
    return ", ".join([named, *film.directors]) if director < 0 else named


def _ids(film: Film, schemes: Iterable[str]) -> str:
    return " and ".join(f"{scheme} {film.ids[scheme]}" for scheme in schemes)
