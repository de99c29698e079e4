"""What editors write becomes what they meant: dates, ratings, slugs, prices and all the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from publisher.model import Image, OfferKind, Price, RatingScale, Review, Status, Terms, plain
from publisher.posts import read_post, read_posts
from publisher.posts.identifiers import slug_from, slug_problem
from publisher.posts.moments import parse_moment
from publisher.posts.ratings import parse_rating
from publisher.site import Site, load_site

MakeSite = Callable[..., Site]
CHICAGO, BEIRUT = ZoneInfo("America/Chicago"), ZoneInfo("Asia/Beirut")
ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"


def _scale(low: str, high: str, step: str) -> RatingScale:
    return RatingScale(
        minimum=Decimal(low),
        maximum=Decimal(high),
        step=Decimal(step),
        unit="star",
        units="stars",
        symbol="★",
    )


def _fault(caught: pytest.ExceptionInfo[PydanticCustomError]) -> dict[str, Any]:
    assert caught.value.context is not None
    return caught.value.context


def _read(site: Site, front: str, name: str = "karmalink.md") -> Review:
    text = f"---\nid: {ID}\ntitle: Karmalink\ndate: 2022-07-15\n{front}\n---\nText.\n"
    post, found = read_post(text.encode(), site.posts / name, site)
    assert post is not None, found
    return post.review


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2022-07-15", "2022-07-15T05:00Z"),
        ("2022-7-5", "2022-07-05T05:00Z"),
        ("2022-01-15", "2022-01-15T06:00Z"),
        ("2022-07-15T09:00", "2022-07-15T14:00Z"),
        ("2022-07-15 9:00", "2022-07-15T14:00Z"),
        ("2022-07-15T09:00:59.999", "2022-07-15T14:00:59Z"),
        ("2022-07-15T09:00-05:00", "2022-07-15T14:00Z"),
        ("2022-07-15T09:00-0500", "2022-07-15T14:00Z"),
        ("2022-07-15T09:00+14:00", "2022-07-14T19:00Z"),
        ("2022-07-15T09:00+05:45", "2022-07-15T03:15Z"),
        ("2022-07-15T09:00Z", "2022-07-15T09:00Z"),
        ("2022-07-15 09:00 z", "2022-07-15T09:00Z"),
        ("2024-02-29", "2024-02-29T06:00Z"),
        ("2026-03-08T02:30-06:00", "2026-03-08T08:30Z"),
    ],
)
def test_dates_are_read_in_the_site_s_zone_unless_they_name_one(written: str, expected: str) -> None:
    """Neither the machine's zone nor YAML has a say."""
    assert parse_moment(written, CHICAGO).at == datetime.fromisoformat(expected)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_machine_s_zone_changes_nothing(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    """The same file means the same moment on every machine."""
    monkeypatch.setenv("TZ", zone)

    assert parse_moment("2022-07-15T09:00", CHICAGO).at == datetime(2022, 7, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-03-08T02:00", "2026-03-08T02:59:59"])
def test_a_time_that_clocks_skip_is_refused(written: str) -> None:
    """In spring an hour does not exist, and nobody can say what was meant."""
    with pytest.raises(PydanticCustomError, match="does not exist in America/Chicago") as caught:
        parse_moment(written, CHICAGO)

    assert " CDT) or " in _fault(caught)["help"]


@pytest.mark.parametrize("written", ["2026-11-01T01:00", "2026-11-01T01:59:59"])
def test_a_time_that_clocks_show_twice_is_refused(written: str) -> None:
    """In autumn an hour comes twice; the offsets that decide are named."""
    with pytest.raises(PydanticCustomError, match="exists twice in America/Chicago") as caught:
        parse_moment(written, CHICAGO)

    clock = written[11:16]
    assert _fault(caught)["help"] == (
        f"say which is meant: {written[:16]}-05:00 ({clock} CDT) or {written[:16]}-06:00 ({clock} CST)"
    )


@pytest.mark.parametrize(
    "written", ["2026-03-08T01:59", "2026-03-08T03:00", "2026-11-01T00:59", "2026-11-01T02:00"]
)
def test_times_beside_a_change_of_clocks_are_fine(written: str) -> None:
    """Only the hour itself is in doubt."""
    assert parse_moment(written, CHICAGO).at


def test_a_whole_day_lasts_until_the_next_one_begins() -> None:
    """Days of a change of clocks have 23 or 25 hours, and in Beirut one begins at one o'clock."""
    lengths = {
        day: (moment := parse_moment(day, CHICAGO)).ends - moment.at
        for day in ("2026-03-07", "2026-03-08", "2026-11-01")
    }
    gap = parse_moment("2022-03-27", BEIRUT)

    assert list(lengths.values()) == [timedelta(hours=24), timedelta(hours=23), timedelta(hours=25)]
    assert gap.at == datetime(2022, 3, 26, 22, tzinfo=UTC)
    assert gap.at.astimezone(BEIRUT).date().isoformat() == "2022-03-27"


def test_a_moment_ends_when_it_is() -> None:
    """Where a time was given there is no day to wait for."""
    moment = parse_moment("2022-07-15T09:00", CHICAGO)

    assert moment.ends == moment.at
    assert not moment.whole_day


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(9998, 12, 31)))
def test_every_day_that_exists_is_read_as_itself(day: date) -> None:
    """A date comes back as the same date in the site's zone."""
    moment = parse_moment(day.isoformat(), CHICAGO)

    assert moment.whole_day
    assert moment.at.astimezone(CHICAGO).date() == day
    assert moment.at < moment.ends


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("2026-03-05 9:00 PM", "write 2026-03-05T21:00"),
        ("2026-03-05 12:30am", "write 2026-03-05T00:30"),
        ("2026-03-05 9 p.m.", "write 2026-03-05T21:00"),
        ("March 5, 2026", "write 2026-03-05"),
        ("25/12/2026", "write 2026-12-25"),
        ("05/06/2026", "that can be read in two ways; write year-month-day"),
        (
            "2026-03-05T09:00 CST",
            "say how far from UTC it is instead, as in -06:00, or leave it out for the site's own zone",
        ),
        ("2026-03-05 13:00 PM", None),
        ("next Tuesday", None),
    ],
)
def test_other_dates_are_refused_with_advice_where_there_is_one_reading(
    written: str, advice: str | None
) -> None:
    """Half-day clocks, names of months and orders that cannot be mixed up are understood."""
    with pytest.raises(PydanticCustomError, match="is not a date as this key takes it") as caught:
        parse_moment(written, CHICAGO)

    assert _fault(caught)["help"] == advice


