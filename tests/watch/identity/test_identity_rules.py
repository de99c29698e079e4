"""What decides which film it is: ids first, then title and year, then the director; and what never does."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import Film
from publisher.watch import titles
from publisher.watch.identity import (
    Contradiction,
    Identified,
    Undecided,
    Unknown,
    as_answered,
    describe,
    identify,
    possible,
)
from publisher.watch.sources import Candidate

ARGENTO = Candidate(
    titles=("Suspiria",),
    years=(1977,),
    directors=("Dario Argento",),
    ids={"imdb": "tt0076786", "tmdb": "1"},
)
GUADAGNINO = Candidate(
    titles=("Suspiria",),
    years=(2018,),
    directors=("Luca Guadagnino",),
    ids={"imdb": "tt1034415", "tmdb": "2"},
)
BOTH = (ARGENTO, GUADAGNINO)


def film(title: str = "Suspiria", year: int | None = None, *directors: str, **ids: str) -> Film:
    """Make a film as a post describes it."""
    return Film(title=title, year=year, directors=directors, ids=ids)


def test_an_id_decides_where_title_and_year_fit_several() -> None:
    """The editor settled it once."""
    assert identify(film(imdb="tt1034415"), BOTH) == Identified(GUADAGNINO)


@pytest.mark.parametrize(
    ("written", "remark"),
    [
        (film("Sospiri", 1977, "Dario Argento", imdb="tt0076786"), "the post says Sospiri (1977)"),
        (film("Suspiria", 1982, imdb="tt0076786"), "the post says Suspiria (1982)"),
    ],
)
def test_an_id_decides_against_the_title_or_the_year_and_says_so(written: Film, remark: str) -> None:
    """One of them may be a slip, or a title that the source does not know: its director, or its title, says so, too."""
    found = identify(written, BOTH)

    assert isinstance(found, Identified)
    assert found.candidate == ARGENTO
    assert found.remarks == (f"imdb tt0076786 is Suspiria (1977), and {remark}",)


@pytest.mark.parametrize(
    "written",
    [
        film("Karmalink", 1977, imdb="tt0076786"),
        film("Karmalink", 1977, "Jake Wachtel", imdb="tt0076786"),
        film("Karmalink", imdb="tt0076786"),
        film("Karmalink", 1978, "Jake Wachtel", imdb="tt0076786"),
        film("Karmalink", 1980, "Dario Argento", imdb="tt0076786"),
    ],
)
def test_an_id_of_a_film_of_another_title_is_not_believed_for_its_year(written: Film) -> None:
    """Hundreds of films are of one year: it says nothing about which one an id is of."""
    assert isinstance(identify(written, BOTH), Contradiction)


def test_an_id_of_a_film_of_the_same_title_and_year_by_somebody_else_is_a_question() -> None:
    """There were two Draculas in 1931; who says that it is this one is believed over the name in the post."""
    written = film("Suspiria", 1977, "Luca Guadagnino", imdb="tt0076786")
    found = identify(written, BOTH)

    assert found == Undecided(
        (ARGENTO,),
        "imdb tt0076786 is Suspiria (1977), Dario Argento, and the post says Suspiria (1977), Luca Guadagnino",
    )
    assert identify(as_answered(written, ARGENTO.ids), BOTH) == Identified(ARGENTO)


def test_an_id_of_a_film_of_another_title_and_year_is_not_believed() -> None:
    """Two against one: it is a slip in the id, and its offers would be those of another film."""
    assert identify(film("Karmalink", 2021, imdb="tt0076786"), BOTH) == Contradiction(
        "imdb tt0076786 is Suspiria (1977), and the post says Karmalink (2021)"
    )


def test_an_id_of_a_remake_is_not_believed_either() -> None:
    """The title fits, but nobody is wrong by decades about a year."""
    assert identify(film("Suspiria", 1977, imdb="tt1034415"), BOTH) == Contradiction(
        "imdb tt1034415 is Suspiria (2018), and the post says Suspiria (1977)"
    )


def test_ids_of_two_films_decide_nothing() -> None:
    """Neither is better than the other."""
    found = identify(film(year=1977, imdb="tt0076786", tmdb="2"), BOTH)

    assert isinstance(found, Contradiction)
    assert "imdb tt0076786 is Suspiria (1977), Dario Argento" in found.reason
    assert "tmdb 2 is Suspiria (2018), Luca Guadagnino" in found.reason


def test_an_id_that_the_film_of_another_id_does_not_have_is_a_contradiction() -> None:
    """The tmdb id is right, the imdb id is not, or the other way round."""
    assert identify(film(year=1977, imdb="tt9999999", tmdb="1"), BOTH) == Contradiction(
        "tmdb 1 is Suspiria (1977), Dario Argento, imdb tt0076786, not imdb tt9999999"
    )


def test_a_film_that_fits_but_has_another_id_is_not_taken() -> None:
    """An id that the source does not have must not be overlooked for a title."""
    assert identify(film(year=1977, imdb="tt9999999"), BOTH) == Contradiction(
        "Suspiria (1977), Dario Argento is imdb tt0076786, and the post says imdb tt9999999"
    )


def test_an_exact_year_does_not_beat_its_neighbour() -> None:
    """The year of a film differs by country: of two that fit it is for the editor to say."""
    early = Candidate(titles=("Karmalink",), years=(2021,), directors=("Jake Wachtel",))
    late = Candidate(titles=("Karmalink",), years=(2022,), directors=("Ann Lee",))

    assert identify(film("Karmalink", 2021), (early, late)) == Undecided((early, late), "several films fit")
    assert identify(film("Karmalink", 2022), (early, late)) == Undecided((late, early), "several films fit")
    assert identify(film("Karmalink", 2023), (early, late)) == Identified(late)


def test_both_titles_do_not_beat_one() -> None:
    """Any known title is enough, and a source need not know all of them."""
    both = Candidate(titles=("Alone", "Seul"), years=(2020,))
    one = Candidate(titles=("Alone",), years=(2020,))
    written = replace(film("Alone", 2020), original_title="Seul")

    assert identify(written, (one, both)) == Undecided((both, one), "several films fit")


def test_a_director_of_somebody_else_does_not_leave_the_film_whose_director_is_not_known() -> None:
    """Only the director's own film is told by the director."""
    unknown = Candidate(titles=("Alone",), years=(2020,))
    other = Candidate(titles=("Alone",), years=(2020,), directors=("Bo Ek",))

    found = identify(film("Alone", 2020, "Ann Lee"), (unknown, other))

    assert found == Undecided((unknown, other), "several films fit")


