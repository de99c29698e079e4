"""Wait until the public feed shows what is to be announced: partners and hubs follow links at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from publisher.channels import MAIN, feed_file
from publisher.content import present
from publisher.errors import EnvironmentFault, Refused
from publisher.feeds.json_feed import item_fields
from publisher.model import EventType
from publisher.net import Client, FaultKind, FetchFault
from publisher.outputs.published import NotOurs, items, opened
from publisher.release.progress import Progress
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.net import Answer
    from publisher.release.changes import Change
    from publisher.site import Site

_FEED = feed_file(MAIN, "json")
# Seconds between two looks: each pause is twice the one before.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
# Seconds that one look may take.
_DEADLINE = 30.0
# What a feed on the web may have more than twice the size of the one here, in bytes.
_SLACK = 1024 * 1024
# Every version is one of these (JSON Feed 1.1, Top-level).
_VERSIONS = "https://jsonfeed.org/version/"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the public feed has to show.

    Attributes:
        shown: The changes whose reviews stand in the main feed, each with its item as JSON has it.
        gone: Those whose reviews were taken back.
        size: The size of the main feed here, in bytes.
    """

    shown: tuple[tuple[Change, Mapping[str, Any]], ...]
    gone: tuple[Change, ...]
    size: int

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of them."""
        return (*(change for change, _ in self.shown), *self.gone)

    def missing_from(self, public: Mapping[str, Mapping[str, Any]]) -> tuple[Change, ...]:
        """Return the changes that a feed, its items by their ids, does not show."""
        return (
            *(change for change, item in self.shown if public.get(str(item["id"])) != item),
            *(change for change in self.gone if _urn(change) in public),
        )


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What a look at the public feed did not find.

    Attributes:
        changes: What it does not show, as far as anybody knows.
        reason: Why that is all there is to know; None of a feed that could be read.
        hopeless: Whether no other look will find more.
    """

    changes: tuple[Change, ...]
    reason: str | None = None
    hopeless: bool = False


class _NoFeed(Exception):
    """Say why an answer is no feed that could be compared."""


def longest_wait(site: Site, changes: Sequence[Change]) -> int | None:
    """Return for how many seconds, at most, changes are waited for before they are announced; None does not look.

    Where there is nothing to tell, or nobody to tell it to, nothing is waited for.
    """
    told = changes and (site.endpoints or site.syndication.hubs)
    return site.deploy.wait_for_live if told else None


def await_live(
    site: Site,
    changes: Sequence[Change],
    *,
    now: datetime | None = None,
    client: Client | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
) -> None:
    """Wait until the site's public feed shows changes, for as long as [deploy] wait_for_live says.

    The main JSON Feed is looked at, at its public address. A review is live when its item there equals the one that is
    to be announced; one that was taken back, when it has none. A review too old for the main feed cannot be looked for:
    it is taken as live when the others are. Where nobody is to be told, and where the configuration does not ask for
    it, nothing is looked at.

    Args:
        site: The site.
        changes: What is to be announced.
        now: The moment that decided what is live; aware; default: the present one.
        client: The way out; default: the guarded one, as the site's configuration allows.
        clock: Answers a time in seconds that only moves on.
        sleep: Lets so many seconds pass.
        progress: Hears when the wait begins, and when it was worth it.

    Raises:
        EnvironmentFault: The public feed does not show all of it in time.
        Refused: The feed in the site's folder does not show it either, so no wait would help; or a post changed.
    """
    seconds = longest_wait(site, changes)
    if seconds is None:
        return
    wanted = _wanted(site, changes, now or datetime.now(UTC))
    number = len(wanted.changes)
    if not number:
        return
    url, progress = site.feed_urls["json"], progress or Progress()
    client = client or Client(
        allow=site.allow, deadline=min(_DEADLINE, seconds), body_limit=2 * wanted.size + _SLACK
    )
    end, pause = clock() + seconds, _FIRST_PAUSE
    waiting = False
    while doubt := _look(client, url, wanted):
        left = end - clock()
        if doubt.hopeless or left <= 0:
            raise _fault(url, doubt, seconds)
        if not waiting:
            progress.awaiting(url, number)
            waiting = True
        sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)
    progress.live(url, number)


