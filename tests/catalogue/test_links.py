"""Links are read for what they are, written as their service writes them now, and never led elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import publisher.catalogue
from publisher.catalogue import LinkPage, Removal, catalogue, film_url, with_parameters
from publisher.catalogue.addresses import form_of

FILE = Path(publisher.catalogue.__file__).with_name("services.json")
ENTRIES = json.loads(FILE.read_text(encoding="utf-8"))["services"]
FORMS: list[tuple[str, int, dict[str, Any]]] = [
    (entry["key"], number, form) for entry in ENTRIES for number, form in enumerate(entry["url_patterns"])
]


def cases(wanted: str = "regex") -> list[object]:
    """List the forms that say something by a key."""
    return [pytest.param(key, form, id=f"{key}-{number}") for key, number, form in FORMS if form[wanted]]


FILM = "https://athome.fandango.com/content/browse/details/The-Matrix/9254"


def canonical(url: str) -> str:
    """Write a link as it is better written."""
    return catalogue().read_link(url).canonical


@pytest.mark.parametrize(("key", "form"), cases())
def test_every_example_is_read(key: str, form: dict[str, Any]) -> None:
    """Its service is among those it can be of, and its page and id are what the form says."""
    read = catalogue().read_link(form["example"])

    assert key in {service.key for service in read.services}
    assert read.page == form["page"]
    assert read.id
    assert read.id in form["example"]


@pytest.mark.parametrize(("key", "form"), cases("template"))
def test_a_link_goes_to_a_service_and_an_id_and_back(key: str, form: dict[str, Any]) -> None:
    """The address that is written from what was read has a present form of the service, and the same id."""
    service = catalogue().services[key]
    read = catalogue().read_link(form["example"])
    known = next(known for known in service.forms if known.regex == form["regex"])
    # A part that an address may go without, such as a country, is not always in the example.
    written = film_url(known, read.parts)

    assert written is not None
    again = form_of(service, written)
    assert again is not None
    assert not again.form.former
    assert catalogue().read_link(written).id == read.id
    assert canonical(written) == written


@pytest.mark.parametrize(("key", "form"), cases("former"))
def test_a_former_form_is_rewritten_to_the_same_film(key: str, form: dict[str, Any]) -> None:
    """The id stays, the form is the present one, and it is said that the link was rewritten."""
    read = catalogue().read_link(form["example"])
    again = catalogue().read_link(read.canonical)

    assert read.rewritten
    assert not again.rewritten
    assert (again.id, again.canonical) == (read.id, read.canonical)
    assert key in {service.key for service in again.services}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://www.vudu.com/content/movies/details/The-Handmaiden/839048", "https://athome.fandango.com/content/browse/details/The-Handmaiden/839048"),
        ("http://vudu.com/content/browse/details/content/9254", "https://athome.fandango.com/content/browse/details/content/9254"),
        ("https://athome.fandango.com/content/movies/details/The-Matrix/9254", FILM),
        ("https://www.vudu.com/content/movies/details/The-Matrix/9254/?a=1&utm_source=x#b", f"{FILM}?a=1#b"),
        ("https://app.primevideo.com/detail?gti=amzn1.dv.gti.3760f179-4505-4d72-937a-49bb4d2c772a&a=1", "https://www.primevideo.com/detail/amzn1.dv.gti.3760f179-4505-4d72-937a-49bb4d2c772a?a=1"),
        ("https://play.max.com/movie/a6a192ce-9585-4680-957a-07a62cea0539", "https://www.hbomax.com/movie/a6a192ce-9585-4680-957a-07a62cea0539"),
        ("https://play.max.com/show/012cacbd-5893-4379-b7a6-d3737c61d4b5", "https://play.hbomax.com/show/012cacbd-5893-4379-b7a6-d3737c61d4b5"),
    ],
)  # fmt: skip
def test_old_links_lead_to_the_present_host(old: str, new: str) -> None:
    """With the same id, and with what the query said beside it."""
    assert canonical(old) == new
    assert catalogue().read_link(old).rewritten


@pytest.mark.parametrize(
    ("url", "clean", "removed"),
    [
        (f"{FILM}?utm_source=a&utm_medium=b&gclid=c&fbclid=d", FILM, "utm_source utm_medium gclid fbclid"),
        (f"{FILM}?irclickid=a&ref=b&tag=c&AT=d", FILM, "irclickid ref tag AT"),
        (f"{FILM}?a=1&utm%5Fsource=x&b=%7e", f"{FILM}?a=1&b=%7e", "utm_source"),
        (f"{FILM}?a=1&&b", f"{FILM}?a=1&&b", ""),
        ("https://www.amazon.com/X/dp/B07CF6WRWM/ref=sr_1_1?tag=j-20&linkCode=osi&th=1&psc=1&pd_rd_w=x", "https://www.amazon.com/X/dp/B07CF6WRWM?th=1&psc=1", "ref=sr_1_1 tag linkCode pd_rd_w"),
        ("https://www.primevideo.com/detail/0KMVA0TJ6A3WFQJN18D1ZVCC3A/ref=atv_dp", "https://www.primevideo.com/detail/0KMVA0TJ6A3WFQJN18D1ZVCC3A", "ref=atv_dp"),
        ("https://tv.apple.com/us/movie/the-matrix/umc.cmc.af8k9kcq9r1s1qmmdxpq4itn?at=1000l3V2&ct=app_tv&itscg=30200&itsct=j&playableId=tvs.sbd.9001%3A1", "https://tv.apple.com/us/movie/the-matrix/umc.cmc.af8k9kcq9r1s1qmmdxpq4itn?playableId=tvs.sbd.9001%3A1", "at ct itscg itsct"),
        ("https://play.google.com/store/movies/details/The_Matrix?gl=US&hl=en&id=ilPevtGe57s.P&utm_source=x", "https://play.google.com/store/movies/details/The_Matrix?gl=US&hl=en&id=ilPevtGe57s.P", "utm_source"),
        ("https://www.youtube.com/watch?feature=share&v=dQw4w9WgXcQ&si=x", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "feature si"),
        ("https://watch.plex.tv/movie/the-matrix?utm_content=5&utm_medium=deeplink", "https://watch.plex.tv/movie/the-matrix", "utm_content utm_medium"),
        ("https://disneyplus.bn5x.net/c/1/2/3?u=https%3A%2F%2Fwww.disneyplus.com%2Fmovies%2Fx%2F4DkUHMfCgHCL%3Futm_source%3Da&subId3=b", "https://www.disneyplus.com/movies/x/4DkUHMfCgHCL", "disneyplus.bn5x.net utm_source"),
        ("https://www.amazon.com/dp/B07CF6WRWM/foreign-20", "https://www.amazon.com/dp/B07CF6WRWM", "tag"),
        ("https://www.amazon.com/exec/obidos/ASIN/B07CF6WRWM/foreign-20/ref=nosim", "https://www.amazon.com/exec/obidos/ASIN/B07CF6WRWM", "tag ref=nosim"),
        ("https://www.amazon.com/Area-20/dp/B07CF6WRWM", "https://www.amazon.com/Area-20/dp/B07CF6WRWM", ""),
        ("https://www.amazon.com/dp/B07CF6WRWM;tag=a-20;x=1?b=2", "https://www.amazon.com/dp/B07CF6WRWM;x=1?b=2", "tag"),
        ("https://www.amazon.com/dp/B07CF6WRWM?x=1;t%61g=a-20&amp;AssociateTag=b&c", "https://www.amazon.com/dp/B07CF6WRWM?x=1&amp&c", "tag AssociateTag"),
        ("https://play.google.com/store/movies/details?id=a.P&PAffiliateID=x&PCamRefID=y", "https://play.google.com/store/movies/details?id=a.P", "PAffiliateID PCamRefID"),
        (f"{FILM}?a=1#tag=b", f"{FILM}?a=1", "tag"),
        (f"{FILM}#x=1&tag=b&utm_source=c", f"{FILM}#x=1", "tag utm_source"),
        (f"{FILM}?tag=a#!/details?x=1;at=b&y=2", f"{FILM}#!/details?x=1&y=2", "tag at"),
        (f"{FILM}#tag", f"{FILM}#tag", ""),
        ("https://films.example/x#a=1&utm_source=c", "https://films.example/x#a=1", "utm_source"),
        ("https://click.justwatch.com/a?cx=a&r=https%3A%2F%2Fwww.netflix.com%2Ftitle%2F70143836&uct_country=us", "https://www.netflix.com/title/70143836", "click.justwatch.com"),
        ("https://play.google.com/store/movies/details?id=a.P&pcampaignid=x", "https://play.google.com/store/movies/details?id=a.P", "pcampaignid"),
        ("https://click.linksynergy.com/x?m%75rl=https%3A%2F%2Fwww.netflix.com%2Ftitle%2F70143836", "https://www.netflix.com/title/70143836", "click.linksynergy.com"),
        ("https://www.awin1.com/cread.php?p=somewhere&ued=https%3A%2F%2Fwww.netflix.com%2Ftitle%2F70143836", "https://www.netflix.com/title/70143836", "www.awin1.com"),
        ("https://click.linksynergy.com/x?murl=https%3A%2F%2Fgo.skimresources.com%2F%3Furl%3Dhttps%253A%252F%252Fwww.netflix.com%252Ftitle%252F70143836%253Ftag%253Da", "https://www.netflix.com/title/70143836", "click.linksynergy.com go.skimresources.com tag"),
        ("https://click.linksynergy.com/deeplink?id=a&mid=1&murl=https%3A%2F%2Fwww.vudu.com%2Fcontent%2Fmovies%2Fdetails%2FThe-Matrix%2F9254", FILM, "click.linksynergy.com"),
    ],
)  # fmt: skip
def test_other_people_s_campaigns_are_taken_out_and_named(url: str, clean: str, removed: str) -> None:
    """What the service itself needs stays where it is, byte for byte."""
    read = catalogue().read_link(url)

    assert read.canonical == clean
    assert [part.name for part in read.removed] == removed.split()


def test_it_is_told_what_follows_readers_and_what_earns_money() -> None:
    """With what the parameter said."""
    read = catalogue().read_link(f"{FILM}?utm_source=a&tag=b")

    assert [(part.value, part.reason) for part in read.removed] == [
        ("a", Removal.TRACKING),
        ("b", Removal.AFFILIATE),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://films.example/dp/B07CF6WRWM/ref=x?tag=a&ref=b&at=c",
        "http://films.example:80/",
        "https://www.zavvi.com/the-fog?ref=x",  # a host that nobody verified
        "https://example.sjv.io/c/1/2/3?u=https%3A%2F%2Ffilms.example%2F",
        "https://example.sjv.io/c/1/2/3?u=https%3A%2F%2Fwww.netflix.com%40evil.example%2F",
        "https://www.vudu.com/content/movies/details/A/208054/../../B/999",
        "https://www.vudu.com/content/movies/details/A/208054/%2e%2e/%2E./B/999",
        "https://www.vudu.com/content/movies/details/../208054",
        "https://www.vudu.com/content/movies/details/A/208054abc",
        "https://www.vudu.com/content/movies/details/A/208054/B/999",
        "https://app.primevideo.com/detail?gti=amzn1.dv.gti.3760f179-4505-4d72-937a-49bb4d2c772a&g%74i=amzn1.dv.gti.00000000-4505-4d72-937a-49bb4d2c772a",
        "https://example.sjv.io/c/1?u=https%3A%2F%2Fwww.netflix.com%2Fa&u=https%3A%2F%2Fwww.netflix.com%2Fb",
        "https://amzn.to/3abcdef",
        "https://example.sjv.io/c/1/2/3",
        "https://click.justwatch.com/a?cx=a",
        "https://click.justwatch.com/a?r=https%3A%2F%2Ffilms.example%2Fx",
        "https://example.sjv.io/c/1/2/3?u=/title/1",
        "https://www.netflix.com@evil.example/title/70143836?tag=x",
        "https://www.netflix.com:8443/title/70143836?tag=x",
        "javascript:alert(1)",
        "https://www.netflix.com/title/1 2?tag=x",
        "",
    ],
)
def test_where_nothing_was_verified_nothing_is_rewritten(url: str) -> None:
    """An unknown host may mean something by such a parameter, and what is not sound is left alone."""
    read = catalogue().read_link(url)

    assert (read.canonical, read.removed, read.rewritten) == (url, (), False)


def test_what_is_tracking_everywhere_is_taken_out_everywhere() -> None:
    """No host means anything of its own by such a parameter."""
    assert canonical("https://films.example/x?utm_source=a&tag=b") == "https://films.example/x?tag=b"


def test_a_network_that_leads_nowhere_known_is_named() -> None:
    """Where it leads cannot be told, and it is said which it is."""
    assert catalogue().read_link("https://example.sjv.io/c/1/2/3").network == "example.sjv.io"
    assert catalogue().read_link("https://sjv.io.evil.example/?u=x").network is None


def test_networks_are_followed_a_few_steps_and_no_further() -> None:
    """Where one leads through another for ever, nobody can tell where to."""
    url = "https://www.netflix.com/title/70143836"
    read = []
    for _ in range(6):
        url = f"https://x.sjv.io/c/1?u={quote(url, safe='')}"
        read.append(catalogue().read_link(url))

    assert [link.service is not None for link in read] == [True] * 4 + [False] * 2
    assert [link.network for link in read] == ["x.sjv.io"] * 6
    assert (read[-1].canonical, read[-1].removed) == (url, ())


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://geo.itunes.apple.com/us/movie/x/id1234567?at=1000l&a=b", "at"),
        ("https://www.zavvi.com/the-fog?ref=x;tag=y", "ref tag"),
        ("https://www.zavvi.com/the-fog#ref=x", "ref"),
        ("https://www.shudder.com/movies/watch/terrified/4436477#/x?pid=1", "pid"),
        ("https://www.amazon.de/dp/B07CF6WRWM/somebody-21?tag=other-21", "tag tag"),
        ("https://www.shudder.com/movies/watch/terrified/4436477?PID=1&S%49D=2&cmp=3", "PID SID cmp"),
        ("https://www.amazon.com/dp/B07CF6WRWM%2Fforeign-20", "tag"),
        ("https://www.amazon.com/dp/B07CF6WRWM%3Ftag%3Dforeign-20", "tag"),
        ("https://www.netflix.com/title/70143836?a=b", ""),
        ("https://films.example/dp/B07CF6WRWM/ref=x?tag=a&PID=b", ""),
    ],
)
def test_what_may_be_a_campaign_and_stays_is_named(url: str, left: str) -> None:
    """On a host that nobody verified, under a name that may mean something else, or in disguise."""
    read = catalogue().read_link(url)

    assert [part.name for part in read.left] == left.split()
    assert (read.canonical, read.removed) == (url, ())


@pytest.mark.parametrize(
    ("url", "keys", "page"),
    [
        (FILM, ["fandango-at-home"], LinkPage.FILM),
        ("https://tv.apple.com/us/movie/x/umc.cmc.af8k9kcq9r1s1qmmdxpq4itn", ["apple-tv-plus", "apple-tv-store"], LinkPage.FILM),
        ("https://tv.apple.com/us/show/x/umc.cmc.1srk2goyh2q2zdxcx605w8vtx", ["apple-tv-plus", "apple-tv-store"], LinkPage.SERIES),
        ("https://www.hbomax.com/us/en/shows/x/50cd4e99-04ee-427b-a3b4-da721ed05d9c", ["hbo-max"], LinkPage.SERIES),
        ("https://play.hbomax.com/show/50cd4e99-04ee-427b-a3b4-da721ed05d9c", ["hbo-max"], LinkPage.FILM),
        ("https://www.criterionchannel.com/browse", ["criterion-channel"], LinkPage.OTHER),
        ("https://www.criterionchannel.com/new-collections?page=2", ["criterion-channel"], LinkPage.OTHER),
        ("https://www.criterionchannel.com/browsers", ["criterion-channel"], LinkPage.FILM),
        ("https://www.netflix.com/search?q=x", ["netflix"], LinkPage.SEARCH),
        ("https://tubitv.com/search/x", ["tubi"], LinkPage.SEARCH),
        ("https://mubi.com/search?query=x", ["mubi"], LinkPage.SEARCH),
        ("https://archive.org/search?query=the+fog+1980", ["internet-archive"], LinkPage.SEARCH),
        ("https://archive.org/search?page=2", ["internet-archive"], LinkPage.OTHER),
        ("https://archive.org/research?query=x", ["internet-archive"], LinkPage.OTHER),
        ("https://archive.org/details/search?q=x", ["internet-archive"], LinkPage.FILM),
        ("https://www.zavvi.com/search?q=x", ["zavvi"], LinkPage.OTHER),
        ("https://play.max.com/search?q=x", ["hbo-max"], LinkPage.SEARCH),
        ("https://www.netflix.com/", ["netflix"], LinkPage.OTHER),
        ("https://films.example/", [], LinkPage.OTHER),
    ],
)  # fmt: skip
def test_a_link_is_told_by_its_form(url: str, keys: list[str], page: LinkPage) -> None:
    """Whose it can be, and what is found there; one service only where no other has such pages."""
    read = catalogue().read_link(url)

    assert [service.key for service in read.services] == keys
    assert read.page is page
    assert (read.service is None) == (len(keys) != 1)
    assert read.kinds == frozenset().union(*(service.verified_kinds for service in read.services))


@pytest.mark.parametrize(
    "search", [entry["search_url"]["template"] for entry in ENTRIES if entry["search_url"]]
)
def test_every_search_is_known_for_one(search: str) -> None:
    """What the catalogue writes itself it can tell again."""
    assert catalogue().read_link(search.replace("{query}", "The%20Fog")).page is LinkPage.SEARCH


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/", "https://a.example/?tag=x+y"),
        ("https://a.example/?b=1", "https://a.example/?b=1&tag=x+y"),
        ("https://a.example/?tag=z&b=1#c?d", "https://a.example/?b=1&tag=x+y#c?d"),
        ("https://a.example/?t%61g=z&b=1", "https://a.example/?b=1&tag=x+y"),
    ],
)
def test_parameters_are_put_into_a_query(url: str, expected: str) -> None:
    """In place of those of the same name, before the fragment."""
    assert with_parameters(url, {"tag": "x y"}) == expected
    assert with_parameters(expected, {"tag": "x y"}) == expected


_EXAMPLES = st.sampled_from([form["example"] for entry in ENTRIES for form in entry["url_patterns"]])
_TAILS = st.lists(
    st.sampled_from(
        ["/", "?", "&", "#", "utm_source=x", "tag=y", "ref=z", "/ref=a", "gti=1", "id=2", "%00", "\\", "@", "é", "//", ";", "=", "/..", "/.", "%2e", "%2F", "/a-20", ";tag=b", "7", "abc", "/B/999"]
    )
    | st.text(max_size=3),
    max_size=6,
).map("".join)  # fmt: skip
_LINKS = (
    st.builds("{}{}".format, _EXAMPLES, _TAILS)
    | st.builds("https://x.sjv.io/c/1?u={}{}".format, _EXAMPLES, _TAILS)
    | st.builds("{}://{}{}".format, st.sampled_from(["http", "HTTPS", "ftp"]), st.text(max_size=20), _TAILS)
    | st.text()
)


@given(_LINKS)
def test_the_better_way_of_writing_a_link_is_final(url: str) -> None:
    """Written once as it should be, a link stays as it is; and nothing is left in it to be removed."""
    read = catalogue().read_link(url)
    again = catalogue().read_link(read.canonical)

    assert again.canonical == read.canonical
    assert not again.removed
    assert not again.rewritten


@given(_LINKS)
def test_a_link_is_never_led_to_another_service(url: str) -> None:
    """Its host stays, or is another of a service that has it; only a network is left for where it led."""
    read = catalogue().read_link(url)
    try:
        before, after = urlsplit(url), urlsplit(read.canonical)
    except ValueError:
        assert read.canonical == url
        return
    if read.network and read.removed:
        assert catalogue().services_for_host(after.hostname or "")
    elif before.hostname != after.hostname and (before.hostname or "").rstrip(".") != after.hostname:
        owners = catalogue().services_for_host(before.hostname or "")

        assert read.rewritten
        assert set(owners) & set(catalogue().services_for_host(after.hostname or ""))


def opened(url: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the segments of the path, and the query, that a browser asks for (WHATWG URL 4.4)."""
    segments: list[str] = []
    path, _, query = url.partition("#")[0].partition("?")
    for segment in path.split("/")[3:]:
        dots = segment.lower().replace("%2e", ".")
        if dots == "..":
            segments = segments[:-1]
        elif dots != ".":
            segments.append(segment)
    return [segment for segment in segments if segment], parse_qsl(query)