@given(
    st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d)?([+-]\d\d:\d\d)?", fullmatch=True)
)
def test_no_text_breaks_the_reading_of_dates(written: str) -> None:
    """Every text is a moment in time or a fault that quotes what is wrong."""
    try:
        moment = parse_moment(written, CHICAGO)
    except PydanticCustomError as error:
        code = (error.context or {})["code"]
    else:
        code = "date-invalid" if moment.at.tzinfo is UTC else "no zone"

    assert code == "date-invalid"


@pytest.mark.parametrize(
    ("scale", "written", "expected"),
    [
        (("0", "5", "0.5"), "4", "4"),
        (("0", "5", "0.5"), "3.50", "3.5"),
        (("0", "5", "0.5"), "0", "0"),
        (("0", "5", "0.5"), "-0", "0"),
        (("0", "5", "0.5"), "+5.0", "5"),
        (("1", "10", "1"), "10", "10"),
        (("1", "6", "0.1"), "5.9", "5.9"),
        (("-2", "2", "1"), "-2", "-2"),
        (("0", "100", "1"), "100", "100"),
    ],
)
def test_ratings_are_points_on_the_scale(scale: tuple[str, str, str], written: str, expected: str) -> None:
    """Any scale, any step; minus nothing is nothing."""
    assert plain(parse_rating(written, _scale(*scale))) == expected


@pytest.mark.parametrize(
    ("scale", "written", "code", "advice"),
    [
        (("0", "5", "0.5"), "4.25", "rating-step", None),
        (("0", "5", "0.5"), "5.0001", "rating-range", None),
        (("0", "5", "0.5"), "9", "rating-range", "out of ten? 9/10 is 4.5 stars"),
        (("0", "5", "1"), "9", "rating-range", None),
        (("0", "1", "0.1"), "10", "rating-range", "out of ten? 10/10 is 1 star"),
        (("1", "10", "1"), "0", "rating-range", None),
        (("0", "5", "0.5"), "4/5", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "4/10", "rating-invalid", "write rating: 2"),
        (("0", "5", "0.5"), "8 out of 10", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "4.3/5", "rating-invalid", None),
        (("0", "5", "0.5"), "9 stars", "rating-invalid", None),
        (("0", "5", "0.5"), "4 stars", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "4/5 stars", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "4/5 lemons", "rating-invalid", None),
        (("0", "5", "0.5"), "80%", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "85 %", "rating-invalid", None),
        (("0", "5", "0.5"), "4 ★", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "4 lemons", "rating-invalid", None),
        (("0", "5", "0.5"), "three and a half", "rating-invalid", "write rating: 3.5"),
        (("0", "5", "0.5"), "3½", "rating-invalid", "write rating: 3.5"),
        (("0", "5", "0.5"), "Four", "rating-invalid", "write rating: 4"),
        (("0", "5", "0.5"), "★★★", "rating-invalid", "write rating: 3"),
        (("0", "5", "0.5"), "2,5", "rating-invalid", "write rating: 2.5"),
        (("0", "5", "0.5"), "٤", "rating-invalid", None),
        (("0", "5", "0.5"), "", "rating-invalid", None),
        (("0", "5", "0.5"), "nan", "rating-invalid", None),
    ],
)
def test_other_ratings_are_refused_with_advice_that_holds(
    scale: tuple[str, str, str], written: str, code: str, advice: str | None
) -> None:
    """A rating is suggested only where it is sure what was meant, and the scale has it."""
    with pytest.raises(PydanticCustomError) as caught:
        parse_rating(written, _scale(*scale))

    assert (_fault(caught)["code"], _fault(caught)["help"]) == (code, advice)


