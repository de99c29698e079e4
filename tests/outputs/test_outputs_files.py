"""Files appear whole or not at all: killed, refused or out of space, the folder of feeds is never half done."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from publisher.errors import EnvironmentFault, Refused
from publisher.outputs import generate
from publisher.posts import read_posts
from tests import warm_start
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, post, write_site
from tests.kept_files import is_kept
from tests.outputs.output_names import FORMS, file_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.site import Site

LATER = NOW + timedelta(days=30)
#: Of the operations of a run each fourth is a moment to be killed at; `make fuzz` takes every one.
STRIDE = 4 if int(os.environ.get("PUBLISHER_FUZZ_EXAMPLES", "100")) <= 100 else 1
#: What an earlier run may have written, and the next has no use for.
GONE = ("gone.xml", "tags/gone.xml", "elsewhere/gone/rss.xml", "elsewhere/gone/rss.xml.gz")
#: What `changing_site` has at first: its posts are of one month, by one of two authors.
ALL_FILES = file_names("archive/2024-03", "authors/desk", "authors/odd")
COMMAND = "from publisher.cli import main; main()"
# Generates once, and before each n-th of its file operations copies the folder: what a kill at that moment leaves is what
# the system knows of by then, and so is what a copy holds. A folder is named by the number of the operation.
KILLED_AT = """
import shutil, sys
from datetime import datetime
from pathlib import Path
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.site import load_site
site, stride = load_site(Path(sys.argv[1])), int(sys.argv[3])
posts = read_posts(site).posts
number, copying = 0, False
def keep():
    shutil.copytree(site.feeds, site.root / "killed" / str(number))
def watch(event, arguments):
    global number, copying
    operations = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}
    if copying or event not in operations or str(site.feeds) not in str(arguments[0]):
        return
    if number % stride == 0:
        copying = True
        keep()
        copying = False
    number += 1
sys.addaudithook(watch)
generate(posts, site, datetime.fromisoformat(sys.argv[2]))
copying = True
keep()
"""
# Gives up what lets root write everywhere (capabilities(7)); for anybody else it changes nothing.
WITHOUT_PRIVILEGES = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())
"""
SMALL_DISK = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
"""


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Read every file below a folder, with the time it was written."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def run(site: Site, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run `publisher generate` in a process of its own; what is to be done before it is done in one that begins anew."""
    program = ["-c", before + COMMAND, "generate", "--site", str(site.root), *arguments]
    if not before:
        return warm_start.run(*program, cwd=site.root)
    return subprocess.run(
        [sys.executable, *program], cwd=site.root, capture_output=True, text=True, check=False
    )


def write_feeds(site: Site, now: datetime) -> dict[str, bytes]:
    """Generate a site's feeds for a moment and read them."""
    generate(read_posts(site).require_valid().posts, site, now)
    return contents(site.feeds)


def changing_site(folder: Path, posts: int = 3, configuration: str = CONFIGURATION) -> Site:
    """Write a site whose feeds differ between `NOW` and `LATER`."""
    files = {f"{n}.md": post(n, f"Post {n}", "word " * 50) for n in range(posts)}
    later = post(29, "Appears later", more="previous: [/old/]").replace("2024-03-30T09:00", "2026-12-01")
    return write_site(folder, {**files, "later.md": later}, configuration)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Make a site that has something new to say between `NOW` and `LATER`."""
    return changing_site(tmp_path)


def empty_folders(folder: Path) -> list[Path]:
    """Find the folders below one in which there is nothing."""
    return [path for path in folder.rglob("*") if path.is_dir() and not any(path.iterdir())]


def parse(name: str, data: bytes) -> None:
    """Parse a file by its kind; whoever reads half a file fails."""
    if name.endswith(".json"):
        json.loads(data)
    elif name.endswith(".xml"):
        etree.fromstring(data)


def last_write(file: Path) -> int:
    """Answer when a file was last written; 0 when it is not there."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def assert_whole(folder: Path, versions: Sequence[dict[str, bytes]]) -> None:
    """See that every file a reader may fetch is one version or another, whole."""
    for name, data in contents(folder).items():
        if not name.rpartition("/")[2].startswith("."):
            parse(name, data)
            assert data in [version[name] for version in versions if name in version]


