"""Where to watch: offers that name a service there is, lead to it, and still hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import Decision, ServiceStatus
from publisher.catalogue.summary import ordered
from publisher.diagnostics.suggest import is_slip
from publisher.posts.offer_links import check_links, check_region
from publisher.posts.offer_list import OfferList
from publisher.posts.offer_sources import check_age, check_source
from publisher.site.watching import SOURCES
from publisher.values.faults import add_fault
from publisher.values.reviews import service_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.catalogue import Resolution, Service
    from publisher.diagnostics import Fix
    from publisher.posts.front_matter import WatchBlock
    from publisher.posts.subject import Subject

# Of these one is certain, the other rumoured: enough to have a look, not enough to decide anything.
_GONE = {ServiceStatus.CLOSED, ServiceStatus.UNKNOWN}


def check_offers(subject: Subject) -> None:
    """Apply every rule of this module to the offers of one post."""
    items = subject.front.watch
    if not items:
        return
    if subject.front.film is None and subject.sound("film") and subject.sound("watch", 0):
        subject.require(("film",), help="where to watch what? add film: with a title below it")
    offers = OfferList(
        items=items,
        root=("watch",),
        site=subject.site,
        report=subject.report,
        locator=subject.locator,
        day=subject.front.date.at.date() if subject.front.date else None,
        now=subject.now,
    )
    sound = [number for number in range(len(items)) if subject.sound("watch", number)]
    for number in sound:
        _require_keys(subject, number, items[number])
        check_source(offers, number)
    check_list(offers, sound)


def check_list(offers: OfferList, numbers: Iterable[int]) -> frozenset[int]:
    """Check what offers say, by themselves and beside each other; return those whose links readers are not given.

    Args:
        offers: All offers of the list.
        numbers: Those of which nothing worse was said.
    """
    services: dict[int, Service] = {}
    for number in numbers:
        service = check_offer(offers, number)
        if service is not None:
            services[number] = service
    return check_links(offers, services)


def check_offer(offers: OfferList, number: int) -> Service | None:
    """Check everything but the link of one offer; return its service, where that is known."""
    offer = offers.items[number]
    expired = _check_dates(offers, number, offer)
    if not expired:
        check_age(offers, number)
    if offer.service is None or offers.report.full("service-unknown"):
        return None
    resolution = offers.site.catalogue.resolve(offer.service, offer.kind, offers.day)
    if resolution.service is None:
        _report_unresolved(offers, number, offer, resolution)
        return None
    if resolution.service.status in _GONE and not expired:
        _report_closed(offers, number, resolution.service)
    if resolution.decision is Decision.DAY and offers.day is not None and offer.kind is not None:
        offers.report.add(
            "service-shared",
            offers.place(number, "service"),
            f"{offer.service} is taken for {resolution.service.label}: nobody else was called so on {offers.day:%Y-%m-%d}",
            label=f"today also {' and '.join(rival.label for rival in resolution.rivals)}",
            help=f"say which by its key: {resolution.service.key}",
        )
    check_region(offers, number, resolution.service)
    _check_kind(offers, number, resolution.service, sure=resolution.decision is not Decision.DAY)
    return resolution.service


def _require_keys(subject: Subject, number: int, offer: WatchBlock) -> None:
    if offer.service is None:
        subject.require(("watch", number, "service"), help="such as service: Apple TV")
    if offer.kind is None:
        kinds = "one of rent, buy, subscription, free, ads, cinema, disc"
        subject.require(("watch", number, "kind"), help=kinds)


def _check_kind(offers: OfferList, number: int, service: Service, *, sure: bool) -> None:
    """See that a service can have offers of a kind.

    Of what stands for many services at once that is certain. Of any other it is as far as it was verified, and only an editor is
    told, and only if it is `sure` that the service is meant.
    """
    offer = offers.items[number]
    if offer.kind is None or offer.kind in service.kinds:
        return
    known = ", ".join(ordered(service.kinds))
    if service.generic:
        offers.report.add(
            "offer-kind",
            offers.place(number, "kind"),
            f"the kind {offer.kind} does not go with {service.label}",
            label=f"what does: {known}",
            help="change one of the two",
        )
    elif sure and service.verified_kinds and offers.by_editor and offer.source not in SOURCES:
        offers.report.add(
            "offer-kind-unusual",
            offers.place(number, "kind"),
            f"{service.label} is not known for offers of the kind {offer.kind}",
            label=f"known: {known}",
            help=f"if it has them, add the kind to kinds in [services.{service.key}] of publisher.toml",
        )


def _check_dates(offers: OfferList, number: int, offer: WatchBlock) -> bool:
    """Check when an offer holds; tell whether that is over."""
    until = offer.until
    if until is None:
        return False
    if offer.from_ is not None and until.ends <= offer.from_.at:
        offers.report.add("date-order", offers.place(number, "until"), "`until` lies before `from`")
        return False
    if offers.now is None or until.ends > offers.now:
        return False
    zone = offers.site.zone
    last = until.at.astimezone(zone)
    way_out = (
        "remove it, or write until when it holds now"
        if offers.by_editor
        else f"`publisher attach --from {offer.source} --write` asks anew"
    )
    when = f"{last:%Y-%m-%d}" if until.whole_day else f"{last:%Y-%m-%d %H:%M} ({zone.key})"
    offers.report.add(
        "offer-expired",
        offers.place(number, "until"),
        f"this offer ended on {when}",
        help=f"readers are not shown it any more; {way_out}",
    )
    return True


def _report_unresolved(offers: OfferList, number: int, offer: WatchBlock, resolution: Resolution) -> None:
    if resolution.candidates and offer.kind is None:
        return  # the kind would decide; that it is missing was said
    add_fault(
        offers.report,
        offers.place(number, "service"),
        service_fault(offer.service or "", resolution),
        fix=None if resolution.candidates else _only_near(offers, number, offer, resolution),
    )


def _only_near(offers: OfferList, number: int, offer: WatchBlock, resolution: Resolution) -> Fix | None:
    """Offer to write the near name of a service, where all names that are near are one service's."""
    meant = [offers.site.catalogue.resolve(name, offer.kind).service for name in resolution.near]
    if not meant or meant[0] is None or any(service is not meant[0] for service in meant):
        return None
    if not is_slip(offer.service or "", resolution.near[0]):
        return None
    return offers.write(number, "service", resolution.near[0])


def _report_closed(offers: OfferList, number: int, service: Service) -> None:
    since = f" on {service.ended:%Y-%m-%d}" if service.ended else ""
    closed = service.status is ServiceStatus.CLOSED
    known = f"what is known: {service.note.rstrip('.')}; " if service.note and not closed else ""
    offers.report.add(
        "service-closed",
        offers.place(number, "service"),
        f"{service.label} closed{since}; nobody can watch the film there"
        if closed
        else f"{service.label} may no longer exist",
        label=service.note if closed else None,
        help=known + "remove the offer, or name the service that has the film now",
    )
