"""Rules for the text of a review: what each of them says, where the caret stands, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.diagnostics import Diagnostic, Report, Source, Span
from publisher.diagnostics.masking import masked_line
from publisher.posts import prose
from publisher.posts.checking import Place
from publisher.posts.passages import Prose
from publisher.posts.prose import check_prose, review_links
from publisher.site import Site, load_site

MakeSite = Callable[..., Site]
GOLDEN = Path(__file__).parent / "golden"
SITE = load_site(GOLDEN)
HEAD = "---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: 映🦋\ndate: 2022-07-15\nauthor: desk\n---\n"


def examined(text: str, site: Site = SITE, head: str = HEAD) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """Check a text in the file of a post, and see that every fault lies within it."""
    report = Report(Source("x.md", head + text))
    span = Span(len(head), len(head + text))
    keys = check_prose(span, Place(site.posts / "x.md", site, None), report)
    begins = report.source.position(span.start)
    for fault in report.diagnostics:
        assert (fault.line, fault.column) >= begins
        assert fault.excerpt == masked_line(report.source.line(fault.line))
        assert 1 <= fault.column <= len(fault.excerpt) + 1
    return keys, report.diagnostics


def found(text: str, site: Site = SITE, head: str = HEAD) -> list[tuple[str, str]]:
    """List the code of each fault with what stands above its caret."""
    return [(fault.code, under_caret(fault)) for fault in examined(text, site, head)[1]]


def under_caret(fault: Diagnostic) -> str:
    """Return the characters at fault."""
    assert fault.excerpt is not None
    return fault.excerpt[fault.column - 1 :][: fault.width]


# Each is the text of one link, and the code it earns.
ADDRESSES = {
    "https://example.org": None,
    "HTTPS://Example.ORG:8443/a?b=c&d#e": None,
    "http://sub.example.co.uk/%20": None,
    "https://bücher.example/ü?ü#ü": None,
    "https://xn--bcher-kva.example/": None,
    "https://🦋.example/": None,
    "https://192.0.2.1/x": None,
    "https://a_b.example/": None,
    "https://intranet/x": None,
    "https://example.org/(a)[b]{c}|d^e`f~'g\"": None,
    "https://ex%61mple.org/": None,
    "mailto:desk@example.org": None,
    "mailto:a@example.org,b@example.org?subject=x y": None,
    "mailto:?body=https://example.org/": None,
    "MAILTO:desk@example.org": None,
    "/": None,
    "/about/": None,
    "/a b": None,
    "/reviews/karma:link/": None,
    "#": None,
    "#a b": None,
    "images/moth.png": None,
    "./images/../images/mo%74h.png?x#y": None,
    "javascript:alert(1)": "link-scheme",
    "JaVaScRiPt:x": "link-scheme",
    "data:text/html,x": "link-scheme",
    "vbscript:x": "link-scheme",
    "file:///x": "link-scheme",
    "ftp://example.org/": "link-scheme",
    "tel:+1": "link-scheme",
    "feed:https://example.org/": "link-scheme",
    "htps://example.org": "link-scheme",
    "example.org:80/x": "link-scheme",
    "c:\\x": "link-scheme",
    "http:": "link-invalid",
    "http://": "link-invalid",
    "https:///x": "link-invalid",
    "http:/example.org": "link-invalid",
    "https:example.org": "link-invalid",
    "http//example.org": "link-invalid",
    "https;//example.org": "link-invalid",
    "https:\\\\": "link-invalid",
    "https://[x": "link-invalid",
    "https://exa mple.org/": "link-invalid",
    "https://exa<mple.org/": "link-invalid",
    "https://example.org:x/": "link-invalid",
    "https://example.org:0/": "link-invalid",
    "https://example.org:65536/": "link-invalid",
    "https://example.org:" + "9" * 5000: "link-invalid",
    "https://1.2.3.4.5/": "link-invalid",
    "https://xn--a/": "link-invalid",
    "https://.../": "link-invalid",
    "https://desk@example.org/": "link-invalid",
    "https://http://example.org/": "link-invalid",
    "http://localhost:8000/x": "link-invalid",
    "https://127.0.0.1": "link-invalid",
    "https://example.org/" + "x" * 3000: "link-invalid",
    "https://example.org/\u200bx": "link-invalid",
    "https://example.org/\u00a0": "link-invalid",
    "mailto:": "link-invalid",
    "mailto:desk": "link-invalid",
    "mailto:desk,desk@example.org": "link-invalid",
    "//": "link-invalid",
    "///x": "link-invalid",
    "//exa mple.org": "link-invalid",
    "//example.org/x": "link-relative",
    "\\\\example.org\\x": "link-relative",
    "x": "link-relative",
    "x.html#y": "link-relative",
    "../x/": "link-relative",
    "./": "link-relative",
    "?x": "link-relative",
    "http": "link-relative",
    "desk@example.org": "link-relative",
    "www.example.org": "link-relative",
    "images/": "link-relative",
    "images/Moth.png": "link-relative",
}  # fmt: skip


def in_markdown(address: str) -> str:
    """Write an address between < and > as Markdown wants it."""
    return "".join(f"\\{char}" if char in "<>\\" else char for char in address)


@pytest.mark.parametrize(("address", "code"), ADDRESSES.items(), ids=[a[:40] for a in ADDRESSES])
def test_a_link_says_where_it_leads(address: str, code: str | None) -> None:
    """One that readers can follow earns nothing, any other its code, once, with the caret under the address."""
    written = in_markdown(address)

    expected = [(code, masked_line(written))] if code else []
    assert found(f"映 [x](<{written}>) 映") == expected
    assert found(f"映 [x][r] 映 [y][r]\n\n[r]: <{written}>\n") == expected


@pytest.mark.parametrize(("address", "code"), ADDRESSES.items(), ids=[a[:40] for a in ADDRESSES])
def test_a_link_in_html_is_judged_as_one_in_markdown(address: str, code: str | None) -> None:
    """Characters that only Markdown percent-encodes are encoded by browsers, too."""
    written = address.replace("&", "&amp;").replace('"', "&quot;")

    assert found(f'映 <a href="{written}">x</a> 映') == ([(code, masked_line(written))] if code else [])


def test_a_link_without_an_address_leads_nowhere() -> None:
    """In Markdown, by name and in HTML."""
    assert found("[x]() [y](<>) <a href=''>z</a> <a href>z</a>") == [
        ("link-invalid", "()"),
        ("link-invalid", "(<>)"),
        ("link-invalid", "<a href=''>"),
        ("link-invalid", "href"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "java&#10;script:x",
        "java&Tab;script:x",
        "&#106;avascript&colon;x",
        " \tjavascript:x",
        "javascript\n:x",
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(written: str) -> None:
    """References are resolved, and what a browser drops hides nothing."""
    ((code, at_caret),) = found(f'<a href="{written}">x</a>')

    assert code == "link-scheme"
    assert written.startswith(at_caret)


@pytest.mark.parametrize(
    "text",
    [
        "[one](tel:1)",
        "[one](  tel:1  'title')",
        '[one](<tel:1> "title")',
        "[one](\ntel:1\n)",
        "![one](tel:1)",
        "[![one](/x.png)](tel:1)",
        "[*one* `](x)` \\](y) ![](/x.png)](tel:1)",
        "<tel:1>",
        "[one][]\n\n[one]: tel:1",
        "[one]\n\n[ONE]:\n<tel:1>\n'title'",
        "[one][a\nb]\n\n    [a b]: tel:2\n\n[A  B]: tel:1",
        '<a title="tel" href="tel:1">x</a>',
        "<a href=tel:1>x</a>",
        "<A\n HREF = 'tel:1'\n title=x>x</A>",
        '<img srcset="/x.png 1x, tel:1 2x" alt="">',
        "<blockquote cite='tel:1'>\n\nx\n\n</blockquote>",
        "<video controls poster=/x.png src=tel:1>x</video>",
    ],
)
@pytest.mark.parametrize(
    "frame",
    ["{}", "映🦋é {}", "- {}", "> 映 {}", "1. > - {}", "映🦋\n\n\n{}", "[^1]\n\n[^1]: {}", "é\n\n## {}", "*{}*", "~~{}~~"],
)  # fmt: skip
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_caret_stands_under_the_address(text: str, frame: str, line_end: str) -> None:
    """Wherever a link stands, and whatever stands before it."""
    indent = {"> 映 {}": "> ", "1. > - {}": "   >   ", "- {}": "  ", "[^1]\n\n[^1]: {}": "    "}.get(
        frame, ""
    )
    if "## " in frame or "*{}*" in frame or "~~" in frame:
        text = text if "\n" not in text else "<tel:1>"
    whole = frame.format(text.replace("\n", "\n" + indent)).replace("\n", line_end)

    faults = [fault for fault in examined(whole)[1] if fault.code == "link-scheme"]

    assert [under_caret(fault) for fault in faults] == ["tel:1"]


def test_the_caret_stands_under_an_address_in_a_table() -> None:
    """Cells are parted by a sign that may be escaped in an address."""
    assert found("| 映 | b |\n|---|---|\n| 映 | [x](tel:1\\|2) |\n| <a href='tel:3'>y</a> | |\n") == [
        ("link-scheme", "tel:1\\|2"),
        ("link-scheme", "tel:3"),
    ]


def test_a_definition_is_named_once_however_often_it_is_used() -> None:
    """It is to be mended once; one that is not used earns nothing, for readers never see it."""
    text = "[a] [b][a] [A][] ![c][a] [d]\n\n[a]: tel:1\n[b]: tel:2\n\n> [d]: tel:3\n"

    assert found(text) == [("link-scheme", "tel:1"), ("link-scheme", "tel:3")]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[x](https://example.org/a b)", "https://example.org/a b"),
        ("[x](/a b 'title')", "/a b 'title'"),
        ("[x](www.example.org/a b)", "www.example.org/a b"),
        ("[x](https://example.org/a_(b)", "https://example.org/a_(b"),
        ("![x](images/a b.png)", "images/a b.png"),
        ("![](a b)", "a b"),
        ("[*x* `y`](https://example.org/ b)", "https://example.org/ b"),
    ],
)
def test_a_link_that_is_none_because_of_its_address_is_found(text: str, address: str) -> None:
    """Readers would see its brackets."""
    assert found(f"映 {text} 映") == [("link-invalid", address)]


@pytest.mark.parametrize(
    "text",
    [
        "[sic] (see https://example.org/a b)",
        "[x](see above)",
        "f[x](a b)",
        "\\[x](https://example.org/a b)",
        "`[x](https://example.org/a b)`",
        "[x] [y] (z)",
        "    ![x](a b)",
        "[x](y",
        "![x]",
        "[x][y] and [ ] to do (or not)",
    ],
)
def test_brackets_that_are_only_brackets_are_left_alone(text: str) -> None:
    """People write them, too, and parentheses after them."""
    assert found(text) == []


def test_messages_say_where_a_relative_link_leads_and_what_to_write(make_site: MakeSite) -> None:
    """Also to which post's address, whatever its slug and however addresses are made."""
    other = HEAD.replace("title: 映🦋", "title: K\nslug: its-own").replace("2022-07-15", "2021-02-03T01:00Z")
    site = replace(
        make_site({"other.md": other + "x", "broken.md": "---\nslug: [\n---\nx"}), permalink="/{year}/{slug}/"
    )
    # In Chicago it is still the day before; a post with faults elsewhere is found as well.
    (one, two, three) = examined("[a](other.md?x#y) [b](./broken.md) [c](../other)", site)[1]

    assert one.label == "readers are led to https://reviews.example/2022/x/other.md?x#y"
    assert one.help == "write /2021/its-own/?x#y, where the review in posts/other.md is found"
    assert two.help == "write the whole address, or one that begins with a / at the root of the site"
    assert three.label == "readers are led to https://reviews.example/2022/other"
    assert three.help == "write /2021/its-own/, where the review in posts/other.md is found"