def test_killed_before_any_operation_nothing_is_half_done(tmp_path: Path) -> None:
    """Whatever a kill -9 before any operation of a run leaves, files are old or new, and the next run makes all well.

    Between the two, a month ends and has a page in a folder of its own, the first review of a tag makes a folder in a
    folder, others go with all they held, and each file that hosts may send compressed has its copy.
    """
    configuration = CONFIGURATION.replace(
        "[syndication]\n", "[syndication]\ncompressed = true\nauthor_feeds = false\ntag_feeds = 1\n"
    )
    month = post(20, "Of November").replace("2024-03-21", "2026-11-20")
    tagged = post(21, "Tagged", more="tags: [new]").replace("2024-03-22", "2026-12-02")
    changing_site(tmp_path, 1, configuration)
    site = write_site(tmp_path, {"month.md": month, "tagged.md": tagged}, configuration)
    posts = read_posts(site).require_valid().posts
    generate(posts, site, LATER)
    new = contents(site.feeds)
    shutil.rmtree(site.feeds)
    generate(posts, site, NOW)
    plain = contents(site.feeds)
    # What an earlier version of the program may have written, and this one no longer does.
    manifest = json.loads((site.feeds / "manifest.json").read_bytes())
    for name in GONE:
        manifest["files"][name] = {"sha256": "as it was"}
        (site.feeds / name).parent.mkdir(parents=True, exist_ok=True)
        (site.feeds / name).write_text("<old/>", encoding="utf-8")
    (site.feeds / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    old = contents(site.feeds)
    assert new.keys() - old.keys() >= {
        *(f"archive/2026-11/{form}" for form in FORMS),
        *(f"tags/new/{form}" for form in FORMS),
        "tags/new/rss.xml.gz",
    }

    done = warm_start.run("-c", KILLED_AT, site.root, LATER.isoformat(), STRIDE)

    assert done.returncode == 0, done.stderr
    folders = sorted((site.root / "killed").iterdir(), key=lambda folder: int(folder.name))
    assert contents(folders[0]) == old
    assert contents(folders[-1]) == new
    # Some runs left files on their way behind, and some had renamed a part of them.
    for place in (".*.new", "redirects/.*.new", "archive/2026-11/.*.new", "tags/new/.*.gz.new"):
        assert any(list(folder.glob(place)) for folder in folders), place
    assert any(
        contents(folder).get("atom.xml") == new["atom.xml"]
        for folder in folders
        if (folder / "gone.xml").exists()
    )
    # Some were killed between the removal of a file and that of its folder.
    assert any(empty_folders(folder) for folder in folders)
    for folder in folders:
        assert_whole(folder, [old, new])
        # Whatever the next run is for: the moment of the one that was killed, or the one before.
        back = shutil.copytree(folder, folder.with_name("back"))
        complete = contents(folder)["manifest.json"] == new["manifest.json"]
        for copy, moment, expected in ((folder, LATER, new), (back, NOW, plain)):
            generate(posts, site, moment, out=copy)
            made = contents(copy)
            if complete and copy == back:
                # It was as good as over when it was killed: the tag had its feed, and keeps it.
                assert made.keys() - expected.keys() == {name for name in new if name.startswith("tags/new/")}
                continue
            assert made == expected, folder.name
            assert empty_folders(copy) == [], folder.name
        shutil.rmtree(back)


def test_killed_at_any_moment_the_next_run_ends_well(tmp_path: Path) -> None:
    """The real command is killed at random moments of its writing: files are whole, and the next run ends right."""
    site = changing_site(tmp_path, posts=28)
    moments = (NOW, LATER)
    versions = [write_feeds(site, moment) for moment in moments]
    staged = site.feeds / ".atom.xml.new"
    chance = random.Random(20261122)  # noqa: S311 - moments, not secrets
    for turn in range(6):
        arguments = ["generate", "--site", str(site.root), "--quiet", "--now", moments[turn % 2].isoformat()]
        before = last_write(staged)
        with warm_start.Process("-c", COMMAND, *arguments) as process:
            while process.poll() is None and last_write(staged) == before:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.002)
            try:
                process.wait(timeout=chance.uniform(0, 0.05))
            except subprocess.TimeoutExpired:
                process.kill()
        assert process.returncode in {0, -signal.SIGKILL}
        assert_whole(site.feeds, versions)
    done = run(site, "--now", NOW.isoformat())
    assert done.returncode == 0, done.stderr
    assert contents(site.feeds) == versions[0]


