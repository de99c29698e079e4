"""The validators find what they are there to find: each of their rules is broken once, on purpose."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds import atom_rules, json_rules, rss_rules, validators
from tests.feeds.feeds_sites import CONFIGURATION, NAMES, NOW, contents, feeds_of, post, write_site
from tests.feeds.rules import IRI, faults, is_reference, parse_xml, unfit_html
from tests.feeds.validators import FORMS, VALIDATORS, Folder, folder_faults, require_valid_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tests.feeds.rules import Rule

XML = {"atom.xml": atom_rules, "rss.xml": rss_rules}
SPECIMENS = [(name, rule) for name, rules in XML.items() for rule in rules.RULES]
OWN = [(name, rule) for name, rules in XML.items() for rule in rules.HOUSE]


def named(value: object) -> str | None:
    """Name a rule as the ids of tests do."""
    return str(value) if hasattr(value, "offenders") else None


def break_xml(data: bytes, rule: Rule) -> bytes:
    """Break a document as a rule says; what is to be replaced has to be there."""
    pattern, replacement = rule.broken
    text, count = re.subn(pattern, replacement, data.decode(), count=1)
    assert count == 1, f"the document has nothing like {pattern}"
    return str(text).encode()


@pytest.mark.parametrize("rules", XML.values())
def test_the_specimen_keeps_every_rule(rules: ModuleType) -> None:
    """A document written by hand, with everything that a format knows, offends against nothing."""
    assert faults(rules.RULES, parse_xml(rules.SPECIMEN.read_bytes())) == []


@pytest.mark.parametrize(("name", "rule"), SPECIMENS, ids=named)
def test_a_broken_specimen_is_found(name: str, rule: Rule) -> None:
    """The specimen broken in one place offends against the rule about that place."""
    broken = parse_xml(break_xml(XML[name].SPECIMEN.read_bytes(), rule))
    assert list(rule.offenders(broken)) != []


@pytest.mark.parametrize(("name", "rule"), OWN, ids=named)
def test_a_broken_feed_of_ours_is_found(name: str, rule: Rule) -> None:
    """The sample's feed broken in one place is refused for that, and the reason is told."""
    broken = break_xml(feeds_of("sample").files[name], rule)
    assert any(fault.startswith(f"{rule}: ") for fault in VALIDATORS[FORMS[name]](broken))


def test_the_specimen_keeps_every_rule_of_json_feed() -> None:
    """A feed written by hand, with everything that the format knows, offends against nothing."""
    assert faults(json_rules.RULES, json.loads(json_rules.SPECIMEN.read_bytes())) == []


@pytest.mark.parametrize("rule", json_rules.RULES, ids=named)
def test_a_broken_specimen_of_json_feed_is_found(rule: Rule) -> None:
    """The specimen broken in one place offends against the rule about that place."""
    broken = json.loads(json_rules.SPECIMEN.read_bytes())
    rule.broken(broken)
    assert list(rule.offenders(broken)) != []


@pytest.mark.parametrize("rule", json_rules.HOUSE, ids=named)
def test_a_broken_feed_of_ours_in_json_is_found(rule: Rule) -> None:
    """The sample's feed broken in one place is refused for that, and the reason is told."""
    broken = deepcopy(feeds_of("sample").json)
    rule.broken(broken)
    assert any(fault.startswith(f"{rule}: ") for fault in json_rules.json_faults(json.dumps(broken).encode()))


@pytest.mark.parametrize(("says", "broken"), json_rules.BREAKS, ids=[says for says, _ in json_rules.BREAKS])
def test_the_schema_of_json_feed_says(says: str, broken: Callable[[json_rules.Json], object]) -> None:
    """Each sentence of the specification about types and presence is in the schema."""
    feed = json.loads(json_rules.SPECIMEN.read_bytes())
    broken(feed)
    assert json_rules.by_schema(feed) != [], says


def test_the_schemas_are_schemas() -> None:
    """The schema of JSON Feed is one of draft 2020-12; that of Atom could be loaded, or nothing here would run."""
    Draft202012Validator.check_schema(json_rules.SCHEMA)


