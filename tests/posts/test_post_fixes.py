"""A fault that says how to repair it is gone once that was done, and nothing else has changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.diagnostics import Diagnostic, Fix, Source, apply_fixes
from publisher.posts import read_post
from publisher.posts.keys import text_keys, text_list_keys
from publisher.posts.suggest import quoted_line
from publisher.posts.yaml_text import in_place_of, quoted, scalar
from publisher.site import load_site

if TYPE_CHECKING:
    from publisher.site import Site
    from tests.conftest import MakeSite

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"
SITE = load_site(GOLDEN)


def _faults(data: bytes, file: Path, site: Site = SITE) -> list[Diagnostic]:
    return read_post(data, file, site, NOW)[1]


REPAIRABLE = [
    pytest.param(case, fault, id=f"{case.stem}-{fault.code}-{number}")
    for case in sorted(GOLDEN.glob("*.md"))
    for number, fault in enumerate(_faults(case.read_bytes(), case))
    if fault.fix
]


@pytest.mark.parametrize(("case", "fault"), REPAIRABLE)
def test_a_repair_does_away_with_its_fault(case: Path, fault: Diagnostic) -> None:
    """Every golden post whose fault carries a repair is read again after it."""
    assert fault.fix is not None
    mended, done = apply_fixes(case.read_bytes().decode(), [fault.fix])
    after = _faults(mended.encode(), case)

    assert done == [fault.fix]
    assert not any((other.code, other.message) == (fault.code, fault.message) for other in after)
    assert not any(other.code.startswith("yaml-") and other.line <= fault.line for other in after)


def _post(title: str = "Karmalink", more: str = "", front: str | None = None) -> str:
    front = front or f"id: {ID}\ntitle: {title}\ndate: 2022-07-15\n{more}summary: A buried treasure.\n"
    return f"---\n{front}---\n\nText.\n"


def _fixes(text: str, site: Site) -> list[Fix]:
    found = _faults(text.encode(), site.posts / "karmalink.md", site)
    return [fault.fix for fault in found if fault.fix]


@pytest.mark.parametrize(
    "title",
    [
        "[REC]",
        "[REC] 2",
        "{Proof}",
        "&Sons",
        "&Sons and Lovers",
        "*batteries",
        "*batteries not included",
        "!Mi Amor!",
        "Alien: Covenant",
        "Mission: Impossible: III",
        "@midnight",
        "%Karma",
        "`Karma`",
        "- untitled -",
        '"Karma" Link',
        "'Tis Pity",
        "Karma:",
    ],
)
def test_a_title_that_yaml_trips_over_becomes_the_title_as_it_was_typed(
    make_site: MakeSite, title: str
) -> None:
    """All characters of the line are the title: quotes around them change nothing but how YAML reads them."""
    site = make_site({})
    mended, done = apply_fixes(_post(title), _fixes(_post(title), site))
    post, found = read_post(mended.encode(), site.posts / "karmalink.md", site)

    assert len(done) == 1
    assert post is not None, found
    assert post.review.title == title


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("title: Alien: Covenant   # as on the poster", 'title: "Alien: Covenant"   # as on the poster'),
        ("title: 'It's Alive' # of 1974", 'title: "It\'s Alive" # of 1974'),
        ("titel: Alien: Covenant", 'titel: "Alien: Covenant"'),
    ],
)
def test_quotes_go_around_the_value_and_nothing_else(make_site: MakeSite, line: str, mended: str) -> None:
    """A comment stays one, and a misspelt key is a fault of its own."""
    site = make_site({})
    text = _post().replace("title: Karmalink", line)

    assert apply_fixes(text, _fixes(text, site))[0] == text.replace(line, mended)


@pytest.mark.parametrize(
    ("title", "meant"),
    [("'It's Alive'", "It's Alive"), ('"He said "no""', 'He said "no"'), ('"Karmalink', "Karmalink")],
)
def test_quotes_that_were_meant_as_quotes_stay_quotes(make_site: MakeSite, title: str, meant: str) -> None:
    """Where the writer had put the value in quotes already, they do not become part of it."""
    site = make_site({})
    mended, _ = apply_fixes(_post(title), _fixes(_post(title), site))
    post, found = read_post(mended.encode(), site.posts / "karmalink.md", site)

    assert post is not None, found
    assert post.review.title == meant


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(st.sampled_from("[]{}&*!|>'\"%@`,?#-: \\aé3~"), min_size=1, max_size=8))
def test_whatever_a_title_is_made_of_a_repair_keeps_its_characters(make_site: MakeSite, title: str) -> None:
    """A repair that is offered gives a post of which the title, quotes and comments aside, stands on the line."""
    site = make_site({})
    text = _post(title)
    typed = re.split(r"\s#(?:\s|$)", title)[0]
    for fix in _fixes(text, site):
        mended, _ = apply_fixes(text, [fix])
        post, found = read_post(mended.encode(), site.posts / "karmalink.md", site)

        assert post is not None, found
        assert post.review.title.strip("'\" ") == " ".join(typed.split()).strip("'\" ")


@pytest.mark.parametrize(
    "more",
    [
        "tags: [horror\n",  # close it, or quote it
        "film: {title: Karmalink\n",
        "rating: @4\n",  # in quotes it would be no rating either
        "correction: |x\n",
        "correction: 'a'' b' c\n",
        'correction: "C:\\Karma"\n',  # the backslash may have been meant as an escape
        "correction: Alien: 3 #or the fourth\n",
        "correction: Alien: a film\n  of many lines\n",
        "correction: [one, two]\n",
        "correction: !!str 1917\n",
        "correction: 'Karmalink\n",
        "correction: &c The year was wrong.\nreason: *c\n",
        "correction: Alien #3\n",  # what stands behind the # may be a comment after all
        "raiting: 4\nrating: 4\n",
        "raiting: 4\nratting: 4\n",
        '"raiting": 4\n',
        "watch: [{service: Kanopee Vudu, kind: rent}]\nfilm: {title: K, year: 2021}\n",
    ],
)
def test_nothing_is_repaired_where_something_else_may_be_meant(make_site: MakeSite, more: str) -> None:
    """Each of these is a fault, and each could be put right in two ways."""
    site = make_site({})
    found = _faults(_post(more=more).encode(), site.posts / "karmalink.md", site)

    assert found
    assert not [fault.fix for fault in found if fault.fix]


@pytest.mark.parametrize(
    ("front", "mended"),
    [
        ("title: K\ndate: 2022-07-15\n", "id: NEW\ntitle: K\ndate: 2022-07-15\n"),
        ("  title: K\n  date: 2022-07-15\n", "  id: NEW\n  title: K\n  date: 2022-07-15\n"),
        ("title: K\nid:\ndate: 2022-07-15\n", "title: K\nid: NEW\ndate: 2022-07-15\n"),
        ("id: ~ # soon\ntitle: K\ndate: 2022-07-15\n", "id: NEW # soon\ntitle: K\ndate: 2022-07-15\n"),
        ("id :\ntitle: K\ndate: 2022-07-15\n", "id : NEW\ntitle: K\ndate: 2022-07-15\n"),
        ("# ours\ntitle: K\ndate: 2022-07-15\n", "id: NEW\n# ours\ntitle: K\ndate: 2022-07-15\n"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_an_id_is_minted_once_and_changes_nothing_else(
    make_site: MakeSite, front: str, mended: str, line_end: str
) -> None:
    """It goes on a line of its own, with the file's own line end and indentation, or behind the key left empty."""
    site = make_site({})
    text = _post(front=front).replace("\n", line_end)
    repaired, _ = apply_fixes(text, _fixes(text, site))
    post, found = read_post(repaired.encode(), site.posts / "karmalink.md", site)

    assert post is not None, found
    assert repaired == _post(front=mended.replace("NEW", post.review.id)).replace("\n", line_end)


