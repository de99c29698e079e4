"""Where the links of offers lead: to the film, at the service that is named, in its present form, and on nobody's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import LinkPage, Removal, UrlVerdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from publisher.catalogue import Campaign, ReadLink, Service
    from publisher.posts.offer_list import OfferList

# More countries than these say no more, and fill the line.
_MOST_COUNTRIES = 8
# How addresses name countries, where they do not by ISO 3166-1.
_OTHER_CODES = {"UK": "GB"}


def check_links(offers: OfferList, services: Mapping[int, Service]) -> frozenset[int]:
    """Check the links of the offers whose services are known, by their numbers; return those that readers are not given."""
    links = {
        number: offers.site.catalogue.read_link(url)
        for number in services
        if (url := offers.items[number].url) is not None
    }
    astray = set()
    for number, read in links.items():
        known_page = _known_page(read, links)
        if not check_link(offers, number, read, services[number], known_page):
            astray.add(number)
        elif not fits_region(read, region := offers.items[number].region or offers.site.watch.region):
            _report_storefront(offers, number, storefront(read), region)
    return frozenset(astray)


def check_link(
    offers: OfferList, number: int, read: ReadLink, service: Service, known_page: str | None = None
) -> bool:
    """Check the link of one offer; tell whether readers may be given it, as far as that is known.

    `known_page` is the address of the film that another offer has at the same service.
    """
    odd = read.network or read.rewritten or read.removed or read.left
    if read.page is LinkPage.FILM and not odd and service in read.services:
        return True  # as almost every link
    if service.generic:
        _check_one_of_many(offers, number, read, service)
    if not _leads_there(offers, number, read, service):
        return False
    if service in read.services:
        _check_page(offers, number, read, service, known_page)
    _check_form(offers, number, read, service)
    # What an editor wrote is given to readers all the same; anything else was looked at by nobody.
    return offers.by_editor or not read.foreign(_own(offers, service))


def check_region(offers: OfferList, number: int, service: Service) -> None:
    """See that a service is there in the country of an offer."""
    written = offers.items[number].region
    region = written or offers.site.watch.region
    if region is None or offers.site.catalogue.serves(service, region) is not False:
        return
    known = ", ".join(service.countries[:_MOST_COUNTRIES])
    more = len(service.countries) - _MOST_COUNTRIES
    offers.report.add(
        "offer-region",
        offers.place(number, "region" if written else "service"),
        f"{service.label} is not known to be there in {region}",
        label=f"known: {known}{f' and {more} more' if more > 0 else ''}",
        help=None if written else f"write region: where the offer holds; {region} is the site's own",
    )


def storefront(read: ReadLink) -> str | None:
    """Return the country whose shop an address names, such as GB for tv.apple.com/gb/; None where it names none."""
    written = read.parts.get("cc", "").upper()
    return _OTHER_CODES.get(written, written) or None


def fits_region(read: ReadLink, region: str | None) -> bool:
    """Tell whether an address may be of a region: it is not if it names another country."""
    return region is None or storefront(read) in {None, region}


def _report_storefront(offers: OfferList, number: int, country: str | None, region: str | None) -> None:
    written = offers.items[number].region is not None
    offers.report.add(
        "offer-region",
        offers.place(number, "url"),
        f"this link leads to the shop of {country}, and the offer holds in {region}",
        help="change one of the two"
        if written
        else f"write region: {country}, or the link of the shop of {region}, which is the site's own",
    )


def _leads_there(offers: OfferList, number: int, read: ReadLink, service: Service) -> bool:
    """See that a link leads to its service."""
    withheld = "" if offers.by_editor else "readers are not given it; "
    if read.network and not read.removed:
        offers.report.add(
            "offer-host",
            offers.place(number, "url"),
            f"this link leads through {read.network}, which earns somebody a commission, and nobody can tell where to",
            help=f"{withheld}write the address it leads to, at {service.label}",
        )
        return False
    check = offers.site.catalogue.check_url(service, read.canonical)
    if check.verdict is UrlVerdict.OTHER_SERVICE:
        offers.report.add(
            "offer-host",
            offers.place(number, "url"),
            f"this link leads to {' or '.join(other.label for other in check.others)}, not to {service.label}",
            help=f"{withheld}change one of the two",
        )
    elif check.verdict is UrlVerdict.UNKNOWN_HOST:
        offers.report.add(
            "offer-host",
            offers.place(number, "url"),
            f"this link does not lead to {service.label} as it is known",
            label=f"known: {', '.join(service.hosts)}",
            help=f"{withheld}write the film's own address there, or leave `url` out" if withheld else None,
        )
    return check.verdict not in {UrlVerdict.OTHER_SERVICE, UrlVerdict.UNKNOWN_HOST}


def _check_one_of_many(offers: OfferList, number: int, read: ReadLink, service: Service) -> None:
    """See that a link of what stands for many services leads to none of them; it may be to the film's own page."""
    if not read.services:
        return
    there = " or ".join(owner.label for owner in read.services)
    offers.report.add(
        "offer-host",
        offers.place(number, "url"),
        f"this link leads to {there}, and {service.label} stands for many",
        help=f"name {there}, or leave `url` out",
    )