def test_a_folder_that_cannot_be_written_is_left_as_it_was(site: Site) -> None:
    """Without permission the command says so with exit status 4; the old files stay, and nothing beside them."""
    write_feeds(site, NOW)
    before = snapshot(site.feeds)
    site.feeds.chmod(0o555)
    try:
        done = run(site, "--now", LATER.isoformat(), before=WITHOUT_PRIVILEGES)
    finally:
        site.feeds.chmod(0o755)
    assert done.returncode == EnvironmentFault.exit_code
    assert "feeds cannot be written: Permission denied" in done.stderr
    assert snapshot(site.feeds) == before


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("size", [0, 300, 3000])
def test_a_full_disk_leaves_the_old_files(site: Site, size: int, *, kept: bool) -> None:
    """Wherever space runs out, the command says so with exit status 4; no file is cut short and none left over."""
    write_feeds(site, NOW)
    before = snapshot(site.feeds)
    assert size < min(len(data) for name, (_, data) in before.items() if name in FORMS)
    if kept:
        assert run(site, "--check", "--now", LATER.isoformat()).returncode == Refused.exit_code
    done = run(site, "--now", LATER.isoformat(), before=SMALL_DISK.format(size=size))
    assert done.returncode == EnvironmentFault.exit_code, done.stderr
    # Entries are the first to be put down, where no run before has kept them.
    folder = site.feeds if kept else site.state / "cache"
    assert f"{folder} cannot be written: File too large" in done.stderr
    assert snapshot(site.feeds) == before
    assert write_feeds(site, LATER).keys() == before.keys()


@pytest.mark.parametrize(
    "name",
    ["rss.xml", "manifest.json", "archive/2024-03/atom.xml", ".rss.xml.new", "redirects/.nginx.conf.new"],
)
def test_a_folder_where_a_file_should_be_is_a_clear_fault(site: Site, name: str) -> None:
    """What is in the way is left alone, and so are the other files."""
    posts = read_posts(site).posts
    (site.feeds / name).mkdir(parents=True)
    (site.feeds / name / "mine.txt").write_text("mine", encoding="utf-8")
    before = contents(site.feeds)
    with pytest.raises(EnvironmentFault, match="cannot be written: Is a directory"):
        generate(posts, site, NOW)
    assert contents(site.feeds) == before


def test_a_file_where_the_folder_should_be_is_a_clear_fault(site: Site) -> None:
    """The message names the folder, and the file in its place stays."""
    site.feeds.write_text("mine", encoding="utf-8")
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        generate(read_posts(site).posts, site, NOW)
    assert site.feeds.read_text(encoding="utf-8") == "mine"


