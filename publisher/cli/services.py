"""`publisher services`: what the catalogue knows of film services, and what it makes of a name or a link."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.completing import complete_services
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from publisher.catalogue import Catalogue, ReadLink, Resolution, Service

# Those of the model, which --help need not load; a test holds the two together.
KINDS = ("rent", "buy", "subscription", "free", "ads", "cinema", "disc")
# More fill the screen; --json has them all.
_MOST_COUNTRIES = 20


@click.group()
def services() -> None:
    """Look into the catalogue of film services.

    \b
    Examples:
      publisher services show "Apple TV" --kind rent
      publisher services explain "https://www.vudu.com/content/movies/details/The-Handmaiden/839048"
    """


@services.command("list", cls=SiteCommand)
@click.option("--kind", type=click.Choice(KINDS), help="Only services with offers of a kind.")
@click.option("--country", metavar="CODE", help="Only services that are known in a country, such as GB.")
@site_option
@json_option
@output_options
def list_services(
    kind: str | None, country: str | None, site_folder: Path, *, json: bool, quiet: bool, verbose: bool
) -> None:
    """List every service by its key.

    The site's own are among them, and what publisher.toml knows better.

    \b
    Example:
      publisher services list --kind free --country GB
    """
    from publisher.catalogue.summary import ordered, service_fields

    console = Console(quiet=quiet, verbose=verbose, json=json)
    chosen = [
        service
        for service in _catalogue(site_folder).services.values()
        if (kind is None or kind in service.kinds)
        and (country is None or country.upper() in service.countries)
    ]
    console.data(services=[service_fields(service) for service in chosen])
    width = max((len(service.key) for service in chosen), default=0)
    for service in chosen:
        status = "" if service.status == "active" else f"  ({service.status})"
        console.say(f"{service.key:<{width}}  {service.label}: {', '.join(ordered(service.kinds))}{status}")


@services.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_services)
@click.option("--kind", type=click.Choice(KINDS), help="The kind of the offer that has the name.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="When the name was written.")
@site_option
@json_option
@output_options
def show(
    name: str,
    kind: str | None,
    day: datetime | None,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show which service a NAME means, and what is known of it.

    NAME is a key, or any name that a service has or had. Where several share it, the kind of an offer tells, or
    else the day on which it was written: see what they make of it.

    \b
    Example:
      publisher services show "Apple TV" --kind rent
    """
    from publisher.catalogue.summary import resolution_fields
    from publisher.errors import UsageError
    from publisher.model import OfferKind
    from publisher.values.characters import quote

    console = Console(quiet=quiet, verbose=verbose, json=json)
    found = _catalogue(site_folder).resolve(
        name, OfferKind(kind) if kind else None, day.date() if day else None
    )
    if found.service is None and not found.candidates:
        raise UsageError(
            f"{quote(name)} is not a service of the catalogue",
            f"did you mean {found.suggestion}?"
            if found.suggestion
            else "`publisher services list` names them all; [services.KEY] in publisher.toml adds one",
        )
    console.data(name=name, **resolution_fields(found))
    console.say(*_decided(name, found))
    for service in (found.service,) if found.service else found.candidates:
        console.say("", *_told(service))


