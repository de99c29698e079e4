"""JSON Schema of a pydantic model, in the shape that editors' tools make the most of.

Everything stands where it applies: tools differ in what they make of `$ref` with a description beside it. There are
no titles made of the names of classes, and no null: what Python calls None is a key that is left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Says what a key can be when it is there."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if written.get("default") in (None, [], {}):  # that says no more than that the key may be left out
            written.pop("default", None)
        return written

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - pydantic's own signature
        return json_number(dft) if isinstance(dft, Decimal) else super().encode_default(dft)

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002
        return value


def json_number(number: Decimal) -> float:
    """Return a decimal as JSON writes it; a whole number without a point."""
    return int(number) if number == int(number) else float(number)


def model_schema(model: type[BaseModel], title: str) -> Schema:
    """Return the JSON Schema (2020-12) of what a model takes; descriptions and defaults are the model's."""
    written = model.model_json_schema(schema_generator=_Generator)
    return {"$schema": DIALECT, "title": title, **_settled(written, written.get("$defs", {}))}


def _settled(schema: Schema, definitions: Schema) -> Schema:
    """Put what is referred to in its place, and take titles away."""
    if "$ref" in schema:
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **schema}
    settled = {key: value for key, value in schema.items() if key not in {"$ref", "$defs", "title"}}
    for key in settled.keys() & {"items", "additionalProperties"}:
        if isinstance(settled[key], dict):
            settled[key] = _settled(settled[key], definitions)
    if "properties" in settled:
        settled["properties"] = {
            name: _settled(value, definitions) for name, value in settled["properties"].items()
        }
    return settled
