"""Safe fixes of whole files: proven by reading, written at once or not at all."""

from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING, NoReturn

import pytest

from publisher.diagnostics import Diagnostic, Edit, Fix, Severity
from publisher.errors import EnvironmentFault, Refused
from publisher.posts import mend_posts, read_post
from publisher.posts.mending import mend
from publisher.posts.rewriting import rewrite
from tests import warm_start

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite

POST = b"""\
---
id: 4c768283-9939-45ec-b325-53b5be6f9ce5
title: Karmalink
date: 2022-07-15
sumary: A boy, a robot and a treasure.
---

Text.
"""


def test_one_fix_uncovers_the_next(make_site: MakeSite) -> None:
    """A title that YAML trips over hides a misspelt key below it; both are mended in one go."""
    site = make_site({})
    data = POST.replace(b"title: Karmalink", b"title: Alien: Covenant")

    mended, faults = mend(data, site.posts / "a.md", site)

    assert mended == POST.replace(b"title: Karmalink", b'title: "Alien: Covenant"').replace(
        b"sumary", b"summary"
    )
    assert [fault.code for fault in faults] == ["yaml-syntax", "unknown-key"]


@pytest.mark.parametrize(
    "edit",
    [
        Edit(0, 0, ""),  # does nothing
        Edit(0, 3, "???"),  # takes the front matter away
        Edit(4, 4, "["),  # breaks the YAML
    ],
)
def test_a_fix_that_does_not_help_is_left_out(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, edit: Edit
) -> None:
    """Each round is read again: a fix that leaves its fault, or makes a worse one, never reaches the file."""
    site = make_site({})

    def suggesting(data: bytes, *rest: object) -> tuple[object, list[Diagnostic]]:
        post, found = read_post(data, *rest)  # type: ignore[arg-type]
        odd = Diagnostic(
            path="a.md",
            line=3,
            code="rating-range",
            severity=Severity.ERROR,
            message="odd",
            excerpt="title: Karmalink",
            fix=Fix("mend it", (edit,)),
        )
        return post, [*([odd] if b"\ntitle: Karmalink" in data else []), *found]

    monkeypatch.setattr("publisher.posts.mending.read_post", suggesting)
    mended, faults = mend(POST, site.posts / "a.md", site)

    assert mended == POST.replace(b"sumary", b"summary")
    assert [fault.code for fault in faults] == ["unknown-key"]


def test_only_files_with_something_to_mend_are_written(make_site: MakeSite) -> None:
    """The others are not even touched."""
    site = make_site({"a.md": POST, "b.md": POST.replace(b"sumary", b"summary").replace(b"ce5", b"ce6")})
    untouched = (site.posts / "b.md").stat().st_mtime_ns

    assert [mended.file.name for mended in mend_posts(site)] == ["a.md"]
    assert (site.posts / "b.md").stat().st_mtime_ns == untouched


def test_a_link_stays_a_link(make_site: MakeSite) -> None:
    """Within the folder of posts a file may have a second name; what it leads to is mended."""
    site = make_site({"drafts/a.md": POST})
    link = site.posts / "z.md"
    link.symlink_to(site.posts / "drafts" / "a.md")

    list(mend_posts(site, [link]))

    assert link.is_symlink()
    assert b"\nsummary:" in (site.posts / "drafts" / "a.md").read_bytes()


def test_a_file_that_somebody_else_changed_is_left_alone(tmp_path: Path) -> None:
    """What was read is not what is there: writing would lose somebody's work."""
    file = tmp_path / "a.md"
    file.write_bytes(b"theirs")

    with pytest.raises(Refused, match="changed while it was being mended"):
        rewrite(file, b"as it was read", b"ours")

    assert file.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file keeps its bytes, and nothing is left beside it."""
    file = tmp_path / "a.md"
    file.write_bytes(b"before")

    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("publisher.posts.rewriting.os.fsync", full)
    with pytest.raises(EnvironmentFault, match="No space left on device"):
        rewrite(file, b"before", b"after")

    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]


KILLED = """
import os, signal, sys
from pathlib import Path
from publisher.posts.rewriting import rewrite

left = int(sys.argv[2])

def trap(function):
    def trapped(*args, **kwargs):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return function(*args, **kwargs)
    return trapped

