"""Streaming Availability: its answers in the shapes it documents, and in others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue import Catalogue, ServiceStatus, catalogue
from publisher.model import Film, Listing, OfferKind, Price, Terms
from publisher.watch.sources import SourceFault
from publisher.watch.sources.channels import own_service
from publisher.watch.sources.streaming_availability import _SERVICES, _STORES, STREAMING_AVAILABILITY
from publisher.watch.sources.wire import Answer
from tests.watch.sources.source_hosts import NOW, answer, make_wire, source_host

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.watch.sources import Found

FILM = Film(title="Karmalink", year=2021, directors=("Jake Wachtel",), ids={"imdb": "tt13352048"})
IMAGES = dict.fromkeys(("lightThemeImage", "darkThemeImage", "whiteImage"), "https://media.example/logo.svg")


def option(service: Any = "netflix", kind: str = "subscription", **more: Any) -> dict[str, Any]:
    """Make an offer in the documented shape."""
    about = {
        "id": service,
        "name": str(service).title(),
        "homePage": "https://home.example/",
        "themeColorCode": "#000000",
        "imageSet": IMAGES,
    }
    return {
        "service": about,
        "type": kind,
        "link": "https://www.netflix.com/title/60011152/",
        "audios": [{"language": "khm"}],
        "subtitles": [{"closedCaptions": False, "locale": {"language": "eng"}}],
        "expiresSoon": False,
        "availableSince": 1727181554,
    } | more


def show(*options: object, country: str = "us", **more: Any) -> dict[str, Any]:
    """Make a show in the documented shape."""
    return {
        "itemType": "show",
        "showType": "movie",
        "id": "9096",
        "imdbId": "tt13352048",
        "tmdbId": "movie/860469",
        "title": "Karmalink",
        "originalTitle": "Karmalink",
        "overview": "A boy hunts for a treasure.",
        "releaseYear": 2021,
        "genres": [{"id": "scifi", "name": "Science Fiction"}],
        "directors": ["Jake Wachtel"],
        "cast": ["Leng Heng Prak"],
        "rating": 64,
        "imageSet": {},
        "streamingOptions": {country: list(options)},
    } | more


def ask(folder: Path, *answers: bytes, film: Film = FILM, regions: tuple[str, ...] = ("US",)) -> Found:
    """Ask a host that gives these answers."""
    with source_host(*answers) as seen:
        return STREAMING_AVAILABILITY.ask(
            film, regions, make_wire(seen.url("/v4/"), folder, source=STREAMING_AVAILABILITY)
        )


def listings(folder: Path, *options: object) -> list[Listing]:
    """Return what is made of some offers."""
    return list(ask(folder, answer(show(*options))).listings)


def test_a_film_is_asked_for_by_its_id_in_each_country(tmp_path: Path) -> None:
    """In small letters, which is how it writes countries; IMDb's id before TMDB's."""
    both = Film(title="Karmalink", year=2021, ids={"imdb": "tt13352048", "tmdb": "860469"})
    bodies = [answer(show(option(), country=country)) for country in ("us", "gb")]
    with source_host(*bodies) as seen:
        wire = make_wire(seen.url("/v4/"), tmp_path / "s", source=STREAMING_AVAILABILITY)
        found = STREAMING_AVAILABILITY.ask(both, ("US", "GB"), wire)
        STREAMING_AVAILABILITY.ask(Film(title="Karmalink", year=2021, ids={"tmdb": "860469"}), ("US",), wire)

    asked = [head.split(b" ")[1].decode() for head in seen.heard]
    assert asked == [
        "/v4/shows/tt13352048?country=us&output_language=en&series_granularity=show",
        "/v4/shows/tt13352048?country=gb&output_language=en&series_granularity=show",
        "/v4/shows/movie/860469?country=us&output_language=en&series_granularity=show",
    ]
    assert [each.terms.region for each in found.listings] == ["US", "GB"]
    assert found.checked == NOW


def test_an_offer_is_read_whole(tmp_path: Path) -> None:
    """Service, kind, link in its present form, price, quality, end, and who said so when."""
    offered = option(
        "apple",
        "rent",
        link="https://tv.apple.com/us/movie/karmalink/umc.cmc.2w9gsodu34xfgr9wjpa4a3llb",
        videoLink="https://tv.apple.com/us/movie/karmalink/umc.cmc.2w9gsodu34xfgr9wjpa4a3llb?action=play",
        quality="uhd",
        price={"amount": "3.99", "currency": "USD", "formatted": "3.99 USD"},
        expiresSoon=True,
        expiresOn=1800000000,
    )

    assert listings(tmp_path / "s", offered) == [
        Listing(
            service="apple-tv-store",
            url="https://tv.apple.com/us/movie/karmalink/umc.cmc.2w9gsodu34xfgr9wjpa4a3llb",
            terms=Terms(
                kind=OfferKind.RENT,
                region="US",
                price=Price(Decimal("3.99"), "USD"),
                quality="4k",
                ends=datetime(2027, 1, 15, 8, 0, tzinfo=UTC),
                source="streaming-availability",
                checked=NOW,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("service", "kind", "link", "key", "read_as"),
    [
        ("netflix", "subscription", "https://www.netflix.com/title/1/", "netflix", OfferKind.SUBSCRIPTION),
        (
            "prime",
            "subscription",
            "https://www.primevideo.com/detail/x/ref=atv_dp",
            "prime-video",
            OfferKind.SUBSCRIPTION,
        ),
        ("prime", "buy", "https://www.amazon.com/gp/video/detail/B07NVZGQ3M", "amazon-video", OfferKind.BUY),
        ("prime", "rent", "https://www.primevideo.com/detail/0KMVA0TJ6A", "prime-video", OfferKind.RENT),
        ("prime", "rent", "", "amazon-video", OfferKind.RENT),
        (
            "apple",
            "subscription",
            "https://tv.apple.com/us/movie/umc.cmc.1",
            "apple-tv-plus",
            OfferKind.SUBSCRIPTION,
        ),
        ("tubi", "free", "https://tubitv.com/movies/560214/karmalink", "tubi", OfferKind.ADS),
        ("plutotv", "free", "https://pluto.tv/on-demand/movies/x", "pluto-tv", OfferKind.ADS),
        ("peacock", "free", "", "peacock", OfferKind.FREE),
        ("hbo", "subscription", "https://play.max.com/movie/1", "hbo-max", OfferKind.SUBSCRIPTION),
    ],
)
def test_services_are_those_of_the_catalogue(
    tmp_path: Path, service: str, kind: str, link: str, key: str, read_as: OfferKind
) -> None:
    """By equalities that were seen; of two that one brand has, the kind decides, and then the link."""
    (found,) = listings(tmp_path / "s", option(service, kind, link=link))

    assert (found.service, found.terms.kind) == (key, read_as)


def test_every_service_of_the_table_is_in_the_catalogue() -> None:
    """A key that the catalogue gives up would make offers vanish."""
    named = {key for keys in (*_SERVICES.values(), *_STORES.values()) for key in keys}

    assert named <= set(catalogue().services)


def test_a_service_that_is_not_known_is_left_out_and_told(tmp_path: Path) -> None:
    """It is not guessed at, however much its name looks like one; each is told once."""
    found = ask(tmp_path / "s", answer(show(option("hulu.com"), option("zee5"), option("zee5"), option())))

    assert [each.service for each in found.listings] == ["netflix"]
    assert found.remarks == (
        "US: hulu.com is not known to be a service of the catalogue",
        "US: zee5 is not known to be a service of the catalogue",
    )


@pytest.mark.parametrize(
    ("seller", "name", "service", "via"),
    [
        ("prime", "  Shudder\n", "shudder", "Prime Video Channels"),
        ("prime", "shudder amazon channel", "shudder", "Prime Video Channels"),
        ("apple", "MUBI", "mubi", "Apple TV Channels"),
        ("prime", "Apple TV", "apple-tv-plus", "Prime Video Channels"),
        ("hulu", "STARZ", "starz", "Hulu"),
        ("prime", "Hallmark Nobody", "prime-video", "Hallmark Nobody"),
        ("prime", "Prime Video", "prime-video", "Prime Video"),
        ("prime", "VOD", "prime-video", "VOD"),
        ("prime", "Vudu", "prime-video", "Vudu"),
        ("prime", "SHOWTIME", "showtime", "Prime Video Channels"),
    ],
)
def test_a_channel_is_the_service_itself_sold_through_another(
    tmp_path: Path, seller: str, name: str, service: str, via: str
) -> None:
    """As TMDB has it; where the catalogue does not have the channel for certain, it is a part of the seller's."""
    (offered,) = listings(
        tmp_path / "s", option(seller, "addon", link=None, addon={"id": "x", "name": name, "homePage": ""})
    )

    assert (offered.service, offered.terms.kind, offered.terms.via) == (service, OfferKind.SUBSCRIPTION, via)


