"""Rules that depend on the moment, on the catalogue, on files beside the post, and on what a writer may have meant."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.catalogue import ServiceStatus, catalogue
from publisher.posts import SUMMARY_LIMIT, read_post
from publisher.posts.front_matter import Block, FilmBlock, FrontMatter, ImageBlock, WatchBlock
from publisher.posts.words import STATUSES
from publisher.values.faults import keys_at
from publisher.values.reviews import KINDS

if TYPE_CHECKING:
    from publisher.diagnostics import Diagnostic
    from publisher.site import Site
    from publisher.values.choices import Choice
    from tests.conftest import MakeSite

ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def _found(
    site: Site, more: str = "", *, text: str = "Text.", title: str = "Karmalink", now: datetime | None = NOW
) -> list[Diagnostic]:
    summary = "" if "summary:" in more else "summary: A past life buried a treasure.\n"
    post = f"---\nid: {ID}\ntitle: {title}\ndate: 2022-07-15\n{more}{summary}---\n\n{text}\n"
    return read_post(post.encode(), site.posts / "karmalink.md", site, now)[1]


def _codes(found: list[Diagnostic]) -> list[str]:
    return [fault.code for fault in found]


OFFER = "film: {{title: Karmalink, year: 2021}}\nwatch: [{{service: {}, kind: rent, until: {}}}]\n"


@pytest.mark.parametrize(
    ("until", "expired"),
    [
        ("2026-01-14", True),
        ("2026-01-15", False),  # the day is not over in Chicago
        ("2026-01-15T06:00", True),  # which is this very moment
        ("2026-01-15T06:01", False),
        ("2026-01-15T13:00+01:00", True),
    ],
)
def test_an_offer_is_over_when_its_last_moment_is(make_site: MakeSite, until: str, *, expired: bool) -> None:
    """Days end in the site's zone; `until` is the last moment it holds."""
    assert _codes(_found(make_site({}), OFFER.format("Vudu", until))) == ["offer-expired"] * expired


def test_no_offer_is_over_where_no_moment_is_given(make_site: MakeSite) -> None:
    """Rules that depend on the clock are left out when there is none."""
    assert _found(make_site({}), OFFER.format("Vudu", "1999-01-01"), now=None) == []


@pytest.mark.parametrize(
    ("ended", "message"),
    [
        (date(2018, 11, 29), "Fandango at Home closed on 2018-11-29; nobody can watch the film there"),
        (None, "Fandango at Home closed; nobody can watch the film there"),
    ],
)
def test_a_service_that_closed_is_named_with_the_day(
    make_site: MakeSite, ended: date | None, message: str
) -> None:
    """What the catalogue knows of its end is said, too; of none that it lists an end is verified today."""
    vudu = catalogue().services["fandango-at-home"]
    closed = replace(vudu, status=ServiceStatus.CLOSED, ended=ended, note="Its films are gone.")
    site = replace(make_site({}), catalogue=catalogue().with_services([closed]))
    (fault,) = _found(site, OFFER.format("Vudu", "2030-01-01"))

    assert (fault.code, fault.message, fault.label) == ("service-closed", message, "Its films are gone.")


def test_of_a_closed_service_s_offer_that_is_over_only_the_end_is_said(make_site: MakeSite) -> None:
    """Removing the offer mends both."""
    site = make_site({}, more='[services.fandango-at-home]\nstatus = "closed"\n')

    assert _codes(_found(site, OFFER.format("Vudu", "2018-01-01"))) == ["offer-expired"]


@pytest.mark.parametrize(("service", "kind"), [("Freevee", "ads"), ("Vudu", "rent"), ("iTunes", "rent")])
def test_services_that_changed_their_name_earn_nothing(make_site: MakeSite, service: str, kind: str) -> None:
    """They are still there."""
    assert (
        _found(make_site({}), OFFER.format(service, "2030-01-01").replace("kind: rent", f"kind: {kind}"))
        == []
    )


