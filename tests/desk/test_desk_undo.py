"""Edits are taken back: byte for byte, one after the other, and never over what somebody else wrote."""

from __future__ import annotations

import os
import signal
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from publisher.desk import journal as journal_module
from publisher.desk.correcting import correct
from publisher.desk.journal import KEPT, EditJournal, at_work, digest, records, remember, remembered
from publisher.desk.renaming import rename
from publisher.desk.retracting import restore, retract
from publisher.desk.undoing import ChangedSince, undo, undoable
from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.posts import read_posts
from publisher.release import publish
from tests import warm_start
from tests.release.newsroom import NOW, Newsroom, post
from tests.release.test_release_durability import TRAPPED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site


def text(newsroom: Newsroom, name: str = "a") -> bytes:
    """Return what a post holds."""
    return (newsroom.site.posts / f"{name}.md").read_bytes()


def waiting(newsroom: Newsroom) -> list[tuple[str, bool]]:
    """List the edits that can be taken back, and whether something stands in the way."""
    return [(edit.command, edit.obstacle is not None) for edit in undoable(newsroom.site)]


def test_edits_are_taken_back_one_after_the_other(make_site: Callable[..., Site]) -> None:
    """Each state comes back as it was, whatever the line ends and the encoding of nothing."""
    newsroom = Newsroom(make_site, posts={"a": "\ufeff" + post().replace("\n", "\r\n")})
    states = [text(newsroom)]
    edits: list[Callable[[], object]] = [
        lambda: correct(newsroom.site, "karmalink", "x", NOW),
        lambda: rename(newsroom.site, "karmalink", "b", NOW),
        lambda: retract(newsroom.site, "b", "y", NOW),
        lambda: restore(newsroom.site, "b", NOW),
    ]
    for edit in edits:
        edit()
        states.append(text(newsroom))
    assert waiting(newsroom) == [
        ("restore", False),
        ("retract", False),
        ("rename", False),
        ("correct", False),
    ]

    for state in states[-2::-1]:
        undo(newsroom.site)
        assert text(newsroom) == state

    with pytest.raises(Refused, match="no edit to take back"):
        undo(newsroom.site)
    assert waiting(newsroom) == []


def test_a_file_changed_since_is_left_alone(make_site: Callable[..., Site]) -> None:
    """The lines that undoing would change are shown; edits of other posts can still be taken back."""
    newsroom = Newsroom(make_site, posts={"a": post(), "b": post(2)})
    other = text(newsroom, "b")
    correct(newsroom.site, "film-2", "x", NOW)
    retract(newsroom.site, "karmalink", "x", NOW)
    newsroom.put(a=text(newsroom).decode().replace("rating: 4", "rating: 3"))
    changed = text(newsroom)

    with pytest.raises(ChangedSince, match=r"posts/a\.md was changed since `publisher retract`") as caught:
        undo(newsroom.site)

    shown = [(line.sign, line.text) for line in caught.value.lines]
    assert {("-", "rating: 3"), ("+", "rating: 4"), ("-", "status: retracted")} <= set(shown)
    assert waiting(newsroom) == [("retract", True), ("correct", False)]
    undo(newsroom.site, "film-2")
    assert (text(newsroom), text(newsroom, "b")) == (changed, other)


def test_a_new_post_is_removed_and_a_post_that_is_gone_is_not_made(make_site: Callable[..., Site]) -> None:
    """Only what holds exactly what was written is removed."""
    newsroom = Newsroom(make_site)
    new = newsroom.site.posts / "new.md"
    data = post(2).encode()
    with remembered(newsroom.site, "new", new, None, data):
        new.write_bytes(data)

    undone = undo(newsroom.site, "new")
    (file,) = undone.files
    assert (undone.command, file.removes, file.lines, undone.outlook) == ("new", True, (), "")
    assert not new.exists()

    with remembered(newsroom.site, "new", new, None, data):
        new.write_bytes(data + b"more")
    with pytest.raises(ChangedSince, match="changed since") as refused:
        undo(newsroom.site)
    assert refused.value.lines == ()
    new.unlink()
    retract(newsroom.site, "karmalink", "x", NOW)
    newsroom.remove("a")
    with pytest.raises(Refused, match="is not there any more"):
        undo(newsroom.site, "posts/a.md")
    with pytest.raises(UsageError):
        undo(newsroom.site, "nothing")


