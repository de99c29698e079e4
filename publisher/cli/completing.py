"""What the shell offers where the program knows what can stand there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

Offered: TypeAlias = list[CompletionItem[str]]
_POSTS = (".md", ".markdown")
_SLUG_LINE = re.compile(rb"""^[ \t]*slug:[ \t]*["']?([^\s"'#]+)""", re.MULTILINE)
_MOST_OPENED = 5000
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


def complete_slugs(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the slugs of the site's posts, or files where a path is begun."""
    if "/" in incomplete:
        return complete_posts(ctx, _param, incomplete)
    slugs = sorted(
        {slug for slug in _slugs(ctx.params.get("site_folder") or Path()) if slug.startswith(incomplete)}
    )
    return [CompletionItem(slug) for slug in slugs]


def _slugs(site_folder: Path) -> Iterator[str]:
    """Guess the slugs of a site's posts: what a line says, else the file's name; no post is parsed.

    Who presses Tab waits: of a large site, only so many files are opened.
    """
    match settings(site_folder):
        case {"paths": {"posts": str(folder)}}:
            pass
        case _:
            folder = "posts"
    if _UNSPEAKABLE.search(folder):
        return
    opened = 0
    for directory, folders, names in os.walk(site_folder / folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            stem, suffix = os.path.splitext(name)  # noqa: PTH122 - of ten thousand names, a Path each would cost most
            if suffix.lower() not in _POSTS or name.startswith("."):
                continue
            opened += 1
            slug = _slug_in(Path(directory, name)) if opened <= _MOST_OPENED else None
            if not _UNSPEAKABLE.search(slug or stem):
                yield slug or stem


def _slug_in(file: Path) -> str | None:
    """Read the slug that a file's first few lines give, without waiting for anything."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        try:
            match = _SLUG_LINE.search(os.read(handle, 2048))
        finally:
            os.close(handle)
    except OSError:
        return None
    return match[1].decode("utf-8", "replace") if match else None


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


def complete_event_types(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the types of events."""
    from publisher.model import EventType

    return [CompletionItem(str(kind)) for kind in EventType if kind.startswith(incomplete)]


def complete_delivery_states(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the states of deliveries."""
    from publisher.ledger.records import DeliveryState

    return [CompletionItem(str(state)) for state in DeliveryState if state.startswith(incomplete)]


def complete_endpoints(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the names of the site's endpoints."""
    names = _endpoints(ctx.params.get("site_folder") or Path())
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _endpoints(site_folder: Path) -> list[str]:
    """Read the endpoints' names out of publisher.toml; there are none where it is missing or not understood.

    Who presses Tab waits: loading the whole site would take three times as long, and give nothing while a fault
    anywhere in the file is being mended.
    """
    match settings(site_folder):
        case {"webhooks": {"endpoints": [*tables]}}:
            names = [table.get("name") for table in tables if isinstance(table, dict)]
            return [name for name in names if isinstance(name, str) and not _UNSPEAKABLE.search(name)]
    return []


def settings(site_folder: Path) -> dict[str, Any]:
    """Read publisher.toml as far as TOML goes; empty where it is missing or not understood."""
    import tomllib

    try:
        path = (site_folder / "publisher.toml").expanduser()
        return tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (OSError, ValueError, RuntimeError):  # RuntimeError: nested too deeply, or ~somebody unknown
        return {}


def complete_services(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Offered:
    """Offer the keys of services, each with its name; the site's own among them."""
    from publisher.catalogue import catalogue

    names = {service.key: service.label for service in catalogue().services.values()}
    own = settings(ctx.params.get("site_folder") or Path()).get("services")
    names |= {key: key for key in own if not _UNSPEAKABLE.search(key)} if isinstance(own, dict) else {}
    return [
        CompletionItem(key, help=name) for key, name in sorted(names.items()) if key.startswith(incomplete)
    ]
