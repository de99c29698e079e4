"""A second look at posts that nobody changed reads none of them, and finds what the first found; any change is noticed."""

from __future__ import annotations

import builtins
import io
import os
import struct
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.cache import Store, looks
from publisher.content import present
from publisher.outputs import EntryMaker
from publisher.posts import Collection, Post, collection, kept, read_posts
from publisher.posts.beside import Folder
from publisher.posts.reading import check_post
from publisher.posts.turning_points import turning_points
from publisher.site import FILE_NAME, Site, load_site
from tests.conftest import CONFIGURATION, MakeSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# Long past the grain of any clock.
_LATER = 0.06
_IDS = {name: f"4c768283-9939-45ec-b325-{number:012}" for number, name in enumerate(("moth", "wasp", "bee"))}


def _post(name: str, front: str = "", text: str = "A moth flies.") -> str:
    return (
        f"---\nid: {_IDS[name]}\ntitle: The {name}\ndate: 2026-03-05T09:00Z\nfilm: {{title: The {name}, year: 2020}}\n"
        f"summary: It flies.\n{front.strip()}\n---\n\n{text}\n"
    ).replace("\n\n---\n", "\n---\n")


def _offers(name: str, *, until: str = "") -> str:
    more = f', "until": "{until}"' if until else ""
    return (
        f'{{"format_version": 1, "id": "{_IDS[name]}", "offers": ['
        f'{{"service": "shudder", "kind": "subscription", "region": "US", "source": "tmdb", "checked": "2026-11-01"{more}}}]}}'
    )


def _picture(width: int = 10) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, 5) + b"\x08\x06\0\0\0"


_POSTS: dict[str, str | bytes] = {
    "moth.md": _post(
        "moth", "image: {src: images/a.png, alt: a moth}", "![](images/a.png) and ![b](images/b.png)"
    ),
    "wasp.md": _post(
        "wasp", "watch:\n  - {service: Shudder, kind: subscription, until: 2026-11-30}", "See [it](bee.md)."
    ),
    "bee.md": _post("bee", "slug: the-bee", "<b>Bees</b>"),
    "images/a.png": _picture(),
    ".watch/none": b"",
}
_CONFIGURATION = f'{CONFIGURATION}\n[rules]\ntext-image-missing = "warning"\nlink-invalid = "warning"\nimage-alt = "warning"\n'


class _Watched:
    """Tells which files of posts are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        for module in (collection, kept):
            read_file = module.read_file

            def noted(file: Path, site: Site, read_file: Callable[..., bytes] = read_file) -> bytes:
                self.read.append(file.name)
                return read_file(file, site)

            monkeypatch.setattr(module, "read_file", noted)
        monkeypatch.setattr(collection, "check_post", self._checked)
        self.checked: list[str] = []

    def _checked(self, data: bytes, path: Path, *arguments: Any, **more: Any) -> Any:
        self.checked.append(path.name)
        return check_post(data, path, *arguments, **more)

    def look(self, site: Site, now: datetime = NOW) -> Collection:
        self.read.clear()
        self.checked.clear()
        return read_posts(site, now=now)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> _Watched:
    """Watch which files are read."""
    return _Watched(monkeypatch)


@pytest.fixture
def site(make_site: MakeSite, watched: _Watched) -> Site:
    """Make a site that was looked at when everything had settled."""
    made = make_site(_POSTS, configuration=_CONFIGURATION)
    time.sleep(_LATER)
    watched.look(made)
    return made


def _as_said(found: Collection) -> str:
    posts = [
        (post.review, post.path, post.name, post.body, post.digest, post.links, post.beside)
        for post in found.posts
    ]
    return repr((posts, found.checked, found.diagnostics))


def _as_if_new(site: Site, now: datetime = NOW) -> str:
    """Say what is found by somebody who remembers nothing."""
    with pytest.MonkeyPatch.context() as forgetful:
        forgetful.setattr(Store, "rows", lambda _: {})
        forgetful.setattr(Store, "save", lambda *_: None)
        return _as_said(read_posts(site, now=now))


def test_a_second_look_reads_nothing_and_finds_the_same(
    site: Site, watched: _Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts, warnings and advice, to the last of their values and types."""
    expected = _as_if_new(site)
    assert "text-image-missing" in expected

    def fail(*_: object) -> bytes:
        raise AssertionError("a post was read")

    for module in (collection, kept):
        monkeypatch.setattr(module, "read_file", fail)
    assert _as_said(watched.look(site)) == expected
    assert watched.checked == []


