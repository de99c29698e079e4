"""What the shell offers where the program knows what can stand there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click

Offered: TypeAlias = list[CompletionItem[str]]
_POSTS = (".md", ".markdown")
#: What no line of a shell's conversation with us can carry.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def complete_posts(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer Markdown files and folders; a folder ends in a slash, so that one can go on into it."""
    folder, slash, begun = incomplete.rpartition("/")
    try:
        with os.scandir(Path(folder + slash).expanduser()) as entries:
            found = sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries)
    except (OSError, RuntimeError):  # RuntimeError: ~somebody unknown
        return []
    return [
        CompletionItem(f"{folder}{slash}{name}", type="path")
        for name in found
        if name.startswith(begun)
        and name.lower().endswith(("/", *_POSTS))
        and not name.startswith(".")
        and not _UNSPEAKABLE.search(name)
    ]


def complete_folders(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Let the shell offer folders, and nothing else."""
    return [CompletionItem(incomplete, type="dir")]


def complete_rules(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the codes of rules, each with what the rule asks; in a list behind a comma those not in it yet."""
    from publisher.diagnostics import RULES

    listed, comma, begun = incomplete.rpartition(",")
    taken = listed.split(",")
    return [
        CompletionItem(f"{listed}{comma}{rule.code}", help=rule.summary)
        for rule in RULES.values()
        if rule.code.startswith(begun) and rule.code not in taken
    ]


def complete_endpoints(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the names of the site's endpoints."""
    names = _endpoints(ctx.params.get("site_folder") or Path())
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _endpoints(site_folder: Path) -> list[str]:
    """Read the endpoints' names out of publisher.toml; there are none where it is missing or not understood.

    Who presses Tab waits: loading the whole site would take three times as long, and give nothing while a fault
    anywhere in the file is being mended.
    """
    import tomllib

    try:
        path = (site_folder / "publisher.toml").expanduser()
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (OSError, ValueError, RuntimeError):  # RuntimeError: nested too deeply, or ~somebody unknown
        return []
    match settings:
        case {"webhooks": {"endpoints": [*tables]}}:
            names = [table.get("name") for table in tables if isinstance(table, dict)]
            return [name for name in names if isinstance(name, str) and not _UNSPEAKABLE.search(name)]
    return []
