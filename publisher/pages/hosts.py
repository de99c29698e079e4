"""The files in `hosts/`: what a web host is to be told of the feeds, in the forms that nginx, Netlify and Cloudflare read."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.channels import ARCHIVE, AUTHORS, TAGS, ChannelKind
from publisher.pages.http_headers import (
    PAGE_TYPES,
    SERVED_TYPES,
    SUBSCRIBE_PAGE,
    WITH_CHARSET,
    cache_control,
    full_type,
    topic_link,
)
from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.channels import Channel
    from publisher.site import Site

FOLDER = "hosts"
# Cloudflare reads so many rules of so many characters a line, and leaves out the rest.
_RULES = 100
_LINE = 2000
# nginx does not start with a parameter of more than 4,096 bytes.
_NGINX_PARAMETER = 4000
_NOSNIFF = "nosniff"
_PLAIN = frozenset(f"{ascii_letters}{digits}/-_".encode())
#: The folders that feeds of one kind share: a pattern stands for all that are there and will be.
_SHARED = {ChannelKind.AUTHOR: AUTHORS, ChannelKind.TAG: TAGS, ChannelKind.ARCHIVE: ARCHIVE}

_HOSTS_HEAD = """\
# How the feeds are to be served, written by headless-publisher; copy this file to the root of the site, or its lines
# into the _headers that is there. Netlify and Cloudflare Pages read it. No two rules for an address set the same header:
# Cloudflare would join their values.
"""
_NGINX_HEAD = """\
# How the feeds are to be served, written by headless-publisher. Include this file in server {}; or, where the feeds'
# folder has a location {} of its own, with its alias or root, in that one.
#
# What your server {} adds everywhere by add_header is not added to these files: nginx inherits such lines only where
# there are none.
"""


def host_files(channels: Sequence[Channel], site: Site) -> dict[str, bytes]:
    """Write the files, each under its name below the folder of feeds.

    Args:
        channels: All feeds of the site.
        site: The site.
    """
    return {
        f"{FOLDER}/_headers": _for_hosts(channels, site).encode("ascii"),
        f"{FOLDER}/nginx.conf": _for_nginx(channels, site).encode(errors="surrogateescape"),
    }


def _for_hosts(channels: Sequence[Channel], site: Site) -> str:
    """Write rules for hosts: first those that hold for all feeds, then the links of single ones, as many as are read."""
    rules = dict(_patterns(site))
    for channel, form in _topics(_most_important_first(channels)):
        path, link = _host_path(site, channel.file(form)), topic_link(channel.name, form, site)
        if len(f"  Link: {link}") <= _LINE and (path in rules or len(rules) < _RULES):
            rules.setdefault(path, {})["Link"] = link
    return _HOSTS_HEAD + "".join(
        "\n".join(["", path, *(f"  {name}: {value}" for name, value in headers.items()), ""])
        for path, headers in rules.items()
        if len(path) <= _LINE
    )


def _topics(channels: Iterable[Channel]) -> Iterator[tuple[Channel, str]]:
    """Yield the feeds that one can subscribe to, in each format: all but the pages of the archive."""
    for channel in channels:
        if channel.kind is not ChannelKind.ARCHIVE:
            yield from ((channel, form) for form in FEED_NAMES)


def _patterns(site: Site) -> Iterator[tuple[str, dict[str, str]]]:
    folders = ["", ":feed/", *(f"{folder}/:{kind.value}/" for kind, folder in _SHARED.items())]
    for folder in folders:
        archive = folder.startswith(_SHARED[ChannelKind.ARCHIVE])
        cache = cache_control(site, archive=archive, topic=not archive)
        for form, name in FEED_NAMES.items():
            yield _host_path(site, "") + folder + name, _headers(full_type(SERVED_TYPES[form]), cache)
    for name, media_type in {"": PAGE_TYPES[SUBSCRIBE_PAGE], **PAGE_TYPES}.items():
        yield _host_path(site, name), _headers(full_type(media_type), cache_control(site))


def _headers(content_type: str, cache: str) -> dict[str, str]:
    # With these very capitals: Netlify sends its own type beside one that is written in small letters.
    return {"Content-Type": content_type, "Cache-Control": cache, "X-Content-Type-Options": _NOSNIFF}


def _most_important_first(channels: Sequence[Channel]) -> list[Channel]:
    """Put the main feed first, then the site's own, then authors'; of tags' the ones with the most reviews."""
    order = [ChannelKind.MAIN, ChannelKind.RULE, ChannelKind.AUTHOR, ChannelKind.TAG, ChannelKind.ARCHIVE]

    def place(channel: Channel) -> tuple[int, int]:
        return order.index(channel.kind), -len(channel.posts) if channel.kind is ChannelKind.TAG else 0

    return sorted(channels, key=place)


