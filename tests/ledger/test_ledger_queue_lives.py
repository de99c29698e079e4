"""Lives of a queue: couriers that claim, fail, die and come late, clocks that jump; nothing is lost or sent by two at once."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from publisher.ledger import (
    Announced,
    Announcement,
    Claim,
    DeliveryState,
    EndpointState,
    Event,
    Ledger,
    Recipient,
    Share,
)
from publisher.ledger.endpoints import LONGEST_DELAY
from publisher.ledger.queue import CLAIMS_LIMIT, Terms
from publisher.ledger.selections import Selection
from publisher.model import EventType
from publisher.webhooks.schedule import Policy
from publisher.webhooks.verdict import Meaning, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.ledger import Result

LEASE = 120.0
SHARES = [Share(name, f"https://{name}.example/", 3, 1000.0) for name in ("one", "two")]
RECIPIENTS = [Recipient(share.endpoint, share.url, frozenset(EventType)) for share in SHARES]
POLICY = Policy(None, lambda: 0.0)
# A courier that fails does so in one of these ways.
FAILURES = (Meaning.REFUSED, Meaning.TROUBLE, Meaning.BLOCKED)


@dataclass
class Known:
    """What is to be true of a delivery."""

    review: str
    sequence: int
    retraction: bool
    state: DeliveryState = DeliveryState.WAITING
    step: int = 0
    claims: int = 0
    token: int = 0
    leased_until: float | None = None
    courier: str = ""


@dataclass
class Errand:
    """A claim in a courier's hands."""

    courier: str
    claim: Claim
    known: Known = field(repr=False)


couriers = st.sampled_from(["ada", "bo", "cy"])
reviews = st.sampled_from(["r1", "r2"])


