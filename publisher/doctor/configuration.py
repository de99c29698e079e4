"""The check of publisher.toml: whether it can be read, its addresses are meant, and the site has an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, warning
from publisher.doctor.placeholders import is_placeholder
from publisher.doctor.wording import count
from publisher.errors import ConfigurationError
from publisher.site import FILE_NAME, load_site
from publisher.values.identifiers import fresh_id
from publisher.watch.sources.terms import doubts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.doctor.finding import Outcome
    from publisher.site import Site

_MOST_SHOWN = 20


class Configuration:
    """publisher.toml; `site` is there once `check` found it without faults."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.site: Site | None = None

    def check(self) -> Iterator[Outcome]:
        """Read it, count its faults, and look for what nobody has filled in yet: addresses, the site's id."""
        try:
            self.site = site = load_site(self._folder)
        except ConfigurationError as error:
            yield _unusable(error)
            return
        meant = [
            (key, url)
            for key, url in (("base_url", site.base_url), ("the address of the feeds", site.syndication.url))
            if is_placeholder(url)
        ]
        if meant:
            key, url = meant[0]
            yield warning(
                f"{key}, {url}, is still a placeholder: links that begin with it lead nowhere",
                f"put the site's own address into {FILE_NAME}",
            )
        else:
            told = f"{count(len(site.authors), 'author')}, {count(len(site.endpoints), 'endpoint')}"
            yield ok(f"{FILE_NAME}: {told}, {site.base_url}")
        yield from _identity(site)
        yield from (warning(doubt.message, doubt.help) for doubt in doubts(site))


def _identity(site: Site) -> Iterator[Outcome]:
    """Look whether the feeds of a site stay what they are when it moves (RFC 4287, section 4.2.6)."""
    if site.id is None:
        yield warning(
            f"{FILE_NAME} names no id of the site: its Atom feeds are known by their addresses, and become others if it moves",
            f'write below [site], and never change: id = "{fresh_id()}"',
        )


def _unusable(error: ConfigurationError) -> Outcome:
    if not error.diagnostics:
        return failed(error.message, error.hint)
    return failed(
        f"{FILE_NAME} has {count(len(error.diagnostics), 'fault')}",
        "`publisher validate` shows each, with its place and a way out",
        *(f"{fault.path}:{fault.line}: {fault.message}" for fault in error.diagnostics[:_MOST_SHOWN]),
    )
