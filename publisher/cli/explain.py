"""`publisher explain`: the page of a rule, or the list of them all."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.completing import complete_rules
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.diagnostics import Rule
    from publisher.diagnostics.explain import Example, Page

_WIDEST = 100


@click.command(cls=SiteCommand)
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=complete_rules)
@json_option
def explain(codes: tuple[str, ...], *, json: bool) -> None:
    """Say what a rule means, how a fault of it looks, and why it matters.

    CODE is what messages give in brackets, as in error[rating-range]; without one all rules are listed. No site is
    needed.

    \b
    Example:
      publisher explain rating-range
    """
    from publisher.diagnostics import RULES
    from publisher.diagnostics.explain import page_of

    console = Console(json=json)
    rules = [_rule(code) for code in dict.fromkeys(codes)] or list(RULES.values())
    pages = [(rule, page_of(rule.code)) for rule in rules]
    console.data(rules=[_fields(rule, page) for rule, page in pages])
    if codes:
        told = "\n\n\n".join("\n".join(_told(rule, page, console)) for rule, page in pages)
    else:
        told = "\n".join(_listed(pages, console))
    console.painted(told)


def _rule(code: str) -> Rule:
    from publisher.diagnostics import RULES
    from publisher.errors import UsageError

    if code in RULES:
        return RULES[code]
    from publisher.diagnostics.suggest import nearest

    near = nearest(code, RULES)
    raise UsageError(
        f'"{code}" is not a rule', f"did you mean {near}?" if near else "publisher explain lists all rules"
    )


def _fields(rule: Rule, page: Page) -> dict[str, Any]:
    """Return a rule and its page for machines; `fixed` says that no site can change the severity."""
    return {
        "code": rule.code,
        "name": page.name,
        "severity": str(rule.severity),
        "fixed": rule.fixed,
        "summary": rule.summary,
        **{key: value for key, value in asdict(page).items() if key not in {"code", "name"}},
    }


def _listed(pages: Iterable[tuple[Rule, Page]], console: Console) -> Iterator[str]:
    from publisher.diagnostics import RULES, Severity

    pages = list(pages)
    width = max(map(len, RULES))
    for severity in Severity:
        yield console.paint(f"{severity}:", str(severity))
        for rule, page in pages:
            if rule.severity is severity:
                yield f"  {rule.code:<{width}}  {page.name}"
        yield ""
    yield f"{console.paint('help:', 'help')} `publisher explain CODE` says more of each"


def _told(rule: Rule, page: Page, console: Console) -> Iterator[str]:
    yield f"{console.paint(rule.code, str(rule.severity))}: {console.paint(page.name, 'place')}"
    yield _judged(rule)
    for paragraph in page.meaning:
        yield from ("", _wrapped(paragraph))
    for heading, examples in (("bad:", page.bad), ("good:", page.good)):
        yield from ("", console.paint(heading, "help"))
        yield "\n\n".join(map(_shown, examples))
    yield from ("", console.paint("why:", "help"), _wrapped(page.why))
    if page.fix:
        yield from ("", console.paint("with --fix:", "help"), _wrapped(page.fix))


def _judged(rule: Rule) -> str:
    from publisher.diagnostics import Severity

    if rule.fixed:
        return f"{rule.severity} on every site"
    others = [f'"{level}"' for level in (*Severity, "off") if level != rule.severity]
    choice = f"{', '.join(others[:-1])} or {others[-1]}"
    return f"{rule.severity}, unless [rules] in publisher.toml says {rule.code} = {choice}"


def _shown(example: Example) -> str:
    """Indent an example; a description is wrapped, a piece of a file is left as it is."""
    if example.kind == "text":
        return _wrapped(" ".join(example.text.split()), "    ")
    above = f"  {example.file}:\n" if example.file else ""
    return above + textwrap.indent(example.text.rstrip("\n"), "    ")


def _wrapped(paragraph: str, indent: str = "") -> str:
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return textwrap.fill(
        paragraph,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
