"""Whatever an editor pastes, what comes out is safe in anybody's page and fits into XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from publisher.content.entry import local_address
from publisher.content.html import _LISTS, render
from publisher.site import ImageFolder

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://reviews.example/reviews/karmalink/"
# The HTML standard's attributes that hold addresses, as far as any element may carry them here or might by mistake.
ADDRESSES = {
    *(
        "action",
        "background",
        "cite",
        "codebase",
        "data",
        "formaction",
        "href",
        "longdesc",
        "manifest",
        "ping",
    ),
    *("poster", "profile", "src", "usemap", "xlink:href"),
}
# XML 1.0, section 2.2.
XML_TEXT = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")

FRAGMENTS = (
    *(
        "<script>",
        "</script>",
        "<ScRiPt src=//x>",
        "<style>",
        "</style>",
        "<iframe src='javascript:1'>",
        "<svg>",
    ),
    *(
        "</svg>",
        "<math>",
        "<mi xlink:href='data:x,<script>alert(1)</script>'>",
        "<annotation-xml encoding='text/html'>",
    ),
    *(
        "<a href=javascript:alert(1)>",
        "<a href=' &#14; java\tscript:x'>",
        "<a href='vbscript:x'>",
        "<a href='data:x'>",
    ),
    *(
        "<a href='//evil.example'>",
        "<a href='https:x'>",
        "<a href='http:/x'>",
        "<a href='https:\\\\evil.example\\x'>",
    ),
    *(
        "<a href='/x'>",
        "<a href='#f'>",
        "<a href='?q'>",
        "<a href=''>",
        "<a href='https://[x'>",
        "<a href='x:y'>",
    ),
    *(
        "<a href='mailto:a@b.c'>",
        "<img src='mailto:a@b.c'>",
        "<a href='http://'>",
        "<a href='https://a b/c d'>",
    ),
    *(
        "<img src=x onerror=alert(1)>",
        "<img srcset='a 1x, javascript:alert(1) 2x'>",
        "<img srcset='data:,x 1x,b'>",
    ),
    *(
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
        "<img alt=']]>' title='<!--'>",
        "<video poster='p'>",
    ),
    *("<del cite='javascript:x'>", "<q cite='x'>", "<blockquote cite='data:x'>", "<ins cite='vbscript:x'>"),
    *(
        "<p onclick=x style='a:url(javascript:1)' class=x id=y>",
        "</p>",
        "<div>",
        "</div>",
        "<table><tr><td>",
        "</table>",
    ),
    *(
        "<template>",
        "<noscript>",
        "<textarea>",
        "<title>",
        "<plaintext>",
        "<xmp>",
        "<select><option>",
        "<form action=x>",
    ),
    *(
        "<base href='https://evil.example/'>",
        "<link rel=stylesheet href=x>",
        "<meta http-equiv=refresh content='0;x'>",
    ),
    *(
        "<object data=x>",
        "<embed src=x>",
        "<input formaction='javascript:x'>",
        "<body onload=x>",
        "<a ping=x href=y>",
    ),
    *(
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?xml ?>",
        "<!DOCTYPE x>",
        "&",
        "&lt;",
        "&nbsp;",
        "&#11;",
        "&#xFFFE;",
        "&#0;",
    ),
    *(
        "\x01",
        "\x0b",
        "\x7f",
        "\ufffe",
        "\uffff",
        "\u2028",
        "\x85",
        "\r",
        "\r\n",
        "\n\n",
        "\n",
        "\t",
        " ",
        "\u202e",
    ),
    *(
        "[x](javascript:alert)",
        "[x](<java script:x>)",
        "![x](//y)",
        "<javascript:alert(1)>",
        "[r]: data:x\n\n[r]",
    ),
    *(
        "`",
        "```\n",
        "> ",
        "- ",
        "| a |\n|---|\n",
        "[^1]",
        "\n[^1]: note\n",
        "~~",
        "**",
        "\\",
        "'",
        '"',
        "=",
        "<",
        ">",
    ),
    *("word", "तुम्", "🦋", "a&#58;b", "&colon;", "&Tab;", "<", "</", "/>"),
)
SOUP = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=14).map("".join)


def shown(markdown: str) -> str:
    """Render a text of a site without pictures of its own."""
    return render(markdown, BASE, lambda _: None)


def elements(rendered: str) -> list[html.HtmlElement]:
    """Parse HTML as a page would show it."""
    return [e for e in html.document_fromstring(f"<div>{rendered}</div>").iter() if isinstance(e.tag, str)]


def srcset_addresses(value: str) -> list[str]:
    """List the addresses of a srcset as this room writes it: candidates parted by a comma and a space."""
    return [candidate.split(" ")[0] for candidate in value.split(", ")]


def is_absolute(address: str) -> bool:
    """Tell whether an address leads to the same place from anywhere."""
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


@settings(max_examples=300, deadline=None)
@given(SOUP)
@example("<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>")
@example(
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
)
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example("<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>")
@example("<a href='\x01javascript:alert(1)'>x</a><a href='jav\nascript:alert(1)'>y</a>")
def test_nothing_dangerous_comes_through(markdown: str) -> None:
    """No element, attribute or address that could run, load or mislead is left in what is shown."""
    rendered = shown(markdown)
    for element in elements(rendered):
        assert element.tag in _LISTS["tags"] | {"html", "body", "div"}
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert name not in {"style", "srcdoc"}
            if name in ADDRESSES:
                assert is_absolute(value) or (element.tag == "a" and value.startswith("mailto:")), value
            if name == "srcset":
                assert all(is_absolute(address) for address in srcset_addresses(value)), value


@settings(max_examples=300, deadline=None)
@given(SOUP)
def test_the_result_fits_into_xml(markdown: str) -> None:
    """Every character is one that XML may hold, and neither escaping nor a CDATA section changes the text."""
    rendered = shown(markdown)
    assert XML_TEXT.fullmatch(rendered)
    assert "]]>" not in rendered
    assert "\r" not in rendered
    element = etree.Element("content")
    element.text = rendered
    assert (etree.fromstring(etree.tostring(element, encoding="UTF-8")).text or "") == rendered
    element.text = etree.CDATA(rendered)
    assert (etree.fromstring(etree.tostring(element, encoding="UTF-8")).text or "") == rendered


@settings(max_examples=300, deadline=None)
@given(SOUP)
def test_sanitising_again_changes_nothing(markdown: str) -> None:
    """What came out is already what the sanitiser would make of it: no second reader sees another page."""
    rendered = shown(markdown)
    assert nh3.clean(rendered, **_LISTS).strip() == rendered


LATIN = st.lists(
    st.sampled_from(FRAGMENTS) | st.text("\x80\x85\x9f\xa0«·»¿é<>&\"'/ a", max_size=6), max_size=12
).map("".join)


@settings(max_examples=300)
@given(LATIN)
@example("![«·»](caf·é.png '¿\xa0?') <a href='/¿'>\x85</a> <b\xa0c='«'>")
@example("\xa0a\x85")
def test_a_long_text_comes_out_as_a_short_one_does(markdown: str) -> None:
    """Stand-ins for the characters that nh3 is slow with are seen neither in the result nor by who finds pictures."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("publisher.content.html.plain_html", lambda *_: None)
        short = render(markdown, BASE, seen.append)
        among_short, seen[:] = list(seen), []
        patch.setattr("publisher.content.html._LONG", -1)
        long = render(markdown, BASE, seen.append)

    assert long == short
    assert seen == among_short


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("../x?a=1&b=2#c", "https://reviews.example/reviews/x?a=1&b=2#c"),
        ("/x", "https://reviews.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("#there", f"{BASE}#there"),
        ("?q", f"{BASE}?q"),
        ("", BASE),
        ("https:odd", f"{BASE}odd"),
        ("\\\\other.example\\x?a\\b", "https://other.example/x?a\\b"),
        ("HTTPS://Other.example/X", "https://Other.example/X"),
        (" https://other.example/a b\t", "https://other.example/a%20b"),
        ("http://other.example", "http://other.example"),
        ("mailto:desk@reviews.example", "mailto:desk@reviews.example"),
        ("http:/half", None),
        ("http://", None),
        ("https://[half", None),
        ("javascript:alert(1)", None),
        ("JaVa&Tab;Script&colon;alert(1)", None),
        ("&#1;javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("file:///etc/passwd", None),
        ("tel:123", None),
    ],
)
def test_every_address_is_absolute_and_of_a_safe_kind(written: str, expected: str | None) -> None:
    """Relative addresses are read against the review's own, as a browser would; what is not web or mail goes."""
    (link,) = [e for e in elements(shown(f'<a href="{written}">x</a>')) if e.tag == "a"]
    assert link.get("href") == expected


