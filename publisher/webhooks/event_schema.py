"""The JSON Schemas of events: what a partner can rely on.

They say which fields there are, of which types, and which are always there. They are open: fields may be added, and
another value of a list of words, too; whoever does not know one passes it over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.errors import UsageError
from publisher.model import EventType
from publisher.values.json_schema import DIALECT, Schema
from publisher.webhooks.payload import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFINITIONS = "#/$defs/"


def event_schema(type: str | None = None) -> Schema:
    """Return the JSON Schema (2020-12) of the events of a type, or of any type.

    Times are of the format date-time, addresses of the format uri: a validator looks at formats where it is told to.

    Raises:
        UsageError: There is no such type.
    """
    if type is None:
        heading = "An event, as partners get it"
        body: Schema = {"oneOf": [_reference(str(kind)) for kind in EventType]}
    else:
        heading, body = f"An event of the type {type}", _event(_known(type))
    definitions = {**_parts(), **{str(kind): _event(kind) for kind in EventType}}
    needed = _reached(body, definitions)
    parts = {"$defs": {name: definitions[name] for name in definitions if name in needed}} if needed else {}
    return {"$schema": DIALECT, "title": heading, **body, **parts}


def _known(type: str) -> EventType:
    known = [str(kind) for kind in EventType]
    if type not in known:
        from publisher.diagnostics.suggest import nearest  # noqa: PLC0415 - only where a word is to be guessed

        near = nearest(type, known)
        raise UsageError(
            f'"{type}" is not a type of event',
            f"did you mean {near}?" if near else f"known: {', '.join(known)}",
        )
    return EventType(type)


def _event(type: EventType) -> Schema:
    """Return the schema of a whole body; its definitions stand elsewhere."""
    return _object(
        {
            "type": {"const": str(type)},
            "timestamp": _time("when it was announced"),
            "data": _DATA[type](),
        },
        required=("type", "timestamp", "data"),
    )


def _published() -> Schema:
    return _of_a_review()


def _updated() -> Schema:
    return _of_a_review(changed=_changed("what changed"), required=("changed",), before=("offers",))


def _moved() -> Schema:
    changed = _changed("what changed: `url`, and perhaps more")
    data = _of_a_review(
        changed={**changed, "contains": {"const": "url"}},
        required=("changed", "previous"),
        before=("url", "offers"),
    )
    data["properties"]["previous"]["required"] = ["url"]
    return data


def _offers_changed() -> Schema:
    changed = _changed("what changed: `offers`")
    data = _of_a_review(
        changed={**changed, "contains": {"const": "offers"}}, required=("changed",), before=("offers",)
    )
    data["else"]["required"] = ["previous"]
    data["properties"]["previous"]["required"] = ["offers"]
    return data


def _retracted() -> Schema:
    return _object(
        {
            **_numbered(),
            "review": _object(
                {"id": _urn(), "url": _address("where it was")},
                "the review, of whose text nothing is said",
                required=("id", "url"),
            ),
            "reason": _text("what the editor wrote, or `unpublished`, or `deleted`"),
            "retracted": _time("when it was taken back"),
        },
        required=("schema_version", "sequence", "review", "reason", "retracted"),
    )


def _ping() -> Schema:
    version = {"schema_version": _numbered()["schema_version"]}
    return _object(version, required=("schema_version",))


_DATA = {
    EventType.PUBLISHED: _published,
    EventType.UPDATED: _updated,
    EventType.MOVED: _moved,
    EventType.OFFERS_CHANGED: _offers_changed,
    EventType.RETRACTED: _retracted,
    EventType.PING: _ping,
}


def _of_a_review(
    *, changed: Schema | None = None, required: tuple[str, ...] = (), before: tuple[str, ...] = ()
) -> Schema:
    """Return the schema of `data` with a review in it, whole or thin."""
    known = {
        "url": _address("the address that you were told last"),
        "offers": {
            "description": "where to watch, as you were told last; none of a thin event",
            "type": "array",
            "items": _reference("offer_before"),
        },
    }
    return {
        **_object(
            {
                **_numbered(),
                **({"changed": changed} if changed else {}),
                "thin": {
                    "description": "the body would have been too large: fetch the rest from the review's address, or the feeds",
                    "const": True,
                },
                "content_omitted": {
                    "description": "with the text the body would have been too large; you asked for it, and it is left out",
                    "const": True,
                },
                "review": _reference("review"),
                **(
                    {"previous": _object({key: known[key] for key in before}, "as it was before")}
                    if before
                    else {}
                ),
                "feeds": _reference("feeds"),
            },
            required=("schema_version", "sequence", "review", "feeds", *required),
        ),
        "if": {"required": ["thin"]},
        "else": {"properties": {"review": {"required": ["summary", "language"]}}},
    }


def _parts() -> dict[str, Schema]:
    """Return the definitions that several types of events share."""
    return {
        "review": _review(),
        "author": _object({"name": _text(), "url": _address()}, required=("name",)),
        "film": _film(),
        "rating": _rating(),
        "image": _image(),
        "offer": _offer(),
        "offer_before": _object(_terms(), required=("service", "kind")),
        "feeds": _object(
            {form: _address() for form in ("rss", "atom", "json")},
            "where the feeds are",
            required=("rss", "atom", "json"),
        ),
    }


def _review() -> Schema:
    return _object(
        {
            "id": _urn(),
            "url": _address("its permanent address"),
            "title": _text(),
            "summary": _text("plain text"),
            "content_html": _text(
                "the whole review in safe HTML, where the endpoint asked for it; every address is absolute"
            ),
            "language": _text("a BCP 47 tag", pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
            "authors": _list(_reference("author")),
            "tags": _list(_text()),
            "film": _reference("film"),
            "rating": _reference("rating"),
            "image": _reference("image"),
            "offers": {**_list(_reference("offer")), "description": "where to watch it"},
            "offers_attributions": {
                **_list(_object({"text": _text(), "url": _address()}, required=("text", "url"))),
                "description": "what has to be said wherever these offers are shown",
            },
            "offers_disclosure": _text("what has to be said of offers that are sponsored"),
            "published": _time(),
            "updated": _time("when readers were last to be told of a change"),
            "correction": _text("what was wrong"),
        },
        required=("id", "url", "title", "published"),
    )


def _film() -> Schema:
    return _object(
        {
            "title": _text(),
            "original_title": _text(),
            "year": {"type": "integer"},
            "directors": _list(_text()),
            "cast": _list(_text()),
            "countries": _list(_text("ISO 3166-1 alpha-2", pattern="^[A-Z]{2}$")),
            "languages": _list(_text("a BCP 47 tag")),
            "runtime": {"description": "minutes", "type": "integer", "minimum": 1},
            "ids": {
                "description": "identifiers by scheme: `imdb`, `tmdb`, `wikidata`",
                "type": "object",
                "additionalProperties": _text(),
                "minProperties": 1,
            },
        },
        required=("title",),
    )


def _rating() -> Schema:
    return _object(
        {
            **{key: {"type": "number"} for key in ("value", "minimum", "maximum")},
            "unit": _text("what the points are called"),
            "text": _text("the rating in words"),
        },
        required=("value", "minimum", "maximum", "unit", "text"),
    )


def _image() -> Schema:
    pixels: Schema = {"description": "in pixels", "type": "integer", "minimum": 1}
    return _object(
        {
            "url": _address(),
            "mime_type": _text(pattern="^[a-z]+/[a-z0-9.+-]+$"),
            "size_in_bytes": {"type": "integer", "minimum": 0},
            "width": pixels,
            "height": pixels,
            "alt": _text(),
            "credit": _text(),
        },
        required=("url",),
    )


def _offer() -> Schema:
    return _object(
        {
            "name": _text("what the service is called today"),
            "former": _text("what it was called when the offer was written down"),
            "status": _text("`current` or `upcoming`"),
            "link": _text("`given`, `rewritten`, `search` or `none`"),
            "sponsored": {"const": "true"},
            "source": _text("who said so"),
            "checked": _time("when"),
            **_terms(),
        },
        required=("service", "name", "kind", "status", "link"),
    )


def _terms() -> dict[str, Schema]:
    """Return what makes an offer another one."""
    return {
        "service": _text("the service's key"),
        "kind": _text("`rent`, `buy`, `subscription`, `free`, `ads`, `cinema` or `disc`"),
        "region": _text("ISO 3166-1 alpha-2", pattern="^[A-Z]{2}$"),
        "href": _address(),
        "price": _text(pattern=r"^[0-9]+(\.[0-9]+)?$"),
        "currency": _text("ISO 4217", pattern="^[A-Z]{3}$"),
        "quality": _text(),
        "via": _text("the channel it is sold through"),
        "exclusive": {"const": "true"},
        "from": _time("the first moment it holds"),
        "until": _time("the first moment it no longer holds"),
    }


def _numbered() -> dict[str, Schema]:
    return {
        "schema_version": {"const": SCHEMA_VERSION},
        "sequence": {"description": "counts the review's events", "type": "integer", "minimum": 1},
    }


def _changed(description: str) -> Schema:
    return {
        "description": description,
        "type": "array",
        "items": _text(pattern="^[a-z_]+$"),
        "minItems": 1,
        "uniqueItems": True,
    }


def _object(
    properties: dict[str, Schema], description: str = "", *, required: tuple[str, ...] = ()
) -> Schema:
    return {
        **_described(description),
        "type": "object",
        "properties": properties,
        **({"required": [*required]} if required else {}),
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _text(description: str = "", **more: Any) -> Schema:  # noqa: ANN401 - any keyword of JSON Schema
    return {**_described(description), "type": "string", "minLength": 1, **more}


def _time(description: str = "") -> Schema:
    return {**_described(description), "type": "string", "format": "date-time"}


def _address(description: str = "") -> Schema:
    return {**_described(description), "type": "string", "format": "uri"}


def _urn() -> Schema:
    digits = "-".join(f"[0-9a-f]{{{count}}}" for count in (8, 4, 4, 4, 12))
    return _text("the same in the feeds, for ever", pattern=f"^urn:uuid:{digits}$")


def _described(description: str) -> Schema:
    return {"description": description} if description else {}


def _reference(name: str) -> Schema:
    return {"$ref": _DEFINITIONS + name}


def _reached(schema: Schema, definitions: dict[str, Schema]) -> set[str]:
    """Return the names of the definitions that a schema needs, directly or by others."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        for name in _referred_to(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(definitions[name])
    return found


def _referred_to(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(_DEFINITIONS)
        for value in schema.values():
            yield from _referred_to(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _referred_to(value)
