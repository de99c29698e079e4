"""The pages of rules: there is one for each, of one shape, and what they show as bad and good is just that."""

from __future__ import annotations

import re
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.diagnostics import RULES, explain
from publisher.diagnostics.explain import Example, page_of, parse_page
from publisher.errors import ConfigurationError
from publisher.posts import mend_posts, read_posts
from publisher.site import load_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.diagnostics import Diagnostic

PICTURES = Path(__file__).parents[2] / "posts" / "images"
PAGES = {code: page_of(code) for code in RULES}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

CONFIGURATION = """\
[site]
title = "The Pinned Wing"
base_url = "https://reviews.example/"
time_zone = "America/Chicago"

[images]
directory = "posts/images"
url = "https://reviews.example/images/"

[authors.desk]
name = "The Night Desk"

[authors.hester]
name = "Hester Pellow"

[syndication]
limit = 50
"""
KEYS = """\
id: {id}
title: A look at {film}
date: 2022-07-15T09:00
author: desk
summary: What we made of {film}.
film:
  title: {film}
  year: 2021
"""
TEXT = "A boy hunts for a treasure, and a girl who sells scrap does the thinking.\n"
TABLE = re.compile(r"^(\[.+\])$", re.MULTILINE)
KEY = re.compile(r"^(\w+:)", re.MULTILINE)

# Bad examples that are described, because no page can hold them.
DESCRIBED = {
    "file-unreadable": "permissions and links are not part of a text",
    "file-too-large": "a page of some megabytes is no page",
    "file-encoding": "a page is UTF-8 itself",
    "file-empty": "an empty example shows nothing",
    "body-markup": "20,000 tags are no example",
    "byte-order-mark": "nobody sees one",
    "slug-changed": "it takes two runs",
    "id-changed": "it takes two runs",
    "review-unpublished": "it takes two runs",
    "review-deleted": "it takes two runs",
    "address-changed": "it takes two runs",
}


def sites(section: tuple[Example, ...]) -> Iterator[tuple[Example, ...]]:
    """Tell which examples make a site: those that name their file together, every other one by itself."""
    yield from ((example,) for example in section if example.file is None and example.kind != "text")
    if together := tuple(example for example in section if example.file):
        yield together


def cases(section: str) -> list[object]:
    """List the sites that a section of all pages makes."""
    return [
        pytest.param(code, site, id=f"{code}-{number}")
        for code, page in PAGES.items()
        for number, site in enumerate(sites(getattr(page, section)), start=1)
    ]


def replaced(template: str, heading: re.Pattern[str], fragment: str) -> str:
    """Put a fragment in the place of the parts of a template that have its headings."""
    _, *parts = heading.split(template)
    said = heading.findall(fragment)
    kept = [head + rest for head, rest in zip(parts[::2], parts[1::2], strict=True) if head not in said]
    return "".join(kept) + fragment


def found(folder: Path, examples: tuple[Example, ...] = ()) -> list[Diagnostic]:
    """Put examples into a site without faults, and return what is found there."""
    shutil.copytree(PICTURES, folder / "posts" / "images")
    files = {"publisher.toml": CONFIGURATION}
    for example in examples or (Example("yaml", None, ""),):
        if example.kind == "toml":
            files["publisher.toml"] = replaced(CONFIGURATION, TABLE, example.text)
            continue
        name = example.file or "posts/karmalink.md"
        keys = KEYS.format(id=uuid.uuid5(uuid.NAMESPACE_URL, name), film=re.sub(r"\W+", " ", name))
        if example.kind == "yaml":
            keys = replaced(keys, KEY, example.text)
        text = example.text if example.kind == "markdown" else TEXT
        files[name] = example.text if example.kind == "post" else f"---\n{keys}---\n\n{text}"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    try:
        return list(read_posts(load_site(folder), now=NOW).diagnostics)
    except ConfigurationError as error:
        return list(error.diagnostics)


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    """A page without a rule would be one that nobody is ever sent to."""
    files = Path(explain.__file__).parent.joinpath("pages").iterdir()

    assert sorted(file.name for file in files) == sorted(f"{code}.md" for code in RULES)


