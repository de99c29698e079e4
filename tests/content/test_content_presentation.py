"""What stands around a review's text: rating, where to watch, correction, picture; and the same as fields."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from publisher.content import (
    Picture,
    author_fields,
    film_fields,
    film_links,
    is_around,
    picture_fields,
    present,
    rating_fields,
    sparse,
)
from publisher.content.presentation import rating_symbols, shows, whole
from publisher.errors import Refused
from publisher.feeds.vocabulary import letterboxd_rating
from publisher.model import (
    Author,
    Film,
    Offer,
    OfferKind,
    RatingScale,
    Review,
    Terms,
)
from publisher.posts import Post, read_posts

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

    MakeSite = Callable[..., Site]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCALE = RatingScale(
    minimum=Decimal(0),
    maximum=Decimal(5),
    step=Decimal("0.5"),
    unit="butterfly",
    units="butterflies",
    symbol="🦋",
)
FILM = Film(title="Karmalink", ids={})
OFFER = Offer(service="fandango-at-home", name="Fandango at Home", terms=Terms(kind=OfferKind.RENT))
REVIEW = Review(id="1", slug="karmalink", title="A <title> & more", date=NOW, language="en", film=FILM)


@pytest.mark.parametrize(
    ("value", "symbols"),
    [("0", ""), ("0.5", "½"), ("1", "🦋"), ("3.5", "🦋🦋🦋½"), ("5", "🦋" * 5), ("10", "🦋" * 10), ("10.5", ""), ("3.25", ""), ("-1", ""), ("87", "")],
)  # fmt: skip
def test_a_rating_is_drawn_where_a_drawing_says_it(value: str, symbols: str) -> None:
    """One symbol for a whole point and ½ for a half; nothing for quarters, negatives and rows too long to count."""
    assert rating_symbols(Decimal(value), SCALE) == symbols


@pytest.mark.parametrize(
    ("value", "minimum", "maximum", "stars"),
    [("4", "0", "5", "4.0"), ("0", "0", "5", None), ("0.5", "0", "5", "0.5"), ("7", "0", "10", "3.5"), ("87", "0", "100", "4.5"), ("1", "1", "6", None), ("2", "1", "6", "1.0"), ("0", "-5", "5", "2.5"), ("0.2", "0", "5", None)],
)  # fmt: skip
def test_a_rating_is_translated_to_stars(value: str, minimum: str, maximum: str, stars: str | None) -> None:
    """Letterboxd's scale runs from 0.5 to 5.0 in halves; what lies below its first step has no star."""
    scale = replace(SCALE, minimum=Decimal(minimum), maximum=Decimal(maximum))
    assert letterboxd_rating(Decimal(value), scale) == stars


def test_the_parts_stand_in_order(make_site: MakeSite) -> None:
    """Picture, text, rating, where to watch, correction; the text as it is, everything else escaped once."""
    picture = Picture("https://a.example/?x=1&y=2", "image/png", 3, 'A "q" & <b>', "Me & you")
    review = replace(
        REVIEW, rating=Decimal("3.5"), correction="Not <1922>.", updated=datetime(2026, 11, 23, 3, tzinfo=UTC)
    )
    assert whole(review, "<p>Text.</p>", picture, (OFFER,), make_site(), NOW).splitlines() == [
        (
            '<figure><img src="https://a.example/?x=1&amp;y=2" alt="A &quot;q&quot; &amp; &lt;b&gt;">'
            "<figcaption>Me &amp; you</figcaption></figure>"
        ),
        "<p>Text.</p>",
        '<p><strong>Overall rating:</strong> 3.5 of 5 butterflies <span aria-hidden="true">🦋🦋🦋½</span></p>',
        "<p><strong>Where to watch</strong></p>",
        "<ul>",
        "<li>Rent: Fandango at Home</li>",
        "</ul>",
        "<p><strong>Correction (2026-11-22):</strong> Not &lt;1922&gt;.</p>",
    ]