for owner, name in ((os, "fdopen"), (os, "fchmod"), (os, "fsync"), (os, "open"), (Path, "replace"), (Path, "read_bytes")):
    setattr(owner, name, trap(getattr(owner, name)))
rewrite(Path(sys.argv[1]), b"before", b"after" * 100_000)
"""


def test_a_process_killed_on_the_way_leaves_the_old_bytes_or_the_new(tmp_path: Path) -> None:
    """Killed with -9 at every step in turn, the file is whole, and what lies beside it is no post."""
    seen = set()
    for step in range(20):
        file = tmp_path / f"{step}.md"
        file.write_bytes(b"before")
        done = warm_start.run("-c", KILLED, file, step)
        content = file.read_bytes()
        seen.add(content[:6])
        assert content in {b"before", b"after" * 100_000}
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL

    assert step >= 5
    assert seen == {b"before", b"aftera"}
    assert all(left.name.startswith(".") for left in tmp_path.iterdir() if left.suffix != ".md")


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("rate: 4", ""),
        ("region: US", ""),
        ("season: 2", ""),
        ("collection: Universal Monsters", ""),
        ("image_alt: A moth", ""),
        ("tvdb: '78804'", "film: {title: Karmalink, year: 2021, ids: {tvdb: '78804'}}"),
        (
            "inclusive: true",
            "film: {title: K, year: 2021}\nwatch: [{service: Vudu, kind: rent, inclusive: true}]",
        ),
        (
            "checker: Anna",
            "film: {title: K, year: 2021}\nwatch: [{service: Vudu, kind: rent, checker: Anna}]",
        ),
    ],
)
def test_another_word_is_no_slip_of_the_hand(make_site: MakeSite, line: str, where: str) -> None:
    """A key that means something of its own is for the editor to judge, however near another one is."""
    site = make_site({})
    data = POST.replace(b"sumary", b"summary").replace(b"summary", f"{where or line}\nsummary".encode())

    mended, faults = mend(data, site.posts / "a.md", site)

    assert (mended, faults) == (data, [])


@pytest.mark.parametrize(
    "title",
    [
        '"Rec" and "Rec 2"',
        "'Alien' vs. 'Aliens'",
        '"Alien", "Aliens"',
        "'Don't', she says, 'don't'",
        '"Apartment # 9',
        '"a "b" c',
        '"Foo said\n"hello" to me."',
    ],
)
def test_quotes_that_can_be_meant_in_two_ways_are_left_to_the_editor(make_site: MakeSite, title: str) -> None:
    """Whose quotes they are, the title's or YAML's, nobody knows but who wrote them."""
    site = make_site({})
    data = POST.replace(b"sumary", b"summary").replace(b"Karmalink", title.encode())

    assert mend(data, site.posts / "a.md", site) == (data, [])


def test_lines_with_the_same_fault_are_all_mended(make_site: MakeSite) -> None:
    """What comes to light below is not the fault above that came back."""
    site = make_site({})
    watch = (
        b"film: {title: K, year: 2021}\nwatch:\n" + b"  - service: Vudu\n    kind: rent\n    via: @home\n" * 3
    )
    data = POST.replace(b"sumary", watch + b"summary")

    mended, faults = mend(data, site.posts / "a.md", site)

    assert mended == data.replace(b"@home", b'"@home"')
    assert [fault.code for fault in faults] == ["yaml-syntax"] * 3


def test_a_read_only_post_is_left_alone_and_the_others_are_mended(make_site: MakeSite) -> None:
    """Who took away the right to write meant it; the obstacle is told with the file."""
    site = make_site({"a.md": POST, "b.md": POST.replace(b"ce5", b"ce6")})
    (site.posts / "a.md").chmod(0o444)

    first, second = mend_posts(site)

    assert first.obstacle is not None
    assert first.obstacle.message == "a.md is read-only"
    assert second.obstacle is None
    assert (site.posts / "a.md").read_bytes() == POST
    assert b"\nsummary:" in (site.posts / "b.md").read_bytes()


def test_a_post_with_a_second_name_is_left_alone(make_site: MakeSite, tmp_path: Path) -> None:
    """A hard link would go on holding the old text without anybody knowing."""
    site = make_site({"a.md": POST})
    (tmp_path / "backup").hardlink_to(site.posts / "a.md")
    (mended,) = mend_posts(site)

    assert mended.obstacle is not None
    assert "hard link" in mended.obstacle.message
