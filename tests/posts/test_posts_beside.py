"""What lies beside the posts: read with them, checked like them, and written in an order of its own."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue import catalogue
from publisher.diagnostics import has_errors
from publisher.model import LinkOrigin, Listing, OfferKind, OfferStatus, Price, Terms
from publisher.posts import read_posts
from publisher.posts.beside import FOLDER, file_beside, is_beside, read_beside, written_beside
from publisher.posts.listings import as_read
from publisher.posts.offer_file import MOST_OFFERS
from publisher.release import make_plan
from publisher.serve.posts import Newsroom
from publisher.site import load_site
from publisher.watch import attach
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.posts.offer_file import Known
    from publisher.site import Site
    from tests.conftest import MakeSite

ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"
OTHER = "250febf1-839a-47d3-a3f7-f1e380ee3987"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD_VUDU = "https://www.vudu.com/content/movies/details/The-Matrix/9254"


def listing(
    service: str = "netflix",
    kind: OfferKind = OfferKind.SUBSCRIPTION,
    url: str | None = None,
    **terms: object,
) -> Listing:
    """Make a listing as a source would."""
    said = {"region": "US", "source": "tmdb", "checked": datetime(2026, 11, 20, 6, tzinfo=UTC), **terms}
    return Listing(service=service, url=url, terms=Terms(kind=kind, **said))  # type: ignore[arg-type]


def put(site: Site, data: bytes, id: str = ID) -> Path:
    """Put a file beside the posts."""
    file = file_beside(id, site)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    return file


def put_offers(site: Site, *offers: dict[str, str]) -> None:
    """Put a file beside the posts with an offer on each line but the first, as a source found them."""
    usual = {"kind": "subscription", "region": "US", "source": "tmdb", "checked": "2026-11-20"}
    lines = ",\n".join(json.dumps({**usual, **offer}) for offer in offers)
    put(site, f'{{"format_version": 1, "id": "{ID}", "offers": [\n{lines}]}}'.encode())


def codes(site: Site, *paths: Path) -> list[str]:
    """List what is wrong with a site's posts."""
    return [fault.code for fault in read_posts(site, paths, now=NOW).diagnostics]


def test_what_lies_beside_a_post_is_part_of_its_review(make_site: MakeSite) -> None:
    """The editor's listings are one thing, those that sources found another; both are there."""
    site = make_site()
    put(site, written_beside(ID, [listing("shudder"), listing()], site))

    (post,) = read_posts(site, now=NOW).require_valid().posts

    assert [one.service for one in post.review.watch] == ["Vudu"]
    assert [one.service for one in post.review.found] == ["netflix", "shudder"]
    assert len(post.beside) == 32


