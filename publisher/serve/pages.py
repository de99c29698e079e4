"""The pages of the preview: a post, what is wrong with one, what there is, and short messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from publisher.channels.channel import feed_file
from publisher.content import present
from publisher.diagnostics import render
from publisher.model import as_of, visibility
from publisher.pages.assets import asset, policy_hash, templates
from publisher.pages.http_headers import SUBSCRIBE_PAGE
from publisher.serve.addresses import local_address, name_below, with_local_links
from publisher.site import FEED_LABELS, FEED_NAMES, FEED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from jinja2 import Template

    from publisher.diagnostics import Diagnostic
    from publisher.errors import PublisherError
    from publisher.model import Review
    from publisher.outputs.manifest import Manifest
    from publisher.pages.redirects import OldPath
    from publisher.posts import Post
    from publisher.serve.posts import FaultyPost, PostsSeen
    from publisher.site import Site

#: What an editor has to see to first comes first.
_ORDER = ("faulty", "draft", "scheduled", "live", "retracted")


@dataclass(frozen=True, slots=True)
class _File:
    title: str
    label: str
    type: str
    path: str


@dataclass(frozen=True, slots=True)
class _Row:
    state: str
    path: str
    title: str
    date: str
    language: str


_PACKAGE = "publisher.serve"
_STYLE = "preview.css"


@cache
def page_headers() -> dict[str, str]:
    """Return what is said of every page: nothing in it runs, nothing frames it, and nobody is told where one came from.

    Pictures and sounds may come from anywhere, as in the feeds (Content Security Policy, level 3).
    """
    style = policy_hash(asset(_STYLE, _PACKAGE))
    policy = (
        f"default-src 'none'; style-src {style}; img-src 'self' data: http: https:; media-src 'self' http: https:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
    }


@cache
def _template(name: str) -> Template:
    environment = templates(_PACKAGE)
    environment.globals["style"] = Markup(asset(_STYLE, _PACKAGE))  # noqa: S704 - a file of ours
    return environment.get_template(name)


def review_page(post: Post, seen: PostsSeen, manifest: Manifest, now: datetime) -> str:
    """Make the page of a post as it is now, or as it will be when it goes live.

    Raises:
        Refused: The post, or a picture it uses, changed since it was read.
    """
    site, state = seen.site, visibility(post.review, now)
    at = max(now, post.review.date)
    entry = present(replace(post, review=as_of(post.review, at)), site, at)
    return _template("review.html").render(
        entry=entry,
        html=Markup(with_local_links(entry.html, site)),  # noqa: S704 - sanitised
        state=str(state),
        moment=post.review.date.isoformat(),
        date=_told(post.review.date, site),
        name=render.visible(post.name),
        faults=_shown(seen.faults.get(post.name, ())),
        files=_files("", manifest, site),
    )


def faults_page(posts: Sequence[FaultyPost]) -> str:
    """Make the page of posts that cannot be shown, in the words of `publisher validate`."""
    names = " and ".join(render.visible(post.name) for post in posts)
    verb = "has" if len(posts) == 1 else "have"
    groups = [_shown(post.faults) for post in posts]
    return _template("faults.html").render(heading=f"{names} {verb} faults", groups=groups)


def error_page(error: PublisherError) -> str:
    """Make a page of what keeps the posts from being looked at, such as faults of publisher.toml."""
    if error.diagnostics:
        return _template("faults.html").render(
            heading=render.visible(error.message), groups=[_shown(error.diagnostics)]
        )
    return message_page(error.message, *([error.hint] if error.hint else []))


def message_page(heading: str, *paragraphs: str) -> str:
    """Make a page that says one thing."""
    return _template("message.html").render(
        heading=render.visible(heading), paragraphs=[render.visible(line) for line in paragraphs]
    )


def gone_page(review: Review | None) -> str:
    """Make the page of an address at which a review was, before it was taken back; None where another is known by now."""
    lines = ["The public address answers 410 Gone."]
    if review is not None and review.reason:
        lines.insert(0, review.reason)
    return message_page("This review was taken back", *lines)


def missing_page(path: OldPath, seen: PostsSeen, manifest: Manifest) -> str:
    """Make the page of a path under which nothing is; a post that cannot be read may be the one that was meant."""
    unplaced = [post for post in seen.faulty if not post.placed]
    posts = "No post that can be read" if unplaced else "No post"
    lines = [f"{posts} has this address, and no file of the feeds or of the pictures lies here."]
    if not manifest.files and name_below(path, seen.site.syndication.url) is not None:
        lines.append("There are no feeds yet: run `publisher generate`.")
    lines.append("What else the public site has is not known here.")
    return _template("missing.html").render(
        heading="Nothing is found here",
        paragraphs=lines,
        unplaced=[(render.visible(post.name), post.path) for post in unplaced],
    )


def posts_page(seen: PostsSeen, manifest: Manifest, now: datetime) -> str:
    """Make the page that lists the feeds that are there, and all posts with their state."""
    site = seen.site
    subscribe = (
        local_address(site.published(SUBSCRIBE_PAGE), site) if SUBSCRIBE_PAGE in manifest.files else None
    )
    return _template("posts.html").render(
        site=site,
        files=_files("", manifest, site),
        feeds=[
            (manifest.channels[name] or name or "all reviews", _files(name, manifest, site))
            for name in manifest.channels
        ],
        folder=f"{site.display(site.feeds)}/",
        subscribe=subscribe,
        rows=list(_rows(seen, now)),
    )


def _rows(seen: PostsSeen, now: datetime) -> Iterable[_Row]:
    rows = [
        (visibility(post.review, now), post.review.date.timestamp(), post.review.id, post)
        for post in seen.posts
    ]
    yield from (_Row("faulty", post.path, render.visible(post.name), "", "en") for post in seen.faulty)
    for state, _, _, post in sorted(rows, key=lambda row: (_ORDER.index(row[0]), -row[1], row[2])):
        review = as_of(post.review, now)
        path = local_address(seen.site.url_of(review), seen.site)
        yield _Row(str(state), path or "", review.title, _told(review.date, seen.site), review.language)


def _files(channel: str, manifest: Manifest, site: Site) -> list[_File]:
    """List the files of a feed that are there."""
    found = []
    for form in FEED_NAMES:
        name = feed_file(channel, form)
        path = local_address(site.published(name), site)
        if name in manifest.files and path is not None:
            title = f"{site.title} ({FEED_LABELS[form]})"
            found.append(_File(title, FEED_LABELS[form], FEED_TYPES[form], path))
    return found


def _shown(faults: Iterable[Diagnostic]) -> str:
    return "\n\n".join(render.full(fault) for fault in faults)


def _told(moment: datetime, site: Site) -> str:
    return f"{moment.astimezone(site.zone):%Y-%m-%d %H:%M %Z}"