def _known_page(read: ReadLink, links: Mapping[int, ReadLink]) -> str | None:
    """Return the address of the film that another offer has at the same service."""
    if read.page is not LinkPage.SEARCH:
        return None
    films = (other for other in links.values() if other.page is LinkPage.FILM)
    return next((film.canonical for film in films if set(film.services) & set(read.services)), None)


def _check_page(
    offers: OfferList, number: int, read: ReadLink, service: Service, known_page: str | None
) -> None:
    """See that a link leads to the film itself."""
    if read.page is LinkPage.SEARCH and known_page is not None:
        offers.report.add(
            "offer-search",
            offers.place(number, "url"),
            f"this link leads to a search of {service.label}, whose page of the film another offer names",
            label=known_page,
        )
    elif read.page is LinkPage.SEARCH:
        offers.report.add(
            "offer-form",
            offers.place(number, "url"),
            f"this link leads to a search of {service.label}, not to the film",
            label="readers are told that it is one",
            help="write the film's own address",
        )
    elif read.page is LinkPage.SERIES:
        offers.report.add(
            "offer-form",
            offers.place(number, "url"),
            f"this link leads to a series of {service.label}, not to a film",
        )
    elif read.page is LinkPage.OTHER and any(form.page is LinkPage.FILM for form in service.forms):
        offers.report.add(
            "offer-form",
            offers.place(number, "url"),
            f"this is not a form of link that {service.label} is known to use for a film",
        )


def _check_form(offers: OfferList, number: int, read: ReadLink, service: Service) -> None:
    """See that a link is written as its service writes it now, without what others put into it."""
    own = _own(offers, service)
    foreign = [part for part in read.removed if part.value is None or own.get(part.name) != part.value]
    if left := read.foreign(own):
        offers.report.add(
            "offer-campaign",
            offers.place(number, "url"),
            f"this link may still {_doings(left)}",
            label="nobody has verified that it leads to the film without it, so it stays"
            if offers.by_editor
            else "readers are not given it",
            help="if it does, take it out"
            if offers.by_editor
            else "`publisher attach --write` leaves it out",
        )
    if not foreign and not read.rewritten:  # as of almost every link
        return
    place, fix = offers.place(number, "url"), offers.write(number, "url", read.canonical)
    if foreign:
        offers.report.add(
            "offer-campaign",
            place,
            f"this link {_doings(foreign, s='s')}",
            label="readers are given the link without it",
            help=f"write {read.canonical}",
            fix=fix,
        )
    if read.rewritten:
        offers.report.add(
            "offer-outdated",
            place,
            f"this link has a form that {service.label} no longer uses",
            label="readers are given the present one",
            help=f"write {read.canonical}",
            fix=fix,
        )


def _own(offers: OfferList, service: Service) -> Mapping[str, str]:
    """Return the parameters that make a link to a service the site's own."""
    return offers.site.watch.affiliates.get(service.key, {})


def _doings(campaigns: Collection[Campaign], s: str = "") -> str:
    """Say what campaigns in a link do, each by its name, those that earn first; `s` ends the verbs."""
    doings = {
        Removal.AFFILIATE: f"earn{s} somebody else a commission",
        Removal.TRACKING: f"follow{s} readers about",
    }
    named = {
        reason: ", ".join(dict.fromkeys(part.name for part in campaigns if part.reason is reason))
        for reason in doings
    }
    return "; ".join(f"{doings[reason]}: {names}" for reason, names in named.items() if names)