@pytest.mark.parametrize("head", ["", "---\n", HEAD.replace("2022-07-15", "soon"), HEAD.replace("---\n", "")])
def test_where_the_review_will_be_is_left_open_when_nobody_knows(head: str, make_site: MakeSite) -> None:
    """Front matter may be broken, or lack what addresses are made of."""
    site = replace(make_site(), permalink="/{year}/{id}/{slug}/")

    ((fault,),) = [examined("[a](b)", site, head)[1]]
    assert (fault.code, fault.label) == ("link-relative", None)


PICTURES = [
    ("images/moth.png", None),
    ("./images//moth.png?x", None),
    ("images/%6Doth.png", None),
    ("/elsewhere/x.png", None),
    ("https://example.org/x.png", None),
    ("images/Moth.png", "text-image-missing"),
    ("images/moth.PNG", "text-image-missing"),
    ("IMAGES/moth.png", "text-image-missing"),
    ("images/moht.png", "text-image-missing"),
    ("moth.png", "text-image-missing"),
    ("images", "text-image-missing"),
    ("images/moth.png/x", "text-image-missing"),
    ("../golden/prose-good-html.md", "text-image-missing"),
    ("../../../../../../../../../etc/passwd", "text-image-missing"),
    ("images/" + "x" * 5000 + ".png", "text-image-missing"),
    ("images/%00.png", "text-image-missing"),
    ("images/torn.png", "image-dimensions"),
    ("images/moth.tiff", "image-dimensions"),
    ("mailto:desk@example.org", "link-invalid"),
    ("data:image/png;base64,AAAA", "link-scheme"),
    ("//example.org/x.png", "link-relative"),
]


