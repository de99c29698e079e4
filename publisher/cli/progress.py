"""How pushes and publish runs are told to people and to machines."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.cli.console import Console
    from publisher.diagnostics import Diagnostic
    from publisher.model import Offer, Review
    from publisher.release import Change, PublishReport, PushReport
    from publisher.site import Site
    from publisher.webhooks import EndpointReport


def event_data(change: Change) -> dict[str, Any]:
    """Return what partners are told of a review, or would be, for machines."""
    return {
        "type": str(change.type),
        "review": f"urn:uuid:{change.review_id}",
        "title": change.title,
        "sequence": change.sequence,
        **({"changed": list(change.changed)} if change.changed else {}),
        **({"previous_url": change.url_before} if change.url_before is not None else {}),
        **({"reason": change.reason} if change.reason else {}),
    }


def push_data(report: PushReport, site: Site) -> dict[str, Any]:
    """Return what a push did, for machines; times are ISO 8601 with the site's offset."""
    from publisher.diagnostics import render

    return {
        "dry_run": report.dry,
        "baseline": report.baseline,
        "events": [
            {**event_data(change), **({"thin": True} if change.review_id in report.thin else {})}
            for change in report.changes
        ],
        "waiting_before": report.waiting if report.dry else None,
        "obstacles": list(report.obstacles),
        "warnings": [render.as_fields(fault) for fault in report.warnings],
        "endpoints": [
            {
                "name": endpoint.name,
                "delivered": endpoint.delivered,
                "waiting": endpoint.waiting,
                "in_hand": endpoint.in_hand,
                "failed": endpoint.failed,
                "cancelled": endpoint.cancelled,
                "set_aside": endpoint.set_aside,
                "given_up": endpoint.given_up,
                "next_at": _iso(endpoint.next_at, site),
                "notes": endpoint.remarks,
            }
            for endpoint in report.endpoints
        ],
        "hubs": [
            {
                "url": hub.url,
                "told": hub.told,
                "waiting": hub.waiting,
                "next_at": _iso(hub.not_before, site),
                "notes": hub.notes,
            }
            for hub in report.hubs
        ],
    }


def tell_warnings(console: Console, diagnostics: Sequence[Diagnostic]) -> None:
    """Tell people what they should know before it is told to the world; --quiet does not silence it."""
    from publisher.diagnostics import render

    if console.json:
        return
    for fault in diagnostics:
        console.echo(render.full(fault, console.paint), err=True)


def tell_thin(console: Console, titles: Sequence[str]) -> None:
    """Tell people which events are too large for what they would say; --quiet does not silence it."""
    from publisher.diagnostics.render import visible
    from publisher.webhooks import BODY_LIMIT

    for title in titles if not console.json else ():
        text = f"the event for {title} is larger than {BODY_LIMIT:,} bytes: partners get a link only"
        console.echo(f"{console.paint('warning', 'warning')}: {visible(text)}", err=True)


def tell_wait(console: Console, site: Site, seconds: int | None) -> None:
    """Tell people for how long a run would look at the public feed before it tells anybody else; None does not look."""
    if seconds is not None:
        from publisher.values.durations import duration_in_words

        console.step("wait", f"{duration_in_words(seconds)} at most, until {site.feed_urls['json']} shows it")


def tell_awaiting(console: Console, url: str, number: int) -> None:
    """Tell people that a run waits from now on for its changes to be on the web."""
    console.step("waiting", f"until {url} shows {count(number, 'change')}", "warning")


def tell_live(console: Console, url: str, number: int) -> None:
    """Tell people that its changes are there."""
    console.step("live", f"{url} shows {count(number, 'change')}")


def tell_push(console: Console, report: PushReport, site: Site) -> None:
    """Tell people what a push did, or would do."""
    from publisher.release.live import longest_wait

    if report.dry and not report.baseline:
        tell_wait(console, site, longest_wait(site, report.changes))
    if report.idle:
        console.step("pushed", "nothing to announce, nothing waiting")
        return
    kinds = Counter(change.type.words for change in report.changes)
    listed = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    if report.baseline:
        verb = "would record" if report.dry else "recorded"
        console.step("baseline", f"{verb} {listed or 'nothing'} as announced; nothing is sent")
    elif report.dry:
        console.step(
            "push", f"would announce {listed or 'nothing'}; {report.waiting} waiting from earlier runs"
        )
    else:
        console.step("announced", listed or "nothing new")
    for change in report.changes:
        console.say(f"             {told_event(change)}")
    tell_thin(console, [change.title for change in report.changes if change.review_id in report.thin])
    for obstacle in report.obstacles:
        console.step("refused", f"as things stand: {obstacle}", "error")
    for endpoint in report.endpoints:
        console.step("delivered", f"{endpoint.name}: {', '.join(_counts(endpoint))}")
        for note in endpoint.remarks:
            console.say(f"             {note}")
    _tell_hubs(console, report)


