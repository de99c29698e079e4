"""Films that are easy to confuse: each query finds exactly its film, or is a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher.model import Film
from publisher.watch.identity import Contradiction, Identified, Undecided, Unknown, identify
from publisher.watch.sources import Candidate

_DATA = yaml.safe_load(Path(__file__).with_name("films.yaml").read_text(encoding="utf-8"))


def candidate(film: dict[str, Any]) -> Candidate:
    """Make a candidate of a film of films.yaml."""
    return Candidate(
        titles=tuple(film["titles"]),
        years=(film["year"],),
        directors=tuple(film["directors"]),
        ids={scheme: film[scheme] for scheme in ("imdb", "tmdb", "wikidata") if scheme in film},
    )


WORLD = {film["name"]: candidate(film) for film in _DATA["films"]}


def asked(query: dict[str, Any]) -> Film:
    """Make a film as an editor would describe it."""
    return Film(
        title=query["title"],
        original_title=query.get("original_title"),
        year=query.get("year"),
        directors=tuple(query.get("directors", ())),
        ids=query.get("ids", {}),
    )


def _label(query: dict[str, Any]) -> str:
    return " ".join(
        str(query[key]) for key in ("title", "original_title", "year", "directors") if key in query
    ) + "".join(f" {scheme}" for scheme in query.get("ids", ()))


@pytest.mark.parametrize("query", _DATA["queries"], ids=_label)
def test_a_query_finds_exactly_its_film_or_asks_about_exactly_those(query: dict[str, Any]) -> None:
    """Among all films of the file, decoys included."""
    found = identify(asked(query), WORLD.values())

    match found:
        case Identified(film):
            assert film == WORLD[query["is"]]
        case Undecided(films):
            assert set(map(id, films)) == {id(WORLD[name]) for name in query["asks"]}
        case Contradiction():
            assert "refuses" in query
        case _:
            assert found == Unknown()
            assert not {"is", "asks", "refuses"} & query.keys()


def test_nothing_is_ever_taken_for_another_film(capsys: pytest.CaptureFixture[str]) -> None:
    """Precision is 1; recall is over all queries that a person could answer."""
    answerable = [query for query in _DATA["queries"] if "is" in query or "asks" in query]
    taken = [
        (query, found.candidate)
        for query in _DATA["queries"]
        if isinstance(found := identify(asked(query), WORLD.values()), Identified)
    ]
    asking = sum("asks" in query for query in _DATA["queries"])
    right = sum("is" in query and film == WORLD[query["is"]] for query, film in taken)
    precision, recall = right / len(taken), right / len(answerable)
    with capsys.disabled():
        print(  # noqa: T201 - the numbers are what one wants to see
            f"\nfilm identity: {len(_DATA['queries'])} queries among {len(WORLD)} films: "
            f"precision {precision:.3f}, recall without asking {recall:.3f}, {asking} ask"
        )

    assert precision == 1
    assert recall > 0.7


@pytest.mark.parametrize("film", _DATA["films"], ids=lambda film: film["name"])
def test_every_film_is_found_or_asked_about_by_any_of_its_titles(film: dict[str, Any]) -> None:
    """With its year, or one beside it; with its directors it is found, unless they made it twice."""
    for title in film["titles"]:
        for year in (film["year"] - 1, film["year"], film["year"] + 1):
            query = {"title": title, "year": year}
            alone = identify(asked(query), WORLD.values())
            directed = identify(asked({**query, "directors": film["directors"]}), WORLD.values())

            for found in (alone, directed):
                if isinstance(found, Undecided):
                    assert any(each is WORLD[film["name"]] for each in found.candidates)
                else:
                    assert found == Identified(WORLD[film["name"]])
            assert isinstance(directed, Identified) or title == "Whiplash"