def test_every_name_is_short_and_says_which_rule_is_meant() -> None:
    """No two faults have one name; each fits into a list and is no sentence."""
    names = [page.name for page in PAGES.values()]

    assert len({name.casefold() for name in names}) == len(RULES)
    assert [name for name in names if len(name) > 40 or name.endswith(".") or not name[0].isupper()] == []


def test_the_site_that_examples_are_put_into_has_no_faults(tmp_path: Path) -> None:
    """What is found with an example comes from the example."""
    assert found(tmp_path) == []


@pytest.mark.parametrize(("code", "examples"), cases("bad"))
def test_a_bad_example_has_the_fault_and_no_other(
    code: str, examples: tuple[Example, ...], tmp_path: Path
) -> None:
    """The rule is broken as its page says, so that the page shows one thing at a time."""
    assert {fault.code for fault in found(tmp_path, examples)} == {code}


@pytest.mark.parametrize(("code", "examples"), cases("good"))
def test_a_good_example_has_no_fault_at_all(code: str, examples: tuple[Example, ...], tmp_path: Path) -> None:
    """Whoever copies it is done."""
    assert found(tmp_path, examples) == [], code


def test_only_what_no_page_can_hold_is_described() -> None:
    """An example that is described is one that nothing proves."""
    described = {code for code, page in PAGES.items() if any(example.kind == "text" for example in page.bad)}

    assert described == set(DESCRIBED)
    assert [code for code in described if any(example.kind != "text" for example in PAGES[code].bad)] == []


@pytest.mark.parametrize("code", [code for code in PAGES if code not in DESCRIBED])
def test_a_page_promises_a_fix_where_there_is_one(code: str, tmp_path: Path) -> None:
    """What it says under Fix is what `--fix` does of the bad examples, and it says nothing where they stay as they are."""
    mended = []
    for number, examples in enumerate(sites(PAGES[code].bad)):
        if examples[0].kind == "toml":  # only posts are mended
            continue
        found(tmp_path / str(number), examples)
        mended += list(mend_posts(load_site(tmp_path / str(number)), now=NOW))

    assert {fault.code for file in mended for fault in file.faults} == ({code} if PAGES[code].fix else set())


GOOD_PAGE = """\
# Rating off the scale

It lies above
the highest point.

It lies below the lowest.

## Bad

```yaml posts/the fog.md
rating: 9
```

## Good

````markdown
```
A text
```
````

## Why

Nobody can draw it.

## Fix

Does nothing.
"""


def test_a_page_is_read_part_by_part() -> None:
    """Lines of a paragraph are joined; an example stays as it is, even one that holds a fence."""
    page = parse_page("rating-range", GOOD_PAGE)

    assert (page.code, page.name) == ("rating-range", "Rating off the scale")
    assert page.meaning == ("It lies above the highest point.", "It lies below the lowest.")
    assert page.bad == (Example("yaml", "posts/the fog.md", "rating: 9\n"),)
    assert page.good == (Example("markdown", None, "```\nA text\n```\n"),)
    assert (page.why, page.fix) == ("Nobody can draw it.", "Does nothing.")
    assert parse_page("rating-range", GOOD_PAGE.partition("## Fix")[0]).fix is None


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("# Rating off the scale\n", ""),
        ("# Rating", "## Rating"),
        ("## Bad", "## Wrong"),
        ("## Good", "### Good"),
        ("## Why", "## Fix"),
        ("It lies below the lowest.\n", "One.\n\nTwo.\n"),
        ("Nobody can draw it.\n", "One.\n\nTwo.\n"),
        ("Nobody can draw it.\n", ""),
        ("```yaml posts/the fog.md\nrating: 9\n```\n", ""),
        ("```yaml posts/the fog.md\nrating: 9\n```\n", "Such as 9.\n"),
        ("rating: 9\n```\n", "rating: 9\n"),
        ("```yaml posts", "```json posts"),
        ("```yaml posts/the fog.md", "```"),
    ],
)
def test_a_page_of_another_shape_is_refused(part: str, instead: str) -> None:
    """One shape for all: whatever is missing, twice, elsewhere or of another kind is told with the rule's code."""
    assert GOOD_PAGE.count(part) == 1

    with pytest.raises(ValueError, match=r"^rating-range: "):
        parse_page("rating-range", GOOD_PAGE.replace(part, instead))
