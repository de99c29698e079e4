"""The JSON Schema of publisher.toml, for the tools of editors."""

from __future__ import annotations

from publisher.diagnostics import RULES
from publisher.site.schema import Configuration
from publisher.values.json_schema import Schema, model_schema


def config_schema() -> Schema:
    """Return the JSON Schema (2020-12) of publisher.toml, as TOML's own types.

    What bears on several keys, or on more than the file, it cannot say: steps that do not lead from the lowest
    rating to the highest, folders within each other, time zones, authors and services that do not exist.
    """
    schema = model_schema(Configuration, "publisher.toml")
    schema["properties"]["rules"] |= _rules(schema["properties"]["rules"]["additionalProperties"])
    return schema


def _rules(level: Schema) -> Schema:
    """List the rules that a site can judge for itself, each with what it asks."""
    return {
        "properties": {
            rule.code: {"description": rule.summary, **level, "default": str(rule.severity)}
            for rule in RULES.values()
            if not rule.fixed
        },
        "additionalProperties": False,
    }
