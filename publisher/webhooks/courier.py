"""The courier: claims what is due, has it signed and sent, records what became of it; any number may work at once.

A claim is recorded before anything is sent, and its result after. A courier that dies in between leaves an attempt without an
end: another sends the event again under the same id, and the partner drops the repeat.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import EnvironmentFault
from publisher.ledger import left_alone_until
from publisher.ledger.presence import Presence
from publisher.ledger.queue import SUSPECTS, UNSUSPECTED, Terms
from publisher.webhooks.attempt import attempt
from publisher.webhooks.senders import Senders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.ledger import Claim, EndpointState, Ledger, Result, Share
    from publisher.webhooks.attempt import WayOut
    from publisher.webhooks.reports import Reports
    from publisher.webhooks.schedule import Policy
    from publisher.webhooks.signing import SigningKeys
    from publisher.webhooks.verdict import Verdict

#: For so many seconds a claim is its courier's: longer than any request may take.
LEASE = 120.0
# So often, in seconds, an idle courier looks whether others have left something, and whether it is to stop.
_LOOK_AGAIN = 1.0
_MEND_AGAIN = 60.0
# So long, in seconds, what may be what others died of is left alone when none of it could be sent.
_SUSPECT_AGAIN = 10.0
# What was sent and cannot be recorded is tried so often again, after so many seconds each, before it is left to the next run.
_RECORD_TRIES, _RECORD_PAUSE = 3, 1.0
_RESULT_TIMEOUT = 0.25


@dataclass(frozen=True, slots=True)
class Partners:
    """Whom a courier serves.

    Attributes:
        shares: The endpoints, and how much each takes.
        keys: Answers what an endpoint's messages are signed with at a time, in seconds since 1970, by its name; None
            where it is to be left out for now.
        concurrency: How many deliveries may be on their way at once, in all.
        policy: How much is put up with.
    """

    shares: tuple[Share, ...]
    keys: Callable[[str, float], SigningKeys | None]
    concurrency: int
    policy: Policy


@dataclass(slots=True)
class _Errand:
    """A claim, and what it is to be signed with."""

    claim: Claim
    keys: SigningKeys


@dataclass(slots=True)
class Courier:
    """One that delivers.

    Attributes:
        ledger: Where deliveries wait.
        partners: Answers whom it serves; asked again and again, because that may change.
        client: The way out.
        clock: Answers the time in seconds since 1970.
        reports: Hears what becomes of everything.
        stop: When it is set, what is under way is finished, and no more is begun.
    """

    ledger: Ledger
    partners: Callable[[], Partners]
    client: WayOut
    clock: Callable[[], float]
    reports: Reports
    stop: threading.Event = field(default_factory=threading.Event)
    _quiet: dict[str, float] = field(default_factory=dict, init=False)
    _keyless: dict[str, float] = field(default_factory=dict, init=False)
    _paced: frozenset[str] = field(default=frozenset(), init=False)
    _turn: int = field(default=0, init=False)
    _looked: float = field(default=-math.inf, init=False)
    _mended: float = field(default=-math.inf, init=False)
    _suspected: bool = field(default=False, init=False)
    _suspects_from: float = field(default=-math.inf, init=False)
    _alone: bool = field(default=False, init=False)

    def run(self, wait: float = 0.0) -> None:
        """Deliver what is due, and what becomes due in so many seconds; return when there is nothing more.

        Raises:
            EnvironmentFault: The ledger cannot be used; what was sent and not recorded is sent again by the next run.
            ConfigurationError: An endpoint's secret is missing or wrong.
        """
        until = time.monotonic() + wait
        with Presence(self.ledger.folder) as presence, Senders(self._send) as senders:
            try:
                self._work(senders, presence, until)
            except EnvironmentFault:
                raise
            except Exception:
                # What is under way is not sent again because of something else.
                while senders.busy:
                    self._record(senders)
                raise
            if senders.failure is not None:
                raise senders.failure

    def _work(self, senders: Senders[_Errand, Verdict | None], presence: Presence, until: float) -> None:
        while True:
            self._record(senders)
            partners, ending = self.partners(), self.stop.is_set() or senders.failure is not None
            if (not ending and self._begin(senders, partners, presence)) or senders.busy:
                continue
            if ending or not self._rest(partners, until):
                return

    def _begin(
        self, senders: Senders[_Errand, Verdict | None], partners: Partners, presence: Presence
    ) -> int:
        """Claim and begin as much as there is room for, and say how much was claimed."""
        room = partners.concurrency - senders.busy
        if room <= 0 or (senders.busy and self._alone):
            return 0
        self._look_around(presence)
        if self._suspected:
            return 0 if senders.busy else self._begin_suspect(senders, partners, presence)
        self._alone = False
        claims = self._claim(partners, presence, room)
        if not claims and not senders.busy and self._quiet:
            self._quiet.clear()
            claims = self._claim(partners, presence, room)
        return self._send_out(senders, partners, claims)

    def _begin_suspect(
        self, senders: Senders[_Errand, Verdict | None], partners: Partners, presence: Presence
    ) -> int:
        """Send one that may be what others died of, and nothing beside it, so that it takes nothing along."""
        terms = Terms(most=1, lease=LEASE, claims=SUSPECTS)
        found = self.ledger.queue.claim(presence.id, self._signable(partners), self.clock(), terms)
        for endpoint, event_id in found.set_aside:
            self.reports.set_aside(endpoint, event_id)
        if not found.found:
            self._suspected, self._suspects_from = False, time.monotonic() + _SUSPECT_AGAIN
            # Not nothing: what is not suspected has not been looked for.
            return self._begin(senders, partners, presence)
        self._alone = True
        return self._send_out(senders, partners, found.found)

    def _send_out(
        self, senders: Senders[_Errand, Verdict | None], partners: Partners, claims: Sequence[Claim]
    ) -> int:
        try:
            keys = {name: partners.keys(name, self.clock()) for name in {claim.endpoint for claim in claims}}
        except Exception:
            # Nothing was sent: what cannot be signed is not used up by that.
            self.ledger.queue.give_back(claims)
            raise
        self.ledger.queue.give_back([claim for claim in claims if keys[claim.endpoint] is None])
        without = [name for name, key in keys.items() if key is None]
        self._keyless |= dict.fromkeys(without, time.monotonic() + _LOOK_AGAIN)
        for claim in claims:
            if (key := keys[claim.endpoint]) is not None:
                senders.begin(_Errand(claim, key))
        # What was given back counts, too: there may be something for others.
        return len(claims)

    def _look_around(self, presence: Presence) -> None:
        """Free what dead couriers held, and what a wrong clock put off."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_AGAIN:
            self._looked = now
            self.ledger.require_in_place()
            if dead := presence.dead(self.ledger.queue.couriers()):
                self.ledger.queue.release(dead)
            if now >= self._suspects_from:
                self._suspected = self.ledger.queue.suspected(self.clock())
        if now - self._mended >= _MEND_AGAIN:
            self._mended = now
            self.ledger.queue.mend_times(self.clock())

    def _claim(self, partners: Partners, presence: Presence, room: int) -> tuple[Claim, ...]:
        shares, self._paced = self._signable(partners), frozenset()
        if not shares:
            return ()
        self._turn %= len(shares)
        now = time.monotonic()
        in_turn = [
            share
            for share in (*shares[self._turn :], *shares[: self._turn])
            if self._quiet.get(share.endpoint, 0.0) <= now
        ]
        self._turn += max(1, room)
        reserve = min(partners.concurrency // 4, len(shares) - 1)
        terms = Terms(most=room, lease=LEASE, claims=UNSUSPECTED, reserve=reserve)
        found = self.ledger.queue.claim(presence.id, in_turn, self.clock(), terms)
        self._quiet |= dict.fromkeys(found.quiet, now + _LOOK_AGAIN)
        self._paced = found.paced
        return found.found

    def _signable(self, partners: Partners) -> Sequence[Share]:
        """Return the endpoints whose messages can be signed, as far as is known."""
        if not self._keyless:
            return partners.shares
        now = time.monotonic()
        self._keyless = {name: until for name, until in self._keyless.items() if until > now}
        return [share for share in partners.shares if share.endpoint not in self._keyless]

    def _send(self, errand: _Errand) -> Verdict | None:
        """Send one message, in a thread; None when it was not begun, because it is time to stop."""
        if self.stop.is_set():
            return None
        return attempt(errand.claim, errand.keys, self.client, self.clock)

    def _record(self, senders: Senders[_Errand, Verdict | None]) -> None:
        """Record what has been done since the last look."""
        done = senders.results(_RESULT_TIMEOUT)
        if not done:
            return
        self.ledger.queue.give_back([errand.claim for errand, verdict in done if verdict is None])
        told = [(errand.claim, verdict) for errand, verdict in done if verdict is not None]
        if not told:
            return
        now, partners = self.clock(), self.partners()
        policy, addresses = partners.policy, {share.endpoint: share.url for share in partners.shares}
        verdicts = {(claim.delivery, claim.token): verdict for claim, verdict in told}
        results = [
            policy.settle(claim, verdict, now, addresses.get(claim.endpoint, claim.url))
            for claim, verdict in told
        ]

        def fold(state: EndpointState, those: Sequence[Result]) -> EndpointState:
            for result in those:
                state = policy.after(state, verdicts[result.claim.delivery, result.claim.token], now)
            return state

        states = self._recorded(results, fold, addresses)
        for result in results:
            self._quiet.pop(result.claim.endpoint, None)
            self.reports.settled(result)
        self.reports.learned(states)

    def _recorded(
        self,
        results: Sequence[Result],
        fold: Callable[[EndpointState, Sequence[Result]], EndpointState],
        addresses: Mapping[str, str],
    ) -> Mapping[tuple[str, str], EndpointState]:
        for _ in range(_RECORD_TRIES):
            try:
                return self.ledger.queue.record(results, fold, addresses)
            except EnvironmentFault:
                time.sleep(_RECORD_PAUSE)
        return self.ledger.queue.record(results, fold, addresses)

    def _rest(self, partners: Partners, until: float) -> bool:
        """Wait until there may be something to do; False when there will be nothing in time."""
        if self._paced:
            # What is due goes out, and no faster than its endpoint takes it.
            rates = [share.rate for share in partners.shares if share.endpoint in self._paced]
            self.stop.wait(min(_LOOK_AGAIN, 1 / max(rates)))
            return True
        left = until - time.monotonic()
        if left <= 0:
            return False
        moments = self._moments(partners)
        if not moments and math.isfinite(until):
            return False
        if moments:
            self.reports.listener.resting(min(moments))
        self.stop.wait(min(left, _LOOK_AGAIN, max(0.05, min(moments, default=math.inf) - self.clock())))
        return True

    def _moments(self, partners: Partners) -> list[float]:
        """Return when something may be sent next, to each endpoint that something waits for."""
        queue, now = self.ledger.queue.next_moments(), self.clock()
        addresses = {
            share.endpoint: share.url for share in self._signable(partners) if share.endpoint in queue
        }
        return [
            max(queue[name], left_alone_until(state, now) or 0.0)
            for name, state in self.ledger.endpoints.present(addresses).items()
            if state.disabled_at is None
        ]
