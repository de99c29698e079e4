"""Answers kept on the disk: how long, and what becomes of files that are not what they were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time as real_time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EnvironmentFault
from publisher.watch.sources.answers import Answers, Kept
from publisher.watch.sources.quota import Meter
from publisher.watch.sources.source import SourceFault
from tests.watch.sources.source_hosts import NOW, Fake, answer, make_wire, source_host

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = timedelta(days=1)
WEEK = 7 * DAY
QUESTION = "https://x.example/3/movie/1?a=b"
KEPT = Kept(NOW, known=True, body=b'{"id":1}')


def kept_file(folder: Path) -> Path:
    """Find the one answer that is kept."""
    (found,) = folder.rglob("*.answer")
    return found


@pytest.mark.parametrize(
    ("keep", "age", "asks"),
    [
        (WEEK, timedelta(0), False),
        (WEEK, WEEK, False),
        (WEEK, WEEK + timedelta(seconds=1), True),
        (timedelta(0), timedelta(seconds=1), True),
        (999 * DAY, 180 * DAY, False),
        (999 * DAY, 181 * DAY, True),
        (WEEK, timedelta(hours=-1), False),
        (WEEK, timedelta(days=-30), True),
    ],
)
def test_an_answer_is_kept_as_long_as_it_may_be(
    tmp_path: Path, keep: timedelta, age: timedelta, *, asks: bool
) -> None:
    """As the caller says, and never longer than the source's terms; one from the future is nobody's."""
    with source_host(answer({"turn": 1}), answer({"turn": 2})) as seen:
        make_wire(seen.url(), tmp_path / "s").get("m", keep=keep)
        found = make_wire(seen.url(), tmp_path / "s", now=NOW + age).get("m", keep=keep)

    assert found.body == {"turn": 2 if asks else 1}
    assert found.asked == (NOW + age if asks else NOW)


def test_that_a_film_is_not_known_is_believed_for_a_week(tmp_path: Path) -> None:
    """A new film may come to be known."""
    with source_host(answer({}, "404 Not Found"), answer({"id": 1})) as seen:
        make_wire(seen.url(), tmp_path / "s").get("m", keep=99 * DAY)
        assert not make_wire(seen.url(), tmp_path / "s", now=NOW + WEEK).get("m", keep=99 * DAY).known
        assert make_wire(seen.url(), tmp_path / "s", now=NOW + 8 * DAY).get("m", keep=99 * DAY).known


def test_refresh_asks_anew_and_once(tmp_path: Path) -> None:
    """What an earlier run kept is not taken; what this run learnt is."""
    with source_host(answer({"turn": 1}), answer({"turn": 2}), answer({"turn": 3})) as seen:
        make_wire(seen.url(), tmp_path / "s").get("m", keep=WEEK)
        wire = make_wire(seen.url(), tmp_path / "s", now=NOW + timedelta(minutes=1), refresh=True)
        turns = [wire.get("m", keep=WEEK).body["turn"] for _ in range(3)]
        turns.append(make_wire(seen.url(), tmp_path / "s", now=NOW + DAY).get("m", keep=WEEK).body["turn"])

    assert turns == [2, 2, 2, 2]


def test_other_questions_have_other_answers(tmp_path: Path) -> None:
    """By path, by parameters, and by whom is asked."""
    answers = [answer({"turn": turn}) for turn in range(5)]
    with source_host(*answers) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        found = [
            wire.get("m/1", keep=WEEK),
            wire.get("m/2", keep=WEEK),
            wire.get("m/1", {"a": "1"}, keep=WEEK),
            wire.get("m/1", {"a": "1", "b": ""}, keep=WEEK),
            make_wire(seen.url("/proxy/"), tmp_path / "s").get("m/1", keep=WEEK),
        ]

    assert [each.body["turn"] for each in found] == [0, 1, 2, 3, 4]


def _nothing(file: Path) -> None:
    file.write_bytes(b"")


def _head_only(file: Path) -> None:
    file.write_bytes(file.read_bytes().split(b"\n")[0] + b"\n")


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _one_bit(file: Path) -> None:
    held = bytearray(file.read_bytes())
    held[-2] ^= 1
    file.write_bytes(held)


def _foreign(file: Path) -> None:
    file.write_bytes(b'["no answer"]\n{}')


def _of_another_question(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"/m", b"/n", 1))


def _undated(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"+00:00", b"", 1))


def _huge(file: Path) -> None:
    with file.open("ab") as stream:
        stream.truncate(1 << 33)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _link(file: Path) -> None:
    elsewhere = file.with_name("elsewhere")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def _of_everybody(file: Path) -> None:
    file.chmod(0o666)


@pytest.mark.parametrize(
    "harm",
    [
        _of_everybody,
        _nothing,
        _head_only,
        _cut_off,
        _one_bit,
        _foreign,
        _of_another_question,
        _undated,
        _huge,
        _pipe,
        _link,
    ],
)
def test_a_file_that_is_not_what_was_kept_is_asked_for_again(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """Cut off, damaged, or open for others to write: noticed, and put right."""
    with source_host(answer({"turn": 1}), answer({"turn": 2})) as seen:
        make_wire(seen.url(), tmp_path / "s").get("m", keep=WEEK)
        harm(kept_file(tmp_path))
        turns = [make_wire(seen.url(), tmp_path / "s").get("m", keep=WEEK).body["turn"] for _ in range(2)]

    assert turns == [2, 2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_an_answer_of_somebody_else_is_not_taken(tmp_path: Path) -> None:
    """However well it is made: the digest has no key, so the owner of the file decides."""
    answers = Answers(tmp_path, 1000)
    answers.keep(QUESTION, KEPT)
    assert answers.find(QUESTION) == KEPT
    os.chown(kept_file(tmp_path), 1234, -1)

    assert answers.find(QUESTION) is None


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    """A folder in the place of a file: the disk is not as it should be, and each run would ask again."""
    with source_host(answer({"turn": 1})) as seen:
        make_wire(seen.url(), tmp_path / "s").get("m", keep=WEEK)
        _folder(kept_file(tmp_path))
        with pytest.raises(
            EnvironmentFault, match="what The Fake Source answers cannot be kept: Is a directory"
        ):
            make_wire(seen.url(), tmp_path / "s").get("m", keep=WEEK)


def test_a_check_that_was_not_there_before_holds_of_what_was_kept(tmp_path: Path) -> None:
    """A later version may ask for more: then the answer is asked for again."""

    def check(_body: object) -> None:
        raise SourceFault("not like that")

    with source_host(answer({"turn": 1})) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        wire.get("m", keep=WEEK)
        with pytest.raises(SourceFault, match="not like that"):
            wire.get("m", keep=WEEK, check=check)
        assert seen.connections == 2


@given(st.binary(max_size=200))
def test_any_bytes_may_stand_in_the_file(tmp_path_factory: pytest.TempPathFactory, held: bytes) -> None:
    """None of them raises, and none is taken for an answer."""
    folder = tmp_path_factory.getbasetemp() / "any-bytes"
    answers = Answers(folder, 1000)
    answers.keep(QUESTION, KEPT)
    kept_file(folder).write_bytes(held)

    assert answers.find(QUESTION) is None


def test_what_is_older_than_the_terms_allow_is_removed(tmp_path: Path) -> None:
    """With what a killed process left half written; the rest stays, and so does what is none of ours."""
    answers = Answers(tmp_path, 1000)
    for question in ("old", "young"):
        answers.keep(question, KEPT)
    file = {question: answers._file(question) for question in ("old", "young")}
    half, halving = file["old"].with_name(".new-1"), file["old"].with_name(".new-2")
    for leftover in (half, halving):
        leftover.write_bytes(b"half")
    (tmp_path / "2026-11").write_bytes(b"...")
    long_ago = real_time.time() - 8 * 86_400
    for path in (file["old"], half, tmp_path / "2026-11"):
        os.utime(path, (long_ago, long_ago))

    answers.forget(WEEK)

    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {file["young"].name, ".new-2", "2026-11"}
    Answers(tmp_path / "not there", 1000).forget(WEEK)


def test_files_are_for_nobody_else(tmp_path: Path) -> None:
    """What a site asks about is its own affair."""
    Answers(tmp_path / "s", 1000).keep(QUESTION, KEPT)

    assert kept_file(tmp_path).stat().st_mode & 0o077 == 0


_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from publisher.watch.sources.answers import Answers, Kept
from publisher.watch.sources.quota import Meter
from tests.watch.sources.source_hosts import NOW, Fake
answers, meter = Answers(Path(sys.argv[1]), 10_000_000), Meter(Path(sys.argv[1]), Fake(), None)
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    meter.count(NOW)
    sys.stdout.write(".")
    sys.stdout.flush()
    answers.keep("question", Kept(NOW, True, b'{"turn": "' + str(turn % 10).encode() * 300_000 + b'"}'))
"""


def test_a_process_killed_at_any_moment_leaves_an_answer_or_none(tmp_path: Path) -> None:
    """Old or new, whole, and every request it sent is counted."""
    counted = 0
    for pause in (0.0, 0.003, 0.01, 0.02, 0.05, 0.1):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "."},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        real_time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        counted += len(writer.stdout.read())
        writer.wait()
        writer.stdout.close()

        kept = Answers(tmp_path, 10_000_000).find("question")
        assert kept is None or (len(kept.body) == 300_012 and len(set(kept.body[10:-2])) == 1)
        # One may have been counted and not yet told.
        assert counted <= Meter(tmp_path, Fake(), None).read(NOW).used <= counted + 6

    assert counted > 20


def test_an_answer_is_asked_for_once_by_name(tmp_path: Path) -> None:
    """A fake source keeps its answers apart from others by its folder."""
    with source_host(answer({"turn": 1}), answer({"turn": 2})) as seen:
        one = make_wire(seen.url(), tmp_path / "one", source=Fake()).get("m", keep=WEEK)
        other = make_wire(seen.url(), tmp_path / "other", source=Fake()).get("m", keep=WEEK)

    assert (one.body, other.body) == ({"turn": 1}, {"turn": 2})
