"""Characters and texts as messages show them: what no feed can carry, by name; what was found, cut to fit."""

from __future__ import annotations

import re
import unicodedata

from publisher.diagnostics.masking import masked

# What XML 1.0 (section 2.2) does not let a document hold; lone surrogates among it, and DELETE, which it discourages.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Bytes of UTF-8 without which none of them can be: controls, and the first byte of U+D000 and of U+F000 and what follows.
_ODD_BYTES = bytes({*range(32), 0x7F, 0xED, 0xEF} - {0x09, 0x0A, 0x0D})
# Marks that change a letter's look and nothing else, and characters that nobody sees (Unicode, 23.4).
INVISIBLE = re.compile(
    "[\u00ad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# Those, and every space that is none of the keyboard's.
UNSEEN = re.compile(INVISIBLE.pattern.replace("[", "[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000", 1))
# What turns the direction of writing about (Unicode Annex 9, 2.1 to 2.5): overrides, embeddings and isolates, and what ends
# each; embeddings and isolates that are ended are of use within languages that are written from the right.
_OVERRIDES = "\u202d\u202e"
_ENDED_BY = {
    **dict.fromkeys("\u202a\u202b", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NAMES = {
    "\x00": "NULL",
    "\x07": "BELL",
    "\x08": "BACKSPACE",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}


def may_hold_forbidden(text: str) -> bool:
    """Tell whether `FORBIDDEN` may find something in a text: no for almost all, and in a tenth of its time."""
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded.translate(None, _ODD_BYTES)) != len(encoded)


def misdirecting(text: str) -> str | None:
    """Return a character that shows a text, or what stands behind it on the line, in another order than it was written."""
    if text.isascii():
        return None
    opened: list[str] = []
    char: str
    for char in _DIRECTION.findall(text):
        if char in _OVERRIDES:
            return char
        if char in _ENDED_BY:
            opened.append(char)
        elif opened and _ENDED_BY[opened[-1]] == char:
            opened.pop()
    return opened[0] if opened else None


def quote(value: object) -> str:
    """Quote what was found, shortened where it would fill the screen."""
    return f'"{shorten(str(value))}"'


def shorten(written: str) -> str:
    """Cut a text where it would fill the screen; half a password is masked no more, so it is before."""
    written = masked(written)
    return f"{written[:57]}…" if len(written) > 60 else written


def printable(text: str, longest: int = 200) -> str:
    """Show what a host said: what cannot be printed is replaced, what is longer than so many characters cut."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


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
