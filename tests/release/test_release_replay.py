"""What editors are told of deliveries, and may do with them, while those who send them live or have died."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import Refused
from publisher.ledger import Ledger, Share
from publisher.ledger.presence import Presence
from publisher.ledger.queue import Terms
from publisher.release.replay import list_deliveries, resend_deliveries, select_deliveries, show_deliveries
from tests.release.newsroom import ALLOW, CLOCK, NOW, SECRET_TEXT, Newsroom, partner
from tests.webhooks.scripted_partner import Partner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeSite

EVERYTHING = select_deliveries()


@pytest.fixture
def newsroom(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """Give a site whose one delivery waits, because nobody listened so far."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    with Partner() as good:
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", "http://127.0.0.1:1/"))
        newsroom.push()
        newsroom.configure(ALLOW + partner("local", good.url))
        newsroom.change("UPDATE deliveries SET due_at = 0")
        yield newsroom


def taken(newsroom: Newsroom, courier: str) -> None:
    """Have a courier take the delivery, and not end it."""
    url = newsroom.site.endpoints[0].url
    with Ledger.open(newsroom.site.state) as ledger:
        terms = Terms(most=10, lease=120.0)
        assert len(ledger.queue.claim(courier, [Share("local", url, 4, 1000.0)], CLOCK, terms).found) == 1


def why(newsroom: Newsroom) -> str:
    """Return how the delivery is said to stand; the list and the full story agree."""
    (listed,) = list_deliveries(newsroom.site, EVERYTHING, NOW).shown
    (shown,) = show_deliveries(newsroom.site, EVERYTHING, NOW)
    assert listed.standing == shown.standing
    return listed.standing.why


def test_what_a_living_courier_holds_is_on_its_way(newsroom: Newsroom) -> None:
    """And is not sent twice."""
    with Presence(newsroom.site.state) as alive:
        taken(newsroom, alive.id)

        assert why(newsroom) == "on its way right now"
        with pytest.raises(Refused, match="on its way right now"):
            resend_deliveries(newsroom.site, select_deliveries(["1"]), NOW)


def test_what_a_dead_courier_held_is_on_nobodys_way(newsroom: Newsroom) -> None:
    """Its lease has not ended, but whoever sent it was killed: it is due, can be sent again, and the next run sends it."""
    taken(newsroom, "f" * 32)

    assert why(newsroom) == "due now; 2 tries: nobody knows what became of the last"
    assert resend_deliveries(newsroom.site, select_deliveries(["1"]), NOW).number == 1
    (report,) = newsroom.push().endpoints
    assert report.delivered == 1
