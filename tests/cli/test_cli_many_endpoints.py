"""Names of endpoints on the command line, many of them in one message, and what those are sent whose terms changed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.release.newsroom import ALLOW, SECRET_TEXT, Newsroom, partner, post
from tests.webhooks.scripted_partner import Partner, answer

if TYPE_CHECKING:
    from tests.conftest import MakeSite

SECRETS = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT, "PUBLISHER_SECRET_OTHER": SECRET_TEXT}
NOWHERE = "http://127.0.0.1:9/"


@pytest.mark.parametrize("ledger", ["there", "none yet"])
@pytest.mark.parametrize("verb", ["list", "show", "resend", "cancel"])
def test_a_misspelt_endpoint_is_told(make_site: MakeSite, verb: str, ledger: str) -> None:
    """A script with a typo does not report success; the names there are, are named."""
    room = Newsroom(make_site, more=ALLOW + partner("local", NOWHERE) + partner("other", NOWHERE))
    if ledger == "there":
        room.run("push", **SECRETS)
    for more in ((), ("--json",)):
        status, out, err = room.run("deliveries", verb, "--endpoint", "local", "--endpoint", "othr", *more)

        assert status == 2
        assert '"othr" is not an endpoint of the site' in (out + err).replace("\\", "")
        assert "known: local, other" in out + err


def test_an_endpoint_that_left_is_known_for_as_long_as_the_ledger_knows_it(make_site: MakeSite) -> None:
    """What became of its deliveries can be looked up, and those that wait can be cancelled."""
    room = Newsroom(make_site, more=ALLOW + partner("local", NOWHERE))
    room.run("push", **SECRETS)
    room.configure(ALLOW + partner("other", NOWHERE))

    assert "1 waiting" in room.run("deliveries", "list", "--endpoint", "local")[1]
    assert room.run("deliveries", "cancel", "--endpoint", "local")[0] == 0
    assert room.run("deliveries", "list", "--endpoint", "lokal")[0] == 2


@pytest.mark.parametrize(("number", "named"), [(2, "(e10: 1, e11: 1)"), (18, " and 8 more endpoints)")])
def test_the_last_line_of_a_run_is_short_however_many_endpoints_fail(
    make_site: MakeSite, number: int, named: str
) -> None:
    """Why is told above it, endpoint by endpoint."""
    names = [f"e{one}" for one in range(10, 10 + number)]
    room = Newsroom(make_site, more=ALLOW + "".join(partner(name, NOWHERE) for name in names))
    secrets = {f"PUBLISHER_SECRET_{name.upper()}": SECRET_TEXT for name in names}
    status, out, err = room.run("push", **secrets)

    assert status == 3
    assert f"error: {number} deliveries were not made (e10: 1, " in err
    assert named in err
    assert len(err.splitlines()[0]) < 160
    assert out.count("connect: ") == number


def test_a_run_that_says_nothing_else_says_why(make_site: MakeSite) -> None:
    """With --quiet, as below cron, the reports are not above the last line: a line each goes before it."""
    room = Newsroom(make_site, more=ALLOW + partner("local", NOWHERE))
    _, out, err = room.run("push", "-q", **SECRETS)

    assert out == ""
    assert re.match(r"local: connect: .*\nerror: 1 delivery was not made \(local: 1\)\nhelp: ", err)


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_a_time_that_is_none_is_answered_with_both_forms(make_site: MakeSite, option: str) -> None:
    """A moment, and how long ago."""
    room = Newsroom(make_site, more=ALLOW + partner("local", NOWHERE))
    status, _, err = room.run("deliveries", "list", option, "yesterday")

    assert status == 2
    assert f"error: {option}: " in err
    assert "or how long ago, such as 2d or 90m" in err


def test_what_is_sent_again_says_when_it_is_not_the_whole_text(make_site: MakeSite) -> None:
    """The same bytes go out under the same id, whatever the endpoint was given since; that is said."""
    with Partner(answer(204)) as local, Partner(answer(204)) as other:
        room = Newsroom(make_site, more=ALLOW + partner("local", local.url))
        room.run("push", **SECRETS)
        full = (
            partner("local", local.url)
            + 'content = "full"\n'
            + partner("other", other.url)
            + 'content = "full"\n'
        )
        room.configure(ALLOW + full)
        _, dry, _ = room.run("deliveries", "resend", "1", "--dry-run", "--json")
        _, out, _ = room.run("deliveries", "resend", "1")
        _, backlog, _ = room.run("endpoints", "enable", "other", "--backlog", "5")
        assert room.run("push", **SECRETS)[0] == 0
        # What is announced from now on has the whole text, and sent again it has it, too.
        room.put(a=post(title="Karmalink again"))
        assert room.run("push", **SECRETS)[0] == 0
        _, later, _ = room.run(
            "deliveries", "resend", "--endpoint", "local", "--type", "review.updated", "--json"
        )

    assert json.loads(dry)["summaries"] == 1
    assert "1 of them with the summary alone, as they were announced" in out
    assert (
        "1 of them with the summary alone: when they were announced, nobody asked for the whole text"
        in backlog
    )
    assert local.heard[0].body == local.heard[1].body
    assert "content_html" not in json.loads(local.heard[1].body)["data"]["review"]
    assert "content_html" not in json.loads(other.heard[0].body)["data"]["review"]
    assert room.rows(
        "SELECT DISTINCT form FROM deliveries JOIN events ON events.id = event_id WHERE type = 'review.published'"
    ) == [("summary",)]
    assert "content_html" in json.loads(local.heard[2].body)["data"]["review"]
    assert json.loads(later)["summaries"] == 0
