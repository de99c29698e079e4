"""From what was found to what is sent: conditions, codings, redirects (RFC 9110)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from publisher.serve.negotiation import accepts, precondition
from publisher.serve.pages import message_page, page_headers
from publisher.serve.representation import Representation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import Headers

#: What may be kept, and has to be asked for again each time.
ASK_AGAIN = "no-cache"
#: What nobody but who looks has any business with.
KEEP_NOTHING = "no-store"
# Headers of a 200 that the 304 in its place needs (15.4.5).
_OF_UNCHANGED = ("cache-control", "etag", "vary")
# Bytes; what is smaller would hardly get any smaller.
_WORTH_ENCODING = 200


def send(found: Representation, headers: Headers, *, status: int = 200) -> Response:
    """Send a representation, or what a request's conditions ask for in its place.

    Args:
        found: What was found.
        headers: The request's.
        status: What 200 would be; no condition is asked where it is another (13.2.1).
    """
    about = {"x-content-type-options": "nosniff", **found.headers}
    body, etag = found.body, found.etag
    if found.compressible and len(found.body) >= _WORTH_ENCODING:
        about["vary"] = "Accept-Encoding"
        packed, plain = accepts(headers)
        if packed:
            body, etag = found.packed, found.packed_etag
            about["content-encoding"] = "gzip"
        elif not plain and status == 200:
            return send_message(headers, "Only gzip, or nothing, can be had here", status=406)
    if status == 200:
        about["etag"] = etag
        if found.modified is not None:
            about["last-modified"] = found.last_modified
        judged = precondition(headers, etag, found.modified)
        if judged == 304:
            return Response(
                status_code=304, headers={name: about[name] for name in _OF_UNCHANGED if name in about}
            )
        if judged is not None:
            return send_message(headers, "It is not as the request takes it to be", status=judged)
    return Response(body, status, {**about, "content-type": found.type})


def send_page(
    html: str,
    headers: Headers,
    *,
    status: int = 200,
    cache: str = KEEP_NOTHING,
    more: Mapping[str, str] | None = None,
) -> Response:
    """Send a page of the preview.

    Args:
        html: The page.
        headers: The request's.
        status: The answer's status.
        cache: Who may keep it, and how long.
        more: What else is to be said.
    """
    # A file's name may be anything, half a character too.
    body = html.encode(errors="replace")
    about = {**page_headers(), "cache-control": cache, **(more or {})}
    return send(Representation(body, "text/html; charset=utf-8", headers=about), headers, status=status)


def send_message(
    headers: Headers, heading: str, *lines: str, status: int, more: Mapping[str, str] | None = None
) -> Response:
    """Send a page that says one thing."""
    return send_page(message_page(heading, *lines), headers, status=status, more=more)


def redirect(path: str, query: str) -> Response:
    """Lead on to a path for good, with the query of the request (15.4.9)."""
    # Two slashes at the beginning would name a host.
    location = "/" + path.lstrip("/") + (f"?{query}" if query else "")
    # A browser would remember for good what an editor may change the next minute.
    return Response(status_code=308, headers={"location": location, "cache-control": KEEP_NOTHING})
