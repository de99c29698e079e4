"""How deep the HTML of a text is nested, as a browser's parser would build it.

The sanitiser's parser takes time that grows with the square of the depth. This count errs upwards only: what hides an
end tag from that parser (a comment, an attribute, an element of raw text, a wrong order) hides it here (HTML, 13.2).
"""

from __future__ import annotations

import re
from collections import Counter

_NAME = re.compile(r"</?+([a-zA-Z][^\s/>]*+)")
_ATTRIBUTES = re.compile(
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|(?![\s>"'])[^\s>]*+|(?=>)))?+)*+>"""
)


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_VOID = _names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
# A start tag of these ends the one before it.
_SELF_ENDING = _names("caption colgroup dd dt li optgroup option p tbody td tfoot th thead tr html head body")
# These stay open through the end of what they stand in, until their own end tag.
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
# An end tag of these also ends what was left open inside, up to one of the walls.
_BLOCKS = _names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hgroup main math menu nav ol pre section summary svg table ul"
)
_WALLS = _names("applet marquee object table template")
_RAW = _names("iframe noembed noframes script style textarea title xmp")
_COMMENT = re.compile("<!--(?:-?>|.*?--!?>)", re.DOTALL)


def html_depth(html: str, limit: int) -> int:
    """Answer how deep the elements of a text are nested; past `limit`, an answer above it."""
    stack: list[str] = []
    formatting = Counter[str]()
    formatted = deepest = position = 0
    while (start := html.find("<", position)) >= 0 and deepest <= limit:
        tag = _NAME.match(html, start)
        if tag is None:
            position = _after_comment(html, start)
            continue
        end = _ATTRIBUTES.match(html, tag.end())
        if end is None:  # the text ends within a tag, which is then none
            break
        position = end.end()
        name = tag[1].lower()
        if html[start + 1] == "/":
            if formatting[name]:
                formatting[name] -= 1
                formatted -= 1
            else:
                _close(name, stack)
        elif name in _RAW:
            closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, position)
            position = closing.start() if closing else len(html)
        elif name in _FORMATTING:
            formatting[name] += 1
            formatted += 1
        elif name not in _VOID and name not in _SELF_ENDING:
            stack.append(name)
        deepest = max(deepest, len(stack) + formatted)
    return deepest


def _close(name: str, stack: list[str]) -> None:
    for number in range(len(stack) - 1, -1, -1):
        if stack[number] == name:
            del stack[number:]
            return
        if name not in _BLOCKS or stack[number] in _WALLS:
            return


def _after_comment(html: str, start: int) -> int:
    """Answer where reading goes on after a `<` that begins no tag."""
    if html.startswith("<!--", start):
        comment = _COMMENT.match(html, start)
        return comment.end() if comment else len(html)
    if html.startswith(("<!", "<?", "</"), start):
        end = html.find(">", start)
        return end if end >= 0 else len(html)
    return start + 1
