"""Taking a review back, and putting it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.desk.altering import Edited, alter, one_line
from publisher.desk.subject import Subject, look_up
from publisher.desk.wording import written_moment
from publisher.errors import Refused, UsageError
from publisher.model import Status, Visibility
from publisher.posts.editing import Remove, Set
from publisher.values.characters import quote

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.site import Site


def retract(
    site: Site, wanted: str, reason: str, now: datetime, *, at: datetime | None = None, dry: bool = False
) -> Edited:
    """Mark a review as retracted, with the moment and the reason.

    Args:
        site: The site.
        wanted: The post: its slug, file or id.
        reason: Why, as readers and partners are told.
        now: The moment (aware).
        at: When it is or was taken back (aware); None is now.
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post, or the reason or the moment will not do.
        Refused: Nobody has seen the review (where there is a ledger: it was never announced), it is retracted
            already, or the file cannot be edited for certain.
        EnvironmentFault: The file, or what undoes the edit, cannot be written.
    """
    text = one_line("--reason", reason)
    subject = look_up(site, wanted, now)
    _require_seen(subject)
    moment = _taken_back(subject, at)
    alterations = (
        Set("status", "retracted", after=("correction", "updated", "date")),
        Set("retracted", written_moment(moment, subject.site.zone), after=("status",)),
        Set("reason", text, after=("retracted",)),
    )
    if moment > now:
        outlook = (
            f"until {subject.show(moment)} it stays as it is; the first publish after that takes it back"
        )
    elif subject.known_live:
        outlook = "the next publish takes it out of the feeds and tells partners that it was retracted, with the reason"
    elif subject.told is not None:
        outlook = "the next publish takes it out of the feeds; partners know it as taken back already"
    else:
        outlook = (
            "the next publish takes it out of the feeds; partners were not told of it, and are not told now"
        )
    return alter(subject, "retract", alterations, outlook=outlook, dry=dry)


def _require_seen(subject: Subject) -> None:
    review, seen = subject.review, subject.seen
    if review is not None and seen is Visibility.RETRACTED:
        since = f" since {subject.show(review.retracted)}" if review.retracted else ""
        raise Refused(
            f"{subject.name} is retracted{since} already",
            "to say another reason, change the line reason: in the file; `publisher restore` puts the review back",
        )
    if subject.known_live:
        return
    if seen in {Visibility.DRAFT, Visibility.SCHEDULED}:
        what = "a draft" if seen is Visibility.DRAFT else "scheduled"
        why = "it was taken back already" if subject.told else "nobody has seen it"
        raise Refused(
            f"{subject.name} is {what}: {why}, and there is nothing to take back",
            "delete the file, or leave it a draft",
        )
    # Without an id that can be read, nobody can tell whether it was announced; taking back is the safe side.
    if seen is Visibility.LIVE and subject.ledger and subject.told is None and subject.found.id:
        raise Refused(
            f"{subject.name} was never announced: nobody has seen it, and there is nothing to take back",
            "make it a draft, or delete the file; if it was put out by other means than publish, publish first",
        )


def _taken_back(subject: Subject, at: datetime | None) -> datetime:
    """Answer when a review is taken back: never before it was published, which no reader would understand."""
    date = subject.review.date if subject.review else None
    if date is not None and date > subject.now:
        raise Refused(
            f"the date of {subject.name}, {subject.show(date)}, is yet to come, but the review was announced",
            f"{subject.old_date}; then retract it",
        )
    if at is None:
        minute = subject.now.replace(second=0, microsecond=0)
        return max(minute, date) if date else minute
    if date is not None and at < date:
        raise UsageError(
            f"--at: {subject.show(at)} lies before the review's date, {subject.show(date)}",
            "leave --at out to take it back now",
        )
    if at > subject.now and subject.seen is Visibility.DRAFT:
        raise Refused(
            f"{subject.name} is a draft, and would be live again until {subject.show(at)}",
            "leave --at out to take it back now",
        )
    return at


def restore(site: Site, wanted: str, now: datetime, *, dry: bool = False) -> Edited:
    """Put a review back that was retracted: ready again, without the moment and the reason.

    Args:
        site: The site.
        wanted: The post: its slug, file or id.
        now: The moment (aware).
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post.
        Refused: It is not retracted, or the file cannot be edited for certain.
        EnvironmentFault: The file, or what undoes the edit, cannot be written.
    """
    subject = look_up(site, wanted, now)
    if subject.front is not None and subject.front.status is not Status.RETRACTED:
        seen = f" it is {subject.seen}" if subject.seen else ""
        raise Refused(
            f"{subject.name} is not retracted:{seen or f' its status is {subject.front.status}'}",
            "`publisher undo --list` shows the last edits",
        )
    alterations = (Set("status", "ready"), Remove("retracted"), Remove("reason"))
    reason = subject.front.reason if subject.front else None
    notes = [f"the reason it was retracted for was {quote(reason)}"] if reason else []
    return alter(subject, "restore", alterations, notes=notes, outlook=_outlook(subject), dry=dry)


def _outlook(subject: Subject) -> str:
    if subject.review is not None and subject.review.date > subject.now:
        return (
            f"it is scheduled: it goes out with the first publish after {subject.show(subject.review.date)}"
        )
    if subject.known_live:
        return "partners were never told that it was taken back: the next publish has nothing to tell them of that"
    back = "the next publish puts it back into the feeds"
    if subject.told is not None:
        return f"{back} and announces it as review.published again, under the same id"
    return f"{back} and announces it as review.published"
