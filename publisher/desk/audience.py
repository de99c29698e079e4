"""What taking an edit back means to those who were told of the review: what they would lose, what they will hear."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.desk.subject import Subject, all_announced, bare, subject_among
from publisher.diagnostics import Severity
from publisher.posts.finding import found_in
from publisher.posts.reading import check_post
from publisher.release import find_changes
from publisher.release.history import history_faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.ledger import Announced
    from publisher.posts import Post
    from publisher.release import Change
    from publisher.site import Site


@dataclass(frozen=True)
class Audience:
    """Partners, and readers who keep addresses, as the ledger knows them at a moment (aware).

    Each function takes a post's file, what an edit wrote into it, and what it held before.
    """

    site: Site
    now: datetime

    def objection(self, file: Path, data: bytes, before: bytes) -> tuple[str, str] | None:
        """Say why an edit must not be taken back any more, and what to do instead; None where it may be.

        Raises:
            EnvironmentFault: The ledger cannot be used.
        """
        present, past = self._subject(file, data), self._subject(file, before)
        if present.told is None:
            return None
        return _lost_address(present, past) or self._new_error(present, past)

    def outlook(self, file: Path, data: bytes, before: bytes) -> str:
        """Say what partners will hear of an edit that is taken back; nothing of a review they do not know.

        Raises:
            EnvironmentFault: The ledger cannot be used.
        """
        present, past = self._subject(file, data), self._subject(file, before)
        if present.told is None:
            return ""
        untold, back = self._changes(present), self._changes(past)
        if untold is None or back is None:
            return "if partners were told of the edit, the next publish tells them of the change back"
        if not back:
            return "the next publish has nothing to tell partners of it"
        tells = f"the next publish tells partners of it ({back[0].type})"
        # What still has to be told of the edit was not told.
        return tells if untold else f"{tells}; what they were told already cannot be unsent"

    @cached_property
    def _announced(self) -> Mapping[str, Announced] | None:
        return all_announced(self.site)

    def _subject(self, file: Path, data: bytes) -> Subject:
        return subject_among(self.site, found_in(file, data, self.site), self.now, self._announced)

    def _new_error(self, present: Subject, past: Subject) -> tuple[str, str] | None:
        known = {fault.code for fault in self._faults(present)}
        for fault in self._faults(past):
            if fault.severity is Severity.ERROR and fault.code not in known:
                return (
                    f"{past.name} would have an error again: {fault.message}",
                    fault.help or "mend the post",
                )
        return None

    def _faults(self, subject: Subject) -> Sequence[Diagnostic]:
        post = self._post(subject)
        if post is None or subject.told is None:
            return ()
        told = {subject.told.review_id: subject.told}
        return history_faults([post], told, self.site, self.now, complete=False)

    def _changes(self, subject: Subject) -> Sequence[Change] | None:
        post = self._post(subject)
        if post is None or subject.told is None:
            return None
        return find_changes([post], {subject.told.review_id: subject.told}, self.site, self.now)

    def _post(self, subject: Subject) -> Post | None:
        return check_post(subject.found.data, subject.found.file, self.site, self.now).post


def _lost_address(present: Subject, past: Subject) -> tuple[str, str] | None:
    """Say which address that people know the review would no longer be found under, nor lead from."""
    told, kept = present.told_path, set(map(bare, _paths(past)))
    lost = [path for path in _paths(present) if bare(path) not in kept]
    slug, old = present.found.slug, past.found.slug
    if told is None or not lost:
        return None
    address = present.path_with(slug) if slug else None
    if address is not None and bare(told) == bare(address):
        if slug != old:
            return (
                f"{present.name} was announced at {told} since, and nobody would find it there",
                f"`publisher rename {slug} {old}` renames it back, and leaves a redirect",
            )
        return (
            f"links to {lost[0]} lead to {told} by now, and would lead nowhere",
            f"where that is meant, take {lost[0]} out of the list previous: in {present.name}",
        )
    if bare(told) in map(bare, lost):
        known = next((part for part in told.split("/") if present.path_with(part) == told), "SLUG")
        return (
            f"{present.name} was announced at {told}, and nobody would find it there",
            f"`publisher rename {slug} {known}` gives it the slug it was announced under",
        )
    return None


def _paths(subject: Subject) -> list[str]:
    """List the paths a review is found under: where it is, and those that lead there."""
    address = subject.path_with(subject.found.slug) if subject.found.slug else None
    return [path for path in (address, *subject.previous) if path is not None]
