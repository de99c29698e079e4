"""The kinds of values that configuration and front matter are made of, and what is said of wrong ones.

A checker takes what was read (text, a list, a mapping; TOML also gives numbers) and returns the value or
raises a fault. A fault names its rule, quotes what it found first, and may carry a label for the caret and a
way out.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit, urlunsplit

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

# What XML 1.0 (section 2.2) does not let a document hold; lone surrogates among it, and DELETE, which it discourages.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NAMES = {
    "\x00": "NULL",
    "\x07": "BELL",
    "\x08": "BACKSPACE",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}
_SPELLED = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line end",
    "\r": "a line end",
    "\\": "a backslash",
    '"': "a quote",
}
_URL_LIMIT = 2048
#: Characters of a name or another text on one line, and of a summary, a correction, a reason.
TEXT_LIMIT = 500
PROSE_LIMIT = 2000
_SPACE = re.compile(r"\s+")
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)


def fault(
    code: str, message: str, *, label: str | None = None, help: str | None = None, quotable: bool = False
) -> PydanticCustomError:
    """Make the exception a checker raises; `code` is a rule of `publisher.diagnostics.RULES`.

    `quotable` says that the value would do if it were put in quotes.
    """
    # The braces of the template are pydantic's: the message itself may hold any character.
    return PydanticCustomError(
        "fault",
        "{message}",
        {"code": code, "message": message, "label": label, "help": help, "quotable": quotable},
    )


def describe(value: object) -> str:
    """Say what kind of thing was found, as an editor would call it."""
    if value is None:
        return "an empty item"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a group of keys"
    return "a date or time"


def shape_fault(value: object, wanted: str) -> PydanticCustomError:
    """Make the fault of a value that has another shape than its key asks for."""
    return fault("wrong-type", f"found {describe(value)}; this key takes {wanted}", quotable=wanted == "text")


def text(value: object) -> str:
    """Take a text on one line; spaces at its ends and runs of them are folded."""
    if not isinstance(value, str):
        raise shape_fault(value, "text")
    return _bounded(_SPACE.sub(" ", value).strip(), TEXT_LIMIT)


def prose(value: object) -> str:
    """Take a text of any number of lines."""
    if not isinstance(value, str):
        raise shape_fault(value, "text")
    return _bounded(value.strip(), PROSE_LIMIT)


def _bounded(written: str, limit: int) -> str:
    """Take a text that is there and no longer than what lists and partners can be expected to show."""
    if not written:
        raise fault("invalid-value", "the text is empty", help="write something, or leave the key out")
    if len(written) > limit:
        raise fault(
            "invalid-value", f"the text has {len(written):,} characters; this key takes at most {limit:,}"
        )
    return written


def number(value: object) -> Decimal:
    """Take a plain decimal number, written with a point."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise shape_fault(value, "a number")
    written = str(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", written):
        raise fault("invalid-value", f"{quote(written)} is not a number", label="a number such as 4 or 3.5")
    return Decimal(written)


def whole(value: object) -> int:
    """Take a whole number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise shape_fault(value, "a whole number")
    written = str(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", written):
        raise fault(
            "invalid-value", f"{quote(written)} is not a whole number", label="digits only, at most nine"
        )
    return int(written)


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
    if len(written) > _URL_LIMIT:
        return f"is {len(written)} characters long; an address has at most {_URL_LIMIT}"
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
    if written.startswith("//"):
        return f"write https:{written}"
    if re.match(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/|$)", written) and "://" not in written:
        return f"write https://{written}"
    if re.match(r"https?://[^/?#]*@", written, re.IGNORECASE):
        return "leave out what stands before the @"
    if re.fullmatch(r"https?:\S*(?: \S+)+", written, re.IGNORECASE):
        return f"write %20 for a space: {written.replace(' ', '%20')}"
    return "such as https://example.org/film"


def language(value: object) -> str:
    """Take a BCP 47 language tag: en, en-US, zh-Hant."""
    tag = text(value)
    if not _LANGUAGE.fullmatch(tag):
        raise fault("invalid-value", f"{quote(tag)} is not a language tag", label="such as en, en-US or km")
    return tag


def region(value: object) -> str:
    """Take an ISO 3166-1 alpha-2 country code, in capitals."""
    code = text(value)
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise fault(
            "invalid-value", f"{quote(code)} is not a country code", label="two letters, such as US or KH"
        )
    if code.upper() == "UK":
        raise fault("invalid-value", "UK is not an ISO country code", label="the United Kingdom is GB")
    return code.upper()


def quote(value: object) -> str:
    """Quote what was found, shortened where it would fill the screen."""
    return f'"{shorten(str(value))}"'


def shorten(written: str) -> str:
    """Cut a text where it would fill the screen."""
    return f"{written[:57]}…" if len(written) > 60 else written


def name_of(char: str) -> str:
    """Name a character by code point and, where it has one, by name."""
    code = ord(char)
    name = _NAMES.get(char) or unicodedata.name(char, "")
    if not name:
        name = (
            "a lone surrogate"
            if 0xD800 <= code <= 0xDFFF
            else "a control character"
            if unicodedata.category(char) == "Cc"
            else "a noncharacter"
        )
    return f"U+{code:04X} ({name})"


def _schema(kind: str, **more: Any) -> WithJsonSchema:  # noqa: ANN401 - JSON Schema takes any value
    return WithJsonSchema({"type": kind, **more})


Text = Annotated[str, BeforeValidator(text), _schema("string", minLength=1)]
Prose = Annotated[str, BeforeValidator(prose), _schema("string", minLength=1)]
Number = Annotated[Decimal, BeforeValidator(number), _schema("number")]
Whole = Annotated[int, BeforeValidator(whole), _schema("integer")]
Url = Annotated[str, BeforeValidator(url), _schema("string", format="uri")]
Language = Annotated[str, BeforeValidator(language), _schema("string")]
Region = Annotated[str, BeforeValidator(region), _schema("string", pattern="^[A-Za-z]{2}$")]
