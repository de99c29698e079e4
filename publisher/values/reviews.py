"""What a post says of its review, and the site's own feeds ask of one: author, year, and where to watch the film."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator

from publisher.diagnostics.suggest import nearest
from publisher.model import OfferKind
from publisher.values.characters import quote
from publisher.values.checkers import fault, schema, whole
from publisher.values.choices import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import PydanticCustomError

    from publisher.catalogue import Resolution

#: The first and the last year that a film can be of.
FIRST_YEAR, LAST_YEAR = 1870, 2200

KINDS = Choice(
    OfferKind,
    {
        OfferKind.RENT: "rental renting rentals tvod hire",
        OfferKind.BUY: "purchase sale own est download sell",
        OfferKind.SUBSCRIPTION: "stream streaming streams svod flatrate included membership",
        OfferKind.FREE: "gratis library publicdomain fvod",
        OfferKind.ADS: "avod fast adsupported freewithads withads",
        OfferKind.CINEMA: "theater theaters theatre theatres theatrical theatrically cinemas screening",
        OfferKind.DISC: "dvd bluray bd uhd 4k 4kuhd vhs laserdisc physical homevideo disk",
    },
)
Kind = Annotated[OfferKind, BeforeValidator(KINDS.take), schema("string", enum=[*map(str, OfferKind)])]


def film_year(value: object) -> int:
    """Take the year a film was first shown."""
    year = whole(value)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise fault(
            "invalid-value",
            f"the year {year} lies outside the history of film",
            label=f"{FIRST_YEAR} to {LAST_YEAR}",
        )
    return year


def author_fault(written: str, known: Mapping[str, str], quotation: str = "") -> PydanticCustomError:
    """Make the fault of a text that is the key of no author of the site.

    Args:
        written: The text.
        known: The authors' names by key.
        quotation: What goes around texts in a list, in the file that names the author.
    """
    by_name = {name.casefold(): key for key, name in known.items()}
    several = [part.strip() for part in written.split(",")]
    if len(several) > 1 and all(part in known for part in several):
        return fault(
            "author-unknown",
            f"{quote(written)} is not one author of this site",
            help=f"several authors are a list: [{', '.join(f'{quotation}{key}{quotation}' for key in several)}]",
        )
    near = by_name.get(written.casefold()) or nearest(written, known)
    return fault(
        "author-unknown",
        f"{quote(written)} is not an author of this site",
        label=f"did you mean {near}?" if near else f"known: {', '.join(sorted(known)) or 'none'}",
        help=None if near else f"or give the author a table in publisher.toml: [authors.{_key(written)}]",
    )


def _key(written: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", written.lower()).strip("-") or "name"


def service_fault(written: str, resolution: Resolution, also: str = "") -> PydanticCustomError:
    """Make the fault of a name that is no service's of the catalogue, or that several share.

    Args:
        written: The name.
        resolution: What the catalogue makes of it.
        also: How one can name several services in that place.
    """
    if resolution.candidates:
        return fault(
            "service-ambiguous",
            f"{quote(written)} can mean {' or '.join(candidate.label for candidate in resolution.candidates)}",
            help=f"say which by its key: {' or '.join(candidate.key for candidate in resolution.candidates)}{also}",
        )
    near = resolution.suggestion
    return fault(
        "service-unknown",
        f"{quote(written)} is not a service of the catalogue",
        label=f"did you mean {near}?" if near else None,
        help=None
        if near
        else "for a service the catalogue lacks, use vod, theaters or physical, or give it a table: [services.KEY] in publisher.toml",
    )
