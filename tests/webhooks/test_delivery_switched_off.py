"""When nothing is sent to an endpoint any more, how loudly that is said, and what becomes of what waits for it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from publisher.ledger import DeliveryState, DisabledWhy, EndpointState, Ledger
from publisher.ledger.selections import Selection
from publisher.webhooks import Secret, SigningKeys, mint_secret, verify
from publisher.webhooks.delivery import AGE_LIMIT
from publisher.webhooks.schedule import TRIES
from tests.webhooks.scripted_partner import KEYS, SECRET, Outbox, Partner, answer

if TYPE_CHECKING:
    import socket

    from publisher.site import Endpoint

DAY = 24 * 3600.0


def known(outbox: Outbox, url: str) -> EndpointState:
    """Return what the ledger knows of the partner's address."""
    with Ledger.open(outbox.folder) as ledger:
        return ledger.endpoints.states()["partner", url]


def fail_for(outbox: Outbox, url: str, days: float) -> None:
    """Announce something every six hours for some days, and run."""
    until = outbox.clock.now + days * DAY
    while outbox.clock.now <= until:
        outbox.announce(int(outbox.clock.now))
        outbox.run(partner=url)
        outbox.clock.now += DAY / 4


def test_gone_means_gone_until_the_address_changes(outbox: Outbox) -> None:
    """After 410 send nothing more to that address, cancel what waits, and say so at every run."""
    outbox.announce(1, 2, 3)
    with Partner(answer(410)) as old, Partner() as new:
        outbox.urls = {"partner": old.url}
        gone = outbox.run(partner=old.url)["partner"]
        outbox.announce(4)
        still = outbox.run(partner=old.url)["partner"]
        outbox.urls = {"partner": new.url}
        later = outbox.announce(5)
        moved = outbox.run(partner=new.url)["partner"]
        back = outbox.run(partner=old.url)["partner"]

    assert len(old.heard) == 1
    assert (gone.delivered, gone.waiting, gone.failed, gone.cancelled) == (0, 0, 0, 3)
    assert (still.delivered, still.waiting, still.cancelled) == (0, 0, 0)
    assert (moved.delivered, moved.waiting) == (1, 0)
    assert new.ids == later
    # What the old address said is remembered, also after another was named for a while.
    for report in (gone, still, back):
        assert any("410 Gone" in note and "resend" in note for note in report.notes)
    assert outbox.rows("SELECT status, outcome FROM attempts ORDER BY id LIMIT 1") == [
        (410, "it answered 410: it is gone for good")
    ]
    assert outbox.rows("SELECT state FROM deliveries ORDER BY id") == [
        *[("cancelled",)] * 4,
        ("delivered",),
    ]


def test_410_says_nothing_about_an_address_that_was_named_meanwhile(outbox: Outbox) -> None:
    """publisher.toml names a new address while the old one answers 410: what waits goes to the new one."""
    ids = outbox.announce(1, 2, 3)
    with Partner() as new:
        urls: list[str] = []

        def changed_meanwhile(sock: socket.socket) -> None:
            urls.append(new.url)
            sock.sendall(answer(410))

        with Partner(changed_meanwhile) as old:
            urls.append(old.url)
            report = outbox.deliver(lambda: [outbox.endpoint("partner", urls[-1])])["partner"]
            state = known(outbox, old.url)

    assert old.ids == ids[:1]
    assert sorted(new.ids) == sorted(ids)
    assert (report.delivered, report.cancelled) == (3, 0)
    assert state.disabled_why is DisabledWhy.GONE


def test_an_address_that_changed_during_a_try_gets_the_next_one(outbox: Outbox) -> None:
    """The try is finished at the old address, and its record keeps that; the next goes to the new one."""
    [event] = outbox.announce(1)
    with Partner() as new:
        urls: list[str] = []

        def changed_meanwhile(sock: socket.socket) -> None:
            urls.append(new.url)
            sock.sendall(answer(500))

        with Partner(changed_meanwhile) as old:
            urls.append(old.url)
            outbox.deliver(lambda: [outbox.endpoint("partner", urls[-1])])
            outbox.clock.advance(seconds=5)
            report = outbox.deliver(lambda: [outbox.endpoint("partner", urls[-1])])["partner"]

    assert report.delivered == 1
    assert (old.ids, new.ids) == ([event], [event])
    assert outbox.rows("SELECT url, status FROM attempts ORDER BY id") == [(old.url, 500), (new.url, 204)]


