"""Absolute addresses in a review's text: which of them feeds carry, and what to write in the place of the others."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote as percent_encode
from urllib.parse import unquote

import nh3

from publisher.diagnostics.suggest import nearest
from publisher.markup.dialect import SCHEMES
from publisher.values.characters import FORBIDDEN, name_of, quote
from publisher.values.urls import url_problem

if TYPE_CHECKING:
    from collections.abc import Callable

_TWICE = re.compile(r"https?:/*(?=https?:)", re.IGNORECASE)
_SLASHES = re.compile(r"(https?)[:;,.]?/*", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[:/?#]|$)")
_OWN_MACHINE = re.compile(
    r"https?://(?:localhost|127(?:\.[0-9]+){3}|0\.0\.0\.0|\[::1\])(?=[:/?#]|$)", re.IGNORECASE
)
_USER = re.compile(r"https?:/*[^/?#]*@", re.IGNORECASE)
_PORT = re.compile(r"https?://[^/?#]*:0*([0-9]+)(?=[/?#]|$)", re.IGNORECASE)
# What a browser percent-encodes by itself.
_UNFIT = re.compile(r"[\s\"<>\\^`{|}]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HOST_PART = re.compile(r"(?<=://)[^/?#]+")
_SANITISER = nh3.Cleaner(tags={"a"}, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None)

_NO_CODE = "feeds run no code: link to a page, or leave the link out"
_ELSEWHERE = "it lies on a machine of yours: put it on the web, and write its address there"
_NUMBER = "write the number as part of the text"
_WAYS_OUT = {
    "data": "save what it holds as a file, and write the address of that",
    "file": _ELSEWHERE,
    "ftp": "link to a page that offers the file, with https://",
    "javascript": _NO_CODE,
    "localhost": _ELSEWHERE,
    "sms": _NUMBER,
    "tel": _NUMBER,
    "vbscript": _NO_CODE,
}
_LOSSES = {
    ("a", "href"): "readers get the words without a link",
    ("img", "src"): "readers get no picture",
    ("img", "srcset"): "readers do not get this size",
    ("source", "srcset"): "readers do not get this version",
    ("video", "poster"): "readers get the film without this still",
}


class Use(NamedTuple):
    """What an address is used for: an attribute of an element."""

    tag: str
    attribute: str

    @property
    def loss(self) -> str:
        """Say what readers get when the address is dropped."""
        if self.attribute == "cite":
            return "readers get the words without their source"
        return _LOSSES.get(self, "readers get nothing to play")


WayOut = tuple[str | None, str | None]


class Problem(NamedTuple):
    """What is wrong with an address; `way_out` answers what stands beside the caret, and the help."""

    code: str
    message: str
    way_out: Callable[[], WayOut]


# Nobody copies a longer address from a message.
_LONGEST = 200


def shown(address: str) -> str:
    """Write an address as a suggestion shows it."""
    return address if len(address) <= _LONGEST else f"{address[:_LONGEST]}…"


def problem_of(code: str, message: str, label: str | None, help: str | None) -> Problem:
    """Return a problem whose way out is known."""
    return Problem(code, message, lambda: (label, help))


def invalid(message: str, label: str | None, help: str | None) -> Problem:
    """Return the problem of an address that nobody can follow."""
    return problem_of("link-invalid", message, label, help)


def unseen(written: str) -> str | None:
    """Say which character of an address nobody sees, or None; what no feed can carry has a rule of its own."""
    if written.isprintable():
        return None
    char = next((c for c in written if not (c.isprintable() or c in "\t\r\n" or FORBIDDEN.match(c))), None)
    return f"holds {name_of(char)}, which nobody sees" if char else None


def scheme_problem(use: Use, scheme: str, read: str, written: str) -> Problem:
    """Say that feeds leave out an address because of its scheme, and what may be meant."""
    name = scheme.upper() if len(scheme) == 1 else scheme
    says = "begins with" if written.lower().startswith(f"{scheme}:") else "means to a browser"
    message = f"{quote(written)} {says} {name}:, which feeds leave out"
    return Problem("link-scheme", message, lambda: (use.loss, _meant(scheme, read)))


def _meant(scheme: str, read: str) -> str:
    rest = shown(read[len(scheme) + 1 :])
    if "." in scheme:
        return f"write https://{scheme}:{rest}"
    if len(scheme) == 1:  # a drive
        return _ELSEWHERE
    if scheme in _WAYS_OUT:
        return _WAYS_OUT[scheme]
    near = nearest(scheme, SCHEMES)
    if near is not None:
        return f"did you mean {near}:{rest}?"
    return "write an address that begins with https://, or leave the link out"


def mail_problem(use: Use, read: str, written: str) -> Problem | None:
    """Say why a mailto address reaches nobody, or None."""
    recipients, _, more = read.partition(":")[2].partition("?")
    found = unseen(written)
    if use.tag != "a":
        found = "is an e-mail address; only a link leads to one"
    elif not recipients and not more:
        found = "names nobody to write to"
    elif recipients and not all("@" in unquote(recipient) for recipient in recipients.split(",")):
        found = "has no @"
    if found is None:
        return None
    loss = None if use.tag == "a" else use.loss
    return invalid(f"{quote(written)} {found}", loss, "such as mailto:desk@example.org")


def is_kept(address: str) -> bool:
    """Tell whether the sanitiser keeps an address."""
    return "href=" in _SANITISER.clean(f'<a href="{escape(address)}"></a>')


@lru_cache(maxsize=1024)
def web_problem(read: str) -> str | None:
    """Say why an http or https address leads nowhere, or None."""
    if _TWICE.match(read):
        return "begins with http twice"
    if _OWN_MACHINE.match(read):
        return "leads each reader to a machine of their own"
    port = _PORT.match(read)
    if port is not None and not 0 < int(port[1][:6]) < 65536:
        return "has a port that does not exist; they go from 1 to 65535"
    address = _UNFIT.sub(lambda match: percent_encode(match.group()), read)
    # A browser decodes the host, and encodes the rest; hosts beyond ASCII are left to the sanitiser.
    address = _HOST_PART.sub(lambda match: _NOT_ASCII.sub("a", unquote(match.group())), address)
    return url_problem(address) or (None if is_kept(read) else "has no usable host name")


def web_help(read: str, written: str) -> str:
    """Suggest what to write in the place of an http or https address."""
    if unseen(written):
        return "delete that character; it is often left behind by pasting"
    if _TWICE.match(read):
        return f"write {shown(_TWICE.sub('', read))}"
    if _OWN_MACHINE.match(read):
        return _ELSEWHERE
    if _USER.match(read):
        return "leave out what stands before the @"
    return with_slashes(read)


def with_slashes(read: str) -> str:
    """Suggest an address with a :// where its slashes are at fault."""
    lead = _SLASHES.match(read)
    if lead is None or lead.group().endswith("://") or not _HOST.match(read, lead.end()):
        return "such as https://example.org/film"
    return f"write {lead[1].lower()}://{shown(read[lead.end() :])}"
