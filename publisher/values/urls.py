"""Addresses of the web: absolute, http or https, without credentials, written in ASCII."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit, urlunsplit

from pydantic import BeforeValidator

from publisher.errors import UsageError
from publisher.values import forms
from publisher.values.characters import name_of, quote
from publisher.values.checkers import fault, schema, shape_fault

_SPELLED = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line end",
    "\r": "a line end",
    "\\": "a backslash",
    '"': "a quote",
}
URL_LIMIT = 2048
_WITHOUT_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/|$)")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)


def url(value: object) -> str:
    """Take an absolute http or https address without credentials (RFC 3986)."""
    if not isinstance(value, str):
        raise shape_fault(value, "an address")
    written = value.strip()
    if not written:
        raise fault("invalid-value", "the address is empty", help="write one, or leave the key out")
    problem = url_problem(written)
    if problem:
        raise fault("url-invalid", f"{quote(written)} {problem}", help=_url_help(written))
    return ascii_url(written)


def pasted_url(text: str) -> str:
    """Take an address as it comes out of a mail or a browser: with spaces, <> or quotes around it, or without its scheme.

    Raises:
        UsageError: There is no address in the text, or more than one.
    """
    written = text.strip().strip("<>\"'\u201c\u201d").strip()
    if _WITHOUT_SCHEME.match(written):
        written = f"https://{written}"
    problem = url_problem(written)
    if problem:
        raise UsageError(f"{quote(written)} {problem}", _url_help(written))
    return ascii_url(written)


def ascii_url(written: str) -> str:
    """Write a sound address in ASCII, as XML's anyURI, RSS and HTTP want it (RFC 3987, section 3.1)."""
    if written.isascii():
        return written
    parts = urlsplit(written)
    host = parts.hostname or ""
    if not host.isascii():
        import idna  # noqa: PLC0415 - its tables are large, and such hosts are rare

        port = f":{parts.port}" if parts.port else ""
        parts = parts._replace(netloc=idna.encode(host, uts46=True).decode() + port)
    return re.sub(r"[^\x00-\x7f]+", lambda match: percent_encode(match.group()), urlunsplit(parts))


def url_problem(written: str) -> str | None:
    """Say why a text is no absolute http(s) address, or None when it is one."""
    if len(written) > URL_LIMIT:
        return f"is {len(written)} characters long; an address has at most {URL_LIMIT}"
    unfit = re.search(r"[\s<>\"\\^`{|}]", written)
    # Neither may what nobody sees: control and formatting characters, zero-width ones among them.
    char = unfit.group() if unfit else next((char for char in written if not char.isprintable()), None)
    if char is not None:
        return f"holds {_SPELLED.get(char) or name_of(char)}, which no address may hold"
    try:
        parts = urlsplit(written)
        port_known = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return "is not an address"
    if parts.scheme.lower() not in {"http", "https"}:
        return "is not an absolute http or https address"
    if "@" in parts.netloc:
        return "holds a user name or password"
    host = parts.hostname or ""
    bare = f"[{host}]" if ":" in host else host
    if not host.isascii():
        import idna  # noqa: PLC0415 - its tables are large, and such hosts are rare

        try:
            idna.encode(host, uts46=True)
        except idna.IDNAError:
            return "has no usable host name"
    if not host or not port_known or (host.isascii() and not _HOST.fullmatch(bare)):
        return "has no usable host name"
    return None


def _url_help(written: str) -> str | None:
    if written.startswith("//") and url_problem(f"https:{written}") is None:
        return f"write https:{written}"
    with_scheme = f"https://{written}"
    if _WITHOUT_SCHEME.match(written) and url_problem(with_scheme) is None:
        return f"write {with_scheme}"
    if re.match(r"https?://[^/?#]*@", written, re.IGNORECASE):
        return "leave out what stands before the @"
    if re.fullmatch(r"https?:\S*(?: \S+)+", written, re.IGNORECASE):
        return f"write %20 for a space: {written.replace(' ', '%20')}"
    return "such as https://example.org/film"


Url = Annotated[str, BeforeValidator(url), schema("string", maxLength=URL_LIMIT, **forms.URL)]
