"""The public addresses: what readers get is what was generated here, or it is said what they get instead."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from publisher.doctor import FindingState, public
from publisher.doctor.placeholders import is_placeholder
from publisher.net import Client
from tests.conftest import CONFIGURATION
from tests.doctor.clinic import NAME, Web, answer, look, one, told, web
from tests.net.net_servers import LOOPBACK, Conversation, client, watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.site import Site
    from tests.conftest import MakeSite

RSS = "/feeds/rss.xml"


@pytest.fixture
def server() -> Iterator[Web]:
    """Give a web server."""
    with web() as running:
        yield running


@pytest.fixture
def site(server: Web, make_site: MakeSite) -> Site:
    """Give a site whose feeds are on the web."""
    made = make_site(configuration=server.configuration())
    server.deploy(made)
    return made


def test_a_site_that_was_deployed_is_well(server: Web, site: Site) -> None:
    """The page and the three feeds are asked for once each, and nothing else is."""
    found = server.look(site)

    assert one(found, "base-url").state == "ok"
    assert told(found["feed-urls"]) == [
        ("ok", f"{server.base_url}feeds/{name} is what was generated here")
        for name in ("rss.xml", "atom.xml", "feed.json")
    ]
    assert [finding.help for finding in found["feed-urls"]] == [None, None, None]
    assert server.asked == ["/", RSS, "/feeds/atom.xml", "/feeds/feed.json"]


def test_an_older_feed_on_the_web_asks_for_a_deployment(server: Web, site: Site) -> None:
    """One byte is enough to tell."""
    served = (site.feeds / "rss.xml").read_bytes()
    server.answers[RSS] = answer(
        served.replace(b"Karmalink", b"karmalink", 1), content_type="application/rss+xml"
    )

    first, *others = server.look(site)["feed-urls"]

    assert (first.state, first.message) == (
        "warning",
        f"{server.base_url}feeds/rss.xml is another feed than the one here",
    )
    assert "deployment" in str(first.help)
    assert {finding.state for finding in others} == {FindingState.OK}


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("text/plain", "warning", "comes as text/plain"),
        ("application/octet-stream; charset=utf-8", "warning", "comes as application/octet-stream"),
        ("", "warning", "comes without a content type"),
        ("application/rss+xml; charset=ISO-8859-1", "warning", "comes as text in iso-8859-1; it is in UTF-8"),
        ("Text/HTML; charset=utf-8", "failed", "comes as text/html: readers take it for a page"),
    ],
)
def test_a_wrong_content_type_is_told_with_the_right_one(
    server: Web, site: Site, kind: str, state: str, words: str
) -> None:
    """Readers look at it, and some at nothing else; a feed that is taken for a page has failed."""
    server.answers[RSS] = answer((site.feeds / "rss.xml").read_bytes(), content_type=kind)

    first = server.look(site)["feed-urls"][0]

    assert (first.state, first.message) == (state, f"{server.base_url}feeds/rss.xml {words}")
    assert first.help == "have the web server send rss.xml as application/xml; charset=utf-8"


@pytest.mark.parametrize("kind", ["application/xml; charset=utf-8", "text/xml", "Application/RSS+XML"])
def test_what_browsers_style_is_as_good_as_the_exact_type(server: Web, site: Site, kind: str) -> None:
    """Readers take any XML; browsers show only that which says nothing of feeds."""
    server.answers[RSS] = answer((site.feeds / "rss.xml").read_bytes(), content_type=kind)
    assert server.look(site)["feed-urls"][0].state is FindingState.OK


def test_a_feed_that_no_reader_can_keep_is_well_and_says_so(server: Web, site: Site) -> None:
    """Without ETag and Last-Modified every look costs the whole feed; nothing has to be done about it."""
    server.answers[RSS] = answer(
        (site.feeds / "rss.xml").read_bytes(), content_type="application/rss+xml", etag=""
    )

    first = server.look(site)["feed-urls"][0]

    assert (first.state, first.help) == ("ok", None)
    assert first.message.endswith("; without ETag and Last-Modified each reader fetches all of it each time")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (
            "https://www.reviews.film/feeds/rss.xml",
            "leads on to https://www.reviews.film/feeds/rss.xml (301)",
        ),
        (
            "http://169.254.169.254/latest/meta-data/",
            "leads on to http://169.254.169.254/latest/meta-data/ (301)",
        ),
        ("/rss", "/rss (301)"),
        ("http://[", "leads on to http://[ (301)"),
        ("", "leads on to nowhere (301)"),
    ],
)
def test_a_redirect_is_told_and_not_followed(server: Web, site: Site, where: str, words: str) -> None:
    """Also one to a private address: it is never asked."""
    server.answers[RSS] = answer(status="301 Moved", location=where)

    first = server.look(site)["feed-urls"][0]

    assert first.state == "warning"
    assert first.message.endswith(words)
    assert first.help == "if that is to stay, let [syndication] url in publisher.toml say so"
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        ("404 Not Found", "there is no feed", "deployment"),
        ("401 Unauthorized", "not open to everybody", "without a password"),
        ("503 Busy", "the web server is in trouble", "log"),
        ("204 No Content", "answered 204", "log"),
        ("418 Teapot", "answered 418", "log"),
    ],
)
def test_an_address_without_a_feed_has_failed(
    server: Web, site: Site, status: str, words: str, advice: str
) -> None:
    """Whatever the server says instead, with what to do."""
    server.answers[RSS] = answer(status=status)

    first = server.look(site)["feed-urls"][0]

    assert first.state == "failed"
    assert words in first.message
    assert advice in str(first.help)


def test_no_page_at_the_base_url_is_a_warning(server: Web, site: Site) -> None:
    """The reviews below it may be there all the same."""
    server.answers["/"] = answer(status="404 Not Found")

    assert one(server.look(site), "base-url").state == "warning"


def test_a_base_url_that_leads_on_is_told(server: Web, site: Site) -> None:
    """Every link of the feeds takes the detour."""
    server.answers["/"] = answer(status="308 Moved", location="https://www.reviews.film/")

    found = one(server.look(site), "base-url")

    assert found.state == "warning"
    assert found.help == "if that is to stay, let base_url in publisher.toml say so"


def test_a_feed_that_drips_or_breaks_off_has_failed_by_the_deadline(server: Web, site: Site) -> None:
    """What came is not compared, and nothing waits for more."""
    whole = answer((site.feeds / "rss.xml").read_bytes(), content_type="application/rss+xml")
    server.answers[RSS] = whole[: len(whole) - 100]
    server.answers["/feeds/atom.xml"] = lambda conversation: conversation.drip(
        answer(content_type="application/atom+xml", content_length="999999") + b"x" * 99
    )

    with watchdog():
        rss, atom, json = server.look(site, deadline=0.5)["feed-urls"]

    assert (rss.state, "broke off after" in rss.message) == ("failed", True)
    assert (atom.state, "took more than 0.5 s" in atom.message) == ("failed", True)
    assert json.state == "skipped"


def test_slow_addresses_do_not_take_longer_than_all_of_them_may(server: Web, site: Site) -> None:
    """What was asked is told; what might go beyond is not asked, and says so."""
    moments = iter((0.0, 9.0, 9.0, 18.1))

    found = server.look(site, timer=lambda: next(moments))

    assert one(found, "base-url").state == "ok"
    assert told(found["feed-urls"]) == [
        ("ok", f"{server.base_url}feeds/rss.xml is what was generated here"),
        ("skipped", f"{server.base_url}feeds/atom.xml was not asked: the others took 18 s"),
        ("skipped", f"{server.base_url}feeds/feed.json was not asked: the others took 18 s"),
    ]
    assert server.asked == ["/", RSS]


def test_an_address_that_does_not_answer_counts_as_well(server: Web, site: Site) -> None:
    """A failure takes as long as an answer."""
    server.answers["/"] = b"SSH-2.0-OpenSSH_9.9\r\n"
    moments = iter((0.0, 18.1))

    found = server.look(site, timer=lambda: next(moments))

    assert one(found, "base-url").state == "failed"
    assert [str(finding.state) for finding in found["feed-urls"]] == ["skipped"] * 3


def test_all_addresses_together_take_half_a_minute_at_most() -> None:
    """Each may take what is left when it is asked."""
    assert public.BUDGET <= 30
    assert public.DEADLINE <= public.BUDGET / 2


def test_an_endless_body_is_read_no_further_than_the_feed_is_long(server: Web, site: Site) -> None:
    """It is another feed; how long it is, nobody has to know."""

    def endless(conversation: Conversation) -> None:
        conversation.say(answer(content_type="application/rss+xml", content_length=""))
        while True:
            conversation.say(b"<!-- more -->" * 10_000)

    server.answers[RSS] = endless

    with watchdog():
        first = server.look(site, body_limit=100_000)["feed-urls"][0]

    assert (first.state, first.message) == (
        "warning",
        f"{server.base_url}feeds/rss.xml is another feed than the one here",
    )


def test_a_feed_that_comes_packed_is_not_compared(server: Web, site: Site) -> None:
    """Nobody asked for gzip: what cannot unpack it, cannot read the feed."""
    server.answers[RSS] = answer(b"\x1f\x8b", content_type="application/rss+xml", content_encoding="gzip")

    first = server.look(site)["feed-urls"][0]

    assert (first.state, "comes packed (gzip)" in first.message) == ("warning", True)


def test_a_feed_that_is_not_here_is_not_compared(server: Web, site: Site) -> None:
    """It may be a trap, such as a folder of that name."""
    (site.feeds / "rss.xml").unlink()
    (site.feeds / "rss.xml").mkdir()

    first = server.look(site)["feed-urls"][0]

    assert (first.state, "there is none here" in first.message) == ("warning", True)


def test_what_speaks_no_http_has_failed(server: Web, site: Site) -> None:
    """Each address is asked all the same: the next may be another program's."""
    server.answers["/"] = b"SSH-2.0-OpenSSH_9.9\r\n"
    found = server.look(site)

    assert one(found, "base-url").state == "failed"
    assert "not http" in one(found, "base-url").message
    assert {finding.state for finding in found["feed-urls"]} == {FindingState.OK}