def test_a_picture_is_shown_once(make_site: MakeSite) -> None:
    """Where the text shows it, it is not put above as well; who made it is said all the same."""
    picture = Picture("https://a.example/?x=1&y=2", "image/png", 3, "It", "Me & you", 640, 480)
    text = '<p>Text. <img alt="x" src="https://a.example/?x=1&amp;y=2#top"></p>'
    shown = whole(replace(REVIEW, rating=Decimal(4)), text, picture, (), make_site(), NOW)
    assert shown.splitlines()[:2] == [text, "<p><small>Picture: Me &amp; you</small></p>"]
    assert is_around(shown, text)
    assert whole(REVIEW, text, replace(picture, credit=None), (), make_site(), NOW) == text
    other = replace(picture, url="https://a.example/?x=1&y=3")
    assert whole(REVIEW, text, other, (), make_site(), NOW).splitlines()[0] == (
        '<figure><img src="https://a.example/?x=1&amp;y=3" alt="It" width="640" height="480">'
        "<figcaption>Me &amp; you</figcaption></figure>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<p>Text.</p>",
        '<p><img src="https://a.example/b.png/c"></p>',
        '<p><img src="https://a.example/b.png?c"></p>',
        '<p><img alt="x"> src="https://a.example/b.png"</p>',
        '<p><a title="<img " href="https://a.example/b.png">a</a></p>',
        '<p><a title="<img src=&quot;https://a.example/b.png&quot;" href="https://a.example/">a</a></p>',
        '<video poster="https://a.example/b.png" src="https://a.example/b.png"></video>',
        '<pre><code>&lt;img src="https://a.example/b.png"&gt;</code></pre>',
    ],
)
def test_what_only_looks_like_the_picture_does_not_show_it(text: str) -> None:
    """Another picture, a link to it, and code about it are no picture."""
    assert not shows(text, "https://a.example/b.png")


def test_a_bare_review_is_its_text(make_site: MakeSite) -> None:
    """Nothing is said of what a review does not have."""
    assert whole(REVIEW, "<p>Text.</p>", None, (), make_site(), NOW) == "<p>Text.</p>"


def test_fields_hold_what_is_known_and_nothing_else() -> None:
    """No null, no empty text or list; a zero and a false are values."""
    assert sparse({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False, "g": "x"}) == {
        "e": 0,
        "f": False,
        "g": "x",
    }
    assert film_fields(FILM) == {"title": "Karmalink"}
    assert film_links(FILM) == []
    assert author_fields(Author("desk", "The Night Desk")) == {"name": "The Night Desk"}
    assert picture_fields(Picture("https://a.example/", None, None, "", None)) == {
        "url": "https://a.example/"
    }


def test_identifiers_lead_to_the_pages_of_a_film() -> None:
    """In an order of their own, whatever the editor's, and apart from what is compared with what was announced."""
    film = replace(FILM, ids={"wikidata": "Q206124", "tmdb": "348", "imdb": "tt0078748"})
    assert film_links(film) == [
        "https://www.imdb.com/title/tt0078748/",
        "https://www.themoviedb.org/movie/348",
        "https://www.wikidata.org/wiki/Q206124",
    ]
    assert set(film_fields(film)) == {"title", "ids"}


@pytest.mark.parametrize(("value", "number"), [("4", 4), ("4.0", 4), ("3.5", 3.5), ("0", 0)])
def test_rating_fields_are_numbers_as_people_write_them(value: str, number: float) -> None:
    """A whole rating is a whole number; scale, unit and words come along."""
    fields = rating_fields(Decimal(value), SCALE)
    assert repr(fields["value"]) == repr(number)
    assert (fields["minimum"], fields["maximum"], fields["unit"]) == (0, 5, "butterflies")
    assert fields["text"] == f"{number} of 5 butterflies"


HEAD = "---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: A <title>\ndate: 2022-07-15\n"


def only_post(site: Site) -> Post:
    """Read the one post of a site."""
    (post,) = read_posts(site).require_valid().posts
    return post


