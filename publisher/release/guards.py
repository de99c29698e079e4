"""What a run tells the world only when somebody says that it is meant: much at once, or what an earlier moment brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.errors import Refused
from publisher.model import EventType
from publisher.outputs.published import published_ids
from publisher.posts.files import find_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.ledger import Announced, Ledger
    from publisher.posts import Post
    from publisher.release.changes import Change
    from publisher.site import Site

#: More announcements than this at once are not committed without being told to.
CEILING = 20
#: As many may have other offers by now: where sources are asked, some always do.
OFFERS_CEILING = 200
#: More reviews than this are not taken back at once without being told to.
RETRACTION_CEILING = 5

#: What the ledger remembers a publish by that is about to write its files.
BEGUN = "begun"

_NOT_MEANT = "where that is not meant, see that all posts are in their folder and none became a draft"
_NOT_MOVED = "where no review was meant to move, set `base_url` and `permalink` back in publisher.toml"
_NAMED = 3
_MOMENT = "%Y-%m-%d %H:%M:%S %Z"


class Unconfirmed(Refused):
    """Say that a run would do what it does only when somebody says that it is meant."""


class OverCeiling(Unconfirmed):
    """Say that a run would announce or take back more at once than it does unasked."""


class ClockBehind(Unconfirmed):
    """Say that a run would tell of changes at a moment before the last run's."""


class LedgerMissing(Unconfirmed):
    """Say that a run would announce what was published already, as far as the feeds tell."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger says of earlier runs.

    Attributes:
        latest: The last moment that decided, in a run, what is live, in seconds since 1970; None when there was none.
        announced: Whether anything was ever announced, or was about to be.
    """

    latest: float | None = None
    announced: bool = False


NOTHING_YET = Past()


def past_of(ledger: Ledger, announced: Mapping[str, Announced]) -> Past:
    """Ask a ledger, of which `announced` is known already, for earlier runs."""
    return Past(ledger.latest_moment(), bool(announced) or ledger.last_run(BEGUN) is not None)


def require_meant(
    changes: Sequence[Change], site: Site, now: datetime, past: Past, *, confirmed: bool
) -> None:
    """See that nothing is announced or taken back by accident.

    Args:
        changes: What would be announced.
        site: The site.
        now: The moment that decided what is live; aware.
        past: What the ledger says of earlier runs.
        confirmed: Somebody said that it is meant.

    Raises:
        OverCeiling: More than 20 announcements, 200 changes of offers, or 5 retractions, at once.
        ClockBehind: There are changes, and an earlier run was at a later moment.
        LedgerMissing: The feeds hold reviews already, and nothing was ever announced.
    """
    if confirmed:
        return
    _check_ledger(changes, site, past)
    _check_clock(changes, site, now, past.latest)
    over = [*_too_many_announced(changes, site), *_too_many_taken_back(changes)]
    if over:
        raise OverCeiling(
            "; ".join(what for what, _ in over),
            "; ".join(["--yes says that it is meant", *(hint for _, hint in over)]),
        )


def require_meant_to_vanish(changes: Sequence[Change]) -> None:
    """See that no folder of posts leaves the feeds by accident, where nobody else is told.

    Raises:
        OverCeiling: More than 5 reviews that were announced would be gone.
    """
    for what, hint in _too_many_taken_back(changes):
        raise OverCeiling(what, f"--yes says that it is meant; {hint}")


def require_feeds_kept(vanished: int, site: Site, *, confirmed: bool) -> None:
    """See that no folder of posts leaves the feeds by accident on a site that announces nothing.

    Args:
        vanished: How many reviews are in the feeds, are not live any more, and were never announced.
        site: The site.
        confirmed: Somebody said that it is meant.

    Raises:
        OverCeiling: More than 5.
    """
    if vanished > RETRACTION_CEILING and not confirmed:
        raise OverCeiling(
            f"{vanished} reviews would be gone from {site.display(site.feeds)}/ at once; more than "
            f"{RETRACTION_CEILING} are not taken out without being confirmed",
            f"--yes says that it is meant; {_NOT_MEANT}",
        )