@pytest.mark.parametrize(
    "written",
    [
        '<img src="{}">',
        '<video src="{}"></video>',
        '<video poster="{}"></video>',
        '<audio src="{}"></audio>',
        '<video><source src="{}"><track src="{}"></video>',
        '<blockquote cite="{}">x</blockquote>',
        '<q cite="{}">x</q>',
        '<del cite="{}">x</del>',
        '<ins cite="{}">x</ins>',
    ],
)
def test_no_attribute_with_an_address_is_forgotten(written: str) -> None:
    """Each is made absolute where it is relative, and dropped where it is dangerous or mail."""
    assert written.replace("{}", f"{BASE}x.y") in shown(written.replace("{}", "x.y"))
    for dangerous in ("javascript:alert(1)", "data:image/svg+xml,x", "mailto:a@b.example"):
        assert dangerous not in shown(written.replace("{}", dangerous))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.jpg", f"{BASE}a.jpg"),
        ("a.jpg 1x, b.jpg 2x", f"{BASE}a.jpg 1x, {BASE}b.jpg 2x"),
        ("a.jpg 1x,b.jpg 2x", f"{BASE}a.jpg 1x, {BASE}b.jpg 2x"),
        ("a.jpg, b.jpg 1.5x", f"{BASE}a.jpg, {BASE}b.jpg 1.5x"),
        ("\n a.jpg\t100w ,\n b.jpg 200w\n", f"{BASE}a.jpg 100w, {BASE}b.jpg 200w"),
        (",, a.jpg 1x,", f"{BASE}a.jpg 1x"),
        # A comma within an address is part of it: only one at its end parts two candidates.
        ("/w=1,h=2/a.jpg 1x, /w=2,h=4/a.jpg 2x", "https://reviews.example/w=1,h=2/a.jpg 1x, https://reviews.example/w=2,h=4/a.jpg 2x"),
        ("a,b.jpg", f"{BASE}a,b.jpg"),
        ("https://cdn.example/f_auto,q_80/a.jpg 2x", "https://cdn.example/f_auto,q_80/a.jpg 2x"),
        ("//cdn.example/a.jpg 1x", "https://cdn.example/a.jpg 1x"),
        ("data:image/png;base64,AA 1x, b.jpg 2x", f"{BASE}b.jpg 2x"),
        ("javascript:alert(1) 1x", None),
        ("a.jpg 1q, b.jpg 2x", f"{BASE}b.jpg 2x"),
        ("", None),
        (",", None),
    ],
)  # fmt: skip
def test_a_srcset_is_read_as_the_standard_says(written: str, expected: str | None) -> None:
    """Candidates are parted as in the HTML standard, 4.8.4.2.1, each made absolute, the bad ones dropped."""
    (image,) = [e for e in elements(shown(f'<img srcset="{written}">')) if e.tag == "img"]
    assert image.get("srcset") == expected


