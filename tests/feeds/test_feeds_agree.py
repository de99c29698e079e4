"""The three formats say the same of every review: identity, rating, film, offers, texts."""

from __future__ import annotations

from datetime import datetime
from html import escape
from json import loads
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from publisher.feeds import write_entry
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.site import load_site
from tests.feeds.feeds_sites import NAMES, NOW, feeds_of, post, write_site
from tests.feeds.rules import NS

if TYPE_CHECKING:
    from pathlib import Path

ATOM, RSS, JSON = "atom.xml", "rss.xml", "feed.json"


def q(prefix: str, name: str) -> str:
    """Return a qualified name."""
    return f"{{{NS[prefix]}}}{name}"


def offers(element: etree._Element) -> list[dict[str, str]]:
    """List the offers of an entry in XML."""
    return [
        {str(k): str(v) for k, v in offer.attrib.items()} for offer in element.findall(q("watch", "offer"))
    ]


def said_with_offers(element: etree._Element) -> list[tuple[str | None, str | None]]:
    """List what has to be said wherever the offers are shown: whom to credit, with a link, and who pays."""
    found = [*element.findall(q("watch", "attribution")), *element.findall(q("watch", "disclosure"))]
    return [(one.text, one.get("href")) for one in found]


def letterboxd(element: etree._Element) -> dict[str, str | None]:
    """Return what existing parsers learn of the film."""
    names = (q("letterboxd", "filmTitle"), q("letterboxd", "filmYear"), q("tmdb", "movieId"))
    return {name: element.findtext(name) for name in names}


def from_atom(entry: etree._Element) -> dict[str, Any]:
    """Reduce an Atom entry to what all formats say."""
    scheme = f"{NS['watch']}#rating"
    categories = entry.findall(q("atom", "category"))
    return {
        "id": entry.findtext(q("atom", "id")),
        "title": entry.findtext(q("atom", "title")),
        "html": entry.findtext(q("atom", "content")),
        "tags": [c.get("term") for c in categories if c.get("scheme") is None],
        "rating": [c.get("label") for c in categories if c.get("scheme") == scheme],
        "stars": entry.findtext(q("letterboxd", "memberRating")),
        "film": letterboxd(entry),
        "offers": offers(entry),
        "said with them": said_with_offers(entry),
        "authors": [e.text for e in entry.iterfind(f"{q('atom', 'author')}/{q('atom', 'name')}")],
    }


def from_rss(item: etree._Element) -> dict[str, Any]:
    """Reduce an RSS item to what all formats say."""
    categories = item.findall("category")
    return {
        "id": item.findtext("guid"),
        "title": item.findtext("title"),
        "html": item.findtext(q("content", "encoded")),
        "tags": [c.text for c in categories if c.get("domain") is None],
        "rating": [c.text for c in categories if c.get("domain") == f"{NS['watch']}#rating"],
        "stars": item.findtext(q("letterboxd", "memberRating")),
        "film": letterboxd(item),
        "offers": offers(item),
        "said with them": said_with_offers(item),
        "authors": [e.text for e in item.findall(q("dc", "creator"))],
    }


def from_json(item: dict[str, Any]) -> dict[str, Any]:
    """Reduce a JSON item to what all formats say."""
    film, rating = item["_review"].get("film", {}), item["_review"].get("rating")
    span = rating["maximum"] - rating["minimum"] if rating else 1
    stars = (rating["value"] - rating["minimum"]) / span * 5 if rating else 0
    year, tmdb = film.get("year"), film.get("ids", {}).get("tmdb")
    return {
        "id": item["id"],
        "title": item["title"],
        "html": item["content_html"],
        "tags": item.get("tags", []),
        "rating": [rating["text"]] if rating else [],
        "stars": f"{stars:.1f}" if stars and film else None,
        "film": {
            q("letterboxd", "filmTitle"): film.get("title"),
            q("letterboxd", "filmYear"): str(year) if year else None,
            q("tmdb", "movieId"): tmdb,
        },
        "offers": item.get("_watch", {}).get("offers", []),
        "said with them": [
            *((one["text"], one["url"]) for one in item.get("_watch", {}).get("attributions", ())),
            *([(item["_watch"]["disclosure"], None)] if "disclosure" in item.get("_watch", {}) else []),
        ],
        "authors": [author["name"] for author in item["authors"]],
    }