def _counts(endpoint: EndpointReport) -> list[str]:
    """Say how many deliveries an endpoint has where, but for those there are none of."""
    kinds = [
        (endpoint.waiting - endpoint.in_hand, "waiting"),
        (endpoint.in_hand, "on the way by another run"),
        (endpoint.failed, "given up"),
        (endpoint.set_aside, "set aside"),
        (endpoint.cancelled, "cancelled"),
        (endpoint.given_up - endpoint.failed, "given up in earlier runs"),
    ]
    return [f"{endpoint.delivered} delivered", *(f"{number} {what}" for number, what in kinds if number > 0)]


def _tell_hubs(console: Console, report: PushReport) -> None:
    """Tell people what WebSub hubs were told of, or would be."""
    for hub in report.hubs:
        if report.dry and hub.waiting:
            console.step("ping", f"would tell {hub.url} of {count(hub.waiting, 'feed file')}")
        elif not report.dry and (hub.told or hub.waiting):
            waits = f"; {count(hub.waiting, 'waits', 'wait')}" if hub.waiting else ""
            role = "warning" if hub.waiting else "done"
            console.step("pinged", f"{hub.url}: told of {count(hub.told, 'feed file')}{waits}", role)
            for note in hub.notes:
                console.say(f"             {note}")


def told_event(change: Change) -> str:
    """Name an event with its review, and what changed, where it was before, or why it was taken back."""
    what = ", ".join(change.changed) or change.reason
    if change.url_before is not None:
        what = f"{what}; before: {change.url_before}"
    return f"{change.type}  {change.title}{f' ({what})' if what else ''}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Count things in words: "1 review", "2 reviews"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def told_files(changed: Sequence[str], removed: Sequence[str]) -> str:
    """Say which files were written, and which removed; in short where they are many."""
    from publisher.outputs.wording import in_short

    done = [(changed, "written"), (removed, "removed")]
    return "; ".join(f"{in_short(names)} {verb}" for names, verb in done if names)


def tell_names(
    console: Console, folder: str, changed: Sequence[str], removed: Sequence[str], unchanged: Sequence[str]
) -> None:
    """Name every file to whoever asked for all there is to know."""
    done = [
        (changed, "is new or changed"),
        (removed, "is removed"),
        (unchanged, "is as it was"),
    ]
    for names, what in done:
        for name in names:
            console.detail(f"             {folder}/{name} {what}")


def tell_attached(console: Console, reviews: tuple[tuple[Review, tuple[Offer, ...]], ...]) -> None:
    """Tell people how many offers live reviews have, and whence their links."""
    offers = [(review, offer) for review, offers in reviews for offer in offers]
    links = {"given": "links you gave", "search": "searches for the film", "none": "by name only"}
    counts = ", ".join(
        f"{sum(offer.link == origin for _, offer in offers)} {words}" for origin, words in links.items()
    )
    console.step(
        "attached", f"{count(len(offers), 'offer')} to {count(len(reviews), 'live review')}: {counts}"
    )
    for review, offer in offers:
        console.detail(f"             {review.title}: {offer.name}  {offer.url or ''}")


def publish_data(report: PublishReport, site: Site) -> dict[str, Any]:
    """Return what a publish run did, for machines."""
    offers = [offer for _, offers in report.attached for offer in offers]
    return {
        "validated": report.checked,
        "attached": {"reviews": len(report.attached), "offers": len(offers)},
        "feeds": {
            "folder": site.display(site.feeds),
            "changed": report.feeds.changed,
            "removed": report.feeds.removed,
            "unchanged": report.feeds.unchanged,
        },
        "deployed": report.deployed,
        "push": push_data(report.push, site),
    }


def _iso(moment: float | None, site: Site) -> str | None:
    """Write a moment, in seconds since 1970, for machines."""
    return None if moment is None else datetime.fromtimestamp(moment, site.zone).isoformat()