def test_a_dry_run_takes_nothing_back(make_site: Callable[..., Site]) -> None:
    """It shows the lines."""
    newsroom = Newsroom(make_site)
    retract(newsroom.site, "karmalink", "x", NOW)
    before = newsroom.files()

    (file,) = undo(newsroom.site, dry=True).files
    assert len(file.lines) == 3
    assert newsroom.files() == before


def test_an_edit_that_could_not_be_made_is_not_remembered(make_site: Callable[..., Site]) -> None:
    """A read-only file, a file with a second name, one that changed meanwhile."""
    newsroom = Newsroom(make_site)
    file = newsroom.site.posts / "a.md"
    file.chmod(0o444)
    with pytest.raises(Refused, match="read-only"):
        retract(newsroom.site, "karmalink", "x", NOW)
    file.chmod(0o644)
    os.link(file, file.with_name("other.txt"))
    with pytest.raises(Refused, match="another name"):
        retract(newsroom.site, "karmalink", "x", NOW)

    assert list(records(newsroom.site)) == []


def test_what_cannot_be_remembered_is_not_edited(make_site: Callable[..., Site]) -> None:
    """A file stands where the records go."""
    newsroom = Newsroom(make_site)
    before = text(newsroom)
    newsroom.site.state.mkdir()
    (newsroom.site.state / journal_module.FOLDER).write_text("")

    with pytest.raises(EnvironmentFault, match="nothing was changed"):
        retract(newsroom.site, "karmalink", "x", NOW)

    assert text(newsroom) == before


def test_records_are_private_and_the_newest_are_kept(make_site: Callable[..., Site]) -> None:
    """What a draft said is nobody's business, and no disk is filled."""
    newsroom = Newsroom(make_site)
    file = newsroom.site.posts / "a.md"
    for number in range(KEPT + 5):
        remember(newsroom.site, f"edit {number}", file, b"", b"")

    kept = [record.command for record in records(newsroom.site)]
    folder = newsroom.site.state / journal_module.FOLDER
    assert kept == [f"edit {number}" for number in range(KEPT + 4, 4, -1)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.name != "lock"} == {0o600}


RECORD = b'{"format_version": 1, "command": "new", "file": "%s", "before": null, "after": "x"}\n'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]\n",
        b"[" * 100_000,
        b'{"format_version": 2}\n',
        b"\xff\n",
        b'{"format_version": 1, "command": 1}\n',
        RECORD % rb"posts/a\u0000.md",
        RECORD % rb"posts/\ud800.md",
    ],
)
def test_records_that_make_no_sense_are_passed_over(make_site: Callable[..., Site], content: bytes) -> None:
    """Such as one whose writer was killed; the one before it is taken back."""
    newsroom = Newsroom(make_site)
    before = text(newsroom)
    retract(newsroom.site, "karmalink", "x", NOW)
    (newsroom.site.state / journal_module.FOLDER / "00000002").write_bytes(content)
    os.mkfifo(newsroom.site.state / journal_module.FOLDER / "00000003")

    undo(newsroom.site)

    assert text(newsroom) == before


def test_numbers_that_somebody_made_up_hide_no_edit(make_site: Callable[..., Site]) -> None:
    """The next edit is the newest, however large a number lies there."""
    newsroom = Newsroom(make_site)
    retract(newsroom.site, "karmalink", "x", NOW)
    (newsroom.site.state / journal_module.FOLDER / ("9" * 18)).write_bytes(b"")
    restore(newsroom.site, "karmalink", NOW)
    before = text(newsroom)

    assert undo(newsroom.site).command == "restore"
    assert text(newsroom) != before