def test_without_the_folder_nothing_is_looked_up(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sites that keep offers in their posts pay nothing for those that do not."""
    site = make_site()

    def fail(*_: object) -> None:
        pytest.fail("a file was looked for")

    monkeypatch.setattr("publisher.posts.beside.read_beside", fail)

    (post,) = read_posts(site, now=NOW).require_valid().posts
    assert (post.review.found, post.beside) == ((), b"")


def test_an_offer_is_a_line(make_site: MakeSite) -> None:
    """A change of one offer is a change of one line, whatever order a source says them in."""
    site = make_site()
    offers = [
        listing(region="GB"),
        listing(exclusive=True),
        listing("shudder", price=Price(Decimal("3.99"), "USD")),
    ]

    written = written_beside(ID, offers, site).decode()

    assert written == written_beside(ID, reversed(offers), site).decode()
    assert [line.strip()[:40] for line in written.splitlines()[3:-2]] == [
        '"offers": [',
        '{"service": "netflix", "kind": "subscrip',
        '{"service": "netflix", "kind": "subscrip',
        '{"service": "shudder", "kind": "subscrip',
    ]
    assert json.loads(written)["offers"][1]["exclusive"] is True
    assert written_beside(ID, [], site).decode().splitlines()[3] == '  "offers": []'


@given(
    offers=st.lists(
        st.builds(
            listing,
            service=st.sampled_from(sorted(catalogue().services)),
            kind=st.sampled_from(OfferKind),
            url=st.sampled_from([None, "https://a.example/ü?b=c"]),
            region=st.sampled_from(["US", "GB", None]),
            price=st.none() | st.decimals("0.01", "9999", places=2).map(lambda amount: Price(amount, "EUR")),
            quality=st.none() | st.text(max_size=20),
            starts=st.none()
            | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone stands beside it
            ends=st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - likewise
            exclusive=st.booleans(),
        ),
        max_size=5,
    )
)
def test_what_is_written_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, offers: list[Listing]
) -> None:
    """Whatever a source says, as far as front matter would take it at all."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "publisher.toml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "posts").mkdir()
    site = load_site(folder)
    sound = [one for one in (as_read(each, site) for each in offers) if one is not None]
    put(site, written_beside(ID, sound, site))

    read = read_beside(ID, site)

    assert [fault.code for fault in read.diagnostics if has_errors([fault])] == []
    # A link that leads elsewhere is not taken; of a service whose hosts nobody knows, none does.
    taken = [replace(one, url=None) if catalogue().services[one.service].hosts else one for one in sound]
    assert sorted(map(str, read.listings)) == sorted(map(str, taken))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "offer-file"),
        (b"[]", "offer-file"),
        (b"{}", "offer-file"),
        (b"\xff\xfe{}", "offer-file"),
        (b"[" * 100_000, "offer-file"),
        (b" " * 2_000_000, "offer-file"),
        (
            b'{"format_version": 1, "id": "%s", "offers": [%s]}'
            % (ID.encode(), b"{}," * MOST_OFFERS + b"{}"),
            "offer-file",
        ),
        (b'{"format_version": "one", "id": "%s", "offers": []}' % ID.encode(), "invalid-value"),
        (b'{"format_version": 1, "id": "%s", "offers": {}}' % ID.encode(), "wrong-type"),
        (b'{"format_version": 1, "id": "%s", "offers": [], "more": 1}' % ID.encode(), "unknown-key"),
        (
            b'{"format_version": 1, "id": "%s", "offers": [], "\\u0000": 1}' % ID.encode(),
            "forbidden-character",
        ),
    ],
)
def test_a_file_that_is_none_of_ours_is_an_error_of_its_post(
    make_site: MakeSite, data: bytes, code: str
) -> None:
    """Whatever it is made of: it is named, and its review is not published without its offers."""
    site = make_site()
    put(site, data)

    found = read_posts(site, now=NOW)

    assert [(fault.code, fault.path) for fault in found.diagnostics] == [(code, f"posts/.watch/{ID}.json")]
    assert found.posts == ()


def test_what_cannot_be_read_is_not_waited_for_and_no_link_is_followed(
    make_site: MakeSite, tmp_path: Path
) -> None:
    """A pipe, a folder, a link out of the folder of posts: each is told in its own words."""
    site = make_site()
    file = put(site, b"")
    outside = tmp_path / "secret.json"
    outside.write_text("{}", encoding="utf-8")
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to(outside)):
        file.rmdir() if file.is_dir() else file.unlink()
        make(file)
        assert codes(site) == ["file-unreadable"]
    file.unlink()
    file.parent.rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / file.name).write_text("no JSON", encoding="utf-8")
    file.parent.symlink_to(tmp_path / "elsewhere")
    (fault,) = read_posts(site, now=NOW).diagnostics
    assert (fault.path, fault.message) == ("posts/.watch", "this is a link; what it leads to is not read")


def test_what_belongs_to_no_review_is_told_and_never_deleted(make_site: MakeSite) -> None:
    """Only where all posts are looked at, and where every one of them says its id."""
    site = make_site()
    file = put(site, written_beside(OTHER, [], site), OTHER)
    put(site, b"", ".new-leftover")

    assert codes(site) == ["offer-orphan"]
    assert codes(site, site.posts / "karmalink.md") == []
    (site.posts / "broken.md").write_text("---\nid: [\n---\nText.\n", encoding="utf-8")
    assert "offer-orphan" not in codes(site)
    assert file.exists()


def test_files_beside_the_posts_are_no_posts(make_site: MakeSite) -> None:
    """Not even one whose name ends as a post's does."""
    site = make_site()
    put(site, b"").with_name("notes.md").write_text("No post.", encoding="utf-8")
    file_beside(ID, site).unlink()

    assert read_posts(site, now=NOW).require_valid().checked == 1
    assert is_beside(file_beside(ID, site), site)
    assert not is_beside(site.posts / FOLDER / "notes.json", site)
    assert not is_beside(site.posts / f"{ID}.json", site)


