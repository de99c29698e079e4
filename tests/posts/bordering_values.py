"""What may stand behind each key of front matter, as typed: values on both sides of the border between good and bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TEXTS = [
    "Karmalink",
    "1917",
    "1e3",
    "true",
    "NO",
    "~",
    "",
    '""',
    '" "',
    "[a]",
    "{a: b}",
    "'映画 🦋'",
    "x" * 500,
    "x" * 501,
]
PROSES = [*TEXTS[:-2], "x" * 2000, "x" * 2001, "|\n  one\n\n  two"]
LISTS = [
    *TEXTS,
    "[a, b]",
    "[]",
    "[a, 1917, true]",
    "[a, ~]",
    "[a, a]",
    "[a, A]",
    "[[a]]",
    f"[{'a1, ' * 101}]",
]
MOMENTS = [
    "2022-07-15", "2022-7-1", "2022-07-15T09:00", "2022-07-15 09:00", "2022-07-15T9:00:59.5Z", "2022-07-15T09:00 +0530",
    "2022-07-15T09:00-05:00", '" 2022-07-15 "', "1900-01-01", "9998-12-31", "2024-02-29", "2000-02-29", "~", "",
    "2023-02-29", "1900-02-29", "2022-04-31", "2022-13-01", "2022-00-10", "2022-07-00", "2022-07-32", "1899-12-31",
    "9999-01-01", "20220715", "2022", "2022-07", "July 15, 2022", "2022-07-15T24:00", "2022-07-15T09", "2022-07-15T09:60",
    "2022-07-15T09:00+15:00", "2022-07-15T09:00 CST", "2022-03-13T02:30", "[2022-07-15]", '""', "2022/07/15",
]  # fmt: skip
ADDRESSES = [
    "https://example.org/a?b=c#d", "HTTP://EXAMPLE.ORG", "https://example.org:8080/", "https://[::1]/", "https://例え.jp/映画",
    "https://a_b.example-c.org/", '" https://example.org "', "~", "", "example.org", "//example.org/a", "/a", "ftp://example.org/",
    "javascript:alert(1)", "https:///a", "https://", "https://me:secret@example.org/", "https://example.org:99999/",
    "https://example.org:0/", "https://exa mple.org/", '"https://example.org/\\u200b"', "https://-a.org/", "https://a..org./",
    "https://example.org/{a}", "https://example.org/a\\b", "17", "[https://example.org/]", '""',
    f"https://example.org/{'a' * 2048}",
]  # fmt: skip
COUNTRIES = [
    "US",
    "us",
    "kH",
    '" US "',
    "XK",
    "UK",
    "USA",
    "ZZ",
    "SU",
    "no",
    "NO",
    "1",
    "~",
    "",
    "[a]",
    "U.S.",
]
LANGUAGES = [
    "en",
    "EN",
    "en-US",
    "zh-Hant-TW",
    "sl-rozaj",
    "no",
    "english",
    "en_US",
    "e",
    "12",
    "en-",
    "qq",
    "~",
    "",
    '""',
]
NUMBERS = [
    "4",
    "4.0",
    "+4",
    '"4"',
    '" 4 "',
    "04",
    "0",
    "-1",
    "4.5",
    "four",
    "4/5",
    "4,5",
    "true",
    "~",
    "",
    '""',
    "[4]",
    ".inf",
]
KINDS = ["rent", "disc", "Rent", "stream", "true", "1", "~", "", "[rent]", '"rent"']
VALUES = {
    "id": [
        "4c768283-9939-45ec-b325-53b5be6f9ce5", "4C7682839939-45EC-B325-53B5BE6F9CE5", "4c768283993945ecb32553b5be6f9ce5",
        "urn:uuid:4c768283-9939-45ec-b325-53b5be6f9ce5", '"{4c768283-9939-45ec-b325-53b5be6f9ce5}"', "karmalink", "1917",
        "4c768283-9939-45ec-b325-53b5be6f9ce", "00000000-0000-0000-0000-000000000000", "~", "", "[a]",
        "gc768283-9939-45ec-b325-53b5be6f9ce5", "urn:4c768283-9939-45ec-b325-53b5be6f9ce5",
    ],
    "title": TEXTS,
    "slug": [
        "karmalink", "a-1", "1917", "映画", "é-1", "Karmalink", "É", "a--b", "-a", "a b", "a_b", "../a", "a.b", "a…b", "~", "",
        "x" * 100, "x" * 101, "[a]", "true",
    ],
    "date": MOMENTS,
    "updated": MOMENTS,
    "correction": PROSES,
    "status": ["draft", "ready", "retracted", "Draft", "published", "true", "~", "", '""', "[draft]"],
    "retracted": MOMENTS,
    "reason": PROSES,
    "previous": ["/a/", "[/a/, /b]", "/", "//a", "a", "/a b", "/a?b", "/a#b", "https://a.org/", "[]", "~", "1", "[/a, ~]", '"/a\\\\b"'],
    "author": ["desk", "[desk, hester]", "hestr", "[desk, hestr]", "[]", "1917", "~", "", '""', "{a: b}", "[[desk]]", "[~]"],
    "language": LANGUAGES,
    "summary": PROSES,
    "tags": [*LISTS, "&t [horror]"],
    "rating": [*NUMBERS, "0.5", "0.25", "5", "5.5", "5.0000001", '"9"', '"4.50"', '"4.3"', "-0", "1e0", "0x4", "4."],
    "film": ["~", "", "Karmalink", "[a]", "{}", "{title: K}", "{title: ~}"],
    "film.title": TEXTS,
    "film.original_title": TEXTS,
    "film.year": [*NUMBERS, "2021", '"2021"', "02021", "1869", "1870", "2200", "2201", "2021.0", "21", '"1869"', '"2200"', "2e3"],
    "film.directors": LISTS,
    "film.cast": LISTS,
    "film.countries": [*COUNTRIES, "[US, kh]", "[US, USA]", "[]", "[~]", "SU", "[YU, cs]"],
    "film.languages": [*LANGUAGES, "[en, km]", "[en, Khmer]", "[]", "[~]"],
    "film.runtime": [*NUMBERS, "102", '"102"', "1:41", "2 hours", "1500", "1501", "0", '"1500"', '"1501"', "102.5"],
    "film.ids": ["~", "", "{}", "{imdb: tt0013442, tmdb: 653, wikidata: Q151895}", "[a]", "653", "{imbd: tt0013442}"],
    "film.ids.imdb": ["tt0013442", "tt001344", "13442", "tt0013442a", "~", '" tt0013442 "', "[tt0013442]"],
    "film.ids.tmdb": ["653", '"653"', "0", "-1", "Q1", "99999999999", '"0653"', "~", "1.5", "true"],
    "film.ids.wikidata": ["Q151895", "151895", "Q0", "q1", "~", "true"],
    "film.directer": ["x", ""],
    "image": ["~", "", "images/moth.png", "[a]", "{}", "{alt: A moth}"],
    "image.src": ["images/moth.png", "images/lost.png", "https://example.org/a.png", "//example.org/a.png", "data:image/png", "~", '""', "[a]"],
    "image.alt": TEXTS,
    "image.credit": TEXTS,
    "watch": ["~", "", "Vudu", "[]", "[Vudu]", "[~]", "{service: Vudu, kind: rent}", f"[{'{service: Vudu, kind: rent}, ' * 101}]"],
    "watch.service": ["Vudu", "Vuduu", "1917", "~", "", '""', "[Vudu]"],
    "watch.kind": KINDS,
    "watch.url": ADDRESSES,
    "watch.region": COUNTRIES,
    "watch.price": ["3.99 USD", "3 USD", "3.99USD", '"3.99  USD"', "$3.99", "3.99", "3.99 usd", "3.9999 USD", "1234567 USD", "~", ""],
    "watch.quality": TEXTS,
    "watch.via": TEXTS,
    "watch.exclusive": ["true", "false", "True", '"TRUE"', "yes", "1", "~", "", "[true]", "tRuE"],
    "watch.from": MOMENTS,
    "watch.until": MOMENTS,
    "watch.source": TEXTS,
    "watch.checked": MOMENTS,
    "watch.cost": ["3"],
    "raiting": ["4", "~", ""],
    "Title": ["Karmalink"],
    '"~"': ["4"],
}  # fmt: skip

#: Keys that a post or a group cannot do without, each with a good value.
NEEDED = {
    "id": "4c768283-9939-45ec-b325-53b5be6f9ce5",
    "title": "Karmalink",
    "date": "2022-07-15T09:00",
    "author": "desk",
    "film.title": "Karmalink",
    "image.src": "images/moth.png",
    "watch.service": "Vudu",
    "watch.kind": "rent",
}

_Tree = dict[str, "str | _Tree"]


def post(typed: Mapping[str, str], without: Iterable[str] = ()) -> bytes:
    """Write a post that is good but for some values, and for keys it goes without.

    `film.year` is the key `year` in the group `film`, which has what it needs besides.
    """
    groups = {key.partition(".")[0] for key in typed}
    if groups & {"watch"}:
        groups.add("film")
    needed = {
        key: value for key, value in NEEDED.items() if "." not in key or key.partition(".")[0] in groups
    }
    keys = {key: value for key, value in (needed | dict(typed)).items() if key not in without}
    tree: _Tree = {}
    for key in sorted(keys, key=lambda key: key.count(".")):
        *path, name = key.split(".")
        group: str | _Tree = tree
        for step in path:
            group = group.setdefault(step, {}) if isinstance(group, dict) else group
        if isinstance(group, dict):  # a group that is something else has no keys
            group[name] = keys[key]
    front = "\n".join(_lines(tree))
    return f"---\n{front}\n---\n\nA boy hunts for a treasure.\n".encode()


def _lines(tree: _Tree) -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, str):
            yield f"{key}: {value}"
        else:
            yield f"{key}:"
            first, rest = ("  - ", "    ") if key == "watch" else ("  ", "  ")
            for number, line in enumerate(_lines(value)):
                yield (rest if number else first) + line