def require_unmoved(changes: Sequence[Change], posts: Sequence[Post], site: Site) -> None:
    """See, before reviews are taken back, that the posts still are as they were read.

    A folder is often in motion, by a checkout for example, and what is taken back cannot be unsent.

    Raises:
        Refused: A post came, went, or changed.
    """
    gone = {change.review_id for change in changes if change.type is EventType.RETRACTED}
    if not gone:
        return
    if set(find_posts(site, (), [])[0]) != {post.path for post in posts}:
        raise Refused(
            f"{site.display(site.posts)}/ changed while it was being published", "run the command again"
        )
    for post in posts:
        if post.review.id in gone:
            post.text()


def _check_ledger(changes: Sequence[Change], site: Site, past: Past) -> None:
    """See that a site whose ledger was lost, or left on another machine, does not announce everything again."""
    if past.announced or past.latest is not None or not site.endpoints:
        return
    out = published_ids(site.feeds)
    known = sum(change.review_id in out for change in changes)
    if known:
        raise LedgerMissing(
            f"{known} of {len(changes)} reviews to be announced are in {site.display(site.feeds)}/ already, and there "
            "is no ledger that says whether they were",
            f"bring {site.display(site.ledger)} back from the machine that published, or from a copy; `publisher push "
            "--baseline` records what is out as announced, and sends nothing; --yes says that partners are to hear "
            "of all of it",
        )


def _check_clock(changes: Sequence[Change], site: Site, now: datetime, latest: float | None) -> None:
    """See that what time has brought is not taken back, nor what it took shown again, by a clock that was set back."""
    if changes and latest is not None and now.timestamp() < latest:
        then = datetime.fromtimestamp(latest, site.zone)
        raise ClockBehind(
            f"it is {now.astimezone(site.zone):{_MOMENT}} now, and was {then:{_MOMENT}} in an earlier run: "
            f"{changes[0].url} would be announced as it stood before that",
            "with the right time nothing of that is due; if the clock, or --now, was ahead then, --yes says that "
            "the time is right now",
        )


def _too_many_announced(changes: Sequence[Change], site: Site) -> Iterator[tuple[str, str]]:
    """See that no archive is announced; where nobody listens, nobody is told."""
    if not site.endpoints:
        return
    offers = sum(change.type is EventType.OFFERS_CHANGED for change in changes)
    number = sum(change.type is not EventType.RETRACTED for change in changes) - offers
    moved = sum(change.type is EventType.MOVED for change in changes)
    baseline = "`publisher push --baseline`, {}, records them as announced and sends nothing"
    if number > CEILING:
        whole_site = moved > CEILING
        what = f"{number} announcements at once{f', {moved} of them of new addresses' if whole_site else ''}"
        yield (
            f"{what}; more than {CEILING} are not made without being confirmed",
            _NOT_MOVED if whole_site else baseline.format("on an existing archive"),
        )
    if offers > OFFERS_CEILING:
        yield (
            f"the offers of {offers} reviews changed; more than {OFFERS_CEILING} are not told at once without being confirmed",
            baseline.format("where partners need not hear of it"),
        )


def _too_many_taken_back(changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    """See that no folder of posts is taken back; it leaves the feeds, whoever listens."""
    retracted = [change for change in changes if change.type is EventType.RETRACTED]
    if len(retracted) > RETRACTION_CEILING:
        what = f"{len(retracted)} reviews would be taken back at once ({_named(retracted)})"
        yield (
            f"{what}; more than {RETRACTION_CEILING} are not without being confirmed",
            _NOT_MEANT,
        )


def _named(changes: Sequence[Change]) -> str:
    names = [change.url for change in changes[:_NAMED]]
    return ", ".join([*names, "…"] if len(changes) > _NAMED else names)
