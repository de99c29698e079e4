"""The JSON Schemas of events: sound by themselves, held against every body, and able to say no."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher import event_schema
from publisher.errors import UsageError
from publisher.model import EventType
from tests.webhooks.event_samples import bodies, faults, life, read

TYPES = [str(kind) for kind in EventType]
REVIEWS = [kind for kind in TYPES if kind not in {"review.retracted", "ping"}]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give a body of every type, and those with the whole text, too."""
    return bodies(life(tmp_path_factory.mktemp("site")))


def changed(body: bytes, path: str, value: object) -> bytes:
    """Write a body in which one field is another, or with `...` is not there."""
    event = copy.deepcopy(read(body))
    *way, last = ["type"] if path == "type" else path.split(".")
    group: Any = event
    for key in way:
        group = group[int(key) if key.isdecimal() else key]
    if value is ...:
        del group[last]
    else:
        group[last] = value
    return json.dumps(event).encode()


@pytest.mark.parametrize("kind", [None, *TYPES])
def test_a_schema_is_valid_by_its_own(kind: str | None) -> None:
    """It keeps the rules of its dialect, and has what it refers to, and nothing besides."""
    schema = event_schema(kind)
    Draft202012Validator.check_schema(schema)
    parts = schema.get("$defs", {})
    written = json.dumps(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {name for name in parts if f'"#/$defs/{name}"' not in written} == set()
    assert written.count('"$ref"') == sum(written.count(f'"$ref": "#/$defs/{name}"') for name in parts)


def test_every_body_that_is_made_is_valid(samples: dict[str, bytes]) -> None:
    """Of every type, with the whole text and without: no field is missing, and none is there that is not listed."""
    full = {"review.published", "review.updated", "review.moved", "review.offers_changed"}

    assert set(samples) == {*TYPES, *(f"{kind} full" for kind in full)}
    assert {name: found for name, body in samples.items() if (found := faults(body))} == {}


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("review.published", "type", "review.publishd"),
        ("review.published", "timestamp", ...),
        ("review.published", "timestamp", "2026-11-22 12:00:00+00:00"),
        ("review.published", "timestamp", "2026-11-22T12:00:00"),
        ("review.published", "timestamp", "2026-02-30T12:00:00Z"),
        ("review.published", "timestamp", 1700000000),
        ("review.published", "data", []),
        ("review.published", "data.schema_version", 2),
        ("review.published", "data.schema_version", "1"),
        ("review.published", "data.sequence", 0),
        ("review.published", "data.sequence", 1.5),
        ("review.published", "data.sequence", ...),
        ("review.published", "data.feeds", ...),
        ("review.published", "data.feeds.rss", "/feeds/rss.xml"),
        ("review.published", "data.thin", False),
        ("review.published", "data.review", ...),
        ("review.published", "data.review.id", "4c768283-9939-45ec-b325-53b5be6f9ce5"),
        ("review.published", "data.review.id", "urn:uuid:4C768283-9939-45EC-B325-53B5BE6F9CE5"),
        ("review.published", "data.review.url", "reviews/nosferatu/"),
        ("review.published", "data.review.url", "https://reviews.example/フォグ"),
        ("review.published", "data.review.url", "https://reviews.example/a b"),
        ("review.published", "data.review.title", ...),
        ("review.published", "data.review.title", ""),
        ("review.published", "data.review.title", None),
        ("review.published", "data.review.summary", ...),
        ("review.published", "data.review.language", "english language"),
        ("review.published", "data.review.published", ...),
        ("review.published", "data.review.published", "2022-10-31"),
        ("review.published", "data.review.updated", None),
        ("review.published", "data.review.authors", []),
        ("review.published", "data.review.authors.0.name", ...),
        ("review.published", "data.review.tags", "vampires"),
        ("review.published", "data.review.tags", [1]),
        ("review.published", "data.review.film.title", ...),
        ("review.published", "data.review.film.year", "1922"),
        ("review.published", "data.review.film.countries", ["Germany"]),
        ("review.published", "data.review.film.ids", {}),
        ("review.published", "data.review.film.ids.tmdb", 653),
        ("review.published", "data.review.rating.value", "5"),
        ("review.published", "data.review.rating.maximum", ...),
        ("review.published", "data.review.image.url", ...),
        ("review.published", "data.review.offers", []),
        ("review.published", "data.review.offers.0.service", ...),
        ("review.published", "data.review.offers.0.price", 3.99),
        ("review.published", "data.review.offers.0.exclusive", True),
        ("review.published", "data.review.offers.0.until", "2027-01-01"),
        ("review.published full", "data.review.content_html", ""),
        ("review.updated", "data.changed", ...),
        ("review.updated", "data.changed", []),
        ("review.updated", "data.changed", ["film", "film"]),
        ("review.moved", "data.changed", ["title"]),
        ("review.moved", "data.previous", ...),
        ("review.moved", "data.previous.url", ...),
        ("review.moved", "data.previous.url", "/reviews/nosferatu/"),
        ("review.offers_changed", "data.changed", ["film"]),
        ("review.offers_changed", "data.previous", ...),
        ("review.offers_changed", "data.previous.offers", ...),
        ("review.offers_changed", "data.previous.offers.0.kind", ...),
        ("review.retracted", "data.reason", ...),
        ("review.retracted", "data.reason", ""),
        ("review.retracted", "data.retracted", ...),
        ("review.retracted", "data.review.url", ...),
        ("review.retracted", "data.review.title", "Nosferatu"),
        ("ping", "data", ...),
        ("ping", "data.schema_version", ...),
    ],
)
def test_what_is_no_event_is_refused(samples: dict[str, bytes], kind: str, path: str, value: object) -> None:
    """A field that is missing, of another type, or not in its form."""
    broken = changed(samples[kind], path, value)
    # A title in a retraction is no fault to a partner, who passes over what is not listed; it is one of ours.
    assert faults(broken, closed=path == "data.review.title") != []


