"""The site that is looked at, and what one check learns that another needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.doctor.rehearsal import Rehearsal, rehearse
from publisher.ledger import Ledger

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.doctor.machine import Machine
    from publisher.doctor.public import Visitor
    from publisher.posts import Collection
    from publisher.site import Site


@dataclass(slots=True)
class Subject:
    """One check-up of one site.

    Attributes:
        site: The site.
        now: The moment that decides what is live; aware.
        machine: The machine it is looked at from.
        visitor: Asks the site's public addresses; None when nobody is to be asked.
        collection: The posts, once they were read.
        ledger_sound: Whether the ledger was found to be readable.
        rehearsed: What a run would meet with, once somebody asked.
    """

    site: Site
    now: datetime
    machine: Machine
    visitor: Visitor | None
    collection: Collection | None = None
    ledger_sound: bool = False
    rehearsed: Rehearsal | None = None

    def ledger(self) -> Ledger | None:
        """Open the ledger to look into it; None when there is none, or none that can be relied on."""
        return Ledger.peek(self.site.state) if self.ledger_sound else None

    def rehearsal(self) -> Rehearsal:
        """Look, once, what a publish run would meet with; the posts were read before, or cannot be."""
        if self.rehearsed is None:
            self.rehearsed = rehearse(self.collection, self.site, self.now, self.machine.environment)
        return self.rehearsed