def test_a_channel_of_a_service_that_closed_is_not_that_service() -> None:
    """Somebody else has its name by now; readers would not be shown its offers."""
    known = catalogue()
    shudder, seller = known.services["shudder"], known.services["prime-video"]
    closed = replace(shudder, status=ServiceStatus.CLOSED, ended=date(2026, 1, 1))

    assert own_service("Shudder", seller, known) is shudder
    assert own_service("Shudder", seller, Catalogue([closed])) is None


def test_the_link_of_a_channel_is_its_own_services(tmp_path: Path) -> None:
    """That of the seller would be said to lead to the service, and does not."""
    seller, own = "https://www.primevideo.com/detail/0KMVA0TJ6A", "https://www.shudder.com/movies/watch/x/1"
    addon = {"id": "shudder", "name": "Shudder", "homePage": ""}
    found = listings(
        tmp_path / "s",
        option("prime", "addon", link=seller, addon=addon),
        option("prime", "addon", link=seller, videoLink=own, addon=addon),
        option("prime", "addon", link=seller, addon={**addon, "name": "Nobody Knows"}),
    )

    assert [each.url for each in found] == [None, own, seller]


def test_a_channel_without_a_name_is_left_out_and_told(tmp_path: Path) -> None:
    """It could not be told from what is part of the service."""
    address = {"id": "x", "name": "https://evil.example/"}
    found = ask(
        tmp_path / "s",
        answer(
            show(
                option("prime", "addon"),
                option("prime", "addon", addon=7),
                option("prime", "addon", addon=address),
            )
        ),
    )

    assert found.listings == ()
    assert found.remarks == (
        "US: an offer of a channel that has no name",
        "US: an offer of a channel that has an address for a name",
    )


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        7,
        ["https://www.netflix.com/title/1"],
        "not a link",
        "javascript:alert(1)",
        "https://www.netflix.com.evil.example/title/1",
        "https://www.netflix.com@evil.example/title/1",
        "https://www.netflix.com:8443/title/1",
        "https://www.hulu.com/movie/1",
        "https://www.netflix.com/title/1\n\x1b[2J",
        "https://www.netflix.com/" + "x" * 5000,
        "ftp://www.netflix.com/title/1",
    ],
)
def test_a_link_that_is_not_the_services_is_not_used(tmp_path: Path, link: object) -> None:
    """The offer stays, without it; the player's link stands in where that is right."""
    assert [each.url for each in listings(tmp_path / "s", option(link=link))] == [None]
    player = "https://www.netflix.com/watch/60011152"
    assert [each.url for each in listings(tmp_path / "t", option(link=link, videoLink=player))] == [player]


