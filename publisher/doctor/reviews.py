"""The checks of the reviews: whether posts have faults, feeds are up to date, and what is due went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.diagnostics import Severity
from publisher.doctor.finding import failed, ok, skipped, warning
from publisher.doctor.selections import odd_feeds
from publisher.doctor.wording import count, written
from publisher.outputs import EntryMaker, generate
from publisher.outputs.wording import in_short
from publisher.posts import read_posts
from publisher.release import OverCeiling, site_status
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.diagnostics import Diagnostic
    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from publisher.posts import Post

#: Seconds that a review may be due before somebody ought to have published it.
PATIENCE = 3600.0
_UNREAD = "the posts have errors, or were not read"
_VALIDATE = "`publisher validate` shows each fault, with its place and a way out"
_MOST_NAMED = 20


def check_posts(subject: Subject) -> Iterator[Outcome]:
    """Read all posts; count those with faults, and what does not fit what was announced.

    Raises:
        ConfigurationError: The folder of posts does not exist.
    """
    making = EntryMaker(subject.site, subject.now)
    found = read_posts(subject.site, now=subject.now, making=making)
    subject.collection = found
    with_errors, with_warnings = (
        sorted({fault.path for fault in found.diagnostics if fault.severity is severity})
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    told = count(found.checked, "post")
    history = list(_history(subject.rehearsal().history))
    if with_errors:
        yield failed(
            f"{told}, {len(with_errors)} with errors: nothing can be published",
            _VALIDATE,
            *with_errors[:_MOST_NAMED],
        )
    elif with_warnings:
        yield warning(f"{told}, {len(with_warnings)} with warnings", _VALIDATE, *with_warnings[:_MOST_NAMED])
    elif not found.checked:
        yield warning(
            f"there are no posts in {subject.site.display(subject.site.posts)}",
            'write one: `publisher new "TITLE"` begins it',
        )
    elif not history:
        yield ok(f"{told}, none with errors or warnings")
    yield from history


def _history(faults: Sequence[Diagnostic]) -> Iterator[Outcome]:
    """Tell what does not fit what was announced, errors first."""
    for severity in (Severity.ERROR, Severity.WARNING):
        found = [fault for fault in faults if fault.severity is severity]
        if not found:
            continue
        codes = ", ".join(sorted({fault.code for fault in found}))
        are = "review is not as it was announced", "reviews are not as they were announced"
        told = f"{count(len(found), *are)} ({codes})"
        details = [f"{fault.path}:{fault.line}: {fault.message}" for fault in found[:_MOST_NAMED]]
        if severity is Severity.ERROR:
            yield failed(f"{told}: nothing can be published", _VALIDATE, *details)
        else:
            yield warning(told, f"{_VALIDATE}; `publisher plan` shows what partners would be told", *details)


def check_feeds(subject: Subject) -> Iterator[Outcome]:
    """Compare the feeds on the disk with what a run would write now; see whether those the site defines hold anything.

    Raises:
        EnvironmentFault: The folder cannot be read.
        Refused: A post changed since it was read.
    """
    posts = _valid(subject)
    if posts is None:
        yield skipped(f"not compared: {_UNREAD}")
        return
    site = subject.site
    shown = site.display(site.feeds)
    stale = generate(posts, site, subject.now, dry=True).stale
    if stale:
        told = f"is not up to date: {in_short(stale)}"
        yield warning(
            f"{shown}/ {told if site.feeds.is_dir() else 'is not there yet'}",
            subject.rehearsal().advice(
                "`publisher publish` writes the feeds and tells partners; `publisher generate` only writes them"
            ),
        )
    else:
        yield ok(f"{shown}/ is up to date")
    yield from odd_feeds(posts, site, subject.now)


def check_schedule(subject: Subject) -> Iterator[Outcome]:
    """See whether somebody ran `publisher publish` since something came due, and whether it needs to be confirmed."""
    found = subject.collection
    if found is None or _valid(subject) is None:
        yield skipped(f"not known: {_UNREAD}")
        return
    status = site_status(found, subject.site, subject.now)
    if "announced" in status.troubles:
        yield skipped("not known: the ledger cannot be read")
        return
    last = status.last_publish
    ran = (
        f"`publisher publish` last ended well {written(last)}"
        if last
        else "`publisher publish` has not ended well here yet"
    )
    rehearsal = subject.rehearsal()
    # The others are found by the checks of the ledger and of the clock.
    if isinstance(rehearsal.obstacle, OverCeiling):
        yield failed(f"`publisher publish` is refused: {rehearsal.obstacle.message}", rehearsal.obstacle.hint)
    if not status.overdue:
        coming = [f'"{one.review.title}" is next, {written(one.at)}' for one in status.upcoming[:1]]
        yield ok(f"{ran}; {coming[0] if coming else 'nothing is scheduled'}")
        return
    first = status.overdue[0]
    ago = status.since(first.at)
    told = f'{ran}; "{first.review.title}" was due {written(first.at)}, {duration_in_words(ago)} ago'
    # What came due before the last run was not there then: somebody is at work on it.
    if last and first.at > last and ago > PATIENCE:
        yield failed(told, rehearsal.advice("run `publisher publish`; then see what keeps cron from it"))
    else:
        yield warning(told, rehearsal.advice("`publisher publish` puts it out"))


def _valid(subject: Subject) -> Sequence[Post] | None:
    """Return the posts, if they were read and none has an error."""
    found = subject.collection
    if found is None or any(fault.severity is Severity.ERROR for fault in found.diagnostics):
        return None
    return found.posts
