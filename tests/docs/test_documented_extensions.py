"""What docs/extensions.md says of our feeds, held against the feeds of the sample site; its code, run."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from publisher.feeds.vocabulary import NAMESPACES
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.site import load_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeSite

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extensions.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TITLE = "Nosferatu: a hundred years of the same staircase"
#: What the page shows whole; the rest of an entry is RSS's and Atom's own, or in a table.
SHOWN = ("letterboxd", "media", "review", "source", "tmdb", "watch")


def code(language: str) -> str:
    """Return the one block of code in a language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


def documented_namespaces() -> dict[str, str]:
    """Return the table of namespaces, by their prefixes."""
    return dict(re.findall(r"^\| `(\w+)` \| `(https?://\S+)` \|", PAGE, re.MULTILINE))


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the feeds of the sample site."""
    folder = tmp_path_factory.mktemp("feeds")
    site = load_site(ROOT)
    generate(read_posts(site).require_valid().posts, site, NOW, out=folder)
    return folder


WATCH = """\
---
id: 4c768283-9939-45ec-b325-53b5be6f9ce5
title: The Handmaiden
date: 2026-11-01
film:
  title: The Handmaiden
watch:
  - service: Shudder
    kind: subscription
    source: tmdb
    checked: 2026-11-20T03:30
  - service: Vudu
    kind: rent
    url: https://www.vudu.com/content/movies/details/The-Handmaiden/839048
    price: 3.99 USD
    from: 2026-12-01
---

