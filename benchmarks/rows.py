"""What is measured: each row is a job of ours, what it is held against, and the ratios that must come out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import count
from typing import TYPE_CHECKING

from corpus import ALL_IN_ONE, change_a_word, post_file, write_site
from measuring import NOW, PUBLISHER, forget, measure
from peers import HugoSite, write_front_matter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from peers import Peers

#: How many times the posts of the large corpus are those of the other.
LARGER = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """What a ratio may be at most.

    Attributes:
        what: Which figure of a `Run`.
        most: The highest ratio of ours to the peer's.
        per: How many times the peer's figure ours is held against.
    """

    what: str
    most: float
    per: int = 1


def _nothing() -> None:
    """Leave all as it is."""


@dataclass(frozen=True, slots=True)
class Side:
    """A command that is timed.

    Attributes:
        name: What it is, for people.
        words: The command.
        before: Puts things where they must be for the next run; not timed.
        after: Says what is wrong with what a run left behind; not timed.
    """

    name: str
    words: list[str]
    before: Callable[[], object] = _nothing
    after: Callable[[], Iterable[str]] = tuple


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        name: What it is called by --rows.
        job: What is done; `{posts}` and `{many}` stand for the sizes of the corpora.
        needs: The peer it needs, a field of `Peers`; None for one that needs none.
        sides: Makes what is timed: ours, and what it is held against.
        bars: What must come out.
        runs: How often each is timed, unless somebody says otherwise.
    """

    name: str
    job: str
    needs: str | None
    sides: Callable[[Ground], tuple[Side, Side]]
    bars: tuple[Bar, ...]
    runs: int = 5


@dataclass
class Ground:
    """Where rows are measured: a folder for corpora, which are written when a row first asks for them.

    Attributes:
        folder: The folder.
        posts: How many posts the usual corpus has.
        peers: The peers that are there.
    """

    folder: Path
    posts: int
    peers: Peers
    _hugo: dict[bool, HugoSite] = field(default_factory=dict)

    @property
    def many(self) -> int:
        """How many posts the large corpus has."""
        return LARGER * self.posts

    def site(self, posts: int) -> Path:
        """Return a site of so many posts with all default feeds, its archive and its subscribe page."""
        folder = self.folder / f"usual-{posts}"
        if not folder.exists():
            write_site(folder, posts)
        return folder

    @cached_property
    def one_feed(self) -> Path:
        """A site that has one feed, of all its posts; there is no setting yet for fewer formats than three."""
        folder = self.folder / "one-feed"
        write_site(folder, self.posts, syndication=ALL_IN_ONE.format(posts=self.posts))
        return folder

    @cached_property
    def front_matter(self) -> list[str]:
        """The front matter of the usual corpus as YAML files."""
        files = write_front_matter(self.site(self.posts) / "posts", self.folder / "front-matter")
        return [str(file) for file in files]

    @cached_property
    def schema(self) -> str:
        """The JSON Schema of front matter, as a file."""
        words = [PUBLISHER, "schema", "post", "--site", str(self.site(self.posts))]
        file = self.folder / "post.schema.json"
        file.write_bytes(subprocess.run(words, check=True, capture_output=True).stdout)
        return str(file)

    def hugo(self, *, terms: bool) -> HugoSite:
        """Return Hugo's site over the posts of the usual corpus."""
        if terms not in self._hugo:
            folder = self.folder / ("hugo-terms" if terms else "hugo-all")
            self._hugo[terms] = HugoSite(folder, self.site(self.posts) / "posts", terms=terms)
        return self._hugo[terms]


def _generate(site: Path) -> list[str]:
    return [PUBLISHER, "generate", "--quiet", "--now", NOW, "--site", str(site)]


def _cold(name: str, site: Path, after: Callable[[], Iterable[str]] = tuple) -> Side:
    return Side(name, _generate(site), partial(forget, site), after)


def _hugo(ground: Ground, *, terms: bool, cold: bool) -> Side:
    """Hugo's work, cold or as it is done again: it knows no other way than to do all of it."""
    hugo, program = ground.hugo(terms=terms), ground.peers.hugo
    if program is None:
        raise FileNotFoundError("Hugo")
    entries = min(50, ground.posts) if terms else ground.posts
    return Side(
        "Hugo, RSS of home and terms" if terms else "Hugo, one RSS of all",
        hugo.words(program),
        hugo.forget if cold else _nothing,
        partial(_lacks, hugo.public / "index.xml", entries),
    )


def _edit(ground: Ground, posts: int) -> Side:
    """One word changed, each time another, in the newest post: it stands in more feeds than any other."""
    site = _made(ground, posts)
    post, turns = post_file(site, posts - 1), count()

    def unsaid() -> list[str]:
        newer = (site / "feeds/rss.xml").stat().st_mtime_ns >= post.stat().st_mtime_ns
        return [] if newer else ["the change is not in the feed"]

    return Side(
        f"publisher, {posts:,} posts", _generate(site), lambda: change_a_word(post, next(turns)), unsaid
    )