def test_a_director_who_made_it_twice_leaves_both_of_those_and_nobody_elses() -> None:
    """A short film, and the long one made of it a year later."""
    short, long = (
        Candidate(titles=("Alone",), years=(year,), directors=("Ann Lee",)) for year in (2020, 2021)
    )
    other = Candidate(titles=("Alone",), years=(2021,), directors=("Bo Ek",))

    found = identify(film("Alone", 2021, "Ann Lee"), (short, long, other))

    assert found == Undecided((long, short), "several films fit")


def test_a_director_beats_an_exact_year() -> None:
    """Nobody mistakes the director for another; the year is that of the festival."""
    early = Candidate(titles=("Alone",), years=(2020,), directors=("Ann Lee",))
    late = Candidate(titles=("Alone",), years=(2021,), directors=("Bo Ek",))

    assert identify(film("Alone", 2021, "Ann Lee"), (early, late)) == Identified(early)


def test_an_exact_year_of_a_film_only_also_called_so_does_not_beat_its_neighbour_of_that_name() -> None:
    """Nor the other way round."""
    also = Candidate(titles=("Zombi 2", "Zombie"), years=(1979,))
    usual = Candidate(titles=("Zombie",), years=(1978,))

    found = identify(film("Zombie", 1979), (usual, also))

    assert found == Undecided((also, usual), "several films fit")


def test_a_usual_title_alone_does_not_beat_an_alternative_one() -> None:
    """Any known title counts; of two films of a year it is for the editor to say."""
    also = Candidate(titles=("Zombi 2", "Zombie"), years=(1979,))
    usual = Candidate(titles=("Zombie",), years=(1979,))

    assert identify(film("Zombie", 1979), (also, usual)) == Undecided((usual, also), "several films fit")


@pytest.mark.parametrize(
    ("written", "candidate", "reason"),
    [
        (film(), ARGENTO, "no year"),
        (film("Suspiria", 1977, "Luca Guadagnino"), ARGENTO, "somebody else"),
        (film("Suspiria", 1977), Candidate(titles=("Suspiria",)), "year is not known"),
        (film("The Suspiria", 1977), ARGENTO, "not quite the same"),
    ],
)
def test_one_film_that_fits_not_quite_is_a_question(written: Film, candidate: Candidate, reason: str) -> None:
    """Precision matters more than recall: a question costs an answer, once."""
    found = identify(written, (candidate,))

    assert isinstance(found, Undecided)
    assert found.candidates == (candidate,)
    assert reason in found.reason


def test_a_director_in_another_script_is_not_another_director() -> None:
    """It cannot be told, so it does not count."""
    stalker = Candidate(titles=("Сталкер", "Stalker"), years=(1979,), directors=("Andrei Tarkovsky",))

    assert identify(film("Сталкер", 1979, "Андрей Тарковский"), (stalker,)) == Identified(stalker)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Rosemary's Baby", "Rosemary\u2019s Baby"),
        ("WALL-E", "WALL\u00b7E"),
        ("Fast & Furious", "fast and  furious"),
        ("Spider-Man", "Spider\u2011Man"),
        ("Once Upon a Time... in Hollywood", "Once Upon a Time… in Hollywood"),
        ("Mission: Impossible – Fallout", "Mission: Impossible - Fallout"),
        ("Amélie", "AMELIE"),
        ("Dr. No", "Dr No"),
        ("Ｆ／Ｘ", "F/X"),
        ("STRASSE", "Straße"),
        ("...", "…"),
    ],
)
def test_two_spellings_are_one_title(ours: str, theirs: str) -> None:
    """They differ in what people and machines write differently."""
    assert titles.folded(ours) == titles.folded(theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("mother!", "Mother"),
        ("The Fog", "Fog"),
        ("Alien", "Aliens"),
        ("Se7en", "Seven"),
        ("$", "€"),
        ("がんばれ", "かんばれ"),
        ("हिंदी", "हदी"),
        ("11", "11:14"),
    ],
)
def test_two_titles_are_not_one(ours: str, theirs: str) -> None:
    """What tells them apart is kept."""
    assert titles.folded(ours) != titles.folded(theirs)