def test_a_service_whose_end_is_a_rumour_is_worth_a_look(make_site: MakeSite) -> None:
    """What was not verified is not called closed."""
    (fault,) = _found(make_site({}), OFFER.format("Redbox", "2030-01-01"))

    assert (fault.code, fault.message) == ("service-closed", "Redbox may no longer exist")
    assert "said to have closed in 2024" in str(fault.help)


@pytest.mark.parametrize(
    "title",
    [
        "M*A*S*H",
        "AT&T",
        "1 < 2",
        "<3",
        "*batteries not included",
        "S1m0ne",
        "snake_case_here",
        "Sn*tch & F*ck",
        "**** of Blood",
        "* * *",
        "__",
        "R&D; R&B",
        "a < b > c",
        "The `Burbs",
        "[REC] (2007)",
        "[●REC]²",
        "Tick, Tick... *Boom",
        "5 * 4 * 3",
        "<harmony/>",
        "$9.99 & up",
    ],
)
def test_titles_that_only_look_like_markup_are_left_in_peace(make_site: MakeSite, title: str) -> None:
    """Stars, brackets and ampersands have a place in titles."""
    assert _found(make_site({}), title=f"'{title}'") == []


@pytest.mark.parametrize(
    ("title", "markup"),
    [
        ("<i>Karmalink</i>", "<i>"),
        ("Karma<br/>link", "<br/>"),
        ('<span class="x">K</span>', '<span class="x">'),
        ("The *Karmalink* Papers", "*Karmalink*"),
        ("**Karma** Link", "**Karma**"),
        ("_Karmalink_", "_Karmalink_"),
        ("(__Karma Link__)", "__Karma Link__"),
        ("`Karmalink`", "`Karmalink`"),
        ("Sons &amp; Lovers", "&amp;"),
        ("Karma&nbsp;link", "&nbsp;"),
        ("Karma&#8217;s link", "&#8217;"),
        ("[Karmalink](https://example.org)", "[Karmalink](https://example.org)"),
    ],
)
def test_markup_in_a_title_is_pointed_at(make_site: MakeSite, title: str, markup: str) -> None:
    """The caret stands under what readers would see as it is typed."""
    (fault,) = _found(make_site({}), title=f"'{title}'")

    assert fault.code == "title-markup"
    assert fault.excerpt is not None
    assert fault.excerpt[fault.column - 1 :][: fault.width] == markup


