"""What a receiver does wrong on purpose, so that a sender, and the people behind it, can rehearse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from publisher.errors import UsageError

#: Seconds; every sender has given up long before.
LONGEST_DELAY = 3600.0

# RFC 9110, 10.2.3, names 503 and 3xx for Retry-After; RFC 6585, 4, adds 429.
_ASK_FOR_PATIENCE = (429, 503)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message is answered.

    Attributes:
        status: The status; None when the connection is closed without an answer.
        retry_after: The header Retry-After, if there is one: seconds or an HTTP date.
        delay: How many seconds late it comes.
    """

    status: int | None
    retry_after: str | None = None
    delay: float = 0.0

    @property
    def taken(self) -> bool:
        """Tell whether the sender may take the message for delivered."""
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        said = "left without an answer" if self.status is None else f"answered {self.status}"
        said += f", Retry-After: {self.retry_after}" if self.retry_after else ""
        return said + (f", {self.delay:g} s late" if self.delay else "")


#: What a message that was verified is answered.
TAKEN = Reply(204)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What goes wrong, and how often; without arguments nothing does.

    Attributes:
        first: It happens to so many messages, the first to arrive; None for every one.
        status: What they are answered; None for what they deserve.
        drop: Whether the connection is closed without an answer instead.
        retry_after: The header Retry-After of the answer.
        delay: How many seconds late the answer comes, or the connection is closed.
    """

    first: int | None = None
    status: int | None = None
    drop: bool = False
    retry_after: str | None = None
    delay: float = 0.0

    @classmethod
    def of(
        cls,
        *,
        fail: int | None = None,
        status: int | None = None,
        retry_after: str | None = None,
        delay: float | None = None,
        drop: bool = False,
    ) -> Rehearsal:
        """Take what the options of `publisher listen` say.

        Args:
            fail: To how many messages the rest happens; they are answered 503 unless something else is said.
            status: What they are answered, 200 to 599.
            retry_after: Seconds or a date, for an answer 429 or 503; alone, every message is answered 429.
            delay: Seconds, an hour at the most.
            drop: Whether they get no answer at all.

        Raises:
            UsageError: A value has no meaning, or they have none together.
        """
        if delay is not None and not 0 < delay <= LONGEST_DELAY:
            raise UsageError(
                f"--delay: {delay:g} is not possible; more than 0 and at most {LONGEST_DELAY:g} seconds are",
                "most senders give up after 15 to 30 seconds",
            )
        if drop and status is not None:
            raise UsageError(
                f"--drop closes the connection without an answer, and --status {status} is one",
                "leave one of them out",
            )
        if drop and retry_after is not None:
            raise UsageError(
                "--drop closes the connection without an answer, which --retry-after would go with",
                "leave one of them out",
            )
        if status is None and not drop:
            # Who asks for patience and says nothing else gets too many requests (RFC 6585, 4).
            status = 503 if fail is not None else 429 if retry_after is not None else None
        if fail is not None and status is not None and status < 300 and delay is None:
            raise UsageError(
                f"--fail: the first {fail} are to fail, and {status} is a success",
                "name a --status from 300 on, or have the answers come late with --delay",
            )
        if retry_after is not None:
            if status not in _ASK_FOR_PATIENCE:
                raise UsageError(
                    f"--retry-after goes with an answer 429 or 503, and the answer would be {status}",
                    "name one of these with --status",
                )
            retry_after = _retry_after(retry_after)
        return cls(fail, status, drop, retry_after, delay or 0.0)

    @property
    def takes_any(self) -> bool:
        """Tell whether there will be a message that counts as delivered."""
        return self.first is not None or not (self.drop or (self.status is not None and self.status >= 300))

    def reply(self, number: int, deserved: int) -> Reply:
        """Say what a message is answered.

        Args:
            number: Its place in the order of arrival, from 1.
            deserved: The status it would be answered.
        """
        if self.first is not None and number > self.first:
            return Reply(deserved)
        status = None if self.drop else self.status or deserved
        return Reply(status, self.retry_after, self.delay)

    def __str__(self) -> str:
        if self == Rehearsal():
            return "every message is answered as it deserves"
        if self.first is None or self.first == 1:
            which = "every message is" if self.first is None else "the first message is"
        else:
            which = f"the first {self.first} messages are"
        if self.drop or self.status is not None:
            return f"{which} {self.reply(1, 0)}"
        return f"{which} answered {self.delay:g} s late"


def _retry_after(written: str) -> str:
    """Write seconds or a date as the header wants it."""
    text = written.strip()
    if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII):
        return text
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            # An HTTP date is in GMT; one that names no zone means that, too.
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            return format_datetime(moment, usegmt=True)
        except (ValueError, OverflowError):
            continue
    raise UsageError(
        f'--retry-after: "{written}" is neither seconds nor a date',
        'write 120, or "Sun, 22 Nov 2026 12:10:00 GMT", or 2026-11-22T12:10:00Z',
    )