@pytest.mark.parametrize(("address", "code"), PICTURES, ids=[address[:40] for address, _ in PICTURES])
def test_a_picture_is_a_file_of_the_site_or_elsewhere_on_the_web(address: str, code: str | None) -> None:
    """In Markdown and in HTML; sizes are read for what stands in the text, not for versions of it."""
    expected = [(code, address)] if code else []

    assert found(f"映 ![x](<{address}>)") == expected
    assert found(f"映 <img alt='' src='{address}'>") == expected
    if code != "image-dimensions":
        assert found(f"映 <img alt='' src='/x' srcset='{address} 2x'>") == expected
        assert found(f"映 <video src='/x' poster='{address}'></video>") == expected


def test_the_message_of_a_missing_picture_names_the_one_that_is_meant(make_site: MakeSite) -> None:
    """Among the files of its folder, by name, whatever its ending; written as an address is."""
    site = make_site()
    images = site.posts / "images"
    (images / "stills").mkdir(parents=True)
    for name in ("kár malink.png", "stills/treasure map.jpg", "stills/treasure map.txt", "a.png"):
        (images / name).write_bytes(b"x")
    faults = examined(
        "![x](images/k%C3%A1r-malink.jpg) ![x](images/stills/Treasure-map.png) ![x](images/b.png)", site
    )[1]

    assert [fault.label for fault in faults] == [
        "did you mean images/kár%20malink.png?",
        "did you mean images/stills/treasure%20map.jpg?",
        None,
    ]
    assert faults[2].help == "paths are relative to the post, as in images/karmalink.png"


