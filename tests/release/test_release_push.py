"""Pushing: what is committed and sent, what is refused, and what a run leaves untouched."""

from __future__ import annotations

import json
import resource
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigurationError, EnvironmentFault, Refused
from publisher.ledger import Ledger
from publisher.model import EventType
from publisher.posts import read_posts
from publisher.release import CEILING, RETRACTION_CEILING, OverCeiling, exclusive, preview_push
from tests.release.newsroom import (
    ALLOW,
    CLOCK,
    NOW,
    SECRET,
    SECRET_TEXT,
    Newsroom,
    identity,
    partner,
    post,
    receiving,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.site import Site
    from publisher.webhooks import Received

SECRET_FOR_LOCAL = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[Received]]]:
    """Run a partner whose secret is in the environment."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    with receiving(lambda: CLOCK) as receiver:
        yield receiver


def archive(number: int) -> dict[str, str]:
    """Write so many reviews."""
    return {f"film-{n}": post(n + 100) for n in range(number)}


def ids(shown: list[Received]) -> list[str]:
    """Return the ids of the messages that were accepted, repeats too."""
    return [message.id for message in shown if message.event is not None]


def test_what_is_committed_is_what_is_sent(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Deliver each event of a push with the id and the bytes that the ledger holds."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url), posts=archive(3))
    report = newsroom.push()
    again = newsroom.push()

    assert report.complete
    assert [endpoint.delivered for endpoint in report.endpoints] == [3]
    assert [message.problem for message in shown] == [None, None, None]
    assert {message.id: message.event for message in shown} == {
        key: json.loads(body) for key, body in newsroom.rows("SELECT id, body FROM events")
    }
    assert again.idle


def test_nothing_to_announce_says_so(make_site: Callable[..., Site]) -> None:
    """Say that there is nothing to do, for people and for machines, and do nothing."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    status, out, err = newsroom.run("push", "--now", NOW.isoformat())

    assert (status, err) == (0, "")
    assert "nothing to announce, nothing waiting" in out
    assert newsroom.rows("SELECT count(*) FROM events") == [(1,)]


@pytest.mark.parametrize("number", [CEILING, CEILING + 1])
def test_a_whole_archive_is_not_announced_by_accident(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]], number: int
) -> None:
    """Announce twenty reviews, refuse twenty-one, and commit and send nothing of those."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url), posts=archive(number))
    if number <= CEILING:
        assert newsroom.push().complete
        assert len(shown) == number
        return
    with pytest.raises(Refused) as failure:
        newsroom.push()

    assert str(failure.value).startswith("21 announcements at once; more than 20")
    assert "--baseline" in str(failure.value.hint)
    assert shown == []
    assert [newsroom.rows(f"SELECT count(*) FROM {name}") for name in ("announced", "events")] == [[(0,)]] * 2  # noqa: S608


@pytest.mark.parametrize("number", [RETRACTION_CEILING, RETRACTION_CEILING + 1])
@pytest.mark.parametrize("way", ["draft", "deleted", "retracted"])
@pytest.mark.parametrize("endpoint", [True, False])
def test_a_folder_of_posts_is_not_taken_back_by_accident(
    make_site: Callable[..., Site],
    heard: tuple[str, list[Received]],
    number: int,
    way: str,
    *,
    endpoint: bool,
) -> None:
    """Take back five reviews, refuse six, whoever listens: they would be gone from the feeds, too."""
    url, _ = heard
    more = ALLOW + partner("local", url) if endpoint else ""
    newsroom = Newsroom(make_site, more=more, posts=archive(number))
    newsroom.push()
    for name, written in archive(number).items():
        if way == "deleted":
            newsroom.remove(name)
        elif way == "draft":
            newsroom.put(**{name: written.replace("title:", "status: draft\ntitle:", 1)})
        else:
            lines = "status: retracted\nretracted: 2022-08-01\nreason: Gone.\ntitle:"
            newsroom.put(**{name: written.replace("title:", lines, 1)})
    if number <= RETRACTION_CEILING:
        assert len(newsroom.push().changes) == number
        return
    with pytest.raises(OverCeiling) as failure:
        newsroom.push()

    assert str(failure.value).startswith(
        "6 reviews would be taken back at once (https://reviews.example/reviews/"
    )
    assert newsroom.rows("SELECT count(*) FROM announced WHERE live = 0") == [(0,)]
    assert len(newsroom.push(confirmed=True).changes) == number


def test_a_push_that_ended_is_remembered_and_one_that_was_refused_is_not(
    make_site: Callable[..., Site],
) -> None:
    """The ledger knows when the last run was, so that one can see that nobody runs it any more."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    for number in range(6):
        newsroom.put(**{f"b{number}": post(number + 2)})
    newsroom.push(NOW + timedelta(hours=1))
    for number in range(6):
        newsroom.remove(f"b{number}")
    with pytest.raises(OverCeiling):
        newsroom.push(NOW + timedelta(hours=2))

    assert newsroom.rows("SELECT command, at FROM runs") == [("push", (NOW + timedelta(hours=1)).timestamp())]


