"""The checks of the clock and of time zones: partners and schedules rely on both."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, skipped, warning
from publisher.doctor.wording import moment, written
from publisher.values.durations import duration_in_words
from publisher.webhooks.signing import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from publisher.ledger import Ledger

#: Seconds that a clock may be wrong without anybody's minding.
SLACK = 60.0
_SET = "let the machine keep its time by the network: `timedatectl set-ntp true` on most Linux systems"


def check_clock(subject: Subject) -> Iterator[Outcome]:
    """Compare the machine's clock with that of the site's web server, and with what the ledger remembers.

    The ledger remembers when something was done, and for which moment: that may have come from --now.
    """
    yield _against_server(subject)
    ledger, zone = subject.ledger(), subject.site.zone
    if ledger is None:
        return
    with ledger:
        newest, latest = _newest(ledger), ledger.latest_moment()
    if latest is not None and subject.now.timestamp() < latest:
        yield failed(
            f"it is {written(subject.now.astimezone(zone))} now, and was {moment(latest, zone)} in an earlier run: "
            "until then no change is announced",
            f"if the clock is behind, {_SET}; if it is right, and the clock or --now was ahead then, "
            "`publisher publish --yes` says so with the next change",
        )
    elif newest - subject.machine.clock() > SLACK:
        yield failed(
            f"the ledger tells of {moment(newest, zone)}, which is still to come: the clock is behind, "
            "or was ahead then",
            f"{_SET}; publish nothing before it is right: what is live may look as if it were still to come",
        )


def _against_server(subject: Subject) -> Outcome:
    if subject.visitor is None:
        return skipped("not compared: --offline")
    differences = [
        ahead
        for before, after, headers in subject.visitor.heard
        if (ahead := _ahead(before, after, headers)) is not None
    ]
    if not differences:
        return skipped("not compared: no web server of the site told the time")
    # A cache may hand out an old time; that of a true answer is the nearest.
    ahead = min(differences, key=abs)
    if abs(ahead) <= SLACK:
        return ok("the clock agrees with that of the site's web server")
    told = f"the clock is {duration_in_words(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} that of the site's web server"
    if abs(ahead) > TOLERANCE:
        return failed(
            f"{told}; partners refuse what was signed more than {duration_in_words(TOLERANCE)} off", _SET
        )
    return warning(told, _SET)


def _ahead(before: float, after: float, headers: Mapping[str, str]) -> float | None:
    """Return by how many seconds the clock is ahead of a server's (RFC 9110, 6.6.1); None where it told no time."""
    try:
        told = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    # RFC 9111, 5.1: a cache says how long ago the answer was made.
    age = headers.get("age", "")
    told += int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return before - told if told < before else min(0.0, after - told)


def _newest(ledger: Ledger) -> float:
    """Return the newest time that the ledger tells of, in seconds since 1970."""
    last_run = ledger.last_run("publish", "push") or 0.0
    return max([last_run, *ledger.deliveries.oldest().values()])


def check_time_zone(subject: Subject) -> Iterator[Outcome]:
    """See whether the site's zone can be read, and whether the package of zones is there."""
    zone = subject.site.zone
    if find_spec("tzdata") is None:
        yield warning(
            f"{zone.key} comes from this machine alone: the package tzdata is missing",
            "install it: machines with other tables of zones would give other times",
        )
        return
    local = subject.now.astimezone(zone)
    yield ok(f"{zone.key}, now {local:%Y-%m-%d %H:%M %Z} (tzdata {metadata.version('tzdata')})")
