"""Addresses within a review's text: read as a browser reads them, absolute, and of a kind that does no harm."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from publisher.markup.dialect import SCHEMES
from publisher.values.characters import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable

# What the URL standard (4.4) drops from an address wherever it stands.
_DROPPED = re.compile("[\t\n\r]")
_ASCII_SPACE = "\t\n\f\r "
_DESCRIPTOR = re.compile(r"(?:[0-9]+w|[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?x)?")
# Most addresses are one of these, and need no more than to be put behind the base, or nothing: a fragment, a path from the
# root without anything to resolve, a page on the web.
_FRAGMENT = re.compile(r"#[A-Za-z0-9_-]+")
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+/?")
_PAGE = re.compile(r"https?://[a-z0-9](?:[a-z0-9-]*\.)*[a-z0-9-]*[a-z0-9](?:/[A-Za-z0-9_~-]+)*/?")


def absolute_address(address: str, base: str, local: Callable[[str], str | None]) -> str | None:
    """Make an address absolute; None where it leads nowhere that is safe.

    Args:
        address: As HTML has it.
        base: What a relative one is read against: an absolute URL without query and fragment.
        local: Answers the address of a file of the site's own; asked for what begins with neither `/` nor `#`, and
            names no host.
    """
    if _FRAGMENT.fullmatch(address):
        return base + address
    if _PATH.fullmatch(address):
        return _root(base) + address
    if _PAGE.fullmatch(address):
        return address
    address = as_read(address)
    try:
        joined = local(address) or urljoin(base, address)
        parts = urlsplit(joined)
        sound = parts.scheme == "mailto" or (parts.scheme in SCHEMES and bool(parts.hostname))
    except ValueError:
        return None
    return joined.replace(" ", "%20") if sound else None


@lru_cache(maxsize=1)  # asked for most addresses of a text
def _root(base: str) -> str:
    return "/".join(base.split("/", 3)[:3])


@lru_cache(maxsize=1)  # one review after the other: for its HTML, then for its Markdown
def absolute_in(base: str, local: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Return `absolute_address` for one text, in which most addresses are asked for several times."""
    known: dict[str, str | None] = {}

    def absolute(address: str) -> str | None:
        if address not in known:
            known[address] = absolute_address(address, base, local)
        return known[address]

    return absolute


def as_read(address: str) -> str:
    """Write an address as a browser reads it: without what it drops, and with its slashes (URL standard, 4.4)."""
    address = _DROPPED.sub("", FORBIDDEN.sub("", address)).strip(" ")
    path, mark, rest = _partition(address)
    return path.replace("\\", "/") + mark + rest


def _partition(address: str) -> tuple[str, str, str]:
    """Cut an address before its query or fragment."""
    match = re.search("[?#]", address)
    at = match.start() if match else len(address)
    return address[:at], address[at : at + 1], address[at + 1 :]


def absolute_srcset(value: str, absolute: Callable[[str], str | None]) -> str | None:
    """Make every candidate of a srcset absolute (HTML standard, 4.8.4.2.1); a dangerous or faulty one is dropped."""
    candidates = []
    rest = value.lstrip(_ASCII_SPACE + ",")
    while rest:
        # An address ends at white space, not at a comma: commas may be part of it.
        address, rest = _word(rest)
        descriptor = ""
        if address.endswith(","):
            address = address.rstrip(",")
        else:
            descriptor, _, rest = rest.partition(",")
        rest = rest.lstrip(_ASCII_SPACE + ",")
        descriptor = descriptor.strip(_ASCII_SPACE)
        joined = absolute(address)
        if joined and not joined.startswith("mailto:") and _DESCRIPTOR.fullmatch(descriptor):
            candidates.append(f"{joined} {descriptor}".strip())
    return ", ".join(candidates) or None


def _word(text: str) -> tuple[str, str]:
    first, *rest = re.split(f"[{_ASCII_SPACE}]", text, maxsplit=1)
    return first, rest[0] if rest else ""
