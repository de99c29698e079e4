"""Addresses are told apart by service, and a hostile one never passes for a known one."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import publisher.catalogue
from publisher.catalogue import UrlVerdict, catalogue

FILE = Path(publisher.catalogue.__file__).with_name("services.json")
EXAMPLES = [
    pytest.param(entry["key"], form["example"], id=f"{entry['key']}-{number}")
    for entry in json.loads(FILE.read_text(encoding="utf-8"))["services"]
    for number, form in enumerate(entry["url_patterns"])
    if form["page"] == "film"
]
SERVICES = catalogue().services
FANDANGO = SERVICES["fandango-at-home"]
FILM = "//athome.fandango.com/content/browse/details/The-Matrix/9254"


def _verdict(key: str, url: str) -> UrlVerdict:
    return catalogue().check_url(SERVICES[key], url).verdict


@pytest.mark.parametrize(("key", "example"), EXAMPLES)
def test_every_example_has_a_known_form_on_a_known_host(key: str, example: str) -> None:
    """The example of each form is recognised, and its host leads back to the service."""
    host = urlsplit(example).hostname or ""

    assert _verdict(key, example) is UrlVerdict.KNOWN_FORM
    assert SERVICES[key] in catalogue().services_for_host(host)


@pytest.mark.parametrize(
    "url",
    [
        f"https:{FILM}",
        f"HTTP:{FILM}?utm_source=feed#reviews",
        f"https:{FILM}".replace("athome.fandango.com", "AtHome.Fandango.COM"),
        f"https:{FILM}".replace(".com", ".com."),
        f"https:{FILM}".replace(".com", ".com:443"),
        f"http:{FILM}".replace(".com", ".com:80"),
        "https://vudu.com/content/movies/details/The-Handmaiden/839048",
    ],
)
def test_a_film_page_is_known_however_its_host_is_written(url: str) -> None:
    """Case, a trailing dot, the scheme's own port, a query and a fragment do not hide a film page."""
    assert catalogue().check_url(FANDANGO, url).verdict is UrlVerdict.KNOWN_FORM


@pytest.mark.parametrize(
    "url",
    [
        "https://athome.fandango.com@evil.example/content/browse/details/The-Matrix/9254",
        "https://editor:secret@athome.fandango.com/content/browse/details/The-Matrix/9254",
        "https://athome.fandango.com:8443/content/browse/details/The-Matrix/9254",
        "https://athome.fandango.com:99999/",
        "https://athome.fandango.com:80/",
        "https://evil.example\\@athome.fandango.com/content/browse/details/The-Matrix/9254",
        "https://athome.fandango.com.evil.example/content/browse/details/The-Matrix/9254",
        "https://evil.example/?https://athome.fandango.com/content/browse/details/The-Matrix/9254",
        "https://evil.example#https://athome.fandango.com/content/browse/details/The-Matrix/9254",
        f"javascript:{FILM}",
        FILM,
        f" https:{FILM}",
        f"https:{FILM}\n",
        "https://at\thome.fandango.com/content/browse/details/The-Matrix/9254",
        "https://\uff41thome.fandango.com/content/browse/details/The-Matrix/9254",
        "https://athome.fandango.com../",
        "https://[::1/",
        "https://[athome.fandango.com]/",
        "https:///content/browse/details/The-Matrix/9254",
        f"https:{FILM}?{'x' * 2048}",
        f"https:{FILM}/..",
        f"https:{FILM}/../../B/999",
        f"https:{FILM}/./",
        f"https:{FILM}/%2e%2E/x",
        f"https:{FILM}/.%2e/../x?a=1",
        f"https:{FILM}%2F..%2fx",
        f"https:{FILM}/..;/x",
        f"https:{FILM}/..%5Cx#y",
        "",
    ],
)
def test_what_only_looks_like_a_film_page_is_nobodys(url: str) -> None:
    """User information, foreign ports, hidden characters, lookalike hosts and broken syntax are never known."""
    assert catalogue().check_url(FANDANGO, url).verdict is UrlVerdict.UNKNOWN_HOST


