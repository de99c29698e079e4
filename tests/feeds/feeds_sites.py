"""Sites whose feeds the tests read: the committed one, an empty one, and one full of texts that feeds stumble over."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from publisher.channels import live_posts
from publisher.content import Entry, present
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.site import FEED_NAMES, FILE_NAME, Site, load_site
from tests.feeds.validators import require_valid_files
from tests.kept_files import is_kept

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = ("sample", "empty", "hostile")
CONFIGURATION = """\
[site]
title = "Wing & <b>Pin</b>"
tagline = "1 < 2 ]]> & more"
base_url = "https://reviews.example/"
time_zone = "America/Chicago"
language = "en"

[site.licence]
name = "CC BY & <more>"
url = "https://reviews.example/licence?a=1&b=2"
holder = "Wing & Pin"

[images]
directory = "posts/images"
url = "https://cdn.example/im%20ages/"

[rating]
unit = "butterfly"
units = "butterflies"
symbol = "🦋"

[authors.desk]
name = "The Night Desk"

[authors.odd]
name = "O’Neil & <Sons>, 朝霧 ]]>"
url = "https://reviews.example/authors/odd?a=1&b=2"

[watch]
region = "US"
disclosure = "We <earn> & tell ]]>"

[watch.affiliates.shudder]
ref = "<b>&"

[syndication]
url = "https://reviews.example/feeds/"
limit = 50
ttl = 60

# What validation would stop has to be harmless all the same.
[rules]
link-scheme = "off"
link-invalid = "off"
text-image-missing = "off"
"""

#: The same, with everything a site may ask for beside the main feed and its archive.
EVERYTHING = CONFIGURATION.replace(
    "ttl = 60", 'ttl = 60\nhubs = ["https://hub.example/?a=1&b=2"]\ncompressed = true'
).replace(
    "# What validation",
    """\
[[feeds]]
name = "in-short"
title = "1 < 2 & in short ]]>"
description = "<b>No</b> whole text"
content = "summary"
limit = 5

[[feeds]]
name = "apple"
service = ["apple-tv-plus", "Vudu"]

[[feeds]]
name = "nothing"
year = 1900

# What validation""",
)

HOSTILE_TITLES = (
    "AT&T",
    "1 < 2 > 0",
    "<i>Alien</i> & <script>alert(1)</script>",
    "👩‍👩‍👧 and 🦋 and 🏳️‍🌈",
    "زیر سایه (Under the Shadow)",
    "तुम्बाड",
    "]]> &amp; &#60; &nbsp;",
    "E = 'mc²' \"quoted\"",
)

HOSTILE_BODY = """\
The end of a section ]]> here, a raw & there, a &nbsp; and &lt;b&gt; and 1 < 2.[^n]

<script>alert("SCRIPT")</script><iframe src="https://evil.example/"></iframe><style>p{}</style>

<p onclick="alert(1)" style="color: red" lang="hi" title="]]&gt;">तुम्बाड में एक कहानी</p>

<img src="images/a%20b.png" alt="]]>" onerror="alert(1)"
 srcset="images/a%20b.png 1x, /wide,tall.png 2x, javascript:alert(1) 3x">

<video src="//cdn.example/v.mp4" poster="p.png" controls autoplay></video>

[fragment](#there) [relative](../x?a=1&b=2) [host](//other.example/y) [js](javascript:alert(1))
[data](data:text/html,x) [vb](vbscript:x) <a href=" JaVa&#9;Script:alert(1)">tab</a> <a href="https:odd">odd</a>

<del cite="javascript:alert(1)">gone</del> <q cite="quoted">said</q>

| a | b |
|--:|---|
| 1 | 2 |

[^n]: A note & more.

Unclosed <b>bold <i>and
"""


@dataclass(frozen=True)
class Feeds:
    """A site's feeds as bytes and as trees, and the entries they were made of.

    Attributes:
        entries: Those of the main feed.
        live: Those of all live reviews, by identity.
        files: The main feed, by the names of its files.
        folder: Everything that was written, by name.
    """

    site: Site
    entries: tuple[Entry, ...]
    live: Mapping[str, Entry]
    files: Mapping[str, bytes]
    folder: Mapping[str, bytes]

    def within(self, name: str) -> list[Entry]:
        """List the entries of one of the feeds, by the name of its file: those that its JSON says it has."""
        name = f"{name.rpartition('/')[0]}/feed.json".lstrip("/")
        return [self.live[item["id"]] for item in json.loads(self.folder[name])["items"]]

    @cached_property
    def atom(self) -> etree._Element:
        """Parse the Atom feed's root."""
        return etree.fromstring(self.files["atom.xml"])

    @cached_property
    def rss(self) -> etree._Element:
        """Parse the RSS feed's root."""
        return etree.fromstring(self.files["rss.xml"])

    @cached_property
    def json(self) -> dict[str, Any]:
        """Parse the JSON feed."""
        document: dict[str, Any] = json.loads(self.files["feed.json"])
        return document


def post(number: int, title: str, body: str = "A short text.", more: str = "") -> str:
    """Write a post; `number` decides its id, and the later the newer."""
    if "author:" not in more:
        more = f"author: desk\n{more}"
    return (
        f"---\nid: {identity(number)}\ntitle: {json.dumps(title, ensure_ascii=False)}\n"
        f"date: 2024-03-{number + 1:02d}T09:00\n{more.strip()}\n---\n\n{body}\n"
    ).replace("\n\n---\n", "\n---\n")


