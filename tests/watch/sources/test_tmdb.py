"""TMDB asked over a real connection: which requests it takes, and what becomes of the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import ConfigurationError
from publisher.model import Offer, OfferKind, Terms
from publisher.watch.sources import AnotherFilm, attributions, connect
from publisher.watch.sources.tmdb import TMDB
from tests.conftest import CONFIGURATION
from tests.watch.sources.tmdb_server import NOW, TOKEN, fault_of, film, movie, offers, provider, tmdb

if TYPE_CHECKING:
    from tests.conftest import MakeSite

PAGE = "https://www.themoviedb.org/movie/900001-karmalink/watch?locale=US"
KARMALINK = movie(
    900001,
    "Karmalink",
    "2021-09-01",
    "Jake Wachtel",
    wikidata="Q900001",
    offers={
        "US": {
            "link": PAGE,
            "rent": [provider(7, "Fandango At Home"), provider(2, "Apple TV Store")],
            "buy": [provider(7, "Fandango At Home")],
            "flatrate": [
                provider(9, "Amazon Prime Video"),
                provider(2100, "Amazon Prime Video with Ads"),
                provider(2049, "Shudder Apple TV Channel"),
                provider(99, "Shudder"),
                provider(204, "Shudder Amazon Channel"),
                provider(201, "MUBI Amazon Channel"),
                provider(999_999, "Nobody\u202e\nknows"),
            ],
        },
        "CA": {"link": "", "free": [provider(212, "Hoopla")]},
        "GB": {"link": None},
        "DE": {"ads": [provider(999_998, "Unasked")]},
    },
)
SUSPIRIA = movie(11, "Suspiria", "1977-02-01", "Dario Argento", imdb="tt0076786")
REMAKE = movie(12, "Suspiria", "2018-10-26", "Luca Guadagnino", imdb="tt1034415")
DRACULA = movie(21, "Dracula", "1931-02-14", "Tod Browning", "Karl Freund", imdb="tt0021814")
SPANISH = movie(22, "Drácula", "1931-03-11", "George Melford")
HORROR = movie(
    23, "Dracula", "1958-05-08", "Terence Fisher", alternative=["Horror of Dracula"], imdb="tt0051554"
)
APPENDED = "alternative_titles,external_ids,watch/providers"


def test_a_film_with_a_tmdb_id_takes_exactly_one_request(make_site: MakeSite) -> None:
    """Its titles, ids and offers come in one answer, with the token in the head and nowhere else."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(
            film("Karmalink", 2022, tmdb="900001"), ("US", "CA", "GB", "FR"), server.wire(make_site)
        )

    assert server.asked == [f"movie/900001?append_to_response={APPENDED}"]
    assert f"Authorization: Bearer {TOKEN}" in server.heads[0]
    assert TOKEN not in server.heads[0].splitlines()[0]
    assert offers(found) == [
        ("US", "subscription", "mubi"),
        ("US", "subscription", "prime-video"),
        ("US", "subscription", "shudder"),
        ("US", "rent", "apple-tv-store"),
        ("US", "rent", "fandango-at-home"),
        ("US", "buy", "fandango-at-home"),
        ("CA", "free", "hoopla"),
    ]
    assert found.ids == {"wikidata": "Q900001"}
    assert not found.unknown
    assert not found.candidates


def test_offers_say_who_said_so_and_when_and_have_no_link(make_site: MakeSite) -> None:
    """TMDB has no links to films at services, and none is made of an id; its page is not the service's."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", tmdb="900001"), ("US",), server.wire(make_site))

    assert {listing.terms.source for listing in found.listings} == {"tmdb"}
    assert {listing.terms.checked for listing in found.listings} == {found.checked}
    assert NOW <= found.checked < NOW + timedelta(minutes=1)
    assert {listing.url for listing in found.listings} == {None}


def test_what_is_only_sold_through_another_service_says_so(make_site: MakeSite) -> None:
    """Plans and channels of one service are one offer; the service itself comes before its channels."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", tmdb="900001"), ("US",), server.wire(make_site))

    sold = {listing.service: listing.terms.via for listing in found.listings}
    assert (sold["shudder"], sold["mubi"]) == (None, "Prime Video Channels")