def test_a_host_that_is_not_there_is_asked_once(make_site: MakeSite) -> None:
    """Its feeds are skipped: one message says it all."""
    with web() as gone:
        site = make_site(configuration=gone.configuration())

    found = gone.look(site)

    assert one(found, "base-url").state == "failed"
    assert "web server is up" in str(one(found, "base-url").help)
    assert told(found["feed-urls"]) == [("skipped", f"not asked: {NAME}:{gone.port} could not be reached")]


def test_a_certificate_that_is_not_believed_has_failed(make_site: MakeSite) -> None:
    """Feed readers refuse it, too."""
    with web("expired") as server:
        site = make_site(configuration=server.configuration().replace("http://", "https://"))
        made = client()
        found = one(look(site, offline=False, client=made), "base-url")

    assert found.state == "failed"
    assert "showed a certificate that" in found.message
    assert found.help == "mend the certificate: feed readers refuse it, too"


def test_a_site_on_a_private_address_is_refused_unless_it_is_meant(make_site: MakeSite) -> None:
    """The guard of the way out holds here, too; publisher.toml opens it."""
    with web() as server:
        configuration = server.configuration().replace(NAME, "127.0.0.1")
        site = make_site(configuration=configuration)
        refused = one(look(site, offline=False), "base-url")
        asked = list(server.asked)

        site = make_site(configuration=configuration, more=f'[network]\nallow = ["{LOOPBACK[0]}"]\n')
        server.deploy(site)
        allowed = look(site, offline=False)

    assert (refused.state, asked) == ("failed", [])
    assert "[network] allow" in str(refused.help)
    assert one(allowed, "base-url").state == "ok"
    assert {finding.state for finding in allowed["feed-urls"]} == {FindingState.OK}


