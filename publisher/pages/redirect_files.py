"""The files in `redirects/`: the same moves in the forms that hosts and programs read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.pages.redirects import OldPath, Redirects

FORMAT_VERSION = 1
FOLDER = "redirects"
_UNESCAPED = "/!$&'()*+,;=:@~"
# What a host would take for a pattern, a comment, a query or an end, where a path means the character.
_SYNTAX = frozenset("%*:?#\\ ")
# Cloudflare refuses longer lines; nginx, parameters of more than 4,096 bytes.
_HOST_LINE = 1000
_NGINX_LINE = 4000
# nginx keeps strings in a hash whose buckets hold 64 bytes, unless it is told otherwise: a longer one would keep it
# from starting.
_BUCKET = 46
_REGEX_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-_")

_HOST_HEAD = """\
# Old addresses of reviews, written by headless-publisher; copy this file to the root of the site.
# Netlify, Cloudflare Pages and GitLab Pages read it. 301 is the only permanent redirect that all three know.
"""
_HOST_SLASHES = "# The same, with or without the slash at the end, for hosts that tell the two apart.\n"
_HOST_GONE = """\
# Taken back. No status in this file says so on all hosts: they answer 404, where there is no page.
"""
_NGINX_HEAD = """\
# Old addresses of reviews, written by headless-publisher. Include this file in http {}, and put into server {}:
#
#     absolute_redirect off;
#     if ($publisher_gone) { return 410; }
#     if ($publisher_moved) { return 308 $publisher_moved$is_args$args; }
"""


def redirect_files(redirects: Redirects) -> dict[str, bytes]:
    """Write the files, each under its name below the folder of feeds; none is ever empty."""
    return {
        f"{FOLDER}/_redirects": _for_hosts(redirects),
        f"{FOLDER}/nginx.conf": _for_nginx(redirects),
        f"{FOLDER}/redirects.json": _for_programs(redirects),
    }


def _for_programs(redirects: Redirects) -> bytes:
    fields = {
        "format_version": FORMAT_VERSION,
        "moved": [{"from": _encoded(move.old), "to": move.to} for move in redirects.moved],
        "gone": [_encoded(old) for old in redirects.gone],
    }
    return orjson.dumps(fields, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _encoded(old: OldPath) -> str:
    return quote(old.decoded, safe=_UNESCAPED)


def _for_hosts(redirects: Redirects) -> bytes:
    """Write lines of `from to status`.

    Hosts read a certain number of lines, 1,000 or 2,000: the addresses as they were come first, newest review first.
    """
    others = [(other, move.to) for move in redirects.moved if (other := move.old.other)]
    return "".join(
        [
            _HOST_HEAD,
            *_host_lines((move.old, move.to) for move in redirects.moved),
            *([_HOST_SLASHES] if others else []),
            *_host_lines(others),
            *([_HOST_GONE] if redirects.gone else []),
            *(f"# {_host_path(old)}\n" for old in redirects.gone),
        ]
    ).encode()


def _host_lines(moves: Iterable[tuple[OldPath, str]]) -> list[str]:
    lines = [f"{_host_path(old)} {to.replace(':', '%3A').replace('*', '%2A')} 301\n" for old, to in moves]
    return [line for line in lines if len(line) <= _HOST_LINE]


def _host_path(old: OldPath) -> str:
    """Write a path as hosts compare it: letters of any script as they are, what is syntax percent-encoded."""
    return "".join(
        char if char.isprintable() and char not in _SYNTAX else quote(char, safe="", errors="surrogateescape")
        for char in old.decoded.decode(errors="surrogateescape")
    )


def _for_nginx(redirects: Redirects) -> bytes:
    """Write two maps of nginx, from the decoded path to the new address, and to 1 for what is gone."""
    old = [*(move.old for move in redirects.moved), *redirects.gone]
    alike = Counter(path.key.lower() for path in (*old, *redirects.present))
    moved = (
        line
        for move in redirects.moved
        for line in _nginx_lines(move.old, move.to.replace("$", "%24"), alike=alike)
    )
    gone = (line for path in redirects.gone for line in _nginx_lines(path, "1", alike=alike))
    return b"".join(
        [
            _NGINX_HEAD.encode(),
            *_nginx_map(b"publisher_moved", moved),
            *_nginx_map(b"publisher_gone", gone),
        ]
    )


def _nginx_map(variable: bytes, lines: Iterable[bytes]) -> list[bytes]:
    # Volatile: asked again for the page that an `error_page 410 /gone.html` leads to.
    return [b"\nmap $uri $" + variable + b' {\n    volatile;\n    default "";\n', *lines, b"}\n"]


def _nginx_lines(old: OldPath, value: str, *, alike: Counter[bytes]) -> list[bytes]:
    """Write the lines for a path with and without its slash: as strings where nginx can, else as one expression.

    nginx compares strings without regard to case, and an expression with.
    """
    paths = [old.decoded] + ([old.other.decoded] if old.other else [])
    alone = old.key == old.key.lower() and alike[old.key] == 1
    if alone and max(map(len, paths)) <= _BUCKET and _is_text(old.decoded):
        keys = [path.replace(b"\\", b"\\\\").replace(b'"', b'\\"') for path in paths]
    else:
        keys = [b"~^" + _expression(old.key) + (b"/?" if old.other else b"") + rb"\z"]
    lines = [b'    "%s" "%s";\n' % (key, value.encode()) for key in keys]
    return [line for line in lines if len(line) <= _NGINX_LINE]


def _expression(path: bytes) -> bytes:
    return b"".join(b"%c" % byte if byte in _REGEX_PLAIN else rb"\x%02x" % byte for byte in path)


def _is_text(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True
