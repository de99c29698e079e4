"""The JSON Schema of front matter marks what the validator marks, as far as a schema can see it."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import publisher
from publisher.diagnostics import Diagnostic, Report, Source
from publisher.posts import PostHandler, read_post
from publisher.site import load_site
from tests import core_yaml
from tests.agreement import Marker, Unseen, errors, seen
from tests.core_yaml import FLOAT, INTEGER
from tests.posts.bordering_values import NEEDED, VALUES, post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import MakeSite

GOLDEN = Path(__file__).parent / "golden"
SITE = load_site(GOLDEN)
PATH = GOLDEN / "post.md"
MARKER = Marker(publisher.post_schema(SITE))

_TAG = "[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
UNSEEN = (
    Unseen("file-.*|front-matter-.*", "where there is no front matter, none is looked at"),
    Unseen("(body|text|link|html)-.*", "the text below is none of its business"),
    Unseen(
        "forbidden-character",
        "most stand in the text; those in front matter stop a YAML reader, but for escapes",
    ),
    Unseen("yaml-feature", "anchors, aliases and tags are resolved before it is asked"),
    Unseen(
        "yaml-syntax", "to YAML the line goes on with the text above", "this - begins no item of a list.*"
    ),
    Unseen("date-order", "it cannot compare two values"),
    Unseen(
        "date-invalid", "when clocks change depends on the zone", ".* (does not exist|exists twice) in .*"
    ),
    Unseen("image-missing", "files lie on the disk"),
    Unseen("service-.*", "services have too many names, and capitals do not matter in them"),
    Unseen("slug-invalid", "it does not know the file's name", "the file's name .*"),
    Unseen("slug-invalid", "its patterns tell letters in ASCII only", r'".*[^\x00-\x7f].*" is not .*'),
    Unseen("invalid-value", "it counts no characters that turn a line about", r"the text holds U\+20.*"),
    Unseen("language-unknown", "languages are too many for a pattern", rf'"{_TAG}" .*'),
    Unseen("invalid-value", "it takes capitals for other letters", r'the tag "(.*)" repeats "(?!\1").*'),
    Unseen(
        "rating-invalid|slug-invalid|invalid-value",
        "YAML tells which number it is, or that it is true, and not how that was written",
        rf'"({INTEGER}|{FLOAT}|True|TRUE|False|FALSE)" is not .*',
    ),
)


def front_matter(data: bytes) -> object:
    """Read what stands between the two lines of --- as a tool does.

    Raises:
        yaml.YAMLError: It is no YAML.
        LookupError: There is none.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LookupError("no text") from error
    source = Source("post.md", text)
    parts = PostHandler().locate(source, Report(source))
    if parts is None:
        raise LookupError("no front matter")
    return core_yaml.load(text[parts.front.start : parts.front.end]) or {}


def marked(data: bytes, marker: Marker) -> list[str]:
    """Say what an editor would see marked: what the YAML reader complains of, or else the schema."""
    try:
        return marker.marks(front_matter(data))
    except LookupError:
        return []
    except yaml.YAMLError as error:
        return [str(error)]


def agree(faults: list[Diagnostic], marks: list[str]) -> None:
    """Hold what an editor would see against the errors of a post."""
    if marks:
        assert errors(faults), marks
    else:
        assert seen(faults, UNSEEN) == []


@cache
def corpus() -> Mapping[str, tuple[list[Diagnostic], list[str]]]:
    """Return what the validator has against each post there is, and what an editor would see."""
    posts = {case.stem: (case.read_bytes(), case) for case in sorted(GOLDEN.glob("*.md"))}
    posts |= {
        f"{key}: {typed}": (post({key: typed}), PATH) for key, values in VALUES.items() for typed in values
    }
    return {
        name: (read_post(data, path, SITE)[1], marked(data, MARKER)) for name, (data, path) in posts.items()
    }


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.md")), ids=lambda case: case.stem)
def test_schema_and_validator_agree_on_a_post(case: Path) -> None:
    """A post without errors is good to the schema, too; one with an error that a schema can see is not."""
    agree(*corpus()[case.stem])


@pytest.mark.parametrize("key", VALUES)
def test_they_agree_on_every_value_of_a_key(key: str) -> None:
    """Each value near the border between good and bad is on the same side of it for both."""
    for typed in VALUES[key]:
        agree(*corpus()[f"{key}: {typed}"])


@pytest.mark.parametrize("kind", UNSEEN, ids=lambda kind: f"{kind.code} {kind.message}")
def test_the_list_of_what_a_schema_cannot_see_is_exact(kind: Unseen) -> None:
    """Without any one entry the two would disagree on some post: none is there for nothing."""
    others = [other for other in UNSEEN if other is not kind]

    assert [name for name, (faults, marks) in corpus().items() if not marks and seen(faults, others)]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([(key, typed) for key, values in VALUES.items() for typed in values]), max_size=6
    ).map(dict),
    st.sets(st.sampled_from(sorted(NEEDED)), max_size=1),
)
def test_they_agree_on_values_put_together(typed: dict[str, str], without: set[str]) -> None:
    """Whatever is put together, and whatever is left out of it, both find it good or both find it bad."""
    data = post(typed, without)

    agree(read_post(data, PATH, SITE)[1], marked(data, MARKER))


