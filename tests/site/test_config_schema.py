"""The JSON Schema of publisher.toml marks what the program finds wrong with it, as far as a schema can see it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import publisher
from publisher.diagnostics import RULES
from publisher.errors import ConfigurationError
from publisher.site import FILE_NAME, load_site
from tests.agreement import Marker, Unseen, seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.diagnostics import Diagnostic

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
MARKER = Marker(publisher.config_schema())

UNSEEN = (
    Unseen(
        "toml-syntax",
        "to its reader a line of a thousand dots is sound",
        "this line has more dots than any key",
    ),
    Unseen("forbidden-character", "an escape is sound TOML"),
    Unseen("language-unknown", "languages are too many for a pattern", '"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*" .*'),
    Unseen("invalid-value", "zones are the machine's", '"[A-Za-z0-9_+/-]+" is not a time zone'),
    Unseen(
        "invalid-value", "an address of a network has too many forms", '"[0-9A-Fa-f:./]+" is not a network'
    ),
    Unseen(
        "invalid-value",
        "it cannot compare two values",
        "(the scale from|steps of|two endpoints|two feeds|the years|the folder of|no host of) .*",
    ),
    Unseen(
        "invalid-value",
        "it takes a list, and the text within, as they are written",
        '".*" stands twice; .*',
    ),
    Unseen("invalid-value", "an address may hold a secret percent-encoded", "the address holds a secret, .*"),
    Unseen("author-unknown", "which authors there are stands elsewhere in the file"),
    Unseen("service-(unknown|ambiguous)", "services have too many names for a pattern"),
    Unseen(
        "invalid-value|missing-key",
        "which services and names there are, the catalogue says",
        "(.* is (a name of|the id of|not a key|not the name of a parameter)|`name` is missing; ) ?.*",
    ),
    Unseen(
        "invalid-value", "the hosts of a service stand elsewhere in the file", ".* is not among the hosts .*"
    ),
    Unseen(
        "invalid-value",
        "what stands in braces is more than a pattern",
        ".* (in braces|read back|has no place) .*",
    ),
    Unseen("unknown-key", "sources come and go with the program", ".* is not a source of offers"),
    Unseen(
        "invalid-value", "which networks are allowed stands elsewhere in the file", ".* begins with http, .*"
    ),
    Unseen("rating-range", "the scale stands elsewhere in the file", "minimum_rating is .*"),
    Unseen(
        "invalid-value|wrong-type",
        "TOML tells only which number it is",
        ".* (is not|takes) a (whole )?number",
    ),
)
SITE = {
    "site.title": '"The Pinned Wing"',
    "site.base_url": '"https://reviews.example/"',
    "site.time_zone": '"America/Chicago"',
}
#: What a table needs when one of its keys is there.
NEEDED = {
    "site.licence": {"site.licence.name": '"CC0"'},
    "images": {"images.url": '"https://reviews.example/images/"'},
    "authors.desk": {"authors.desk.name": '"The Night Desk"'},
    "deploy": {"deploy.command": '"true"'},
    "feeds": {"authors.desk.name": '"The Night Desk"'},
}
TEXTS = ['"x"', '""', '" "', "1", "true", "[]", f'"{"x" * 500}"', f'"{"x" * 501}"', "2026-03-05"]
ADDRESSES = [
    '"https://a.example/"', '"https://a.example"', '"https://a.example/b/?c"', '"https://a.example/#b"', '"a.example"', '""',
    '"https://me:secret@a.example/"', "1", '"//a.example"', '"ftp://a.example/"', '" https://a.example/ "', '"https://a b/"',
]  # fmt: skip
FOLDERS = [
    '"a"',
    '"a/b"',
    '"a/"',
    '"../a"',
    '"a/../b"',
    '"/a"',
    '"~/a"',
    "'a\\b'",
    '""',
    '" "',
    '"a..b"',
    '"..."',
    '".."',
    "1",
]
NUMBERS = [
    "1",
    "0",
    "-1",
    "0.5",
    "1.0",
    '"1"',
    "true",
    "1e2",
    "inf",
    "nan",
    "1_000",
    "0x10",
    "9999999999",
    "[]",
]
A = '"a", '
WORDS = ['"full"', '"summary"', '"month"', '"year"', '"none"', '"Month"', '""', "true", "false", "1", "[]"]
FLAGS = ["true", "false", "1", "0", '"true"', '""', "[]"]
LEVELS = ['"error"', '"advice"', '"off"', '"Error"', '"none"', "true", "0", '""']
VALUES = {
    "site": ["1", "[]", "{}"],
    "site.id": [
        '"7a90afbb-ca2e-43bc-95a3-901c62542c6b"', '"7A90AFBBCA2E43BC95A3901C62542C6B"', '" {7a90afbb-ca2e-43bc-95a3-901c62542c6b} "',
        '"URN:uuid:7a90afbb-ca2e-43bc-95a3-901c62542c6b"', '"00000000-0000-0000-0000-000000000000"', '"7a90afbb-ca2e-43bc-95a3-901c62542c6"',
        '"7a90afbb-ca2e-43bc-95a3-901c62542c6g"', '"the-pinned-wing"', '""', "1", "[]",
    ],
    "site.title": TEXTS,
    "site.tagline": TEXTS,
    "site.base_url": ADDRESSES,
    "site.permalink": [
        '"/{slug}/"', '"/{id}"', '"/{year}/{month}/{day}/{slug}"', '"{slug}"', '"/x/"', '"/{slug}/{title}"', '"/{slug"',
        '"/{slug}?x"', '"/{slug}//x"', '"/../{slug}"', '"/a b/{slug}"', '"/{slug}.."', '" /{slug} "', '"/%41/{slug}"', "1",
    ],
    "site.language": ['"en"', '"en-US"', '"EN"', '"english"', '"en_US"', '"qq"', '""', "1"],
    "site.time_zone": ['"UTC"', '"Etc/GMT+1"', '"America/Chicgo"', '"../UTC"', '"/etc/localtime"', '"CDT"', '""', "1", '"a b"'],
    "site.licence": ["{}", '"CC0"'],
    "site.licence.name": TEXTS,
    "site.licence.url": ADDRESSES,
    "site.licence.holder": TEXTS,
    "site.licnce": ["1"],
    "paths.posts": FOLDERS,
    "paths.feeds": [*FOLDERS, '"posts"', '".publisher/a"'],
    "paths.state": FOLDERS,
    "images": ["{}"],
    "images.directory": FOLDERS,
    "images.url": ADDRESSES,
    "rating.minimum": [*NUMBERS, "5", "-5"],
    "rating.maximum": [*NUMBERS, "10"],
    "rating.step": [*NUMBERS, "0.3", "2.5"],
    "rating.unit": TEXTS,
    "rating.symbol": TEXTS,
    "authors": ["{}", "[]"],
    "authors.desk": ["{}", '"The Night Desk"'],
    "authors.desk.name": TEXTS,
    "authors.desk.url": ADDRESSES,
    "authors.desk.mail": ['"a@b.example"'],
    "watch.region": ['"US"', '"us"', '"UK"', '"USA"', '"XK"', '"SU"', '""', "1"],
    "watch.regions": ["[]", '["US", "gb"]', '["US", "us"]', '"US"', '["SU"]', "[1]"],
    "watch.order": ["[]", '["rent", "free"]', '["rent", "rent"]', '["hire"]', '"rent"', "[1]"],
    "watch.disclosure": TEXTS,
    "watch.store": ['"post"', '"beside"', '"posts"', '""', "1"],
    "watch.affiliates": ["{}", "[]", '{netflix = {a = "b"}}', '{Netflix = {a = "b"}}', '{vod = {a = "b"}}', "{netflix = {}}", "{netflix = 1}"],
    "watch.affiliates.netflix": ['{a = ""}', "{a = 1}", '{"a b" = "c"}', f'{{a = "{"x" * 501}"}}'],
    "watch.sources": ["{}", "[]", "{tmdb = {}}", "{tmbd = {}}", "{tmdb = 1}", "{tmdb = {key = 1}}"],
    "watch.sources.tmdb.use": ['"non-commercial"', '"contract"', '"paid"', '""', "1"],
    "watch.sources.tmdb.url": [*ADDRESSES, '"http://127.0.0.1/"', '"HTTP://a.example/"'],
    "watch.sources.tmdb.quota": NUMBERS,
    "services": ["{}", "[]", "{netflix = {}}", "{kino = {}}", '{kino = {name = "Kino"}}', '{"a b" = {name = "Kino"}}', '{kino = {name = "Vudu"}}'],
    **{
        f"services.netflix.{key}": values
        for key, values in {
            "name": TEXTS,
            "former_names": ["[]", '["a"]', '"a"', '[""]', "[1]"],
            "tmdb": ["[]", "[8]", "[999999]", "[99]", "[0]", "[-1]", "8", '["8"]', "[1.5]", "[true]", "[1_000_000_000]"],
            "aliases": ["[]", '["a"]', '"a"', '[""]', "[1]"],
            "kinds": ["[]", '["rent"]', '["hire"]', '"rent"', "[1]"],
            "countries": ["[]", '["us"]', '["SU"]', '"US"', "[1]"],
            "hosts": ["[]", '["a.example"]', '["A.example"]', '["a"]', '["a.example/b"]', '["https://a.example"]', '["é.example"]', '"a.example"', "[1]"],
            "films": [
                "[]", '["https://www.netflix.com/x/{id}"]', '["https://www.netflix.com/{slug}/{id}"]', '["https://www.netflix.com/{id}/{id}"]', '["https://a.example/{id}"]',
                '["https://www.netflix.com/x"]', '["http://www.netflix.com/{id}"]', '["https://{id}.netflix.com/"]', '["{id}"]', '"https://www.netflix.com/{id}"', "[1]", '[""]',
                '["https://www.netflix.com/{slug}{id}"]', '["https://www.netflix.com/{a}/{b}/{id}"]', '["https://www.netflix.com/{ID}/{id}"]', '["https://www.netflix.com/#{id}"]',
            ],
            "search": [
                '"https://www.netflix.com/?q={title}"', '"https://www.netflix.com/"', '"https://www.netflix.com/{title}{title}"', '"http://www.netflix.com/{title}"', '"{title}"', "1", '""',
                '"https://a.example/?q={title}"', '"https://www.netflix.com/{id}/{title}"', '"https://www.netflix.com/{x y}/{title}"',
            ],
            "status": ['"active"', '"closed"', '"gone"', '""', "1"],
            "url": ['"https://a.example/"'],
        }.items()
    },
    "syndication.url": ADDRESSES,
    "syndication.limit": NUMBERS,
    "syndication.ttl": [*NUMBERS, f"60 # {'.' * 1001}"],
    "syndication": ["[]", "{}", "[{}]"],
    "syndication.archive": WORDS,
    "syndication.author_feeds": FLAGS,
    "syndication.tag_feeds": NUMBERS,
    "syndication.tags_without_feed": ["[]", '["news"]', '"news"', '[""]', "[1]", '["news", "news"]'],
    "syndication.hubs": [
        "[]", '["https://a.example/", "http://a.example"]', '"https://a.example/"', '["a.example"]', "[1]",
        '["https://a.example/", "https://a.example/"]', '["https://a.example/", " https://a.example/"]',
    ],
    "syndication.compressed": FLAGS,
    "feeds": ["[]", "{}", '"x"', "[1]", "[{}]", "{limit = 5}", '{name = "a"}', '[{name = "a"}, {name = "b"}]', '[{name = "a"}, {name = "a"}]'],
    **{
        f"feeds.{key}": values
        for key, values in {
            "name": ['"b-2"', '"2"', '"B"', '"-b"', f'"{"a" * 40}"', f'"{"a" * 41}"', '"tags"', '" tags "', '"tags-2"', '"hosts"', '""', "1", '"a b"'],
            "title": TEXTS,
            "description": TEXTS,
            "tag": [*TEXTS, '["a", "b"]', '["a", ""]', "[1]", f"[{A * 100}]", f"[{A * 101}]", "{}"],
            "author": ['"desk"', '["desk"]', '["desk", "Desk"]', '"dsk"', "[]", "1"],
            "service": ['"Vudu"', '["Vudu", "shudder"]', '"Vuduu"', '"Apple TV"', '"arrow"', "[]", "1", '""'],
            "kind": ['"rent"', '["rent", "buy"]', '"hire"', '["rent", "x"]', "[]", "1"],
            "region": ['"US"', '["us", "KH"]', '"UK"', '["US", "SU"]', "[]", "1", '""'],
            "country": ['"US"', '["us", "SU"]', '"UK"', "[]", "1", '""'],
            "year": [
                "1968", "1870", "1869", "2200", "2201", "19680", '"1968"', '"1970-1979"', '"1979-1970"', '"1970-1970"', '"1869-1970"', '"1970-2201"', '"70s"',
                '"1970-"', '" 1970-1979 "', '"1970 - 1979"', '[1968, "1970-1979"]', '[1968, "x"]', "[[1968]]", "[]", "1968.0", "true", "1968-02-01", '"٢٠٠٠"',
            ],
            "minimum_rating": [*NUMBERS, "5", "5.5", "-0.5", "4.2"],
            "limit": NUMBERS,
            "content": WORDS,
            "contents": ['"full"'],
        }.items()
    },
    'authors."a/b"': ['{name = "x"}'],
    "webhooks": ["[]"],
    "webhooks.secrets": [*FOLDERS, '"posts"'],
    "webhooks.endpoints": [
        "[]", "{}", '[{name = "a", url = "https://a.example/"}]', '[{name = "a"}]', '[{url = "https://a.example/"}]',
        '[{name = "A", url = "https://a.example/"}]', f'[{{name = "{"a" * 41}", url = "https://a.example/"}}]',
        '[{name = "a", url = "https://a.example/", events = ["review.published"]}]',
        '[{name = "a", url = "https://a.example/", events = ["review.deleted"]}]',
        '[{name = "a", url = "https://a.example/", events = "review.published"}]',
        '[{name = "a", url = "https://a.example/", secret = "x"}]',
        '[{name = "a", url = "https://a.example/"}, {name = "a", url = "https://b.example/"}]',
        '[{name = "a", url = "http://a.example/"}]', '[{name = "a", url = "http://127.0.0.1:8400/"}]',
        *(
            f'[{{name = "a", url = "https://a.example/", {key} = {value}}}]'
            for key, values in {"content": WORDS, "concurrency": [*NUMBERS, "64", "65"], "rate": [*NUMBERS, "1000", "1001"]}.items()
            for value in values
        ),
    ],
    "network.allow": ['["127.0.0.1/32", "fd00::/8", "10.0.0.0/255.0.0.0"]', '["127.0.0.1/33"]', '["localhost"]', '"::1"', "[1]", "[]"],
    "webhooks.concurrency": [*NUMBERS, "64", "65"],
    "webhooks.disable_after": [*NUMBERS, "3650", "3651"],
    "webhooks.keep": [*NUMBERS, "3650", "3651"],
    "deploy": ["{}", "{timeout = 3}", "{wait_for_live = 0}", "{wait_for_live = 300}", '{command = "true", wait_for_live = 0}'],
    "deploy.command": TEXTS,
    "deploy.timeout": NUMBERS,
    "deploy.wait_for_live": [*NUMBERS, "3600", "3601"],
    "rules.image-alt": LEVELS,
    "rules.missing-key": ['"off"'],
    "rules.image-alts": ['"error"'],
    "sites": ["{}"],
}  # fmt: skip


def configuration(key: str, value: str) -> str:
    """Write a configuration that is good but for one value."""
    keys = {**SITE}
    for table, needed in NEEDED.items():
        if key.startswith(f"{table}."):
            keys |= needed
    if key.startswith("feeds."):
        named = "" if key == "feeds.name" else 'name = "a", '
        key, value = "feeds", f"[{{{named}{key.removeprefix('feeds.')} = {value}}}]"
    keys = {name: good for name, good in keys.items() if not name.startswith(f"{key}.")}
    return "".join(f"{name} = {typed}\n" for name, typed in {**keys, key: value}.items())


def marked(text: str) -> list[str]:
    """Say what an editor would see marked: what the TOML reader complains of, or else the schema."""
    try:
        return MARKER.marks(tomllib.loads(text.removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        return [repr(error)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[list[Diagnostic], list[str]]]:
    """Return what the program has against each configuration there is, and what an editor would see."""
    folder = tmp_path_factory.mktemp("site")
    texts = {case.name: case.read_bytes().decode() for case in (*GOLDEN.glob("*.toml"), ROOT / FILE_NAME)}
    texts |= {
        f"{key} = {value}": configuration(key, value) for key, values in VALUES.items() for value in values
    }
    return {name: (faults_of(text, folder), marked(text)) for name, text in texts.items()}


def faults_of(text: str, folder: Path) -> list[Diagnostic]:
    """Return what the program has against a configuration."""
    (folder / FILE_NAME).write_bytes(text.encode())
    try:
        load_site(folder)
    except ConfigurationError as error:
        return list(error.diagnostics)
    return []


def test_schema_and_program_agree(corpus: Mapping[str, tuple[list[Diagnostic], list[str]]]) -> None:
    """What the program takes is good to the schema, too; what has a fault that a schema can see is not."""
    wrongly_marked = {name: marks for name, (faults, marks) in corpus.items() if marks and not faults}
    missed = {name: seen(faults, UNSEEN) for name, (faults, marks) in corpus.items() if not marks}

    assert wrongly_marked == {}
    assert {name: faults for name, faults in missed.items() if faults} == {}


@pytest.mark.parametrize("kind", UNSEEN, ids=lambda kind: f"{kind.code} {kind.message}")
def test_the_list_of_what_a_schema_cannot_see_is_exact(
    corpus: Mapping[str, tuple[list[Diagnostic], list[str]]], kind: Unseen
) -> None:
    """Without any one entry the two would disagree on some configuration: none is there for nothing."""
    others = [other for other in UNSEEN if other is not kind]

    assert [name for name, (faults, marks) in corpus.items() if not marks and seen(faults, others)]


def test_rules_are_offered_with_what_they_ask() -> None:
    """Each rule that a site can judge for itself stands there, with its usual severity, and no other does."""
    rules = publisher.config_schema()["properties"]["rules"]["properties"]

    assert rules.keys() == {code for code, rule in RULES.items() if not rule.fixed}
    assert rules["image-alt"] == {
        "description": RULES["image-alt"].summary,
        "type": "string",
        "enum": ["error", "warning", "advice", "off"],
        "default": "warning",
    }


def test_defaults_are_told_as_toml_would_write_them() -> None:
    """Numbers are numbers, and what is merely empty is not told at all."""
    keys = publisher.config_schema()["properties"]

    assert keys["rating"]["properties"]["step"]["default"] == 0.5
    assert keys["rating"]["properties"]["minimum"]["default"] == 0
    assert "default" not in keys["site"]["properties"]["tagline"]
    assert "default" not in keys["network"]["properties"]["allow"]
