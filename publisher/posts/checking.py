"""Front matter, from the YAML that stands in a file to checked values, or to everything that is wrong with them."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from publisher.diagnostics import Report
from publisher.posts import body, tree
from publisher.posts.comments import check_comments
from publisher.posts.front_matter import Context, FrontMatter
from publisher.posts.plain_yaml import plain_values
from publisher.posts.rules import check_rules
from publisher.posts.subject import Subject
from publisher.values.faults import models_of, report_faults, unknown_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from pydantic import BaseModel

    from publisher.diagnostics import Span
    from publisher.posts.handler import Parts
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath

FRONT_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post is read: its file, its site, and the moment for rules that depend on one."""

    path: Path
    site: Site
    now: datetime | None

    @property
    def context(self) -> Context:
        """What the site lends to the checkers of values."""
        return Context(self.site.zone, self.site.scale, self.site.authors)


def check_front_matter(parts: Parts, place: Place, report: Report) -> FrontMatter | None:
    """Check everything between the two fences; None when it cannot be told what it says."""
    span = parts.front
    if span.end - span.start > FRONT_LIMIT:
        report.add(
            "file-too-large",
            parts.opening,
            f"the front matter is longer than {FRONT_LIMIT // 1024} KiB",
            help="the text of the review goes below the second line of ---",
        )
        return None
    values = plain_values(report.source.text[span.start : span.end])
    if values is not None:
        try:
            front = FrontMatter.model_validate(values, context=place.context)
        except ValidationError:
            pass  # the other way says where
        else:
            locator = tree.TreeLocator(lambda: tree_at(span, Report(report.source))[0], parts.opening, report)
            check_rules(Subject(place.path, place.site, place.now, parts, front, locator, report))
            return front
    return _look_closely(parts, place, report)


def _look_closely(parts: Parts, place: Place, report: Report) -> FrontMatter | None:
    span = parts.front
    root, whole = tree_at(span, report)
    if not whole and not isinstance(root, tree.Mapping):
        return None
    if root is not None and not isinstance(root, tree.Mapping):
        report.add(
            "front-matter-shape",
            parts.opening,
            "the front matter is not a list of `key: value` lines",
            help="such as title: Karmalink, each on a line of its own",
        )
        return None
    body.check_values(root, span, report)
    check_comments(root, report)
    if root is not None:
        _empty_keys(root, FrontMatter, report)
    locator = tree.TreeLocator(lambda: root, parts.opening, report)
    if not whole:
        _validate_rest(root, place.context, report, locator)
        return None
    front, faulty = _validate(tree.plain(root) or {}, place.context, report, locator)
    check_rules(Subject(place.path, place.site, place.now, parts, front, locator, report, frozenset(faulty)))
    return front


def tree_at(span: Span, report: Report) -> tuple[tree.Node | None, bool]:
    """Read the YAML that stands at a span of a file, as `tree.build` does."""
    return tree.build(body.readable_yaml(span, report), span.start, report)


def _empty_keys(group: tree.Mapping, model: type[BaseModel], report: Report) -> None:
    """Report unknown keys that were left empty; the model is not shown what is empty."""
    known = _keys(model)
    for key, value in group.values.items():
        if key not in known:
            if isinstance(value, tree.Scalar) and (value.value is None or value.broken):
                rename = partial(tree.renamed, group, key, source=report.source)
                unknown_key(report, group.keys[key], key, model, rename)
        elif (inner := known[key]) is not None:
            for item in value.items if isinstance(value, tree.Sequence) else [value]:
                if isinstance(item, tree.Mapping):
                    _empty_keys(item, inner, report)


@cache
def _keys(model: type[BaseModel]) -> Mapping[str, type[BaseModel] | None]:
    """List the keys of a group, each with the model of the group it holds."""
    return {
        field.alias or name: next(models_of(field.annotation), None)
        for name, field in model.model_fields.items()
    }


def _validate_rest(
    root: tree.Node | None, context: Context, report: Report, locator: tree.TreeLocator
) -> None:
    """Check the values that stand before a fault of YAML; what bears on several keys cannot be told.

    Nothing more is said of the lines at fault: it would be a symptom.
    """
    said = len(report.diagnostics)
    lines = {fault.line for fault in report.diagnostics if fault.code.startswith("yaml-")}
    _validate(tree.plain(root), context, report, locator)
    report.diagnostics[said:] = [fault for fault in report.diagnostics[said:] if fault.line not in lines]


def _validate(
    data: dict[str, Any], context: Context, report: Report, locator: tree.TreeLocator
) -> tuple[FrontMatter, set[KeyPath]]:
    """Check every value; what is at fault is reported, taken out, and the rest returned."""
    faulty: set[KeyPath] = set()
    try:
        return FrontMatter.model_validate(data, context=context), faulty
    except ValidationError as error:
        faulty.update(report_faults(error, FrontMatter, report, locator))
    sound = copy.deepcopy(data)
    faulty.update([_take_out(sound, path) for path in faulty])
    return FrontMatter.model_validate(sound, context=context), faulty


def _take_out(data: dict[str, Any], path: KeyPath) -> KeyPath:
    """Remove the value at a path, so that the rest can be checked; return the path of what went.

    A list of texts goes as a whole; an item of `watch` stays, empty, so that the others keep their numbers.
    """
    node: Any = data
    for depth, step in enumerate(path[:-1]):
        if isinstance(node, dict) and step not in node:
            return path[: depth + 1]
        inner = node[step]
        if path[0] == "watch" and len(path) == 2 and isinstance(inner, list):
            inner[int(path[1])] = {}
            return path
        if not isinstance(inner, dict) and path[0] != "watch":
            node.pop(step)
            return path[: depth + 1]
        node = inner
    if isinstance(node, dict):
        node.pop(path[-1], None)
    return path
