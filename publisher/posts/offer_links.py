"""Where the links of offers lead: to the film, at the service that is named, in its present form, and on nobody's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import LinkPage, Removal, UrlVerdict
from publisher.diagnostics import Edit, Fix
from publisher.posts.yaml_text import in_place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.catalogue import ReadLink, Service
    from publisher.posts.subject import Subject
    from publisher.values.faults import Path

# More countries than these say no more, and fill the line.
_MOST_COUNTRIES = 8


def check_links(subject: Subject, services: Mapping[int, Service]) -> None:
    """Check the links of the offers whose services are known, by their numbers."""
    links = {
        number: subject.site.catalogue.read_link(url)
        for number in services
        if (url := subject.front.watch[number].url) is not None
    }
    for number, read in links.items():
        path = ("watch", number, "url")
        if _leads_there(subject, path, read, services[number]):
            if services[number] in read.services:
                _check_page(subject, path, read, services[number], _known_page(read, links))
            _check_form(subject, path, read, services[number])


def check_region(subject: Subject, number: int, service: Service) -> None:
    """See that a service is there in the country of an offer."""
    written = subject.front.watch[number].region
    region = written or subject.site.watch.region
    if region is None or subject.site.catalogue.serves(service, region) is not False:
        return
    known = ", ".join(service.countries[:_MOST_COUNTRIES])
    more = len(service.countries) - _MOST_COUNTRIES
    subject.report.add(
        "offer-region",
        subject.locator.value(("watch", number, "region" if written else "service")),
        f"{service.label} is not known to be there in {region}",
        label=f"known: {known}{f' and {more} more' if more > 0 else ''}",
        help=None if written else f"write region: where the offer holds; {region} is the site's own",
    )


def _leads_there(subject: Subject, path: Path, read: ReadLink, service: Service) -> bool:
    """See that a link leads to its service."""
    if read.network and not read.removed:
        subject.report.add(
            "offer-host",
            subject.locator.value(path),
            f"this link leads through {read.network}, which earns somebody a commission, and nobody can tell where to",
            help=f"write the address it leads to, at {service.label}",
        )
        return False
    check = subject.site.catalogue.check_url(service, read.canonical)
    if check.verdict is UrlVerdict.OTHER_SERVICE:
        subject.report.add(
            "offer-host",
            subject.locator.value(path),
            f"this link leads to {' or '.join(other.label for other in check.others)}, not to {service.label}",
            help="change one of the two",
        )
    elif check.verdict is UrlVerdict.UNKNOWN_HOST:
        subject.report.add(
            "offer-host",
            subject.locator.value(path),
            f"this link does not lead to {service.label} as it is known",
            label=f"known: {', '.join(service.hosts)}",
        )
    return check.verdict not in {UrlVerdict.OTHER_SERVICE, UrlVerdict.UNKNOWN_HOST}


def _known_page(read: ReadLink, links: Mapping[int, ReadLink]) -> str | None:
    """Return the address of the film that another offer has at the same service."""
    if read.page is not LinkPage.SEARCH:
        return None
    films = (other for other in links.values() if other.page is LinkPage.FILM)
    return next((film.canonical for film in films if set(film.services) & set(read.services)), None)


def _check_page(
    subject: Subject, path: Path, read: ReadLink, service: Service, known_page: str | None
) -> None:
    """See that a link leads to the film itself."""
    place = subject.locator.value(path)
    if read.page is LinkPage.SEARCH and known_page is not None:
        subject.report.add(
            "offer-search",
            place,
            f"this link leads to a search of {service.label}, whose page of the film another offer names",
            label=known_page,
        )
    elif read.page is LinkPage.SEARCH:
        subject.report.add(
            "offer-form",
            place,
            f"this link leads to a search of {service.label}, not to the film",
            help="write the film's own address, or leave url: out: a search stands in then, and says that it is one",
        )
    elif read.page is LinkPage.SERIES:
        subject.report.add(
            "offer-form", place, f"this link leads to a series of {service.label}, not to a film"
        )
    elif read.page is LinkPage.OTHER and any(form.page is LinkPage.FILM for form in service.forms):
        subject.report.add(
            "offer-form",
            place,
            f"this is not a form of link that {service.label} is known to use for a film",
        )


def _check_form(subject: Subject, path: Path, read: ReadLink, service: Service) -> None:
    """See that a link is written as its service writes it now, without what others put into it."""
    own = subject.site.watch.affiliates.get(service.key, {})
    foreign = [part for part in read.removed if part.value is None or own.get(part.name) != part.value]
    place, fix = subject.locator.value(path), _write(subject, path, read.canonical)
    if foreign:
        names = ", ".join(dict.fromkeys(part.name for part in foreign))
        earning = any(part.reason is Removal.AFFILIATE for part in foreign)
        subject.report.add(
            "offer-campaign",
            place,
            f"this link earns somebody else a commission: {names}"
            if earning
            else f"this link follows readers about: {names}",
            label="readers are given the link without it",
            help=f"write {read.canonical}",
            fix=fix,
        )
    if read.rewritten:
        subject.report.add(
            "offer-outdated",
            place,
            f"this link has a form that {service.label} no longer uses",
            label="readers are given the present one",
            help=f"write {read.canonical}",
            fix=fix,
        )


def _write(subject: Subject, path: Path, address: str) -> Fix | None:
    node = subject.locator.node(path)
    if node is None:
        return None
    start, end = node.span
    written = subject.report.source.text[start:end]
    return Fix(f"write {address}", (Edit(start, end, in_place_of(written, address)),))
