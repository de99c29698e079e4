"""One pace for all processes: runs at once, one after the other, and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault
from publisher.watch.sources.clock import Clock
from publisher.watch.sources.pacing import PATIENCE, WINDOW, Pace
from publisher.watch.sources.places import Held, Places
from tests.conftest import CONFIGURATION, POST
from tests.net.net_servers import host
from tests.watch.sources.source_hosts import NOW, Time, answer
from tests.watch.sources.test_source_pacing import most_in_a_second
from tests.watch.sources.tmdb_server import TOKEN, movie

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeSite
    from tests.net.net_servers import Conversation

FILMS = 120


def posts() -> dict[str, str]:
    """Write posts of as many films, each with its TMDB id."""
    made = {}
    for number in range(1, FILMS + 1):
        text = POST.replace("4c768283-9939-45ec-b325-53b5be6f9ce5", f"4c768283-9939-45ec-b325-{number:012}")
        made[f"film-{number}.md"] = text.replace(
            "  year: 2021\n", f"  year: 2021\n  ids: {{tmdb: {number}}}\n"
        )
    return made


def test_two_runs_at_once_ask_no_faster_than_one(make_site: MakeSite) -> None:
    """Never more than 40 in any second, counted where requests arrive; and together they are as fast as one may be."""
    arrived: list[float] = []

    def script(conversation: Conversation) -> None:
        asked = conversation.hear()
        arrived.append(time.monotonic())
        number = int(asked.partition(b"/movie/")[2].partition(b"?")[0])
        time.sleep(0.02 * (number % 3))
        conversation.say(answer(movie(number, "Karmalink", "2021-09-02", "Jake Wachtel")))

    with host(script) as seen:
        more = (
            f'[watch.sources.tmdb]\nuse = "non-commercial"\nurl = "{seen.url("/3/")}"\n'
            '[network]\nallow = ["127.0.0.0/8"]\n'
        )
        site = make_site(posts(), configuration=CONFIGURATION + more)
        words = [sys.executable, "-m", "publisher", "attach", "--from", "tmdb", "--quiet"]
        films = sorted(site.posts.glob("*.md"))
        running = [
            subprocess.Popen(
                [*words, *map(str, some)],
                cwd=site.root,
                env={**os.environ, "PUBLISHER_TMDB_KEY": TOKEN, "PYTHONPATH": str(Path.cwd())},
            )
            for some in (films[::2], films[1::2])
        ]
        statuses = [process.wait(60) for process in running]

    assert statuses == [0, 0]
    assert len(arrived) == FILMS
    assert most_in_a_second(arrived) <= 40


_ASKER = """
import sys, time
from pathlib import Path
from publisher.watch.sources.clock import Clock
from publisher.watch.sources.pacing import Pace
from tests.watch.sources.source_hosts import NOW
pace = Pace(4, Clock(NOW), Path(sys.argv[1]))
places = [pace.place() for _ in range(4)]
for place in places:
    place.__enter__()
print("sent", flush=True)
time.sleep(60)
"""


def test_a_request_of_a_killed_process_counts_for_a_second(tmp_path: Path) -> None:
    """Whoever comes after it does not know when its requests arrived, and waits as if it were just now."""
    killed = subprocess.Popen(
        [sys.executable, "-c", _ASKER, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"sent\n"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    died = time.monotonic()

    with Pace(4, Clock(NOW), tmp_path).place():
        waited = time.monotonic() - died

    assert waited >= 1


def test_a_run_goes_on_from_where_the_one_before_it_ended(tmp_path: Path) -> None:
    """All places were used just now: the next process waits, and one that comes later does not."""
    clock = Time()
    for _ in range(3):
        with Pace(3, clock.clock(), tmp_path).place():
            pass
    assert clock.now == 1000

    with Pace(3, clock.clock(), tmp_path).place():
        assert clock.now == 1000 + WINDOW
    clock.now += 5
    with Pace(3, clock.clock(), tmp_path).place():
        assert clock.now == 1000 + WINDOW + 5


def test_paces_of_one_folder_hold_together(tmp_path: Path) -> None:
    """Several in one process are as several processes are; real threads on a real clock."""
    arrived: list[float] = []
    paces = [Pace(8, Clock(NOW), tmp_path) for _ in range(3)]

    def ask(number: int) -> None:
        with paces[number % 3].place():
            time.sleep(0.02 * (number % 2))
            arrived.append(time.monotonic())

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(32)))

    assert len(arrived) == 32
    assert most_in_a_second(arrived) <= 8


def test_a_pause_holds_for_every_process(tmp_path: Path) -> None:
    """Also for one that begins after it was asked for; the longest rules."""
    clock = Time()
    Pace(5, clock.clock(), tmp_path).pause(30)
    Pace(5, clock.clock(), tmp_path).pause(10)

    with Pace(5, clock.clock(), tmp_path).place():
        assert clock.now == 1030


def test_times_of_before_the_machine_was_started_hold_nobody_up(tmp_path: Path) -> None:
    """The clock began anew: a pause is over, and a place is to be had after a second."""
    clock = Time(now=9_000_000.0)
    pace = Pace(1, clock.clock(), tmp_path)
    with pace.place():
        pass
    pace.pause(PATIENCE)
    clock.now = 10.0

    with Pace(1, clock.clock(), tmp_path).place():
        assert clock.now == pytest.approx(10.0 + WINDOW)


@pytest.mark.parametrize("held", [b"held", b"what?", b"\0" * 24, b"nan", b"inf", b"9" * 5000])
def test_what_nobody_wrote_into_a_place_is_taken_for_a_request(tmp_path: Path, held: bytes) -> None:
    """A second later the place is to be had again; in the file of the pause it is none."""
    for name in ("00", "pause"):
        (tmp_path / name).write_bytes(held)
    clock = Time()

    with Pace(1, clock.clock(), tmp_path).place():
        assert clock.now == 1000 + WINDOW


def test_a_place_is_held_by_one(tmp_path: Path) -> None:
    """Others are told to look again when it can be had at the soonest."""
    one, other = Places(tmp_path, 1.0, 60.0), Places(tmp_path, 1.0, 60.0)
    held = one.take(0, 100.0)
    assert isinstance(held, Held)
    assert other.take(0, 100.5) == 101.5

    one.leave(held, 102.0)
    assert other.take(0, 102.5) == 103.0
    assert isinstance(other.take(0, 103.0), Held)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda file: file.mkdir(), "Is a directory"),
        (os.mkfifo, "it is not a file"),
        (lambda file: file.symlink_to("elsewhere"), "Too many levels of symbolic links"),
        (lambda file: (file.write_bytes(b""), file.chmod(0o666)), "others can write to it"),
    ],
    ids=["folder", "pipe", "link", "of everybody"],
)
def test_a_place_that_cannot_be_kept_is_told(
    tmp_path: Path, make: Callable[[Path], object], problem: str
) -> None:
    """Without it nobody knows how fast others ask, so nothing is sent."""
    make(tmp_path / "00")

    with (
        pytest.raises(EnvironmentFault, match=f"the pace cannot be kept in .*: {problem}"),
        Pace(1, Time().clock(), tmp_path).place(),
    ):
        pytest.fail("nobody gets here")
