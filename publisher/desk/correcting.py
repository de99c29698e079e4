"""Saying what was wrong with a review that readers have seen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.desk.altering import Edited, alter, one_line, written_moment
from publisher.desk.subject import Subject, look_up
from publisher.errors import Refused
from publisher.model import Visibility
from publisher.posts.editing import Set

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.site import Site

# Two corrections within a second are a second apart in the file.
_HARDLY_AHEAD = timedelta(minutes=1)
_WHY_NOT = {
    Visibility.DRAFT: ("is a draft", "mend the text; nobody has seen it"),
    Visibility.SCHEDULED: ("is scheduled", "mend the text; nobody has seen it"),
    Visibility.RETRACTED: ("is retracted", "`publisher restore` puts it back"),
}


def correct(site: Site, wanted: str, note: str, now: datetime, *, dry: bool = False) -> Edited:
    """Note in a review what was wrong with it, and that it was updated now.

    Args:
        site: The site.
        wanted: The post: its slug, file or id.
        note: What was wrong, as readers and partners are told.
        now: The moment (aware).
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post, or the note will not do.
        Refused: The review is not live, or the file cannot be edited for certain.
        EnvironmentFault: The file, or what undoes the edit, cannot be written.
    """
    text = one_line("--note", note)
    subject = look_up(site, wanted, now)
    if subject.seen in _WHY_NOT:
        what, instead = _WHY_NOT[subject.seen]
        raise Refused(f"{subject.name} {what}: a correction is for readers of a review that is live", instead)
    alterations = (
        Set("updated", written_moment(_moment(subject), subject), after=("date",)),
        Set("correction", text, after=("updated",)),
    )
    outlook = (
        "the next publish shows it at the foot of the review and sends partners review.updated with the note"
        if subject.known_live
        else "the next publish shows it at the foot of the review"
    )
    return alter(subject, "correct", alterations, notes=_notes(subject), outlook=outlook, dry=dry)


def _moment(subject: Subject) -> datetime:
    """Answer when the review was updated: now, and later than it ever was before, or nobody would be told."""
    now, review = subject.now, subject.review
    moment = now.replace(second=0, microsecond=0)
    if review is None:
        return moment
    last = review.updated if review.updated and not _still_to_come(review.updated, now) else review.date
    if moment > last:
        return moment
    return max(now.replace(microsecond=0), last + timedelta(seconds=1))


def _notes(subject: Subject) -> list[str]:
    notes = []
    front, review = subject.front, subject.review
    if front is not None and front.correction:
        notes.append(f"it replaces the correction before it: {front.correction}")
    if review is not None and review.updated is not None and _still_to_come(review.updated, subject.now):
        notes.append(f"`updated` lay in the future, {subject.show(review.updated)}; it is now")
    return notes


def _still_to_come(moment: datetime, now: datetime) -> bool:
    return moment > now + _HARDLY_AHEAD
