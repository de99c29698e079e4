"""TMDB that refuses, throttles, stalls, breaks off and lies: a fault in one line, never offers that nobody has."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue import catalogue
from publisher.watch.sources import SourceFault, connecting
from publisher.watch.sources import tmdb_shapes as shapes
from publisher.watch.sources.tmdb import TMDB
from tests.net.net_servers import Conversation, watchdog
from tests.watch.sources.tmdb_server import (
    NOW,
    TOKEN,
    fault_of,
    film,
    movie,
    offers,
    provider,
    say,
    saying,
    tmdb,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeSite

RENTED = {"US": {"link": "", "rent": [provider(7, "Fandango At Home")]}}
KARMALINK = movie(900001, "Karmalink", "2021-09-01", "Jake Wachtel", offers=RENTED)
ASKED = film("Karmalink", 2021, tmdb="900001")


def changed(**more: Any) -> dict[str, Any]:
    """Describe the film otherwise than TMDB would."""
    return {**KARMALINK, **more}


def broken_off(conversation: Conversation) -> None:
    """Promise more than is sent."""
    conversation.say(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + json.dumps(KARMALINK).encode()[:300]
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_stops_everything(make_site: MakeSite, status: int) -> None:
    """After one request; the message does not have the key."""
    refusal = {"status_code": 7, "status_message": f"Invalid API key: {TOKEN}", "success": False}
    with tmdb() as server:
        server.script[""] = saying(status, refusal)
        fault = fault_of(server, ASKED, make_site)

    assert fault.stops
    assert len(server.asked) == 1
    assert TOKEN not in fault.message + str(fault.help)


def test_throttled_it_waits_as_long_as_it_was_told_and_asks_again(make_site: MakeSite) -> None:
    """Retry-After is in seconds here."""
    with tmdb(KARMALINK) as server:

        def once(conversation: Conversation) -> None:
            server.script.clear()
            say(conversation, 429, {"status_code": 25}, "Retry-After: 7")

        server.script[""] = once
        found = TMDB.ask(ASKED, ("US",), server.wire(make_site))

    assert len(server.asked) == 2
    assert (found.checked - NOW).total_seconds() >= 7
    assert offers(found) == [("US", "rent", "fandango-at-home")]


def test_throttled_for_long_it_stops(make_site: MakeSite) -> None:
    """Nobody waits for an hour."""
    with tmdb() as server:
        server.script[""] = saying(429, {"status_code": 25}, "Retry-After: 3600")
        fault = fault_of(server, ASKED, make_site)

    assert fault.stops


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (saying(500, b"oops"), "trouble of its own"),
        (saying(200, b"<html>"), "not JSON"),
        (saying(200, []), "asked about film 900001"),
        (saying(200, b"1"), "neither a JSON object nor a list"),
        (saying(200, b'{"id": 900001, "title": "Karm'), "not JSON"),
        (broken_off, "broke off"),
        (saying(302, {}, "Location: http://127.0.0.1/"), "redirects"),
        (saying(200, changed(id=5)), "asked about film 900001, TMDB answered about another"),
        (saying(200, changed(title=None)), "no title in the form"),
        (saying(200, {name: KARMALINK[name] for name in ("id", "title")}), "no watch providers in the form"),
        (saying(200, changed(**{"watch/providers": {}})), "no watch providers in the form"),
        (saying(200, changed(**{"watch/providers": {"results": []}})), "no watch providers in the form"),
        (saying(200, changed(**{"watch/providers": {"results": {"US": None}}})), "watch providers of US"),
        (
            saying(200, changed(**{"watch/providers": {"results": {"US": {"rent": 1}}}})),
            "watch providers of US",
        ),
        (
            saying(
                200, changed(**{"watch/providers": {"results": {"US": {"rent": [{"provider_id": "7"}]}}}})
            ),
            "watch providers of US",
        ),
    ],
)
def test_an_answer_that_cannot_be_believed_is_a_fault(
    make_site: MakeSite, script: Callable[[Conversation], None], message: str
) -> None:
    """To hear nothing is not to hear that all offers are gone."""
    with tmdb() as server:
        server.script[""] = script
        fault = fault_of(server, ASKED, make_site)

    assert message in fault.message
    assert fault.message.isprintable()


def test_a_lie_is_not_kept(make_site: MakeSite) -> None:
    """The next run asks again, and hears the truth."""
    with tmdb(KARMALINK) as server:
        server.script[""] = saying(200, changed(id=5))
        with pytest.raises(SourceFault):
            TMDB.ask(ASKED, ("US",), server.wire(make_site))
        server.script.clear()

        found = TMDB.ask(ASKED, ("US",), server.wire(make_site))

    assert offers(found) == [("US", "rent", "fandango-at-home")]


def test_a_stall_ends_with_the_deadline(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the server does."""
    monkeypatch.setattr(connecting, "DEADLINE", 0.2)
    with watchdog(), tmdb() as server:
        server.script[""] = lambda conversation: conversation.hold()
        fault = fault_of(server, ASKED, make_site)

    assert "took more than 0.2 s" in fault.message


