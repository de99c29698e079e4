"""The feeds a site asks for: [syndication] and [[feeds]] held against the rest of publisher.toml, and made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from publisher.model import plain
from publisher.site.site import FeedRule, Syndication
from publisher.site.words import Content
from publisher.values.characters import quote
from publisher.values.faults import add_fault
from publisher.values.reviews import author_fault, service_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.catalogue import Catalogue, Resolution
    from publisher.diagnostics import Report
    from publisher.site.schema import Configuration, FeedTable
    from publisher.site.toml import TomlLocator
    from publisher.values.faults import Path


def check_feeds(
    configuration: Configuration, services: Catalogue, report: Report, locator: TomlLocator
) -> None:
    """Report what is wrong with feeds only in view of authors, services and the scale."""
    authors = {key: author.name for key, author in configuration.authors.items()}
    _check_hubs(configuration, report, locator)
    for number, feed in enumerate(configuration.feeds):
        path = ("feeds", number)
        for place, key in enumerate(feed.author):
            if key not in authors and not report.full("author-unknown"):
                found = author_fault(key, authors, quotation='"')
                add_fault(report, locator.value((*path, "author", place)), found)
        _check_services(feed, path, services, report, locator)
        _check_rating(feed, configuration, path, report, locator)


def _check_hubs(configuration: Configuration, report: Report, locator: TomlLocator) -> None:
    seen = set[str]()
    for number, hub in enumerate(configuration.syndication.hubs):
        if hub in seen:
            place = locator.value(("syndication", "hubs", number))
            report.add("invalid-value", place, f"{quote(hub)} stands twice; each hub is told once")
        seen.add(hub)


def _check_services(
    feed: FeedTable, path: Path, services: Catalogue, report: Report, locator: TomlLocator
) -> None:
    for place, name in enumerate(feed.service):
        if report.full("service-unknown"):
            return
        unresolved = next((found for found in _resolved(name, feed, services) if found.service is None), None)
        if unresolved is not None:
            found = service_fault(name, unresolved, also=", or in a list of both")
            add_fault(report, locator.value((*path, "service", place)), found)


def _resolved(name: str, feed: FeedTable, services: Catalogue) -> Iterator[Resolution]:
    """Find the services that a name means with each of the kinds that a feed asks for."""
    return (services.resolve(name, kind) for kind in feed.kind or (None,))


def _check_rating(
    feed: FeedTable, configuration: Configuration, path: Path, report: Report, locator: TomlLocator
) -> None:
    rating, scale = feed.minimum_rating, configuration.rating
    if rating is None or scale.minimum <= rating <= scale.maximum:
        return
    low, high = plain(scale.minimum), plain(scale.maximum)
    end = f"ends at {high}" if rating > scale.maximum else f"begins at {low}"
    report.add(
        "rating-range",
        locator.value((*path, "minimum_rating")),
        f"minimum_rating is {plain(rating)}; the scale {end}",
        label=f"{low} to {high}",
    )


def syndication_of(configuration: Configuration, services: Catalogue) -> Syndication:
    """Make what the rooms above use of a configuration without faults."""
    table = configuration.syndication
    return Syndication(
        url=table.url or urljoin(configuration.site.base_url, "feeds/"),
        limit=table.limit,
        ttl=table.ttl,
        archive=table.archive,
        author_feeds=table.author_feeds,
        tag_feeds=table.tag_feeds or None,
        tags_without_feed=tuple(table.tags_without_feed),
        rules=tuple(_rule(feed, table.limit, services) for feed in configuration.feeds),
        hubs=tuple(table.hubs),
        compressed=table.compressed,
    )


def _rule(feed: FeedTable, limit: int, services: Catalogue) -> FeedRule:
    meant = (found.service for name in feed.service for found in _resolved(name, feed, services))
    return FeedRule(
        name=feed.name,
        title=feed.title,
        description=feed.description,
        tags=feed.tag,
        authors=feed.author,
        services=tuple(dict.fromkeys(service.key for service in meant if service is not None)),
        kinds=feed.kind,
        regions=feed.region,
        countries=feed.country,
        years=feed.year,
        minimum_rating=feed.minimum_rating,
        limit=feed.limit or limit,
        full=feed.content is Content.FULL,
    )
