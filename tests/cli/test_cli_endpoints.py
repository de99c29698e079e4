"""`publisher endpoints`: how partners' addresses are, and switching them; with real partners on sockets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from publisher.webhooks import verify
from tests.release.newsroom import ALLOW, SECRET, SECRET_TEXT, Newsroom, partner, post
from tests.webhooks.scripted_partner import Partner, answer, hang_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeSite

SECRETS = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT, "PUBLISHER_SECRET_OTHER": SECRET_TEXT}


class Desk(Newsroom):
    """A newsroom whose editors look after its endpoints."""

    def told(self, *words: str, status: int = 0) -> str:
        """Run `publisher endpoints`, which ends with a status, and return what it printed."""
        code, out, err = self.run("endpoints", *words, **SECRETS)
        assert code == status, (code, out, err)
        return out + err

    def data(self, *words: str, status: int = 0) -> dict[str, Any]:
        """Run it with --json."""
        code, out, err = self.run("endpoints", *words, "--json", **SECRETS)
        assert code == status, (code, out, err)
        found: dict[str, Any] = json.loads(out)
        return found

    def pushed(self) -> int:
        """Push, and return the status."""
        return self.run("push", "--yes", **SECRETS)[0]


@pytest.fixture
def desk(make_site: MakeSite) -> Callable[..., Desk]:
    """Give a function that makes a site with three reviews and some partners, by name and address."""

    def make(**partners: str) -> Desk:
        tables = "".join(partner(name, url) for name, url in partners.items())
        posts = {
            f"p{number}": post(number, title=f"Film {number}", date=f"202{number}-01-01")
            for number in (1, 2, 3)
        }
        return Desk(make_site, more=ALLOW + tables, posts=posts)

    return make


def test_the_list_says_how_each_endpoint_is(desk: Callable[..., Desk]) -> None:
    """New before anything was sent; then well, or paused until when, with what is where."""
    with Partner() as good, Partner(answer(500)) as bad:
        room = desk(local=good.url, other=bad.url)
        assert [one["state"] for one in room.data("list")["endpoints"]] == ["new", "new"]
        room.pushed()
        told = room.told("list")
        found = room.data("list")["endpoints"]

    assert re.search(rf"well +local  {good.url}\n +it took something \d s ago\n +3 delivered", told)
    assert f"other  {bad.url}" in told
    assert "3 waiting" in told
    assert [(one["name"], one["counts"]) for one in found] == [
        ("local", {"delivered": 3}),
        ("other", {"waiting": 3}),
    ]
    assert found[1]["state"] in {"paused", "failing"}


def test_what_left_the_configuration_is_listed_while_something_waits_for_it(
    desk: Callable[..., Desk],
) -> None:
    """It would be cancelled after three days."""
    with Partner(answer(500)) as bad:
        room = desk(other=bad.url)
        room.pushed()
        room.configure(ALLOW)

    assert re.search(r"gone +other  \n +it is no longer in publisher.toml\n +3 waiting", room.told("list"))


def test_show_tells_all_there_is_to_know(desk: Callable[..., Desk]) -> None:
    """Its settings, since when it fails, and its last tries."""
    with Partner(answer(400, b"what is that?")) as bad:
        room = desk(local=bad.url)
        room.pushed()
        told, found = room.told("show", "local"), room.data("show", "local")

    assert (found["state"], found["concurrency"], found["failing_since"] is not None) == ("failing", 4, True)
    assert len(found["attempts"]) == 3
    assert "| what is that?" in told
    assert "review.published" in told


def test_the_same_address_under_two_names_is_warned_of(desk: Callable[..., Desk]) -> None:
    """Each gets each event, and the partner all of them twice."""
    with Partner() as good:
        room = desk(local=good.url, other=good.url)

        assert room.told("list").count("local and other have the same address") == 1
        assert room.data("show", "local")["same_url"] == ["other"]


def test_a_test_sends_one_signed_ping_and_tells_what_came_back(desk: Callable[..., Desk]) -> None:
    """Verified by the rules; recorded as a delivery; the exit status says whether it arrived."""
    with Partner(answer(204)) as good:
        room = desk(local=good.url)
        told = room.told("test", "local")
        found = room.data("test", "local")

    (first, second) = good.heard
    assert [json.loads(one.body)["type"] for one in good.heard] == ["ping", "ping"]
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    verify(SECRET, first.headers, first.body, float(first.headers["webhook-timestamp"]))
    assert re.search(r"pinged +local.*\n +\d+\.\d\d s, 204: delivered\n", told)
    assert (found["arrived"], found["status"], found["event"]) == (True, 204, good.ids[1])
    assert room.rows("SELECT state, attempts FROM deliveries") == [("delivered", 1), ("delivered", 1)]
    assert room.rows("SELECT status FROM attempts") == [(204,), (204,)]


def test_a_ping_that_fails_is_told_in_words_and_never_tried_again(desk: Callable[..., Desk]) -> None:
    """Nor does it count among what was given up, or make the endpoint one in trouble."""
    with Partner(answer(500, b"out of order"), answer(204)) as bad:
        room = desk(local=bad.url)
        for name in ("p1", "p2", "p3"):
            room.remove(name)
        told = room.told("test", "local", status=3)
        assert room.data("list")["endpoints"][0]["state"] == "new"
        assert room.pushed() == 0

    assert len(bad.heard) == 1
    assert "500: it answered 500: the partner's site is in trouble" in told
    assert "| out of order" in told
    assert room.rows("SELECT state FROM deliveries") == [("failed",)]
    assert "a ping is sent once" in room.run("deliveries", "resend", "1")[2]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/", ("connect:", "nobody listens there")),
        ("https://no-such-host.invalid/", ("dns:", "is the name in the endpoint's URL right")),
        ("https://10.0.0.1/", ("refused-address:", "[network] allow")),
    ],
)
def test_what_keeps_a_ping_from_arriving_is_said_in_words(
    desk: Callable[..., Desk], url: str, words: tuple[str, ...]
) -> None:
    """The step at which it failed, and what to do."""
    room = desk(local=url)

    told = room.told("test", "local", status=3)

    assert all(word in told for word in words), told


def test_a_connection_that_is_closed_without_a_word_is_not_told_as_nobody_listening(
    desk: Callable[..., Desk],
) -> None:
    """Somebody took it, and may have read the ping."""
    with Partner(hang_up) as shy:
        room = desk(local=shy.url)
        told = room.told("test", "local", status=3)

    assert "closed the connection without an answer (it may have arrived)" in told
    assert "help: somebody listens there" in told
    assert "nobody listens" not in told


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ((answer(404),), "it answered 404: nothing is there"),
        ((answer(503),), "it answered 503: the partner's site is in trouble\n"),
        (
            (answer(503, retry_after="3600"),),
            "it answered 503: the partner's site is in trouble; it asks to be left alone for 60 min\n",
        ),
        # What was on its way when the trouble began arrived, and takes back no pause.
        ((answer(503, retry_after="3600"), answer(204)), "it asks to be left alone for 60 min\n"),
    ],
)
def test_the_list_says_why_an_endpoint_takes_nothing(
    desk: Callable[..., Desk], script: tuple[bytes, ...], said: str
) -> None:
    """What it answered last stands beside since when it fails; list, show and status say the same."""
    with Partner(*script) as bad:
        room = desk(local=bad.url)
        room.pushed()
        told, shown, data = room.told("list"), room.told("show", "local"), room.data("list")
        status = room.run("status", **SECRETS)[1]

    assert said in told
    assert said in shown
    assert said.strip() in data["endpoints"][0]["why"]
    assert said.strip() in status
    assert "must not be called" not in told + shown + status


def test_an_address_that_may_not_be_called_is_listed_with_the_reason(desk: Callable[..., Desk]) -> None:
    """It asked for nothing."""
    room = desk(local="https://10.0.0.1/hook")
    room.pushed()
    told = room.told("list")

    assert re.search(r"paused +local  .*\n +until .*the last: refused-address: .*10\.0\.0\.1", told)
    assert "asks to be" not in told


def test_off_by_hand_stays_off_at_another_address(desk: Callable[..., Desk]) -> None:
    """Until it is switched on by its name; plan, push, list and test say so."""
    with Partner() as old, Partner() as new:
        room = desk(local=old.url)
        room.told("disable", "local")
        room.configure(ALLOW + partner("local", new.url))
        assert "switched off" in room.run("plan", **SECRETS)[1]
        assert "it was switched off by hand" in room.run("push", "--yes", **SECRETS)[1]
        assert room.data("list")["endpoints"][0]["state"] == "off"
        assert "it is off all the same" in room.told("test", "local")
        assert len(new.heard) == 1

        assert room.data("enable", "local")["resendable"] == 3
        told = room.told("list")
        assert room.data("list")["endpoints"][0]["state"] == "new"
        assert "3 deliveries were cancelled; `publisher deliveries resend --endpoint local" in told
        room.run("deliveries", "resend", "--endpoint", "local", "--state", "cancelled")
        assert room.pushed() == 0
        assert room.data("list")["endpoints"][0]["missed"] == 0

    assert (len(old.heard), len(new.heard)) == (0, 4)


def test_one_that_is_gone_can_be_switched_off_for_good(desk: Callable[..., Desk]) -> None:
    """A new address would switch on what answered 410; by hand, it stays off."""
    with Partner(answer(410)) as old, Partner() as new:
        room = desk(local=old.url)
        room.pushed()
        assert "was off already" in room.told("disable", "local")
        room.configure(ALLOW + partner("local", new.url))
        room.put(p4=post(4, title="Film 4"))
        room.pushed()

    assert new.heard == []


def test_a_backlog_gives_what_was_cancelled_and_counts_what_there_is(desk: Callable[..., Desk]) -> None:
    """What was cancelled never arrived: it is queued, and not taken for what the endpoint has."""
    with Partner() as good:
        room = desk(local=good.url)
        room.told("disable", "local")
        room.pushed()
        found = room.data("enable", "local", "--backlog", "2")
        assert room.pushed() == 0
        again = room.told("enable", "local", "--backlog", "2")

    assert (found["backlog"], found["resendable"]) == (
        {"queued": 2, "known": 0, "missing": 0, "summaries": 0},
        1,
    )
    titles = {json.loads(one.body)["data"]["review"]["title"] for one in good.heard}
    assert (len(good.heard), titles) == (2, {"Film 2", "Film 3"})
    assert "queued     nothing of reviews from before\n" in again
    assert "of 2 reviews it has the newest event" in again


def test_a_ping_without_a_sound_secret_is_not_sent(desk: Callable[..., Desk]) -> None:
    """The status is that of a configuration at fault."""
    with Partner() as good:
        room = desk(local=good.url)

        status, _, err = room.run("endpoints", "test", "local")

    assert (status, good.heard) == (4, [])
    assert 'the endpoint "local" has no secret' in err


def test_an_endpoint_is_switched_off_and_on_by_hand(desk: Callable[..., Desk]) -> None:
    """What waits is cancelled; what is announced meanwhile, too; then all of it can be sent again, by command."""
    with Partner(answer(400), answer(400), answer(400), answer(204)) as partner_:
        room = desk(local=partner_.url)
        room.pushed()
        assert "disabled   local; 3 deliveries that waited are cancelled" in room.told("disable", "local")
        assert "was off already" in room.told("disable", "local")
        room.put(p4=post(4, title="Film 4"))
        assert "it was switched off by hand" in room.run("push", "--yes", **SECRETS)[1]
        assert len(partner_.heard) == 3
        ((state, _),) = {(one["state"], one["name"]) for one in room.data("list")["endpoints"]}
        assert state == "off"

        told = room.told("test", "local")
        assert "it is off all the same" in told
        assert room.data("list")["endpoints"][0]["state"] == "off"

        told = room.told("enable", "local")
        assert "4 cancelled deliveries can be sent again" in told
        assert room.run("deliveries", "resend", "--endpoint", "local", "--state", "cancelled")[0] == 0
        assert room.pushed() == 0

    assert len(set(partner_.ids)) == 5
    assert set(room.rows("SELECT state FROM deliveries")) == {("delivered",)}


def test_enabling_ends_a_pause(desk: Callable[..., Desk]) -> None:
    """And forgets the trouble behind it."""
    with Partner(
        answer(503, retry_after="3600"),
        answer(503, retry_after="3600"),
        answer(503, retry_after="3600"),
        answer(204),
    ) as partner_:
        room = desk(local=partner_.url)
        room.pushed()
        assert room.data("list")["endpoints"][0]["state"] == "paused"
        room.told("enable", "local")

        assert room.data("list")["endpoints"][0]["state"] == "new"
        room.run("deliveries", "resend", "--state", "waiting")
        assert room.pushed() == 0


def test_a_new_endpoint_starts_from_now_and_gets_what_it_asks_for(desk: Callable[..., Desk]) -> None:
    """The newest event of each of the newest live reviews: the bytes that others got, under the same ids."""
    with Partner() as old, Partner() as new:
        room = desk(local=old.url)
        room.pushed()
        room.put(p2=post(2, title="Film 2, anew", date="2022-01-01"))
        room.run("retract", "karmalink", "--reason", "an error")
        room.pushed()
        room.configure(ALLOW + partner("local", old.url) + partner("other", new.url))
        assert room.pushed() == 0
        assert new.heard == []

        found = room.data("enable", "other", "--backlog", "5")
        assert room.pushed() == 0
        again = room.data("enable", "other", "--backlog", "5")

    assert found["backlog"] == {"queued": 2, "known": 0, "missing": 0, "summaries": 0}
    assert again["backlog"] == {"queued": 0, "known": 2, "missing": 0, "summaries": 0}
    bodies = {one.headers["webhook-id"]: one.body for one in old.heard}
    assert {json.loads(one.body)["data"]["review"]["title"] for one in new.heard} == {
        "Film 2, anew",
        "Film 3",
    }
    assert all(bodies[one.headers["webhook-id"]] == one.body for one in new.heard)


def test_a_backlog_of_one_is_the_newest_review(desk: Callable[..., Desk]) -> None:
    """By when it was published."""
    with Partner() as old, Partner() as new:
        room = desk(local=old.url)
        room.pushed()
        room.configure(ALLOW + partner("local", old.url) + partner("other", new.url))
        room.told("enable", "other", "--backlog", "1")
        room.pushed()

    assert [json.loads(one.body)["data"]["review"]["title"] for one in new.heard] == ["Film 3"]


@pytest.mark.parametrize("verb", ["show", "test", "enable", "disable"])
def test_an_endpoint_nobody_knows_is_refused(desk: Callable[..., Desk], verb: str) -> None:
    """Status 2, with those that are known."""
    room = desk(local="http://127.0.0.1:9/")

    assert '"nobody" is not an endpoint of the site' in room.told(verb, "nobody", status=2)
