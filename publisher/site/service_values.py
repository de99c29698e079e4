"""The kinds of values that only [services] of publisher.toml has: hosts, and addresses with names in braces."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from publisher.values.characters import quote
from publisher.values.checkers import fault, schema, text
from publisher.values.forms import form
from publisher.values.urls import url_problem

#: The key of a service; the catalogue's own have this form too.
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: What stands for a part of a film's address.
PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
# As JSON Schema says it: without flags.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HTTPS = "https://[A-Za-z0-9.-]+/"
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def _host(value: object) -> str:
    written = text(value)
    host = written.lower()
    if len(host) > 253 or not _HOST.fullmatch(host):
        within = urlsplit(host).hostname if "://" in host else host.partition("/")[0]
        meant = within if within and within != host and _HOST.fullmatch(within) else None
        raise fault(
            "invalid-value",
            f"{quote(written)} is not the name of a host",
            label=f"did you mean {meant}?" if meant else "such as films.example",
        )
    return host


def _address_with(value: object, wanted: str) -> str:
    """Take an https address that has some name in braces, once."""
    written = text(value)
    plain = PLACEHOLDER.sub("x", written)
    if (
        url_problem(plain)
        or not plain.startswith("https://")
        or "{" in written.partition("://")[2].partition("/")[0]
    ):
        raise fault(
            "url-invalid",
            f"{quote(written)} is not an https address",
            label=f"such as https://films.example/{{{wanted}}}",
        )
    if written.count(f"{{{wanted}}}") != 1:
        raise fault(
            "invalid-value",
            f"{quote(written)} has no place for {{{wanted}}}, or several",
            label="write it once",
        )
    return written


def _search(value: object) -> str:
    written = _address_with(value, "title")
    if PLACEHOLDER.findall(written) != ["title"]:
        raise fault(
            "invalid-value",
            f"{quote(written)} holds more in braces than the film's title",
            label="only {title}",
        )
    return written


def _film_url(value: object) -> str:
    written = _address_with(value, "id")
    names = PLACEHOLDER.findall(written)
    # With three, the time that is taken to see that a long address does not fit grows without need.
    if len(names) > 2 or len(set(names)) != len(names) or "}{" in written or "#" in written:
        raise fault(
            "invalid-value",
            f"{quote(written)} cannot be read back from a film's address",
            label="{id}, and at most one other name in braces, apart from it",
        )
    return written


Host = Annotated[
    str,
    BeforeValidator(_host),
    schema("string", pattern=form(rf"(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9]")),
]
SearchTemplate = Annotated[
    str, BeforeValidator(_search), schema("string", pattern=form(rf"{_HTTPS}[^\s{{}}]*\{{title\}}[^\s{{}}]*"))
]
FilmTemplate = Annotated[
    str,
    BeforeValidator(_film_url),
    schema("string", pattern=form(rf"{_HTTPS}(?=\S*\{{id\}})(?:[^\s{{}}#]|\{{[a-z]+\}})*")),
]
