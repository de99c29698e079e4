"""A site to which anything may happen between two runs, and what its next run makes of it, warm and cold."""

from __future__ import annotations

import os
import re
import shutil
import struct
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from click.testing import CliRunner

from publisher.cli.main import cli
from publisher.errors import PublisherError
from publisher.outputs import EntryMaker, generate
from publisher.posts import read_posts
from publisher.site import FILE_NAME, load_site
from tests.feeds.feeds_sites import CONFIGURATION, contents, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.diagnostics import Diagnostic

# Long past the grain of any clock: what was written before is settled.
SETTLED = 0.06
_BASE = (
    CONFIGURATION.partition("# What validation")[0]
    + """
[rules]
text-image-missing = "warning"
link-invalid = "warning"
"""
)
_LIMITED = _BASE.replace("limit = 50", "limit = 2")
CONFIGURATIONS = (
    _BASE,
    _BASE.replace("ttl = 60", "ttl = 60\ncompressed = true"),
    _LIMITED.replace("ttl = 60", 'ttl = 60\narchive = "none"'),
    _LIMITED.replace("ttl = 60", 'ttl = 60\narchive = "year"\ntag_feeds = 1'),
    _BASE.replace('language = "en"', 'language = "en"\npermalink = "/{year}/{slug}/"'),
    _BASE.replace("https://cdn.example/im%20ages/", "https://elsewhere.example/"),
    _BASE.replace('region = "US"', 'region = "GB"'),
    _BASE.replace("America/Chicago", "Pacific/Auckland"),
    _BASE.replace('text-image-missing = "warning"', 'text-image-missing = "off"'),
    f'{_BASE}\nimage-dimensions = "error"\n',
    f'{_BASE}\n[[feeds]]\nname = "in-short"\ncontent = "summary"\nlimit = 2\n\n[[feeds]]\nname = "on-shudder"\nservice = ["shudder"]\n',
    f'{_BASE}\n[[webhooks.endpoints]]\nname = "partner"\nurl = "https://partner.example/"\n',
)
_MINTED = re.compile(r"(?!00000000)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FRONTS = (
    "",
    "slug: the-moth",
    "tags: [moths, 'B-Film']",
    "tags: [moths]",
    "tags: [b film]",
    "author: [odd, desk]",
    "rating: 4",
    "updated: 2024-05-25\ncorrection: It was a moth.",
    "status: draft",
    "status: retracted\nretracted: 2024-05-20\nreason: It was no moth.",
    "image: {src: images/a.png, alt: a moth}",
    "image: {src: images/b.png, alt: a moth}",
    "watch:\n  - {service: Shudder, kind: subscription, until: 2024-04-30}\n  - {service: Netflix, kind: subscription, from: 2024-05-10}",
    "watch:\n  - {service: Shudder, kind: subscription, source: tmdb, checked: 2024-04-01}",
)
_TEXTS = (
    "A short text.",
    "A moth flies.",
    "![a moth](images/a.png)",
    "![a moth](images/b.png) and ![another](images/in/c.png)",
    'A moth. <video src="https://cdn.example/v.mp4" poster="images/b.png" controls></video>',
    'A moth. <img src="https://cdn.example/v.png" alt="m" srcset="images/a.png 1x, images/b.png 2x">',
    "[a picture](images/b.png)",
    "[another](/reviews/one/)",
    "[another](one.md)",
    "# A heading\n\n<b>bold</b> and [failed](",
    "More\n\n> words\n\n- than\n- before",
)
_DATES = ("2024-03-05T09:00", "2024-04-15T09:00", "2024-04-15", "2024-05-20T09:00", "2023-12-31T23:30")
_NAMES = ("one", "two", "three", "four", "in/five")
_PICTURES = ("a.png", "b.png", "in/c.png", "A.PNG")
#: From one to the next, something passes; any may follow any.
MOMENTS = tuple(
    datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=days, hours=hours)
    for days in (0, 4, 20, 31, 45, 46, 50, 60, 61, 70, 81, 92, 140, 141, 212, 213)
    for hours in (3, 7, 15)
)
SITES = 6


