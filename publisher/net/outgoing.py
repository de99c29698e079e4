"""What may be sent: which URLs and header fields are good enough to leave, and what is said about the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from publisher.net.faults import FaultKind, FetchFault

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_URL = 8192
_LONGEST_NAME = 253
_NO_HOST = "has a host that is no name and no address"
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
# RFC 1035 2.3.4 for the lengths; underscores occur in real names.
_NAME = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
_IPV6 = re.compile(r"[0-9a-f:.]+(?:%[a-z0-9._~-]+)?")

# RFC 9110 5.6.2 and 5.5, without the obsolete bytes beyond ASCII.
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e]*")
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding"})


def prepared(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> requests.PreparedRequest:
    """Make the request that will be sent, without the URL's fragment; raise FetchFault for the URL."""
    _check_url(url)
    request = requests.PreparedRequest()
    try:
        request.prepare_method(method)
        request.prepare_url(url.partition("#")[0], None)
        request.prepare_headers(headers)
        request.prepare_body(body, None)
    except (requests.RequestException, ValueError):
        raise _bad(_NO_HOST) from None
    return request


def peer(request: requests.PreparedRequest) -> str:
    """Give the host and port of a prepared request as messages name them; raise FetchFault for the host."""
    parts = urlsplit(str(request.url))
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if ":" in host and _IPV6.fullmatch(host):
        return f"[{host}]:{port}"
    if len(host) > _LONGEST_NAME or not _NAME.fullmatch(host):
        raise _bad(_NO_HOST)
    return f"{host}:{port}"


def checked_fields(headers: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Give the caller's header fields with our own in place of any of the same name.

    Raises ValueError for a field that would change how the request is framed or break out of its line.
    """
    for name, value in headers.items():
        if not _FIELD_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a header field")
        if name.lower() in _FRAMING:
            raise ValueError(f"header {name} is set by the client; leave it out")
        check_value(name, value)
    ours = {name.lower() for name in own}
    return {**{name: value for name, value in headers.items() if name.lower() not in ours}, **own}


def check_value(name: str, value: str) -> None:
    """Raise ValueError, without the value, which may be a secret, unless it fits on a header's one line."""
    if not _FIELD_VALUE.fullmatch(value):
        raise ValueError(
            f"the value of header {name} has a line break or a character that headers cannot carry"
        )
    if value != value.strip():
        raise ValueError(f"the value of header {name} begins or ends with a space")


def _check_url(url: str) -> None:
    # Nothing of the URL is repeated in these messages: a path or a query may be a secret, and so may all of it.
    if len(url) > _LONGEST_URL:
        raise _bad(f"is longer than {_LONGEST_URL} characters")
    if _FORBIDDEN_IN_URL.search(url):
        raise _bad(
            "has a character that no url may have, such as a space or a backslash; write it percent-encoded"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad("has a host or a port that cannot be read") from None
    if parts.scheme not in {"http", "https"}:
        raise _bad("does not begin with https:// or http://")
    if "@" in parts.netloc:
        raise _bad("has a user name or a password in it; take them out")
    if not parts.hostname:
        raise _bad("has no host")
    if "%" in parts.netloc and not parts.netloc.startswith("["):
        # urllib3 decodes it, so that %40 would make credentials after all.
        raise _bad(_NO_HOST)
    if port == 0:
        raise _bad("has port 0")


def _bad(words: str) -> FetchFault:
    return FetchFault(FaultKind.URL, f"the url {words}")
