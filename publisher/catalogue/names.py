"""Which service an editor means by a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from publisher.diagnostics.suggest import near_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from publisher.catalogue.service import Service
    from publisher.model import OfferKind

# Below this, "Foobar" begins to look like a service; above it, a slip in a four-letter name finds nothing.
_LIKENESS = 0.75

_IGNORED = frozenset(".'`\u00b4\u02bc\u2018\u2019")
# The same for what is ASCII, as almost every name: whole texts at once take a tenth of the time.
_ASCII = str.maketrans(
    {
        "&": "and",
        "+": "plus",
        "-": None,
        **{char: None for char in map(chr, range(128)) if char in _IGNORED or char.isspace()},
    }
)

# Pd: hyphens and dashes. Cf: soft hyphens and zero-width characters, which nobody sees.
_IGNORED_CATEGORIES = frozenset({"Pd", "Cf"})


class Decision(StrEnum):
    """What told which service a name means.

    `key`: it is a service's key. `name`: it is only one service's name. `kind`: several share it, and one of them offers
    films in that way. `day`: several share it today, and only one did on that day.
    """

    KEY = "key"
    NAME = "name"
    KIND = "kind"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a name.

    Attributes:
        service: The one service that is meant; None when there is none, or more than one.
        candidates: The services that share the name, by key, when nothing decides between them.
        near: The names that are known and near, the nearest first, at most two, when nothing matched.
        former: The former name that matched, as the catalogue spells it, when it is not the present one.
        decision: What told; None when there is no service.
        rivals: The other services that share the name, by key, when it took more than the name to tell.
    """

    service: Service | None = None
    candidates: tuple[Service, ...] = ()
    near: tuple[str, ...] = ()
    former: str | None = None
    decision: Decision | None = None
    rivals: tuple[Service, ...] = ()

    @property
    def suggestion(self) -> str | None:
        """Return the nearest name."""
        return self.near[0] if self.near else None


class _Claim(NamedTuple):
    """That a service has or had a name; `since` is the first day on which it can have had it, where that is known."""

    service: Service
    spelling: str
    former: bool = False
    since: date | None = None


class Names:
    """Services by every name they have or had."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        """Note the names of services."""
        self._services = services
        self._claims: dict[str, tuple[_Claim, ...]] = {}
        for service in services.values():
            for claim in _claims_of(service):
                folded = fold(claim.spelling)
                earlier = self._claims.get(folded, ())
                if all(other.service is not service for other in earlier):
                    self._claims[folded] = (*earlier, claim)

    def resolve(self, name: str, kind: OfferKind | None, day: date | None = None) -> Resolution:
        """Find the service that is meant by a name, without guessing.

        A key matches exactly. Otherwise any name that a service has or had matches, whatever its case, spaces, hyphens,
        dots and apostrophes, with "&" as "and" and "+" as "plus". Where several services share the name, the one that is
        verified to offer `kind` is meant, if it is the only one; else the one that alone had the name on `day`, as far as
        its renames were verified. A kind that a single match is not known for changes nothing, because what is known about
        kinds is not complete.

        Args:
            name: The name as the editor wrote it.
            kind: How the offer lets one see the film; None when that is not known.
            day: When the name was written; None when that is not known, or now.
        """
        keyed = self._services.get(name)
        if keyed is not None:
            return Resolution(service=keyed, decision=Decision.KEY)
        folded = fold(name)
        claims = self._claims.get(folded, ())
        if not claims:
            return Resolution(near=self._near(folded))
        if len(claims) == 1:
            return _decided(claims[0], Decision.NAME, claims)
        offering = [claim for claim in claims if kind in claim.service.verified_kinds]
        if len(offering) == 1:
            return _decided(offering[0], Decision.KIND, claims)
        named = [
            claim for claim in offering or claims if day is None or not claim.since or claim.since <= day
        ]
        if len(named) == 1:
            return _decided(named[0], Decision.DAY, claims)
        return Resolution(candidates=tuple(claim.service for claim in claims))

    def _near(self, folded: str) -> tuple[str, ...]:
        near = near_words(folded, self._claims, likeness=_LIKENESS)
        return tuple(self._claims[name][0].spelling for name in near)


def _decided(claim: _Claim, decision: Decision, claims: tuple[_Claim, ...]) -> Resolution:
    return Resolution(
        service=claim.service,
        former=claim.spelling if claim.former else None,
        decision=decision,
        rivals=tuple(other.service for other in claims if other is not claim),
    )


def _claims_of(service: Service) -> list[_Claim]:
    since = {fold(rename.after): rename.earliest for rename in service.renames}
    # A name that a service had, lost, and has again was never anybody else's because of that.
    since = {name: day for name, day in since.items() if all(fold(r.before) != name for r in service.renames)}
    claims = [_Claim(service, name, since=since.get(fold(name))) for name in (service.name, service.label)]
    claims += [_Claim(service, name, former=True) for name in service.former_names]
    return claims + [_Claim(service, name, since=since.get(fold(name))) for name in service.aliases]


def fold(name: str) -> str:
    """Reduce a name to what makes it that name: two that fold alike are one."""
    text = name.casefold()
    if text.isascii():
        return text.translate(_ASCII)
    # NFKC on both sides: folding the case of a composed character can leave a decomposed one (Unicode 3.13).
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    text = text.replace("&", "and").replace("+", "plus")
    return "".join(char for char in text if not _is_ignored(char))


def _is_ignored(char: str) -> bool:
    return char in _IGNORED or char.isspace() or unicodedata.category(char) in _IGNORED_CATEGORIES