def picture(width: int, height: int) -> bytes:
    """Write the head of a PNG."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x06\0\0\0"


def written_post(number: int, pick: int) -> str:
    """Write one of very many posts with an id of its own."""
    pick, front = divmod(pick, len(_FRONTS))
    pick, text = divmod(pick, len(_TEXTS))
    pick, date = divmod(pick, len(_DATES))
    lines = (f"id: {identity(number)}", f"title: Moth {pick % 3}", f"date: {_DATES[date]}")
    more = _FRONTS[front] if "author:" in _FRONTS[front] else f"author: desk\n{_FRONTS[front]}".strip()
    if "rating:" not in more:
        more += "\nfilm: {title: Moth, year: 2021}"
    return "\n".join(
        (
            "---",
            *lines,
            more.replace("rating: 4", "rating: 4\nfilm: {title: Math}"),
            "---",
            "",
            _TEXTS[text],
            "",
        )
    )


@dataclass
class World:
    """A site, the clock, and what was kept of it at times.

    Attributes:
        folder: An empty one.
    """

    folder: Path
    now: datetime = MOMENTS[10]
    backups: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write the site as it begins."""
        (self.site / "posts" / "images" / "in").mkdir(parents=True)
        (self.site / "posts" / "in").mkdir()
        (self.site / "posts" / ".watch").mkdir()
        (self.site / FILE_NAME).write_text(CONFIGURATIONS[0], encoding="utf-8")
        for number, name in enumerate(_NAMES[:3]):
            self._post(name).write_text(written_post(number, number * 40), encoding="utf-8")
        (self.site / "posts/images/a.png").write_bytes(picture(10, 20))

    @property
    def site(self) -> Path:
        """Return the site's folder."""
        return self.folder / "site"

    @property
    def cache(self) -> Path:
        """Return the folder that may be deleted at any time."""
        return self.site / ".publisher" / "cache"

    def happen(self, what: str, one: int, other: int) -> None:
        """Let something happen; the numbers say to which of the things there are, and how."""
        _HAPPENINGS[what](self, one, other)

    def require_alike(self, *, by_command: bool) -> None:
        """See that a run of the site, warm as it is, ends as that of a copy which remembers nothing."""
        cold = self.folder / "cold"
        shutil.rmtree(cold, ignore_errors=True)
        shutil.copytree(self.site, cold, symlinks=True, ignore=lambda *_: [".publisher"])
        run = run_command if by_command else run_here
        warm, expected = run(self.site, self.now), run(cold, self.now)
        assert warm == expected, f"{warm}\nwhere one that remembers nothing gives\n{expected}"
        there, wanted = contents(self.site / "feeds"), contents(cold / "feeds")
        differing = [name for name in {**there, **wanted} if there.get(name) != wanted.get(name)]
        assert not differing, f"{sorted(differing)} at {self.now}"

    def _post(self, name: str) -> Path:
        return self.site / "posts" / f"{name}.md"

    def _posts(self) -> list[Path]:
        return sorted((self.site / "posts").rglob("*.md"))

    def _one(self, files: list[Path], number: int) -> Iterator[Path]:
        """Give one of some files; none where there are none."""
        files = sorted(files)
        return islice(files, number % len(files), number % len(files) + 1) if files else iter(())

    def rewrite(self, one: int, other: int) -> None:
        """Give a post another text."""
        for file in self._one(self._posts(), one):
            found = re.search(r"id: 0+-0+-4000-8000-(\d+)", file.read_text(encoding="utf-8"))
            file.write_text(written_post(int(found[1]) if found else one % 5, other), encoding="utf-8")

    def retitle(self, one: int, _: int) -> None:
        """Change a letter of a title, so that the post is as long as before, and set its time back."""
        for file in self._one(self._posts(), one):
            about, text = file.stat(), file.read_bytes()
            file.write_bytes(
                text.replace(b"Moth", b"Math") if b"Moth" in text else text.replace(b"Math", b"Moth")
            )
            os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))

    def touch(self, one: int, _: int) -> None:
        """Change nothing but a time."""
        for file in self._one(self._posts(), one):
            file.touch()

    def add(self, one: int, other: int) -> None:
        """Write a new post, or another one in its place."""
        number = one % len(_NAMES)
        file = self._post(_NAMES[number])
        file.unlink(missing_ok=True)
        file.write_text(written_post(number, other), encoding="utf-8")

    def remove(self, one: int, _: int) -> None:
        """Delete a post."""
        for file in self._one(self._posts(), one):
            file.unlink()

    def rename(self, one: int, other: int) -> None:
        """Give a post another name, perhaps in another folder, over whatever has it."""
        for file in self._one(self._posts(), one):
            file.rename(self._post([*_NAMES, "in/one", "six"][other % 7]))

    def swap(self, one: int, other: int) -> None:
        """Let two posts change places."""
        for first in self._one(self._posts(), one):
            for second in self._one(self._posts(), other):
                between = first.with_suffix(".aside")
                first.rename(between)
                if second != first:
                    second.rename(first)
                between.rename(second)

    def link(self, one: int, other: int) -> None:
        """Let a post be a link to another file."""
        for file in self._one(self._posts(), one):
            aside = self.site / "posts" / f"{other % 2}.aside"
            if not file.is_symlink():
                file.rename(aside)
                file.symlink_to(os.path.relpath(aside, file.parent))

    def unsound(self, one: int, other: int) -> None:
        """Give a post a fault."""
        for file in self._one(self._posts(), one):
            file.write_bytes(
                file.read_bytes().replace((b"title:", b"date:", b"---")[other % 3], b"titel:", 1)
            )

    def picture(self, one: int, other: int) -> None:
        """Let a picture come, go or change."""
        file = self.site / "posts" / "images" / _PICTURES[one % len(_PICTURES)]
        if other % 3 == 0:
            file.unlink(missing_ok=True)
        else:
            # As long as any other, or not.
            file.write_bytes(picture(1 + other % 7, 5) + b"x" * (other % 2))

    def offers(self, one: int, other: int) -> None:
        """Let offers lie beside a post, or not."""
        file = self.site / "posts" / ".watch" / f"{identity(one % 6)}.json"
        if other % 4 == 0:
            file.unlink(missing_ok=True)
            return
        until = ("", ', "until": "2024-04-18"', ', "from": "2024-06-01"')[other % 3]
        service = ("shudder", "netflix", "nothing")[other // 4 % 3]
        source = ("tmdb", "nobody")[other // 12 % 4 == 3]
        offer = (
            f'{{"service": "{service}", "kind": "subscription", "region": "US", "source": "{source}"{until}}}'
        )
        file.write_text(
            f'{{"format_version": 1, "id": "{identity(one % 6)}", "offers": [{offer}]}}', encoding="utf-8"
        )

    def configure(self, one: int, _: int) -> None:
        """Change the settings."""
        (self.site / FILE_NAME).write_text(CONFIGURATIONS[one % len(CONFIGURATIONS)], encoding="utf-8")

    def turn(self, one: int, _: int) -> None:
        """Let the clock tell another moment, earlier or later."""
        self.now = MOMENTS[one % len(MOMENTS)]

    def wait(self, _: int, __: int) -> None:
        """Let all that was written settle."""
        time.sleep(SETTLED)

    def forget(self, one: int, _: int) -> None:
        """Delete something that was kept, or all of it."""
        if one % 3 == 0:
            shutil.rmtree(self.cache, ignore_errors=True)
            return
        for file in self._one(list(self.cache.glob("*")), one):
            file.unlink()

    def corrupt(self, one: int, other: int) -> None:
        """Damage something that was kept."""
        for file in self._one(list(self.cache.glob("*")), one):
            data = bytearray(file.read_bytes())
            if other % 4 == 0:
                del data[len(data) // 2 :]
            elif data and other % 4 == 1:
                data[other % len(data)] ^= 255
            elif data:
                for place in range(other % 97, len(data), 97):
                    data[place] ^= 1 + other % 200
            file.write_bytes(data)

    def back_up(self, one: int, _: int) -> None:
        """Put away what is kept, or bring back what was put away: it tells of a site that is no more."""
        if self.backups and one % 2:
            shutil.rmtree(self.cache, ignore_errors=True)
            shutil.copytree(self.backups[one % len(self.backups)], self.cache)
        elif self.cache.exists():
            self.backups.append(self.folder / f"backup-{len(self.backups)}")
            shutil.copytree(self.cache, self.backups[-1])

    def harm(self, one: int, other: int) -> None:
        """Change a feed by hand, or delete it."""
        for file in self._one([file for file in (self.site / "feeds").rglob("*") if file.is_file()], one):
            if other % 3 == 0:
                file.unlink()
                continue
            data = bytearray(file.read_bytes())
            if data and other % 3 == 1:
                data[other % len(data)] ^= 1
            else:
                data += b" "
            file.write_bytes(data)

    def read(self, one: int, _: int) -> None:
        """Look at the posts without making anything of them, perhaps at another moment."""
        now = self.now if one % 2 else MOMENTS[one % len(MOMENTS)]
        read_posts(load_site(self.site), now=now)

    def rehearse(self, one: int, _: int) -> None:
        """Compare what is there with what there would be at another moment."""
        run_here(self.site, MOMENTS[one % len(MOMENTS)], dry=True)

    def elsewhere(self, one: int, _: int) -> None:
        """Write the feeds into another folder, as of another moment."""
        run_here(self.site, MOMENTS[one % len(MOMENTS)], out=self.folder / "elsewhere")


_HAPPENINGS: dict[str, Callable[[World, int, int], None]] = {
    name: value
    for name, value in vars(World).items()
    if callable(value) and not name.startswith("_") and name not in {"happen", "require_alike"}
}
HAPPENINGS = tuple(_HAPPENINGS)


def _said(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic], root: Path) -> list[str]:
    return [_MINTED.sub("<new>", repr(fault).replace(str(root), "")) for fault in diagnostics]


def run_here(site_folder: Path, now: datetime, *, dry: bool = False, out: Path | None = None) -> object:
    """Read the posts and generate the feeds; answer all that is said of them, and what they are made from."""
    site = load_site(site_folder)
    making = EntryMaker(site, now)
    collection = read_posts(site, now=now, making=making)
    said = _said(collection.diagnostics, site_folder)
    posts = [
        repr((post.review, post.name, post.body, post.digest, post.links, post.beside))
        for post in collection.posts
    ]
    try:
        generate(collection.require_valid().posts, site, now, dry=dry, out=out)
    except PublisherError as error:
        return said, posts, type(error), error.message
    return said, posts


def run_command(site_folder: Path, _: datetime) -> object:
    """Run the command, twice: what the first puts down when all has settled, the second may recall."""
    time.sleep(SETTLED)
    answers = [
        CliRunner().invoke(cli, ["generate", "--yes", "--site", str(site_folder)], catch_exceptions=False)
        for _ in range(2)
    ]
    outputs = [_MINTED.sub("<new>", answer.output.replace(str(site_folder), "")) for answer in answers]
    # What the first writes, whoever remembers all had written already; but both have to end well, or in the same way.
    return [answer.exit_code for answer in answers], outputs[1] if answers[0].exit_code == 0 else outputs