@pytest.mark.parametrize(
    "where", ["../outside.md", "../../outside.md", "publisher.toml", "posts/.hidden.md", "posts/x.txt"]
)
def test_no_record_reaches_beyond_the_posts(
    make_site: Callable[..., Site], tmp_path: Path, where: str
) -> None:
    """A record that came with somebody's copy of a site must not overwrite other files."""
    newsroom = Newsroom(make_site)
    site, file = newsroom.site, tmp_path / where
    held = file.read_bytes() if file.exists() else None
    remember(site, "retract", file, b"evil", held if held is not None else b"")

    with pytest.raises(Refused, match="is not one of the site's posts"):
        undo(site)

    assert (file.read_bytes() if file.exists() else None) == held


MOMENTS = {
    "before anything": ("publisher.desk.journal:remember", "before"),
    "before it is remembered": ("os:fsync", "before"),
    "when it is remembered": ("publisher.desk.journal:remember", "after"),
    "before the file is replaced": ("pathlib:Path.replace", "before"),
    "when the file is replaced": ("pathlib:Path.replace", "after"),
}


@pytest.mark.parametrize(("place", "when"), MOMENTS.values(), ids=MOMENTS)
def test_killed_at_any_moment_an_edit_is_made_or_not_and_undo_knows(
    make_site: Callable[..., Site], place: str, when: str
) -> None:
    """The file is as before or as after; undoing goes back to where the edit before began, and never astray."""
    newsroom = Newsroom(make_site)
    first = text(newsroom)
    correct(newsroom.site, "karmalink", "x", NOW)
    second = text(newsroom)

    arguments = [place, when, "1", "retract", "karmalink", "--reason", "y", "--now", NOW.isoformat()]
    killed = warm_start.run("-c", TRAPPED, *arguments, "--site", newsroom.site.root)

    assert killed.returncode == -signal.SIGKILL
    made = when == "after" and "replace" in place
    assert (text(newsroom) != second) == made
    if made:
        assert undo(newsroom.site).command == "retract"
        assert text(newsroom) == second
    assert undo(newsroom.site).command == "correct"
    assert text(newsroom) == first
    with pytest.raises(Refused, match="no edit to take back"):
        undo(newsroom.site)
    assert text(newsroom) == first
    retract(newsroom.site, "karmalink", "z", NOW)  # nothing that was left behind stands in the way
    undo(newsroom.site)
    assert text(newsroom) == first


def test_undoing_that_was_killed_is_finished_by_undoing(make_site: Callable[..., Site]) -> None:
    """The file holds what it held before, and the record still stands: the edit counts as taken back."""
    newsroom = Newsroom(make_site)
    first = text(newsroom)
    correct(newsroom.site, "karmalink", "x", NOW)
    second = text(newsroom)
    retract(newsroom.site, "karmalink", "y", NOW)
    arguments = ("pathlib:Path.replace", "after", 1, "undo", "--site", newsroom.site.root)
    warm_start.run("-c", TRAPPED, *arguments)
    assert text(newsroom) == second

    undo(newsroom.site)

    assert text(newsroom) == first
    assert waiting(newsroom) == []


