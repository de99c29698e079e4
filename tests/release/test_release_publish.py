"""A publish run: the order of its steps, and that an error in any of them stops what comes after."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault, PostsInvalid, Refused
from publisher.posts import read_posts
from publisher.release import Progress, preview_publish, publish
from publisher.release.deploy import run_deploy
from tests.outputs.output_names import file_names
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, partner, post, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.release import PublishReport
    from publisher.site import Site
    from publisher.webhooks import Received

FEEDS = set(file_names("archive/2022-07", "authors/desk"))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[Received]]]:
    """Run a partner whose secret is in the environment."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    with receiving(NOW.timestamp) as receiver:
        yield receiver


def released(newsroom: Newsroom, steps: list[str] | None = None) -> PublishReport:
    """Publish the site, and note the steps."""
    progress = Noting([] if steps is None else steps)
    return publish(read_posts(newsroom.site), newsroom.site, NOW, progress=progress, clock=NOW.timestamp)


class Noting(Progress):
    """Notes the name of each step when it is done."""

    def __init__(self, steps: list[str]) -> None:
        self._steps = steps

    def attached(self, reviews: object) -> None:  # noqa: ARG002 - the step is what counts
        """Note it."""
        self._steps.append("attach")

    def generated(self, written: object) -> None:  # noqa: ARG002 - likewise
        """Note it."""
        self._steps.append("generate")

    def deployed(self) -> None:
        """Note it."""
        self._steps.append("deploy")

    def pushed(self, report: object) -> None:  # noqa: ARG002 - likewise
        """Note it."""
        self._steps.append("push")


def deploying(command: str, timeout: int = 60) -> str:
    """Write the deploy command into publisher.toml."""
    return f"[deploy]\ncommand = {json.dumps(command)}\ntimeout = {timeout}\n"