def test_services_that_the_catalogue_does_not_know_are_left_out_and_named(make_site: MakeSite) -> None:
    """By id, never by a name that looks alike; those of other countries are nobody's business."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", tmdb="900001"), ("US", "CA"), server.wire(make_site))

    assert found.remarks == (
        "left out a service that the catalogue does not know: Nobody knows (TMDB 999999)",
    )


def test_the_services_of_the_site_itself_are_known(make_site: MakeSite) -> None:
    """What a site adds to the catalogue counts."""
    more = '[services.nobody]\nname = "Nobody Knows"\nkinds = ["subscription"]\ntmdb = [999999]\n'
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", tmdb="900001"), ("US",), server.wire(make_site, more=more))

    assert ("US", "subscription", "nobody") in offers(found)
    assert found.remarks == ()


def test_a_kept_answer_is_not_asked_for_again_on_the_same_day(make_site: MakeSite) -> None:
    """The next day it is, at whatever hour."""
    asked = film("Karmalink", tmdb="900001")
    with tmdb(KARMALINK) as server:
        first = TMDB.ask(asked, ("US",), server.wire(make_site))
        again = TMDB.ask(asked, ("CA",), server.wire(make_site, began=NOW + timedelta(hours=3)))
        assert len(server.asked) == 1
        later = TMDB.ask(asked, ("US",), server.wire(make_site, began=NOW + timedelta(hours=23)))
        refreshed = TMDB.ask(
            asked, ("US",), server.wire(make_site, refresh=True, began=NOW + timedelta(hours=25))
        )

    assert len(server.asked) == 3
    assert again.checked == first.checked < later.checked < refreshed.checked


def test_an_imdb_id_takes_two_requests_and_teaches_the_tmdb_id(make_site: MakeSite) -> None:
    """Next time it is one."""
    with tmdb(SUSPIRIA, REMAKE) as server:
        found = TMDB.ask(film("Suspiria", imdb="tt1034415"), ("US",), server.wire(make_site))

    assert found.ids == {"tmdb": "12"}
    assert [path.partition("?")[0] for path in server.asked] == ["find/tt1034415", "movie/12"]


def test_a_wikidata_id_is_looked_up_as_one(make_site: MakeSite) -> None:
    """TMDB knows them, too."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", wikidata="Q900001"), ("US",), server.wire(make_site))

    assert server.asked[0] == "find/Q900001?external_source=wikidata_id"
    assert found.ids == {"tmdb": "900001"}


@pytest.mark.parametrize(
    ("results", "what"),
    [
        (
            {"tv_results": [{"id": 1396, "name": "Breaking Bad", "media_type": "tv"}]},
            "a series, Breaking Bad",
        ),
        ({"person_results": [{"id": 62, "name": "Bruce Willis"}]}, "a person, Bruce Willis"),
        ({"tv_episode_results": [{"id": 3, "name": "Pilot"}]}, "an episode of a series, Pilot"),
        ({"tv_season_results": [{"id": 3}]}, "a season of a series"),
    ],
)
def test_an_id_of_something_that_is_no_film_is_a_fault(
    make_site: MakeSite, results: dict[str, Any], what: str
) -> None:
    """It says what the id is, and does not fall back to the title."""
    with tmdb(KARMALINK) as server:
        server.found["tt0903747"] = results
        fault = fault_of(server, film("Karmalink", 2021, imdb="tt0903747"), make_site)

    assert fault.message == f"imdb tt0903747 is {what}, and no film"
    assert fault.help == "correct film.ids.imdb"
    assert not fault.stops
    assert len(server.asked) == 1


