"""What docs/editors.md says of feeds is what publisher.toml takes: each example loads, and no condition is left out."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.site import FILE_NAME, FeedRule, Syndication, load_site
from publisher.site.schema import FeedTable

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Which feeds there are\n")[2].partition("\n## ")[0]
SITE = """\
[site]
title = "W"
base_url = "https://w.example/"
time_zone = "UTC"
[authors.hester]
name = "Hester Pellow"
"""
#: What a feed is, beside what stands in it.
ABOUT = {"name", "title", "description", "limit", "content"}


def blocks() -> list[str]:
    """Return the settings that the section shows."""
    return re.findall(r"^```toml\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)


def conditions() -> Iterator[tuple[str, str]]:
    """Yield each condition of the table, and the example beside it."""
    for row in SECTION.splitlines():
        if match := re.match(r"\| `(\w+)` \| `(\1 = [^`]*)` \|", row):
            yield match[1], match[2]


def loaded(folder: Path, settings: str) -> Syndication:
    """Load settings as those of a site."""
    (folder / FILE_NAME).write_text(SITE + settings, encoding="utf-8")
    return load_site(folder).syndication


@pytest.mark.parametrize("settings", blocks())
def test_every_example_is_taken(tmp_path: Path, settings: str) -> None:
    """As it stands on the page."""
    assert loaded(tmp_path, settings)


def test_what_is_said_to_hold_without_a_line_does(tmp_path: Path) -> None:
    """The first example is the defaults."""
    assert loaded(tmp_path, blocks()[0]) == loaded(tmp_path, "")
    assert set(re.findall(r"^(\w+) =", blocks()[0], re.MULTILINE)) == {
        field.name for field in fields(Syndication)
    } - {"url", "rules"}


def test_every_condition_has_its_row() -> None:
    """In the order of the reference."""
    assert [name for name, _ in conditions()] == [
        name for name in FeedTable.model_fields if name not in ABOUT
    ]


@pytest.mark.parametrize(("name", "example"), [*conditions()])
def test_every_example_of_a_condition_is_one(tmp_path: Path, name: str, example: str) -> None:
    """It is taken, and narrows the feed."""
    (rule,) = loaded(tmp_path, f'[[feeds]]\nname = "a"\n{example}\n').rules

    assert rule != FeedRule(name="a"), name


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    """As GitHub makes anchors of headings; the list of contents at the top is made of such links."""
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([^)]+)\)", prose)) - anchors == set()