def _wanted(site: Site, changes: Sequence[Change], now: datetime) -> _Wanted:
    """Find out what the public feed has to show, and see that the one in the site's folder does.

    Raises:
        Refused: It does not; or a post changed since it was read.
    """
    path = site.feeds / _FEED
    ids = {change.review_id for change in changes}
    here: dict[str, Mapping[str, Any]] = {}
    number, oldest = 0, now
    try:
        with opened(path) as stream:
            for item in items(stream):
                number, oldest = number + 1, _published(item)
                if item["id"] in ids:
                    here[item["id"]] = item
            size = stream.tell()
    except NotOurs:
        raise Refused(
            f"{site.display(path)} is not there, or not a feed of this program's, so nobody knows what the public feed "
            "has to show; nothing was announced",
            "`publisher publish` writes it; before `publisher push`, `publisher generate` does",
        ) from None
    whole = number < site.syndication.limit
    shown = []
    for change in changes:
        if change.post is None:
            stale = change.review_id in here
        elif change.review_id in here:
            item = item_fields(present(change.post, site, now), site)
            stale = {**item, "id": change.review_id} != here[change.review_id]
            shown.append((change, item))
        else:
            # A newer one than the last that is there would be there, had the feeds been written since.
            stale = whole or change.post.review.date > oldest
        if stale:
            raise _stale(site, change)
    gone = tuple(change for change in changes if change.type is EventType.RETRACTED)
    return _Wanted(tuple(shown), gone, size)


def _published(item: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(item["date_published"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise NotOurs from None


def _stale(site: Site, change: Change) -> Refused:
    what = "still shows" if change.post is None else "does not show as it is now"
    return Refused(
        f"{site.display(site.feeds / _FEED)} {what} {change.url}, so the public feed cannot either; nothing was announced",
        "run `publisher publish`; or `publisher generate` and your deployment, then `publisher push`",
    )


def _look(client: Client, url: str, wanted: _Wanted) -> _Doubt | None:
    """Look at the public feed once; return what it does not show, or None where it shows all of it."""
    try:
        # Caches on the way are to ask the host itself (RFC 9111, section 5.2.1.4).
        public = _public_items(client.get(url, headers={"Cache-Control": "no-cache"}))
    except FetchFault as fault:
        return _Doubt(wanted.changes, fault.message, hopeless=fault.kind is FaultKind.URL)
    except _NoFeed as problem:
        return _Doubt(wanted.changes, str(problem))
    missing = wanted.missing_from(public)
    return _Doubt(missing) if missing else None


def _public_items(answer: Answer) -> dict[str, Mapping[str, Any]]:
    """Return the items of a JSON Feed by their ids, whoever wrote them.

    Raises:
        _NoFeed: It is none, or not all of one.
    """
    if answer.status != 200:
        raise _NoFeed(f"it answered {answer.status}")
    if not answer.complete:
        raise _NoFeed("what it sent is not all of a feed, or much more than one")
    try:
        feed = orjson.loads(answer.body)
        version, listed = feed["version"], feed["items"]
        found = {item["id"]: item for item in listed}
    except (ValueError, KeyError, TypeError):
        raise _NoFeed("what it sent is no JSON Feed") from None
    sound = isinstance(version, str) and version.startswith(_VERSIONS) and isinstance(listed, list)
    if not sound or len(found) != len(listed):
        raise _NoFeed("what it sent is no JSON Feed")
    return found


def _fault(url: str, doubt: _Doubt, seconds: int) -> EnvironmentFault:
    asked = "" if doubt.hopeless else f", looked at for {duration_in_words(seconds)},"
    if doubt.reason is not None:
        what = f"could not be read ({doubt.reason}), so {_named(doubt.changes)} could not be looked for"
    else:
        shown = [change for change in doubt.changes if change.post is not None]
        gone = [change for change in doubt.changes if change.post is None]
        told = [f"did not show {_named(shown)} as it is to be announced"] if shown else []
        told += [f"still showed {_named(gone)}"] if gone else []
        what = " and ".join(told)
    return EnvironmentFault(
        f"{url}{asked} {what}; nothing was announced",
        "see with `publisher doctor` what is at that address; the next `publisher publish`, or `publisher push`, looks "
        "again, for as long as wait_for_live in publisher.toml says",
    )


def _named(changes: Sequence[Change]) -> str:
    more = len(changes) - _NAMED
    return ", ".join(change.url for change in changes[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _urn(change: Change) -> str:
    return f"urn:uuid:{change.review_id}"