def identity(number: int) -> str:
    """Answer the id of a post made by `post`."""
    return f"00000000-0000-4000-8000-{number:012d}"


def write_site(folder: Path, posts: Mapping[str, str], configuration: str = CONFIGURATION) -> Site:
    """Write a site into a folder and load it."""
    (folder / "posts" / "images").mkdir(parents=True, exist_ok=True)
    (folder / "posts" / "images" / "a b.png").write_bytes(b"\x89PNG")
    (folder / "posts" / "images" / "c?d#e&f.png").write_bytes(b"\x89PNG\r\n")
    (folder / FILE_NAME).write_text(configuration, encoding="utf-8")
    for name, text in posts.items():
        (folder / "posts" / name).write_text(text, encoding="utf-8")
    return load_site(folder)


def make_feeds(site: Site, folder: Path, now: datetime = NOW) -> Feeds:
    """Generate a site's feeds into a folder, see that every one is valid, and read them."""
    posts = read_posts(site).require_valid().posts
    generate(posts, site, now, out=folder)
    files = contents(folder)
    require_valid_files(files, site.syndication.url)
    live = {post.review.urn: present(post, site, now) for post in live_posts(posts, now)}
    feeds = Feeds(site, (), live, {name: files[name] for name in FEED_NAMES.values()}, files)
    # How many the main feed has depends on the archive; which they are, it says itself.
    return replace(feeds, entries=tuple(feeds.within("feed.json")))


@cache
def feeds_of(name: str) -> Feeds:
    """Make the feeds of one of the sites; `NAMES` lists them."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "sample":
            return make_feeds(load_site(ROOT), Path(folder, "out"))
        posts = hostile_posts() | tagged_posts() if name == "hostile" else {}
        return make_feeds(write_site(Path(folder), posts, EVERYTHING), Path(folder, "out"))


def hostile_posts() -> dict[str, str]:
    """Write posts that between them hold every kind of text and setting that a feed may stumble over."""
    posts = {f"title-{at}.md": post(at, title, HOSTILE_BODY) for at, title in enumerate(HOSTILE_TITLES)}
    posts["everything.md"] = post(10, "Everything & more", HOSTILE_BODY, _EVERYTHING)
    posts["remote-picture.md"] = post(
        11, "A picture elsewhere", more="image:\n  src: https://cdn.example/p?x=1&y=2\n  alt: '<b> & \"q\"'"
    )
    posts["odd-picture.md"] = post(
        12, "A picture with an odd name", more="image:\n  src: 'images/c?d#e&f.png'\n  alt: odd\nlanguage: ar"
    )
    posts["zero.md"] = post(13, "Rated nothing", more="rating: 0\nfilm:\n  title: Zero & <One>\n  year: 1931")
    posts["unrated.md"] = post(14, "Not rated", more="film:\n  title: Unrated\nlanguage: pt-BR")
    posts["pictures-only.md"] = post(15, "Only a picture", "![](images/a%20b.png)")
    posts["nothing-left.md"] = post(16, "Nothing left", "<script>alert(1)</script>")
    return posts


def tagged_posts() -> dict[str, str]:
    """Write posts whose tags have a feed each: one that is written in three ways, one in another script."""
    return {
        f"tagged-{at}.md": post(at, f"Tagged {at}", more=f"tags: [{tag}, '日本']")
        for at, tag in ((17, "B-Film"), (18, "b film"), (19, "B film"))
    }


_EVERYTHING = """
author: [odd, desk]
summary: 'A & B <i>x</i> ]]> &amp;'
tags: ['a & b', '<tag>', 'खेल', 'comma, inside']
language: hi
updated: 2024-05-01T08:00-05:00
correction: 'It was <b>not</b> 1 < 2 & never ]]>.'
film:
  title: 'Alien & <Aliens>: 50% "off"?'
  original_title: तुम्बाड
  year: 1979
  directors: ['R & S']
  ids: {imdb: tt0078748, tmdb: 348}
rating: 3.5
image:
  src: images/a b.png
  alt: 'A "picture" & <more> ]]>'
  credit: 'Me & <you>'
watch:
  - service: Vudu
    kind: rent
    price: 3.99 USD
    quality: 4k & up
    via: 'A & <B>'
    exclusive: true
  - service: Apple TV
    kind: subscription
    url: https://tv.apple.com/us/movie/alien/umc.cmc.53br6g12tjyru0g7ipnmyd5au?a=1&b=2
    region: GB
  - service: Shudder
    kind: subscription
    source: tmdb
  - service: Blu-ray
    kind: disc
  - service: theaters
    kind: cinema
    from: 2026-12-24
    until: 2026-12-31
  - service: Netflix
    kind: subscription
    until: 2026-11-21
  - service: Kanopy
    kind: free
    source: "the library & co"
    checked: 2024-01-01
"""


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, but what a site keeps to be faster."""
    return {
        name: file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not is_kept(name := file.relative_to(folder).as_posix())
    }


def plain_words(html: str) -> str:
    """Return the words of HTML as a reader sees them, on one line."""
    return " ".join(" ".join(map(str, etree.HTML(f"<div>{html}</div>").itertext())).split())


def replaced(document: bytes, pattern: str, replacement: str) -> bytes:
    """Break a document on purpose: replace the first match, which has to be there."""
    text, count = re.subn(pattern, replacement, document.decode(), count=1, flags=re.DOTALL)
    assert count == 1, pattern
    return text.encode()