@pytest.mark.parametrize(
    ("summary", "text", "repeats"),
    [
        ("A boy hunts.", "A boy hunts.", True),
        ("a boy – hunts", "**A boy**, [hunts](/x).[^1]\n\n[^1]: Note.", True),
        ("A boy hunts.", "## Karmalink\n\n![](images/a.png)\n\n> Quoted.\n\nA boy\nhunts.\n\nMore.", True),
        ("A boy hunts…", "A boy hunts for a treasure.", True),
        ("A boy hunts ...", "A boy hunts for a treasure.", True),
        ("A boy hunts.", "A boy hunts for a treasure.", False),
        ("A boy hunts for a treasure.", "A boy hunts.", False),
        ("A boy hunts.", "A boy sleeps.\n\nA boy hunts.", False),
        ("少年が宝を探す。", "少年が宝を探す。\n\nその町で。", True),
        ("!!!", "!!!", False),
        ("A boy hunts.", "<p>A boy hunts.</p>", False),
        ("A boy hunts.", "# A boy hunts.", False),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_summary_is_compared_with_the_first_paragraph_word_by_word(
    make_site: MakeSite, summary: str, text: str, line_end: str, *, repeats: bool
) -> None:
    """Markup, marks and case make no difference; another word does."""
    found = _found(make_site({}), f'summary: "{summary}"\n', text=text.replace("\n", line_end))

    assert ("summary-repeats" in _codes(found)) == repeats


@pytest.mark.parametrize(("length", "too_long"), [(SUMMARY_LIMIT, False), (SUMMARY_LIMIT + 1, True)])
def test_a_summary_has_its_length(make_site: MakeSite, length: int, *, too_long: bool) -> None:
    """White space counts as lists show it: folded."""
    summary = "s" * (length - 2) + "   \t  x"

    assert _codes(_found(make_site({}), f'summary: "{summary}"\n')) == ["summary-too-long"] * too_long


@pytest.mark.parametrize(
    "front",
    [
        "# a comment\n",
        "film: {title: K, year: 2021} #a group\n",
        "rating: 4 #or three\n",
        "tags: [a] #or b\n",
        "#tags: [a]\n",
        "tags:\n  # - one\n  - two # three\n  #- four\n",
        "correction: # none yet\nupdated: 2022-07-20\n",
        "correction: 'Room #237' #1\nupdated: 2022-07-20\n",
        "correction: |\n    Room #237\n  #and more\nupdated: 2022-07-20\n",
        "correction: Room#237\nupdated: 2022-07-20\n",
    ],
)
def test_comments_that_are_comments_earn_nothing(make_site: MakeSite, front: str) -> None:
    """So do those behind lists, groups, numbers and quotes, which could be nothing else."""
    assert "comment-in-value" not in _codes(_found(make_site({}), front))


@pytest.mark.parametrize(
    ("choice", "written", "word"),
    [
        (STATUSES, "Published", "ready"),
        (STATUSES, "in review", None),
        (STATUSES, "DELETED", "retracted"),
        (STATUSES, "wip", "draft"),
        (STATUSES, "draf", "draft"),
        (KINDS, "Streaming", "subscription"),
        (KINDS, "free-with-ads", "ads"),
        (KINDS, "Blu-ray", "disc"),
        (KINDS, "theatre", "cinema"),
        (KINDS, "streeming", "subscription"),
        (KINDS, "buuy", "buy"),
        (KINDS, "telepathy", None),
    ],
)
def test_other_words_for_a_status_or_a_kind_are_understood(
    choice: Choice[Any], written: str, word: str | None
) -> None:
    """Words of other tools and of the trade, whatever their case and hyphens; and slips in them."""
    assert choice.meant(written) == word


@pytest.mark.parametrize("model", [FrontMatter, FilmBlock, ImageBlock, WatchBlock])
def test_keys_of_other_programs_stand_for_keys_there_are(model: type[Block]) -> None:
    """What is suggested is a key of that very group, and no key of ours is taken for another."""
    known = keys_at(model, ())

    assert model.others
    assert {*model.others.values()} <= known
    assert not {*model.others} & known


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(st.sampled_from("<>*_`[]()&#;ab \u00e9"), min_size=1, max_size=40))
def test_no_title_breaks_the_search_for_markup(make_site: MakeSite, title: str) -> None:
    """Whatever it is made of, at most one piece of advice is given."""
    quoted = "'" + title.replace("'", "''") + "'"

    assert _codes(_found(make_site({}), title=quoted)) in ([], ["title-markup"], ["invalid-value"])


@pytest.mark.parametrize("part", ["<i ", "*a ", "_a ", "[a](", "&#1", "`", "* _ ", "[", "**a"])
def test_hostile_titles_take_no_time(make_site: MakeSite, part: str) -> None:
    """The longest title there can be is searched at once; the watchdog is generous."""
    began = time.monotonic()
    _found(make_site({}), title=f"'{(part * 500)[:498]}'")

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        "# " * 100_000,
        "[a](" * 20_000,
        "a\n" * 100_000,
        "![a\n" * 100_000,
        " \n" * 100_000 + "a",
        "#\r" * 100_000,
    ],
)
def test_hostile_texts_take_no_time_to_find_the_first_paragraph(make_site: MakeSite, text: str) -> None:
    """Whatever stands before the first paragraph, and however long it is."""
    began = time.monotonic()
    _found(make_site({}), "summary: a\n", text=text)

    assert time.monotonic() - began < 20
