"""Saying what was wrong with a review that readers have seen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.desk.altering import Edited, alter, one_line
from publisher.desk.subject import Subject, look_up
from publisher.desk.wording import written_moment
from publisher.errors import Refused
from publisher.model import Visibility
from publisher.posts.editing import Set

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.site import Site

# Two corrections within a second are a second apart in the file.
_HARDLY_AHEAD = timedelta(minutes=1)
_HIDDEN = {
    Visibility.DRAFT: "is a draft",
    Visibility.SCHEDULED: "is scheduled",
    Visibility.RETRACTED: "is retracted",
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
        Refused: The review is not live, the note is there already, or the file cannot be edited for certain.
        EnvironmentFault: The file, or what undoes the edit, cannot be written.
    """
    text = one_line("--note", note)
    subject = look_up(site, wanted, now)
    _require_live(subject)
    _require_news(subject, text)
    alterations = (
        Set("updated", written_moment(_moment(subject), subject.site.zone), after=("date",)),
        Set("correction", text, after=("updated",)),
    )
    outlook = (
        "the next publish shows it at the foot of the review and sends partners review.updated with the note"
        if subject.known_live
        else "the next publish shows it at the foot of the review"
    )
    return alter(subject, "correct", alterations, notes=_notes(subject), outlook=outlook, dry=dry)


def _require_live(subject: Subject) -> None:
    hidden = _HIDDEN.get(subject.seen) if subject.seen else None
    if hidden is None:
        return
    if subject.seen is Visibility.RETRACTED:
        way_out = "`publisher restore` puts it back"
    elif subject.told is None:
        way_out = "mend the text; nobody has seen it"
    elif subject.seen is Visibility.DRAFT:
        way_out = "it was announced once: to have it live again, remove status: draft; then correct it"
    else:
        way_out = f"it was announced once: to have it live again, {subject.old_date}; then correct it"
    raise Refused(f"{subject.name} {hidden}: a correction is for readers of a review that is live", way_out)


def _require_news(subject: Subject, note: str) -> None:
    """See that there is something to tell: the same words again, at another hour, would correct nothing."""
    front = subject.front
    if front is None or front.correction is None or front.updated is None:
        return
    if " ".join(front.correction.split()) == " ".join(note.split()) and not _still_to_come(
        front.updated.at, subject.now
    ):
        raise Refused(
            f"{subject.name} has that correction already, of {subject.show(front.updated.at)}",
            "to tell readers of another change, say what it is; a slip that misled nobody needs no correction",
        )


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
        notes.append(
            f"it replaces the correction before it, which readers no longer see then: {front.correction}"
        )
    if review is not None and review.updated is not None and _still_to_come(review.updated, subject.now):
        notes.append(f"`updated` lay in the future, {subject.show(review.updated)}; it is now")
    return notes


def _still_to_come(moment: datetime, now: datetime) -> bool:
    return moment > now + _HARDLY_AHEAD