@pytest.mark.parametrize("tail", ["/...", "/.well-known", "/a..", "?a=/../", "#/../", "/%2e%2ea"])
def test_dots_that_lead_nowhere_are_let_be(tail: str) -> None:
    """Only a segment of one dot, or of two, is resolved; what stands behind the path never is."""
    assert catalogue().check_url(FANDANGO, f"https:{FILM}{tail}").verdict is UrlVerdict.KNOWN_FORM


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("fandango-at-home", f"https:{FILM}abc"),
        ("fandango-at-home", f"https:{FILM}&x"),
        ("fandango-at-home", f"https:{FILM}%20"),
        ("fandango-at-home", f"https:{FILM};x=1"),
        ("youtube-movies", "https://www.youtube.com/watch?v=dQw4w9WgXcQQ"),
        ("youtube-movies", "https://www.youtube.com/watch?v=dQw4w9WgXcQ/1"),
        ("shudder", "https://www.shudder.com/movies/watch/x?u=/4436477"),
        ("amazon-video", "https://www.amazon.com/gp?u=/dp/B07CF6WRWM"),
        ("criterion-channel", "https://www.criterionchannel.com/search?q=x"),
    ],
)
def test_an_id_ends_where_a_part_of_the_address_does(key: str, url: str) -> None:
    """A part of a number, or a number in another part, is not the film's."""
    assert _verdict(key, url) is UrlVerdict.KNOWN_HOST


@pytest.mark.parametrize(
    "query", ["id=a&id=b", "id=a&%69d=b", "ID=a&id=b", "id=a;id=b", "x=1;id=a&id=b", "id=a&id=a"]
)
def test_an_id_that_is_said_twice_names_no_film(query: str) -> None:
    """Which of them a service believes is not known."""
    url = "https://play.google.com/store/movies/details/K?"

    assert _verdict("google-play-movies", f"{url}{query}") is UrlVerdict.KNOWN_HOST
    assert _verdict("google-play-movies", f"{url}id=a&x=b") is UrlVerdict.KNOWN_FORM


def test_a_letter_that_lowers_to_ascii_does_not_make_a_known_host() -> None:
    """The Kelvin sign lowers to "k", which must not turn a host of another script into a library's."""
    assert _verdict("kanopy", "https://www.\u212aanopy.com/en/product/1") is UrlVerdict.UNKNOWN_HOST
    assert catalogue().services_for_host("www.\u212aanopy.com") == ()


def test_another_page_of_a_known_host_is_a_known_host() -> None:
    """An address on the service's host that is no film page is told from one that is."""
    assert _verdict("fandango-at-home", "https://athome.fandango.com/help") is UrlVerdict.KNOWN_HOST
    assert _verdict("zavvi", "https://zavvi.com/the-fog") is UrlVerdict.KNOWN_HOST


def test_an_address_of_another_service_names_all_that_share_the_host() -> None:
    """A page of another service's host says whose it is, even where several live there."""
    check = catalogue().check_url(SERVICES["shudder"], "https://www.amazon.com/gp/video/detail/B00FZM8Z7I")

    assert check.verdict is UrlVerdict.OTHER_SERVICE
    assert [service.key for service in check.others] == ["amazon-disc", "amazon-video", "prime-video"]


def test_an_unverified_host_accuses_nobody() -> None:
    """A host that nobody checked is not said to be another service's."""
    assert "zavvi" in {service.key for service in catalogue().services_for_host("www.zavvi.com")}

    check = catalogue().check_url(FANDANGO, "https://www.zavvi.com/the-fog")

    assert check.verdict is UrlVerdict.UNKNOWN_HOST
    assert check.others == ()


@pytest.mark.parametrize("key", ["vod", "physical", "britbox"])
def test_without_known_hosts_nothing_is_said(key: str) -> None:
    """A generic name, or a service whose hosts are not known, goes with any address."""
    assert _verdict(key, "https://www.netflix.com/title/70143836") is UrlVerdict.UNCHECKED


@pytest.mark.parametrize("host", ["netflix.com", "www.netflix.com", "WWW.NETFLIX.COM", "www.netflix.com."])
def test_a_host_is_found_with_and_without_www(host: str) -> None:
    """The www. variant, upper case and the root's dot name the same host."""
    assert [service.key for service in catalogue().services_for_host(host)] == ["netflix"]