@given(st.text(max_size=12) | st.from_regex(r"[+-]?\d{1,3}(\.\d{1,3})?( ?/ ?\d\d?)?", fullmatch=True))
def test_advice_about_a_rating_can_be_followed(written: str) -> None:
    """What the help says to write is itself a rating of the scale."""
    scale = _scale("0", "5", "0.5")
    try:
        rating = parse_rating(written, scale)
    except PydanticCustomError as error:
        advice = (error.context or {})["help"] or ""
        if advice.startswith("write rating: "):
            assert parse_rating(advice.removeprefix("write rating: "), scale) >= 0
    else:
        assert scale.minimum <= rating <= scale.maximum
        assert rating % scale.step == 0


@pytest.mark.parametrize(
    "slug",
    ["karmalink", "1917", "呪怨", "កម្ម", "приключение", "it-s-alive", "amélie", "हिन्दी", "a" * 100, "ß"],
)
def test_slugs_may_be_of_any_script(slug: str) -> None:
    """Letters, digits and the marks that scripts are written with."""
    assert slug_problem(slug) is None


@pytest.mark.parametrize(
    ("slug", "problem"),
    [
        ("../x", "is not letters and digits joined by single hyphens"),
        ("/x", "is not letters and digits joined by single hyphens"),
        ("a--b", "is not letters and digits joined by single hyphens"),
        ("-a", "is not letters and digits joined by single hyphens"),
        ("a b", "is not letters and digits joined by single hyphens"),
        ("a.b", "is not letters and digits joined by single hyphens"),
        ("a\u200bb", "holds U+200B (ZERO WIDTH SPACE), which nobody sees"),
        ("\ud800", "is not letters and digits joined by single hyphens"),
        ("", "is not letters and digits joined by single hyphens"),
        ("Karmalink", "is not in lower case"),
        ("ame\u0301lie", "is not in Unicode's composed form (NFC)"),
        ("a" * 101, "is 101 characters long; a slug has at most 100"),
    ],
)
def test_other_slugs_are_refused_for_a_reason(slug: str, problem: str) -> None:
    """Nothing that means something in a path, nothing that can be written in two ways."""
    assert slug_problem(slug) == problem


@pytest.mark.parametrize("text", ["İstanbul", "I\u0307stanbul"])
def test_a_turkish_capital_leaves_no_mark_behind(text: str) -> None:
    """In lower case its dot would be a second one, on a letter that has one."""
    assert slug_from(text) == "istanbul"


@given(st.text(max_size=150))
def test_a_suggested_slug_is_a_slug(text: str) -> None:
    """Advice about a slug can be followed, whatever the text it was made from."""
    suggested = slug_from(text)

    assert suggested is None or slug_problem(suggested) is None


@given(st.lists(st.text("a1呪កß", min_size=1, max_size=12), min_size=1, max_size=7).map("-".join))
def test_a_slug_suggests_itself(slug: str) -> None:
    """What is a slug already is not changed by cleaning."""
    assert slug_problem(slug) is None
    assert slug_from(slug) == slug


@pytest.mark.parametrize(
    "written",
    ["1917", "NO", "on", "yes", "1.0", "1:41", "0x1F", "2012-12-12", "1e3", ".inf", "=", "-1", "10_000"],
)
@pytest.mark.parametrize("quotes", ["", '"', "'"])
def test_yaml_bends_no_value(make_site: MakeSite, written: str, quotes: str) -> None:
    """What YAML would take for a number, a truth, a date or a time stays the text that was typed."""
    review = _read(make_site({}), f"tags: [{quotes}{written}{quotes}]\nsummary: {quotes}{written}{quotes}")

    assert review.tags == (written,)
    assert review.summary == written


@pytest.mark.parametrize("empty", ["", "~", "null", "Null", "NULL"])
def test_a_plain_null_means_left_empty(make_site: MakeSite, empty: str) -> None:
    """The key counts as absent; in quotes it would be a text."""
    assert _read(make_site({}), f"rating: {empty}\nsummary: {empty}").rating is None
    if empty:
        assert _read(make_site({}), f'summary: "{empty}"').summary == empty


