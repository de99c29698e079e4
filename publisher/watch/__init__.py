"""Attach: where a film can be watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.watch.attachment import attach, check_link

if TYPE_CHECKING:
    from publisher.watch.sentences import Proposal, propose

__all__ = ["Proposal", "attach", "check_link", "propose"]


def __getattr__(name: str) -> object:
    """Load what reads sentences when it is first asked for: a build never does, and its patterns take a while to compile."""
    if name in {"Proposal", "propose"}:
        from publisher.watch import sentences  # noqa: PLC0415 - see above

        return getattr(sentences, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