@pytest.mark.parametrize(("status", "state"), [(204, "delivered"), (500, "waiting")])
def test_an_endpoint_that_is_removed_during_a_try_has_it_finished(
    outbox: Outbox, status: int, state: str
) -> None:
    """The try is finished and recorded; nothing more is begun, and what waits is not called a failure."""
    outbox.announce(1, 2)
    there: list[Endpoint] = []

    def removed_meanwhile(sock: socket.socket) -> None:
        there.clear()
        sock.sendall(answer(status))

    with Partner(removed_meanwhile) as partner:
        there.append(outbox.endpoint("partner", partner.url))
        report = outbox.deliver(lambda: there)["partner"]

    assert len(partner.heard) == 1
    assert (report.known, report.failed) == (False, 0)
    assert "no longer in publisher.toml" in report.notes[-1]
    assert outbox.rows("SELECT status FROM attempts") == [(status,)]
    assert outbox.rows("SELECT state FROM deliveries ORDER BY id") == [(state,), ("waiting",)]


def test_an_endpoint_that_is_switched_off_by_hand_during_a_try_has_it_finished(outbox: Outbox) -> None:
    """What is on its way may still arrive, and is kept as that; the rest is cancelled, and not failed."""
    outbox.announce(1, 2, 3)

    def switched_off_meanwhile(sock: socket.socket) -> None:
        with Ledger.open(outbox.folder) as ledger:
            off = EndpointState(disabled_at=outbox.clock.now, disabled_why=DisabledWhy.BY_HAND)
            ledger.endpoints.change("partner", partner.url, lambda _: off)
        sock.sendall(answer(204))

    with Partner(switched_off_meanwhile) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert len(partner.heard) == 1
    assert (report.delivered, report.failed, report.cancelled) == (1, 0, 2)
    assert outbox.rows("SELECT state FROM deliveries ORDER BY id") == [
        ("delivered",),
        ("cancelled",),
        ("cancelled",),
    ]
    assert known(outbox, partner.url).disabled_why is DisabledWhy.BY_HAND


def switch(outbox: Outbox, url: str, *, on: bool) -> EndpointState:
    """Switch the partner on or off by hand at its present address, and return how it was before."""
    why: dict[str, Any] = {"disabled_at": None, "disabled_why": None}
    if not on:
        why = {"disabled_at": outbox.clock.now, "disabled_why": DisabledWhy.BY_HAND}
    with Ledger.open(outbox.folder) as ledger:
        return ledger.endpoints.change("partner", url, lambda state: replace(state, **why))[0]


def test_off_by_hand_is_off_at_every_address(outbox: Outbox) -> None:
    """Another URL in publisher.toml switches nothing on; switching it on is for all addresses, too."""
    outbox.announce(1)
    with Partner() as old, Partner() as new:
        switch(outbox, old.url, on=False)
        outbox.urls = {"partner": new.url}
        outbox.announce(2)
        moved = outbox.run(partner=new.url)["partner"]
        assert (old.heard, new.heard) == ([], [])
        assert "it was switched off by hand" in moved.notes[0]
        assert outbox.rows("SELECT DISTINCT state FROM deliveries") == [("cancelled",)]

        assert switch(outbox, new.url, on=True).disabled_why is DisabledWhy.BY_HAND
        ids = [*outbox.announce(3), *outbox.announce(4)]
        outbox.run(partner=new.url)
        outbox.urls = {"partner": old.url}
        ids += outbox.announce(5)
        outbox.run(partner=old.url)

    assert [*new.ids, *old.ids] == ids


