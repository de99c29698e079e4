"""What a publish run tells while it goes on, for whoever wants to show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.diagnostics import Diagnostic
    from publisher.model import Offer, Review
    from publisher.outputs import Written
    from publisher.release.push_run import PushReport


class Progress:
    """Hears of each step of a run when it is done, or where it waits; this one says nothing, subclasses may."""

    def warned(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Hear, before anything is done, what the editor should know of reviews that were announced."""

    def attached(self, reviews: tuple[tuple[Review, tuple[Offer, ...]], ...]) -> None:
        """Hear of the live reviews with their offers, newest first."""

    def generated(self, written: Written) -> None:
        """Hear what became of the files."""

    def deployed(self) -> None:
        """Hear that the deploy command succeeded."""

    def awaiting(self, url: str, number: int) -> None:
        """Hear that the run waits from now on, until the public feed at `url` shows so many changes."""

    def live(self, url: str, number: int) -> None:
        """Hear that the public feed at `url` shows so many changes, which are told next."""

    def pushed(self, report: PushReport) -> None:
        """Hear what was announced and delivered."""
