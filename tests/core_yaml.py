"""YAML 1.2 with its core types (section 10.3), as the tools of editors read it: dates and NO are text, 1e3 is a number."""

from __future__ import annotations

import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
INTEGER = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_NOT_FINITE = r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"


class CoreLoader(yaml.CSafeLoader):
    """Reads YAML; what the tools complain of by themselves, a key that stands twice for example, is an error."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to begin without its YAML 1.1


def _mapping(loader: CoreLoader, node: yaml.MappingNode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in values:
            raise yaml.constructor.ConstructorError(None, None, "no key, or a second one", key.start_mark)
        values[key.value] = loader.construct_object(value, deep=True)
    return values


def _integer(_loader: CoreLoader, node: yaml.ScalarNode) -> int:
    base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
    return int(node.value, base)


def _float(_loader: CoreLoader, node: yaml.ScalarNode) -> float:
    return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


for _name, _form, _begins in (
    ("null", "null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", ["t", "T", "f", "F"]),
    ("int", INTEGER, [*"-+0123456789"]),
    ("float", f"{FLOAT}|{_NOT_FINITE}", [*"-+.0123456789"]),
):
    CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_form})$"), _begins)
CoreLoader.add_constructor(_TAG + "map", _mapping)
CoreLoader.add_constructor(_TAG + "int", _integer)
CoreLoader.add_constructor(_TAG + "float", _float)


def load(text: str) -> Any:
    """Read one document.

    Raises:
        yaml.YAMLError: It is none.
    """
    return yaml.load(text, Loader=CoreLoader)  # noqa: S506 - a CSafeLoader
