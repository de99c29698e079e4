"""How long a host asks us to wait (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.net.client import Answer

#: Seconds; whoever asks for more, by however many digits, gets this.
LONGEST_WAIT = 24 * 3600.0


def retry_after(answer: Answer, now: float) -> float | None:
    """Return the seconds an answer asks for: at most a day, None when it asks for nothing that makes sense."""
    written = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+", written):
        seconds = float(written)
    else:
        try:
            moment = parsedate_to_datetime(written)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None
