"""The quick way through front matter that has nothing unusual about it: values without positions.

libyaml's composer is twice as fast as looking at every event, but it recurses, and it hides what front matter does
without. What could be any of that is left to `publisher.posts.tree`, which also knows where everything stands; so is
whatever has a fault. What is written as almost all front matter is, needs not even the composer (`publisher.posts.yaml_lines`).
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml._yaml import CParser

from publisher.posts.tree import DEPTH_LIMIT, MISSED_SPACE, NULLS
from publisher.posts.yaml_lines import values_of_lines

# Anchors, aliases and tags; escapes; a # that may be meant as part of a value; documents; what YAML does not take.
_UNUSUAL = re.compile(
    r"[&*!\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|\s#[^\s#]|^(?:---|\.\.\.)", re.MULTILINE
)
# Bytes of UTF-8 without which there is no unusual character: controls, and the first bytes of U+0080 and of U+F000 and what
# follows each.
_ODD_BYTES = bytes({*range(32), *b"&*!\\\x7f", 0xC2, 0xEF} - {0x09, 0x0A, 0x0D})
# Every level of nesting needs one of these; the composer takes a few hundred bytes of the stack for each.
_OPENING = "[{-?:"
_MOST_OPENINGS = 400
# Characters: even an editor who gives every key its due stays below that.
_LONGEST = 32_768


class _InDoubt(Exception):
    """The other way has to be taken."""


class _Composer(CParser):
    """libyaml's composer without anything that guesses types: every scalar is text here."""

    def resolve(self, *_: object) -> None:
        """Give a node no tag."""

    def descend_resolver(self, *_: object) -> None:
        """Take no notice of where a node stands."""

    def ascend_resolver(self) -> None:
        """Likewise."""


def plain_values(text: str) -> dict[str, Any] | None:
    """Return front matter as text, lists and dicts; None where only a closer look can tell what it says.

    An answer is always the one that `tree.plain` gives of the same text, and the text has no fault that
    `tree.build` would report.
    """
    if len(text) > _LONGEST or _is_unusual(text) or sum(map(text.count, _OPENING)) > _MOST_OPENINGS:
        return None
    values = values_of_lines(text)
    if values is not None:
        return values
    try:
        root = _Composer(text).get_single_node()
        values = _plain(root, 0) if root is not None else None
    except (yaml.YAMLError, _InDoubt):
        return None
    return values if isinstance(values, dict) else None


def _is_unusual(text: str) -> bool:
    """Tell whether `_UNUSUAL` finds something; it is seldom asked, because it takes ten times as long as the rest."""
    encoded = text.encode("utf-8", "surrogatepass")
    suspect = len(encoded.translate(None, _ODD_BYTES)) != len(encoded)
    suspect = suspect or "#" in text or "---" in text or "..." in text
    return suspect and _UNUSUAL.search(text) is not None


def _plain(node: yaml.Node, depth: int) -> Any:  # noqa: ANN401 - a tree of text, lists and dicts
    if isinstance(node, yaml.ScalarNode):
        value = node.value
        if not node.style and (value in NULLS or (value[0] == "-" and MISSED_SPACE.match(value))):
            raise _InDoubt
        return value
    if depth >= DEPTH_LIMIT:
        raise _InDoubt
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, depth + 1) for item in node.value]
    values = {}
    for key, value in node.value:
        if (
            not isinstance(key, yaml.ScalarNode)
            or key.value in values
            or (not key.style and (key.value in NULLS or MISSED_SPACE.match(key.value)))
        ):
            raise _InDoubt
        values[key.value] = _plain(value, depth + 1)
    return values
