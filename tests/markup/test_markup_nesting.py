"""The depth of a text's HTML is never taken for less than it is."""

from __future__ import annotations

import pytest

from publisher.markup.nesting import html_depth

LIMIT = 100


@pytest.mark.parametrize(
    ("html", "depth"),
    [
        ("", 0),
        ("text < 3 and > 4, a<b", 0),
        ("<div><b>x</b></div><div></div>", 2),
        ("<p>one<p>two<p>three", 0),
        ("<ul><li>a<li>b<li>c</ul>", 1),
        ("<table><tr><td>x<td>y<tr><td>z</table>", 1),
        ("<br><img src='x>'><hr/>" * 5, 0),
        ("<!-- <div><div> --><div>", 1),
        ("<!-- <div> --!><div>", 1),
        ("<!--><div>", 1),
        ("<script>'<div><div>'</script><div>", 1),
        ("<textarea><div>", 0),
        ("<a title='<div><div>'>x</a>", 1),
        ('<a title="</a>">x', 1),
        ("<div><span><span></div><div>", 3),
        ("<DIV></div><div>", 1),
        ("<div/><div/><div/>", 3),
        ("<svg><path/><path/></svg><svg><path/></svg>", 3),
        ("</div></div><div>", 1),
        ("<? <div> ?><div>", 1),
        ("<div><div><div title='", 2),
    ],
)
def test_elements_are_counted_as_a_browser_nests_them(html: str, depth: int) -> None:
    """Implied ends, void elements, comments, attributes and raw text are known."""
    assert html_depth(html, LIMIT) == depth


@pytest.mark.parametrize(
    "step",
    [
        "<div>",
        "<div/>",
        "<div><!-- </div> -->",
        "<div title='</div>'>",
        "<div><script></div></script>",
        "<div><style></div></style>",
        "<div><table><td></div>",
        "<span><div></span>",
        "<b id={}></b ><b id={}>",
        "<div><b id={}></div>",
        "<x-{}>",
        "<x-y></x-z>",
        "<div a=b/>",
        "<div a=\"x\"b='y'>",
        "<div\n>",
        "<blockquote><p>",
        "<svg><div>",
        "</p><div></p>",
    ],
)
def test_no_step_that_nests_can_be_repeated_unseen(step: str) -> None:
    """Whatever is put around an end tag to hide it, or to make it look like one, two hundred steps are deep."""
    assert html_depth("".join(step.replace("{}", str(number)) for number in range(200)), LIMIT) > LIMIT
