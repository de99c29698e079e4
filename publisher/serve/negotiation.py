"""What a request asks for beyond its path: only if something changed, and in which coding (RFC 9110, 12.5.3 and 13)."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.datastructures import Headers

#: A coding this server has, and its name of old (8.4.1.3).
_GZIP = {"gzip", "x-gzip"}
_CODING = re.compile(
    r"\s*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]\s*=\s*(?P<weight>[01](?:\.[0-9]{0,3})?)\s*)?"
)
# An entity tag may hold commas, but no quote: nothing in it is escaped (8.8.3).
_TAG = re.compile(r'(?P<weak>W/)?(?P<opaque>"[\x21\x23-\x7e\x80-\xff]*")')
# The three forms of a date (5.6.7).
_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} {time} GMT"
    r"|[A-Z][a-z]+day, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} {time} GMT"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] {time} [0-9]{4})".replace(
        "{time}", "[0-9]{2}:[0-9]{2}:[0-9]{2}"
    )
)
_SEPARATOR = re.compile(r"[ \t]*,[ \t,]*|[ \t]*$")


def accepts(headers: Headers) -> tuple[bool, bool]:
    """Answer whether gzip is wanted, and whether bytes that are not encoded would do.

    Both can be had of nearly everything. gzip is wanted where it is weighed at least as much as what is not encoded;
    without the header, nobody asked for it.
    """
    written = _joined(headers, "accept-encoding")
    if written is None:
        return False, True
    weights = dict(_weights(written))
    others = weights.get("*")
    plain = weights.get("identity", others)
    packed = max((weights[name] for name in _GZIP if name in weights), default=others or 0.0)
    # What is not named may be sent plain, and weighs nothing against what is (12.5.3, 3).
    return packed > 0 and packed >= (plain or 0.0), plain is None or plain > 0


def _weights(written: str) -> Iterator[tuple[str, float]]:
    for part in written.split(","):
        match = _CODING.fullmatch(part)
        if match:
            yield match["name"].lower(), min(float(match["weight"] or 1), 1.0)


def precondition(headers: Headers, etag: str, modified: int | None) -> int | None:
    """Evaluate the conditions of a GET or HEAD in their order (13.2.2).

    Args:
        headers: The request's.
        etag: The strong entity tag of what would be sent.
        modified: When that changed last, in whole seconds since 1970; None where nobody knows.

    Returns:
        The status that takes the place of 200: 304, 412 or None.
    """
    wanted = _joined(headers, "if-match")
    if wanted is not None:
        if not _matches(wanted, etag, weakly=False):
            return 412
    elif (
        modified is not None
        and (since := _moment(headers, "if-unmodified-since")) is not None
        and modified > since
    ):
        return 412
    known = _joined(headers, "if-none-match")
    if known is not None:  # whatever If-Modified-Since says (13.1.3)
        return 304 if _matches(known, etag, weakly=True) else None
    since = _moment(headers, "if-modified-since")
    return 304 if since is not None and modified is not None and modified <= since else None


def _joined(headers: Headers, name: str) -> str | None:
    """Return a list that may stand on several lines as one (5.3)."""
    lines = headers.getlist(name)
    return ", ".join(lines) if lines else None


def _matches(written: str, etag: str, *, weakly: bool) -> bool:
    """Compare a list of entity tags with a strong one (8.8.3.2); a list that breaks off counts as far as it goes."""
    if written.strip() == "*":
        return True
    position = len(written) - len(written.lstrip(" \t,"))
    while tag := _TAG.match(written, position):
        if tag["opaque"] == etag and (weakly or not tag["weak"]):
            return True
        separator = _SEPARATOR.match(written, tag.end())
        if separator is None:
            break
        position = separator.end()
    return False


def _moment(headers: Headers, name: str) -> int | None:
    """Read a date in one of HTTP's three forms, in whole seconds since 1970; one that is none says nothing."""
    lines = headers.getlist(name)
    if len(lines) != 1 or not _DATE.fullmatch(lines[0]):
        return None
    try:
        moment = parsedate_to_datetime(lines[0])
        # The form of asctime names no zone; it is that of all of HTTP.
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
