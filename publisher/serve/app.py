"""The application: what is found under which path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from publisher.errors import PublisherError, Refused
from publisher.model import Visibility, visibility
from publisher.pages.http_headers import SUBSCRIBE_PAGE
from publisher.pages.redirects import OldPath
from publisher.serve import pages
from publisher.serve.addresses import is_home, local_address, path_of
from publisher.serve.answers import ASK_AGAIN, KEEP_NOTHING, redirect, send, send_message, send_page
from publisher.serve.posts import Newsroom
from publisher.serve.published import Published

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from publisher.outputs.manifest import Manifest
    from publisher.posts import Post
    from publisher.serve.posts import PostsSeen
    from publisher.serve.visitors import Visitors
    from publisher.site import Site

#: Headers that decide an answer, and the name of the program that asks.
_TOLD = (
    "user-agent",
    "accept-encoding",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was answered.

    Attributes:
        target: The path and the query, as they were sent.
        size: How many bytes the answer's body has.
        encoding: Its coding; None where it has none.
        asked: The request's headers that decide the answer, and the name of the program that asks; in lower case.
    """

    method: str
    target: str
    status: int
    size: int
    encoding: str | None
    asked: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    query: str
    headers: Headers


class Application:
    """Answers requests for one site (ASGI 3).

    Args:
        site: The site.
        visitors: Who may ask.
        clock: Answers the moment it is; aware.
        show: Called with each request that was answered.
        report: Called with an error that nobody foresaw.
    """

    def __init__(
        self,
        site: Site,
        visitors: Visitors,
        clock: Callable[[], datetime],
        show: Callable[[Exchange], None],
        report: Callable[[Exception], object],
    ) -> None:
        self._newsroom = Newsroom(site)
        self._published = Published()
        self._visitors = visitors
        self._clock = clock
        self._show = show
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        request = _Request(
            method=scope["method"],
            target=scope["raw_path"].decode("ascii"),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
        )
        try:
            response = await run_in_threadpool(self._answer, request)
        except Exception as error:  # noqa: BLE001 - whoever looks is told, and the server goes on
            self._report(error)
            response = send_message(headers, "publisher itself failed", "The terminal says more.", status=500)
        self._show(_exchange(request, response))
        await response(scope, receive, send)

    def _answer(self, request: _Request) -> Response:
        headers = request.headers
        status = self._visitors.problem(headers.getlist("host"))
        if status is not None:
            return send_message(headers, "This server does not go by that name", status=status)
        if request.method not in {"GET", "HEAD"}:
            heading = "Pages and feeds can be read here, and nothing else"
            return send_message(headers, heading, status=405, more={"allow": "GET, HEAD"})
        if not request.target.startswith("/"):
            return send_message(headers, "That is no path", status=400)
        path = OldPath.parse(request.target)
        fault = None
        try:
            site = self._newsroom.site()
        except PublisherError as error:
            site, fault = self._newsroom.last_site, error
        try:
            # The posts are not looked at for what lies there ready.
            found = self._file(path, site, request)
            if found is not None:
                return found
            if fault is not None:
                raise fault
            return self._preview(path, site, request)
        except PublisherError as error:
            return send_page(pages.error_page(error), headers, status=503)

    def _file(self, path: OldPath, site: Site, request: _Request) -> Response | None:
        """Answer with a file that was generated, or with a picture."""
        if is_home(path, site):
            return None
        found = self._published.feed_file(path, site) or self._published.picture(path, site)
        if found is not None:
            return send(found, request.headers)
        folder = path_of(site.syndication.url)
        if path.other == folder and SUBSCRIBE_PAGE in self._published.manifest(site).files:
            return _lead_to(site.syndication.url, site, request)
        return None

    def _preview(self, path: OldPath, site: Site, request: _Request) -> Response:
        """Answer with what the posts say."""
        now = self._clock()
        seen = self._newsroom.look(site, now)
        try:
            return self._found(path, seen, now, request)
        except Refused:  # it was changed since the posts were read, a moment ago
            return self._found(path, self._newsroom.look(site, now, again=True), now, request)

    def _found(self, path: OldPath, seen: PostsSeen, now: datetime, request: _Request) -> Response:
        headers, manifest = request.headers, self._published.manifest(seen.site)
        if is_home(path, seen.site):
            return send_page(pages.posts_page(seen, manifest, now), headers)
        post = seen.post_at(path)
        if post is not None:
            return _post(post, path, seen, manifest, now, request)
        faulty = seen.faulty_at(path)
        if faulty:
            return send_page(pages.faults_page(faulty), headers)
        redirects = seen.redirects(now)
        for move in redirects.moved:
            if path in {move.old, move.old.other}:
                return redirect(move.to, request.query)
        if any(path in {old, old.other} for old in redirects.gone):
            return send_page(pages.gone_page(None), headers, status=410)
        return send_page(pages.missing_page(path, seen, manifest), headers, status=404)


def _post(
    post: Post, path: OldPath, seen: PostsSeen, manifest: Manifest, now: datetime, request: _Request
) -> Response:
    """Answer with a post, or with what became of it.

    Raises:
        Refused: It changed since the posts were read.
    """
    state = visibility(post.review, now)
    if state is Visibility.RETRACTED:
        return send_page(pages.gone_page(post.review), request.headers, status=410)
    url = seen.site.url_of(post.review)
    if path != path_of(url):  # it lacks the slash at the end, or has one too many
        return _lead_to(url, seen.site, request)
    html = pages.review_page(post, seen, manifest, now)
    cache = ASK_AGAIN if state is Visibility.LIVE else KEEP_NOTHING
    return send_page(html, request.headers, cache=cache)


def _lead_to(url: str, site: Site, request: _Request) -> Response:
    return redirect(local_address(url, site) or url, request.query)


def _exchange(request: _Request, response: Response) -> Exchange:
    return Exchange(
        method=request.method,
        target=f"{request.target}?{request.query}" if request.query else request.target,
        status=response.status_code,
        size=0 if request.method == "HEAD" else len(response.body),
        encoding=response.headers.get("content-encoding"),
        asked={name: ", ".join(request.headers.getlist(name)) for name in _TOLD if name in request.headers},
    )