def _set_back(file: Path, text: bytes) -> None:
    """Write something of the same length, and set the time of the file back."""
    about = file.stat()
    assert len(text) == about.st_size
    with file.open("r+b") as stream:
        stream.write(text)
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))


def _replaced_by_a_link(site: Site) -> None:
    (site.posts / "moth.md").rename(site.posts / "moth.text")
    (site.posts / "moth.md").symlink_to("moth.text")


def _replaced_by_another(site: Site) -> None:
    (site.posts / "new").write_text(_post("moth", text="Another."))
    (site.posts / "new").replace(site.posts / "moth.md")


_NOTICED: dict[str, tuple[Callable[[Site], object], set[str]]] = {
    "edited": (lambda site: (site.posts / "moth.md").write_text(_post("moth")), {"moth.md"}),
    "edited, as long as before, its time set back": (
        lambda site: _set_back(site.posts / "bee.md", _post("bee", "slug: the-eye", "<b>Bees</b>").encode()),
        {"bee.md", "wasp.md"},
    ),
    "made unsound": (lambda site: (site.posts / "bee.md").write_text("---\n"), {"bee.md", "wasp.md"}),
    "replaced by a link": (_replaced_by_a_link, {"moth.md"}),
    "replaced by another file": (_replaced_by_another, {"moth.md"}),
    "deleted": (lambda site: (site.posts / "moth.md").unlink(), set()),
    "renamed": (lambda site: (site.posts / "moth.md").rename(site.posts / "math.md"), {"math.md"}),
    "a picture goes": (lambda site: (site.posts / "images/a.png").unlink(), {"moth.md"}),
    "a picture comes": (lambda site: (site.posts / "images/b.png").write_bytes(_picture()), {"moth.md"}),
    "a picture changes": (lambda site: _set_back(site.posts / "images/a.png", _picture(99)), {"moth.md"}),
    "a picture cannot be read any more": (
        lambda site: (site.posts / "images/a.png").write_bytes(b"x"),
        {"moth.md"},
    ),
    "offers come": (
        lambda site: (site.posts / f".watch/{_IDS['bee']}.json").write_text(_offers("bee")),
        {"bee.md"},
    ),
    "unsound offers come": (
        lambda site: (site.posts / f".watch/{_IDS['bee']}.json").write_text("{"),
        {"bee.md"},
    ),
    "offers come that belong to nothing": (
        lambda site: (site.posts / ".watch/4c768283-9939-45ec-b325-000000000099.json").write_text("{}"),
        set(),
    ),
    "a neighbour whose address a hint quotes changes": (
        lambda site: (site.posts / "bee.md").write_text(_post("bee", "slug: other")),
        {"bee.md", "wasp.md"},
    ),
    "a neighbour that a hint names goes": (lambda site: (site.posts / "bee.md").unlink(), {"wasp.md"}),
}

# Of which nothing else is said: what is shown of them is another matter.
_SAME = {"replaced by a link", "a picture changes"}


@pytest.mark.parametrize("what", _NOTICED)
def test_whatever_changes_is_noticed(site: Site, watched: _Watched, what: str) -> None:
    """And only the posts that it concerns are looked into again."""
    change, concerned = _NOTICED[what]
    before = _as_if_new(site)
    change(site)
    expected = _as_if_new(site)
    assert _as_said(watched.look(site)) == expected
    assert concerned <= set(watched.checked)
    assert (expected == before) == (what in _SAME)
    time.sleep(_LATER)
    assert _as_said(watched.look(site)) == expected
    assert _as_said(watched.look(site)) == expected
    # What is unsound, or a link, is looked into each time.
    assert set(watched.checked) <= concerned


