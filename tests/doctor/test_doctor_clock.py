"""The clock: against that of the site's web server, and against what the ledger remembers."""

from __future__ import annotations

from datetime import timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import Ledger
from tests.doctor.clinic import answer, look, one, web
from tests.release.newsroom import CLOCK, NOW, Newsroom

if TYPE_CHECKING:
    from tests.conftest import MakeSite


@pytest.mark.parametrize(
    ("date", "age", "state", "words"),
    [
        (formatdate(CLOCK - 59), "", "ok", "agrees"),
        (formatdate(CLOCK + 59), "", "ok", "agrees"),
        (formatdate(CLOCK - 90), "", "warning", "2 min ahead of"),
        (formatdate(CLOCK + 120), "", "warning", "2 min behind"),
        (formatdate(CLOCK - 301), "", "failed", "5 min ahead of"),
        (formatdate(CLOCK + 86_400), "", "failed", "24 h behind"),
        # A cache handed out what was made an hour ago, and says so.
        (formatdate(CLOCK - 3600), "3600", "ok", "agrees"),
        (formatdate(CLOCK), "9" * 40, "ok", "agrees"),
        ("", "", "skipped", "told the time"),
        ("yesterday", "", "skipped", "told the time"),
        ("Mon, 99 Nov 2026 12:00:00 GMT", "", "skipped", "told the time"),
        ("Sun, 22 Nov 99999 12:00:00 GMT", "", "skipped", "told the time"),
    ],
)
def test_the_clock_is_compared_with_the_web_server_s(
    make_site: MakeSite, date: str, age: str, state: str, words: str
) -> None:
    """Partners refuse what was signed more than five minutes off; from a minute on one is warned."""
    with web() as server:
        site = make_site(configuration=server.configuration())
        server.deploy(site)
        for path in server.answers:
            server.answers[path] = answer(b"", date=date, age=age)

        found = one(server.look(site), "clock")

    assert (found.state, words in found.message) == (state, True)
    assert bool(found.help) == (state in {"warning", "failed"})


def test_one_answer_out_of_a_cache_does_not_make_the_clock_wrong(make_site: MakeSite) -> None:
    """The nearest of the times told is the true one."""
    with web() as server:
        site = make_site(configuration=server.configuration())
        server.deploy(site)
        server.answers["/"] = answer(b"", date=formatdate(CLOCK - 86_400))

        assert one(server.look(site), "clock").state == "ok"


@pytest.mark.parametrize(("ahead", "failing"), [(59, False), (61, True)])
def test_a_run_that_is_still_to_come_has_failed(make_site: MakeSite, ahead: int, failing: bool) -> None:  # noqa: FBT001
    """Under a clock that is behind, reviews that are live would be taken back."""
    site = make_site()
    with Ledger.open(site.state) as ledger:
        ledger.record_run("publish", CLOCK + ahead)

    found = look(site)["clock"]

    assert ["still to come" in finding.message for finding in found if finding.state == "failed"] == (
        [True] if failing else []
    )


@pytest.mark.parametrize(("ahead", "failing"), [(0, False), (1, True), (10**7, True)])
def test_a_clock_behind_the_moment_of_an_earlier_run_has_failed(
    make_site: MakeSite,
    ahead: int,
    failing: bool,  # noqa: FBT001
) -> None:
    """Runs are refused as soon as there is something to tell; it may have been --now that was ahead."""
    room = Newsroom(make_site)
    room.push(NOW + timedelta(seconds=ahead), clock=lambda: CLOCK)

    found = [finding for finding in look(room.site)["clock"] if finding.state == "failed"]

    assert ["in an earlier run" in finding.message for finding in found] == ([True] if failing else [])
    assert all("timedatectl" in str(finding.help) for finding in found)
    assert all("`publisher publish --yes`" in str(finding.help) for finding in found)


def test_a_clock_that_was_ahead_is_told_once(make_site: MakeSite) -> None:
    """The run and its moment were wrong alike."""
    room = Newsroom(make_site)
    room.push(NOW + timedelta(days=99))

    assert [str(finding.state) for finding in look(room.site)["clock"]] == ["skipped", "failed"]


def test_the_site_s_zone_is_told_with_its_time(make_site: MakeSite) -> None:
    """An editor sees at once when it is the wrong one."""
    found = one(look(make_site()), "time-zone")

    assert (found.state, found.message[:36]) == ("ok", "America/Chicago, now 2026-11-22 06:0")