@pytest.mark.parametrize(
    "path",
    [
        "new",
        "data.new",
        "data.review.new",
        "data.review.film.new",
        "data.review.offers.0.new",
        "data.feeds.new",
    ],
)
def test_a_field_that_is_added_is_fine_to_partners(samples: dict[str, bytes], path: str) -> None:
    """The schema of today takes what a later version may say; only our own tests do not."""
    added = changed(samples["review.published"], path, "something")

    assert faults(added, closed=False) == []
    assert faults(added) != []


@pytest.mark.parametrize("kind", REVIEWS)
def test_a_thin_event_needs_no_more_than_the_review(samples: dict[str, bytes], kind: str) -> None:
    """What is always there is not, where the event says that it is thin, and only there."""
    event = read(samples[kind])
    data = event["data"]
    data["review"] = {key: data["review"][key] for key in ("id", "url", "title", "published")}
    data.get("previous", {}).pop("offers", None)
    if not data.get("previous", True):
        del data["previous"]

    assert faults(json.dumps(event).encode()) != []
    data["thin"] = True
    assert faults(json.dumps(event).encode()) == []


def test_an_unknown_type_has_no_schema() -> None:
    """The type that was most likely meant is named, or all are."""
    with pytest.raises(UsageError, match="is not a type of event") as near:
        event_schema("review.move")
    with pytest.raises(UsageError) as far:
        event_schema("everything")

    assert near.value.hint == "did you mean review.moved?"
    assert far.value.hint == f"known: {', '.join(TYPES)}"


def test_the_example_of_a_retraction_says_no_more_than_it_may(samples: dict[str, bytes]) -> None:
    """Only id, address, reason and time, and which event it is."""
    data = read(samples["review.retracted"])["data"]

    assert {*data} == {"schema_version", "sequence", "review", "reason", "retracted"}
    assert {*data["review"]} == {"id", "url"}