_FORMER = st.sampled_from(
    [form["example"] for entry in ENTRIES for form in entry["url_patterns"] if form["former"]]
)
_PLACED = st.builds(
    lambda url, place, what: url[: (place := place % (len(url) - 20) + 20)] + what + url[place:],
    _FORMER,
    st.integers(0, 200),
    st.sampled_from(["/..", "/../", "/%2E%2e/", "/.", "..", "?", "&", "/", ";", "0", "a", "%2f", "%2F..%2F", "?gti=x&", "&gti=x"]),
)  # fmt: skip


@given(st.builds("{}{}".format, _FORMER | _PLACED, _TAILS))
@settings(max_examples=500, deadline=None)
def test_nothing_is_rewritten_to_another_film_than_a_browser_opens(url: str) -> None:
    """The id of what was rewritten ends the path that a browser asks for, or is the only one of its name in the query."""
    read = catalogue().read_link(url)
    if not read.rewritten:
        return
    segments, query = opened(url)
    # No service has ";" in its ids: behind it there are none but campaigns that were taken out.
    segments = [segment.partition(";")[0] for segment in segments]
    query = [(name, value.partition(";")[0]) for name, value in query]
    names = [name for name, value in query if value == read.id]

    assert "?" not in unquote("".join(segments))
    if names:
        assert [value for name, value in query if name == names[0]] == [read.id]
    else:
        assert read.id in segments[-1 - len(read.removed) :]
    assert opened(read.canonical)[0][-1] == read.id
