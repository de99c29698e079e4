"""How many requests a month were sent: by threads and processes at once, and after they were killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EnvironmentFault
from publisher.watch.sources.quota import Meter, Quota
from publisher.watch.sources.source import SourceFault
from tests.net.net_servers import host
from tests.watch.sources.source_hosts import NOW, Fake, answer, make_wire, source_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.watch.sources.wire import Wire
    from tests.net.net_servers import Conversation

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


@dataclass
class Counting:
    """A source that counts what arrives, this site's requests and those of others, and says so in its answers."""

    limit: int
    used: int = 0
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, conversation: Conversation) -> None:
        """Answer; counting and answering take a while, so that requests and answers overtake each other."""
        asked = conversation.hear()
        number = int(asked.partition(b"/m")[2].partition(b" ")[0])
        time.sleep(0.002 * (number * 7 % 5))
        with self.lock:
            self.refused += self.used == self.limit
            self.used = min(self.limit, self.used + 1)
            left = self.limit - self.used
        time.sleep(0.002 * (number * 3 % 4))
        head = f"X-Limit: {self.limit}\r\nX-Left: {left}\r\nX-Reset: 86400\r\n"
        conversation.say(answer({"id": number}, head=head))


@pytest.mark.parametrize("others", [0, 20, 48])
def test_requests_on_their_way_do_not_overshoot(tmp_path: Path, others: int) -> None:
    """What the source had not yet counted is counted here, and what others used before is added: not one too many."""
    source = Counting(50, used=others)

    def ask(wire: Wire, number: int) -> bool:
        try:
            return wire.get(f"m{number}", keep=WEEK).known
        except SourceFault as fault:
            return fault.message != "all 50 requests of 2026-11 are used"

    with host(source.script) as seen:
        asked = 0
        for run in range(3):
            wire = make_wire(seen.url(), tmp_path / "s", source=TELLING)
            with ThreadPoolExecutor(8) as pool:
                asked += sum(pool.map(partial(ask, wire), range(run * 25, run * 25 + 25)))

    assert (asked, source.refused) == (50 - others, 0)
    assert wire.quota() == Quota(50, 50, "2026-11")


def test_answers_that_overtake_each_other_make_no_room(tmp_path: Path) -> None:
    """One that says less than is known is of before; and what is on its way is used, whatever the source counted."""
    meter = Meter(tmp_path, TELLING, None)
    for _ in range(5):
        meter.count(NOW)
    for left in (5, 1, 2):
        meter.hear(told(6, left), NOW)
        assert meter.read(NOW) == Quota(5, 6, "2026-11")
    meter.count(NOW)
    with pytest.raises(SourceFault, match="all 6 requests"):
        meter.count(NOW)


def test_what_others_used_is_known_until_the_source_counts_anew(tmp_path: Path) -> None:
    """An answer that was overtaken does not make it less."""
    meter = Meter(tmp_path, TELLING, None)
    meter.count(NOW)
    meter.hear(told(100, 59, 3600), NOW)
    for _ in range(9):
        meter.count(NOW)
    meter.hear(told(100, 58, 3600), NOW)
    assert meter.read(NOW) == Quota(50, 100, "2026-11")

    later = NOW + timedelta(minutes=61)
    meter.count(later)
    assert meter.read(later).used == 1
    meter.hear(told(100, 97, 3600), later)
    assert meter.read(later).used == 3


def test_without_a_word_of_the_source_no_limit_is_known(tmp_path: Path) -> None:
    """Then the site's word and the source's both hold, so that the lesser one does."""
    meter = Meter(tmp_path, TELLING, None)
    assert meter.read(NOW).limit is None
    meter.hear(told(500, 499), NOW)

    assert meter.read(NOW).limit == 500
    assert Meter(tmp_path, TELLING, 20_000).read(NOW).limit == 500
    assert Meter(tmp_path, TELLING, 20).read(NOW).limit == 20