def test_a_wait_does_not_go_on_for_one_that_is_off_at_another_address(outbox: Outbox) -> None:
    """Nothing will be due there: whoever waits for the rest is not kept."""
    outbox.announce(1)
    with Partner() as old, Partner() as new:
        switch(outbox, old.url, on=False)
        with Ledger.open(outbox.folder) as ledger:
            ledger.deliveries.resend(
                Selection(endpoints=frozenset({"partner"})), ["partner"], outbox.clock.now
            )
        too_long = threading.Timer(20, outbox.stop.set)
        too_long.start()
        report = outbox.run(partner=new.url, wait=3600)["partner"]
        too_long.cancel()

    assert not outbox.stop.is_set()
    assert (report.waiting, report.cancelled, new.heard) == (0, 1, [])


def test_switching_on_leaves_what_an_address_said_to_that_address(outbox: Outbox) -> None:
    """The old one answered 410: it is gone still, whatever was done by hand at the new one."""
    outbox.announce(1)
    with Partner(answer(410)) as old, Partner() as new:
        outbox.run(partner=old.url)
        switch(outbox, new.url, on=False)
        switch(outbox, new.url, on=True)
        back = outbox.run(partner=old.url)["partner"]

    assert "410 Gone" in back.notes[0]


def test_what_was_cancelled_is_told_at_every_run_until_it_is_sent(outbox: Outbox) -> None:
    """A new address is well; that partners lack something is said, with the command, and is no failure of the run."""
    outbox.announce(1, 2)
    with Partner(answer(410)) as old, Partner() as new:
        outbox.run(partner=old.url)
        reports = [outbox.run(partner=new.url)["partner"] for _ in range(2)]
        with Ledger.open(outbox.folder) as ledger:
            cancelled = Selection(states=frozenset({DeliveryState.CANCELLED}))
            ledger.deliveries.resend(cancelled, ["partner"], outbox.clock.now)
        sent = outbox.run(partner=new.url)["partner"]

    told = (
        "2 deliveries were cancelled while it was off or away; "
        "`publisher deliveries resend --endpoint partner --state cancelled` sends them"
    )
    assert [report.notes for report in reports] == [[told], [told]]
    assert not any(report.troubled for report in reports)
    assert (sent.delivered, sent.notes) == (2, [])


def test_what_an_editor_cancelled_is_not_told_again(outbox: Outbox) -> None:
    """It was meant; and what was cancelled with its endpoint can be let go the same way."""
    ids = outbox.announce(1, 2)
    with Partner(answer(410)) as old, Partner() as new:
        with Ledger.open(outbox.folder) as ledger:
            assert ledger.deliveries.cancel(Selection(events=frozenset(ids[:1])), outbox.clock.now) == 1
        outbox.run(partner=old.url)
        one = outbox.run(partner=new.url)["partner"]
        with Ledger.open(outbox.folder) as ledger:
            cancelled = Selection(states=frozenset({DeliveryState.CANCELLED}))
            assert ledger.deliveries.cancel(cancelled, outbox.clock.now) == 1
        none = outbox.run(partner=new.url)["partner"]

    assert one.notes[0].startswith("1 delivery was cancelled")
    assert none.notes == []


def test_a_removed_endpoint_keeps_its_events_for_three_days(outbox: Outbox) -> None:
    """Hold the events of an endpoint that left publisher.toml, deliver them if it returns, cancel them loudly if not."""
    ids = outbox.announce(1, to=["left"])
    with Partner() as partner:
        without = outbox.run()["left"]
        back = outbox.run(left=partner.url)["left"]
        outbox.announce(2, to=["left"])
        outbox.clock.now += AGE_LIMIT
        over = outbox.run()["left"]
        silent = outbox.run()

    assert (without.waiting, without.failed) == (1, 0)
    assert "no longer in publisher.toml" in without.notes[0]
    assert back.delivered == 1
    assert partner.ids == ids
    assert (over.waiting, over.failed, over.cancelled) == (0, 0, 1)
    assert "was cancelled" in over.notes[0]
    assert silent == {}