def test_links_are_written_in_their_present_form(tmp_path: Path) -> None:
    """https, on the present host, without somebody else's campaigns."""
    found = listings(
        tmp_path / "s",
        option(link="http://www.netflix.com/title/60011152?utm_source=motn"),
        option(
            "prime", "rent", link="https://www.amazon.com/gp/video/detail/B07NVZGQ3M?tag=motn-20&linkCode=xm2"
        ),
    )

    assert [each.url for each in found] == [
        "https://www.netflix.com/title/60011152",
        "https://www.amazon.com/gp/video/detail/B07NVZGQ3M",
    ]


@pytest.mark.parametrize(
    ("field", "value", "attribute"),
    [
        ("price", {"amount": "free", "currency": "USD"}, "price"),
        ("price", {"amount": 3.99, "currency": "USD"}, "price"),
        ("price", {"amount": "3.99", "currency": "dollars"}, "price"),
        ("price", {"amount": "٣", "currency": "USD"}, "price"),
        ("price", {"amount": "9" * 400, "currency": "USD"}, "price"),
        ("price", None, "price"),
        ("quality", "16k", "quality"),
        ("quality", ["hd"], "quality"),
        ("expiresOn", True, "ends"),
        ("expiresOn", -1, "ends"),
        ("expiresOn", 1e10, "ends"),
        ("expiresOn", 10**18, "ends"),
        ("expiresOn", "2027-01-01", "ends"),
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_not_said(
    tmp_path: Path, field: str, value: object, attribute: str
) -> None:
    """The rest of the offer holds."""
    (found,) = listings(tmp_path / "s", option("apple", "rent", **{field: value}))

    assert getattr(found.terms, attribute) is None


def test_the_same_offer_twice_is_one(tmp_path: Path) -> None:
    """Two qualities are two offers."""
    found = listings(tmp_path / "s", option(), option(), option(quality="hd"))

    assert [each.terms.quality for each in found] == [None, "hd"]


@pytest.mark.parametrize(
    "junk",
    [
        None,
        7,
        "x",
        [],
        {},
        {"type": "rent"},
        {"service": {"id": "netflix"}},
        option(kind="lend"),
        option() | {"service": {"id": 1}},
        {"service": [], "type": []},
    ],
)
def test_an_offer_that_is_none_is_left_out(tmp_path: Path, junk: object) -> None:
    """Others beside it are read."""
    assert [each.service for each in listings(tmp_path / "s", junk, option())] == ["netflix"]


def test_a_film_it_does_not_have(tmp_path: Path) -> None:
    """In no country: it is not known. In one of two: it is not to be seen there."""
    missing = answer({"message": "Not Found"}, "404 Not Found")

    assert ask(tmp_path / "s", missing, regions=("US", "GB")).unknown
    found = ask(tmp_path / "t", answer(show(option())), missing, regions=("US", "GB"))
    assert ([each.terms.region for each in found.listings], found.unknown) == (["US"], False)


def test_a_film_that_can_be_seen_nowhere_is_known(tmp_path: Path) -> None:
    """No offers is an answer: those that were there are gone."""
    for number, body in enumerate((show(), show(streamingOptions={}), show(streamingOptions={"us": None}))):
        found = ask(tmp_path / f"s{number}", answer(body))
        assert (found.listings, found.unknown) == ((), False)
        assert found.ids == {"tmdb": "860469"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"showType": "series"}, "tt13352048 is not a film there"),
        ({"showType": None}, "tt13352048 is not a film there"),
        (
            {"imdbId": "tt0000001", "title": "Other", "originalTitle": "Other", "tmdbId": 5},
            "tt13352048 is another film there",
        ),
        ({"title": "Something Else", "originalTitle": "Autre Chose", "releaseYear": 1931}, "Something Else"),
    ],
)
def test_another_film_than_was_asked_for_is_told(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    """An id may be of a series, or mistyped; its offers are nobody's."""
    with pytest.raises(SourceFault) as raised:
        ask(tmp_path / "s", answer(show(option()) | changes))

    assert words in raised.value.message
    assert not raised.value.stops


def test_a_film_of_the_same_title_by_somebody_else_is_a_question(tmp_path: Path) -> None:
    """There are films of one title and year: its offers wait for an answer."""
    found = ask(tmp_path / "s", answer(show(option()) | {"directors": ["Somebody Else"]}))

    assert ([each.titles[0] for each in found.candidates], found.listings) == (["Karmalink"], ())
    assert found.remarks[0].endswith("Somebody Else, and the post says Karmalink (2021), Jake Wachtel")


@pytest.mark.parametrize(
    "body", [{"message": "Too bad"}, [], {"streamingOptions": []}, {"streamingOptions": None}, {}]
)
def test_an_answer_in_another_shape_is_told_and_not_kept(tmp_path: Path, body: object) -> None:
    """An error object with status 200, or a list: the next run asks again."""
    with pytest.raises(SourceFault, match="names no streaming options"):
        ask(tmp_path / "s", answer(body))

    assert not list(tmp_path.rglob("*.answer"))


def test_a_film_without_an_id_is_found_by_its_title(tmp_path: Path) -> None:
    """Then asked for by the id it has there, which is told; a namesake of another year is another film."""
    nameless = Film(title="Karmalink", year=2021, directors=("Jake Wachtel",), ids={})
    namesake = show(id="1", imdbId="tt0000002", tmdbId="movie/2", releaseYear=1950, directors=["Else"])
    with source_host(answer([namesake, show(), "junk"]), answer(show(option()))) as seen:
        wire = make_wire(seen.url("/v4/"), tmp_path / "s", source=STREAMING_AVAILABILITY)
        found = STREAMING_AVAILABILITY.ask(nameless, ("US",), wire)

    asked = [head.split(b" ")[1].decode() for head in seen.heard]
    assert asked == [
        "/v4/shows/search/title?country=us&output_language=en&show_type=movie&title=Karmalink",
        "/v4/shows/tt13352048?country=us&output_language=en&series_granularity=show",
    ]
    assert found.ids == {"imdb": "tt13352048", "tmdb": "860469"}
    assert len(found.listings) == 1


def test_several_films_of_one_title_are_a_question(tmp_path: Path) -> None:
    """The editor is asked, and nothing is said of where any of them can be seen."""
    twins = [show(imdbId=f"tt000000{number}", tmdbId=f"movie/{number}", directors=[]) for number in (1, 2)]
    found = ask(tmp_path / "s", answer(twins), film=Film(title="Karmalink", year=2021, ids={}))

    assert len(found.candidates) == 2
    assert (found.listings, found.unknown) == ((), False)


@pytest.mark.parametrize(
    "body", [[], [None, 7], [show(title="Another", originalTitle="Another")], [show(imdbId="x", tmdbId=None)]]
)
def test_a_title_it_does_not_have(tmp_path: Path, body: object) -> None:
    """Nothing of that title, or nothing that could be asked for."""
    nameless = Film(title="Karmalink", year=2021, directors=("Jake Wachtel",), ids={})

    assert ask(tmp_path / "s", answer(body), film=nameless).unknown


def test_without_a_country_nothing_can_be_asked(tmp_path: Path) -> None:
    """It says what to set."""
    with pytest.raises(SourceFault, match="no country"):
        ask(tmp_path / "s", answer(show()), regions=())


class Said:
    """A wire on which anything is said."""

    catalogue = catalogue()

    def __init__(self, body: Any) -> None:
        self.body = body

    def get(self, *_path: object, check: Any, keep: timedelta) -> Answer:
        """Answer with the body."""
        assert keep
        body = self.body if isinstance(self.body, dict) else {"items": self.body}
        check(body)
        return Answer(known=True, body=body, asked=NOW)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["rent", "netflix", "3.99", "USD", "movie"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*option(), *show(), "us", "id", "name", "amount", "currency", "addon", "price", "quality"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(
    body=st.fixed_dictionaries({}, optional=dict.fromkeys(show(), JUNK)),
    options=st.lists(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys([*option(), "addon", "price", "quality", "expiresOn"], JUNK)
        ),
        max_size=3,
    ),
)
def test_types_that_are_wrong_everywhere_are_survived(body: dict[str, Any], options: list[Any]) -> None:
    """Offers that can be printed, or a fault; never anything else."""
    for said in (body, show(*options), show(option() | (options[0] if options else {})), [body]):
        try:
            found = STREAMING_AVAILABILITY.ask(FILM, ("US",), Said(said))  # type: ignore[arg-type]
        except SourceFault as fault:
            told = [fault.message]
        else:
            told = [
                *found.remarks,
                *(
                    part
                    for each in found.listings
                    for part in (each.service, each.url or "", each.terms.via or "")
                ),
            ]
        assert all(text.isprintable() for text in told)
