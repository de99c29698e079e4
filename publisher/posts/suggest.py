"""Ready-made repairs for lines that YAML reads in another way than their writer meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.diagnostics import Edit, Fix
from publisher.diagnostics.suggest import nearest
from publisher.posts.keys import known_keys, text_keys
from publisher.posts.yaml_text import RISKY, quoted
from publisher.values.faults import WayOut

if TYPE_CHECKING:
    from publisher.diagnostics import Source

_LINE = re.compile(r"\s*(?P<item>- +)?(?:(?P<key>[A-Za-z_][\w-]*):\s+)?(?P<value>\S.*)")
_COMMENT = re.compile(r"\s#(?:\s|$)")
_WELL_QUOTED = re.compile(r"'(?:[^']|'')*'")
_ELISION = re.compile(r"'(?:bout|cause|em|n|neath|night|nuff|round|til|tis|twas|tween)\b", re.IGNORECASE)
_BELOW = re.compile(r"(?:[ \t]*(?:\r\n?|\n))+(?P<indent>[ \t]*)(?P<first>\S?)")
_SOMETHING_ELSE = re.compile(r"\s*(?:\Z|#|---|- |[\]}]|[^\s:#]+:(?:\s|\Z))")
_PROPERTY = re.compile(r"(?P<sign>[&*])(?P<name>[^\s,\[\]{}]+)")
_FENCE = re.compile(r"[\r\n]---")

# Nobody copies a longer line from a message.
_LONGEST = 300


def quoted_line(source: Source, number: int) -> WayOut | None:
    """Suggest a line of front matter with its value in double quotes, where that changes its meaning.

    The repair is there when nothing else can have been meant.
    """
    line = source.line(number).rstrip()
    match = _LINE.fullmatch(line)
    if match is None or not (match["key"] or match["item"]) or not RISKY.search(match["value"]):
        return None
    value = _without_comment(match["value"])
    takes_text = match["key"] is not None and _takes_text(match["key"])
    bare = _without_quotes(value)
    better = quoted(bare)
    fine = better == value or _WELL_QUOTED.fullmatch(value)
    # In brackets stands a list, or a group, that something else is wrong with.
    if fine or not bare or (value[0] in "[{" and not takes_text):
        return None
    lead = f"{match['key']}: " if match["key"] else "- "
    words = f"put the value in quotes: {lead}{better}" if len(line) <= _LONGEST else "put the value in quotes"
    if (
        not takes_text
        or not _is_whole_text(value)
        or goes_on(source, number)
        or not _stands_alone(source, number)
    ):
        return WayOut(words)
    start = source.offset(number, match.start("value") + 1)
    if has_counterpart(source.text, start, value):
        return WayOut(words)
    return WayOut(words, Fix("put the value in quotes", (Edit(start, start + len(value), better),)))


def goes_on(source: Source, number: int) -> bool:
    """Tell whether the value on a line of front matter goes on below it: what is indented more belongs to it."""
    line = source.line(number)
    match = _LINE.match(line)
    indent = match.start("key") if match and match["key"] else 0
    below = _BELOW.match(source.text, source.offset(number) + len(line))
    return below is not None and len(below["indent"]) > indent and below["first"] not in {"", "#"}


def _stands_alone(source: Source, number: int) -> bool:
    """Tell whether what follows a line of front matter begins something else: a key, an item, a comment, the end."""
    end = source.offset(number) + len(source.line(number))
    return _SOMETHING_ELSE.match(source.text, end) is not None


def has_counterpart(text: str, start: int, value: str) -> bool:
    """Tell whether a value that begins as an anchor has an alias, or the other way round: then both are meant."""
    match = _PROPERTY.match(value)
    if match is None:
        return False
    other = "*" if match["sign"] == "&" else "&"
    if other + match["name"] not in text:  # as nearly always, and quickly seen
        return False
    end = _FENCE.search(text, start)
    uses = re.compile(rf"(?<![^\s,\[{{]){re.escape(other + match['name'])}(?![^\s,\]}}])")
    return uses.search(text, 0, end.start() if end else len(text)) is not None


def _takes_text(key: str) -> bool:
    """Tell whether a key takes a text of any kind, or is a misspelling of one that does."""
    return (key if key in known_keys() else nearest(key, known_keys())) in text_keys()


def _without_comment(value: str) -> str:
    """Return what stands before a comment that is one: it has a space after its #, and stands behind all quotes."""
    behind = value.rfind(value[0]) if value[0] in "'\"" else 0
    # Within a quote that is never closed nothing is a comment.
    match = _COMMENT.search(value, behind) if behind or value[0] not in "'\"" else None
    return value[: match.start()].rstrip() if match else value


def _without_quotes(value: str) -> str:
    mark = value[0]
    if mark not in "'\"":
        return value
    if len(value) > 1 and value[-1] == mark:
        # "Alien" and "Aliens": the mark at the end closes another quotation than the one at the beginning opens.
        return value if _closes_within(value) and value.count(mark) % 2 == 0 else value[1:-1]
    opened = value.count(mark) == 1 and not _ELISION.match(value)
    return value[1:] if opened else value


def _closes_within(value: str) -> bool:
    """Tell whether a value in quotes seems to be several quotations: what opens it is closed before its end."""
    mark = value[0]
    for match in re.finditer(mark, value[1:-1]):
        before, after = value[match.start()], value[match.start() + 2]
        if not (before.isalnum() and after.isalnum()):  # else an apostrophe
            return not before.isspace() and (after.isspace() or after in ",.;:!?)")
    return False


def _is_whole_text(value: str) -> bool:
    """Tell whether the characters of a value, as they stand, must be the whole text that was meant."""
    opening = value[0]
    if re.search(r"\s#", value) or opening in "|>" or value.startswith(("!!", "!<")):
        return False
    if opening in "[{":
        # Several items, or a key with its value, may be what was meant.
        return not re.search(r",|:\s", value) and {"[": "]", "{": "}"}[opening] in value
    if opening in "'\"":
        several = (value[-1] == opening and _closes_within(value)) or (
            opening == '"' and value.count(opening) % 2 == 1 and value.count(opening) > 1
        )
        # What was escaped in the quotes would come out with its escapes, and a lone ' may be an apostrophe.
        return (
            not several
            and not re.search(r"\\|''", value)
            and (value.count("'") != 1 or _ELISION.match(value) is not None)
        )
    return True