@pytest.mark.parametrize(
    "host", ["", "www.", ".", "com", "play.netflix.com", "netflix.com:443", "netflix.com.."]
)
def test_another_host_is_not_found(host: str) -> None:
    """Neither a part of a known host nor a host under it is a known one."""
    assert catalogue().services_for_host(host) == ()


@pytest.mark.parametrize(
    ("key", "title", "expected"),
    [
        ("hulu", "The Fog", "https://www.hulu.com/search?q=The%20Fog"),
        (
            "hulu",
            "Tom & Jerry + {query}",
            "https://www.hulu.com/search?q=Tom%20%26%20Jerry%20%2B%20%7Bquery%7D",
        ),
        ("tubi", "Face/Off?", "https://tubitv.com/search/Face%2FOff%3F"),
        ("shudder", "Amélie", "https://www.shudder.com/search?q=Am%C3%A9lie"),
        ("amazon-video", "M#1", "https://www.amazon.com/s?k=M%231&i=instant-video"),
        ("shudder", "\ud800", "https://www.shudder.com/search?q=%3F"),
        ("mubi", "The Fog", None),  # its search is written down, but nobody verified it
        ("gruv", "The Fog", None),
    ],
)
def test_a_search_carries_the_title_percent_encoded(key: str, title: str, expected: str | None) -> None:
    """The title takes the place of {query} and nothing in it changes the address around it."""
    assert catalogue().search_url(SERVICES[key], title) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_a_search_gives_the_title_back(title: str) -> None:
    """Every service's search is an ASCII address on its own host, from which the title can be read again."""
    for service in SERVICES.values():
        if service.search_template is not None and service.search_verified:
            before, after = service.search_template.split("{query}")
            url = catalogue().search_url(service, title) or ""

            assert url.isascii()
            assert urlsplit(url).hostname in service.hosts
            assert unquote(url.removeprefix(before).removesuffix(after)) == title


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_whatever_has_a_form_of_a_service_is_on_a_host_of_its_own(data: st.DataObject) -> None:
    """Or else nobody would look there for other people's campaigns."""
    service = data.draw(st.sampled_from([service for service in SERVICES.values() if service.forms]))
    form = data.draw(st.sampled_from(service.forms))
    url = data.draw(st.from_regex(form.pattern, alphabet=st.characters(codec="ascii")))

    assert service in catalogue().services_for_host(urlsplit(url).netloc)


_HOSTS = st.sampled_from([host for service in SERVICES.values() for host in service.hosts])
_NEARLY = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["https://", "http://", "HTTPS:\\\\", "//", "ftp://", "https:/", ""]),
    st.sampled_from(["", "@", "user:pw@", "[", "www.", ".", "%2e"]) | st.text(max_size=4),
    _HOSTS,
    st.sampled_from(["", ".", ":", ":443", ":-1", ":x", "]", "\u3002", "@"]) | st.text(max_size=4),
    st.sampled_from(["/", "?", "#", "\\", ""]),
    st.text(),
)


@given(st.text() | _NEARLY | st.from_regex(r"https?://[\w.:@\[\]%-]*/?", fullmatch=True))
@settings(deadline=None, max_examples=200)
def test_no_address_raises_or_passes_for_what_it_is_not(url: str) -> None:
    """Any text gets a verdict, and a known one only when a strict reading finds the service's host."""
    for key in ("fandango-at-home", "prime-video", "youtube-movies", "vod", "zavvi"):
        service = SERVICES[key]
        check = catalogue().check_url(service, url)

        assert bool(check.others) == (check.verdict is UrlVerdict.OTHER_SERVICE)
        assert service not in check.others
        if check.verdict in {UrlVerdict.KNOWN_FORM, UrlVerdict.KNOWN_HOST}:
            parts = urlsplit(url)

            assert parts.username is None
            assert service in catalogue().services_for_host(parts.hostname or "")


@given(st.text())
def test_no_host_raises(host: str) -> None:
    """Any text can be asked about as a host."""
    assert set(catalogue().services_for_host(host)) <= set(SERVICES.values())