def test_offers_that_change_or_go_are_noticed(site: Site, watched: _Watched) -> None:
    """They are those of one post, and only that is looked into again."""
    file = site.posts / f".watch/{_IDS['bee']}.json"
    seen = []
    for content in (
        _offers("bee"),
        _offers("bee", until="2026-12-01"),
        _offers("bee", until="2026-12-09"),
        None,
    ):
        if content is None:
            file.unlink()
        elif file.exists() and len(content) == file.stat().st_size:
            _set_back(file, content.encode())
        else:
            file.write_text(content)
        time.sleep(_LATER)
        expected = _as_if_new(site)
        seen.append(expected)
        assert _as_said(watched.look(site)) == expected
        assert watched.checked == ["bee.md"]
        watched.look(site)
        assert watched.checked == []
    assert len(set(seen)) == 4


def test_a_file_that_was_only_touched_is_read_and_not_checked(site: Site, watched: _Watched) -> None:
    """Its bytes are the same, so is what they say; and the new time is remembered."""
    expected = _as_if_new(site)
    (site.posts / "moth.md").touch()
    time.sleep(_LATER)
    assert _as_said(watched.look(site)) == expected
    assert (watched.read, watched.checked) == (["moth.md"], [])
    watched.look(site)
    assert watched.read == []


def test_a_file_as_young_as_the_last_look_is_read_again(make_site: MakeSite, watched: _Watched) -> None:
    """It may have been rewritten since, with the same size, and its clock may show the same (git's racy rule)."""
    site = make_site(_POSTS, configuration=_CONFIGURATION)
    # A clock that was as it is now when the files were written: their stamps say nothing.
    young = max((site.posts / name).stat().st_ctime_ns for name in _POSTS) + 1000
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(kept, "moment_of", lambda _: young)
        watched.look(site)
        watched.look(site)
        assert "bee.md" in watched.read
        # The pictures cannot be told by their bytes: whatever hangs on them is checked again.
        assert "moth.md" in watched.checked


def test_a_mark_made_of_a_stamp_that_says_nothing_is_good_for_one_look(make_site: MakeSite) -> None:
    """A picture may be rewritten unseen within the grain of the clock: what shows it is not taken for what showed it."""
    site = make_site(_POSTS, configuration=_CONFIGURATION)
    young = max((site.posts / name).stat().st_ctime_ns for name in _POSTS)
    marks = []
    for later in (1000, 2000, 10**9, 2 * 10**9):
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(kept, "moment_of", lambda _, later=later: young + later)
            marks.append({post.name: post.mark for post in read_posts(site, now=NOW).posts}["posts/moth.md"])
    assert all(marks)
    assert marks[0] != marks[1] != marks[2] == marks[3]


def test_a_mark_tells_posts_of_the_same_bytes_apart_by_their_names(site: Site) -> None:
    """A post may be called after its file."""
    before = {post.review.id: post for post in read_posts(site, now=NOW).posts}[_IDS["moth"]]
    (site.posts / "moth.md").rename(site.posts / "math.md")
    after = {post.review.id: post for post in read_posts(site, now=NOW).posts}[_IDS["moth"]]
    assert before.digest == after.digest
    assert (before.review.slug, after.review.slug) == ("moth", "math")
    assert before.mark != after.mark


def test_settings_that_bear_on_posts_are_noticed_and_others_keep_what_is_kept(
    site: Site, watched: _Watched
) -> None:
    """A partner more changes nothing about any post."""
    file = site.root / FILE_NAME
    partner = '\n[[webhooks.endpoints]]\nname = "partner"\nurl = "https://partner.example/"\n'
    file.write_text(f"{_CONFIGURATION}{partner}", encoding="utf-8")
    other = load_site(site.root)
    assert [endpoint.name for endpoint in other.endpoints] == ["partner"]
    watched.look(other)
    assert watched.checked == []
    for old, new in (
        ('image-alt = "warning"', 'image-alt = "off"'),
        ('language = "en"', 'language = "ga"'),
        ("America/Chicago", "Europe/Dublin"),
        ('name = "The Night Desk"', 'name = "Somebody"'),
        ('region = "US"', 'region = "GB"'),
        ('language = "en"', 'language = "en"\npermalink = "/{year}/{slug}/"'),
    ):
        assert old in _CONFIGURATION
        file.write_text(_CONFIGURATION.replace(old, new), encoding="utf-8")
        other = load_site(site.root)
        assert _as_said(watched.look(other)) == _as_if_new(other), new
        watched.look(other)
        assert watched.checked == [], new


