"""Write docs/reference.md from the program itself: commands, keys, rules, events. `--check` compares only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
from pydantic import BaseModel

from publisher.cli import cli
from publisher.diagnostics import RULES, Severity
from publisher.model import EventType
from publisher.posts.front_matter import FrontMatter
from publisher.site.schema import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).parent.parent / "docs" / "reference.md"
EVENTS = {
    EventType.PUBLISHED: "a review can be read for the first time, or again after it was taken back",
    EventType.UPDATED: "its title, URL, summary, rating, film, image or `updated` changed; `changed` lists which",
    EventType.RETRACTED: "it can no longer be read: retracted, unpublished or deleted; `reason` says why",
}

INTRODUCTION = """\
# Reference

Made from the program by `make reference`; a test keeps it true. What the words mean and how to use them is told in
[editors.md](editors.md), [subscribers.md](subscribers.md) and [partners.md](partners.md)."""


def reference() -> str:
    """Return the whole page."""
    parts = [
        INTRODUCTION,
        *commands(),
        "## Front matter\n\nEvery key a post can have. Keys below a group are written indented below it.\n\n"
        + keys(FrontMatter),
        "## publisher.toml\n\nEvery key the site's configuration can have.\n\n" + keys(Configuration),
        "## Rules\n\nWhat `publisher validate` checks. Errors forbid to publish; warnings and advice do not.\n\n"
        + rules(),
        "## Events\n\n| type | sent when |\n|---|---|\n"
        + "\n".join(f"| `{kind}` | {meaning} |" for kind, meaning in EVENTS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def commands() -> Iterator[str]:
    """Yield a section for the program and each of its commands, each as its help prints it."""
    yield "## Commands"
    top = click.Context(cli, info_name="publisher", terminal_width=100, **cli.context_settings)
    yield f"```text\n{cli.get_help(top)}\n```"
    yield from below(cli, top)


def below(group: click.Group, parent: click.Context) -> Iterator[str]:
    """Yield a section for each command of a group, and of the groups within it."""
    for name, command in sorted(group.commands.items()):
        context = click.Context(
            command, info_name=name, parent=parent, terminal_width=100, max_content_width=100
        )
        yield f"### {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
        if isinstance(command, click.Group):
            yield from below(command, context)


def keys(model: type[BaseModel]) -> str:
    """Return a table of a model's keys, groups and their keys in order."""
    rows = ["| key | what it is |", "|---|---|"]
    rows += [f"| `{path}` | {meaning} |" for path, meaning in described(model, "")]
    return "\n".join(rows)


def described(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield each key's path and description."""
    for name, field in model.model_fields.items():
        path = prefix + (field.alias or name)
        inner, many = nested(field.annotation)
        if field.description:
            yield path, field.description
        elif inner is not None and inner.__doc__:
            yield path, inner.__doc__.splitlines()[0].rstrip(".")
        if inner is not None:
            yield from described(inner, f"{path}{many}.")


def nested(annotation: object, many: str = "") -> tuple[type[BaseModel] | None, str]:
    """Find the model within an annotation, and how its entries are written: `[]` in a list, `.NAME` in a table."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, many
    origin = getattr(annotation, "__origin__", None)
    marker = "[]" if origin in {list, tuple} else ".NAME" if origin is dict else many
    for argument in get_args(annotation):
        found, how = nested(argument, marker)
        if found is not None:
            return found, how
    return None, many


def rules() -> str:
    """Return a table of the rules, the gravest first."""
    rows = ["| code | severity | the rule |", "|---|---|---|"]
    for severity in Severity:
        rows += [
            f"| `{rule.code}` | {rule.severity} | {rule.summary} |"
            for rule in sorted(RULES.values(), key=lambda rule: rule.code)
            if rule.severity is severity
        ]
    return "\n".join(rows)


def main() -> int:
    """Write the page, or with --check tell whether it is true."""
    page = reference()
    if "--check" in sys.argv[1:]:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == page:
            return 0
        print(f"{TARGET.name} is not what the program says; run `make reference`", file=sys.stderr)
        return 1
    TARGET.write_text(page, encoding="utf-8")
    print(f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