def test_only_what_the_manifest_names_is_removed(site: Site) -> None:
    """A file that an earlier run wrote goes; one that somebody put beside it stays."""
    posts = read_posts(site).posts
    generate(posts, site, NOW)
    manifest = json.loads((site.feeds / "manifest.json").read_bytes())
    manifest["files"]["old.xml"] = {"sha256": "as it was"}
    (site.feeds / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in ("old.xml", "mine.xml"):
        (site.feeds / name).write_text("<x/>", encoding="utf-8")
    compared = generate(posts, site, NOW, dry=True)
    assert (compared.removed, compared.changed) == (("old.xml",), ("manifest.json",))
    assert (site.feeds / "old.xml").exists()
    assert generate(posts, site, NOW) == compared
    assert set(contents(site.feeds)) == {*ALL_FILES, "mine.xml"}
    assert generate(posts, site, NOW).stale == ()


@pytest.mark.parametrize(
    "name",
    ["../publisher.toml", "..", ".", "", "/etc/hostname", "sub", "sub/", "/sub", "sub/..", "sub/.", "sub//file", "./sub/file", "sub/../sub/file", "sub/sub", "sub/sub/sub/file", "link/file", "manifest.json", "nul\0", "nul\0/a", "a/nul\0", "x" * 5000, "\ud800"],
)  # fmt: skip
def test_a_manifest_that_names_other_things_removes_nothing(site: Site, name: str) -> None:
    """A name that leads out of the folder, is a folder, or is no name at all was never written by us."""
    posts = read_posts(site).posts
    generate(posts, site, NOW)
    for folder in (site.feeds / "sub" / "sub" / "sub", site.feeds / "sub", site.root / "elsewhere"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file").write_text("mine", encoding="utf-8")
    (site.feeds / "link").symlink_to(site.root / "elsewhere")
    manifest = {"format_version": 1, "files": {name: {"sha256": "as it was"}}}
    (site.feeds / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    before = contents(site.root)
    assert generate(posts, site, NOW).removed == ()
    after = contents(site.root)
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == ["feeds/manifest.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"files": 3}', '{"files": [[]]}', '{"files": [1, null]}', "\xff"]
)
def test_a_broken_manifest_is_written_anew(site: Site, text: str) -> None:
    """Whatever became of the manifest, nothing is removed for it and the next run makes it whole."""
    posts = read_posts(site).posts
    generate(posts, site, NOW)
    before = contents(site.feeds)
    (site.feeds / "manifest.json").write_bytes(text.encode("latin-1"))
    written = generate(posts, site, NOW)
    assert (written.changed, written.removed) == (("manifest.json",), ())
    assert contents(site.feeds) == before


def test_the_manifest_tells_size_and_hash_of_every_file(site: Site) -> None:
    """Whoever copies the folder can see whether everything arrived."""
    generate(read_posts(site).posts, site, NOW)
    manifest = json.loads((site.feeds / "manifest.json").read_bytes())
    assert manifest["format_version"] == 2
    assert [feed["name"] for feed in manifest["feeds"]] == [
        "",
        "authors/desk",
        "authors/odd",
        "archive/2024-03",
    ]
    assert manifest["files"] == {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in contents(site.feeds).items()
        if name != "manifest.json"
    }


def test_check_names_what_is_stale_and_writes_nothing(site: Site) -> None:
    """`generate --check` ends with 5 and the names; but in the site's own folder, nothing is made, written or touched."""

    def others() -> dict[str, tuple[int, bytes]]:
        return {name: file for name, file in snapshot(site.root).items() if not is_kept(name)}

    before = others()
    done = run(site, "--check", "--now", NOW.isoformat())
    assert done.returncode == 5
    assert "error: feeds/ is not up to date: 3 feeds, 1 page of the archive, 9 other files\n" in done.stderr
    told = run(site, "--check", "--verbose", "--now", NOW.isoformat())
    assert [line.split()[0] for line in told.stdout.splitlines()] == [f"feeds/{name}" for name in ALL_FILES]
    data = json.loads(run(site, "--check", "--json", "--now", NOW.isoformat()).stdout)
    assert data["stale"] == list(ALL_FILES)
    assert others() == before
    assert not site.feeds.exists()
    own = site.root / ".publisher"
    assert own.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in own.iterdir()} == {".gitignore", "cache"}


def test_check_is_content_with_what_generate_wrote(site: Site) -> None:
    """After `generate` there is nothing to say; a file changed by hand is named, and only that."""
    write_feeds(site, NOW)
    assert run(site, "--check", "--now", NOW.isoformat()).returncode == 0
    (site.feeds / "rss.xml").write_bytes(b"by hand")
    before = snapshot(site.root)
    done = run(site, "--check", "--now", NOW.isoformat())
    assert done.returncode == 5
    assert "feeds/ is not up to date: rss.xml\n" in done.stderr
    assert snapshot(site.root) == before


def test_files_are_readable_by_the_web_server(site: Site) -> None:
    """New files have the permissions that the umask leaves, as an editor's own would."""
    previous = os.umask(0o022)
    try:
        generate(read_posts(site).posts, site, NOW)
    finally:
        os.umask(previous)
    assert {file.stat().st_mode & 0o777 for file in site.feeds.rglob("*") if file.is_file()} == {0o644}
    assert (site.feeds / "redirects").stat().st_mode & 0o777 == 0o755


def test_a_link_or_a_pipe_in_the_way_is_replaced_and_never_followed(site: Site, tmp_path: Path) -> None:
    """A trap under the name of a feed, or of a file on its way, neither hangs a run nor leads it elsewhere."""
    posts = read_posts(site).posts
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    site.feeds.mkdir(parents=True)
    (site.feeds / ".rss.xml.new").symlink_to(victim)
    os.mkfifo(site.feeds / ".atom.xml.new")
    os.mkfifo(site.feeds / "feed.json")
    os.mkfifo(site.feeds / "manifest.json")

    generate(posts, site, NOW)

    assert victim.read_text(encoding="utf-8") == "mine"
    assert set(contents(site.feeds)) == set(ALL_FILES)
    assert generate(posts, site, NOW).stale == ()


@pytest.mark.parametrize("dry", [False, True])
@pytest.mark.parametrize("kind", ["link", "broken link", "file", "pipe"])
def test_what_stands_where_a_folder_of_ours_should_be_is_never_written_through(
    site: Site, tmp_path: Path, kind: str, *, dry: bool
) -> None:
    """A link in the place of `redirects/` is a clear fault: nothing behind it is written, removed or replaced."""
    victim = tmp_path / "victim"
    victim.mkdir()
    for name in ("nginx.conf", "._redirects.new", ".nginx.conf.new"):
        (victim / name).write_text("mine", encoding="utf-8")
    site.feeds.mkdir(parents=True)
    place = site.feeds / "redirects"
    if kind == "file":
        place.write_text("mine", encoding="utf-8")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(victim if kind == "link" else tmp_path / "nowhere")
    before = contents(tmp_path)

    with pytest.raises(EnvironmentFault, match="cannot be written: Not a directory"):
        generate(read_posts(site).posts, site, NOW, dry=dry)

    assert contents(tmp_path) == before
    assert not (tmp_path / "nowhere").exists()


def test_what_was_written_is_told_with_its_hash(site: Site) -> None:
    """The result names the SHA-256 of every file, whether it was written or only compared."""
    posts = read_posts(site).posts
    compared = generate(posts, site, NOW, dry=True)
    written = generate(posts, site, NOW)
    again = generate(posts, site, NOW)
    assert compared.sha256 == written.sha256 == again.sha256
    assert written.sha256 == {
        name: hashlib.sha256(data).hexdigest() for name, data in contents(site.feeds).items()
    }


def test_a_manifest_that_is_not_ours_removes_nothing(site: Site) -> None:
    """A web application's manifest.json that lists files is no list of ours."""
    posts = read_posts(site).posts
    site.feeds.mkdir(parents=True)
    (site.feeds / "app.html").write_text("mine", encoding="utf-8")
    foreign = {"name": "App", "files": {"app.html": {"sha256": "x"}}}
    (site.feeds / "manifest.json").write_text(json.dumps(foreign), encoding="utf-8")

    generate(posts, site, NOW)

    assert (site.feeds / "app.html").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("dry", [False, True])
def test_somebody_elses_page_is_not_written_over(site: Site, *, dry: bool) -> None:
    """The feeds may have been given the folder of a whole site: its own page stays, and nothing is written."""
    posts = read_posts(site).posts
    site.feeds.mkdir(parents=True)
    (site.feeds / "index.html").write_text("<!DOCTYPE html><title>Ours</title>", encoding="utf-8")

    with pytest.raises(Refused, match=r"index\.html is there already"):
        generate(posts, site, NOW, dry=dry)

    assert contents(site.feeds) == {"index.html": b"<!DOCTYPE html><title>Ours</title>"}


def test_a_page_of_ours_is_known_without_the_manifest(site: Site) -> None:
    """A manifest that was lost is no reason to refuse."""
    posts = read_posts(site).posts
    generate(posts, site, NOW)
    (site.feeds / "manifest.json").unlink()
    (site.feeds / "index.html").write_bytes((site.feeds / "index.html").read_bytes() + b"\n")

    assert set(generate(posts, site, NOW).changed) == {"index.html", "manifest.json"}