def test_no_rating_is_not_a_rating_of_zero(make_site: MakeSite) -> None:
    """Absent and 0 are two things."""
    assert _read(make_site({}), "tags: x").rating is None
    assert _read(make_site({}), "rating: 0").rating == Decimal(0)


def test_every_key_reaches_the_review(make_site: MakeSite) -> None:
    """What is written in front matter is what the rooms above get to see."""
    site = make_site({"images/moth.png": b"x"})
    front = """\
slug: karma
updated: 2022-07-16
correction: The year was wrong.
status: retracted
retracted: 2022-08-01
reason: |
  It was
  another film.
previous: /reviews/karma-link/
author: desk
language: en-GB
summary: "In  short"
tags: [sci-fi, Cambodia]
film:
  title: Karmalink
  original_title: កម្ម
  year: 2021
  directors: Jake Wachtel
  cast: [Leng Heng Prak, Srey Leak Chitth]
  countries: [kh, US]
  languages: km
  runtime: 102
  ids: {imdb: tt0013442, tmdb: 653, wikidata: Q151895}
rating: 4.5
image: {src: images/moth.png, alt: A moth, credit: The desk}
watch:
  - service: Vudu
    kind: rent
    price: 3.99 USD
    quality: 4k
    via: Channel
    exclusive: true
    from: 2022-07-15
    until: 2022-07-31
    source: desk
    checked: 2022-07-15T09:00
  - {service: Apple TV, kind: buy, region: kh}"""
    review = _read(site, front)

    assert (review.id, review.slug, review.title) == (ID, "karma", "Karmalink")
    assert review.updated == datetime(2022, 7, 16, 5, tzinfo=UTC)
    assert (review.correction, review.reason) == ("The year was wrong.", "It was\nanother film.")
    assert (review.status, review.retracted) == (Status.RETRACTED, datetime(2022, 8, 1, 5, tzinfo=UTC))
    assert review.previous == ("/reviews/karma-link/",)
    assert [author.name for author in review.authors] == ["The Night Desk"]
    assert (review.language, review.summary, review.tags) == ("en-GB", "In  short", ("sci-fi", "Cambodia"))
    assert review.film is not None
    assert (review.film.original_title, review.film.year, review.film.runtime) == ("កម្ម", 2021, 102)
    assert review.film.directors == ("Jake Wachtel",)
    assert review.film.cast == ("Leng Heng Prak", "Srey Leak Chitth")
    assert (review.film.countries, review.film.languages) == (("KH", "US"), ("km",))
    assert review.film.ids == {"imdb": "tt0013442", "tmdb": "653", "wikidata": "Q151895"}
    assert review.rating == Decimal("4.5")
    assert review.image == Image("images/moth.png", "A moth", "The desk")
    assert [listing.service for listing in review.watch] == ["Vudu", "Apple TV"]
    assert review.watch[0].terms == Terms(
        kind=OfferKind.RENT,
        region="US",
        price=Price(Decimal("3.99"), "USD"),
        quality="4k",
        via="Channel",
        exclusive=True,
        starts=datetime(2022, 7, 15, 5, tzinfo=UTC),
        ends=datetime(2022, 8, 1, 5, tzinfo=UTC),
        source="desk",
        checked=datetime(2022, 7, 15, 14, tzinfo=UTC),
    )
    assert review.watch[1].terms == Terms(kind=OfferKind.BUY, region="KH")


def test_what_is_left_out_comes_from_the_site_and_the_file(make_site: MakeSite) -> None:
    """Language, author and slug have defaults; the rest stays empty."""
    review = _read(make_site({}), "film: {title: Karmalink}", "the-fog.md")

    assert (review.slug, review.language) == ("the-fog", "en")
    assert [author.key for author in review.authors] == ["desk"]
    assert review.status is Status.READY
    assert (review.updated, review.summary, review.tags, review.image, review.watch) == (
        None,
        None,
        (),
        None,
        (),
    )


def test_a_day_named_for_an_update_never_precedes_the_review(make_site: MakeSite) -> None:
    """`updated` with the review's own day means some time on that day, after the review."""
    text = f"---\nid: {ID}\ntitle: K\ndate: 2022-07-15T09:00\nupdated: 2022-07-15\n---\nText.\n"
    site = make_site({"k.md": text})
    (post,) = read_posts(site).posts

    assert post.review.updated == post.review.date


def test_the_sample_posts_of_this_repository_are_valid() -> None:
    """What newcomers copy has no fault."""
    collection = read_posts(load_site(Path(__file__).parents[2]))

    assert collection.checked >= 6
    assert not [fault for fault in collection.diagnostics if fault.severity == "error"]