def feeds(newsroom: Newsroom) -> set[str]:
    """Name the files of the feeds."""
    folder = newsroom.site.feeds
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _ended(pid: int) -> bool:
    """Wait until a process is gone, or a zombie that nobody has buried yet."""
    for _ in range(500):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_the_steps_come_in_their_order(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Attach, generate, deploy, push; the deploy command finds the feeds, and the partner has heard nothing yet."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
    seen = newsroom.site.root / "seen"
    newsroom.configure(
        ALLOW
        + partner("local", url)
        + deploying("pwd > seen; (cd feeds && find * -type f | LC_ALL=C sort) >> seen; ls .publisher >> seen")
    )
    steps: list[str] = []
    report = released(newsroom, steps)

    assert steps == ["attach", "generate", "deploy", "push"]
    kept = ["cache", "ledger.sqlite3", "lock"]
    assert seen.read_text().split() == [str(newsroom.site.root), *sorted(FEEDS), *kept]
    assert (report.checked, report.deployed, report.push.complete) == (1, True, True)
    assert len(shown) == 1


def test_a_second_run_does_nothing_again(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Leave every file's bytes and times alone, and send nothing, when nothing changed."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
    released(newsroom)
    times = {name: (newsroom.site.feeds / name).stat().st_mtime_ns for name in FEEDS}
    again = released(newsroom)

    assert {name: (newsroom.site.feeds / name).stat().st_mtime_ns for name in FEEDS} == times
    assert set(again.feeds.unchanged) == FEEDS
    assert again.push.idle
    assert len(shown) == 1


def test_a_fault_in_one_post_stops_everything(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Write and send nothing, not even of the other posts, when one has an error."""
    url, shown = heard
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
    newsroom.put(b=post(2, rating="9"))
    before = newsroom.files()

    with pytest.raises(PostsInvalid):
        released(newsroom)
    status, _, err = newsroom.run("publish")

    assert status == 1
    assert "rating" in err
    assert newsroom.files() == before
    assert shown == []


def test_too_many_events_stop_before_the_feeds(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Write no feeds, run no deployment and send nothing when an archive would be announced by accident."""
    url, shown = heard
    posts = {f"film-{n}": post(n + 100) for n in range(21)}
    newsroom = Newsroom(
        make_site, more=ALLOW + partner("local", url) + deploying("touch deployed"), posts=posts
    )

    with pytest.raises(Refused, match="21 announcements at once"):
        released(newsroom)

    assert feeds(newsroom) == set()
    assert not (newsroom.site.root / "deployed").exists()
    assert not (newsroom.site.state / "ledger.sqlite3").exists()
    assert shown == []


def test_a_clock_that_runs_behind_stops_before_the_feeds(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Do not write feeds without a review that is out already."""
    url, shown = heard
    newsroom = Newsroom(
        make_site, more=ALLOW + partner("local", url), posts={"a": post(date="2026-11-22T06:00Z")}
    )
    released(newsroom)
    before = newsroom.files()
    status, _, err = newsroom.run("publish", "--now", "2026-11-21", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert status == 5
    assert "in an earlier run" in err
    assert {name: content for name, content in newsroom.files().items() if name.startswith("feeds/")} == {
        name: content for name, content in before.items() if name.startswith("feeds/")
    }
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("exit 3", "ended with status 3"),
        ("no-such-program-anywhere", "ended with status 127"),
        ("kill -9 $$", "was ended by signal 9"),
    ],
)
def test_a_deployment_that_fails_sends_nothing(
    make_site: Callable[..., Site], command: str, said: str
) -> None:
    """Leave the feeds written and the partners unaware, end with status 4, and send when it works again."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url) + deploying(command))
        status, _, err = newsroom.run("publish", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
        sent_before = list(shown)
        committed = newsroom.rows("SELECT count(*) FROM events")
        newsroom.configure(ALLOW + partner("local", url) + deploying("true"))
        again = newsroom.run("publish", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert status == 4
    assert f"the deploy command {said}; nothing was sent" in err
    assert feeds(newsroom) == FEEDS
    assert (sent_before, committed) == ([], [(0,)])
    assert again[0] == 0
    assert len(shown) == 1


@pytest.mark.parametrize("how", ["wait", "exit 1"])
def test_a_failed_deployment_leaves_no_process_behind(make_site: Callable[..., Site], how: str) -> None:
    """End everything that the command started, children in the background too, when it fails or takes too long."""
    newsroom = Newsroom(make_site, more=deploying("true", timeout=1))
    command = f"sleep 300 & echo $! > child; (sleep 300 & echo $! > grandchild; wait) & sleep 0.3; {how}"

    with pytest.raises(EnvironmentFault) as failure:
        run_deploy(newsroom.site, command)

    assert ("took longer than 1 s" if how == "wait" else "ended with status 1") in str(failure.value)
    for name in ("child", "grandchild"):
        assert _ended(int((newsroom.site.root / name).read_text()))


def test_a_deployment_that_cannot_be_started_is_told(make_site: Callable[..., Site]) -> None:
    """Turn the system's refusal into a message."""
    newsroom = Newsroom(make_site)
    too_long = "true " + "x" * (3 * 1024 * 1024)

    with pytest.raises(EnvironmentFault, match="cannot be started: Argument list too long"):
        run_deploy(newsroom.site, too_long)


def test_a_deployment_sees_no_secret(make_site: Callable[..., Site]) -> None:
    """Keep every secret out of the command's environment, and leave the rest of it alone."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url) + deploying("env > seen"))
        status, _, _ = newsroom.run(
            "publish",
            PUBLISHER_SECRET_LOCAL=SECRET_TEXT,
            PUBLISHER_SECRET_OTHER="another",
            PUBLISHER_LISTEN_SECRET="yet another",
            PUBLISHER_TMDB_KEY="a key of a source",
            RSYNC_RSH="ssh -p 2222",
        )
    seen = (newsroom.site.root / "seen").read_text()

    assert status == 0
    assert len(shown) == 1
    assert "RSYNC_RSH=ssh -p 2222" in seen
    assert "PUBLISHER_" not in seen
    assert SECRET_TEXT not in seen


def test_what_a_deployment_prints_is_for_people(make_site: Callable[..., Site]) -> None:
    """Send its output to standard error, so that --json stays JSON."""
    newsroom = Newsroom(make_site, more=deploying("echo uploading; echo careful >&2"))
    status, out, err = newsroom.run("publish", "--json")

    assert status == 0
    assert json.loads(out)["deployed"] is True
    assert "uploading\ncareful" in err


def test_a_deployment_gets_no_input(make_site: Callable[..., Site]) -> None:
    """Do not let a command wait for an answer that nobody gives."""
    newsroom = Newsroom(make_site)
    run_deploy(newsroom.site, "cat > seen")

    assert (newsroom.site.root / "seen").read_bytes() == b""


def test_a_dry_run_deploys_nothing(make_site: Callable[..., Site]) -> None:
    """Show what would happen, and leave the deploy command alone."""
    newsroom = Newsroom(make_site, more=deploying("touch deployed"))
    before = newsroom.files()
    report = preview_publish(read_posts(newsroom.site), newsroom.site, NOW)

    assert not report.deployed
    assert set(report.feeds.changed) == FEEDS
    assert [change.title for change in report.push.changes] == ["Karmalink"]
    assert newsroom.files() == before


def test_a_partner_in_trouble_does_not_spoil_the_run(make_site: Callable[..., Site]) -> None:
    """Write the feeds, tell the healthy partner, and end with status 3 because the other one is still to be told."""
    with receiving() as (url, shown):
        newsroom = Newsroom(
            make_site, more=ALLOW + partner("well", url) + partner("ill", "http://127.0.0.1:1/")
        )
        status, out, err = newsroom.run(
            "publish", PUBLISHER_SECRET_WELL=SECRET_TEXT, PUBLISHER_SECRET_ILL=SECRET_TEXT
        )

    assert status == 3
    assert "well: 1 delivered" in out
    assert "ill: 0 delivered, 1 waiting" in out
    assert "error: 1 delivery was not made (ill: 1)\n" in err
    assert feeds(newsroom) == FEEDS
    assert len(shown) == 1


def test_feeds_that_cannot_be_written_stop_the_run(make_site: Callable[..., Site]) -> None:
    """Send nothing when the feeds cannot be written."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
        newsroom.site.feeds.write_text("in the way")
        status, _, err = newsroom.run("publish", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert status == 4
    assert "cannot be written" in err
    assert shown == []
    assert newsroom.rows("SELECT count(*) FROM events") == [(0,)]
