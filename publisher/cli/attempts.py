"""How attempts to deliver are told to people and to machines, and the moments in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.ledger.delivery_rows import Attempt
    from publisher.site import Site

TO_THE_SECOND = "%Y-%m-%d %H:%M:%S %Z"
# Nobody reads more of what a partner says; --json has all that is kept.
_MOST_LINES = 10


def told_attempt(attempt: Attempt, site: Site, *, under_way: bool = False) -> Iterator[str]:
    """Say what became of an attempt, where it went, and what the partner answered; what that is, is not made harmless yet."""
    from publisher.diagnostics.masking import masked_address

    if attempt.ended_at is None:
        what = "on its way" if under_way else "nobody knows what became of it: whoever sent it died"
    else:
        what = f"{_seconds(attempt):.2f} s, {attempt.status or 'no answer'}: {attempt.outcome}"
    yield f"{moment_words(attempt.started_at, site, TO_THE_SECOND)}  {what}"
    yield f"to {masked_address(attempt.url)}"
    for line in (attempt.excerpt or "").splitlines()[:_MOST_LINES]:
        yield f"| {line}"


def attempt_data(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt for machines."""
    from publisher.diagnostics.masking import masked_address

    return {
        "url": masked_address(attempt.url),
        "started": moment_data(attempt.started_at),
        "ended": moment_data(attempt.ended_at),
        "seconds": None if attempt.ended_at is None else round(_seconds(attempt), 3),
        "status": attempt.status,
        "kind": attempt.kind,
        "outcome": attempt.outcome,
        "excerpt": attempt.excerpt,
    }


def moment_words(at: float, site: Site, form: str = "%Y-%m-%d %H:%M %Z") -> str:
    """Say a moment, given in seconds since 1970, in the site's zone."""
    return datetime.fromtimestamp(at, site.zone).strftime(form)


def moment_data(at: float | None) -> str | None:
    """Write a moment, given in seconds since 1970, as RFC 3339 does."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _seconds(attempt: Attempt) -> float:
    return max(0.0, (attempt.ended_at or attempt.started_at) - attempt.started_at)
