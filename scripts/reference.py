"""Write docs/reference.md and docs/diagnostics.md from the program itself. `--check` compares only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
from pydantic import BaseModel

from publisher.cli import cli
from publisher.diagnostics import RULES, Rule
from publisher.diagnostics.explain import Example, Page, page_of
from publisher.model import EventType
from publisher.posts.front_matter import FrontMatter
from publisher.site.schema import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent.parent / "docs"
EVENTS = {
    EventType.PUBLISHED: "a review can be read for the first time, or again after it was taken back",
    EventType.UPDATED: "its title, summary, rating, film, image or `updated` changed; `changed` lists which",
    EventType.MOVED: "its URL changed, and perhaps more; `previous` has the URL as it was, `changed` lists the rest",
    EventType.OFFERS_CHANGED: "nothing changed but where to watch it; `previous` has the offers as they were",
    EventType.RETRACTED: "it can no longer be read: retracted, unpublished or deleted; `reason` says why",
    EventType.PING: "somebody tries whether events arrive: `publisher endpoints test`; it tells of no review",
}

INTRODUCTION = """\
# Reference

Made from the program by `make reference`; a test keeps it true. What the words mean and how to use them is told in
[editors.md](editors.md), [subscribers.md](subscribers.md) and [partners.md](partners.md)."""

RULES_INTRODUCTION = """\
# Diagnostics

What `publisher validate` can find, rule by rule. Made by `make reference` from the pages that `publisher explain CODE`
prints; a test puts each example into a site and sees what is found there.

An **error** forbids to publish: nothing is written or sent until it is mended. A **warning** is most likely a mistake, and
**advice** is something that could be better; neither stops anything.

A site may judge all warnings and advice, and some errors, in another way; the table says which. `publisher.toml` names them
by their codes, each with `error`, `warning`, `advice` or `off`:

```toml
[rules]
image-alt = "error"
tag-rare = "off"
```

The others are errors on every site, because what breaks them has no meaning, or no place in a feed.

For a single run, `--select` and `--ignore` choose which rules `publisher validate` tells of, by codes and patterns parted by
commas. The rest is not shown, not counted and not mended; `publisher publish` looks at every rule all the same.

```sh
publisher validate --select 'image-alt,link-*'
publisher validate --ignore 'tag-*'
```"""


def reference() -> str:
    """Return the whole page."""
    parts = [
        INTRODUCTION,
        *commands(),
        "## Front matter\n\nEvery key a post can have. Keys below a group are written indented below it.\n\n"
        + keys(FrontMatter),
        "## publisher.toml\n\nEvery key the site's configuration can have.\n\n" + keys(Configuration),
        "## Rules\n\nWhat `publisher validate` checks is told in [diagnostics.md](diagnostics.md), rule by rule.",
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


def diagnostics() -> str:
    """Return the whole page of rules: what is true of all, a table of them, and the page of each."""
    pages = [(rule, page_of(code)) for code, rule in RULES.items()]
    rows = ["| code | what is wrong | severity | may a site change it? |", "|---|---|---|---|"]
    rows += [
        f"| [`{rule.code}`](#{rule.code}) | {page.name} | {rule.severity} | {'no' if rule.fixed else 'yes'} |"
        for rule, page in pages
    ]
    return "\n\n".join([RULES_INTRODUCTION, "\n".join(rows), *(told(*both) for both in pages)]) + "\n"


def told(rule: Rule, page: Page) -> str:
    """Return the section of one rule."""
    judged = f"{str(rule.severity).capitalize()}{' on every site' if rule.fixed else ' unless the site says otherwise'}"
    fix = [f"**With `--fix`:** {page.fix[:1].lower()}{page.fix[1:]}"] if page.fix else []
    return "\n\n".join(
        [
            f"## {rule.code}",
            f"**{page.name}.** {judged}; the rule: {rule.summary}.",
            *page.meaning,
            "Bad:",
            *map(shown, page.bad),
            "Good:",
            *map(shown, page.good),
            f"**Why:** {page.why}",
            *fix,
        ]
    )


def shown(example: Example) -> str:
    """Return an example, below the name of its file where it has one."""
    kind = "markdown" if example.kind == "post" else example.kind
    above = f"`{example.file}`\n\n" if example.file else ""
    fence = "````" if "```" in example.text else "```"
    return f"{above}{fence}{kind}\n{example.text}{fence}"


def main() -> int:
    """Write the pages, or with --check tell whether they are true."""
    stale = 0
    for page, name in ((reference(), "reference.md"), (diagnostics(), "diagnostics.md")):
        target = DOCS / name
        if target.exists() and target.read_text(encoding="utf-8") == page:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{name} is not what the program says; run `make reference`", file=sys.stderr)
            stale = 1
        else:
            target.write_text(page, encoding="utf-8")
            print(f"wrote {name}")
    return stale


if __name__ == "__main__":
    sys.exit(main())