def test_more_than_the_source_allows_is_never_sent_whatever_the_site_says(tmp_path: Path) -> None:
    """Also not by the next run: once it said that none is left, nothing is sent, and what was sent is what is shown."""
    source = Counting(5)
    with host(source.script) as seen:
        for run in range(4):
            wire = make_wire(seen.url(), tmp_path / "s", source=TELLING, limit=7)
            for number in range(run * 3, run * 3 + 3):
                try:
                    wire.get(f"m{number}", keep=WEEK)
                except SourceFault as fault:
                    message, help_ = fault.message, fault.help

    assert seen.connections == 5
    assert source.refused == 0
    assert wire.quota() == Quota(5, 5, "2026-11")
    assert message == "all 5 requests of 2026-11 are used"
    assert help_ == "The Fake Source allows no more: wait for 2026-11-23 12:00 UTC, when it counts anew"


def test_after_it_said_that_none_is_left_nothing_is_sent_until_it_counts_anew(tmp_path: Path) -> None:
    """Whatever we counted ourselves; or until the month ends, where it does not say when it does."""
    for reset, opens in (("3600", NOW + timedelta(hours=1)), ("", datetime(2026, 12, 1, tzinfo=UTC))):
        folder = tmp_path / f"s{reset}"
        folder.mkdir()
        meter = Meter(folder, TELLING, 20_000)
        meter.count(NOW)
        meter.hear(told(500, 0, reset), NOW)
        assert meter.read(NOW) == Quota(500, 500, "2026-11")
        for moment in (NOW, opens - timedelta(seconds=1)):
            with pytest.raises(SourceFault, match="all 500 requests of 2026-11 are used") as raised:
                meter.count(moment)
        assert ("next month" in str(raised.value.help)) == (not reset)
        meter.count(opens)
        assert meter.read(opens).used == 1


def test_the_sites_month_does_not_begin_anew_with_the_sources_count(tmp_path: Path) -> None:
    """Its quota is one for a month, however often the source gives more."""
    meter = Meter(tmp_path, TELLING, 7)
    sent = 0
    for hour in range(5):
        moment = NOW + timedelta(hours=hour)
        for left in (2, 1, 0):
            try:
                meter.count(moment)
            except SourceFault:
                continue
            sent += 1
            meter.hear(told(3, left, 3600), moment)

    assert sent == 7
    assert meter.read(moment) == Quota(7, 7, "2026-11")


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
    """Another machine may use the same key; what was sent since is added, the site's own limit holds where it is less."""
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
    """They are passed over."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "2026-11.told").write_bytes(held)

    assert Meter(folder, TELLING, None).read(NOW) == Quota(0, None, "2026-11")


def _of_everybody(file: Path) -> None:
    file.write_bytes(b"")
    file.chmod(0o666)


def _of_somebody_else(file: Path) -> None:
    file.write_bytes(b"")
    os.chown(file, 1234, -1)


def _link(file: Path) -> None:
    elsewhere = file.with_name("elsewhere")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _opened_to_all(file: Path) -> None:
    file.chmod(0o622)


def _given_away(file: Path) -> None:
    os.chown(file, 1234, -1)


def _endless(file: Path) -> None:
    with file.open("ab") as stream:
        stream.truncate(1 << 40)


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.mark.parametrize(
    "harm", [_link, _pipe, _opened_to_all, _endless, pytest.param(_given_away, marks=root_only)]
)
def test_what_somebody_else_may_have_written_of_the_quota_is_passed_over(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """No limit of a million comes from it; a pipe keeps nobody waiting, and a file without end is not read to it."""
    meter = Meter(tmp_path, TELLING, None)
    meter.hear(told(10**6, 10**6), NOW)
    assert meter.read(NOW).limit == 10**6
    harm(tmp_path / "2026-11.told")

    assert meter.read(NOW) == Quota(0, None, "2026-11")


@pytest.mark.parametrize(
    "make",
    [
        Path.mkdir,
        os.mkfifo,
        lambda file: file.symlink_to("elsewhere"),
        _of_everybody,
        pytest.param(_of_somebody_else, marks=root_only),
    ],
    ids=["folder", "pipe", "link", "of everybody", "of somebody else"],
)
def test_a_count_that_cannot_be_kept_is_told(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Without it nobody knows what may still be sent, so nothing is; a pipe does not make us wait."""
    make(tmp_path / "2026-11")

    with pytest.raises(EnvironmentFault, match="the count of requests to The Fake Source cannot be kept"):
        Meter(tmp_path, Fake(), 5).count(NOW)