def test_an_id_that_tmdb_does_not_know_leaves_the_title_and_is_told(make_site: MakeSite) -> None:
    """TMDB has films without an IMDb id."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", 2021, imdb="tt9999999"), ("US",), server.wire(make_site))

    assert found.ids["tmdb"] == "900001"
    assert "imdb" not in found.ids
    assert "TMDB does not know imdb tt9999999" in found.remarks


def test_a_tmdb_id_of_no_film_is_a_fault(make_site: MakeSite) -> None:
    """It may be that of a series."""
    with tmdb() as server:
        fault = fault_of(server, film("Karmalink", tmdb="5"), make_site)

    assert "tmdb 5 is no film that TMDB has" in fault.message
    assert not fault.stops


def test_a_tmdb_id_of_another_film_is_a_fault(make_site: MakeSite) -> None:
    """Readers would be sent to the offers of another film."""
    with tmdb(SUSPIRIA) as server:
        fault = fault_of(server, film("Karmalink", 2021, tmdb="11"), make_site)

    assert fault.message == "tmdb 11 is Suspiria (1977), and the post says Karmalink (2021)"


def test_ids_that_contradict_each_other_are_a_fault(make_site: MakeSite) -> None:
    """Neither is taken."""
    with tmdb(SUSPIRIA) as server:
        fault = fault_of(server, film("Suspiria", 1977, tmdb="11", imdb="tt1034415"), make_site)

    assert "imdb tt0076786, not imdb tt1034415" in fault.message


def test_who_directed_it_is_asked_for_where_the_post_says_so(make_site: MakeSite) -> None:
    """A film of the same title and year may be another; the director may tell that a title is only not known."""
    with tmdb(SPANISH) as server:
        wire = server.wire(make_site)
        doubtful = TMDB.ask(film("Dracula", 1931, "Tod Browning", tmdb="22"), ("US",), wire)
        certain = TMDB.ask(film("El Conde", 1931, "George Melford", tmdb="22"), ("US",), wire)

    assert [each.ids for each in doubtful.candidates] == [{"tmdb": "22"}]
    assert doubtful.remarks == (
        "tmdb 22 is Drácula (1931), George Melford, and the post says Dracula (1931), Tod Browning",
    )
    assert certain.remarks == ("tmdb 22 is Drácula (1931), and the post says El Conde (1931)",)
    assert not certain.candidates


def test_a_title_in_another_language_is_found_among_the_translations(make_site: MakeSite) -> None:
    """Before the id is held to be another film's, at one more request."""
    jaws = movie(31, "Jaws", "1975-06-20", "Steven Spielberg", translated=["Der weiße Hai"])
    with tmdb(jaws) as server:
        wire = server.wire(make_site)
        german = TMDB.ask(film("Der weiße Hai", 1975, tmdb="31"), ("US",), wire)
        with pytest.raises(AnotherFilm) as wrong:
            TMDB.ask(film("Der grüne Hai", 1975, tmdb="31"), ("US",), wire)

    assert german.remarks == ()
    assert wrong.value.message == "tmdb 31 is Jaws (1975), and the post says Der grüne Hai (1975)"
    assert "original_title" in (wrong.value.help or "")
    assert [path.partition("?")[0] for path in server.asked] == ["movie/31", "movie/31/translations"]


def test_a_title_that_one_page_has_takes_two_requests(make_site: MakeSite) -> None:
    """One search, one film; its ids are proposed, so that it is one request the next time."""
    with tmdb(SUSPIRIA, REMAKE) as server:
        found = TMDB.ask(film("Suspiria", 1977), ("US",), server.wire(make_site))

    assert [path.partition("?")[0] for path in server.asked] == ["search/movie", "movie/11"]
    assert "year" not in server.asked[0]
    assert found.ids == {"tmdb": "11", "imdb": "tt0076786"}


def test_a_film_of_the_year_beside_it_is_taken_when_no_other_could_be_meant(make_site: MakeSite) -> None:
    """Shown at a festival in 2021, in cinemas in 2022: the search goes on without a year."""
    with tmdb(KARMALINK) as server:
        found = TMDB.ask(film("Karmalink", 2022), ("US",), server.wire(make_site))

    assert found.ids["tmdb"] == "900001"
    assert ("US", "rent", "fandango-at-home") in offers(found)


