"""The page of a rule: what a fault of it means, how it looks, how it looks mended, and why anybody should care.

Pages lie in `pages/`, one Markdown file for each code, all of one shape: `# Name of the fault`, what it means in one or
two paragraphs, `## Bad` and `## Good` with nothing but examples, `## Why` in one paragraph, and `## Fix` where
`publisher validate --fix` can mend it.
"""

from __future__ import annotations

import pkgutil
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTIONS = ("Bad", "Good", "Why")
_FIX = "Fix"
KINDS = {"yaml", "markdown", "post", "toml", "text"}

_BLOCK = re.compile(
    r"(?P<fence>`{3,})(?P<kind>[a-z]+)(?: (?P<file>\S.*))?\n(?P<example>(?:.*\n)*?)(?P=fence)\n"
    r"|(?P<heading>#{1,2} .+)\n"
    r"|(?P<paragraph>(?:(?!`{3}|#)\S.*\n)+)"
    r"|\n"
)


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a file that shows a fault, or its absence.

    Attributes:
        kind: `yaml`, keys of front matter; `markdown`, the text below it; `post`, a whole file; `toml`, tables of
            publisher.toml; `text`, a description of what no page can show.
        file: Which file it stands in, where that matters; examples that name one belong together.
    """

    kind: str
    file: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is told of one rule.

    Attributes:
        name: What a fault of it is called, in a few words; it never changes once released.
        meaning: Paragraphs.
        why: What it does to readers or partners.
        fix: What `publisher validate --fix` does about it; None when an editor has to.
    """

    code: str
    name: str
    meaning: tuple[str, ...]
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    why: str
    fix: str | None


class _Section(NamedTuple):
    heading: str
    blocks: list[str | Example]


_Kind = TypeVar("_Kind", str, Example)


def page_of(code: str) -> Page:
    """Read the page of a rule.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It has not the shape that all pages have.
    """
    # Not importlib.resources: importing it takes longer than reading all pages.
    data = pkgutil.get_data("publisher.diagnostics", f"pages/{code}.md")
    if data is None:
        raise FileNotFoundError(f"pages/{code}.md")
    return parse_page(code, data.decode())


def parse_page(code: str, written: str) -> Page:
    """Read a page from its Markdown.

    Raises:
        ValueError: It has not the shape that all pages have.
    """
    first, *others = _sections(code, written)
    headings = tuple(section.heading for section in others)
    if not first.heading.startswith("# ") or headings not in {_SECTIONS, (*_SECTIONS, _FIX)}:
        raise ValueError(f"{code}: the headings are {first.heading}, {', '.join(headings)}")
    bad, good, why, *fix = others
    return Page(
        code,
        first.heading.removeprefix("# "),
        _blocks(code, first, str, most=2),
        _blocks(code, bad, Example),
        _blocks(code, good, Example),
        _blocks(code, why, str, most=1)[0],
        _blocks(code, fix[0], str, most=1)[0] if fix else None,
    )


def _sections(code: str, written: str) -> list[_Section]:
    sections = [_Section("", [])]
    for match in _matches(code, written):
        if match["heading"]:
            sections.append(_Section(match["heading"].removeprefix("## "), []))
        elif match["kind"]:
            if match["kind"] not in KINDS:
                raise ValueError(f"{code}: {match['kind']} is no kind of example")
            sections[-1].blocks.append(Example(match["kind"], match["file"], match["example"]))
        elif match["paragraph"]:
            sections[-1].blocks.append(" ".join(match["paragraph"].split("\n")).strip())
    before, *sections = sections
    if before.blocks or not sections:
        raise ValueError(f"{code}: a page begins with the name of the fault")
    return sections


def _matches(code: str, written: str) -> Iterator[re.Match[str]]:
    position = 0
    while position < len(written):
        match = _BLOCK.match(written, position)
        if match is None:
            line = written.count("\n", 0, position) + 1
            raise ValueError(f"{code}: line {line} is no heading, paragraph or whole example")
        yield match
        position = match.end()


def _blocks(code: str, section: _Section, kind: type[_Kind], *, most: int | None = None) -> tuple[_Kind, ...]:
    """Take the blocks of a section: at least one, all of one kind, at most so many."""
    blocks = tuple(block for block in section.blocks if isinstance(block, kind))
    if not blocks or len(blocks) != len(section.blocks) or (most is not None and len(blocks) > most):
        raise ValueError(f"{code}: {section.heading} holds too little, too much, or something else")
    return blocks
