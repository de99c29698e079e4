"""Feed readers that take a feed's address by a link, and the form each wants it in."""

from __future__ import annotations

from urllib.parse import quote

# As each documents it, asks for it in its own buttons, or answers to it in its published source.
_SERVICES = {
    "Feedly": "https://feedly.com/i/subscription/feed%2F",
    "Inoreader": "https://www.inoreader.com/?add_feed=",
    "NewsBlur": "https://www.newsblur.com/?url=",
    "The Old Reader": "https://theoldreader.com/feeds/subscribe?url=",
    "Feedbin": "https://feedbin.com/?subscribe=",
}
#: Programs such as NetNewsWire register for the scheme and take what follows as it is, not percent-encoded.
_PROGRAM = ("App on this device", "feed:")


def subscribe_links(address: str) -> list[tuple[str, str]]:
    """Return the name of each reader, and the link that subscribes to the feed of that address there."""
    links = [(name, begin + quote(address, safe="")) for name, begin in _SERVICES.items()]
    name, scheme = _PROGRAM
    return [*links, (name, scheme + address)]
