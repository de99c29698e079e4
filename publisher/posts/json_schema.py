"""The JSON Schema of front matter, for the tools of editors.

Those tools read YAML 1.2 with its core types, the validator reads every value as the text that was typed: a title
may look like a number, a number may stand in quotes, a list of one may do without brackets, and a key left empty is
one left out. The schema takes all of that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from publisher.model import Status, plain
from publisher.posts import forms
from publisher.posts.front_matter import FrontMatter
from publisher.values.checkers import LIST_LIMIT
from publisher.values.forms import NOT_BLANK
from publisher.values.json_schema import Schema, json_number, model_schema

if TYPE_CHECKING:
    from publisher.model import RatingScale
    from publisher.site import Site

_FILLED = {"not": {"type": "null"}}


def post_schema(site: Site) -> Schema:
    """Return the JSON Schema (2020-12) of what stands between the two lines of --- in a post of the site.

    It knows the site's authors and its scale. What it cannot say: the order of dates, which services there are,
    which files lie on the disk, and anything about other posts.
    """
    schema = model_schema(FrontMatter, "Front matter of a review")
    keys = schema["properties"]
    keys["rating"] |= _rating(site.scale)
    _require(schema, "id", "title", "date")
    _require(keys["film"], "title")
    _require(keys["image"], "src")
    _require(keys["watch"]["items"], "service", "kind")
    _take_what_is_typed(schema)
    _name_authors(schema, site)
    schema["allOf"] = [_correction(), _retraction(), _watch()]
    return schema


def _require(group: Schema, *keys: str) -> None:
    group["required"] = [*keys]


def _take_what_is_typed(group: Schema) -> None:
    for name, value in group["properties"].items():
        _take_other_types(value)
        if name not in group.get("required", ()):
            _take_nothing(value)


def _take_other_types(value: Schema) -> None:
    """Take numbers, true and false for text, and a single text for a list of texts."""
    if "properties" in value:
        _take_what_is_typed(value)
    elif "properties" in value.get("items", ()):
        _take_what_is_typed(value["items"])
        value["maxItems"] = LIST_LIMIT
    elif "items" in value:
        item = value["items"]
        _take_other_types(item)
        value |= {**item, "type": [*_types(item), "array"], "maxItems": LIST_LIMIT}
    elif value["type"] == "string" and value.get("pattern", NOT_BLANK) == NOT_BLANK and "enum" not in value:
        value["type"] = ["string", "number", "boolean"]


def _take_nothing(value: Schema) -> None:
    value["type"] = [*_types(value), "null"]
    if "enum" in value:
        value["enum"] = [*value["enum"], None]


def _types(schema: Schema) -> list[str]:
    kinds = schema["type"]
    return [kinds] if isinstance(kinds, str) else kinds


def _name_authors(schema: Schema, site: Site) -> None:
    """Let `author` be one of the site's authors or a list of them; it can be left out where there is only one."""
    names = ", ".join(f"{key} ({author.name})" for key, author in sorted(site.authors.items()))
    one: Schema = {"enum": sorted(site.authors)}
    several: Schema = {"type": "array", "items": one, "maxItems": LIST_LIMIT}
    choices = [one, several]
    if len(site.authors) == 1:
        choices.append({"type": "null"})
    else:
        several["minItems"] = 1
        schema["required"].append("author")
    schema["properties"]["author"] = {
        "description": f"the author's key in publisher.toml, or a list: {names or 'it has no [authors] yet'}",
        "anyOf": choices,
    }


def _rating(scale: RatingScale) -> Schema:
    low, high, step = plain(scale.minimum), plain(scale.maximum), plain(scale.step)
    about: Schema = {
        "description": f"a point on the site's scale: {low} to {high} {scale.units} in steps of {step}",
        "type": ["number", "string"],
        "minimum": json_number(scale.minimum),
        "maximum": json_number(scale.maximum),
        "pattern": forms.points(scale),
    }
    # JSON Schema counts steps from zero, its tools in binary: to many of them 0.3 is no multiple of 0.1.
    if not scale.minimum % scale.step and Decimal(float(scale.step)) == scale.step:
        about["multipleOf"] = json_number(scale.step)
    return about


def _correction() -> Schema:
    return {
        "if": {"properties": {"correction": _FILLED}, "required": ["correction"]},
        "then": {"properties": {"updated": _FILLED}, "required": ["updated"]},
    }


def _retraction() -> Schema:
    about = ("retracted", "reason")
    return {
        "if": {"properties": {"status": {"const": Status.RETRACTED.value}}, "required": ["status"]},
        "then": {"properties": dict.fromkeys(about, _FILLED), "required": [*about]},
        "else": {"properties": {key: {"type": "null"} for key in about}},
    }


def _watch() -> Schema:
    return {
        "if": {"properties": {"watch": {"type": "array", "minItems": 1}}, "required": ["watch"]},
        "then": {"properties": {"film": _FILLED}, "required": ["film"]},
    }
