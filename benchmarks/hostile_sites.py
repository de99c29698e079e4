"""Sites that are built to hurt: of one hostile post, of many, or with a hostile publisher.toml."""

from __future__ import annotations

import argparse
import math
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import CONFIGURATION
from hostile_posts import FILE_SIZE, FILES, FRONTS, TEXTS, Making, Sized, count_up, fill, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

TOML_SIZE = 256 * 1024
SOUND_TEXT = "\nA boy hunts for a treasure.\n"
_SOUND = "id: {id}\ntitle: Karmalink {n}\ndate: 2022-07-15\nauthor: desk\nsummary: A film.\n"


def toml(lines: str) -> bytes:
    """Put lines below the settings of a sound site."""
    return (CONFIGURATION + lines).encode()[:TOML_SIZE].decode(errors="ignore").encode()


def _site(lines: str, body: str = SOUND_TEXT, *, posts: int = 10_000) -> Iterator[tuple[str, str]]:
    """Write many posts of one form; `{n}` is the post's number, `{id}` an id of its own."""
    form = f"---\n{lines}---\n{body}"
    for number in range(posts):
        name = f"review-{number:06}"
        yield name, form.replace("{n}", f"{number:06}").replace("{id}", str(uuid.UUID(int=number + 1)))


CONFIGURATIONS: Mapping[str, Making] = {
    "dots": lambda: toml("." * TOML_SIZE),
    "dots in a key": lambda: toml("a." * TOML_SIZE),
    "a thousand dots a line": lambda: toml(("a" + ".a" * 999 + " = 1\n") * (TOML_SIZE // 2_000)),
    "dots in brackets": lambda: toml(f"[{'a.' * (TOML_SIZE // 2)}"),
    "brackets": lambda: toml("[" * TOML_SIZE),
    "brackets as a value": lambda: toml(f"a = {'[' * TOML_SIZE}"),
    "braces as a value": lambda: toml(f"a = {'{b = ' * TOML_SIZE}"),
    "nested groups, closed": lambda: toml(f"a = {'{b=' * 300}1{'}' * 300}\n"),
    "nested lists, closed": lambda: toml(
        "".join(f"a{number} = {'[' * 300}{']' * 300}\n" for number in range(TOML_SIZE // 640))
    ),
    "a list": lambda: toml(f"a = [{'1,' * (TOML_SIZE // 2 - 300)}]"),
    "a list, one a line": lambda: toml(f"a = [{'1,' * 10}\n" + "1,\n" * (TOML_SIZE // 3 - 300) + "]"),
    "unknown keys": lambda: toml(count_up("key{n} = 1\n", TOML_SIZE - 600)),
    "unknown tables": lambda: toml(count_up("[table{n}]\n", TOML_SIZE - 600)),
    "tables in tables": lambda: toml(count_up("[a.b.c.d{n}]\n", TOML_SIZE - 600)),
    "authors": lambda: toml(count_up("[authors.a{n}]\n", TOML_SIZE - 600)),
    "authors, sound": lambda: toml(count_up('[authors.a{n}]\nname = "A"\n', TOML_SIZE - 600)),
    "arrays of tables": lambda: toml(fill("[[a]]\n", TOML_SIZE - 600)),
    "arrays of tables in arrays of tables": lambda: toml(
        fill("[[a]]\n[[a.b]]\n[[a.b.c]]\n", TOML_SIZE - 600)
    ),
    "endpoints": lambda: toml(fill("[[webhooks.endpoints]]\n", TOML_SIZE - 600)),
    "endpoints of one name": lambda: toml(
        fill('[[webhooks.endpoints]]\nname = "a"\nurl = "https://a.example/"\n', TOML_SIZE - 600)
    ),
    "endpoints, unknown keys": lambda: toml(
        count_up("[[webhooks.endpoints]]\nkey{n} = 1\n", TOML_SIZE - 600)
    ),
    "a long text": lambda: toml(f'a = "{"x" * (TOML_SIZE - 600)}"'),
    "a quote that never ends": lambda: toml('a = "' + "x" * TOML_SIZE),
    "three quotes that never end": lambda: toml('a = """' + "x\n" * TOML_SIZE),
    "escapes": lambda: toml(f'[x]\na = "{chr(92) + "u0001"}"\n' * (TOML_SIZE // 24)),
    "escapes in a list": lambda: toml("a = [" + '"\\u0001",' * (TOML_SIZE // 9 - 100) + "]"),
    "a long number": lambda: toml(f"a = {'1' * TOML_SIZE}"),
    "a long key": lambda: toml(f"{'a' * (TOML_SIZE - 600)} = 1"),
    "comments": lambda: toml("#\n" * TOML_SIZE),
    "blank lines": lambda: toml("\n" * TOML_SIZE),
    "blank lines, then a fault": lambda: toml("\n" * (TOML_SIZE - 600) + "x"),
    "lines that end in CR": lambda: toml("a\r" * TOML_SIZE),
    "emoji and a fault": lambda: toml(f'a = "{chr(0x1F98B) * 60_000}" x'),
    "emoji and unknown keys": lambda: toml(
        "".join(f'key{number} = "{chr(0x1F98B)}"\n' for number in range(TOML_SIZE // 20 - 100))
    ),
    "equals signs": lambda: toml("=" * TOML_SIZE),
    "rules": lambda: toml("[rules]\n" + count_up('rule{n} = "off"\n', TOML_SIZE - 600)),
    "allowed networks": lambda: toml(
        "[network]\nallow = [" + '"10.0.0.0/8",' * (TOML_SIZE // 13 - 100) + "]"
    ),
}

SITES: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "10,000 posts, each with five faults": lambda: _site(
        "id: {id}\ntitle: ~\ndate: 2023-02-30\nauthor: dsk\nrating: 9\nraiting: 4\n"
    ),
    "10,000 posts, each with YAML that cannot be read": lambda: _site('id: {id}\ntitle: "x\n'),
    "10,000 posts of one id and slug": lambda: _site(
        "id: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: K\ndate: 2022-07-15\nauthor: desk\nslug: k\n"
    ),
    "10,000 posts of one film": lambda: _site(_SOUND + "film: {title: Karmalink, year: 2021}\n"),
    "10,000 posts, each with a broken link": lambda: _site(
        _SOUND, "\n[a](/reviews/reviewx-{n}/) hunts for a treasure.\n"
    ),
    "10,000 posts, each with ten tags of its own": lambda: _site(
        _SOUND + "tags: [" + ", ".join(f"t{{n}}{number}" for number in range(10)) + "]\n"
    ),
    "10,000 posts, a third of the tags common": lambda: (
        (name, post.replace("TAG", f"tag-{number // 3:05}"))
        for number, (name, post) in enumerate(_site(_SOUND + "tags: [TAG, rare-{n}]\n"))
    ),
}


def largest(make: Sized) -> bytes:
    """Make a text about as large as it can be before there is too much in it."""
    low, high = 2_000, FILE_SIZE
    if not _too_much(make(high)):
        return make(high)
    while high > 1.2 * low:
        size = int(math.sqrt(low * high))
        low, high = (low, size) if _too_much(make(size)) else (size, high)
    return make(low)


def _too_much(post: bytes) -> bool:
    from publisher.diagnostics import Report, Source, Span  # noqa: PLC0415 - what measures had better be small itself
    from publisher.posts.body import check_body  # noqa: PLC0415

    report = Report(Source("", post.decode()))
    check_body(Span(report.source.text.index("\n---\n") + 5, len(report.source.text)), report)
    return any(fault.code == "body-markup" for fault in report.diagnostics)


def write_kind(name: str, folder: Path) -> None:
    """Write a site that holds a hostile post, many of them, or a hostile configuration; `KINDS` lists the names."""
    group, _, kind = name.partition(": ")
    configuration = CONFIGURATIONS[kind]() if group == "publisher.toml" else CONFIGURATION.encode()
    posts: Iterable[tuple[str, bytes]] = [("karmalink", text("A boy hunts for a treasure."))]
    if group == "site":
        posts = ((name, post.encode()) for name, post in SITES[kind]())
    elif group == "text":
        posts = [("karmalink", largest(TEXTS[kind]))]
    elif group in _POSTS:
        posts = [("karmalink", _POSTS[group][kind]())]
    (folder / "posts" / "images").mkdir(parents=True)
    (folder / "publisher.toml").write_bytes(configuration)
    for stem, content in posts:
        (folder / "posts" / f"{stem}.md").write_bytes(content)


_POSTS: Mapping[str, Mapping[str, Making]] = {"file": FILES, "front matter": FRONTS}
#: Every kind's full name.
KINDS = tuple(
    f"{group}: {name}"
    for group, kinds in (
        *_POSTS.items(),
        ("text", TEXTS),
        ("publisher.toml", CONFIGURATIONS),
        ("site", SITES),
    )
    for name in kinds
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("kind", choices=KINDS, metavar="KIND")
    arguments = parser.parse_args()
    write_kind(arguments.kind, arguments.folder)