def test_a_whole_archive_is_announced_when_that_is_meant(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Send all of it when told so."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url), posts=archive(CEILING + 1))
    newsroom.push(confirmed=True)

    assert len(set(ids(shown))) == CEILING + 1


def test_a_baseline_sends_nothing_and_later_changes_are_news(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Record an archive of any size as announced, without a secret, an event or a word; then announce what changes."""
    url, shown = heard
    more = ALLOW + partner("local", url, concurrency=1)
    newsroom = Newsroom(make_site, more=more, posts=archive(CEILING + 5))
    baseline = newsroom.push(baseline=True)
    assert shown == []
    assert newsroom.rows("SELECT count(*) FROM events") == [(0,)]

    newsroom.put(**{"film-0": post(100, title="New Title"), "film-9": post(500)})
    newsroom.remove("film-1")
    newsroom.push()

    assert baseline.baseline
    assert len(baseline.changes) == CEILING + 5
    assert [(message.event or {})["type"] for message in shown] == [
        "review.updated",
        "review.published",
        "review.retracted",
        "review.retracted",
    ]
    assert {(message.event or {})["data"]["sequence"] for message in shown} == {1}


def test_a_baseline_needs_no_secret(make_site: Callable[..., Site]) -> None:
    """Record what is there before the partners' secrets have come."""
    newsroom = Newsroom(make_site, more=partner("local", "https://partner.example/"))

    assert newsroom.push(baseline=True).baseline
    assert newsroom.push(baseline=True).idle


@pytest.mark.parametrize("command", ["push", "publish"])
def test_a_dry_run_touches_nothing(make_site: Callable[..., Site], command: str) -> None:
    """Show what would happen, and leave nothing behind but what the next look is faster for, even without a secret."""
    newsroom = Newsroom(make_site, more=partner("local", "https://partner.example/"))
    before = newsroom.files()
    status, out, err = newsroom.run(command, "--dry-run", "--now", NOW.isoformat())

    assert (status, err) == (0, "")
    assert "would announce 1 published" in out
    assert newsroom.files() == before
    assert {file.name for file in newsroom.site.state.iterdir()} == {".gitignore", "cache"}
    assert not newsroom.site.feeds.exists()


def test_a_dry_run_tells_what_waits_and_leaves_it(make_site: Callable[..., Site]) -> None:
    """Count what waits from earlier runs, and change no row of the ledger."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    with Ledger.open(newsroom.site.state) as ledger:
        assert ledger.deliveries.waiting() == {}
    newsroom.configure(partner("local", "http://127.0.0.1:1/"))
    newsroom.put(b=post(2))
    (newsroom.site.secrets).mkdir(parents=True)
    (newsroom.site.secrets / "local").write_text(SECRET_TEXT)
    (newsroom.site.secrets / "local").chmod(0o600)
    failed = newsroom.push()
    before = [newsroom.rows(f"SELECT * FROM {name}") for name in ("deliveries", "attempts", "events")]  # noqa: S608
    dry = preview_push(read_posts(newsroom.site).posts, newsroom.site, NOW)

    assert not failed.complete
    assert (dry.dry, dry.waiting, dry.changes) == (True, 1, ())
    assert [newsroom.rows(f"SELECT * FROM {name}") for name in ("deliveries", "attempts", "events")] == before  # noqa: S608


@pytest.mark.parametrize("command", ["push", "publish"])
def test_without_a_secret_nothing_is_committed_written_or_sent(
    make_site: Callable[..., Site], command: str
) -> None:
    """Stop before anything happens when one of two partners has no secret."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url) + partner("other", url))
        status, _, err = newsroom.run(command, "--now", NOW.isoformat(), PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
        feeds_there = newsroom.site.feeds.exists()
        complete = newsroom.run(
            command,
            "--now",
            NOW.isoformat(),
            PUBLISHER_SECRET_LOCAL=SECRET_TEXT,
            PUBLISHER_SECRET_OTHER=SECRET_TEXT,
        )

    assert status == 4
    assert 'the endpoint "other" has no secret' in err
    assert not feeds_there
    assert complete[0] == 0
    assert [message.repeat for message in shown] == [False, True]


def test_a_wrong_secret_shows_nothing_of_itself(make_site: Callable[..., Site]) -> None:
    """Refuse a secret that is none, and print no part of it, however verbose."""
    newsroom = Newsroom(make_site, more=partner("local", "https://partner.example/"))
    typed = "whsec_" + "hunter2" * 3
    status, out, err = newsroom.run("push", "--verbose", PUBLISHER_SECRET_LOCAL=typed)

    assert status == 4
    assert "PUBLISHER_SECRET_LOCAL" in err
    assert "hunter2" not in out + err


def test_secrets_appear_in_no_output_and_no_file(make_site: Callable[..., Site]) -> None:
    """Look for the secret and its key in all that is printed and written by a run that fails to deliver."""
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", "http://127.0.0.1:1/hook"))
    outputs = [
        newsroom.run(*options, PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
        for options in (("publish", "--verbose"), ("push", "--json"), ("push",))
    ]

    key = SECRET_TEXT.removeprefix("whsec_")
    assert [status for status, _, _ in outputs] == [3, 3, 3]
    for _, out, err in outputs:
        assert key not in out + err
    for content in newsroom.files().values():
        assert key.encode() not in content
        assert SECRET.key not in content


@pytest.mark.parametrize("command", ["push", "publish", "generate"])
def test_a_second_run_at_the_same_time_is_refused_at_once(
    make_site: Callable[..., Site], command: str
) -> None:
    """End with status 5 while another process holds the site, which is free as soon as that is gone."""
    newsroom = Newsroom(make_site)
    with exclusive(newsroom.site):
        status, _, err = newsroom.run(command, "--now", NOW.isoformat())
        held = set(newsroom.files())
    with exclusive(newsroom.site):
        pass

    assert status == 5
    assert "another publisher run is at work on this site" in err
    assert {name for name in held if name.startswith("feeds/") or "ledger" in name} == set()


def test_two_runs_at_once_send_each_event_once(make_site: Callable[..., Site]) -> None:
    """Start six pushes in the same moment: each works or is refused, and no event is sent twice."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url), posts=archive(10))
        runs = [newsroom.start("push", environment=SECRET_FOR_LOCAL) for _ in range(6)]
        ended = [(run.communicate(timeout=60), run.returncode)[1] for run in runs]

    assert set(ended) <= {0, 5}
    assert 0 in ended
    assert sorted(ids(shown)) == sorted(key for (key,) in newsroom.rows("SELECT id FROM events"))
    assert len(shown) == 10


def test_what_was_not_delivered_is_delivered_by_the_next_push(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep an event over the failure, and send it under the same id although nothing changed since."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", "http://127.0.0.1:1/"))
    failed = newsroom.push()
    later = NOW + timedelta(days=30)
    with receiving(later.timestamp) as (url, shown):
        newsroom.configure(ALLOW + partner("local", url))
        delivered = newsroom.push(later)

    assert (failed.complete, delivered.complete, delivered.changes) == (False, True, ())
    assert ids(shown) == [key for (key,) in newsroom.rows("SELECT id FROM events")]


def test_an_endpoint_gets_only_the_types_it_asked_for(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Send retractions alone to a partner that asked for nothing else."""
    monkeypatch.setenv("PUBLISHER_SECRET_ALL", SECRET_TEXT)
    monkeypatch.setenv("PUBLISHER_SECRET_GONE", SECRET_TEXT)
    with receiving(lambda: CLOCK) as (first, all_of_it), receiving(lambda: CLOCK) as (second, gone):
        only = partner("gone", second) + f'events = ["{EventType.RETRACTED}"]\n'
        newsroom = Newsroom(make_site, more=ALLOW + partner("all", first) + only)
        newsroom.push()
        newsroom.remove("a")
        newsroom.push()

    assert [(message.event or {})["type"] for message in all_of_it] == [
        "review.published",
        "review.retracted",
    ]
    assert [(message.event or {})["type"] for message in gone] == ["review.retracted"]


def test_a_partner_that_comes_later_gets_what_comes_later(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Tell a new partner of what changes from now on, and not of the past."""
    url, shown = heard
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.configure(ALLOW + partner("local", url))
    newsroom.put(b=post(2))
    newsroom.push()

    assert [(message.event or {})["data"]["review"]["id"] for message in shown] == [f"urn:uuid:{identity(2)}"]


def test_a_private_address_is_refused_unless_the_site_allows_it(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connect to this machine only when publisher.toml names it, as soon as the refused event is due again."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    later = NOW + timedelta(minutes=10)
    with receiving(later.timestamp) as (url, shown):
        newsroom = Newsroom(make_site, more=partner("local", url))
        refused = newsroom.push()
        assert shown == []
        newsroom.configure(ALLOW + partner("local", url))
        allowed = newsroom.push(later)

    assert "refused-address" in refused.endpoints[0].notes[0]
    assert allowed.complete
    assert len(shown) == 1


def test_a_post_that_changed_meanwhile_is_not_announced(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Refuse to announce a text other than the one that was checked, and commit nothing of the others."""
    from publisher.posts import read_posts  # noqa: PLC0415 - only here are posts read apart from the push
    from publisher.release import push  # noqa: PLC0415

    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url), posts=archive(3))
    posts = read_posts(newsroom.site).posts
    newsroom.put(**{"film-1": post(101, text="Something else.\n")})

    with pytest.raises(Refused, match=r"posts/film-1\.md changed"):
        push(posts, newsroom.site, NOW, clock=lambda: CLOCK)

    assert shown == []
    assert newsroom.rows("SELECT count(*) FROM announced") == [(0,)]


def test_a_damaged_ledger_stops_a_run_before_anything_is_written(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Say what is wrong with the ledger, write no feeds, send nothing, and leave the file for whoever mends it."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
    newsroom.site.state.mkdir()
    (newsroom.site.state / "ledger.sqlite3").write_bytes(b"x" * 10_000)
    status, out, err = newsroom.run("publish", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert status == 4
    assert "cannot be used: file is not a database" in err
    assert "Traceback" not in out + err
    assert not newsroom.site.feeds.exists()
    assert shown == []


def _small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))


def test_a_full_disk_sends_nothing(make_site: Callable[..., Site]) -> None:
    """Send nothing when the events cannot be committed, and everything when there is space again."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url), posts=archive(20))
        newsroom.push(baseline=True)
        newsroom.put(**{f"film-{n}": post(n + 100, title=f"Title {n}") for n in range(20)})
        with newsroom.start("push", prepare=_small_files, environment=SECRET_FOR_LOCAL) as process:
            out, err = process.communicate(timeout=60)
        sent_on_a_full_disk = list(shown)
        committed = newsroom.rows("SELECT count(*) FROM events")
        later = newsroom.run("push", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert process.returncode == 4
    assert "cannot be used: disk I/O error" in err
    assert "Traceback" not in out + err
    assert sent_on_a_full_disk == []
    assert committed == [(0,)]
    assert later[0] == 0
    assert len(shown) == 20


def test_a_folder_of_state_that_cannot_be_made_is_told(make_site: Callable[..., Site]) -> None:
    """Say so when a file lies in the place of the folder."""
    newsroom = Newsroom(make_site)
    newsroom.site.state.write_text("in the way")

    with pytest.raises(EnvironmentFault, match="cannot be written"):
        newsroom.push()


def test_a_missing_secret_is_found_before_the_ledger_is_written(make_site: Callable[..., Site]) -> None:
    """Leave announced, events and deliveries empty when a secret is missing."""
    newsroom = Newsroom(make_site, more=partner("local", "https://partner.example/"))

    with pytest.raises(ConfigurationError, match="has no secret"):
        newsroom.push()

    assert [newsroom.rows(f"SELECT count(*) FROM {name}") for name in ("announced", "events")] == [[(0,)]] * 2  # noqa: S608