def test_the_editors_summary_comes_first(make_site: MakeSite) -> None:
    """The editor's words are kept, on one line; without them the text's beginning serves, then the title."""
    written = make_site({"a.md": f"{HEAD}summary: |\n  Two\n  lines & <more>.\n---\nText."})
    assert present(only_post(written), written, NOW).summary == "Two lines & <more>."
    derived = make_site({"a.md": f"{HEAD}---\nThe *text*."})
    assert present(only_post(derived), derived, NOW).summary == "The text."
    wordless = make_site({"a.md": f"{HEAD}---\n![](/x.png)"})
    assert present(only_post(wordless), wordless, NOW).summary == "A <title>"


def test_a_review_always_has_something_to_show(make_site: MakeSite) -> None:
    """Where sanitising leaves nothing of a text, its summary stands in: formats ask for content."""
    site = make_site({"a.md": f"{HEAD}---\n<script>alert(1)</script>"})
    entry = present(only_post(site), site, NOW)
    assert (entry.summary, entry.html) == ("A <title>", "<p>A &lt;title&gt;</p>")


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("a.png", "a.png"),
        ("a b.png", "a%20b.png"),
        ("a?b#c.png", "a%3Fb%23c.png"),
        ("100%25.png", "100%2525.png"),
        ("ü.PNG", "%C3%BC.PNG"),
        ("v1.2.png", "v1.2.png"),
    ],
)
def test_a_picture_has_its_public_address_type_and_size(make_site: MakeSite, name: str, public: str) -> None:
    """Front matter names a file as the disk does; the public address is percent-encoded."""
    posts = {
        "a.md": f"{HEAD}image:\n  src: 'images/{name}'\n  alt: x\n---\nText.",
        f"images/{name}": b"12345",
    }
    site = make_site(posts)
    picture = present(only_post(site), site, NOW).picture
    assert picture == Picture(f"https://reviews.example/images/{public}", "image/png", 5, "x", None)


def test_a_picture_has_the_size_it_is_shown_in(make_site: MakeSite) -> None:
    """Width and height are read from the file, again when it became another; a wrong beginning has none."""
    site = make_site({"a.md": f"{HEAD}image:\n  src: images/a.png\n  alt: x\n---\nText."})
    file = site.posts / "images" / "a.png"
    file.parent.mkdir()
    for width, height in ((640, 480), (3, 70_000)):
        file.write_bytes(png(width, height))
        picture = present(only_post(site), site, NOW).picture
        assert picture is not None
        assert (picture.width, picture.height) == (width, height)
        assert picture_fields(picture) == {
            "url": "https://reviews.example/images/a.png",
            "mime_type": "image/png",
            "size_in_bytes": len(png(width, height)),
            "width": width,
            "height": height,
            "alt": "x",
        }
        file.unlink()


def png(width: int, height: int) -> bytes:
    """Write the beginning of a PNG file (its specification, 11.2.1)."""
    header = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://cdn.example/a.jpg?width=9.png", "image/jpeg"),
        ("https://cdn.example/a.WEBP", "image/webp"),
        ("https://cdn.example/a.b/c", None),
        ("https://cdn.example", None),
        ("HTTPS://cdn.example/a.png#top", "image/png"),
    ],
)
def test_a_picture_elsewhere_has_the_type_that_its_address_tells(
    make_site: MakeSite, address: str, kind: str | None
) -> None:
    """Nothing is fetched: size is not known, and type only where the path says it."""
    site = make_site({"a.md": f"{HEAD}image:\n  src: '{address}'\n  alt: x\n---\nText."})
    assert present(only_post(site), site, NOW).picture == Picture(address, kind, None, "x", None)


def test_a_picture_that_went_since_it_was_checked_stops_the_run(make_site: MakeSite) -> None:
    """The message names the picture and its post."""
    posts = {"a.md": f"{HEAD}image:\n  src: images/a.png\n  alt: x\n---\nText.", "images/a.png": b"1"}
    site = make_site(posts)
    post = only_post(site)
    (site.posts / "images" / "a.png").unlink()
    with pytest.raises(Refused, match=r"images/a\.png, the picture of posts/a\.md, cannot be read any more"):
        present(post, site, NOW)