@services.command(cls=SiteCommand)
@click.argument("url")
@site_option
@json_option
@output_options
def explain(url: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Say what a URL leads to, how it is better written, and what was removed from it.

    Put the URL in quotes. It may lack https://, or stand in <>. Nothing is looked up: what is said is what its
    form tells.

    \b
    Example:
      publisher services explain "https://www.vudu.com/content/movies/details/The-Handmaiden/839048"
    """
    from publisher.catalogue.summary import link_fields
    from publisher.values.urls import pasted_url

    console = Console(quiet=quiet, verbose=verbose, json=json)
    url = pasted_url(url)
    read = _catalogue(site_folder).read_link(url)
    console.data(url=url, **link_fields(read))
    console.say(read.canonical, *_read(read))


def _catalogue(site_folder: Path) -> Catalogue:
    """Return the site's catalogue; the one that comes with the program where no site adds to it.

    Loading a site takes several times as long as all the rest, so it is only done where that can make a difference.
    """
    from publisher.catalogue import catalogue
    from publisher.cli.completing import settings

    if site_folder == Path() and "services" not in settings(site_folder):
        return catalogue()
    import publisher

    return publisher.load_site(site_folder).catalogue


def _decided(name: str, found: Resolution) -> Iterator[str]:
    if found.service is None:
        yield f"{name} can mean {' or '.join(service.label for service in found.candidates)}; --kind or --day may tell"
        return
    label = found.service.label
    how = {
        "key": "it is its key",
        "name": "nobody else has the name",
        "kind": "of those that share the name, it alone is known for such offers",
        "day": "of those that share the name, it alone had it on that day",
    }
    yield f"{name} is {label}: {how[str(found.decision)]}"
    if found.former:
        yield f"  {found.former} is a former name"
    if found.rivals:
        yield f"  also called so: {', '.join(f'{rival.label} ({rival.key})' for rival in found.rivals)}"


def _told(service: Service) -> Iterator[str]:
    from publisher.catalogue.summary import ordered

    yield f"{service.label} ({service.key})"
    unsure = service.kinds - service.verified_kinds
    renames = [
        _rename(rename.before, rename.after, rename.earliest, rename.latest) for rename in service.renames
    ]
    facts = {
        "status": str(service.status) + (f" on {service.ended}" if service.ended else ""),
        "kinds": ", ".join(
            f"{kind}{' (not verified)' if kind in unsure else ''}" for kind in ordered(service.kinds)
        ),
        "formerly": ", ".join(service.former_names),
        "renamed": "; ".join(renames),
        "also": ", ".join(service.aliases),
        "countries": _countries(service),
        "hosts": ", ".join(service.hosts),
        "films": " ".join(form.template for form in service.forms if form.template and not form.former),
        "search": _search(service),
        "tmdb": ", ".join(map(str, service.tmdb_ids)),
        "note": service.note,
    }
    yield from (f"  {key:<10} {fact}" for key, fact in facts.items() if fact)


def _search(service: Service) -> str | None:
    unsure = service.search_template and not service.search_verified
    return (
        f"{service.search_template} (not verified: no reader is led there)"
        if unsure
        else service.search_template
    )


def _countries(service: Service) -> str:
    shown = ", ".join(service.countries[:_MOST_COUNTRIES])
    more = len(service.countries) - _MOST_COUNTRIES
    return f"{shown} and {more} more" if more > 0 else shown


def _rename(before: str, after: str, earliest: object, latest: object) -> str:
    when = f"on {earliest}" if earliest == latest else f"between {earliest} and {latest}"
    return f"{before} became {after} {when}"


def _read(read: ReadLink) -> Iterator[str]:
    pages = {"film": "a film", "series": "a series", "search": "a search", "other": "some other page"}
    owners = " or ".join(f"{service.label} ({service.key})" for service in read.services)
    yield f"  {'service':<10} {owners or 'none of the catalogue'}"
    if read.services:
        yield f"  {'page':<10} {pages[str(read.page)]}{f', id {read.id}' if read.id else ''}"
    if read.rewritten:
        yield f"  {'rewritten':<10} it had a form that the service no longer uses"
    if read.network:
        yield f"  {'network':<10} it leads through {read.network}, which earns somebody a commission"
    reasons = {"tracking": "it follows readers about", "affiliate": "it earns somebody else a commission"}
    for part in read.removed:
        yield f"  {'removed':<10} {part.name}: {reasons[str(part.reason)]}"
    for part in read.left:
        yield f"  {'left':<10} {part.name}: perhaps {reasons[str(part.reason)]}, but that is not verified"
