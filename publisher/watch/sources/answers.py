"""What sources answered, kept on the disk with its date; may be deleted at any time."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from publisher.disk import put
from publisher.watch.sources.own_files import open_own

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = 1
_LONGEST_HEAD = 16_384
_SUFFIX = ".answer"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept.

    Attributes:
        asked: When; aware, UTC.
        known: False where the source answered that it does not know.
        body: The JSON that it answered with, or nothing.
    """

    asked: datetime
    known: bool
    body: bytes


class Answers:
    """The answers of one source: a file for each question, in folders by the first two digits of its name.

    A file is a line of JSON, which says what was asked, when, and the digest of the rest, and the answer. So a file
    that was cut off or damaged is noticed, and the question asked again. The digest has no key: it is no proof against
    somebody who writes an answer of his own with its digest. Against that stands that a file is taken only where nobody
    else can have written it (`own_files`). What is asked is its whole address without the key of the site, which stands
    in a header and never comes here.

    Args:
        folder: Where they lie; made when there is something to keep.
        limit: The longest answer, in bytes.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit

    def find(self, question: str) -> Kept | None:
        """Return the answer that was kept to a question, however old; None where there is none that can be used."""
        try:
            handle = open_own(self._file(question), os.O_RDONLY, self._folder)
            with os.fdopen(handle, "rb") as stream:
                head = stream.readline(_LONGEST_HEAD)
                body = stream.read(self._limit + 1)
        except OSError:
            return None
        return _read(question, head, body)

    def keep(self, question: str, answer: Kept) -> None:
        """Keep an answer, in place of the one before.

        Raises:
            OSError: It cannot be written.
        """
        file = self._file(question)
        head = {
            "format_version": _FORMAT,
            "question": question,
            "asked": answer.asked.isoformat(),
            "known": answer.known,
            "sha256": hashlib.sha256(answer.body).hexdigest(),
        }
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        put(file, orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE) + answer.body, mode=0o600)

    def forget(self, longest: timedelta) -> None:
        """Remove what is older than the source's terms allow, and what a killed process left half written."""
        oldest = time.time() - longest.total_seconds()
        with suppress(OSError):
            for folder in self._folder.glob("[0-9a-f][0-9a-f]"):
                with suppress(OSError), os.scandir(folder) as found:
                    for entry in found:
                        # A file is being written for moments, not for hours.
                        limit = oldest if entry.name.endswith(_SUFFIX) else time.time() - 3600
                        if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < limit:
                            os.unlink(entry.path)  # noqa: PTH108 - thousands of them

    def _file(self, question: str) -> Path:
        digest = hashlib.sha256(question.encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:42]}{_SUFFIX}"


def _read(question: str, head: bytes, body: bytes) -> Kept | None:
    try:
        found = orjson.loads(head)
    except orjson.JSONDecodeError:
        return None
    match found:
        case {
            "format_version": 1,
            "question": str(asked_for),
            "asked": str(asked),
            "known": bool(known),
            "sha256": str(digest),
        } if asked_for == question and digest == hashlib.sha256(body).hexdigest():
            with suppress(ValueError):
                moment = datetime.fromisoformat(asked)
                if moment.tzinfo is not None:
                    return Kept(moment.astimezone(UTC), known, body)
    return None
