"""`publisher status`: how the site stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import count, event_data, told_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.outputs.comparison import EntryDifference
    from publisher.release.endpoint_status import EndpointStatus
    from publisher.release.schedule import Appointment

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Of every list this many are shown, unless more was asked for.
_SHOWN = 5
_COMING = {"live": "goes live", "updated": "is updated", "retracted": "is taken back"}
_OVERDUE = {
    "live": "is not out",
    "updated": "has an update that is not out",
    "retracted": "is not taken back",
}
_DIFFERENCES = {"added": "new", "changed": "changed", "removed": "gone"}
#: What is late by more seconds than this was not just forgotten a moment ago.
_LATE = 3600
_INDENT = " " * 13


@click.command(cls=SiteCommand)
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def status(
    ctx: click.Context, site_folder: Path, now: str | None, *, json: bool, quiet: bool, verbose: bool
) -> None:
    """Say what is live, what comes next, and what is overdue.

    Also what differs from the feeds that were generated and from what was announced, and what waits for delivery. The
    first five of each list are shown, with --verbose all. Titles of drafts and of reviews to come are among them: what
    this prints is for the editors, not for the public.

    Nothing is written, and a run that is at work is not disturbed. The exit status is 0 whatever is found, and another
    only where the feeds or the ledger cannot be looked at.

    \b
    Example:
      publisher status
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    found = publisher.site_status(
        publisher.read_posts(site, now=moment, making=publisher.EntryMaker(site, moment)), site, moment
    )
    console.data(**_fields(found, site))
    _Teller(console, found, site).tell()
    if not json:
        for trouble in found.troubles.values():
            console.fail(trouble)
    if found.troubles:
        ctx.exit(max(trouble.exit_code for trouble in found.troubles.values()))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells a status to people: what is well in one line, what is not with what to do about it."""

    console: Console
    found: publisher.SiteStatus
    site: publisher.Site

    def tell(self) -> None:
        self.console.step("as of", f"{_local(self.found.now)} ({self.site.zone.key})")
        self._counts()
        self._upcoming()
        self._overdue()
        self._generated()
        self._announced()
        self._endpoints()

    def _counts(self) -> None:
        counts = {str(kind): number for kind, number in self.found.counts.items()}
        drafts = count(counts.pop("draft"), "draft")
        self.console.step(
            "reviews", ", ".join([drafts, *(f"{number} {kind}" for kind, number in counts.items())])
        )
        if self.found.faulty:
            self._list("errors", self.found.faulty, "error")
            self._help(
                "posts with errors are not counted above, and stop every publish; see `publisher validate`"
            )

    def _upcoming(self) -> None:
        lines = [
            f"{_local(one.at)} (in {_in_words(-self.found.since(one.at))})  {_named(one)} {_COMING[one.turn]}"
            for one in self.found.upcoming
        ]
        self._list("next", lines or ["nothing is scheduled"])

    def _overdue(self) -> None:
        overdue, last = self.found.overdue, self.found.last_publish
        lines = [
            f"{_local(one.at)} ({self._ago(one.at)})  {_named(one)} {_OVERDUE[one.turn]}" for one in overdue
        ]
        self._list("overdue", lines or ["nothing"], "error" if overdue else "done")
        if not overdue:
            self.console.step(
                "last run", self._ago(last) if last else "`publisher publish` never ran to its end here"
            )
            return
        told = f"it last ran to its end {self._ago(last)}" if last else "it never ran to its end here"
        waited = any(self.found.since(one.at) > _LATE and (last is None or last < one.at) for one in overdue)
        if self._stopped:
            self._help(f"`publisher publish` does it when nothing stops it any more, see below; {told}")
        else:
            self._help(f"`publisher publish` does it; {told}{'. Is cron running?' if waited else ''}")

    @property
    def _stopped(self) -> bool:
        """Tell whether the next publish would end before it did anything."""
        from publisher.diagnostics import has_errors

        differs = self.found.announced
        return bool(self.found.faulty) or (
            differs is not None and (bool(differs.obstacles) or has_errors(differs.diagnostics))
        )

    def _generated(self) -> None:
        from publisher.outputs.wording import in_short

        folder, differs = f"{self.site.display(self.site.feeds)}/", self.found.generated
        if "generated" in self.found.troubles:
            self.console.step("generated", "cannot be told", "error")
        elif differs is None:
            self.console.step(
                "generated", f"nothing yet: there is no feed of this site in {folder}", "warning"
            )
        elif not differs.files and not differs.reviews:
            unseen = ", as far as posts with errors let one see" if self.found.faulty else ""
            self.console.step("generated", f"{folder} is up to date{unseen}")
        else:
            listed = _tally(_DIFFERENCES[one.kind] for one in differs.reviews) or "no review differs"
            files = f" ({in_short(differs.files)})" if differs.files else ""
            self.console.step("generated", f"{folder} is not up to date: {listed}{files}", "warning")
            self._below([_differing(one) for one in differs.reviews])
            for name in differs.files:
                self.console.detail(f"{_INDENT}{folder}{name}")

    def _announced(self) -> None:
        from publisher.diagnostics import has_errors, render

        differs = self.found.announced
        if "announced" in self.found.troubles:
            self.console.step("announced", "cannot be told", "error")
        elif differs is None:
            self.console.step("announced", "nothing yet: there is no ledger", "warning")
        elif not differs.changes and not differs.obstacles:
            self.console.step("announced", "everything")
        else:
            listed = _tally(change.type.words for change in differs.changes)
            self.console.step("announced", f"not yet: {listed or 'cannot be told'}", "warning")
            self._below([told_event(change) for change in differs.changes])
        for obstacle in differs.obstacles if differs else ():
            self.console.step("refused", f"as things stand: {obstacle}", "error")
        # Warnings say in more words what events are among those above.
        for fault in differs.diagnostics if differs else ():
            if has_errors([fault]) or self.console.verbose:
                told = replace(fault, label=None, help=None)
                self.console.painted(f"{_INDENT}{render.concise(told, self.console.paint)}")
        if differs and has_errors(differs.diagnostics):
            self._help("that stops every publish; `publisher validate` says what to do")

    def _endpoints(self) -> None:
        from publisher.webhooks.reports import left_alone

        troubled = [(one, facts) for one in self.found.endpoints if (facts := self._facts(one))]
        for one, facts in troubled:
            self.console.step("waiting", f"{one.name}: {', '.join(facts)}", "warning")
        hubs = [hub for hub in self.found.hubs if hub.waiting]
        for hub in hubs:
            told = [f"it was not told of {count(hub.waiting, 'feed file')}"]
            if hub.not_before:
                told.append(left_alone(-self.found.since(hub.not_before)))
            self.console.step("waiting", f"{hub.url}: {', '.join(told)}", "warning")
        if not troubled and not hubs and "announced" not in self.found.troubles:
            self.console.step("waiting", "nothing")

    def _facts(self, one: EndpointStatus) -> list[str]:
        from publisher.webhooks.reports import (
            advice,
            left_alone,
            missed,
            resending,
            switched_off,
            taken_nothing,
        )

        facts = []
        if one.waiting:
            oldest = f", the oldest for {_in_words(self.found.since(one.oldest))}" if one.oldest else ""
            facts.append(f"{count(one.waiting, 'event')}{oldest}")
        if one.failed:
            facts.append(f"{count(one.failed, 'event')} given up")
        if one.set_aside:
            facts.append(f"{count(one.set_aside, 'event')} set aside")
        if one.failing and self.found.since(one.failing) >= _LATE:
            facts.append(taken_nothing(self.found.since(one.failing)))
        if one.not_before and not one.disabled_why:
            facts.append(left_alone(-self.found.since(one.not_before)))
        if facts and one.last_failure and not one.disabled_why:
            facts.append(f"the last try: {one.last_failure}")
        if one.missed and one.known and not one.disabled_why:
            facts.append(f"{missed(one.missed)}; {resending(one.name)} sends them")
        if facts and not one.known:
            facts.append("no longer in publisher.toml")
        if one.disabled_why:
            ago = f", {self._ago(one.disabled)}" if one.disabled else ""
            last = f"; the last try: {one.last_failure}" if one.last_failure else ""
            facts.append(f"{switched_off(one.disabled_why)}{ago}{last}; {advice(one.name, one.disabled_why)}")
        return facts

    def _ago(self, moment: datetime) -> str:
        return f"{_in_words(self.found.since(moment))} ago"

    def _list(self, verb: str, lines: Sequence[str], role: str = "done") -> None:
        """Print a list beside its name."""
        first, *others = self._cut(lines)
        self.console.step(verb, first, role)
        self.console.say(*(f"{' ' * 11}{line}" for line in others))

    def _below(self, lines: Sequence[str]) -> None:
        """Print a list below what it belongs to."""
        self.console.say(*(f"{_INDENT}{line}" for line in self._cut(lines)))

    def _cut(self, lines: Sequence[str]) -> Sequence[str]:
        if self.console.verbose or len(lines) <= _SHOWN:
            return lines
        return [*lines[:_SHOWN], f"and {len(lines) - _SHOWN} more; -v shows them"]

    def _help(self, text: str) -> None:
        self.console.step("help:", text, "help")


def _named(one: Appointment) -> str:
    return f"{one.review.title} ({one.review.slug})"


def _differing(one: EntryDifference) -> str:
    fields = f" ({', '.join(one.fields)})" if one.fields else ""
    return f"{_DIFFERENCES[one.kind]:<8} {one.title}{fields}"


def _tally(kinds: Iterable[str]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in Counter(kinds).items())


def _local(moment: datetime) -> str:
    """Say a local time with its day and zone, whatever language the machine speaks."""
    date = moment.isoformat(sep=" ", timespec="minutes")[:16]
    return f"{_DAYS[moment.weekday()]} {date} {moment.tzname()}"


def _fields(found: publisher.SiteStatus, site: publisher.Site) -> dict[str, Any]:
    """Return a status for machines; times are ISO 8601 with the site's offset, durations seconds."""
    from publisher.diagnostics import render

    generated, announced = found.generated, found.announced
    return {
        "now": found.now.isoformat(),
        "time_zone": site.zone.key,
        "reviews": {str(kind): number for kind, number in found.counts.items()},
        "posts_with_errors": list(found.faulty),
        "next": [_appointment(one, found) for one in found.upcoming],
        "overdue": [_appointment(one, found) for one in found.overdue],
        "last_publish": _iso(found.last_publish),
        "generated": {
            "folder": site.display(site.feeds),
            "files": list(generated.files),
            "reviews": [
                {
                    "kind": str(one.kind),
                    "review": f"urn:uuid:{one.id}",
                    "url": one.url,
                    "title": one.title,
                    "fields": list(one.fields),
                }
                for one in generated.reviews
            ],
        }
        if generated
        else None,
        "announced": {
            "events": [event_data(change) for change in announced.changes],
            "obstacles": list(announced.obstacles),
            "diagnostics": [render.as_fields(fault) for fault in announced.diagnostics],
        }
        if announced
        else None,
        "endpoints": [
            {
                "name": one.name,
                "known": one.known,
                "waiting": one.waiting,
                "oldest": _iso(one.oldest),
                "failed": one.failed,
                "set_aside": one.set_aside,
                "not_before": _iso(one.not_before),
                "disabled": _iso(one.disabled),
                "disabled_why": one.disabled_why,
                "failing_since": _iso(one.failing),
                "last_failure": one.last_failure,
                "missed": one.missed,
            }
            for one in found.endpoints
        ],
        "hubs": [
            {"url": hub.url, "waiting": hub.waiting, "not_before": _iso(hub.not_before)} for hub in found.hubs
        ],
        "troubles": [
            {"about": about, "message": error.message, "hint": error.hint}
            for about, error in found.troubles.items()
        ],
    }


def _appointment(one: Appointment, found: publisher.SiteStatus) -> dict[str, Any]:
    return {
        "turn": str(one.turn),
        "review": one.review.urn,
        "title": one.review.title,
        "slug": one.review.slug,
        "at": one.at.isoformat(),
        "in_seconds": round(-found.since(one.at)),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _in_words(seconds: float) -> str:
    from publisher.values.durations import duration_in_words

    return duration_in_words(seconds)
