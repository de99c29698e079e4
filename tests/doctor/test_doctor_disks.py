"""The disks: room to write, folders that can be written to, and a run that is at work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from publisher.doctor import Space
from publisher.doctor.machine import space_at
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.release import exclusive
from tests.doctor.clinic import PLENTY, look, one, told
from tests.release.newsroom import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite

MIB = 1024**2


@pytest.mark.parametrize(
    ("free", "state", "words"),
    [
        (500 * MIB, "ok", "500.0 MiB free for .publisher, feeds, posts"),
        (500 * MIB - 1, "warning", "500.0 MiB free for .publisher, feeds, posts"),
        (50 * MIB, "warning", "50.0 MiB free for .publisher, feeds, posts"),
        (50 * MIB - 1, "failed", "50.0 MiB free for .publisher, feeds, posts; a run may need 50.0 MiB"),
        (0, "failed", "0 bytes free for .publisher, feeds, posts; a run may need 50.0 MiB"),
    ],
)
def test_little_room_is_told_and_too_little_has_failed(
    make_site: MakeSite, free: int, state: str, words: str
) -> None:
    """Once for each file system, whatever lies on it."""
    found = one(look(make_site(), space=lambda _: Space(1, free, None)), "free-space")

    assert (found.state, found.message) == (state, words)


def test_large_feeds_need_more_room(make_site: MakeSite) -> None:
    """Three times what is there: files are written beside those they replace."""
    site = make_site()
    site.feeds.mkdir()
    with (site.feeds / "old.xml").open("wb") as stream:
        stream.truncate(200 * MIB)

    found = one(look(site, space=lambda _: Space(1, 599 * MIB, None)), "free-space")

    assert (found.state, found.message.rpartition("; ")[2]) == ("failed", "a run may need 600.0 MiB")
    assert one(look(site, space=lambda _: Space(1, 600 * MIB, None)), "free-space").state == "ok"


def test_each_file_system_is_told_of_by_itself(make_site: MakeSite) -> None:
    """Where posts lie on another disk, its room is another."""
    site = make_site()

    def space(folder: Path) -> Space:
        return Space(2, MIB, None) if folder == site.posts else PLENTY

    assert told(look(site, space=space)["free-space"]) == [
        ("ok", "931.3 GiB free for .publisher, feeds"),
        ("failed", "1.0 MiB free for posts; a run may need 50.0 MiB"),
    ]


@pytest.mark.parametrize(
    ("files", "states"),
    [(None, ["ok"]), (1000, ["ok"]), (999, ["ok", "warning"]), (99, ["ok", "failed"])],
)
def test_few_files_that_can_be_made_are_told(
    make_site: MakeSite, files: int | None, states: list[str]
) -> None:
    """A file system may be out of them with room to spare; some set no number."""
    found = look(make_site(), space=lambda _: Space(1, 10**12, files))["free-space"]

    assert [str(finding.state) for finding in found] == states


def test_a_disk_that_does_not_answer_is_told(make_site: MakeSite) -> None:
    """The other checks are made."""

    def gone(folder: Path) -> Space:
        raise OSError(5, "Input/output error", str(folder))

    found = look(make_site(), space=gone)

    assert "Input/output error" in one(found, "free-space").message
    assert one(found, "posts").state == "ok"


def test_the_machine_s_own_disk_answers(tmp_path: Path) -> None:
    """In bytes, and of the file system that the folder lies on."""
    space = space_at(tmp_path)

    assert space.device == tmp_path.stat().st_dev
    assert 0 < space.free < 2**63


@pytest.mark.parametrize("name", [".publisher", "feeds"])
@pytest.mark.parametrize("trap", ["file", "pipe", "dangling", "/proc"])
def test_a_folder_that_cannot_be_written_to_has_failed(make_site: MakeSite, name: str, trap: str) -> None:
    """Also for root, whom no permission stops: /proc takes files from nobody."""
    site = make_site()
    path = site.root / name
    if trap == "file":
        path.write_text("")
    elif trap == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere" if trap == "dangling" else trap)

    found = look(site)["folders"]

    assert [finding.message.partition(":")[0] for finding in found if finding.state == "failed"] == [
        f"{name} cannot be written"
    ]
    assert found[0].help


def test_nothing_is_left_behind_where_it_was_tried_to_write(make_site: MakeSite) -> None:
    """Not even for a moment is there a name in the folder that is put on the web."""
    site = make_site()
    generate(read_posts(site).posts, site, NOW)
    watched = sorted(site.feeds.rglob("*"))

    assert told(look(site)["folders"]) == [("ok", ".publisher and feeds can be written")]
    assert sorted(site.feeds.rglob("*")) == watched
    assert {file.name for file in site.state.iterdir()} <= {".gitignore", "cache"}


def test_a_folder_that_everybody_can_write_to_is_told(make_site: MakeSite) -> None:
    """Whoever can, could put a ledger of theirs there."""
    site = make_site()
    site.state.mkdir()
    site.state.chmod(0o777)

    found = look(site)["folders"][0]

    assert (found.state, found.help) == ("warning", "chmod o-w .publisher")


def test_a_run_at_work_is_mentioned_and_not_disturbed(make_site: MakeSite) -> None:
    """It has the lock; what is found may change under it. When it has ended, nothing is said of it."""
    site = make_site()
    script = (
        "import sys; from publisher.release import exclusive; from publisher.site import load_site\n"
        "with exclusive(load_site(sys.argv[1])): print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(site.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        during = look(site)["folders"]
        # As if it had begun yesterday: it hangs.
        began = time.time() - 86_400
        os.utime(site.state / ".began", (began, began))
        hanging = look(site)["folders"]
    after = look(site)["folders"]

    assert [(finding.state, "is at work" in finding.message) for finding in (during[-1], hanging[-1])] == [
        ("ok", True),
        ("failed", True),
    ]
    assert len(after) == 1
    with exclusive(site):  # and it let go of the lock itself
        pass