def test_a_candidate_is_named_so_that_people_can_tell_it() -> None:
    """Title, year, directors, whatever is known of them."""
    assert describe(ARGENTO) == "Suspiria (1977), Dario Argento"
    assert describe(Candidate(titles=("Suspiria",))) == "Suspiria"
    assert describe(Candidate(titles=())) == "a film without a title"


TITLES = ("Alone", "ALONE", "The Alone", "Alone!", "Zombie", "Zombi 2", "Àlone", "…", "")
candidates = st.builds(
    Candidate,
    titles=st.lists(st.sampled_from(TITLES), max_size=3).map(tuple),
    years=st.lists(st.integers(2019, 2023), max_size=2).map(tuple),
    directors=st.lists(st.sampled_from(("Ann Lee", "Lee Ann", "Bo Ek")), max_size=2).map(tuple),
    ids=st.dictionaries(st.sampled_from(("imdb", "tmdb")), st.sampled_from(("1", "2", "3")), max_size=2),
)
films = st.builds(
    Film,
    title=st.sampled_from(TITLES[:-1]),
    original_title=st.none() | st.sampled_from(TITLES),
    year=st.none() | st.integers(2019, 2023),
    directors=st.lists(st.sampled_from(("Ann Lee", "Bo Ek")), max_size=2).map(tuple),
    ids=st.dictionaries(st.sampled_from(("imdb", "tmdb")), st.sampled_from(("1", "2", "3")), max_size=2),
)


@given(films, st.lists(candidates, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_candidates_changes_nothing(
    written: Film, known: list[Candidate], random: object
) -> None:
    """A source may give them in any."""
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert identify(written, shuffled) == identify(written, known)
    assert possible(written, shuffled) == possible(written, known)


@given(films, st.lists(candidates, max_size=5), st.integers(0, 5))
def test_one_more_film_that_is_another_changes_nothing(
    written: Film, known: list[Candidate], place: int
) -> None:
    """Whatever else a source has."""
    other = Candidate(titles=("Something Else",), years=(2021,), directors=("Ann Lee",), ids={"tmdb": "99"})

    assert identify(written, [*known[:place], other, *known[place:]]) == identify(written, known)


@given(films, st.lists(candidates, min_size=1, max_size=5))
def test_a_film_given_twice_is_one_film(written: Film, known: list[Candidate]) -> None:
    """Pages of answers overlap."""
    assert identify(written, [*known, known[0]]) == identify(written, known)


@given(films, st.lists(candidates, max_size=6))
def test_what_is_taken_without_an_id_fits_in_title_and_year(written: Film, known: list[Candidate]) -> None:
    """And nobody else's ids are ever overlooked."""
    found = identify(written, known)

    if isinstance(found, Identified) and not found.candidate.ids.items() & written.ids.items():
        assert found.candidate in possible(written, known)
        assert all(written.ids.get(scheme, value) == value for scheme, value in found.candidate.ids.items())
    if isinstance(found, Undecided):
        assert found.candidates
        assert set(map(id, found.candidates)) <= set(map(id, known))


@given(films, candidates, candidates)
def test_a_rival_never_makes_one_certain_that_was_not(
    written: Film, one: Candidate, rival: Candidate
) -> None:
    """What is a question alone is one beside another film, too."""
    alone = identify(written, [one])
    beside = identify(written, [one, rival])

    if isinstance(alone, Undecided) and isinstance(beside, Identified):
        assert beside.candidate == rival


@given(films, st.lists(candidates, min_size=1, max_size=5))
def test_the_editors_answer_settles_a_question(written: Film, known: list[Candidate]) -> None:
    """The ids of whichever candidate was chosen decide from then on."""
    numbered = [replace(each, ids={"tmdb": str(10 + place)}) for place, each in enumerate(known)]
    found = identify(replace(written, ids={}), numbered)

    for chosen in found.candidates if isinstance(found, Undecided) else ():
        settled = identify(as_answered(replace(written, ids={}), chosen.ids), numbered)
        assert isinstance(settled, Identified)
        assert settled.candidate == chosen


@given(st.text(max_size=30))
def test_folding_any_text_twice_is_folding_it_once(text: str) -> None:
    """And it takes any text, composed or not."""
    folded = titles.folded(text)

    assert titles.folded(folded) == folded
    assert titles.folded(unicodedata.normalize("NFD", text)) == folded
    assert titles.bare(text) is not None
    assert titles.person(text) is not None


def test_nothing_is_known_of_nothing() -> None:
    """Without candidates."""
    assert identify(film(year=1977), ()) == Unknown()