def _host_path(site: Site, name: str) -> str:
    """Write a path as hosts compare it: percent-encoded, what they take for a pattern likewise."""
    return urlsplit(site.published(name)).path.replace(":", "%3A").replace("*", "%2A")


def _for_nginx(channels: Sequence[Channel], site: Site) -> str:
    """Write a location for every kind of file, and one for each that has links of its own."""
    return _NGINX_HEAD + "".join(_locations(channels, site))


def _locations(channels: Sequence[Channel], site: Site) -> Iterator[str]:
    base = _decoded(site, "")
    for channel, form in _topics(channels):
        link = topic_link(channel.name, form, site)
        # What nginx would take for a variable cannot be written there; the feed itself has the links, too.
        linked = "$" not in link and len(link) <= _NGINX_PARAMETER
        if linked or channel.kind is ChannelKind.RULE:
            headers = {"Cache-Control": cache_control(site, topic=True), **({"Link": link} if linked else {})}
            yield _location(_exactly(base + channel.file(form)), SERVED_TYPES[form], headers, site)
    shared = "|".join(_SHARED[kind] for kind in (ChannelKind.AUTHOR, ChannelKind.TAG))
    for folders, archive in (
        (f"(?:(?:{shared})/[^/]+/)?", False),
        (f"{_SHARED[ChannelKind.ARCHIVE]}/[^/]+/", True),
    ):
        for form, name in FEED_NAMES.items():
            match = f'~ "^{_expression(base)}{folders}{_expression(name)}\\z"'
            headers = {"Cache-Control": cache_control(site, archive=archive, topic=not archive)}
            yield _location(match, SERVED_TYPES[form], headers, site)
    for name, media_type in PAGE_TYPES.items():
        headers = {"Cache-Control": cache_control(site)}
        yield _location(_exactly(base + name), media_type, headers, site)


def _location(match: str, media_type: str, headers: Mapping[str, str], site: Site) -> str:
    if len(match.encode(errors="surrogateescape")) > _NGINX_PARAMETER:
        return ""
    lines = ["types { }", f"default_type {media_type};"]
    if media_type in WITH_CHARSET:
        lines.append("charset utf-8;")
        # That type always has it, and nginx warns of those that are named twice.
        lines += [] if media_type == "text/html" else [f"charset_types {media_type};"]
    if site.syndication.compressed:
        lines += ["gzip_static on;", "gzip_vary on;"]
    lines += [f"add_header {name} '{_in_quotes(value)}';" for name, value in headers.items()]
    lines.append(f"add_header X-Content-Type-Options {_NOSNIFF};")
    return "\n".join(["", f"location {match} {{", *(f"    {line}" for line in lines), "}", ""])


def _decoded(site: Site, name: str) -> str:
    """Return a path as nginx compares it: without percent-encoding."""
    return unquote(urlsplit(site.syndication.url).path, errors="surrogateescape") + name


def _exactly(path: str) -> str:
    """Write what matches one path alone: a string where it can stand in a file for people, else an expression."""
    if not path.isprintable():
        return f'~ "^{_expression(path)}\\z"'
    quoted = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'= "{quoted}"'


def _expression(text: str) -> str:
    """Write a text as an expression that matches it alone, whatever it holds."""
    return "".join(
        chr(byte) if byte in _PLAIN else f"\\x{byte:02x}" for byte in text.encode(errors="surrogateescape")
    )


def _in_quotes(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
