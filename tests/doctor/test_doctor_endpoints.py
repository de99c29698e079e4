"""The endpoints: their addresses, what they answered, and what waits for them."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import DeliveryState, DisabledWhy, EndpointState, Ledger
from publisher.ledger.selections import Selection
from publisher.release.replay import cancel_deliveries
from publisher.site import FILE_NAME
from tests.doctor.clinic import look, one, told
from tests.net.net_servers import answering
from tests.release.newsroom import ALLOW, CLOCK, NOW, SECRET_TEXT, Newsroom, partner

if TYPE_CHECKING:
    from tests.conftest import MakeSite

DESK = partner("desk", "https://partner.film/hooks")
SECRET = "PUBLISHER_SECRET_DESK"


def waiting(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, status: bytes) -> Newsroom:
    """Push to a partner that answers a status."""
    monkeypatch.setenv(SECRET, SECRET_TEXT)
    with answering(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n") as scripted:
        room = Newsroom(make_site, more=ALLOW + partner("desk", scripted.url()))
        room.push()
    return room


def test_an_endpoint_that_took_everything_is_well(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On this machine http will do."""
    room = waiting(make_site, monkeypatch, b"204 No Content")

    assert told(look(room.site)["endpoints"]) == [("ok", "1 endpoint; nothing waits, nothing was given up")]


def test_an_address_that_is_no_good_is_told(make_site: MakeSite) -> None:
    """Before anything was sent there."""
    site = make_site(more=partner("desk", "https://partner.example/hooks"))
    found = look(site)["endpoints"][0]

    assert (found.state, found.message) == (
        "warning",
        "desk: partner.example is a placeholder, where nobody listens",
    )


def test_an_address_that_everybody_on_the_way_can_read_is_a_fault_of_the_configuration(
    make_site: MakeSite,
) -> None:
    """Without it there is no site that could be looked at further."""
    root = make_site().root
    with (root / FILE_NAME).open("a") as file:
        file.write(partner("desk", "http://partner.film/hooks"))
    found = look(root)

    assert one(found, "configuration").state == "failed"
    assert "unencrypted" in one(found, "configuration").details[0]
    assert one(found, "endpoints").state == "skipped"


@pytest.mark.parametrize(
    "url", ["http://localhost:8400/", "http://[::1]:8400/", "https://partner.film/", "http://10.0.0.7/"]
)
def test_an_address_on_this_machine_or_with_https_or_inside_on_purpose_is_well(
    make_site: MakeSite, url: str
) -> None:
    """`publisher listen` has no certificate, and what [network] allow names is meant."""
    site = make_site(more=partner("desk", url) + '[network]\nallow = ["10.0.0.0/8"]\n')

    assert one(look(site), "endpoints").state == "skipped"