Text.
"""


@pytest.fixture
def watched(make_site: MakeSite) -> Path:
    """Give the folder with the feeds of a site that has affiliates and a source of offers."""
    site = make_site({"a.md": WATCH}, more='[watch.affiliates.fandango-at-home]\ntag = "night-desk"\n')
    generate(read_posts(site).require_valid().posts, site, NOW)
    return site.feeds


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_the_example_of_offers_in_xml_is_what_the_feeds_have(watched: Path, name: str) -> None:
    """The offers of a review, and what has to be said with them, attribute by attribute."""
    declarations = f'xmlns:watch="{NAMESPACES["watch"]}"'
    shown = etree.fromstring(f"<root {declarations}>{code('xml watch')}</root>")
    real = etree.parse(watched / name).iter(f"{{{NAMESPACES['watch']}}}*")

    for one, other in zip(shown, real, strict=True):
        assert says(as_fields(one), as_fields(other)), (as_fields(one), as_fields(other))


def test_the_example_of_offers_in_json_is_what_the_feed_has(watched: Path) -> None:
    """Field by field; what has to be said of them stands beside the offers."""
    (item,) = json.loads((watched / "feed.json").read_bytes())["items"]
    shown = json.loads(code("json watch"))

    assert says(shown, item["_watch"]), item["_watch"]


def entry_of(feeds: Path, name: str) -> etree._Element:
    """Find the review that the page shows in a feed."""
    for entry in etree.parse(feeds / name).iter("item", "{*}entry"):
        if entry.findtext("{*}title") == TITLE:
            return entry
    raise AssertionError(f"{name} has no review of that title")


def says(shown: Any, real: Any) -> bool:
    """Tell whether an example is what there is; a text that ends in … is the beginning of one."""
    if isinstance(shown, str) and isinstance(real, str) and shown.endswith("…"):
        return len(shown) > 10 and real.startswith(shown.removesuffix("…").rstrip())
    if isinstance(shown, dict) and isinstance(real, dict):
        return list(shown) == list(real) and all(says(shown[key], real[key]) for key in shown)
    if isinstance(shown, list) and isinstance(real, list):
        return len(shown) == len(real) and all(map(says, shown, real))
    return bool(shown == real)


def as_fields(element: etree._Element) -> dict[str, Any]:
    """Reduce an element to what it says."""
    inner = {f"child {number}": as_fields(child) for number, child in enumerate(element)}
    text = (element.text or "").strip()
    attributes = {str(name): str(value) for name, value in element.items()}
    return {"tag": element.tag, **attributes, "text": text, **inner}


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_the_example_in_xml_is_what_the_feeds_have(feeds: Path, name: str) -> None:
    """Every element that the page shows, in its order, with all of its attributes, and no other."""
    declarations = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in documented_namespaces().items())
    shown = [as_fields(element) for element in etree.fromstring(f"<root {declarations}>{code('xml')}</root>")]
    real = [
        as_fields(element)
        for element in entry_of(feeds, name)
        if etree.QName(element).namespace in {NAMESPACES[prefix] for prefix in SHOWN}
    ]

    assert [element["tag"] for element in shown] == [element["tag"] for element in real]
    for one, other in zip(shown, real, strict=True):
        assert says(one, other), (one, other)


def test_the_example_in_json_is_what_the_feed_has(feeds: Path) -> None:
    """Every field that the page shows, in its order, and no other."""
    document = json.loads((feeds / "feed.json").read_bytes())
    (item,) = (item for item in document["items"] if item["title"] == TITLE)
    shown = json.loads(code("json"))

    for key, value in shown.items():
        assert says(value, item[key]), (value, item[key])
    assert {key for key in item if key.startswith("_")} <= set(shown)


def test_every_namespace_is_documented() -> None:
    """Under the prefix that the feeds use, and the two that are for good as they always were."""
    tombstones = {"at": "http://purl.org/atompub/tombstones/1.0"}

    assert documented_namespaces() == NAMESPACES | tombstones
    assert NAMESPACES["review"] == "https://headless-publisher.example/ns/review/1"
    assert NAMESPACES["watch"] == "https://headless-publisher.example/ns/watch/1"


def elements(feeds: Path) -> Iterator[etree._Element]:
    """Yield the elements of all feeds of the site that are not RSS's or Atom's own."""
    for file in feeds.rglob("*.xml"):
        for element in etree.parse(file).iter("{*}*"):
            if etree.QName(element).namespace in {None, NAMESPACES["atom"]}:
                continue
            yield element


def test_every_element_and_attribute_is_documented(feeds: Path) -> None:
    """What the sample site has of them, where every key of front matter is used."""
    prefixes = {uri: prefix for prefix, uri in documented_namespaces().items()}
    names = {f"{prefixes[str(e.nsmap[e.prefix])]}:{etree.QName(e).localname}" for e in elements(feeds)}
    attributes = {str(name) for e in elements(feeds) if e.prefix in {"review", "watch"} for name in e.attrib}

    assert {"review:film", "review:sameAs", "review:correction", "watch:offer", "media:credit"} <= names
    assert {"original_title", "runtime", "price", "exclusive", "via"} <= attributes
    tombstone = {"at:deleted-entry", "at:comment"}  # subscribers.md shows one
    assert {name for name in names - tombstone if f"`{name}`" not in PAGE} == set()
    assert {name for name in attributes if f"`{name}`" not in PAGE} == set()


def fields(value: Any) -> Iterator[str]:
    """Yield the names of all fields within a value."""
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def test_every_field_is_documented(feeds: Path) -> None:
    """Within the two objects that are ours, of all reviews of the sample site."""
    document = json.loads((feeds / "feed.json").read_bytes())
    found = {
        name for item in document["items"] for key in ("_review", "_watch") for name in fields(item.get(key))
    }

    assert {"sameAs", "corrected", "markdown", "width", "rights", "unit", "href"} <= found
    assert {name for name in found if not re.search(rf"[`.]{name}`", PAGE)} == set()


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_the_lines_for_feedparser_read_film_and_rating(
    feeds: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever copies them sees the year and the rating of each review."""
    exec(code("python feedparser"), {"address": str(feeds / name)})  # noqa: S102 - running the documentation is the test

    lines = capsys.readouterr().out.splitlines()
    assert f"{TITLE} 1922 5" in lines
    assert "Under the Shadow: a wind gets in 2016 None" in lines


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_the_lines_for_lxml_read_every_offer(
    feeds: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever copies them sees service, kind, address and words of all offers of all reviews."""
    exec(code("python lxml"), {"address": str(feeds / name)})  # noqa: S102 - as above

    lines = capsys.readouterr().out.splitlines()
    assert (
        "Internet Archive free https://archive.org/search?query=nosferatu+1922 Free: Internet Archive (US), search"
        in lines
    )
    assert "physical disc disc None On disc (US)" in lines


@pytest.mark.needs("node")
def test_the_lines_for_javascript_read_the_films(feeds: Path, tmp_path: Path) -> None:
    """Whoever copies them sees each film with its pages elsewhere."""
    script = tmp_path / "read.mjs"
    content = json.dumps((feeds / "feed.json").read_text(encoding="utf-8"))
    script.write_text(
        f'const address = "data:application/json," + encodeURIComponent({content});\n{code("js")}',
        encoding="utf-8",
    )

    done = subprocess.run(["node", script], capture_output=True, encoding="utf-8", check=True, timeout=60)

    lines = done.stdout.splitlines()
    assert "Karmalink: no links" in lines
    assert (
        "Nosferatu: https://www.imdb.com/title/tt0013442/,https://www.themoviedb.org/movie/653,"
        "https://www.wikidata.org/wiki/Q151895"
    ) in lines
