"""Realistic sites of any size: seeded, so that every machine measures the same posts of about 1,000 words."""

from __future__ import annotations

import argparse
import random
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

WORDS = [
    "shadow",
    "door",
    "lamp",
    "corridor",
    "silence",
    "mirror",
    "stairs",
    "cellar",
    "river",
    "orchard",
    "engine",
    "signal",
    "whisper",
    "camera",
    "frame",
    "score",
    "cut",
    "scene",
    "actor",
    "ghost",
    "house",
    "mother",
    "brother",
    "stranger",
    "village",
    "winter",
    "lantern",
    "curse",
    "letter",
    "photograph",
    "slowly",
    "suddenly",
    "never",
    "always",
    "almost",
    "quietly",
    "there",
    "beneath",
    "beyond",
    "again",
    "somebody",
    "nobody",
    "nothing",
    "everything",
    "walks",
    "waits",
    "opens",
    "closes",
    "watches",
    "remembers",
    "forgets",
    "returns",
    "burns",
    "falls",
    "answers",
    "listens",
    "believes",
    "leaves",
    "cold",
    "bright",
    "patient",
    "cruel",
    "tender",
    "hollow",
    "borrowed",
    "broken",
    "careful",
    "the",
    "a",
    "and",
    "but",
    "of",
    "in",
    "with",
    "for",
    "from",
    "under",
]
NAMES = ("Ana Ruiz", "Kenji Mori", "Dara Sok", "Lena Vogt", "Tom Ashby", "Mira Patel", "Jonas Lund")
COUNTRIES = ("US", "KH", "JP", "KR", "GB", "DE", "IN", "MX", "SE", "IR")
SERVICES = (("Vudu", "rent"), ("Apple TV", "rent"), ("Shudder", "subscription"), ("Netflix", "subscription"))
AUTHORS = ("desk", "ana", "kenji", "dara", "lena")
TAGS = (
    *(
        "ghosts",
        "debuts",
        "folk-horror",
        "slashers",
        "science-fiction",
        "remakes",
        "festival",
        "giallo",
        "sequels",
    ),
    *(
        "classics",
        "animation",
        "body-horror",
        "found-footage",
        "anthologies",
        "vampires",
        "witches",
        "comedies",
    ),
    *("novels", "restorations", "shorts"),
)
#: The newest posts come at one pace however many there are, so that feeds of the newest hold the same; older ones
#: lie evenly between the first day and these.
LAST = datetime(2026, 11, 1, 9, tzinfo=UTC)
PACE = timedelta(hours=13)
RECENT = 10_000
FIRST = datetime(1971, 1, 1, 9, tzinfo=UTC)

CONFIGURATION = """\
[site]
title = "The Measured Wing"
tagline = "Reviews to be timed"
base_url = "https://reviews.example/"
language = "en-US"
time_zone = "America/Chicago"

[rating]
unit = "butterfly"
units = "butterflies"
symbol = "🦋"

[watch]
region = "US"
"""

#: Settings of a site that has one feed, of everything.
ALL_IN_ONE = 'limit = {posts}\narchive = "none"\nauthor_feeds = false\ntag_feeds = 0\n'


def write_site(folder: Path, posts: int, *, syndication: str = "", seed: int = 2026) -> None:
    """Write a site of so many posts into a folder; `syndication` are its settings for feeds, as TOML."""
    dice = random.Random(seed)
    (folder / "posts").mkdir(parents=True)
    authors = "".join(f'\n[authors.{key}]\nname = "{key.title()}"\n' for key in AUTHORS)
    configuration = f"{CONFIGURATION}{authors}\n[syndication]\n{syndication}"
    (folder / "publisher.toml").write_text(configuration, encoding="utf-8")
    for number in range(posts):
        post_file(folder, number).write_text(_post(dice, number, posts), encoding="utf-8")


def post_file(folder: Path, number: int) -> Path:
    """Return where a post of a site lies; the one with the highest number is the newest."""
    return folder / "posts" / f"review-{number:06}.md"


def change_a_word(post: Path, turn: int) -> None:
    """Exchange one word in a post's text, for another one each turn."""
    front, body = post.read_text(encoding="utf-8").split("\n---\n", 1)
    word = WORDS[turn % len(WORDS)] + "s" * (turn // len(WORDS) + 1)
    post.write_text(f"{front}\n---\n{re.sub(r'(?<= )[a-z]+(?= )', word, body, count=1)}", encoding="utf-8")


def _date(number: int, posts: int) -> datetime:
    age = posts - 1 - number
    if age < RECENT:
        return LAST - PACE * age
    newest = LAST - PACE * RECENT
    return newest - (newest - FIRST) / (posts - RECENT) * (age - RECENT)


def _post(dice: random.Random, number: int, posts: int) -> str:
    title = " ".join(dice.choices(WORDS[:30], k=3)).title()
    service, kind = dice.choice(SERVICES)
    tags = ", ".join(dice.sample(TAGS, k=2))
    return f"""\
---
id: {uuid.UUID(int=dice.getrandbits(128), version=4)}
title: "{title}"
date: {_date(number, posts):%Y-%m-%dT%H:%M:%SZ}
author: {dice.choice(AUTHORS)}
summary: "{_sentence(dice)}"
tags: [{tags}]
film:
  title: "{title}"
  year: {dice.randint(1922, 2026)}
  directors: ["{dice.choice(NAMES)}"]
  cast: ["{dice.choice(NAMES)}", "{dice.choice(NAMES)}"]
  countries: [{dice.choice(COUNTRIES)}]
  runtime: {dice.randint(70, 180)}
rating: {dice.randint(0, 10) / 2:g}
watch:
  - service: {service}
    kind: {kind}
---

{_body(dice, min(posts, 1_000))}
"""


def _body(dice: random.Random, linked: int) -> str:
    parts = []
    for number in range(12):
        if number in {3, 8}:
            parts.append(f"## {' '.join(dice.choices(WORDS, k=4)).capitalize()}")
        sentences = [_sentence(dice) for _ in range(6)]
        sentences[2] = f"*{sentences[2]}* [A link](/reviews/review-{dice.randrange(linked):06}/) follows.[^1]"
        parts.append(" ".join(sentences))
    parts.append("> " + _sentence(dice))
    parts.append("\n".join(f"- {_sentence(dice)}" for _ in range(4)))
    parts.append("[^1]: " + _sentence(dice))
    return "\n\n".join(parts)


def _sentence(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(9, 16))).capitalize() + "."


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("posts", type=int)
    parser.add_argument("--all-in-one", action="store_true", help="one feed of all posts")
    arguments = parser.parse_args()
    settings = ALL_IN_ONE.format(posts=arguments.posts) if arguments.all_in_one else ""
    write_site(arguments.folder, arguments.posts, syndication=settings)