def test_a_disk_that_takes_no_notice_of_case_makes_no_difference(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that only such a disk finds is missing for every reader."""
    site = make_site()
    (site.posts / "images").mkdir()
    shutil.copy(GOLDEN / "images/moth.png", site.posts / "images/moth.png")
    exists, isfile = os.path.exists, os.path.isfile
    monkeypatch.setattr(os.path, "exists", lambda path: exists(str(path).lower()))
    monkeypatch.setattr(os.path, "isfile", lambda path: isfile(str(path).lower()))

    assert found("![x](images/moth.png)", site) == []
    assert found("![x](images/Moth.png)", site) == [("text-image-missing", "images/Moth.png")]


def test_without_a_folder_of_pictures_a_relative_one_leads_nowhere_certain(make_site: MakeSite) -> None:
    """The message tells of the [images] table."""
    (fault,) = examined("![x](images/moth.png)", replace(make_site(), images=None))[1]

    assert fault.code == "link-relative"
    assert fault.help is not None
    assert "[images]" in fault.help


@pytest.mark.parametrize(
    ("text", "at_fault"),
    [
        ("![](/x.png)", "![]"),
        ("![ ](/x.png 'title')", "![ ]"),
        ("[![](/x.png)](/y)", "![]"),
        ("![][r]\n\n[r]: /x.png", "![]"),
        ("<img src='/x.png'>", "<img src='/x.png'>"),
        ("<IMG src='/x.png' title='x'/>", "<IMG src='/x.png' title='x'/>"),
        ("![x](/x.png)", None),
        ("![`x`](/x.png)", None),
        ("![*x*](/x.png)", None),
        ("![![x](/y)](/x.png)", None),
        ("<img src='/x.png' alt=''>", None),
        ("<img src='/x.png' alt>", None),
    ],
)
def test_a_picture_has_words_for_readers_who_cannot_see_it(text: str, at_fault: str | None) -> None:
    """In HTML, an empty `alt` says that it is there for decoration."""
    assert found(text) == ([("image-alt", at_fault)] if at_fault else [])


@pytest.mark.parametrize(
    ("text", "at_fault"),
    [
        ("## a\n\n### b\n\n#### c\n\n## d", []),
        ("# a\n\n## b", []),
        ("a\n===\n\nb\n---\n\n### c", []),
        ("### a", ["###"]),
        ("a\n\n#### b\n\n#### c\n\n## d\n\n#### e", ["####", "####"]),
        ("  ### 映 ###", ["###"]),
        ("> ###### a", ["######"]),
        ("- ## a\n- #### b", ["####"]),
        ("<h3>a</h3>", ["<h3>"]),
        ("## a\n\n<H4 id=x>b</H4>\n\n#### c", ["<H4 id=x>"]),
        ("<h2>a</h2>\n\n### b", []),
        ("`<h3>`\n\n    ### a\n\n\\### b", []),
    ],
)
def test_headings_skip_no_level(text: str, at_fault: list[str]) -> None:
    """The title is the first; each may go one level further than the one before, and up as far as it likes."""
    assert found(text) == [("heading-skipped", heading) for heading in at_fault]


@pytest.mark.parametrize(
    ("text", "at_fault"),
    [
        ("<b>x</b> <br> <hr/> <p>x <li>y <img alt='' src='/x'>", []),
        ("<div>\n\n<b>x</b>\n\n</div>", []),
        ("> <div>\n> x\n>\n> y\n>\n> </div>", []),
        ("<b><i>x</b></i>", []),
        ("<table><tr><td>x<td>y</table>", []),
        ("`<b>` \\<b> &lt;b> <!-- <b> --> <https://example.org/b>\n\n    <b>", []),
        ("a <b>c", ["<b>"]),
        ("<b>\n\n<b>x</b>", ["<b>"]),
        ("x</i>", ["</i>"]),
        ("</i> <i>", ["</i>", "<i>"]),
        ("<div/>", ["<div/>"]),
        ("<span class>x", ["<span class>"]),
        ("- <b>x\n- y</u>", ["</u>", "<b>"]),
        ("<div title='x\n\ny", ["<div"]),
        ("<div\n\ny", ["<div"]),
        ("<p><!-- x\n\n<b>y", ["<!--"]),
        ("<script>x\n\n<b>y", ["<script>"]),
        ("x <textarea> y <b>", ["<textarea>"]),
        ("<svg><path/><b></svg> <svg/>", []),
        ("<svg> <b>", ["<svg>"]),
        ("<nonsense>", []),
        ("</nonsense>", ["</nonsense>"]),
    ],
)
def test_what_is_opened_is_closed(text: str, at_fault: list[str]) -> None:
    """Across the whole text; elements that hold nothing or end by themselves are not counted."""
    unclosed = [at_caret for code, at_caret in found(text) if code == "html-unclosed"]

    assert unclosed == at_fault


def test_a_site_need_not_hear_of_a_rule() -> None:
    """What is turned off is not said, and the rest is."""
    report = Report(Source("x.md", "[x](y) ### <b>"), {"link-relative": None})
    check_prose(Span(0, len(report.source.text)), Place(GOLDEN / "x.md", SITE, None), report)

    assert [fault.code for fault in report.diagnostics] == ["html-unclosed"]


def test_of_each_rule_the_first_hundred_faults_are_kept() -> None:
    """A text with thousands earns a note that there are more."""
    text = "".join(
        f"[x](tel:{n}) [x](http:{n}/) [x](y{n}) ![](z{n}) <b onclick={n} style={n}> </u> <x{n}>\n\n### x\n# y\n"
        for n in range(300)
    )
    _, faults = examined(text)

    codes = {fault.code for fault in faults}
    assert len(codes) == 9
    assert len(faults) == 9 * 101


FRAGMENTS = st.sampled_from(
    [
        *("[x](", "![", "[", "]", "](", ")", "(", "<", ">", "[x]", "[x]: ", "\n\n[x]: ", " 'x'", ' "x"', "`", "*", "~~"),
        *("/reviews/karmalink/", "https://reviews.example/reviews/a", "reviews/b/", "/reviews/c/?d#e", "#f", "//g"),
        *("https://example.org/", "https://é.org", "javascript:", "mailto:", "images/moth.png", "images/Moth.png"),
        *("&#10;", "&colon;", "&amp;", "\\", " ", "\n", "\r\n", "\n\n", "\t", "    ", "> ", "- ", "1. ", "| ", "|-|\n"),
        *("#", "### ", "\n#### x\n", "\n---\n", "[^1]", "\n\n[^1]: ", "映", "🦋", "é", "\u200b", "\u00a0", "x", "%20", "%"),
        *("<cite>", "</cite>", "<br>", "<a href='", "<a href=", "<img src=", "<img alt srcset='", "'", '"', "'>", "/>", "</a>", "<b>", "</b>", "<div>"),
        *("<!--", "-->", "<script>", "</script>", "<svg>", "</svg>", "<x y=", "<td>", "<h4>", "<p onclick=", "</", "<?", "="),
    ]
)  # fmt: skip
SOUP = st.lists(FRAGMENTS | st.text(st.characters(codec="utf-8"), max_size=2), max_size=24).map("".join)


@given(SOUP)
@example("[![]](\n> <a b>)")
@example("<a href='\n> /reviews/x/'>")
@example("> <div\n> a='b\n> c' style=\n> x>")
@example("![[^1]](x)")
@example("[x]:\n[x]")
@example("\ufeff<b>\x00")
def test_whatever_the_text_places_lie_within_it(text: str) -> None:
    """Nothing is raised, and every caret stands in the text."""
    examined(text)


@given(SOUP)
@example('a href="/reviews/x/" [y](/reviews/y/)')
@example("<a href=/reviews/x/> <!-- <a href=/reviews/y/> -->")
@example("![[x](/reviews/x/)](/y)")
def test_links_to_reviews_are_the_same_with_and_without_their_places(text: str) -> None:
    """What the collection is told of is what can be found again, where it stands."""
    keys, _ = examined(text)
    source = Source("x.md", HEAD + text)

    links = list(review_links(source, Span(len(HEAD), len(HEAD + text)), SITE))
    assert tuple(dict.fromkeys(key for _, key in links)) == keys
    for span, _ in links:
        assert len(HEAD) <= span.start < span.end <= len(HEAD + text)


@given(SOUP)
@example("# a\n### b")
@example("[x](y)")
@example("![](/x)")
@example("[x](/a b)")
@example("<https://example.org/%E2%80%8B>")
@example("</b> <b>")
@example("*a </b> b <b> c* `<b>` ![<b>](/x) \\<b>")
@example("<details>\n[x](javascript:1)\n</details>")
@example("<br> <br/> <br /> <b>x</b> <b >y</b>")
def test_the_quick_look_misses_nothing(text: str) -> None:
    """What is said of a text does not depend on whether a glance was enough."""
    source, span = Source("x.md", HEAD + text), Span(len(HEAD), len(HEAD + text))
    place = Place(GOLDEN / "x.md", SITE, None)
    quick, slow = Report(source), Report(source)

    assert check_prose(span, place, quick) == prose._Examination(Prose(source.text, span), place, slow).run()
    assert quick.diagnostics == slow.diagnostics


def test_links_to_reviews_are_found_where_they_stand() -> None:
    """The caret of a broken link stands under its address."""
    text = "映 [a](/reviews/a/) [b](<https://reviews.example/reviews/b#c>) [c][] <a href=/reviews/d>d</a> [e](/about/)\n\n[c]: /reviews/a\n"
    source = Source("x.md", HEAD + text)
    links = [
        (source.text[span.start : span.end], key)
        for span, key in review_links(source, Span(len(HEAD), len(source.text)), SITE)
    ]

    assert links == [
        ("/reviews/a/", "https://reviews.example/reviews/a"),
        ("https://reviews.example/reviews/b#c", "https://reviews.example/reviews/b"),
        ("/reviews/a", "https://reviews.example/reviews/a"),
        ("/reviews/d", "https://reviews.example/reviews/d"),
    ]


FLOODS = {
    "brackets": "[" * 1_000_000,
    "relative links": "".join(f"[x](y{n}) " for n in range(90_000)),
    "links with a scheme of their own": "é".join(f"[x](javascript:{n}) " for n in range(90_000)),
    "links by one name": "[x] " * 90_000 + "\n\n" + "    [x]: z\n" * 50_000 + "\n[x]: y\n",
    "links by many names": "".join(f"[x{n}] " for n in range(60_000))
    + "\n\n"
    + "".join(f"[x{n}]: y{n}\n" for n in range(60_000)),
    "links that are none": ("[" + "x" * 400 + "](/a b" + "c" * 400 + ") ") * 4_000,
    "missing pictures": "".join(f"![](images/{n}.png) " for n in range(80_000)),
    "pictures again and again": "".join(f"![x](images/moth.png?{n}) " for n in range(80_000)),
    "end tags": "</b>" * 20_000,
    "attributes": ("<p " + "".join(f"a{n}=1 " for n in range(1_500)) + ">") * 300,
    "candidates": ("<img alt='' srcset='" + "a 1x, " * 2_000 + "'>") * 200,
    "quotes that are not closed": "<p a='\">" * 10_000,
    "lines of HTML": "<div>\n" + "a\n" * 900_000,
    "headings": "### x\n# y\n" * 90_000,
    "a fault behind emoji": "🦋 " * 1_000_000 + "[x](javascript:1)",
}


def test_a_rule_that_is_turned_off_costs_nothing(make_site: MakeSite) -> None:
    """Nobody looks for what was meant when nobody is told."""
    site = make_site()
    report = Report(Source("x.md", FLOODS["relative links"]), {"link-relative": None})
    begun = time.monotonic()
    check_prose(Span(0, len(report.source.text)), Place(site.posts / "x.md", site, None), report)

    assert report.diagnostics == []
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("text", FLOODS.values(), ids=FLOODS.keys())
def test_a_text_built_to_hurt_is_examined_in_good_time(text: str) -> None:
    """Work grows with what is read and with what is said, never with the square of either."""
    begun = time.monotonic()
    _, faults = examined(text)

    assert len(faults) < 1_000
    assert time.monotonic() - begun < 60