@pytest.fixture
def images(tmp_path: Path) -> ImageFolder:
    """Make a folder of pictures with odd names, below that of the posts."""
    folder = tmp_path / "posts" / "images"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.png", "a b&c.png", "ü.png", "100%.png", "a?b#c.png", "deep/d.png"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "posts" / "other.md").write_text("x", encoding="utf-8")
    return ImageFolder(folder, "https://cdn.example/pictures/")


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("images/a.png", "a.png"),
        ("./images/../images/a.png", "a.png"),
        ("images/deep/d.png", "deep/d.png"),
        ("images/a%20b&amp;c.png", "a%20b%26c.png"),
        ("images/a b&amp;c.png", "a%20b%26c.png"),
        ("images/ü.png", "%C3%BC.png"),
        ("images/100%25.png", "100%25.png"),
        ("images/a%3Fb%23c.png", "a%3Fb%23c.png"),
        ("images/a.png?width=100#top", "a.png?width=100#top"),
    ],
)
def test_a_picture_of_the_sites_own_is_found_where_the_public_finds_it(
    images: ImageFolder, written: str, public: str
) -> None:
    """A file of the image folder, named relative to the post, gets its public address, percent-encoded."""
    post = images.directory.parent / "karmalink.md"
    rendered = render(
        f'<img src="{written}" srcset="{written.replace(" ", "%20")} 2x">',
        BASE,
        lambda a: local_address(a, post, images),
    )
    (image,) = [e for e in elements(rendered) if e.tag == "img"]
    assert image.get("src") == f"https://cdn.example/pictures/{public}"
    assert image.get("srcset") == f"https://cdn.example/pictures/{public} 2x"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "other.md",
            "images",
            "images/",
            "images/deep",
            "images/none.png",
            "../images/a.png",
            "../../../etc/passwd",
            "",
        ),
        *(
            "/images/a.png",
            "//images/a.png",
            "https://x.example/images/a.png",
            "#images/a.png",
            "?images/a.png",
        ),
        *("images/%00.png", "images/..%2f..%2fother.md", "x" * 5000, "images\\a.png", "mailto:images/a.png"),
    ],
)
def test_everything_else_is_no_picture_of_the_site(images: ImageFolder, address: str) -> None:
    """Posts, folders, missing files and addresses elsewhere are left to be read against the review's address."""
    assert local_address(address, images.directory.parent / "karmalink.md", images) is None