class Lives(RuleBasedStateMachine):
    """Do at random what couriers, people and clocks do, and hold the ledger against a model of a few lines."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lives-"))
        self.ledger = Ledger.open(self.folder)
        self.now = 1_700_000_000.0
        self.known: dict[tuple[str, str], Known] = {}
        self.hands: list[Errand] = []
        self.sequences: dict[str, int] = {}

    def teardown(self) -> None:
        """In the end everybody is healthy: what waits arrives, and what was delivered still is."""
        try:
            self._everything_arrives()
        finally:
            self.ledger.close()
            shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        """Begin with something to do."""
        self.announce("r1", retraction=False)
        self.announce("r1", retraction=False)

    @rule(review=reviews, retraction=st.sampled_from([False, False, False, True]))
    def announce(self, review: str, *, retraction: bool) -> None:
        """Commit an event of a review to both endpoints; one that takes it back keeps home what waits of it."""
        sequence = self.sequences[review] = self.sequences.get(review, 0) + 1
        kind = EventType.RETRACTED if retraction else EventType.UPDATED
        event = Event(f"{review}-{sequence}", kind, review, sequence, b"{}")
        announced = Announced(review, sequence, live=not retraction, snapshot={})
        self.ledger.announce([Announcement(announced, event)], RECIPIENTS, self.now)
        for one in self.known.values():
            if retraction and one.review == review and one.state is DeliveryState.WAITING:
                one.state = DeliveryState.SUPERSEDED
        for share in SHARES:
            self.known[event.id, share.endpoint] = Known(review, sequence, retraction)

    @rule(courier=couriers, most=st.integers(1, 6))
    def claim(self, courier: str, most: int) -> None:
        """Take what is due: nothing that another has, nothing that is settled, nothing out of its order."""
        self._claim(courier, most)

    def _claim(self, courier: str, most: int) -> list[Claim]:
        found = self.ledger.queue.claim(courier, SHARES, self.now, Terms(most=most, lease=LEASE))
        for endpoint, event_id in found.set_aside:
            one = self.known[event_id, endpoint]
            assert one.claims >= CLAIMS_LIMIT
            one.state, one.leased_until = DeliveryState.SET_ASIDE, None
        assert len(found.found) <= most
        for claim in found.found:
            one = self.known[claim.event_id, claim.endpoint]
            assert one.state is DeliveryState.WAITING
            assert one.leased_until is None or one.leased_until <= self.now
            assert one.claims < CLAIMS_LIMIT
            assert (claim.token, claim.step) == (one.token + 1, one.step)
            assert not self._before(one, claim.endpoint)
            one.claims, one.token, one.courier = one.claims + 1, claim.token, courier
            one.leased_until = self.now + LEASE
            self.hands.append(Errand(courier, claim, one))
        return list(found.found)

    def _before(self, this: Known, endpoint: str) -> list[Known]:
        """List what is to go to an endpoint before an event of its review."""
        return [
            one
            for (_, to), one in self.known.items()
            if to == endpoint
            and one.review == this.review
            and one.sequence < this.sequence
            and one.state is DeliveryState.WAITING
            and one.step == 0
        ]

    @precondition(lambda self: self.hands)
    @rule(data=st.data(), meaning=st.sampled_from([Meaning.DELIVERED, *FAILURES]))
    def finish(self, data: st.DataObject, meaning: Meaning) -> None:
        """Tell what became of a claim, in time or late."""
        errand = data.draw(st.sampled_from(self.hands))
        self._record(errand, meaning)

    def _record(self, errand: Errand, meaning: Meaning) -> None:
        self.hands.remove(errand)
        verdict = Verdict(meaning, None, None, "tried")
        result = POLICY.settle(errand.claim, verdict, self.now)

        def fold(state: EndpointState, those: Sequence[Result]) -> EndpointState:
            assert [one.claim for one in those] == [errand.claim]
            return POLICY.after(state, verdict, self.now)

        self.ledger.queue.record([result], fold)
        one = errand.known
        timely = errand.claim.token == one.token
        if timely:
            one.claims, one.leased_until = 0, None
        if meaning is Meaning.DELIVERED:
            one.state = DeliveryState.DELIVERED
        elif timely and one.state is DeliveryState.WAITING:
            one.state, one.step = result.state, result.step

    @rule(courier=couriers)
    def die(self, courier: str) -> None:
        """A courier dies, and another has noticed: what it had is free."""
        self.fall_asleep(courier)
        self.ledger.queue.release([courier])
        for one in self.known.values():
            if one.courier == courier:
                one.leased_until = None

    @rule(courier=couriers)
    def fall_asleep(self, courier: str) -> None:
        """Nobody has noticed that a courier is gone: its leases have to end by themselves."""
        self.hands = [errand for errand in self.hands if errand.courier != courier]

    @rule(courier=couriers)
    def stop(self, courier: str) -> None:
        """Give back what was not begun: nobody knows of it."""
        mine = [errand for errand in self.hands if errand.courier == courier]
        self.hands = [errand for errand in self.hands if errand.courier != courier]
        self.ledger.queue.give_back([errand.claim for errand in mine])
        for errand in mine:
            if errand.claim.token == errand.known.token:
                errand.known.claims, errand.known.leased_until = max(0, errand.known.claims - 1), None

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Somebody cancels a delivery by hand."""
        event_id, endpoint = data.draw(st.sampled_from(sorted(self.known)))
        selection = Selection(events=frozenset({event_id}), endpoints=frozenset({endpoint}))
        one = self.known[event_id, endpoint]
        waits = one.state is DeliveryState.WAITING

        assert self.ledger.deliveries.cancel(selection, self.now) == waits
        if waits:
            one.state = DeliveryState.CANCELLED

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def resend(self, data: st.DataObject) -> None:
        """Somebody has a delivery sent again: not while it is on its way, and not what was taken back."""
        event_id, endpoint = data.draw(st.sampled_from(sorted(self.known)))
        selection = Selection(events=frozenset({event_id}), endpoints=frozenset({endpoint}))
        one = self.known[event_id, endpoint]
        done = self.ledger.deliveries.resend(selection, [endpoint], self.now)
        leased = one.leased_until is not None and one.leased_until > self.now

        if leased or one.state is DeliveryState.SUPERSEDED:
            assert done == 0
        if done:
            one.state, one.step, one.claims = DeliveryState.WAITING, 0, 0

    @rule(seconds=st.sampled_from([1.0, 5.0, 60.0, LEASE, 300.0, 7200.0, 86_400.0, 7 * 86_400.0]))
    def pass_time(self, seconds: float) -> None:
        """The clock goes on, or leaps."""
        self.now += seconds

    @rule(seconds=st.sampled_from([1.0, 3600.0, 30 * 86_400.0]))
    def set_back(self, seconds: float) -> None:
        """The clock is set back."""
        self.now -= seconds

    @rule()
    def mend(self) -> None:
        """A courier looks whether a wrong clock has put something off for longer than anything is."""
        self.ledger.queue.mend_times(self.now)
        for one in self.known.values():
            if one.leased_until is not None and one.leased_until > self.now + LONGEST_DELAY:
                one.leased_until = None

    @invariant()
    def the_ledger_says_what_is_true(self) -> None:
        """Where each delivery stands, and that each attempt that counts has its row."""
        with self.ledger.queue.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT event_id, endpoint, state, step, claims, token, leased_until, attempts, "
                "(SELECT count(*) FROM attempts WHERE delivery_id = deliveries.id) FROM deliveries"
            ).all()
        assert {(row[0], row[1]): tuple(row[2:7]) for row in found} == {
            key: (one.state.value, one.step, one.claims, one.token, one.leased_until)
            for key, one in self.known.items()
            if one.state is not DeliveryState.DELIVERED
        } | {
            (row[0], row[1]): ("delivered", *row[3:7])
            for row in found
            if self.known[row[0], row[1]].state is DeliveryState.DELIVERED
        }
        assert [row[7] for row in found] == [row[8] for row in found]

    def _everything_arrives(self) -> None:
        waited = {key for key, one in self.known.items() if one.state is DeliveryState.WAITING}
        self.hands = []
        self.ledger.queue.release(["ada", "bo", "cy"])
        for one in self.known.values():
            one.leased_until = None
        for _ in range(100):
            if not self.ledger.deliveries.waiting():
                break
            self.mend()
            for claim in self._claim("eve", 6):
                self._record(next(one for one in self.hands if one.claim == claim), Meaning.DELIVERED)
            self.now += 3600.0
        assert not self.ledger.deliveries.waiting()
        for key in waited:
            assert self.known[key].state in {DeliveryState.DELIVERED, DeliveryState.SET_ASIDE}
        assert self.ledger.problems() == []


Lives.TestCase.settings = settings(
    max_examples=max(20, settings().max_examples // 5), stateful_step_count=30, deadline=None
)
TestLives = Lives.TestCase
