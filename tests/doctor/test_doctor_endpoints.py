"""The endpoints: their addresses, what they answered, and what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.ledger import DeliveryState, EndpointState, Ledger
from publisher.site import FILE_NAME
from tests.doctor.clinic import look, one, told
from tests.net.net_servers import answering
from tests.release.newsroom import ALLOW, CLOCK, SECRET_TEXT, Newsroom, partner, receiving

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
    monkeypatch.setenv(SECRET, SECRET_TEXT)
    with receiving(lambda: CLOCK) as (url, _):
        room = Newsroom(make_site, more=ALLOW + partner("desk", url))
        room.push()

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


def test_deliveries_that_wait_are_told_with_their_age_and_tries(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner's site was in trouble, and nobody tried since."""
    room = waiting(make_site, monkeypatch, b"500 Broken")

    assert told(look(room.site, clock=lambda: CLOCK + 7200)["endpoints"]) == [
        ("warning", "desk: 1 delivery waits since 2026-11-22 06:00 CST (2 h), tried 1 time so far")
    ]


def test_an_address_that_is_gone_has_failed(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is sent there; what waits, waits for another."""
    room = waiting(make_site, monkeypatch, b"410 Gone")
    found = look(room.site)["endpoints"]

    assert [str(finding.state) for finding in found] == ["failed", "warning"]
    assert found[0].message.startswith("desk: its address answered 410 Gone 2026-11-22 06:00 CST")
    assert "within three days" in str(found[0].help)


@pytest.mark.parametrize(("until", "mentioned"), [(3600.0, True), (-1.0, False), (10.0**12, False)])
def test_an_endpoint_that_asked_for_patience_is_told_until_then(
    make_site: MakeSite,
    until: float,
    mentioned: bool,  # noqa: FBT001
) -> None:
    """A time that no endpoint can ask for was left by a clock that stood wrong."""
    site = make_site(more=DESK)
    with Ledger.open(site.state) as ledger:
        ledger.set_endpoint("desk", site.endpoints[0].url, EndpointState(not_before=CLOCK + until))

    assert ["asked for patience" in finding.message for finding in look(site)["endpoints"]] == [mentioned]


def test_deliveries_that_were_given_up_are_counted(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner does not know what it missed."""
    room = waiting(make_site, monkeypatch, b"500 Broken")
    with Ledger.open(room.site.state) as ledger:
        (delivery,) = ledger.waiting()
        ledger.give_up(delivery, CLOCK)
        assert ledger.counts()["desk"] == {DeliveryState.FAILED: 1}

    assert [finding.message.partition(",")[0] for finding in look(room.site)["endpoints"]] == [
        "desk: 1 delivery was given up"
    ]


def test_what_waits_for_an_endpoint_that_left_is_told(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have left by mistake."""
    room = waiting(make_site, monkeypatch, b"500 Broken")
    room.configure("")

    found = one(look(room.site), "endpoints")

    assert (found.state, "no longer in publisher.toml" in found.message) == ("warning", True)