def test_whoever_edits_while_others_do_waits_for_them(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment, and not for ever."""
    newsroom = Newsroom(make_site)
    monkeypatch.setattr(journal_module, "_PATIENCE", 0.1)
    before = text(newsroom)

    with at_work(newsroom.site), pytest.raises(Refused, match="is editing posts"):
        retract(newsroom.site, "karmalink", "x", NOW)

    assert text(newsroom) == before


def test_edits_at_once_lose_nothing(make_site: Callable[..., Site]) -> None:
    """Of edits to one post by several people each is made whole or refused, and all that were made can be undone."""
    newsroom = Newsroom(make_site)
    before = text(newsroom)
    outcomes: list[str] = []

    def work(number: int) -> None:
        try:
            correct(newsroom.site, "karmalink", f"note {number}", NOW)
            outcomes.append("made")
        except Refused:
            outcomes.append("refused")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 6
    made = outcomes.count("made")
    assert made >= 1
    assert len(waiting(newsroom)) == made
    for _ in range(made):
        undo(newsroom.site)
    assert text(newsroom) == before


def test_an_edit_during_a_publish_run_is_told_by_the_next(make_site: Callable[..., Site]) -> None:
    """What was read before the edit is never sent in part: the run refuses, or the next one tells of it."""
    newsroom = Newsroom(make_site)
    found = read_posts(newsroom.site)
    retract(newsroom.site, "karmalink", "Not ours.", NOW)

    with pytest.raises(Refused, match="changed while it was being published"):
        publish(found, newsroom.site, NOW)

    assert newsroom.push().changes == ()
    assert b"status: retracted" in text(newsroom)


def by_hand(newsroom: Newsroom) -> None:
    """Give the post another slug by hand, and have the rename record what it was."""
    newsroom.put(a=post(slug="b"))
    rename(newsroom.site, "karmalink", "b", NOW)


@pytest.mark.parametrize(
    ("renamed", "published", "why", "way_out"),
    [
        (
            lambda newsroom: rename(newsroom.site, "karmalink", "b", NOW),
            True,
            r"posts/a\.md was announced at /reviews/b/ since",
            "`publisher rename b karmalink` renames it back, and leaves a redirect",
        ),
        (
            by_hand,
            True,
            r"links to /reviews/karmalink/ lead to /reviews/b/ by now",
            "out of the list previous:",
        ),
        (by_hand, False, r"was announced at /reviews/karmalink/", "`publisher rename b karmalink` gives it"),
    ],
    ids=["renamed and published", "recorded and published", "recorded"],
)
def test_an_address_that_was_announced_is_not_taken_back(
    make_site: Callable[..., Site],
    renamed: Callable[[Newsroom], object],
    *,
    published: bool,
    why: str,
    way_out: str,
) -> None:
    """Nobody would find it any more, or no run would take the post; the list says so, and a rename does it."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    renamed(newsroom)
    if published:
        newsroom.push()
    before = text(newsroom)

    with pytest.raises(Refused, match=why) as refused:
        undo(newsroom.site, now=NOW)

    assert way_out in str(refused.value.hint)
    assert waiting(newsroom) == [("rename", True)]
    assert text(newsroom) == before
    if "rename b karmalink" in way_out:
        rename(newsroom.site, "b", "karmalink", NOW)
        newsroom.push()


def test_a_rename_that_nobody_was_told_of_is_taken_back(make_site: Callable[..., Site]) -> None:
    """Also one of several, and one that went back to the address that was announced."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    states = []
    for old, new in (("karmalink", "b"), ("b", "c"), ("c", "karmalink")):
        states.append(text(newsroom))
        rename(newsroom.site, old, new, NOW)

    while states:
        undo(newsroom.site, now=NOW)
        assert text(newsroom) == states.pop()
    assert newsroom.push().changes == ()


@pytest.fixture
def newsroom(make_site: Callable[..., Site]) -> Newsroom:
    """Return a newsroom with three posts."""
    return Newsroom(make_site, posts={"a": post(), "b": post(2), "c": post(3)})


def edited(newsroom: Newsroom, journal: EditJournal, *names: str, rating: int = 1) -> None:
    """Edit posts as one run of a command would."""
    for name in names:
        file, before = newsroom.site.posts / f"{name}.md", text(newsroom, name)
        after = before.replace(b"rating: 4", b"rating: %d" % rating)
        with journal.change(file, before, after):
            file.write_bytes(after)


def test_what_one_run_wrote_into_many_files_is_one_edit(newsroom: Newsroom) -> None:
    """It is taken back as one, also where it made a file; the edit before it comes next."""
    before = posts_in(newsroom)
    correct(newsroom.site, "film-2", "x", NOW)
    between = posts_in(newsroom)
    journal, new = EditJournal(newsroom.site, "attach"), newsroom.site.posts / "new.md"
    edited(newsroom, journal, "a", "b", "c")
    with journal.change(new, None, b"x"):
        new.write_bytes(b"x")

    (listed, _) = undoable(newsroom.site)
    assert (listed.command, listed.name, listed.obstacle) == ("attach", "4 files", None)
    undone = undo(newsroom.site)

    assert [file.name for file in undone.files] == ["posts/a.md", "posts/b.md", "posts/c.md", "posts/new.md"]
    assert posts_in(newsroom) == between
    assert undo(newsroom.site).command == "correct"
    assert posts_in(newsroom) == before


def posts_in(newsroom: Newsroom) -> dict[str, bytes]:
    """Return what the posts hold."""
    return {file.name: file.read_bytes() for file in newsroom.site.posts.glob("*.md")}


def test_an_edit_of_many_files_is_taken_back_whole_or_not_at_all(newsroom: Newsroom) -> None:
    """Where one of them was changed since, all stay; what it did to one post is taken back by that post's name."""
    before = posts_in(newsroom)
    edited(newsroom, EditJournal(newsroom.site, "attach"), "a", "b", "c")
    newsroom.put(b=text(newsroom, "b").decode() + "More.\n")
    changed = posts_in(newsroom)

    with pytest.raises(
        ChangedSince,
        match="was changed since `publisher attach`, which wrote 3 files; nothing was taken back",
    ) as refused:
        undo(newsroom.site)

    assert refused.value.name == "posts/b.md"
    assert posts_in(newsroom) == changed
    undo(newsroom.site, "karmalink")
    assert posts_in(newsroom) == {**changed, "a.md": before["a.md"]}
    newsroom.put(b=changed["b.md"].decode().removesuffix("More.\n"))
    assert undo(newsroom.site).name == "2 files"
    assert posts_in(newsroom) == before
    assert list(records(newsroom.site)) == []


def test_a_file_that_cannot_be_written_keeps_all_others_as_they_are(newsroom: Newsroom) -> None:
    """Those that were put back already are as they were, and the edit can still be taken back."""
    before = posts_in(newsroom)
    edited(newsroom, EditJournal(newsroom.site, "attach"), "a", "b", "c")
    written = posts_in(newsroom)
    (newsroom.site.posts / "a.md").chmod(0o444)

    with pytest.raises(Refused, match=r"a\.md is read-only; nothing was taken back of 3 files"):
        undo(newsroom.site)

    assert posts_in(newsroom) == written
    (newsroom.site.posts / "a.md").chmod(0o644)
    undo(newsroom.site)
    assert posts_in(newsroom) == before


def test_edits_of_others_during_a_run_keep_their_order(newsroom: Newsroom) -> None:
    """Another file's edit in the middle changes nothing; the same file's begins the run's edit anew."""
    states = [posts_in(newsroom)]
    journal = EditJournal(newsroom.site, "attach")
    edited(newsroom, journal, "a")
    correct(newsroom.site, "film-2", "x", NOW)
    edited(newsroom, journal, "c")
    assert [edit.command for edit in undoable(newsroom.site)] == ["correct", "attach"]
    edited(newsroom, journal, "b")
    assert [edit.name for edit in undoable(newsroom.site)] == ["posts/b.md", "posts/b.md", "2 files"]

    for _ in range(3):
        undo(newsroom.site)
    assert posts_in(newsroom) == states[0]


def test_a_run_goes_on_after_it_was_taken_back(newsroom: Newsroom) -> None:
    """What it writes then is another edit."""
    before = posts_in(newsroom)
    journal = EditJournal(newsroom.site, "attach")
    edited(newsroom, journal, "a", "b")
    undo(newsroom.site)
    edited(newsroom, journal, "c")

    assert undo(newsroom.site).name == "posts/c.md"
    assert posts_in(newsroom) == before


def test_a_change_that_could_not_be_made_is_not_remembered_among_others(newsroom: Newsroom) -> None:
    """The others are; and what was half remembered when the power went is passed over."""
    before = posts_in(newsroom)
    journal = EditJournal(newsroom.site, "attach")
    edited(newsroom, journal, "a")
    with pytest.raises(ZeroDivisionError), journal.change(newsroom.site.posts / "b.md", b"x", b"y"):
        raise ZeroDivisionError
    edited(newsroom, journal, "c")
    (record,) = (newsroom.site.state / journal_module.FOLDER).glob("0*")
    with record.open("ab") as stream:
        stream.write(b'{"format_version": 1, "command": "attach", "file": "posts/b.md", "length": 99')

    assert [file.name for file in undo(newsroom.site).files] == ["posts/a.md", "posts/c.md"]
    assert posts_in(newsroom) == before


def test_records_take_no_more_room_than_they_may(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old ones go; the newest stays, however large."""
    monkeypatch.setattr(journal_module, "MOST_BYTES", 2000)
    file = newsroom.site.posts / "a.md"
    for number, size in enumerate((900, 900, 100, 9000)):
        remember(newsroom.site, f"edit {number}", file, b"x" * size, b"")
        if number == 2:
            assert [record.command for record in records(newsroom.site)] == ["edit 2", "edit 1"]
    assert [record.command for record in records(newsroom.site)] == ["edit 3"]


def test_records_of_former_versions_are_taken_back(newsroom: Newsroom) -> None:
    """They had one change, and no length."""
    before, after = text(newsroom), text(newsroom) + b"More.\n"
    header = (
        b'{"format_version": 1, "command": "retract", "file": "posts/a.md", "before": "%s", "after": "%s"}\n'
        % (
            digest(before).encode(),
            digest(after).encode(),
        )
    )
    remember(newsroom.site, "other", newsroom.site.posts / "b.md", b"", b"")
    (newsroom.site.state / journal_module.FOLDER / "00000002").write_bytes(header + before)
    newsroom.put(a=after.decode())

    assert undo(newsroom.site).command == "retract"
    assert text(newsroom) == before


def test_no_error_is_brought_back(make_site: Callable[..., Site]) -> None:
    """On a site where nothing may vanish, a retraction of a draft that partners know stays."""
    newsroom = Newsroom(make_site, more='[rules]\nreview-unpublished = "error"\n')
    newsroom.push()
    newsroom.put(a=post(status="draft"))
    retract(newsroom.site, "karmalink", "x", NOW)

    with pytest.raises(
        Refused, match="would have an error again: the review was announced, and is a draft now"
    ):
        undo(newsroom.site, now=NOW)

    newsroom.push()
    undo(newsroom.site, now=NOW)  # they know it as taken back


@pytest.mark.parametrize("heard", [False, True], ids=["not told", "told"])
@pytest.mark.parametrize(
    ("edits", "told"),
    [
        (("correct",), "review.updated"),
        (("retract",), "review.published"),
        (("retract", "restore"), "review.retracted"),
    ],
)
def test_what_partners_will_hear_of_an_edit_taken_back_is_what_the_next_run_tells(
    make_site: Callable[..., Site], edits: tuple[str, ...], told: str, *, heard: bool
) -> None:
    """Where they heard of the edit, they hear of the change back; where they did not, of nothing."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    commands: dict[str, Callable[[], object]] = {
        "correct": lambda: correct(newsroom.site, "karmalink", "x", NOW),
        "retract": lambda: retract(newsroom.site, "karmalink", "x", NOW),
        "restore": lambda: restore(newsroom.site, "karmalink", NOW),
    }
    for number, command in enumerate(edits, 1):
        commands[command]()
        if heard or number < len(edits):
            newsroom.push()

    outlook = undo(newsroom.site, now=NOW).outlook

    changes = [str(change.type) for change in newsroom.push().changes]
    assert changes == ([told] if heard else [])
    assert outlook == (
        f"the next publish tells partners of it ({told}); what they were told already cannot be unsent"
        if heard
        else "the next publish has nothing to tell partners of it"
    )


def test_of_a_review_that_nobody_knows_nothing_is_said(make_site: Callable[..., Site]) -> None:
    """No ledger has it; of another change that waits, its event is named and nothing called unsent."""
    newsroom = Newsroom(make_site)
    correct(newsroom.site, "karmalink", "x", NOW)
    assert undo(newsroom.site, now=NOW).outlook == ""
    newsroom.push()
    newsroom.put(a=post(title="Another"))
    correct(newsroom.site, "karmalink", "x", NOW)

    assert undo(newsroom.site, now=NOW).outlook == "the next publish tells partners of it (review.updated)"


def test_of_a_post_with_faults_nobody_says_for_certain_what_was_told(make_site: Callable[..., Site]) -> None:
    """It cannot be compared."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(rating="99"))
    correct(newsroom.site, "karmalink", "x", NOW)

    assert undo(newsroom.site, now=NOW).outlook.startswith("if partners were told")
