"""`publisher endpoints secret` and `rotate`, run as an editor runs them."""

from __future__ import annotations

import json
import re
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.webhooks import mint_secret

if TYPE_CHECKING:
    import publisher
    from tests.conftest import MakeSite, Run

ENDPOINT = """\
[[webhooks.endpoints]]
name = "local"
url = "http://127.0.0.1:9/hooks"
"""


@pytest.fixture
def site(make_site: MakeSite, run: Run) -> publisher.Site:
    """Make a site whose endpoint has a secret."""
    made = make_site(more=ENDPOINT)
    assert run("endpoints", "secret", "local").returncode == 0
    return made


def lines(site: publisher.Site) -> list[str]:
    """Read the file of secrets."""
    return (site.secrets / "local").read_text(encoding="ascii").splitlines()


def test_a_new_secret_is_shown_once_and_the_old_one_stays_for_a_day(site: publisher.Site, run: Run) -> None:
    """What is shown is the first line of the file; the old one stands below, with its end."""
    (old,) = lines(site)

    done = run("endpoints", "rotate", "local")

    new, below = lines(site)
    shown, kept, overlap = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert shown == new
    assert (
        kept
        == "kept       .publisher/secrets/local, readable by you alone; give the line above to the partner"
    )
    assert re.fullmatch(
        r"overlap    the old secret signs too until 20\d\d-\d\d-\d\d \d\d:\d\d C[SD]T", overlap
    )
    end = datetime.fromisoformat(below.removeprefix(f"{old} until "))
    assert abs(end - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5)
    assert stat.S_IMODE((site.secrets / "local").stat().st_mode) == 0o600


@pytest.mark.usefixtures("site")
def test_a_second_rotation_tells_the_end_of_each(run: Run) -> None:
    """Every older secret that signs is told, and none is shown."""
    run("endpoints", "rotate", "local", "--overlap", "7d")

    done = run("endpoints", "rotate", "local", "--overlap", "30m")

    told = done.stdout.splitlines()[2:]
    assert [line.split(" until ")[0] for line in told] == [
        "overlap    the old secret signs too",
        "overlap    one before it signs too",
    ]
    assert done.stdout.count("whsec_") == 1


def test_no_overlap_says_what_it_does_to_the_partner(site: publisher.Site, run: Run) -> None:
    """The old one is gone at once."""
    done = run("endpoints", "rotate", "local", "--overlap", "0")

    assert lines(site) == [done.stdout.splitlines()[0]]
    assert done.stdout.splitlines()[2] == (
        "overlap    none: no older secret signs any more, and the partner refuses messages until it has the new one"
    )


def test_machines_get_the_secret_and_the_ends(site: publisher.Site, run: Run) -> None:
    """One document; the old secret is not in it."""
    (old,) = lines(site)

    done = run("endpoints", "rotate", "local", "--overlap", "7d", "--json")

    said = json.loads(done.stdout)
    new, below = lines(site)
    assert {**said, "old": None} == {
        "format_version": 1,
        "endpoint": "local",
        "file": ".publisher/secrets/local",
        "secret": new,
        "old": None,
    }
    (end,) = said["old"]
    assert datetime.fromisoformat(end["until"]) == datetime.fromisoformat(below.split()[-1])
    assert old not in done.stdout


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("nobody",), 2, '"nobody" is not an endpoint of the site'),
        (("local", "--overlap", "a day"), 2, '--overlap: "a day" is not a duration'),
        (("local", "--overlap", "31d"), 2, "an overlap of 31 days is not possible; 0 to 30 days are"),
        (("local", "--overlap=-1h"), 2, '--overlap: "-1h" is not a duration'),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    site: publisher.Site, run: Run, words: tuple[str, ...], status: int, message: str
) -> None:
    """A message, its exit status, and the file as it was."""
    before = lines(site)

    done = run("endpoints", "rotate", *words)

    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert lines(site) == before


@pytest.mark.usefixtures("site")
def test_a_secret_of_the_environment_is_left_to_the_environment(run: Run) -> None:
    """Status 5, the variable's name and not its value."""
    value = mint_secret()

    done = run("endpoints", "rotate", "local", PUBLISHER_SECRET_LOCAL=value)

    assert (done.returncode, done.stdout) == (5, "")
    assert "the environment variable PUBLISHER_SECRET_LOCAL" in done.stderr
    assert value[6:] not in done.stderr


def test_an_endpoint_without_a_secret_has_none_to_rotate(make_site: MakeSite, run: Run) -> None:
    """Status 4, and the command that mints the first."""
    make_site(more=ENDPOINT)

    done = run("endpoints", "rotate", "local")

    assert (done.returncode, done.stdout) == (4, "")
    assert "`publisher endpoints secret local`" in done.stderr