ODD = st.sampled_from(
    ["netflix", "Apple TV", "nobody", "rent", "stream", "US", "XX", "2026-11-20", "2020-01-01", "yesterday", "", " x ", "3.99 USD", "tmdb",
     "Apple TV", "free", "shudder", "mubi", "GB", "IN", "TMDB", "https://www.shudder.com/movies/watch/x/1", "https://www.netflix.com/title/70143836",
     "https://www.netflix.com/title/70143836?utm_source=x", "https://mubi.com/films/x", "https://mubi.com/search?query=x",
     "https://a.example/", "https://a.example/ü", "https://A.example", "https://u@a.example/", "http://a.example/", "javascript:x"]
)  # fmt: skip
USUAL = {"service": "netflix", "kind": "rent", "region": "US", "source": "tmdb", "checked": "2026-11-20"}


@given(
    offers=st.lists(
        st.dictionaries(
            st.sampled_from(
                [*USUAL, "url", "url", "from", "until", "price", "quality", "exclusive", "prize"]
            ),
            ODD | st.booleans() | st.none() | st.integers(0, 1) | st.just(["x"]),
            max_size=3,
        ).map(lambda odd: {**USUAL, **odd}),
        max_size=4,
    )
)
def test_the_quick_way_says_what_the_closer_look_says(
    tmp_path_factory: pytest.TempPathFactory, offers: list[dict[str, object]]
) -> None:
    """Whatever is in a file: the same offers, and the same faults, in the same places."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "publisher.toml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "posts").mkdir()
    site = load_site(folder)
    known: Known = {}
    for some, day in ((offers[::-1], date(2021, 1, 1)), (offers, None), (offers, date(2026, 1, 1))):
        put(site, json.dumps({"format_version": 1, "id": ID, "offers": some}).encode())
        quick = read_beside(ID, site, NOW, day=day, known=known)
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr("publisher.posts.offer_file._quickly", lambda *_: None)
            assert quick == read_beside(ID, site, NOW, day=day)


def test_offers_beside_a_post_are_held_to_the_rules_of_front_matter(make_site: MakeSite) -> None:
    """Host, form, campaign, kind of page, region and service: each with the line of its file."""
    site = make_site(more='[services.philo]\nstatus = "closed"\n')
    offers = [
        {"service": "shudder", "url": "https://evil.example/x"},
        {"service": "mubi", "url": "https://tubitv.com/movies/1"},
        {
            "service": "netflix",
            "url": "https://click.linksynergy.com/x?id=foreign&murl=https%3A%2F%2Ffilms.example",
        },
        {"service": "fandango-at-home", "url": OLD_VUDU},
        {"service": "netflix", "url": "https://www.netflix.com/title/70143836?utm_source=x"},
        {"service": "netflix", "url": "https://www.netflix.com/browse"},
        {"service": "fandango-at-home", "region": "GB"},
        {"service": "philo"},
        {"service": "netflix", "from": "2026-12-24", "until": "2026-12-01"},
        {"service": "netflix", "source": "x"},
        {"service": "netflix", "source": "TMDB"},
    ]
    put_offers(site, *offers)

    found = read_posts(site, now=NOW).diagnostics

    assert {fault.path for fault in found} == {f"posts/.watch/{ID}.json"}
    assert [(fault.line, fault.code, str(fault.severity)) for fault in found] == [
        (2, "offer-host", "warning"),
        (3, "offer-host", "warning"),
        (4, "offer-host", "warning"),
        (5, "offer-outdated", "advice"),
        (6, "offer-campaign", "advice"),
        (7, "offer-form", "advice"),
        (8, "offer-region", "advice"),
        (9, "service-closed", "warning"),
        (10, "date-order", "error"),
        (11, "offer-file", "error"),
        (12, "offer-file", "error"),
    ]
    assert [fault.label for fault in found[-2:]] == [
        "known: tmdb, streaming-availability",
        "did you mean tmdb?",
    ]
    assert all(fault.fix is None for fault in found), "a post is mended, and nothing else"


def test_what_was_looked_up_too_long_ago_is_told_and_not_shown(make_site: MakeSite) -> None:
    """TMDB's terms say so; what is younger is read the quick way, without a word."""
    site = make_site()
    put_offers(
        site,
        {"service": "netflix", "checked": "2026-05-20"},
        {"service": "shudder", "checked": "2026-06-20"},
        {"service": "hulu", "checked": "2026-11-23"},
        {"service": "mubi", "checked": "2019-01-01", "source": "streaming-availability"},
    )

    found = read_posts(site, now=NOW)
    (post,) = found.require_valid().posts

    assert [(fault.line, fault.code) for fault in found.diagnostics] == [
        (2, "offer-checked"),
        (4, "offer-checked"),
    ]
    assert "delete it" not in str(found.diagnostics[0].help)
    shown = [one.service for one in attach(post.review, site) if one.status(NOW) is OfferStatus.CURRENT]
    assert shown == ["fandango-at-home", "shudder", "hulu", "mubi"]


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("shudder", "https://evil.example/x"),
        ("mubi", "https://tubitv.com/movies/1"),
        ("amazon-video", "https://www.amazon.de/dp/B08XYZ1234?tag=foe-21"),
        ("shudder", "https://www.shudder.com/movies/watch/terrified/4436477#pid=foe"),
        ("netflix", "https://click.linksynergy.com/x?id=foreign&murl=https%3A%2F%2Ffilms.example"),
    ],
)
@pytest.mark.parametrize("judged", ["warning", "off"])
def test_a_link_that_leads_elsewhere_or_for_somebody_is_never_published_from_a_source(
    make_site: MakeSite, service: str, url: str, judged: str
) -> None:
    """Whatever the site thinks of the rule: the service's search stands in, or no link."""
    site = make_site(more=f'[rules]\noffer-host = "{judged}"\noffer-campaign = "{judged}"\n')
    put_offers(site, {"service": service, "url": url})

    (post,) = read_posts(site, now=NOW).require_valid().posts

    assert [one.url for one in post.review.found] == [None]
    (offer,) = (one for one in attach(post.review, site) if one.service == service)
    assert offer.link in {LinkOrigin.SEARCH, LinkOrigin.NONE}