def test_deliveries_that_wait_are_told_with_their_age(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner's site was in trouble, and nobody tried since; after a day it is told how long it took nothing."""
    room = waiting(make_site, monkeypatch, b"500 Broken")

    assert told(look(room.site, clock=lambda: CLOCK + 7200)["endpoints"]) == [
        ("warning", "desk: 1 delivery waits since 2026-11-22 06:00 CST (2 h)")
    ]
    assert told(look(room.site, clock=lambda: CLOCK + 26 * 3600)["endpoints"]) == [
        (
            "warning",
            "desk: it has taken nothing for 26 h; the last try: it answered 500: the partner's site is in trouble",
        ),
        ("warning", "desk: 1 delivery waits since 2026-11-22 06:00 CST (26 h)"),
    ]


def test_an_address_that_has_two_names_is_warned_of(make_site: MakeSite) -> None:
    """The partner gets each event twice."""
    urls = {
        "desk": "https://partner.film/a",
        "other": "https://partner.film/b",
        "third": "https://partner.film/a",
    }
    site = make_site(more="".join(partner(name, url) for name, url in urls.items()))

    assert [finding.message for finding in look(site)["endpoints"] if str(finding.state) == "warning"] == [
        "desk and third have the same address: it is sent each event for each of them"
    ]


def test_what_was_cancelled_with_an_endpoint_is_told_until_it_is_sent_or_let_go(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its new address is well, and nothing else would say that partners lack something."""
    room = waiting(make_site, monkeypatch, b"410 Gone")
    room.configure(ALLOW + DESK)
    (found,) = look(room.site)["endpoints"]
    assert (
        found.message
        == "desk: 1 delivery was cancelled while it was switched off, or away from publisher.toml"
    )
    assert "`publisher deliveries resend --endpoint desk --state cancelled` sends them" in str(found.help)

    let_go = Selection(endpoints=frozenset({"desk"}), states=frozenset({DeliveryState.CANCELLED}))
    assert cancel_deliveries(room.site, let_go, NOW).number == 1

    assert told(look(room.site)["endpoints"]) == [("ok", "1 endpoint; nothing waits, nothing was given up")]


def test_an_address_that_is_gone_has_failed(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is sent there, and what it missed can be sent again."""
    room = waiting(make_site, monkeypatch, b"410 Gone")
    (found,) = look(room.site)["endpoints"]

    assert (str(found.state), found.message) == (
        "failed",
        "desk: it is switched off: its address answered 410 Gone",
    )
    assert "name its new address in publisher.toml" in str(found.help)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (DisabledWhy.FAILING, "it failed for days and took nothing"),
        (DisabledWhy.BY_HAND, "it was switched off by hand"),
    ],
)
def test_an_endpoint_that_is_switched_off_has_failed(
    make_site: MakeSite, why: DisabledWhy, said: str
) -> None:
    """Whyever it is, somebody has to switch it on again."""
    site = make_site(more=DESK)
    with Ledger.open(site.state) as ledger:
        state = EndpointState(disabled_at=CLOCK, disabled_why=why, not_before=CLOCK + 60)
        ledger.endpoints.change("desk", site.endpoints[0].url, lambda _: state)
    (found,) = look(site)["endpoints"]

    assert (str(found.state), found.message) == ("failed", f"desk: it is switched off: {said}")
    assert "`publisher endpoints enable desk`" in str(found.help)


@pytest.mark.parametrize(("ahead", "said"), [(900.0, "15 min behind"), (-7200.0, "2 h ahead of"), (60.0, "")])
def test_a_clock_that_partners_cannot_accept_has_failed(make_site: MakeSite, ahead: float, said: str) -> None:
    """Signatures are good for five minutes; what is less nobody minds."""
    site = make_site(more=DESK)
    with Ledger.open(site.state) as ledger:
        ledger.endpoints.change("desk", site.endpoints[0].url, lambda state: replace(state, skew=ahead))
    found = [finding.message for finding in look(site)["endpoints"] if str(finding.state) == "failed"]

    assert [one.partition(";")[0] for one in found] == (
        [f"desk: this machine's clock is {said} the partner's"] if said else []
    )


@pytest.mark.parametrize(("until", "mentioned"), [(3600.0, True), (-1.0, False), (10.0**12, False)])
def test_an_endpoint_that_is_left_alone_is_told_until_then(
    make_site: MakeSite,
    until: float,
    mentioned: bool,  # noqa: FBT001
) -> None:
    """A time that no endpoint can ask for was left by a clock that stood wrong."""
    site = make_site(more=DESK)
    with Ledger.open(site.state) as ledger:
        state = EndpointState(not_before=CLOCK + until)
        ledger.endpoints.change("desk", site.endpoints[0].url, lambda _: state)
    found = [finding.message for finding in look(site)["endpoints"]]
    said = "desk: it is left alone for now: next try in 60 min, at 2026-11-22 07:00 CST"

    assert (found == [said]) is mentioned


def test_deliveries_that_were_given_up_are_counted(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner does not know what it missed."""
    room = waiting(make_site, monkeypatch, b"400 Bad Request")
    for state, said in ((DeliveryState.FAILED, "given up"), (DeliveryState.SET_ASIDE, "set aside")):
        with contextlib.closing(sqlite3.connect(room.site.ledger)) as connection, connection:
            connection.execute("UPDATE deliveries SET state = ?", [state])
        (found,) = look(room.site)["endpoints"]

        assert re.split("[,:] ", found.message)[:2] == ["desk", f"1 delivery was {said}"]
        assert f"--endpoint desk --state {state}`" in str(found.help)


def test_what_waits_for_an_endpoint_that_left_is_told(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have left by mistake."""
    room = waiting(make_site, monkeypatch, b"500 Broken")
    room.configure("")

    found = one(look(room.site), "endpoints")

    assert (found.state, "no longer in publisher.toml" in found.message) == ("warning", True)