def _unchanged(ground: Ground) -> Side:
    site = _made(ground, ground.posts)
    seen: dict[str, tuple[int, int]] = {}

    def look() -> None:
        seen.clear()
        seen.update(stamps(site / "feeds"))

    return Side("publisher", _generate(site), look, lambda: touched(seen, site / "feeds"))


def _made(ground: Ground, posts: int) -> Path:
    """Return a site whose feeds are there."""
    site = ground.site(posts)
    measure(_generate(site))
    return site


def _validate(ground: Ground, *, cold: bool) -> Side:
    site = ground.site(ground.posts)
    words = [PUBLISHER, "validate", "--quiet", "--now", NOW, "--site", str(site)]
    return Side("publisher", words, partial(forget, site) if cold else _nothing)


def _check_jsonschema(ground: Ground) -> Side:
    program = ground.peers.check_jsonschema
    if program is None:
        raise FileNotFoundError("check-jsonschema")
    words = [str(program), "--quiet", "--schemafile", ground.schema, *ground.front_matter]
    return Side("check-jsonschema, YAML files", words)


def _lacks(feed: Path, wanted: int) -> list[str]:
    """See that nobody was quick because it did less."""
    found = feed.read_bytes().count(b"<item>")
    return [] if found == wanted else [f"{feed.name} has {found} of {wanted} posts"]


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file below a folder was last written, in nanoseconds, and its inode."""
    found = {}
    for file in folder.rglob("*"):
        status = file.lstat()
        if not file.is_dir():
            found[str(file)] = (status.st_mtime_ns, status.st_ino)
    return found


def touched(before: dict[str, tuple[int, int]], folder: Path) -> list[str]:
    """Say how many files below a folder are not those that were there before; nothing where all are."""
    after = stamps(folder)
    others = sorted(file for file in before.keys() | after.keys() if before.get(file) != after.get(file))
    return [f"{len(others)} files touched, {others[0]} among them"] if others else []


ROWS = (
    Row(
        "feed",
        "cold, {posts} posts, one feed of all",
        "hugo",
        lambda ground: (
            _cold(
                "publisher", ground.one_feed, partial(_lacks, ground.one_feed / "feeds/rss.xml", ground.posts)
            ),
            _hugo(ground, terms=False, cold=True),
        ),
        (Bar("wall", 1 / 3), Bar("memory", 1 / 10)),
    ),
    Row(
        "site",
        "cold, {posts} posts, all default feeds",
        "hugo",
        lambda ground: (_cold("publisher", ground.site(ground.posts)), _hugo(ground, terms=True, cold=True)),
        (Bar("wall", 1 / 2), Bar("memory", 1 / 10)),
    ),
    Row(
        "edit",
        "one post changed of {posts}",
        "hugo",
        lambda ground: (_edit(ground, ground.posts), _hugo(ground, terms=False, cold=False)),
        (Bar("wall", 1 / 30),),
    ),
    Row(
        "edit-terms",
        "one post changed of {posts}",
        "hugo",
        lambda ground: (_edit(ground, ground.posts), _hugo(ground, terms=True, cold=False)),
        (Bar("wall", 1 / 30),),
    ),
    Row(
        "unchanged",
        "nothing changed, {posts} posts",
        "hugo",
        lambda ground: (_unchanged(ground), _hugo(ground, terms=False, cold=False)),
        (Bar("wall", 1 / 40),),
    ),
    Row(
        "unchanged-terms",
        "nothing changed, {posts} posts",
        "hugo",
        lambda ground: (_unchanged(ground), _hugo(ground, terms=True, cold=False)),
        (Bar("wall", 1 / 40),),
    ),
    Row(
        "edit-large",
        "one post changed of {many}",
        None,
        lambda ground: (_edit(ground, ground.many), _edit(ground, ground.posts)),
        (Bar("wall", 5),),
    ),
    Row(
        "site-large",
        "cold, {many} posts, all default feeds",
        None,
        lambda ground: (
            _cold("publisher", ground.site(ground.many)),
            _cold(f"publisher, {ground.posts:,} posts", ground.site(ground.posts)),
        ),
        (Bar("wall", 1.15, per=LARGER), Bar("memory", 2)),
    ),
    Row(
        "validate",
        "validate, {posts} good posts, cold",
        "check_jsonschema",
        lambda ground: (_validate(ground, cold=True), _check_jsonschema(ground)),
        (Bar("wall", 1 / 2),),
    ),
    Row(
        "validate-warm",
        "validate, {posts} good posts, warm",
        "check_jsonschema",
        lambda ground: (_validate(ground, cold=False), _check_jsonschema(ground)),
        (Bar("wall", 1 / 20),),
    ),
    Row(
        "help",
        "publisher --help",
        None,
        lambda _ground: (
            Side("publisher", [PUBLISHER, "--help"]),
            Side('python -c "import click"', [sys.executable, "-c", "import click"]),
        ),
        (Bar("wall", 2.5),),
        runs=20,
    ),
)