def test_a_site_without_pictures_has_none_of_its_own(tmp_path: Path) -> None:
    """Without an [images] table every relative address is the review's."""
    assert local_address("images/a.png", tmp_path / "karmalink.md", None) is None


def test_a_link_to_a_post_beside_the_pictures_is_left_alone(tmp_path: Path) -> None:
    """Where pictures and posts share a folder, only files of it are mapped."""
    (tmp_path / "a.png").write_bytes(b"x")
    folder = ImageFolder(tmp_path, "https://cdn.example/")
    post = tmp_path / "karmalink.md"
    assert local_address("the-host/", post, folder) is None
    assert local_address("a.png", post, folder) == "https://cdn.example/a.png"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("1 < 2 & 3 ]]>", "<p>1 &lt; 2 &amp; 3 ]]&gt;</p>"),
        ("a\r\nb\r\rc&#13;d", "<p>a\nb</p>\n<p>c\nd</p>"),
        ("<div><i>open", "<div><i>open</i></div>"),
        ("~~gone~~", "<p><del>gone</del></p>"),
        ("<script>alert(1)</script>", ""),
        ("a&#11;b", "<p>a\ufffdb</p>"),
        ("<p lang=hi dir=ltr>नमस्ते</p>", '<p lang="hi" dir="ltr">नमस्ते</p>'),
        ("<p class=evil>x</p>", "<p>x</p>"),
        (
            "<a href='https://a.example/' target=_blank rel=me>x</a>",
            '<p><a href="https://a.example/">x</a></p>',
        ),
    ],
)
def test_texts_come_out_as_written(markdown: str, expected: str) -> None:
    """Markup that is not meant is escaped once, what is open is closed, what is harmless stays."""
    assert shown(markdown) == expected


def test_a_footnote_leads_to_the_page_and_back_to_its_number() -> None:
    """Fragments are absolute: a reader's page has ids of its own."""
    rendered = shown("A claim.[^why]\n\n[^why]: A reason.")
    assert f'<sup class="footnote-reference"><a href="{BASE}#why">1</a></sup>' in rendered
    assert '<div class="footnote-definition" id="why">' in rendered


def test_a_text_that_never_settles_is_shown_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were sanitising to change its own result for ever, readers would get the words without any markup."""
    monkeypatch.setattr("publisher.content.html._ROUNDS", 0)
    assert shown("1 < 2 *and* [more](x)") == "<p>1 &lt; 2 and more</p>"


@pytest.mark.parametrize(
    ("markdown", "name", "link"),
    [
        ("Said.[^why]\n\n[^why]: Because.", "r1-why", "#r1-why"),
        ("Said.[^é]\n\n[^é]: Because.", "r1-é", "#r1-é"),
        ("<h2 id=cast>Cast</h2>\n\n[Who?](#cast)", "r1-cast", "#r1-cast"),
        ("<h2 ID='the cast'>Cast</h2>\n\n[Who?](#the%20cast)", "r1-the cast", "#r1-the%20cast"),
        ('<a href="#x">there</a>\n\n<p id="x">', "r1-x", "#r1-x"),
    ],
)
def test_names_within_a_text_are_the_reviews_own(markdown: str, name: str, link: str) -> None:
    """One page may show many reviews: footnotes of two do not lead to each other, and links find what they did."""
    rendered = render(markdown, BASE, lambda _: None, name="r1")
    assert [e.get("id") for e in elements(rendered) if e.get("id")] == [name]
    assert [e.get("href") for e in elements(rendered) if e.get("href")] == [BASE + link]


def test_a_link_to_what_stands_elsewhere_on_the_page_stays() -> None:
    """The page that shows the review has more than its text: only what the text names was named anew."""
    rendered = render('[Comments](#comments) id="comment"', BASE, lambda _: None, name="r1")
    assert f'href="{BASE}#comments"' in rendered


def test_the_headers_of_a_cell_are_found() -> None:
    """Attributes that refer to names follow them."""
    markdown = '<table><tr><th id="a">A</th><th id="b">B</th></tr><tr><td headers="a  b">x</td></tr></table>'
    rendered = render(markdown, BASE, lambda _: None, name="r1")
    assert '<th id="r1-a">' in rendered
    assert '<td headers="r1-a r1-b">' in rendered


@settings(max_examples=200)
@given(SOUP)
def test_naming_changes_nothing_but_names(markdown: str) -> None:
    """Without their names, the text of a review is the same under any."""

    def nameless(name: str) -> list[tuple[object, str | None, list[tuple[str, str]]]]:
        rendered = render(markdown, BASE, lambda _: None, name=name)
        return [
            (e.tag, e.text, [(k, v) for k, v in e.items() if k not in {"id", "headers"} and "#" not in v])
            for e in elements(rendered)
        ]

    assert nameless("r1") == nameless("")