ONE_AUTHOR = """\
[site]
title = "The Pinned Wing"
base_url = "https://reviews.example/"
time_zone = "America/Chicago"

[authors.desk]
name = "The Night Desk"
"""
RATINGS = [
    str(Decimal(tenths) / 10)
    for tenths in (*range(-60, 121), 995, 996, 1000, 1001, 1005, 5000, 9999, 10000, 10010)
]


def on_scale(
    make_site: MakeSite, minimum: str, maximum: str, step: str
) -> Iterator[tuple[str, bool, set[str]]]:
    """Hold ratings against a scale: each as typed, whether an editor sees it marked, and the rules it breaks."""
    scale = f"[rating]\nminimum = {minimum}\nmaximum = {maximum}\nstep = {step}\n"
    site = make_site(configuration=ONE_AUTHOR + scale)
    marker = Marker(publisher.post_schema(site))
    for typed in (*RATINGS, *(f'"{rating}"' for rating in RATINGS)):
        data = post({"rating": typed})
        faults = errors(read_post(data, site.posts / "post.md", site)[1])
        yield typed, bool(marked(data, marker)), {fault.code for fault in faults}


@pytest.mark.parametrize(
    "scale",
    [("0", "5", "0.5"), ("1", "10", "1"), ("-5", "5", "2.5"), ("0", "100", "5"), ("0", "20", "0.125")],
)
def test_the_schema_knows_the_scale(make_site: MakeSite, scale: tuple[str, str, str]) -> None:
    """Ratings off the scale or between its steps are marked, in quotes or not, and no others."""
    for typed, is_marked, broken in on_scale(make_site, *scale):
        assert is_marked == bool(broken), typed


@pytest.mark.parametrize("scale", [("0", "5", "0.1"), ("0.5", "5.5", "1"), ("0", "1000", "0.25")])
def test_what_the_schema_cannot_say_of_a_scale_is_left_to_the_validator(
    make_site: MakeSite, scale: tuple[str, str, str]
) -> None:
    """To most tools 0.3 is no multiple of 0.1, and a thousand points are no pattern: no good rating is marked."""
    for typed, is_marked, broken in on_scale(make_site, *scale):
        assert not is_marked or broken, typed
        assert is_marked or '"' in typed or "rating-range" not in broken, typed


@pytest.mark.parametrize("typed", [None, "~", "desk", "[desk]", "[]", "hester", "[desk, hester]", '""'])
@pytest.mark.parametrize("authors", ["", "[authors.hester]\nname = 'Hester Pellow'\n"])
def test_an_author_has_to_be_named_where_there_are_several(
    make_site: MakeSite, authors: str, typed: str | None
) -> None:
    """The only author of a site signs what names none."""
    site = make_site(configuration=ONE_AUTHOR + authors)
    data = post({"author": typed} if typed else {}, [] if typed else ["author"])
    faults = errors(read_post(data, site.posts / "post.md", site)[1])

    assert bool(marked(data, Marker(publisher.post_schema(site)))) == bool(faults)


def test_authors_are_offered_with_their_names(make_site: MakeSite) -> None:
    """Who hovers over the key reads whose it is."""
    author = publisher.post_schema(make_site())["properties"]["author"]

    assert "desk (The Night Desk)" in author["description"]
    assert author["anyOf"][0] == {"enum": ["desk"]}


def test_a_site_without_authors_has_a_schema(make_site: MakeSite) -> None:
    """What nobody can write yet is required all the same, and the description says why."""
    schema = publisher.post_schema(make_site(configuration=ONE_AUTHOR.partition("[authors")[0]))

    assert "author" in schema["required"]
    assert marked(post({"author": "desk"}), Marker(schema))


def keys_of(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """List the keys that a schema knows, with what it says of each."""
    for name, value in schema.get("properties", {}).items():
        yield f"{path}{name}", value
        yield from keys_of(value, f"{path}{name}.")
        yield from keys_of(value.get("items", {}), f"{path}{name}.")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from keys_of(schema["additionalProperties"], f"{path}*.")


@pytest.mark.parametrize(
    "schema", [publisher.post_schema(SITE), publisher.config_schema()], ids=["post", "config"]
)
def test_every_key_is_described_and_no_other_is_known(schema: dict[str, Any]) -> None:
    """Editors show the description beside the key, and unknown keys as wrong."""
    keys = dict(keys_of(schema))

    assert [key for key, value in keys.items() if not value.get("description")] == []
    assert [
        key for key, value in keys.items() if "properties" in value and value["additionalProperties"]
    ] == []
    assert len(keys) > 40


@pytest.mark.needs("node")
@pytest.mark.parametrize(
    "schema", [publisher.post_schema(SITE), publisher.config_schema()], ids=["post", "config"]
)
def test_every_pattern_is_one_of_javascript_too(schema: dict[str, Any]) -> None:
    """Tools compile patterns with the flag u, which takes no escape that means nothing."""
    script = "JSON.parse(require('fs').readFileSync(0), (key, value) => key === 'pattern' ? new RegExp(value, 'u') : value)"
    node = subprocess.run(
        ["node", "-e", script], input=json.dumps(schema), capture_output=True, encoding="utf-8", check=False
    )

    assert (node.returncode, node.stderr) == (0, "")
