"""What is said of a text is what becomes of it: rules and outputs are held against each other."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from lxml import html

from publisher.content.entry import local_address
from publisher.content.html import render
from publisher.diagnostics import Report, Source, Span
from publisher.posts.checking import Place
from publisher.posts.prose import check_prose
from publisher.site import load_site

GOLDEN = Path(__file__).parent / "golden"
POST = GOLDEN / "x.md"
SITE = load_site(GOLDEN)
BASE = "https://reviews.example/reviews/x/"


def names(words: str) -> list[str]:
    """List the words of a text."""
    return words.split()


# Where an address may stand, and the attribute it becomes.
USES = {
    "[x](<{markdown}>)": ("a", "href"),
    "[x]\n\n[x]: <{markdown}>": ("a", "href"),
    "![x](<{markdown}>)": ("img", "src"),
    'z <a href="{html}">x</a>': ("a", "href"),
    "z <img alt='' src='{html}'>": ("img", "src"),
    "z <img alt='' src='/x' srcset='{html}'>": ("img", "srcset"),
    'z <q cite="{html}">x</q>': ("q", "cite"),
    "z <video poster='{html}'></video>": ("video", "poster"),
    'z <audio src="{html}"></audio>': ("audio", "src"),
}
PIECES = st.sampled_from(
    [
        *("http", "https", "HtTp", "mailto", "javascript", "data", "tel", "c", ":", "://", "//", "/", "\\", "?", "#", "@"),
        *("[", "]", "(", ")", "{", "}", "|", "^", "`", "~", "!", "*", ",", ";", "=", "+", "-", "_", ".", "..", "&", "'"),
        *("%20", "%2F", "%41", "%zz", "%", " ", "\t", "a", "b.c", "example.org", "xn--a", "xn--bcher-kva", "é", "🦋", "ß"),
        *("1.2.3.4", "1.2.3.4.5", "0x7f", ":80", ":0", ":99999", ":x", "::1", "localhost", "www.", "a@b.c", "&amp;", "&#58;"),
        *("images/moth.png", "images/", "moth.png", "Moth.png", "\u200b", "\u00a0", "\u3002", "\uff0e", "\u00ad", "\u2028"),
    ]
)  # fmt: skip
STARTS = st.sampled_from(["", "https://", "http://", "//", "/", "mailto:", "https:", "images/", "#", "?"])
LINKS = st.tuples(STARTS, st.lists(PIECES, max_size=5).map("".join)).map("".join)


def shown(text: str) -> list[html.HtmlElement]:
    """List the elements that readers get of a text."""
    rendered = render(text, BASE, lambda address: local_address(address, POST, SITE.images))
    page = html.fragment_fromstring(rendered, create_parent="main")
    return [element for element in page.iterdescendants() if isinstance(element.tag, str)]


def faults(text: str) -> dict[str, str]:
    """Return the codes of what is wrong with a text, each with its last message."""
    report = Report(Source("x.md", text))
    check_prose(Span(0, len(text)), Place(POST, SITE, None), report)
    return {fault.code: fault.message for fault in report.diagnostics}


@given(st.sampled_from(sorted(USES)), LINKS)
@example("[x](<{markdown}>)", "https://bücher.example/")
@example("[x](<{markdown}>)", "https://é.org/")
@example("![x](<{markdown}>)", "https://xn--amoth.png")
@example('z <q cite="{html}">x</q>', "mailto:a@b.c")
@example("z <img alt='' src='/x' srcset='{html}'>", "images/moth.png 3w, images/moth.png x")
def test_an_address_is_reported_when_outputs_leave_it_out(form: str, address: str) -> None:
    """Its scheme exactly then; as invalid always then, and beside that where outputs carry what nobody can follow."""
    text = form.format(
        html=escape(address), markdown="".join(f"\\{char}" if char in "<>\\&" else char for char in address)
    )
    tag, attribute = USES[form]
    (element,) = [element for element in shown(text) if element.tag == tag][:1] or [None]
    assume(element is not None)
    said = faults(text)

    carried = element is not None and attribute in element.attrib
    assert carried or {"link-scheme", "link-invalid"} & said.keys()
    if carried and attribute != "srcset":
        assert "link-scheme" not in said
    if carried and "link-invalid" in said:
        assert said["link-invalid"].endswith(
            (
                "holds a space, which no address may hold",
                "has no usable host name",
                "is empty",
                "which nobody sees",
                "no address may hold",
                "a user name or password",
                "http twice",
                "a machine of their own",
                "no :// after http",
                "has no @",
                "names nobody to write to",
                "from 1 to 65535",
                "is not an address",
                "neither like 2x nor like 480w",
            )
        ), said


@given(
    st.lists(
        st.tuples(LINKS, st.sampled_from(["", " 2x", " 480w", " large", " 1 2"])), min_size=1, max_size=4
    )
)
def test_every_picture_of_a_srcset_is_reported_when_outputs_leave_it_out(
    candidates: list[tuple[str, str]],
) -> None:
    """Those that are left are the ones nothing was said of."""
    written = ", ".join(f"{address}{size}" for address, size in candidates)
    text = f'z <img alt="" srcset="{escape(written)}">'
    carried = [e.attrib.get("srcset", "") for e in shown(text) if e.tag == "img"]

    if not carried[0] or len(carried[0].split(", ")) < len([a for a, _ in candidates if a.strip(" ,\t")]):
        assert {"link-scheme", "link-invalid"} & faults(text).keys()


ELEMENTS = names(
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br "
    "button canvas center cite code command content data datalist dd del details dfn dialog dir div dl dt element em embed "
    "fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe "
    "image img input ins isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem meta "
    "meter nav nobr noembed noframes noscript object ol optgroup option output p param picture pre progress q rb rp rt "
    "rtc ruby s samp script search section select shadow slot small source spacer span strike strong style sub summary "
    "sup svg template textarea time title tt u ul var video wbr xmp x-moth moth"
)
PARTS_OF_TABLES = names("caption col colgroup tbody td tfoot th thead tr")
ATTRIBUTES = names(
    "abbr align alt async bgcolor border cellpadding class color colspan content contenteditable controls coords "
    "crossorigin data-x datetime decoding dir download draggable face for headers height hidden hreflang id integrity is "
    "itemprop kind label lang language loading loop media muted name nonce nowrap open part preload rel reversed role "
    "rowspan scope shape size sizes slot span spellcheck start style tabindex target translate type usemap valign "
    "value width xml:lang xmlns aria-label onclick onload onx"
)
CLASSES = ["footnote-definition", "footnote-reference", "footnote-definition-label", "lead"]


@given(
    st.sampled_from(ELEMENTS),
    st.lists(st.sampled_from(ATTRIBUTES), max_size=3, unique=True),
    st.lists(st.sampled_from(CLASSES), max_size=2).map(" ".join),
)
def test_html_is_reported_exactly_when_outputs_leave_it_out(
    name: str, attributes: list[str], value: str
) -> None:
    """Elements, event handlers and other attributes: what readers get is what was not spoken of."""
    written = "".join(f' {attribute}="{value}"' for attribute in attributes)
    text = f'z <{name} title="it"{written}>w</{name}>'
    kept = [element for element in shown(text) if element.get("title") == "it"]
    said = faults(text)

    if not kept:
        assert said["html-removed"] == f"<{name}> is left out of feeds"
        assert "html-attribute" not in said
        return
    lost = {attribute for attribute in attributes if kept[0].attrib.get(attribute) != value}
    handlers = {attribute for attribute in lost if attribute.startswith("on")}
    assert named(said.get("html-removed", "")) == handlers
    assert named(said.get("html-attribute", "")) == lost - handlers


def named(message: str) -> set[str]:
    """List the names that a message quotes."""
    return set(message.split("`")[1::2])


@pytest.mark.parametrize("name", PARTS_OF_TABLES)
@pytest.mark.parametrize("before", ["", "<table>", "<table>\n\n", "<table></table>"])
def test_parts_of_tables_are_reported_exactly_when_outputs_leave_them_out(name: str, before: str) -> None:
    """A parser takes no notice of them where no table is open."""
    text = f"{before}<{name}>w"
    kept = [element for element in shown(text) if element.tag == name]

    assert bool(kept) == ("html-removed" not in faults(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<script>gone</script>", ""),
        ("<style>gone</style>", ""),
        ("<template><b>gone</b></template>", ""),
        ("<svg><text>gone</text></svg>", ""),
        ("<math><mi>gone</mi></math>", ""),
        ("<embed src='gone'>", ""),
        ("<iframe src='x'>kept <b>as it is</b></iframe>", "kept <b>as it is</b>"),
        ("<object data='x'>kept <b>as it is meant</b></object>", "kept as it is meant"),
        ("<center>kept</center>", "kept"),
        ("<form><label>kept</label> <input value='gone'></form>", "kept "),
    ],
)
def test_messages_are_right_about_what_readers_get_of_a_removed_element(text: str, words: str) -> None:
    """With what stands in it, without, or as plain text."""
    report = Report(Source("x.md", text))
    check_prose(Span(0, len(text)), Place(POST, SITE, None), report)
    (fault, *_) = report.diagnostics
    expected = {
        True: {"readers get nothing of it, nor of what stands in it", "readers do not see it", "readers get nothing in its place"},
        False: {"readers get only the text in it", "readers get only what stands in it"},
    }[not words]  # fmt: skip

    assert "".join(element.text_content() for element in shown(f"<div>{text}</div>")[:1]) == words
    assert fault.label in expected


@pytest.mark.parametrize(
    ("text", "what_follows"),
    [
        ("<script>\n\n*then*", ""),
        ("z <style> *then*", ""),
        ("<div><!-- x\n\n*then*", ""),
        ("z <iframe> *then*", "<em>then</em>"),
        ("z <textarea> *then*", "<em>then</em>"),
    ],
)
def test_messages_are_right_about_what_readers_get_after_an_unclosed_element(
    text: str, what_follows: str
) -> None:
    """Nothing, or everything with all its marks."""
    report = Report(Source("x.md", text))
    check_prose(Span(0, len(text)), Place(POST, SITE, None), report)
    labels = [fault.label or "" for fault in report.diagnostics if fault.code == "html-unclosed"]
    content = shown(f"{text}")
    rendered = "".join(content[0].text_content() if content else "")

    assert what_follows in rendered
    assert ("then" in rendered) == bool(what_follows)
    assert any(("plain text" if what_follows else "nothing of what follows") in label for label in labels)
