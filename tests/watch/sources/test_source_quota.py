"""How many requests a month were sent: by threads and processes at once, and after they were killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EnvironmentFault
from publisher.watch.sources.quota import Meter, Quota
from publisher.watch.sources.source import SourceFault
from tests.watch.sources.source_hosts import NOW, Fake, answer, make_wire, source_host

if TYPE_CHECKING:
    from collections.abc import Callable

WEEK = timedelta(days=7)
TELLING = Fake(quota_headers=("x-limit", "x-left", "x-reset"))


def told(limit: object, left: object, reset: object = "86400") -> dict[str, str]:
    """Make the header fields of an answer."""
    return {"x-limit": str(limit), "x-left": str(left), "x-reset": str(reset)}


def test_every_request_counts_also_repeated_ones(tmp_path: Path) -> None:
    """What comes from the disk does not; each month begins anew, in UTC."""
    with source_host(answer({}, "500 Oh"), answer({"id": 1})) as seen:
        wire = make_wire(seen.url(), tmp_path / "s", limit=10)
        for _ in range(3):
            wire.get("m", keep=WEEK)
        assert wire.quota() == Quota(used=2, limit=10, month="2026-11")
        assert wire.quota().left == 8
        december = datetime(2026, 12, 1, 1, tzinfo=UTC)
        assert make_wire(seen.url(), tmp_path / "s", now=december).quota() == Quota(0, None, "2026-12")
        assert make_wire(seen.url(), tmp_path / "s").quota().left is None


def test_when_all_are_used_nothing_is_sent(tmp_path: Path) -> None:
    """Neither by this run nor by another; what is on the disk still answers, and a higher limit opens it again."""
    with source_host(answer({"id": 1})) as seen:
        wire = make_wire(seen.url(), tmp_path / "s", limit=2)
        for path in ("a", "b"):
            wire.get(path, keep=WEEK)
        for asked in (wire, make_wire(seen.url(), tmp_path / "s", limit=2)):
            with pytest.raises(SourceFault, match="all 2 requests of 2026-11 are used") as raised:
                asked.get("c", keep=WEEK)
            assert raised.value.stops
            assert "[watch.sources.fake] quota" in str(raised.value.help)
            assert asked.get("a", keep=WEEK).known
        assert seen.connections == 2
        assert wire.quota() == Quota(2, 2, "2026-11")
        assert make_wire(seen.url(), tmp_path / "s", limit=3).get("c", keep=WEEK).known


def test_the_free_plan_holds_where_the_site_says_nothing(tmp_path: Path) -> None:
    """The site's word beats it."""
    source = Fake(quota=500)

    assert Meter(tmp_path, source, None).read(NOW).limit == 500
    assert Meter(tmp_path, source, 20_000).read(NOW).limit == 20_000


@given(limit=st.integers(1, 30), threads=st.integers(1, 8), each=st.integers(1, 10))
def test_no_more_are_let_through_than_allowed(
    tmp_path_factory: pytest.TempPathFactory, limit: int, threads: int, each: int
) -> None:
    """However many come at once, exactly as many get through as there are requests left."""
    folder = tmp_path_factory.mktemp("quota")
    start = threading.Barrier(threads)

    def count(_thread: int) -> int:
        meter, through = Meter(folder, Fake(), limit), 0
        start.wait()
        for _ in range(each):
            try:
                meter.count(NOW)
                through += 1
            except SourceFault:
                pass
        return through

    with ThreadPoolExecutor(threads) as pool:
        through = sum(pool.map(count, range(threads)))

    assert through == min(limit, threads * each)
    assert Meter(folder, Fake(), limit).read(NOW).used == through


def test_processes_count_together(tmp_path: Path) -> None:
    """Four that come at once get what is left between them."""
    script = (
        "import sys; from pathlib import Path\n"
        "from publisher.watch.sources.quota import Meter\n"
        "from publisher.watch.sources.source import SourceFault\n"
        "from tests.watch.sources.source_hosts import NOW, Fake\n"
        "meter = Meter(Path(sys.argv[1]), Fake(), 1000)\n"
        "through = 0\n"
        "for _ in range(400):\n"
        "    try:\n"
        "        meter.count(NOW); through += 1\n"
        "    except SourceFault: pass\n"
        "print(through)\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, env={"PYTHONPATH": "."}
        )
        for _ in range(4)
    ]
    through = [int(process.communicate(timeout=60)[0]) for process in running]

    assert sum(through) == 1000
    assert Meter(tmp_path, Fake(), 1000).read(NOW) == Quota(1000, 1000, "2026-11")


def test_what_the_source_says_is_believed(tmp_path: Path) -> None:
    """Another machine may use the same key; what was sent since is added, the site's own limit stays the site's."""
    meter = Meter(tmp_path, TELLING, None)
    meter.count(NOW)
    meter.hear(told(1000, 400), NOW)
    assert meter.read(NOW) == Quota(600, 1000, "2026-11")
    meter.count(NOW)
    assert meter.read(NOW) == Quota(601, 1000, "2026-11")
    assert Meter(tmp_path, TELLING, 50).read(NOW) == Quota(601, 50, "2026-11")

    meter.hear(told(1000, 0), NOW)
    with pytest.raises(SourceFault, match="all 1000 requests"):
        meter.count(NOW)


def test_when_the_source_begins_anew_so_do_we(tmp_path: Path) -> None:
    """Its month may begin on any day."""
    meter = Meter(tmp_path, TELLING, None)
    for _ in range(5):
        meter.count(NOW)
    meter.hear(told(5, 0, 3600), NOW)
    with pytest.raises(SourceFault, match="all 5 requests"):
        meter.count(NOW + timedelta(minutes=59))
    later = NOW + timedelta(minutes=61)
    meter.count(later)

    assert meter.read(later) == Quota(1, 5, "2026-11")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        told("", ""),
        told("many", 3),
        told(-5, 3),
        told(10, 11),
        told(0, 0),
        told("9" * 5000, 1),
        told("١٠", "١"),
        told(10, ""),
    ],
)
def test_numbers_that_make_no_sense_are_passed_over(tmp_path: Path, headers: dict[str, str]) -> None:
    """Our own count stays what it was."""
    meter = Meter(tmp_path, TELLING, None)
    meter.count(NOW)
    meter.hear(headers, NOW)

    assert meter.read(NOW) == Quota(1, None, "2026-11")


@given(st.binary(max_size=100))
def test_any_bytes_may_stand_in_what_the_source_said(
    tmp_path_factory: pytest.TempPathFactory, held: bytes
) -> None:
    """They are passed over, or they are numbers."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "2026-11.told").write_bytes(held)

    assert Meter(folder, TELLING, None).read(NOW) == Quota(0, None, "2026-11")


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda file: file.symlink_to("elsewhere")], ids=["folder", "pipe", "link"]
)
def test_a_count_that_cannot_be_kept_is_told(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Without it nobody knows what may still be sent, so nothing is; a pipe does not make us wait."""
    make(tmp_path / "2026-11")

    with pytest.raises(EnvironmentFault, match="the count of requests to The Fake Source cannot be kept"):
        Meter(tmp_path, Fake(), 5).count(NOW)
