"""From the bytes of a file to the text that its editor sees."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from publisher.diagnostics import STRIP_BYTE_ORDER_MARK, Report, Source, Span
from publisher.posts.files import POST_LIMIT
from publisher.values.characters import name_of

if TYPE_CHECKING:
    from publisher.diagnostics import Severities

# A surrogate as UTF-8 would write it, if it wrote any.
_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes, name: str, severities: Severities) -> tuple[Source | None, Report]:
    """Read a file as UTF-8; None where it cannot be read, which is then reported, or has nothing in it."""
    if len(data) > POST_LIMIT:
        report = Report(Source(name, ""), severities)
        report.add(
            "file-too-large",
            None,
            f"the file is larger than {POST_LIMIT // 1024 // 1024} MiB; no post is",
            help="a review is text; put pictures and films beside it as files of their own",
        )
        return None, report
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        text = data[start:].decode() if start else data.decode()
    except UnicodeDecodeError as error:
        return None, _unreadable(data, start + error.start, start, name, severities)
    source = Source(name, text)
    report = Report(source, severities)
    if not text or text.isspace():
        report.add(
            "file-empty",
            None,
            "the file is empty",
            help="begin it with front matter between two lines of ---",
        )
        return None, report
    if start:
        report.add(
            "byte-order-mark",
            Span.at(0),
            "an invisible byte order mark stands before this line",
            help="save the file as UTF-8 without it",
            fix=STRIP_BYTE_ORDER_MARK,
        )
    return source, report


def _unreadable(data: bytes, at: int, start: int, name: str, severities: Severities) -> Report:
    """Report the first byte that is not UTF-8, and what it looks like instead."""
    report = Report(Source(name, data[start:].decode(errors="replace")), severities)
    byte = data[at : at + 1]
    if data.startswith(_UTF_16):
        span, way_out = None, "the file looks like UTF-16; save it as UTF-8"
    elif half := _HALF.match(data, at):
        # UTF-8 has no form for half a character (RFC 3629, section 3); some programs write one all the same.
        report.add(
            "forbidden-character",
            Span.at(len(data[start:at].decode())),
            f"{name_of(half.group().decode('utf-8', 'surrogatepass'))} stands here; no text can hold it",
            help="delete it, or write the whole character; an emoji was cut in two",
        )
        return report
    else:
        span = Span.at(len(data[start:at].decode()))
        # What most editors of other times wrote: in Windows-1252 almost every byte is a character.
        meant = byte.decode("cp1252", "replace")
        way_out = "save the file as UTF-8"
        if meant.isalpha():
            way_out += f"; in Windows-1252, in which it may have been saved, this is {meant}"
    report.add("file-encoding", span, f"byte {at} (0x{byte.hex().upper()}) is not UTF-8", help=way_out)
    return report
