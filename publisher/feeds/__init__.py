"""Generate: a site's channels as RSS 2.0, Atom 1.0 and JSON Feed 1.1, and where the addresses of others lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.feeds.atom import ATOM
from publisher.feeds.document import GENERATOR, NEVER, STYLE_SHEET, Form, Heading
from publisher.feeds.drafts import Draft
from publisher.feeds.json_feed import JSON
from publisher.feeds.rss import RSS
from publisher.feeds.tombstones import tombstones

if TYPE_CHECKING:
    from publisher.content import Entry
    from publisher.site import Site

#: Every format, by the key that `FEED_NAMES` has.
FORMS: dict[str, Form] = {form.key: form for form in (ATOM, JSON, RSS)}


def write_entry(entry: Entry, site: Site, *, full: bool) -> dict[str, bytes]:
    """Write a review's entry in every format, by the format's key; with the whole text, or the summary alone."""
    draft = Draft.of(entry, site, full=full)
    return {key: form.entry(draft) for key, form in FORMS.items()}


__all__ = ["FORMS", "GENERATOR", "NEVER", "STYLE_SHEET", "Form", "Heading", "tombstones", "write_entry"]