def test_the_years_beside_are_searched_where_a_title_is_common(make_site: MakeSite) -> None:
    """One page of a search without a year does not show all."""
    common = [movie(100 + n, f"Alone {n}", "1999-01-01") for n in range(30)]
    meant = movie(200, "Alone", "2020-02-02", "Ann Lee")
    with tmdb(*common, meant) as server:
        found = TMDB.ask(film("Alone", 2021), ("US",), server.wire(make_site))

    assert found.ids == {"tmdb": "200"}
    searches = [path for path in server.asked if path.startswith("search")]
    assert [path for path in searches if "primary_release_year=2020" in path]
    assert len(searches) == 4


def test_a_film_of_the_year_beside_it_is_a_question_beside_one_of_the_year(make_site: MakeSite) -> None:
    """Also where a title is so common that each year is searched by itself; the director answers it."""
    common = [movie(100 + n, f"Alone {n}", "1999-01-01") for n in range(30)]
    early, late = (
        movie(200 + n, "Alone", f"{2020 + n}-02-02", name) for n, name in enumerate(("Ann Lee", "Bo Ek"))
    )
    with tmdb(*common, early, late) as server:
        wire = server.wire(make_site)
        asked = TMDB.ask(film("Alone", 2020), ("US",), wire)
        found = TMDB.ask(film("Alone", 2020, "Bo Ek"), ("US",), wire)

    assert [dict(each.ids) for each in asked.candidates] == [{"tmdb": "200"}, {"tmdb": "201"}]
    assert asked.listings == ()
    assert found.ids == {"tmdb": "201"}


def test_a_film_that_only_has_the_title_too_is_a_rival(make_site: MakeSite) -> None:
    """Searches find films by titles that they do not show; where no director tells, those are looked at."""
    zombie = movie(51, "Zombie", "1979-01-01", "Ann Lee")
    zombi = movie(52, "Zombi 2", "1979-08-25", "Lucio Fulci", alternative=["Zombie"])
    with tmdb(zombie, zombi) as server:
        wire = server.wire(make_site)
        asked = TMDB.ask(film("Zombie", 1979), ("US",), wire)
        found = TMDB.ask(film("Zombie", 1979, "Ann Lee"), ("US",), wire)

    assert [dict(each.ids) for each in asked.candidates] == [{"tmdb": "51"}, {"tmdb": "52"}]
    assert found.ids == {"tmdb": "51"}


def test_the_two_draculas_of_1931_are_a_question(make_site: MakeSite) -> None:
    """With all that tells them apart."""
    with tmdb(DRACULA, SPANISH, HORROR) as server:
        found = TMDB.ask(film("Dracula", 1931), ("US",), server.wire(make_site))

    assert found.listings == ()
    assert found.ids == {}
    assert found.remarks == ("several films fit",)
    assert [(each.titles[0], each.years, each.directors, dict(each.ids)) for each in found.candidates] == [
        ("Dracula", (1931,), ("Tod Browning", "Karl Freund"), {"tmdb": "21", "imdb": "tt0021814"}),
        ("Drácula", (1931,), ("George Melford",), {"tmdb": "22"}),
    ]
    assert len(server.asked) == 3


def test_the_director_answers_that_question(make_site: MakeSite) -> None:
    """Written either way round."""
    with tmdb(DRACULA, SPANISH, HORROR) as server:
        found = TMDB.ask(film("Dracula", 1931, "Melford, George"), ("US",), server.wire(make_site))

    assert found.ids == {"tmdb": "22"}


def test_the_answered_question_is_not_asked_again(make_site: MakeSite) -> None:
    """The ids of the candidate that the editor chose decide."""
    with tmdb(DRACULA, SPANISH) as server:
        wire = server.wire(make_site)
        asked = TMDB.ask(film("Dracula", 1931), ("US",), wire)
        found = TMDB.ask(film("Dracula", 1931, **asked.candidates[1].ids), ("US",), wire)

    assert not found.candidates
    assert found.remarks == ()