def test_other_code_looks_again(site: Site, watched: _Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may find something else."""
    monkeypatch.setattr(kept, "code_version", lambda: "other")
    watched.look(site)
    assert sorted(watched.checked) == ["bee.md", "moth.md", "wasp.md"]


_TURNING = {
    "a review goes live": "date: 2026-12-01T09:00Z",
    "an update is to come": "updated: 2026-12-01T09:00Z\ncorrection: It was a moth.",
    "it is retracted": "status: retracted\nretracted: 2026-12-01T09:00Z\nreason: It was no moth.",
    "an offer begins": "watch:\n  - {service: Shudder, kind: subscription, from: 2026-12-01}",
    "an offer ends": "watch:\n  - {service: Shudder, kind: subscription, until: 2026-12-01}",
    "somebody will have looked": "watch:\n  - {service: Shudder, kind: subscription, checked: 2026-12-01}",
    "a source's word is too old": "watch:\n  - {service: Shudder, kind: subscription, source: tmdb, checked: 2026-11-01}",
}


@pytest.mark.parametrize("what", _TURNING)
def test_a_moment_that_passes_is_noticed_and_the_way_back_too(
    make_site: MakeSite, watched: _Watched, what: str
) -> None:
    """To the second, on both sides of each moment; between two, nothing is looked into again."""
    text = _post("moth", _TURNING[what])
    if "\ndate" in _TURNING[what] or _TURNING[what].startswith("date"):
        text = text.replace("date: 2026-03-05T09:00Z\n", "", 1)
    site = make_site({"moth.md": text}, configuration=_CONFIGURATION)
    time.sleep(_LATER)
    (post,) = watched.look(site).posts
    moments = sorted(set(turning_points(post.review)))
    second = timedelta(seconds=1)
    looks_ = [moment + step for moment in moments for step in (-second, timedelta(), second)]
    for now in (*looks_, *reversed(looks_)):
        found = watched.look(site, now)
        assert _as_said(found) == _as_if_new(site, now), now
        marks = {watched.look(site, now).posts[0].mark}
        assert watched.checked == []
        assert all(marks)
    for moment in moments:
        before, after = (watched.look(site, now).posts[0] for now in (moment - second, moment))
        assert before.mark != after.mark, moment
        assert before.mark_at(moment) == b""


def test_what_is_kept_may_be_anything(site: Site, watched: _Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are no rows are as good as none."""
    expected = _as_if_new(site)
    for row in (b"", b"\xc1", b"\x90", b"\x99" + b"\xc0" * 9, b"x" * 100):
        with monkeypatch.context() as odd:
            odd.setattr(
                Store, "rows", lambda _, row=row: {str(path): row for path in site.posts.glob("*.md")}
            )
            odd.setattr(Store, "save", lambda *_: None)
            assert _as_said(watched.look(site)) == expected


def test_a_site_whose_state_cannot_be_written_is_looked_at_each_time(
    make_site: MakeSite, watched: _Watched
) -> None:
    """It costs time and nothing else."""
    site = make_site(_POSTS, configuration=_CONFIGURATION)
    (site.root / ".publisher").write_text("")
    expected = _as_if_new(site)
    for _ in range(2):
        assert _as_said(watched.look(site)) == expected
        assert len(watched.checked) == 3


def test_names_that_are_no_text_keep_nothing_else_from_being_kept(
    make_site: MakeSite, watched: _Watched
) -> None:
    """A disk takes any bytes for a name."""
    site = make_site(_POSTS, configuration=_CONFIGURATION)
    try:
        (site.posts / "b\udcffe.md").write_bytes((site.posts / "bee.md").read_bytes())
    except OSError:
        pytest.skip("this disk takes text only")
    (site.posts / "bee.md").unlink()
    time.sleep(_LATER)
    expected = _as_if_new(site)
    watched.look(site)
    assert _as_said(watched.look(site)) == expected
    assert watched.checked == ["b\udcffe.md"]


_TEXTS = {
    "pictures": "![a](images/a.png) ![b](images/none.png) ![c](images/in/../a.png) ![d](images/a.png?x#y) ![e](IMAGES/A.PNG)",
    "links": "[a](images/a.png) [b](images/none.png) [c](bee.md) [d](bee) [e](none.md) [f](in/bee.html) [g](images)",
    "reference": "![a][b] ![c]\n\n[b]: images/b.png\n[c]: images/c.png",
    "poster": '<video src="images/v.mp4" poster="images/p.png" controls></video><audio src="images/a.ogg"></audio>',
    "sources": '<video controls><source src="images/v.mp4"><track src="images/t.vtt"></video>',
    "srcset": '<img src="images/a.png" alt="a" srcset="images/b.png 1x, images/none.png 2x">',
    "picture": '<picture><source srcset="images/w.webp 1x, images/x.webp 2x"><img src="images/a.png" alt="a"></picture>',
    "cite": '<blockquote cite="images/q.png"><p>a <q cite="images/r.png">b</q> <del cite="images/s.png">c</del></blockquote>',
    "html": '<a href="images/k.png">a</a> <p>![no](images/n.png)<img src=" images/sp.png " alt="x">\n\n![in](images/i.png)',
    "maps": '<map name="m"><area href="images/area.png" alt="a"></map><img usemap="#m" alt="x" src="images/%61.png">',
    "code": "`![a](images/code.png)`\n\n    ![a](images/indented.png)\n\n<!-- ![a](images/comment.png) -->",
    "odd": "![a](<images/a b.png>) ![a](images/a%20b.png) ![a](./images//a.png) ![a](images/\\b.png) <https://a.example/>",
    "failed": "[a](images/a.png [b](images/none .png) ![c](images/c.png",
}


class _Disk:
    """Notes which names below a folder are looked at, in whatever way Python has."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = str(folder)
        self.asked: set[str] = set()
        for name in ("stat", "lstat", "open", "listdir", "scandir", "access", "readlink"):
            self._watch(monkeypatch, os, name)
        for module in (builtins, io):
            self._watch(monkeypatch, module, "open")

    def _watch(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        original = getattr(module, name)

        def watched(path: Any = ".", *arguments: Any, **more: Any) -> Any:
            if not isinstance(path, int):
                asked = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - no link is followed
                self.asked.update([asked] if asked.startswith(self._folder) else [])
            return original(path, *arguments, **more)

        monkeypatch.setattr(module, name, watched)


@pytest.fixture
def disk(make_site: MakeSite, tmp_path: Path) -> Iterator[tuple[Site, _Disk]]:
    """Make a site, and watch what is looked at below it."""
    site = make_site(
        {**_POSTS, "images/v.mp4": b"x", f".watch/{_IDS['moth']}.json": _offers("moth")},
        configuration=_CONFIGURATION,
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield site, _Disk(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "front", ["", "image: {src: images/a.png, alt: a}", "image: {src: images/none.png, alt: a}"]
)
@pytest.mark.parametrize("text", _TEXTS)
def test_every_file_that_is_looked_at_besides_the_post_is_noted(
    disk: tuple[Site, _Disk], text: str, front: str
) -> None:
    """Whoever remembers what came of a look has to see it again when any of them changes."""
    site, watched = disk
    file = site.posts / "moth.md"
    folder = Folder(site)
    watched.asked.clear()
    with looks() as noted:
        checked = check_post(_post("moth", front, _TEXTS[text]).encode(), file, site, NOW, folder=folder)
        in_check = set(noted)
        if checked.post is not None:
            present(checked.post, site, NOW, _TEXTS[text])
    # Whether a folder is itself a link is said of it each time.
    assert watched.asked - {str(site.posts), str(site.posts / ".watch")} <= set(noted)
    # What a page shows is remembered by what the check noted; of an image map, nothing is shown in the end.
    assert {name for name in noted if not name.endswith("area.png")} <= in_check


def test_entries_made_while_posts_are_read_do_not_change_what_is_found(site: Site) -> None:
    """With a maker or without, posts and faults are the same, and so are those that are remembered."""
    expected = _as_if_new(site)
    for _ in range(2):
        found = read_posts(site, now=NOW, making=EntryMaker(site, NOW))
        assert _as_said(found) == expected
        assert all(isinstance(post, Post) and post.mark for post in found.posts)
