"""From what pydantic found wrong to faults an editor can mend.

Front matter and publisher.toml share this: both are mappings checked by a pydantic model, and both can say
where in the file a key or value stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol, get_args

from pydantic import BaseModel

from publisher.diagnostics.suggest import is_slip, near_words
from publisher.values.characters import UNSEEN, name_of, shorten
from publisher.values.checkers import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails, PydanticCustomError

    from publisher.diagnostics import Fix, Report, Span

Path = tuple[str | int, ...]

# How pydantic ends the path of a fault in the name of an entry, not in its value.
_NAME_OF_ENTRY = "[key]"


class WayOut(NamedTuple):
    """What to do about a fault, in words, and the repair that does it where that is sure to be right."""

    help: str
    fix: Fix | None = None


class Locator(Protocol):
    """Knows where the keys and values of a file stand."""

    def key(self, path: Path) -> Span | None:
        """Answer where the key at `path` stands; for a missing one, the block it belongs in."""

    def value(self, path: Path) -> Span | None:
        """Answer where the value at `path` stands, or the nearest thing to it."""

    def quoted(self, path: Path) -> WayOut | None:
        """Suggest the line of `path` with its value in quotes, where that would make it a text."""

    def renamed(self, path: Path, key: str) -> Fix | None:
        """Offer the repair that writes `key` where the one at `path` stands, where nothing else can be meant."""


def report_faults(
    error: ValidationError, model: type[BaseModel], report: Report, locator: Locator
) -> list[Path]:
    """Add a diagnostic for each error and return the paths of the values at fault."""
    paths: list[Path] = []
    for details in error.errors(include_url=False):
        path = tuple(details["loc"])
        paths.append(path)
        _report(details, path, model, report, locator)
    return paths


def _report(
    details: ErrorDetails, path: Path, model: type[BaseModel], report: Report, locator: Locator
) -> None:
    kind = details["type"]
    if kind == "fault":
        about = details["ctx"]
        named = path[-1:] == (_NAME_OF_ENTRY,)
        path = path[:-1] if named else path
        span = locator.key(path) if named else locator.value(path)
        way_out = locator.quoted(path) if about["quotable"] and not about["help"] else None
        words, fix = way_out or (about["help"], None)
        report.add(about["code"], span, about["message"], label=about["label"], help=words, fix=fix)
    elif kind == "extra_forbidden":
        group_model = model_at(model, path[:-1])
        unknown_key(
            report, locator.key(path), str(path[-1]), group_model, lambda key: locator.renamed(path, key)
        )
    elif kind == "missing":
        group = sorted(keys_at(model, path) - keys_at(model, path[:-1])) if len(path) == 1 else []
        report.add(
            "missing-key",
            locator.key(path[:-1]),
            f"`{path[-1]}` is missing; it is required here",
            help=f"add [{path[-1]}] with its keys: {', '.join(group)}"
            if group
            else f"add a line {path[-1]} = …",
        )
    else:
        wanted = {
            "model_type": "a group of keys",
            "model_attributes_type": "a group of keys",
            "dict_type": "a group of keys",
            "list_type": "a list",
            "tuple_type": "a list",
            "bool_type": "true or false",
            "bool_parsing": "true or false",
        }.get(kind)
        message = (
            f"found {describe(details['input'])}; this key takes {wanted}"
            if wanted
            else details["msg"][:1].lower() + details["msg"][1:]
        )
        keys = f"its keys, each with a value: {', '.join(sorted(keys_at(model, path)))}"
        report.add(
            "wrong-type" if wanted else "invalid-value",
            locator.value(path),
            message,
            help=keys if wanted == "a group of keys" else None,
        )


def add_fault(report: Report, span: Span | None, found: PydanticCustomError, fix: Fix | None = None) -> None:
    """Add the diagnostic of a fault that was not raised, because it took more than one value to see it."""
    about = found.context or {}
    report.add(about["code"], span, about["message"], label=about["label"], help=about["help"], fix=fix)


def unknown_key(
    report: Report,
    span: Span | None,
    key: str,
    model: type[BaseModel],
    renamed: Callable[[str], Fix | None],
) -> None:
    """Report a key that a model does not know, with the one that is meant.

    It is the one that other programs call so (`others` of the model), or the nearest; `renamed` offers to write it.
    """
    if report.full("unknown-key"):
        return
    known = sorted(_keys_of(model))
    unseen = UNSEEN.search(key)
    if unseen:
        report.add(
            "unknown-key",
            span,
            f"the key holds {name_of(unseen.group())}, which looks like nothing or like a space",
            help="delete the character; it is often left behind by pasting",
        )
        return
    near = near_words(key, known)
    homes = [name for name, inner in _groups_of(model).items() if key in _keys_of(inner)]
    if homes and not any(key == word for word in near):
        report.add(
            "unknown-key",
            span,
            f"`{key}` is not a key that belongs here",
            help=f"it belongs to `{homes[0]}`: write it below that, indented",
        )
        return
    others: Mapping[str, str] = getattr(model, "others", {})
    meant = others.get(re.sub(r"[\W_]", "", key.casefold())) or next(iter(near), None)
    report.add(
        "unknown-key",
        span,
        f"`{shorten(key) or repr(key)}` is not a key that belongs here",
        label=f"did you mean `{meant}`?" if meant else None,
        help=None if meant else f"known keys here: {', '.join(known)}",
        fix=renamed(meant) if meant and [*near] == [meant] and is_slip(key, meant) else None,
    )


def _groups_of(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the groups of keys that a model holds, by their keys."""
    return {
        info.alias or name: inner
        for name, info in model.model_fields.items()
        for inner in models_of(info.annotation)
    }


def keys_at(model: type[BaseModel], path: Path) -> set[str]:
    """List the keys that a model knows at a path."""
    return _keys_of(model_at(model, path))


def model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """Return the model of the group of keys at a path."""
    for step in path:
        if isinstance(step, int):
            continue
        field = next(
            (info for name, info in model.model_fields.items() if step in {name, info.alias}),
            None,
        )
        if field is None:  # the name of an entry in a table of tables: its model is the one found already
            continue
        model = next(models_of(field.annotation), model)
    return model


def _keys_of(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def models_of(annotation: object) -> Iterator[type[BaseModel]]:
    """List the models that a field's type names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_of(argument)
