"""`publisher deliveries`: what editors see of what was sent, and what they do about it; with real partners on sockets."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.ledger import Ledger
from publisher.ledger.selections import Selection
from tests.cli.terminals import on_a_terminal
from tests.release.newsroom import ALLOW, SECRET_TEXT, Newsroom, partner, post
from tests.webhooks.scripted_partner import Partner, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeSite

SECRETS = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT, "PUBLISHER_SECRET_OTHER": SECRET_TEXT}


class Desk(Newsroom):
    """A newsroom whose editors look after its deliveries."""

    def told(self, *words: str, status: int = 0) -> str:
        """Run `publisher deliveries`, which ends with a status, and return what it printed."""
        code, out, err = self.run("deliveries", *words, **SECRETS)
        assert code == status, (code, out, err)
        return out + err

    def data(self, *words: str) -> dict[str, Any]:
        """Run it with --json."""
        code, out, _ = self.run("deliveries", *words, "--json", **SECRETS)
        assert code == 0, out
        found: dict[str, Any] = json.loads(out)
        return found

    def states(self) -> dict[int, str]:
        """Return where each delivery stands."""
        return dict(self.rows("SELECT id, state FROM deliveries"))

    def publish_and_push(self, *words: str) -> int:
        """Push, and return the status."""
        return self.run("push", "--yes", *words, **SECRETS)[0]


@pytest.fixture
def desk(make_site: MakeSite) -> Callable[..., Desk]:
    """Give a function that makes a site with three reviews and some partners, by name and address."""

    def make(**partners: str) -> Desk:
        tables = "".join(partner(name, url) for name, url in partners.items())
        posts = {f"p{number}": post(number, title=f"Film {number}") for number in (1, 2, 3)}
        return Desk(make_site, more=ALLOW + tables, posts=posts)

    return make


def test_the_list_shows_at_a_glance_what_arrived_and_what_waits_and_why(
    desk: Callable[..., Desk],
) -> None:
    """State, number, endpoint and title; of what waits until when and why; and how many there are in all."""
    with Partner() as good, Partner(answer(500)) as bad:
        room = desk(local=good.url, other=bad.url)
        assert room.publish_and_push() == 3

        told = room.told("list")

    assert re.search(r"delivered +\d+  \S+ \S+ \S+  local  review.published Film 1\n +204, one try\n", told)
    assert re.search(
        r"waiting +\d+  .*  other  review.published Film \d\n"
        r" +next try \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+; one try: it answered 500: the partner's site is in trouble(; .*)?\n",
        told,
    )
    assert "6 deliveries: 3 waiting, 3 delivered" in told


def test_the_list_is_bounded_and_says_how_much_it_leaves_out(desk: Callable[..., Desk]) -> None:
    """The newest come first."""
    with Partner() as good:
        room = desk(local=good.url)
        room.publish_and_push()
        found = room.data("list", "--limit", "2")

    assert [one["number"] for one in found["deliveries"]] == [3, 2]
    assert (found["total"], found["more"], found["counts"]) == (3, 1, {"delivered": 3})
    assert "1 more are not shown" in room.told("list", "--limit", "2")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("--endpoint", "other"), {2, 4, 6}),
        (("--state", "delivered"), {1, 3, 5}),
        (("--state", "waiting", "--state", "failed"), {2, 4, 6}),
        (("--type", "review.retracted"), set()),
        (("--since", "1h"), {1, 2, 3, 4, 5, 6}),
        (("--until", "1h"), set()),
        (("--since", "2031-01-01"), set()),
        (("1", "4"), {1, 4}),
    ],
)
def test_filters_say_which_deliveries_are_meant(
    desk: Callable[..., Desk], words: tuple[str, ...], numbers: set[int]
) -> None:
    """By endpoint, state, type, time and id; times are moments or durations."""
    with Partner() as good, Partner(answer(500)) as bad:
        room = desk(local=good.url, other=bad.url)
        room.publish_and_push()

    assert {one["number"] for one in room.data("list", *words)["deliveries"]} == numbers


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--state", "lost"), '--state: "lost" is not known'),
        (("list", "--type", "review.lost"), '--type: "review.lost" is not known'),
        (("list", "--since", "soon"), "--since"),
        (("list", "seventeen"), '"seventeen" is no id'),
        (("show", "99"), "the ledger knows no delivery 99"),
        (("show",), "nothing says which deliveries are meant"),
        (("resend",), "nothing says which deliveries are meant"),
        (("cancel",), "nothing says which deliveries are meant"),
        (("resend", "msg_nobody"), "the ledger knows no delivery msg_nobody"),
    ],
)
def test_what_has_no_meaning_is_refused(
    desk: Callable[..., Desk], words: tuple[str, ...], message: str
) -> None:
    """Status 2, and what is known instead."""
    with Partner() as good:
        room = desk(local=good.url)
        room.publish_and_push()

    assert message in room.told(*words, status=2)


def test_show_gives_every_try_and_the_very_bytes(desk: Callable[..., Desk]) -> None:
    """With status, duration, outcome and what the partner said."""
    with Partner(answer(422, b"no such film"), answer(204)) as partner_:
        room = desk(local=partner_.url)
        room.remove("p2")
        room.remove("p3")
        room.publish_and_push()
        room.told("resend", "1")
        assert room.publish_and_push() == 0
        told = room.told("show", "1")
        (found,) = room.data("show", "1")["deliveries"]
        _, body, _ = room.run("deliveries", "show", "1", "--body")

    assert found["event"] == partner_.ids[0]
    assert [(one["status"], one["excerpt"]) for one in found["tries"]] == [(422, "no such film"), (204, None)]
    assert f"event    {partner_.ids[0]}" in told
    assert "422: it answered 422: the partner refused the event" in told
    assert "| no such film" in told
    assert body.encode() == partner_.heard[0].body == partner_.heard[1].body


def test_what_a_partner_says_can_neither_steer_the_terminal_nor_give_secrets_away(
    desk: Callable[..., Desk],
) -> None:
    """Control characters are shown, not obeyed; a secret or a signature that is echoed is masked, in the ledger, too."""
    key = SECRET_TEXT.removeprefix("whsec_")

    def echo(sock: Any) -> None:
        signature = partner_.heard[-1].headers["webhook-signature"]
        bare = signature.removeprefix("v1,")
        body = f"\x1b[2J {SECRET_TEXT} {key} {signature} {bare} {bare.replace('/', chr(92) + '/')}".encode()
        sock.sendall(answer(400, body, location=signature))

    with Partner(echo) as partner_:
        room = desk(local=partner_.url)
        room.publish_and_push()
        told = room.told("show", "1") + json.dumps(room.data("show", "1"))
    signatures = [heard.headers["webhook-signature"] for heard in partner_.heard]
    kept = (room.site.state / "ledger.sqlite3").read_bytes()
    kept += (
        (room.site.state / "ledger.sqlite3-wal").read_bytes()
        if (room.site.state / "ledger.sqlite3-wal").exists()
        else b""
    )

    assert "␛[2J" in told
    assert "\x1b" not in told
    for hidden in (key, *(signature.removeprefix("v1,") for signature in signatures)):
        assert hidden not in told.replace("\\", "")
        assert hidden.encode() not in kept


def test_a_resent_event_has_the_same_bytes_and_id_and_begins_its_schedule_anew(
    desk: Callable[..., Desk],
) -> None:
    """A try that fails then is followed by the next, after five seconds."""
    with Partner(answer(204), answer(400)) as partner_:
        room = desk(local=partner_.url)
        room.remove("p2")
        room.remove("p3")
        room.publish_and_push()
        assert "resent     local: 1 delivery" in room.told("resend", partner_.ids[0])
        assert room.publish_and_push() == 3

    first, second = partner_.heard
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    ((state, step, wait, resent),) = room.rows(
        "SELECT state, step, due_at - (SELECT max(ended_at) FROM attempts), resent_at FROM deliveries"
    )
    assert (state, step) == ("waiting", 1)
    assert 5 <= wait <= 6
    assert resent is not None


def test_a_dry_run_changes_nothing(desk: Callable[..., Desk]) -> None:
    """It says what would be done."""
    with Partner() as good, Partner(answer(500)) as bad:
        room = desk(local=good.url, other=bad.url)
        room.publish_and_push()
    before = room.states()

    assert "would resend local: 3 deliveries" in room.told("resend", "--endpoint", "local", "--dry-run")
    assert "would cancel other: 3 deliveries" in room.told("cancel", "--endpoint", "other", "--dry-run")

    assert room.states() == before


def test_what_waits_is_cancelled_and_can_be_sent_again(desk: Callable[..., Desk]) -> None:
    """By hand; what does not wait stays what it is."""
    with Partner(answer(400)) as partner_:
        room = desk(local=partner_.url)
        room.publish_and_push()

    assert "cancelled  local: 2 deliveries" in room.told("cancel", "1", "2")
    assert room.states() == {1: "cancelled", 2: "cancelled", 3: "waiting"}
    assert "nothing of that waits" in room.told("cancel", "1", status=5)
    assert "local: 2 deliveries" in room.told("resend", "--state", "cancelled")
    assert set(room.states().values()) == {"waiting"}


def test_nothing_is_sent_again_of_a_review_that_was_taken_back(desk: Callable[..., Desk]) -> None:
    """Neither what the retraction overtook nor what had arrived before: its text is not sent any more."""
    with Partner() as good, Partner(answer(400)) as bad:
        room = desk(local=good.url, other=bad.url)
        room.publish_and_push()
        room.run("retract", "karmalink", "--reason", "an error", **SECRETS)
        room.publish_and_push()
        numbers = dict(
            room.rows(
                "SELECT id, state FROM deliveries WHERE event_id IN (SELECT id FROM events WHERE sequence = 1 AND review_id LIKE '%0001')"
            )
        )
        assert set(numbers.values()) == {"delivered", "superseded"}
        heard = len(good.heard)

        for number in numbers:
            assert "taken back" in room.told("resend", str(number), status=5)
        told = room.told("resend", "--endpoint", "local", "--since", "1d")
        room.publish_and_push()

    assert "local: 3 deliveries" in told
    assert "left out   1: a review that was taken back since is not sent any more" in told
    sent = [json.loads(one.body) for one in good.heard[heard:]]
    assert sorted(one["type"] for one in sent) == ["review.published", "review.published", "review.retracted"]
    assert not [one for one in sent if one["data"]["review"].get("title") == "Film 1"]


def test_an_endpoint_that_is_switched_off_is_not_sent_anything_again(desk: Callable[..., Desk]) -> None:
    """One switches it on first."""
    with Partner() as good:
        room = desk(local=good.url)
        room.publish_and_push()
        room.run("endpoints", "disable", "local")

        told = room.told("resend", "1", status=5)

    assert "local: it was switched off by hand" in told
    assert "`publisher endpoints enable local` switches it on" in told
    assert room.states()[1] == "delivered"


def many(room: Desk, number: int, age: float = 0.0) -> None:
    """Put many delivered events into the ledger, announced some seconds ago."""
    room.publish_and_push()
    at = time.time() - age
    with Ledger.open(room.site.state) as ledger, ledger._transaction() as connection:
        for one in range(number):
            connection.exec_driver_sql(
                "INSERT INTO events VALUES (?, ?, 1, 'review.published', x'7b7d', ?)",
                (f"msg_{one}", f"{one:08}-0000-4000-8000-000000000000", at),
            )
            connection.exec_driver_sql(
                "INSERT INTO deliveries (event_id, endpoint, review_id, state, attempts, settled_at)"
                " VALUES (?, 'local', ?, 'delivered', 1, ?)",
                (f"msg_{one}", f"{one:08}-0000-4000-8000-000000000000", at),
            )


def test_many_at_once_have_to_be_meant(desk: Callable[..., Desk]) -> None:
    """Where nobody can be asked, --yes says so; on a terminal one is asked. Pages are changed one by one."""
    with Partner() as good:
        room = desk(local=good.url)
        many(room, 1200)
        words = ("deliveries", "resend", "--endpoint", "local", "--site", str(room.site.root))

        assert "1203 deliveries would be sent again, more than 20 at once" in room.told(
            *words[1:-2], status=5
        )
        assert set(room.states().values()) == {"delivered"}
        status, said = on_a_terminal("Is that meant?", "n\n", *words)
        assert (status, "error: 1203 deliveries" in said) == (5, True)
        assert "local: 1203 deliveries" in room.told(*words[1:-2], "--yes")

    assert set(room.states().values()) == {"waiting"}
    assert {row[0] for row in room.rows("SELECT DISTINCT due_at > 0 FROM deliveries")} == {1}


def test_it_is_said_that_what_waits_goes_out_by_itself(desk: Callable[..., Desk]) -> None:
    """It is neither sent twice nor taken for what cannot be sent; how much that is stands beside it."""
    with Partner(answer(500)) as bad:
        room = desk(local=bad.url)
        room.publish_and_push()
        told = room.told("resend", "--endpoint", "local", "--dry-run")
        room.run("retract", str(room.site.posts / "p1.md"), "--reason", "a mistake")
        room.publish_and_push()
        refused = room.told("resend", "--endpoint", "local", "--type", "review.published", status=5)

    assert "left out   3: what waits already goes out by itself\n" in told
    assert "there is nothing else of that kind" in told
    assert "1: a review that was taken back since is not sent any more" in refused
    assert "2: what waits already goes out by itself" in refused


def test_an_event_that_is_too_large_is_said_to_be_thin(desk: Callable[..., Desk]) -> None:
    """Before it is sent, when it is, and whenever somebody looks; others are as ever."""
    names = ", ".join(f'"{number:03}{"中" * 120}"' for number in range(95))
    said = "warning: the event for Film 9 is larger than 20,000 bytes: partners get a link only\n"
    with Partner() as good:
        room = desk(local=good.url)
        room.publish_and_push()
        room.put(p9=post(9, title="Film 9", film=f"{{title: Film 9, year: 2021, cast: [{names}]}}"))
        for words in (("plan",), ("publish", "--dry-run"), ("push", "--dry-run", "--quiet")):
            assert room.run(*words, **SECRETS)[2] == said, words
        code, out, _ = room.run("publish", "--json", **SECRETS)
        assert code == 0
        assert [one.get("thin") for one in json.loads(out)["push"]["events"]] == [True]
        listed = room.data("list")["deliveries"]
        shown = room.told("show", str(listed[0]["number"]))

    assert [one["form"] for one in listed] == ["thin", "summary", "summary", "summary"]
    assert "bytes (thin)" in shown


def test_after_a_wait_nothing_is_said_of_tries_that_were_made_good(desk: Callable[..., Desk]) -> None:
    """What arrived in the end reads as if it had arrived at once; the tries are shown by whoever asks."""
    with Partner(answer(503, retry_after="1"), answer(204)) as good:
        room = desk(local=good.url)
        code, out, err = room.run("push", "--yes", "--wait", "60", **SECRETS)

    assert (code, err) == (0, "")
    assert "delivered  local: 3 delivered\n" in out
    assert "503" not in out
    assert (503,) in room.rows("SELECT status FROM attempts")


def test_it_is_said_when_partners_may_have_forgotten_an_id(desk: Callable[..., Desk]) -> None:
    """Of what is some days old."""
    with Partner() as good:
        room = desk(local=good.url)
        many(room, 1, age=5 * 86_400)

    assert "announced 5 days" in room.told("resend", "msg_0", "--dry-run")
    assert "announced" not in room.told("resend", "1", "--dry-run")


def test_the_newest_come_page_by_page(desk: Callable[..., Desk]) -> None:
    """Each once, however many pages there are."""
    with Partner() as good:
        room = desk(local=good.url)
        many(room, 1200)
    now = datetime.now(UTC) + timedelta(days=1)
    with Ledger.open(room.site.state) as ledger:
        found = [one.number for one in ledger.deliveries.newest(Selection(), 1100, now.timestamp())]

    assert found == list(range(1203, 103, -1))


def test_a_site_that_announced_nothing_has_nothing_to_show(desk: Callable[..., Desk]) -> None:
    """And makes no ledger by being asked."""
    room = desk(local="http://127.0.0.1:9/")

    assert "there is no such delivery" in room.told("list")
    assert "there is nothing of that kind" in room.told("resend", "--state", "failed")
    assert "nothing was ever announced" in room.told("show", "1", status=2)
    assert not room.site.ledger.exists()
