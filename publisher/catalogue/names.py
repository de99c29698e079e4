"""Which service an editor means by a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from publisher.catalogue.register import services
from publisher.diagnostics.suggest import near_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.catalogue.service import Service
    from publisher.model import OfferKind

# Below this, "Foobar" begins to look like a service; above it, a slip in a four-letter name finds nothing.
_LIKENESS = 0.75

_IGNORED = frozenset(".'`\u00b4\u02bc\u2018\u2019")

# Pd: hyphens and dashes. Cf: soft hyphens and zero-width characters, which nobody sees.
_IGNORED_CATEGORIES = frozenset({"Pd", "Cf"})


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a name.

    Attributes:
        service: The one service that is meant; None when there is none, or more than one.
        candidates: The services that share the name, by key, when the offer's kind does not decide between them.
        near: The names that are known and near, the nearest first, at most two, when nothing matched.
        former: The former name that matched, as the catalogue spells it, when it is not the present one.
    """

    service: Service | None = None
    candidates: tuple[Service, ...] = ()
    near: tuple[str, ...] = ()
    former: str | None = None

    @property
    def suggestion(self) -> str | None:
        """Return the nearest name."""
        return self.near[0] if self.near else None


class _Claim(NamedTuple):
    service: Service
    spelling: str
    former: bool = False


def resolve(name: str, kind: OfferKind | None) -> Resolution:
    """Find the service that is meant by a name, without guessing.

    A key matches exactly. Otherwise any name that a service has or had matches, whatever its case, spaces, hyphens,
    dots and apostrophes, with "&" as "and" and "+" as "plus". Where several services share the name, the one that is
    verified to offer `kind` is meant, if it is the only one. A kind that a single match is not known for changes
    nothing, because what is known about kinds is not complete.

    Args:
        name: The name as the editor wrote it.
        kind: How the offer lets one see the film; None when that is not known.
    """
    keyed = services().get(name)
    if keyed is not None:
        return Resolution(service=keyed)
    folded = _fold(name)
    claims = _claims().get(folded, ())
    if not claims:
        return Resolution(near=_near(folded))
    if len(claims) > 1:
        fitting = tuple(claim for claim in claims if kind in claim.service.verified_kinds)
        if len(fitting) != 1:
            return Resolution(candidates=tuple(claim.service for claim in claims))
        claims = fitting
    claim = claims[0]
    return Resolution(service=claim.service, former=claim.spelling if claim.former else None)


def _fold(name: str) -> str:
    text = name.casefold()
    if not text.isascii():
        # NFKC on both sides: folding the case of a composed character can leave a decomposed one (Unicode 3.13).
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    text = text.replace("&", "and").replace("+", "plus")
    return "".join(char for char in text if not _is_ignored(char))


def _is_ignored(char: str) -> bool:
    return char in _IGNORED or char.isspace() or unicodedata.category(char) in _IGNORED_CATEGORIES


@cache
def _claims() -> Mapping[str, tuple[_Claim, ...]]:
    found: dict[str, tuple[_Claim, ...]] = {}
    for service in services().values():
        spellings = [_Claim(service, name) for name in (service.name, service.label)]
        spellings += [_Claim(service, name, former=True) for name in service.former_names]
        spellings += [_Claim(service, name) for name in service.aliases]
        for claim in spellings:
            folded = _fold(claim.spelling)
            earlier = found.get(folded, ())
            if all(other.service is not service for other in earlier):
                found[folded] = (*earlier, claim)
    return found


def _near(folded: str) -> tuple[str, ...]:
    near = near_words(folded, _claims(), likeness=_LIKENESS)
    return tuple(_claims()[name][0].spelling for name in near)