@pytest.mark.parametrize(
    ("path", "answer"),
    [("find", {"movie_results": None}), ("find", {}), ("search", {"results": {}}), ("search", {"page": 1})],
)
def test_a_list_that_is_none_is_a_fault(make_site: MakeSite, path: str, answer: object) -> None:
    """It does not say that TMDB has no such film."""
    asked = film("Karmalink", 2021, imdb="tt9999999") if path == "find" else film("Karmalink", 2021)
    with tmdb(KARMALINK) as server:
        server.script[path] = saying(200, answer)
        fault = fault_of(server, asked, make_site)

    assert "in the form that TMDB documents" in fault.message


def test_a_search_that_promises_endless_pages_has_an_end(make_site: MakeSite) -> None:
    """Three pages, whatever it says."""
    one = {"id": 900001, "title": "Karmalink", "release_date": "2021-09-01"}
    with tmdb(KARMALINK) as server:
        server.script["search"] = saying(200, {"page": 1, "results": [one] * 5000, "total_pages": 10**9})
        found = TMDB.ask(film("Karmalink", 2021, "Jake Wachtel"), ("US",), server.wire(make_site))

    assert found.ids == {"tmdb": "900001"}
    assert len(server.asked) < 15


def test_a_find_that_knows_several_films_asks(make_site: MakeSite) -> None:
    """An id has one film; where TMDB says otherwise, it is not for us to choose."""
    remake = movie(900002, "Karmalink", "2021-10-01", "Somebody Else")
    with tmdb(KARMALINK, remake) as server:
        server.found["tt9999999"] = {"movie_results": [KARMALINK, remake]}
        found = TMDB.ask(film("Karmalink", 2021, imdb="tt9999999"), ("US",), server.wire(make_site))

    assert len(found.candidates) == 2
    assert not found.listings


def test_an_answer_of_hundreds_of_kilobytes_is_read(make_site: MakeSite) -> None:
    """Popular films are offered in 130 countries."""
    countries = {
        f"{first}{second}": {"link": None, "buy": [provider(2, "Apple TV Store" + " " * 40)] * 5}
        for first in "ABCDEFGHIJK"
        for second in "ABCDEFGHIJKLM"
    }
    popular = movie(77, "Popular", "2014-11-05", offers={**countries, "US": RENTED["US"]})
    assert len(json.dumps(popular)) > 100_000
    with tmdb(popular) as server:
        found = TMDB.ask(film("Popular", 2014, tmdb="77"), ("US", "ZZ"), server.wire(make_site))

    assert offers(found) == [("US", "rent", "fandango-at-home")]


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("id", "title", "original_title", "release_date", "results", "US", "rent", "provider_id",
                 "provider_name", "watch/providers", "credits", "crew", "job", "name", "external_ids",
                 "alternative_titles", "titles", "imdb_id", "wikidata_id", "total_pages", "person_results")
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)  # fmt: skip
bodies = st.dictionaries(
    st.sampled_from(("id", "title", "results", "watch/providers", "credits", "external_ids", "total_pages")),
    anything,
)


@given(bodies)
def test_any_json_is_read_or_is_a_fault(body: dict[str, Any]) -> None:
    """Nothing else escapes, and what comes out can be printed in a line."""
    assert shapes.pages(body) >= 1
    assert all(thing.isprintable() for thing in shapes.other_things(body))
    for found in shapes.candidates(body):
        assert found.titles
        assert all(each.isprintable() for each in (*found.titles, *found.directors, *found.ids.values()))
    with contextlib.suppress(SourceFault):
        shapes.check_movie(str(body.get("id")), body)
        read = shapes.offers(body, ("US",), catalogue(), NOW)
        assert all(each.isprintable() for each in read.unknown)