def test_a_placeholder_is_not_asked(make_site: MakeSite) -> None:
    """`reviews.example` leads nowhere, by agreement; a client that would connect is not used."""
    found = look(make_site(), offline=False, client=object())

    assert one(found, "base-url").message == "not asked: https://reviews.example/ is a placeholder"
    assert one(found, "feed-urls").state == "skipped"
    assert one(found, "configuration").state == "warning"


def test_a_placeholder_for_the_feeds_alone_is_told(server: Web, make_site: MakeSite) -> None:
    """The two addresses are judged by themselves."""
    site = make_site(
        configuration=server.configuration(), more='[syndication]\nurl = "https://feeds.example.com/all/"\n'
    )
    server.deploy(site)
    found = server.look(site)

    assert one(found, "base-url").state == "ok"
    assert one(found, "feed-urls").message == "not asked: https://feeds.example.com/all/ is a placeholder"
    assert "https://feeds.example.com/all/" in one(found, "configuration").message


@pytest.mark.parametrize(
    ("url", "placeholder"),
    [
        ("https://reviews.example/", True),
        ("https://example.com/", True),
        ("https://www.EXAMPLE.org./", True),
        ("http://localhost:8000/", True),
        ("https://site.test/", True),
        ("https://example.film/", False),
        ("https://notexample.com/", False),
        ("https://film.example.press/", False),
        ("http://127.0.0.1:8000/", False),
    ],
)
def test_placeholders_are_names_that_are_reserved(url: str, placeholder: bool) -> None:  # noqa: FBT001
    """By RFC 2606 and RFC 6761; nobody can have them."""
    assert is_placeholder(url) == placeholder


def unknown(*_: object, **__: object) -> list[tuple[Any, ...]]:
    """Know no name."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("way_out", "state", "words", "advice"),
    [
        (Client(resolver=unknown), "failed", "name or service not known", "whether the domain is paid for"),
        (client("10.0.0.1"), "failed", "is private", "the public cannot get there"),
        (client("8.8.8.8"), "warning", "plain http is only for networks", "https://"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_kindly(
    make_site: MakeSite, way_out: Client, state: str, words: str, advice: str
) -> None:
    """With what may be behind it; nothing is connected to."""
    site = make_site(configuration=CONFIGURATION.replace("https://reviews.example/", f"http://{NAME}/"))
    found = one(look(site, offline=False, client=way_out), "base-url")

    assert found.state == state
    assert words in found.message
    assert advice in str(found.help)


def test_a_feed_too_large_to_compare_is_told(
    server: Web, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is too large for its readers as well."""
    monkeypatch.setattr(public, "LARGEST", 100)

    first = server.look(site)["feed-urls"][0]

    assert (first.state, "more than 100 bytes" in first.message) == ("warning", True)


def test_offline_nothing_is_asked(server: Web, site: Site) -> None:
    """The checks are there, and say that they were not made."""
    found = look(site, client=client())

    assert [one(found, name).state for name in ("base-url", "feed-urls", "clock")] == ["skipped"] * 3
    assert server.asked == []
