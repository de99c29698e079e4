"""What a post says against itself, wherever it says it: services that it denies, and notes that take everything back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.model import OfferKind
from publisher.watch.sentences.retractions import SPEAKS_OF_IT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from publisher.catalogue import Catalogue
    from publisher.watch.sentences.sentence import Item, Sentence

_DENYING = re.compile(
    r"(?<![^ ])(?:not|n't|no longer|never|neither|nor|left|leaves|leaving|gone|removed|removes|expired|expires|dropped|drops|pulled|"
    r"took|taken|takes|lost|loses|anymore|any more|any longer|departed|departs|disappeared|vanished|withdrawn|moved|unavailable|"
    r"was (?:once |briefly |previously )?(?:on|available|streaming)) "
)
# "It's no longer streaming", whatever the service.
_DENYING_ALL = re.compile(
    r"(?<![^ ])(?:it|T|this|the film|the movie) (?:is |'s |has been |was |has )?(?:since )?"
    r"(?:(?:no longer|n't|not) (?:available|streaming|there|online)|unavailable|removed|withdrawn|left the|gone from) "
)
_NOTE = re.compile(
    r"(?:p \. s|ps|update|updated|edit|edited|correction|corrected|erratum|errata|(?:editor |editors )?(?:'s |' )?note|addendum|late news) "
)
#: What names no service denies only in such words.
MAY_DENY_ALL = re.compile(
    r"\b(?:no longer|not|n['’]t) (?:available|streaming|there|online)|(?<=n['’]t) (?:available|streaming|there|online)|"
    r"\b(?:unavailable|removed|withdrawn|left the|gone from)\b|"
    r"^[ >#*_(\[]*(?:p\. ?s|ps|updated?|edit|edited|correct(?:ion|ed)|errat(?:a|um)|(?:editor['’]?s? )?note|addendum|late news)\b",
    re.IGNORECASE | re.MULTILINE,
)


class Denials:
    """Gathers what a post denies."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Begin with a post that denies nothing."""
        self._catalogue = catalogue
        self._services: set[str] = set()
        self._everything = False

    def take(self, sentence: Sentence, understood: Collection[Item], written: Callable[[Item], str]) -> None:
        """Take in a sentence.

        Args:
            sentence: The sentence.
            understood: Those of its services that it was understood to have the film.
            written: Answers how a service is written.
        """
        codes = sentence.codes
        denied = list(_services(sentence, understood)) if _DENYING.search(codes) else []
        note = _NOTE.match(codes) and SPEAKS_OF_IT.search(codes)
        if denied:
            self._services.update(*map(self._meant, map(written, denied)))
        elif not understood and (note or _DENYING_ALL.search(codes)):
            self._everything = True

    def deny(self, service: str) -> bool:
        """Tell whether the post denies that a service has the film."""
        return self._everything or service in self._services

    def _meant(self, name: str) -> Iterable[str]:
        """Return the keys of all services that a name may mean."""
        found = (self._catalogue.resolve(name, kind) for kind in (None, *OfferKind))
        return {one.service.key for one in found if one.service is not None}


def _services(sentence: Sentence, understood: Collection[Item]) -> Iterable[Item]:
    for item in sentence.items:
        if item.inner is not None:
            yield from _services(item.inner, understood)
        elif item.code == "N" and item not in understood:
            yield item