def test_a_name_beside_a_post_is_one_of_the_post_s_time(make_site: MakeSite) -> None:
    """As in front matter, where the day of the review tells which of two services was called so."""
    site = make_site()
    put_offers(site, {"service": "Apple TV", "kind": "free"})

    found = read_posts(site, now=NOW)

    assert [fault.code for fault in found.diagnostics] == ["service-shared"]
    assert attach(found.posts[0].review, site)[-1].service == "apple-tv-store"


@pytest.mark.parametrize(
    ("offers", "line"),
    [
        ('[\n{"service": "netflix", "kind": "rent",\n"service": "mubi"}]', 3),
        ('[\n{"service": "netflix", "kind": "rent",\n"service" : "mubi"}]', 3),
        ('[], "offers": []', 1),
        ('[\n{"service": "netflix",\n"\\u0073ervice": "mubi"}]', 3),
        ('[{"more": {"a": 1, "a": 2}}]', 1),
    ],
)
def test_a_key_that_stands_twice_is_an_error(make_site: MakeSite, offers: str, line: int) -> None:
    """As in front matter: nobody can tell which of the two is meant."""
    site = make_site()
    put(site, f'{{"format_version": 1, "id": "{ID}", "offers": {offers}}}'.encode())

    assert [(fault.code, fault.line) for fault in read_posts(site, now=NOW).diagnostics] == [
        ("duplicate-key", line)
    ]


def test_what_only_looks_like_a_key_twice_is_none(make_site: MakeSite) -> None:
    """Quotes and colons in texts, and spaces before colons, are as good as others."""
    site = make_site()
    put_offers(site, {"service": "netflix", "via": 'a "b": "b": "c" : d'})

    assert codes(site) == []


def test_a_preview_sees_that_what_lies_beside_a_post_changed(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are other ones, and neither the post's file nor a folder knows of it."""
    monkeypatch.setattr("publisher.serve.posts.is_settled", lambda _: True)
    site = make_site()
    file = put(site, written_beside(ID, [], site))
    newsroom = Newsroom(site)
    assert newsroom.look(site, NOW).posts[0].review.found == ()

    file.write_bytes(written_beside(ID, [listing()], site))

    assert len(newsroom.look(site, NOW).posts[0].review.found) == 1


def test_a_plan_knows_what_lies_beside_a_post(make_site: MakeSite) -> None:
    """What changes there is a change of the posts, and the message says so."""
    site = make_site()
    before = make_plan(read_posts(site, now=NOW), site, NOW)

    put(site, written_beside(ID, [], site))

    after = make_plan(read_posts(site, now=NOW), site, NOW)
    assert before.inputs["posts"] != after.inputs["posts"]