def in_every_format(files: dict[str, bytes]) -> list[list[dict[str, Any]]]:
    """Reduce the three feeds of a site to what each says of each review."""
    return [
        [from_atom(entry) for entry in etree.fromstring(files[ATOM]).findall(q("atom", "entry"))],
        [from_rss(item) for item in etree.fromstring(files[RSS]).findall("channel/item")],
        [from_json(item) for item in loads(files[JSON])["items"]],
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_formats_agree(name: str) -> None:
    """Whichever feed a reader takes, the reviews, their order and everything in them are the same."""
    feeds = feeds_of(name)
    atom, rss, json = in_every_format(dict(feeds.files))
    assert atom == rss
    assert atom == json
    assert [entry["id"] for entry in atom] == [entry.review.urn for entry in feeds.entries]


@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_shown_in_any_page(name: str) -> None:
    """In all formats every address is absolute and of a safe kind, and nothing is left that could run."""
    for said in in_every_format(dict(feeds_of(name).files)):
        for entry in said:
            page = html.document_fromstring(f"<div>{entry['html']}</div>")
            elements = [element for element in page.iter() if isinstance(element.tag, str)]
            assert {e.tag for e in elements}.isdisjoint({"script", "iframe", "style", "object", "form"})
            assert not [
                key for e in elements for key in map(str, e.attrib) if key.startswith("on") or key == "style"
            ]
            for element in elements:
                for key in ("href", "src", "poster", "cite"):
                    address = element.get(key)
                    assert address is None or urlsplit(address).scheme in {"http", "https"}
                    assert address is None or urlsplit(address).hostname
            assert "alert" not in entry["html"]


def test_karmalink_can_be_followed_into_all_three_feeds() -> None:
    """The review that the documentation follows: identity, rating, and Vudu under its present name, as a search."""
    for said in in_every_format(dict(feeds_of("sample").files)):
        (entry,) = [entry for entry in said if entry["title"] == "Karmalink"]
        assert entry["id"] == "urn:uuid:4c768283-9939-45ec-b325-53b5be6f9ce5"
        assert (entry["rating"], entry["stars"]) == (["4 of 5 butterflies"], "4.0")
        assert entry["film"][q("letterboxd", "filmTitle")] == "Karmalink"
        assert [(o["name"], o["kind"], o["link"]) for o in entry["offers"]] == [
            ("Fandango at Home", "rent", "search"),
            ("Apple TV Store", "rent", "search"),
        ]


def test_what_has_to_be_said_of_offers_is_said_in_every_format() -> None:
    """In the content as a line, and for machines beside the offers, each escaped once; in feeds of summaries, too."""
    files = dict(feeds_of("hostile").files)
    for said in in_every_format(files):
        (entry,) = [entry for entry in said if entry["title"] == "Everything & more"]
        (credit, page), (told, nowhere) = entry["said with them"]
        assert (told, nowhere) == ("We <earn> & tell ]]>", None)
        assert "<p><small>We &lt;earn&gt; &amp; tell ]]&gt;</small></p>" in entry["html"]
        assert f'<p><small><a href="{page}">{credit}</a></small></p>' in entry["html"]
        (paid,) = [offer for offer in entry["offers"] if "sponsored" in offer]
        assert f'<a href="{escape(paid["href"])}" rel="sponsored nofollow">Shudder</a>' in entry["html"]
    feeds = feeds_of("hostile")
    (shown,) = [entry for entry in feeds.entries if entry.review.title == "Everything & more"]
    for short in write_entry(shown, feeds.site, full=False).values():
        assert b"TMDB" in short
        assert b"earn" in short
        assert b"Where to watch</strong>" not in short


def made(folder: Path, more: str, now: datetime) -> list[dict[str, Any]]:
    """Generate the feeds of one post and return what each format says of it."""
    site = write_site(folder, {"a.md": post(1, "A review", more=more)})
    generate(read_posts(site).require_valid().posts, site, now)
    said = in_every_format({name: (site.feeds / name).read_bytes() for name in (ATOM, RSS, JSON)})
    return [entries[0] for entries in said]


FILM = "film:\n  title: Tumbbad\n"


def test_an_unrated_review_has_no_rating_anywhere(tmp_path: Path) -> None:
    """Not a zero, not an empty element, not a word: a review without a rating says nothing of one."""
    for said in made(tmp_path, FILM, NOW):
        assert said["rating"] == []
        assert said["stars"] is None
        assert "rating" not in said["html"]
    for name in (ATOM, RSS, JSON):
        for file in (tmp_path / "feeds").rglob(name):
            assert "ating" not in file.read_text(encoding="utf-8")


def test_a_rating_of_zero_is_a_rating(tmp_path: Path) -> None:
    """Zero is said in words and numbers; Letterboxd's scale begins at a half, so there it is left out."""
    for said in made(tmp_path, f"{FILM}rating: 0", NOW):
        assert said["rating"] == ["0 of 5 butterflies"]
        assert said["stars"] is None
        assert "0 of 5 butterflies" in said["html"]


def test_another_scale_is_translated_for_letterboxd(tmp_path: Path) -> None:
    """7 of 10 is 3.5 stars there, and 7 of 10 everywhere else."""
    site = write_site(tmp_path, {"a.md": post(1, "A review", more=f"{FILM}rating: 7")})
    text = (tmp_path / "publisher.toml").read_text(encoding="utf-8")
    (tmp_path / "publisher.toml").write_text(
        text.replace("[rating]", "[rating]\nmaximum = 10"), encoding="utf-8"
    )
    site = load_site(tmp_path)
    generate(read_posts(site).require_valid().posts, site, NOW)
    said = in_every_format({name: (site.feeds / name).read_bytes() for name in (ATOM, RSS, JSON)})
    assert [entries[0]["stars"] for entries in said] == ["3.5"] * 3
    assert [entries[0]["rating"] for entries in said] == [["7 of 10 butterflies"]] * 3


def test_a_search_is_marked_as_one(tmp_path: Path) -> None:
    """Where the editor gave no link, words and fields both say that the link is a search for the film."""
    more = FILM + "watch:\n  - {service: Vudu, kind: rent}\n  - {service: Kanopy, kind: free}"
    for said in made(tmp_path, more, NOW):
        search, none = said["offers"]
        assert (search["link"], none["link"]) == ("search", "none")
        assert "href" not in none
        shown = f'<a href="{search["href"]}">Fandango at Home</a> (formerly Vudu, search) · US'
        assert f"<li>Rent: {shown}</li>" in said["html"]
        assert "<li>Free: Kanopy · US</li>" in said["html"]


@pytest.mark.parametrize("name", ["Vudu", "vudu", "FandangoNOW", "Fandango at Home", "fandango-at-home"])
def test_a_service_goes_by_its_present_name(tmp_path: Path, name: str) -> None:
    """Whatever the editor called it, readers see the name it has today, and beside it the one it had."""
    for said in made(tmp_path, f"{FILM}watch:\n  - {{service: {name}, kind: rent}}", NOW):
        assert [(o["service"], o["name"]) for o in said["offers"]] == [
            ("fandango-at-home", "Fandango at Home")
        ]
        was = {"vudu": "formerly Vudu, ", "fandangonow": "formerly FandangoNOW, "}.get(name.lower(), "")
        assert f">Fandango at Home</a> ({was}search) · US</li>" in said["html"]


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-11-30T05:59:59+00:00", "from 2026-12-01, until 2026-12-31"),  # the evening before, in Chicago
        ("2026-12-01T05:59:59+00:00", "from 2026-12-01, until 2026-12-31"),
        ("2026-12-01T06:00:00+00:00", "until 2026-12-31"),
        ("2027-01-01T05:59:59+00:00", "until 2026-12-31"),
        ("2027-01-01T06:00:00+00:00", None),
    ],
)
def test_an_offer_comes_and_goes_by_the_sites_clock(tmp_path: Path, now: str, shown: str | None) -> None:
    """A future offer shows its first day, a present one its last, and an ended one is gone from everything."""
    more = f"{FILM}watch:\n  - {{service: Kanopy, kind: free, from: 2026-12-01, until: 2026-12-31}}"
    for said in made(tmp_path, more, datetime.fromisoformat(now)):
        assert len(said["offers"]) == (shown is not None)
        assert ("Where to watch" in said["html"]) == (shown is not None)
        if shown:
            assert f"<li>Free: Kanopy ({shown}) · US</li>" in said["html"]