def test_an_endpoint_that_fails_for_days_is_switched_off_loudly(outbox: Outbox) -> None:
    """After five days of events and not one that arrived it is switched off, and said why, and how to switch it on."""
    with Partner(answer(500)) as partner:
        outbox.urls = {"partner": partner.url}
        fail_for(outbox, partner.url, 4.9)
        almost = known(outbox, partner.url)
        fail_for(outbox, partner.url, 0.5)
        asked = len(partner.heard)
        outbox.clock.advance(hours=30)
        outbox.announce(500)
        report = outbox.run(partner=partner.url)["partner"]

    assert almost.disabled_why is None
    assert known(outbox, partner.url).disabled_why is DisabledWhy.FAILING
    assert len(partner.heard) == asked
    assert (report.waiting, report.delivered) == (0, 0)
    [note] = report.notes
    assert note == (
        "it is switched off: it failed for days and took nothing; switch it on with `publisher endpoints enable "
        "partner`, then send what it missed: `publisher deliveries resend --endpoint partner --state cancelled`"
    )
    assert {state for (state,) in outbox.rows("SELECT DISTINCT state FROM deliveries")} <= {
        "cancelled",
        "failed",
    }


def test_one_success_in_days_of_failures_keeps_an_endpoint_on(outbox: Outbox) -> None:
    """What counts is that nothing at all arrives."""
    with Partner(answer(500)) as partner:
        fail_for(outbox, partner.url, 4)
        partner.now_plays(answer(204), answer(500))
        outbox.clock.advance(hours=1)
        outbox.announce(500)
        outbox.run(partner=partner.url)
        fail_for(outbox, partner.url, 4)

    assert known(outbox, partner.url).disabled_why is None


def test_an_endpoint_that_there_was_nothing_for_is_not_switched_off(outbox: Outbox) -> None:
    """Time alone says nothing: a single failure, weeks of silence, and another one are no days of failure."""
    outbox.announce(1)
    with Partner(answer(500)) as partner:
        for _ in range(TRIES // 2):
            outbox.run(partner=partner.url)
            outbox.clock.advance(hours=24 * 21)
        state = known(outbox, partner.url)
        partner.now_plays(answer(204))
        report = outbox.run(partner=partner.url)["partner"]

    assert state.disabled_why is None
    assert report.delivered == 1


def test_a_site_may_never_switch_off(outbox: Outbox) -> None:
    """With disable_after at 0 the schedule alone decides."""
    outbox.disable_after = None
    with Partner(answer(500)) as partner:
        fail_for(outbox, partner.url, 8)

    assert known(outbox, partner.url).disabled_why is None


def test_what_is_failing_only_for_some_events_does_not_switch_an_endpoint_off(outbox: Outbox) -> None:
    """Count by endpoint: one that refuses corrections and takes everything else has taken something."""
    with Partner(answer(422), answer(204)) as partner:
        for day in range(8):
            partner.now_plays(*[answer(422)] * 4, answer(204))
            outbox.announce(*range(day * 5, day * 5 + 5))
            outbox.run(partner=partner.url)
            outbox.clock.now += DAY

    assert known(outbox, partner.url).disabled_why is None


def test_a_secret_that_is_rotated_between_two_tries_signs_the_second(outbox: Outbox) -> None:
    """Keys are read when a message is signed; through the overlap the old one and the new one both sign."""
    new = Secret.parse(mint_secret(), "the tests")
    keys = [KEYS]
    outbox.keys = lambda *_: keys[-1]
    outbox.announce(1, 2)

    def rotated_meanwhile(sock: socket.socket) -> None:
        keys.append(SigningKeys((new, SECRET)))
        sock.sendall(answer(204))

    with Partner(rotated_meanwhile, answer(204)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    first, second = partner.heard
    assert report.delivered == 2
    verify(SECRET, first.headers, first.body, outbox.clock())
    for secret in (SECRET, new):
        verify(secret, second.headers, second.body, outbox.clock())
    assert [len(heard.headers["webhook-signature"].split(" ")) for heard in (first, second)] == [1, 2]