def _whole_folder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build a folder that has something of everything: pages, a tag's feed, hubs, tombstones, two languages."""
    site = write_site(
        tmp_path_factory.mktemp("whole"),
        {
            f"{n}.md": post(
                n,
                f"Number {n} <b>",
                more=f"tags: [gothic]\nsummary: '&amp; {n}'\nlanguage: {'ar' if n % 2 else 'en'}",
            ).replace("2024-03", f"2024-{1 + n % 4:02d}")
            for n in range(1, 9)
        }
        | {
            "gone.md": post(
                9, "Gone", more="tags: [gothic]\nstatus: retracted\nretracted: 2026-11-22\nreason: x"
            )
        },
        CONFIGURATION.replace("limit = 50", 'limit = 2\nhubs = ["https://hub.example/"]\ncompressed = true'),
    )
    generate(read_posts(site).require_valid().posts, site, NOW)
    return contents(site.feeds)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give the files of a folder that has something of everything."""
    return _whole_folder(tmp_path_factory)


def test_a_whole_folder_keeps_every_rule(whole: dict[str, bytes]) -> None:
    """What is broken below is whole before."""
    assert folder_faults(whole) == []
    assert {
        "archive/2024-03/atom.xml",
        "tags/gothic/feed.json",
        "authors/odd/rss.xml",
        "rss.xml.gz",
    } <= whole.keys()


@pytest.mark.parametrize("rule", validators.RULES, ids=named)
def test_a_broken_folder_is_found(rule: Rule, whole: dict[str, bytes]) -> None:
    """A folder broken in one file offends against the rule about it."""
    broken = dict(whole)
    rule.broken(broken)
    assert list(rule.offenders(Folder(broken))) != []


def test_a_folder_with_one_broken_document_is_refused(whole: dict[str, bytes]) -> None:
    """However deep it lies, and whatever it breaks, the file is named with the rule."""
    broken = whole | {
        "tags/gothic/atom.xml": whole["tags/gothic/atom.xml"].replace(b"<updated>", b"<updated>x", 1)
    }
    with pytest.raises(AssertionError, match=r"tags/gothic/atom\.xml: RFC 4287, 3\.3: dates are RFC 3339"):
        require_valid_files(broken)


def test_a_folder_found_elsewhere_is_refused(whole: dict[str, bytes]) -> None:
    """Addresses have to be those of the site's configuration, not just any that fit one another."""
    assert folder_faults(whole, "https://elsewhere.example/feeds/")


@pytest.mark.parametrize("name", NAMES)
def test_the_sites_of_the_tests_keep_every_rule(name: str) -> None:
    """The committed, the empty and the hostile site: every file of every feed."""
    feeds = feeds_of(name)
    assert folder_faults(feeds.folder, feeds.site.syndication.url) == []


@pytest.mark.parametrize(
    "data",
    [
        b"<feed>&nbsp;</feed>",
        b"<feed>\x01</feed>",
        b"<feed>\xff</feed>",
        b"<feed><b></feed>",
        b"<feed/><feed/>",
        b'<!DOCTYPE feed [<!ENTITY x "y">]><feed>&x;</feed>',
        b"<x:feed/>",
        b"",
    ],
)
def test_xml_is_parsed_without_recovery(data: bytes) -> None:
    """What a lenient parser would mend is refused by ours."""
    with pytest.raises((etree.XMLSyntaxError, ValueError)):
        parse_xml(data)
    assert VALIDATORS["atom"](data)
    assert VALIDATORS["rss"](data)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"a": 1, "a": 2}', b"\xff", b"null", b'{"items": [1]}'])
def test_json_is_parsed_without_mercy(data: bytes) -> None:
    """No half document, no second meaning of a name, nothing but UTF-8."""
    assert json_rules.json_faults(data)


@pytest.mark.parametrize(
    ("text", "is_iri", "is_ref"),
    [
        ("https://a.example/", True, True),
        ("https://a.example/ä?b=c&d=%20#e", True, True),
        ("urn:uuid:00000000-0000-4000-8000-000000000001", True, True),
        ("mailto:a@a.example", True, True),
        ("https://[::1]:8080/", True, True),
        ("https://朝.example/霧", True, True),
        ("/a/b", False, True),
        ("a?b", False, True),
        ("", False, True),
        ("https://a.example/a b", False, False),
        ("https://a.example/%zz", False, False),
        ("https://a.example/<b>", False, False),
        ("https://a.example/[b]", False, False),
        ("https://a.example/\x85", False, False),
        ("1a:b", False, False),
        (":", False, False),
    ],
)
def test_an_iri_is_told_from_what_is_none(text: str, is_iri: bool, is_ref: bool) -> None:  # noqa: FBT001
    """RFC 3987, for the addresses that feeds have."""
    assert bool(IRI.fullmatch(text)) == is_iri
    assert is_reference(text) == is_ref


@pytest.mark.parametrize(
    "text",
    [
        "</div>",
        "<script>1</script>",
        "<iframe></iframe>",
        '<p onclick="x">',
        '<p style="x">',
        '<a href="/x">x</a>',
        '<a href="javascript:x">x</a>',
        '<img src="x.png">',
        '<img srcset="https://a.example/1.png 1x, 2.png 2x">',
        '<video poster="x.png"></video>',
        '<q cite="x">x</q>',
        '<a href="//a.example/">x</a>',
    ],
)
def test_html_that_cannot_be_shown_anywhere_is_found(text: str) -> None:
    """Nothing runs, nothing gets out of its place, and every address leads somewhere from any page."""
    assert unfit_html([text])
    assert not unfit_html(
        ['<p>x <a href="https://a.example/">y</a> <img src="https://a.example/1.png" alt=""></p>']
    )