def test_the_id_that_is_suggested_is_the_one_that_is_minted(make_site: MakeSite) -> None:
    """Help and repair agree."""
    site = make_site({})
    (fault, *_) = _faults(_post(front="title: K\ndate: 2022-07-15\n").encode(), site.posts / "k.md", site)

    assert fault.help is not None
    assert fault.fix is not None
    assert fault.fix.edits[0].text.strip() in fault.help


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("title: [REC]", 'put the value in quotes: title: "[REC]"'),
        ("  - service: @home", 'put the value in quotes: service: "@home"'),
        ("  - #horror", 'put the value in quotes: - "#horror"'),
        ('title: He said "no": yes', "put the value in quotes: title: 'He said \"no\": yes'"),
        ("title: " + "x: y " * 100, "put the value in quotes"),
        ("title: Karmalink", None),
        ("title: 'Karmalink'", None),
        ("title: 'It''s Alive'", None),
        ('title: "Karmalink"', None),
        ("tags: [a] b", None),
        ("film: {title", None),
        ("title", None),
        ("", None),
    ],
)
def test_quotes_are_suggested_where_they_change_what_is_read(line: str, help: str | None) -> None:
    """A line that is fine as it is gets none, nor does a list or a group with a fault in it."""
    way_out = quoted_line(Source("a.md", line), 1)

    assert (way_out and way_out.help) == help


def _read(text: str) -> object:
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes texts of everything, and nothing else


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
def test_a_text_is_written_so_that_yaml_reads_it_back(text: str) -> None:
    """Plain, in quotes, in the quotes of another, in braces: always the same text."""
    for written in (quoted(text), scalar(text), *(in_place_of(old, text) for old in ("x", "'x'", '"x"'))):
        assert _read(f"key: {written}") == {"key": text}
    for old in ("x", "'x'", '"x"'):
        assert _read(f"{{key: {in_place_of(old, text)}}}") == {"key": text}


def test_keys_of_any_text_are_read_off_the_model() -> None:
    """A key is one of these when its checker lets any text pass."""
    assert {"title", "summary", "original_title", "alt", "service", "via", "reason"} <= text_keys()
    assert not text_keys() & {"id", "slug", "date", "status", "author", "tags", "film", "url", "kind", "year"}
    assert text_list_keys() == {"tags", "directors", "cast"}