def test_a_film_known_by_an_alternative_title_is_found(make_site: MakeSite) -> None:
    """Searches find those without showing them."""
    with tmdb(DRACULA, HORROR) as server:
        found = TMDB.ask(film("Horror of Dracula", 1958), ("US",), server.wire(make_site))

    assert found.ids == {"tmdb": "23", "imdb": "tt0051554"}


def test_the_original_title_is_searched_when_the_title_finds_nothing(make_site: MakeSite) -> None:
    """An editor may have translated the title alone."""
    mask = movie(41, "Black Sunday", "1960-08-12", "Mario Bava", original="La maschera del demonio")
    with tmdb(mask) as server:
        asked = film("Die Stunde, wenn Dracula kommt", 1960, original="La maschera del demonio")
        found = TMDB.ask(asked, ("US",), server.wire(make_site))

    assert found.ids == {"tmdb": "41"}


def test_a_film_that_tmdb_does_not_have_is_unknown(make_site: MakeSite) -> None:
    """That is no fault."""
    with tmdb(SUSPIRIA) as server:
        found = TMDB.ask(film("Karmalink", 2021), ("US",), server.wire(make_site))

    assert found.unknown
    assert found.listings == ()
    assert len(server.asked) == 1


def test_too_many_films_of_one_title_are_never_decided_between_unseen(make_site: MakeSite) -> None:
    """Only a director tells; a search has an end."""
    many = [movie(300 + n, "Home", f"2015-01-{n % 28 + 1:02}", f"Director {n}") for n in range(70)]
    with tmdb(*many) as server:
        wire = server.wire(make_site)
        asked = TMDB.ask(film("Home", 2015), ("US",), wire)
        requests = len(server.asked)

    assert len(asked.candidates) == 8
    assert requests == 6 + 8


def test_one_film_beside_more_than_were_looked_at_is_a_question(make_site: MakeSite) -> None:
    """What fits may be on a page that nobody read."""
    many = [movie(400 + n, f"Home {n}", "2015-01-01") for n in range(70)]
    many.insert(3, movie(500, "Home", "2015-01-01", "Ann Lee"))
    with tmdb(*many) as server:
        wire = server.wire(make_site)
        unsure = TMDB.ask(film("Home", 2015), ("US",), wire)
        sure = TMDB.ask(film("Home", 2015, "Ann Lee"), ("US",), wire)

    assert [dict(each.ids) for each in unsure.candidates] == [{"tmdb": "500"}]
    assert sure.ids == {"tmdb": "500"}


def test_tmdb_is_not_asked_before_the_site_says_on_which_terms(make_site: MakeSite) -> None:
    """Its data are free for some sites only."""
    site = make_site(configuration=CONFIGURATION)

    with pytest.raises(ConfigurationError) as caught:
        connect("tmdb", site, NOW, environment={"PUBLISHER_TMDB_KEY": TOKEN})

    assert caught.value.hint is not None
    assert '[watch.sources.tmdb] use = "non-commercial"' in caught.value.hint


def test_a_key_that_would_travel_in_addresses_is_refused(make_site: MakeSite) -> None:
    """The message says which to take, and quotes neither."""
    key = "0123456789abcdef0123456789abcdef"
    site = make_site(more='[watch.sources.tmdb]\nuse = "contract"\n')

    with pytest.raises(ConfigurationError) as caught:
        connect("tmdb", site, NOW, environment={"PUBLISHER_TMDB_KEY": key})

    assert "API read access token" in str(caught.value.hint)
    assert key not in caught.value.message + str(caught.value.hint)


def test_its_offers_carry_the_notice_that_tmdb_and_justwatch_ask_for() -> None:
    """Both are named, and the words are those of the terms."""
    offer = Offer(service="shudder", name="Shudder", terms=Terms(kind=OfferKind.SUBSCRIPTION, source="tmdb"))

    (attribution,) = attributions([offer])

    assert "JustWatch" in attribution.text
    assert (
        "uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB."
        in attribution.text
    )
    assert attribution.url == "https://www.themoviedb.org/"
