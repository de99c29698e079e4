"""Generate: a site's channels as RSS 2.0, Atom 1.0 and JSON Feed 1.1, and where the addresses of others lead."""

from publisher.feeds.atom import ATOM
from publisher.feeds.document import GENERATOR, NEVER, STYLE_SHEET, Form, Heading
from publisher.feeds.json_feed import JSON
from publisher.feeds.rss import RSS
from publisher.feeds.tombstones import tombstones

#: Every format, by the key that `FEED_NAMES` has.
FORMS: dict[str, Form] = {form.key: form for form in (ATOM, JSON, RSS)}

__all__ = ["FORMS", "GENERATOR", "NEVER", "STYLE_SHEET", "Form", "Heading", "tombstones"]
