"""What docs/editors.md tells a site to set up, so that scheduled reviews go out: done as it says.

The crontab line is run by a shell with as little around it as cron gives. The job of GitHub Actions is run step by step
against a repository on this machine: what stands there behind `run:` is what is executed; of the actions it uses, the
checkout is done with git, and others are passed over.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import publisher
from publisher.ledger import FILE_NAME, DeliveryState, Ledger
from publisher.site import load_site
from tests.conftest import CONFIGURATION
from tests.docs.test_documented_checks import ADDRESS, REVISION, section
from tests.release.newsroom import ALLOW, SECRET_TEXT, identity, partner, post, receiving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.webhooks import Received
    from tests.conftest import MakeSite

PROGRAMS = Path(sys.executable).parent
JOB = "Publishing from GitHub Actions"
CRON = "Scheduled reviews"
LATER = "2031-01-01"
NOBODY = "http://127.0.0.1:1/hook"
GIT = {
    "GIT_AUTHOR_EMAIL": "desk@example.org",
    "GIT_AUTHOR_NAME": "The Night Desk",
    "GIT_COMMITTER_EMAIL": "desk@example.org",
    "GIT_COMMITTER_NAME": "The Night Desk",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def blocks(title: str, language: str) -> list[str]:
    """Return the examples of a section in a language."""
    return [str(block) for block in re.findall(rf"```{language}\n(.*?)```", section(title), re.DOTALL)]


def call(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with nothing of the environment of the tests but where programs lie."""
    return subprocess.run(
        words,
        cwd=folder,
        env={"LANG": "C.UTF-8", "PATH": f"{PROGRAMS}:{os.environ['PATH']}", **GIT, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def done(folder: Path, *words: str) -> str:
    """Run a command that succeeds, and return what it prints."""
    ended = call(folder, *words)
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def reviews(shown: list[Received]) -> list[str]:
    """Name the reviews of the events that arrived."""
    return [message.event["data"]["review"]["id"] for message in shown if message.event is not None]


def configuration(url: str) -> str:
    """Write the publisher.toml of a site with a partner, and with the documented deployment."""
    (deploy,) = blocks(JOB, "toml")
    return f"{CONFIGURATION}\n{ALLOW}{partner('local', url)}{deploy}"


class Job:
    """The documented job, a repository that stands in for GitHub, and an editor's clone of it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.workflow: dict[str, Any] = yaml.safe_load(*blocks(JOB, "yaml"))
        self.folder = folder
        self.origin = folder / "origin.git"
        self.desk = folder / "desk"
        self.log = ""
        self._runs = 0
        done(folder, "git", "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        done(folder, "git", "clone", "--quiet", str(self.origin), str(self.desk))
        done(self.desk, "git", "checkout", "--quiet", "-B", "main")
        self.commit(**{"publisher.toml": configuration(url), "posts/a.md": post(1)})
        # A pause between two tries is no part of what is tested.
        self.patient = folder / "patient"
        self.patient.mkdir()
        (self.patient / "sleep").symlink_to("/bin/true")

    def commit(self, **files: str) -> None:
        """Write files at the desk, on top of what is there by now, and push them."""
        done(self.desk, "git", "fetch", "--quiet", "origin")
        if done(self.desk, "git", "branch", "--remotes", "--list", "origin/main"):
            done(self.desk, "git", "reset", "--quiet", "--soft", "origin/main")
            done(self.desk, "git", "checkout", "--quiet", "origin/main", "--", ".")
        for name, text in files.items():
            (self.desk / name).parent.mkdir(exist_ok=True)
            (self.desk / name).write_text(text, encoding="utf-8")
        done(self.desk, "git", "add", "--all", ".")
        done(self.desk, "git", "commit", "--quiet", "--message", "as it is now")
        done(self.desk, "git", "push", "--quiet", "origin", "HEAD:main")

    def set_up(self) -> None:
        """Do at the desk what is to be done once."""
        (script,) = blocks(JOB, "sh")
        done(self.desk, "bash", "-e", "-c", script)
        (self.desk / ".publisher" / FILE_NAME).unlink()

    def head(self, branch: str) -> str:
        """Return the last commit of a branch; nothing where there is no such branch."""
        return call(self.origin, "git", "rev-parse", "--quiet", "--verify", branch).stdout.strip()

    def run(self, *, confirmed: bool = False, before_keeping: Mapping[str, str] | None = None) -> bool:
        """Run the job as GitHub would, in a fresh folder; tell whether it succeeded."""
        self._runs += 1
        workspace = self.folder / f"run-{self._runs}"
        self.log = ""
        outcomes: dict[str, str] = {}
        failed = False
        for step in self.workflow["jobs"]["publish"]["steps"]:
            if not _goes_on(str(step.get("if", "success()")), outcomes, failed=failed):
                continue
            if step.get("name") == "keep the ledger" and before_keeping:
                done(self.origin, "git", "update-ref", *before_keeping["ref"].split())
            ended = self._step(step, workspace, confirmed=confirmed)
            failed = failed or not ended
            outcomes[step.get("id", "")] = "success" if ended else "failure"
        return not failed

    def _step(self, step: dict[str, Any], workspace: Path, *, confirmed: bool) -> bool:
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            into = workspace / step["with"].get("path", ".")
            words = ["git", "clone", "--quiet", "--depth=1", "--branch", step["with"]["ref"]]
            ended = call(self.folder, *words, self.origin.as_uri(), str(into))
        elif "run" not in step or step["run"].startswith("pip install "):
            return True
        else:
            meant = {
                "${{ inputs.confirmed && '--yes' || '' }}": "--yes" if confirmed else "",
                "${{ secrets.PUBLISHER_SECRET_LOCAL }}": SECRET_TEXT,
            }
            environment = {
                "GITHUB_ACTIONS": "true",
                "GITHUB_RUN_ID": str(self._runs),
                "HOME": str(self.folder),
                "PATH": f"{self.patient}:{PROGRAMS}:{os.environ['PATH']}",
                **self.workflow["env"],
                **{name: meant[value] for name, value in step.get("env", {}).items()},
            }
            where = workspace / step.get("working-directory", ".")
            ended = call(where, "bash", "-e", "-c", step["run"], environment=environment)
        self.log += ended.stdout
        return ended.returncode == 0


def _goes_on(condition: str, outcomes: Mapping[str, str], *, failed: bool) -> bool:
    """Answer the conditions that the job has; one that asks for no status holds only while nothing failed."""
    if "()" not in condition:
        condition = f"success() && {condition}"
    known = {"success()": not failed, "always()": True}
    for name, outcome in outcomes.items():
        known[f"steps.{name}.outcome == 'success'"] = outcome == "success"
    return all(known.get(part.strip(), False) for part in condition.split("&&"))


@pytest.mark.needs("git")
def test_the_documented_job_announces_each_review_once(tmp_path: Path) -> None:
    """What was live before is known; a new review is told by one run, its feeds are committed, and no other run tells it."""
    with receiving() as (url, shown):
        job = Job(tmp_path, url)
        job.set_up()
        first = (job.run(), list(shown))
        job.commit(**{"posts/b.md": post(2), "posts/c.md": post(3, date=LATER)})
        second = (job.run(), reviews(shown))
        published = job.head("main")
        third = (job.run(), reviews(shown))

    assert first == (True, []), job.log
    assert second == third == (True, [f"urn:uuid:{identity(2)}"]), job.log
    assert job.head("main") == published
    assert identity(2) in done(job.origin, "git", "show", "main:feeds/feed.json")
    assert "github-actions[bot]" in done(job.origin, "git", "log", "-1", "--format=%an", "main")
    assert done(job.origin, "git", "rev-list", "--count", "publisher-state").strip() == "1"
    assert done(job.origin, "git", "ls-tree", "--name-only", "publisher-state").split() == [FILE_NAME]


@pytest.mark.needs("git")
def test_the_documented_job_keeps_the_ledger_of_a_run_that_failed(tmp_path: Path) -> None:
    """What a partner did not take waits over the end of the machine, under the same id; the job is red meanwhile."""
    with receiving() as (url, shown):
        job = Job(tmp_path, NOBODY)
        job.set_up()
        job.commit(**{"posts/b.md": post(2)})
        failed = job.run()
        said, waiting = job.log, waits(job)
        job.commit(**{"publisher.toml": configuration(url)})
        # It is due again some seconds after it failed, and until then the job stays red.
        mended = [job.run()]
        while not mended[-1] and len(mended) < 10:
            mended.append(job.run())
        job.run()

    assert (failed, mended[-1]) == (False, True)
    assert "1 delivery was not made" in said
    assert len(waiting) == 1
    assert [message.id for message in shown] == waiting


def waits(job: Job) -> list[str]:
    """Return the ids of the events that wait in the ledger on the branch."""
    folder = job.folder / "looked-at"
    done(
        job.folder,
        "git",
        "clone",
        "--quiet",
        "--branch",
        "publisher-state",
        job.origin.as_uri(),
        str(folder),
    )
    with Ledger.open(folder) as ledger:
        waiting = publisher.select_deliveries(states=[DeliveryState.WAITING])
        return [delivery.event_id for delivery in ledger.deliveries.newest(waiting, 10, time.time())]


@pytest.mark.needs("git")
def test_the_documented_job_remembers_feeds_that_were_subscribed_to(tmp_path: Path) -> None:
    """A tag's feed that falls below three reviews is still there after a run that began in a fresh folder."""
    feed = "main:feeds/tags/gothic/rss.xml"
    with receiving() as (url, _):
        job = Job(tmp_path, url)
        job.set_up()
        job.commit(**{f"posts/t{n}.md": post(n, tags="[gothic]") for n in (4, 5, 6)})
        tagged = job.run()
        done(job.origin, "git", "show", feed)
        job.commit(**{f"posts/t{n}.md": post(n) for n in (5, 6)})
        untagged = job.run()

    assert (tagged, untagged) == (True, True), job.log
    assert done(job.origin, "git", "show", feed).count("<item>") == 1


@pytest.mark.needs("git")
@pytest.mark.parametrize("lost", ["the branch", "its content"])
def test_the_documented_job_refuses_to_begin_anew(tmp_path: Path, lost: str) -> None:
    """Without its ledger nothing is announced, no feed is written, and no new branch hides what is missing."""
    with receiving() as (url, shown):
        job = Job(tmp_path, url)
        job.set_up()
        job.commit(**{"posts/b.md": post(2)})
        if lost == "the branch":
            done(job.origin, "git", "update-ref", "-d", "refs/heads/publisher-state")
        else:
            done(job.origin, "git", "update-ref", "refs/heads/publisher-state", job.head("main"))
        before = (job.head("main"), job.head("publisher-state"))
        succeeded = job.run()

    assert not succeeded
    assert ("publisher-state not found" if lost == "the branch" else "::error::the branch") in job.log
    assert shown == []
    assert (job.head("main"), job.head("publisher-state")) == before


@pytest.mark.needs("git")
def test_the_documented_job_does_not_overwrite_a_ledger_that_moved_on(tmp_path: Path) -> None:
    """Whoever changed the branch meanwhile keeps what they wrote, and the job says that its own is lost."""
    with receiving() as (url, _):
        job = Job(tmp_path, url)
        job.set_up()
        other = job.head("main")
        succeeded = job.run(before_keeping={"ref": f"refs/heads/publisher-state {other}"})

    assert not succeeded
    assert "::error::the ledger cannot be kept" in job.log
    assert job.head("publisher-state") == other


@pytest.mark.needs("git")
def test_the_documented_button_confirms_what_is_refused_otherwise(tmp_path: Path) -> None:
    """Many reviews at once wait until somebody ticks `confirmed`."""
    with receiving() as (url, shown):
        job = Job(tmp_path, url)
        job.set_up()
        job.commit(**{f"posts/p{n}.md": post(n + 10) for n in range(21)})
        refused = (job.run(), len(shown))
        said = job.log
        confirmed = (job.run(confirmed=True), len(shown))

    assert refused == (False, 0)
    assert "21 announcements at once" in said
    assert confirmed == (True, 21)


def test_the_documented_job_may_do_no_more_than_it_must() -> None:
    """It writes to the repository and nothing else, runs alone, and installs this project."""
    workflow: dict[str | bool, Any] = yaml.safe_load(*blocks(JOB, "yaml"))
    when = workflow[True]  # YAML 1.1 takes `on` for a truth value; GitHub does not
    (install,) = [step for step in workflow["jobs"]["publish"]["steps"] if "pip" in step.get("run", "")]

    assert workflow["permissions"] == {"contents": "write"}
    assert workflow["concurrency"] == {"group": "publish", "cancel-in-progress": False}
    assert set(when) == {"push", "schedule", "workflow_dispatch"}
    assert re.fullmatch(r"([1-9]\d?,)+\d\d \* \* \* \*", when["schedule"][0]["cron"])
    assert f"git+{ADDRESS}@{REVISION}" in install["run"]


@pytest.fixture
def installed(make_site: MakeSite, tmp_path: Path) -> Path:
    """Give a site's folder with the program where the documentation puts it, and the partner's secret in its file."""
    site = make_site({"a.md": post(1)}, more=ALLOW + partner("local", NOBODY))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "publisher").symlink_to(PROGRAMS / "publisher")
    site.secrets.mkdir(parents=True, mode=0o700)
    path = site.secrets / "local"
    path.touch(mode=0o600)
    path.write_text(SECRET_TEXT, encoding="ascii")
    return tmp_path


def reconfigure(folder: Path, url: str) -> None:
    """Let the partner be at another address."""
    configuration = (folder / "publisher.toml").read_text(encoding="utf-8")
    (folder / "publisher.toml").write_text(configuration.replace(NOBODY, url), encoding="utf-8")


def as_cron(command: str) -> tuple[int, str]:
    """Run a command as cron does, with next to nothing in its environment; what it prints would be mailed."""
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd="/",
        env={"HOME": "/", "LOGNAME": "editor", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return ended.returncode, ended.stdout


def test_the_documented_crontab_line_works_as_cron_runs_it(installed: Path) -> None:
    """It publishes without a word, again and again, and mails what is wrong when something is."""
    (block,) = [block for block in blocks(CRON, "text") if "publish --quiet" in block]
    *settings, line = block.splitlines()
    *schedule, command = line.split(maxsplit=5)
    command = command.replace("/srv/site", shlex.quote(str(installed)))

    mailed = as_cron(command)
    with receiving() as (url, shown):
        reconfigure(installed, url)
        # Five minutes later what failed is due again; they are not waited for.
        with contextlib.closing(sqlite3.connect(load_site(installed).ledger)) as ledger, ledger:
            ledger.execute("UPDATE deliveries SET due_at = due_at - 300")
        silent = [as_cron(command) for _ in range(2)]

    assert all(re.fullmatch(r"[A-Z]+=\S+", setting) for setting in settings)
    assert schedule == ["*/5", "*", "*", "*", "*"]
    assert "%" not in command  # cron would take it for the end of the line
    assert mailed[0] == 3
    assert mailed[1].startswith("local: connect")
    assert "error: 1 delivery was not made (local: 1)\n" in mailed[1]
    assert silent == [(0, ""), (0, "")]
    assert len(shown) == 1


def test_the_documented_units_run_the_same(installed: Path) -> None:
    """The service's command is the crontab line's, and the timer makes good what the machine slept through."""
    service, timer = (configparser.ConfigParser() for _ in range(2))
    for unit, text in zip((service, timer), blocks(CRON, "ini"), strict=True):
        unit.read_string(text)
    words = [
        word.replace(service["Service"]["WorkingDirectory"], str(installed))
        for word in shlex.split(service["Service"]["ExecStart"])
    ]

    with receiving() as (url, shown):
        reconfigure(installed, url)
        ended = call(installed, *words)

    assert service["Service"]["Type"] == "oneshot"
    assert (timer["Timer"]["OnCalendar"], timer["Timer"]["Persistent"]) == ("*:0/5", "true")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert len(shown) == 1
    assert load_site(installed).feeds.is_dir()
