"""Where to watch: offers that name a service there is, lead to it, and still hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import Decision, ServiceStatus
from publisher.diagnostics import Edit, Fix
from publisher.diagnostics.suggest import is_slip
from publisher.posts.offer_links import check_links, check_region
from publisher.posts.yaml_text import in_place_of
from publisher.values.faults import add_fault
from publisher.values.reviews import service_fault

if TYPE_CHECKING:
    from publisher.catalogue import Resolution, Service
    from publisher.posts.front_matter import WatchBlock
    from publisher.posts.subject import Subject

# Of these one is certain, the other rumoured: enough to have a look, not enough to decide anything.
_GONE = {ServiceStatus.CLOSED, ServiceStatus.UNKNOWN}


def check_offers(subject: Subject) -> None:
    """Apply every rule of this module to the offers of one post."""
    offers = subject.front.watch
    if offers and subject.front.film is None and subject.sound("film") and subject.sound("watch", 0):
        subject.require(("film",), help="where to watch what? add film: with a title below it")
    services: dict[int, Service] = {}
    for number, offer in enumerate(offers):
        if subject.sound("watch", number):
            service = _check_offer(subject, number, offer)
            if service is not None:
                services[number] = service
                check_region(subject, number, service)
    check_links(subject, services)


def _check_offer(subject: Subject, number: int, offer: WatchBlock) -> Service | None:
    """Check what an offer says by itself; return its service, where that is known."""
    if offer.service is None:
        subject.require(("watch", number, "service"), help="such as service: Apple TV")
    if offer.kind is None:
        kinds = "one of rent, buy, subscription, free, ads, cinema, disc"
        subject.require(("watch", number, "kind"), help=kinds)
    expired = _check_dates(subject, number, offer)
    if offer.service is None or subject.report.full("service-unknown"):
        return None
    day = subject.front.date.at.date() if subject.front.date else None
    resolution = subject.site.catalogue.resolve(offer.service, offer.kind, day)
    if resolution.service is None:
        _report_unresolved(subject, number, offer, resolution)
        return None
    if resolution.service.status in _GONE and not expired:
        _report_closed(subject, number, resolution.service)
    if resolution.decision is Decision.DAY and day is not None and offer.kind is not None:
        subject.report.add(
            "service-shared",
            subject.locator.value(("watch", number, "service")),
            f"{offer.service} is taken for {resolution.service.label}: nobody else was called so on {day:%Y-%m-%d}",
            label=f"today also {' and '.join(rival.label for rival in resolution.rivals)}",
            help=f"say which by its key: {resolution.service.key}",
        )
    return resolution.service


def _check_dates(subject: Subject, number: int, offer: WatchBlock) -> bool:
    """Check when an offer holds; tell whether that is over."""
    until = offer.until
    if until is None:
        return False
    path = ("watch", number, "until")
    if offer.from_ is not None and until.ends <= offer.from_.at:
        subject.report.add("date-order", subject.locator.value(path), "`until` lies before `from`")
        return False
    if subject.now is None or until.ends > subject.now:
        return False
    zone = subject.site.zone
    last = until.at.astimezone(zone)
    when = f"{last:%Y-%m-%d}" if until.whole_day else f"{last:%Y-%m-%d %H:%M} ({zone.key})"
    subject.report.add(
        "offer-expired",
        subject.locator.value(path),
        f"this offer ended on {when}",
        help="readers are not shown it any more; remove it, or write until when it holds now",
    )
    return True


def _report_unresolved(subject: Subject, number: int, offer: WatchBlock, resolution: Resolution) -> None:
    if resolution.candidates and offer.kind is None:
        return  # the kind would decide; that it is missing was said
    path = ("watch", number, "service")
    add_fault(
        subject.report,
        subject.locator.value(path),
        service_fault(offer.service or "", resolution),
        fix=None if resolution.candidates else _only_near(subject, number, offer, resolution),
    )


def _only_near(subject: Subject, number: int, offer: WatchBlock, resolution: Resolution) -> Fix | None:
    """Offer to write the near name of a service, where all names that are near are one service's."""
    meant = [subject.site.catalogue.resolve(name, offer.kind).service for name in resolution.near]
    node = subject.locator.node(("watch", number, "service"))
    if not meant or meant[0] is None or any(service is not meant[0] for service in meant) or node is None:
        return None
    if not is_slip(offer.service or "", resolution.near[0]):
        return None
    start, end = node.span
    name = resolution.near[0]
    edit = Edit(start, end, in_place_of(subject.report.source.text[start:end], name))
    return Fix(f"write {name}", (edit,))


def _report_closed(subject: Subject, number: int, service: Service) -> None:
    since = f" on {service.ended:%Y-%m-%d}" if service.ended else ""
    closed = service.status is ServiceStatus.CLOSED
    known = f"what is known: {service.note.rstrip('.')}; " if service.note and not closed else ""
    subject.report.add(
        "service-closed",
        subject.locator.value(("watch", number, "service")),
        f"{service.label} closed{since}; nobody can watch the film there"
        if closed
        else f"{service.label} may no longer exist",
        label=service.note if closed else None,
        help=known + "remove the offer, or name the service that has the film now",
    )
