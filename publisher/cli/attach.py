"""`publisher attach`: show where each film can be watched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import publisher
from publisher.cli.completing import complete_posts
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option

if TYPE_CHECKING:
    from datetime import datetime


@click.command(cls=SiteCommand)
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...", shell_complete=complete_posts
)
@site_option
@now_option
@json_option
@output_options
def attach(
    paths: tuple[Path, ...],
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show where each film can be watched, as readers will see it.

    Services appear under their present names. A link you gave is kept; where you gave none, the service's own
    search for the film stands in. Nothing is written, and nothing leaves this machine.

    \b
    Example:
      publisher attach posts/karmalink.md
    """
    from publisher.content import offer_fields, sparse

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    reviews = []
    for post in publisher.read_posts(site, paths, now=moment).require_valid().posts:
        if post.review.film is None:
            continue
        offers = publisher.attach(post.review)
        reviews.append(
            {
                "file": post.name,
                "id": post.review.urn,
                "film": post.review.film.title,
                "offers": [
                    sparse(
                        {
                            **offer_fields(offer),
                            "former_name": offer.former,
                            "ended": _ended(offer, moment) or None,
                            "link_check": str(check.verdict)
                            if (check := publisher.check_link(offer))
                            else None,
                        }
                    )
                    for offer in offers
                ],
            }
        )
        console.say(f"{post.review.film.title}  {post.name}")
        for offer in offers:
            console.say(*_lines(offer, site, moment))
        if not offers:
            console.say("  nowhere named; `watch:` is empty")
    console.data(reviews=reviews)


def _lines(offer: publisher.Offer, site: publisher.Site, now: datetime) -> list[str]:
    from publisher.content import offer_title

    terms = offer.terms
    parts = [offer_title(offer)]
    if offer.former:
        parts.append(f"formerly {offer.former}")
    if terms.starts is not None and terms.starts > now:
        parts.append(f"from {terms.starts.astimezone(site.zone):%Y-%m-%d}")
    if _ended(offer, now):
        parts.append("ended: not shown any more")
    remark = _link_remark(offer)
    lines = [f"  {', '.join(parts)}", f"      {offer.url or 'no link known'}"]
    return [*lines, f"      ({remark})"] if remark else lines


def _ended(offer: publisher.Offer, now: datetime) -> bool:
    return offer.terms.ends is not None and offer.terms.ends <= now


def _link_remark(offer: publisher.Offer) -> str | None:
    """Say what is odd about a link that the editor gave."""
    check = publisher.check_link(offer)
    if check is None:
        return None
    others = " or ".join(other.label for other in check.others)
    return {
        "known-host": "the service's site, but no known form of link to a film",
        "other-service": f"leads to {others}, not to {offer.name}",
        "unknown-host": f"not a site that {offer.name} is known by",
    }.get(check.verdict)
