"""What docs/editors.md says of where to watch: its front matter, settings and commands, taken as they stand there."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.content import present
from publisher.diagnostics import Severity
from publisher.model import OfferKind
from publisher.posts import read_posts
from publisher.posts.front_matter import WatchBlock
from publisher.release.guards import OFFERS_CEILING
from publisher.watch.sources import SOURCES, find_source
from tests.feeds.feeds_sites import plain_words

if TYPE_CHECKING:
    from tests.conftest import MakeSite, Run

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Where to watch\n")[2].partition("\n## ")[0]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = "---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: K\ndate: 2022-07-15\nauthor: desk\nfilm: {title: Karmalink, year: 2021}\n"
TEXT = "---\n\nIt is available to rent on Vudu or Apple TV.\n"


def blocks(language: str) -> list[str]:
    """Return the examples in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Return the commands that the section shows."""
    lines = [line.partition("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize("watch", blocks("yaml"))
def test_every_example_of_front_matter_is_valid(make_site: MakeSite, watch: str) -> None:
    """As it stands on the page."""
    collection = read_posts(make_site({"karmalink.md": f"{HEAD}{watch}{TEXT}"}))

    assert [fault for fault in collection.diagnostics if fault.severity is Severity.ERROR] == []
    assert collection.posts[0].review.watch


def test_readers_see_what_the_page_says_that_they_see(make_site: MakeSite) -> None:
    """The first example, in words."""
    site = make_site({"karmalink.md": f"{HEAD}{blocks('yaml')[0]}{TEXT}"})
    (post,) = read_posts(site).require_valid().posts
    (line,) = re.findall(r"^> (.*)$", SECTION, re.MULTILINE)

    assert plain_words(present(post, site, NOW).html).endswith(f"Where to watch {line}")


def test_every_key_and_kind_is_named() -> None:
    """The second example has all keys; the kinds are all there are."""
    keys = re.findall(r"^(?:  - |    )(\w+):", blocks("yaml")[1], re.MULTILINE)

    assert set(keys) == {field.alias or name for name, field in WatchBlock.model_fields.items()}
    (kinds,) = re.findall(r"^\*\*The kind\*\* is (.*)\.$", SECTION, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", kinds)) == set(OfferKind)


def test_every_setting_is_taken(make_site: MakeSite) -> None:
    """As it stands on the page; the site that has it loads, and posts that use it are valid."""
    for settings in blocks("toml"):
        configuration = make_site().root.joinpath("publisher.toml").read_text(encoding="utf-8")
        bare = configuration.partition("[watch]")[0]
        site = make_site(configuration=bare, more=settings)
        assert read_posts(site).require_valid()
        make_site()


@pytest.mark.parametrize("command", commands())
def test_every_command_is_understood(make_site: MakeSite, run: Run, command: str) -> None:
    """With the words that stand there, on a site without keys; where a source has none, that is said and nothing is asked."""
    make_site(
        {"karmalink.md": f"{HEAD}{blocks('yaml')[0]}{TEXT}"}, more='[watch.sources.tmdb]\nuse = "contract"\n'
    )
    program, *words = shlex.split(command)
    nobody = {find_source(key).access.variable: "" for key in SOURCES}

    done = run(*words, **nobody)

    assert program == "publisher"
    needs_key = "--from" in words and "text" not in words
    assert done.returncode == (4 if needs_key else 0), done.stdout + done.stderr
    assert not needs_key or "PUBLISHER_TMDB_KEY" in done.stderr


def test_sources_are_described_as_they_are() -> None:
    """Keys, variables, files and sign-up; every source there is, and what its terms want."""
    for key in SOURCES:
        access = find_source(key).access
        assert f"`{key}`" in SECTION
        assert f"`{access.variable}`, or the file `.publisher/secrets/{key}`" in SECTION
        assert f"]({access.sign_up})" in SECTION
        assert not access.readers_only or f"`[watch.sources.{key}]`" in SECTION


def test_the_ceiling_is_the_programs() -> None:
    """How many changes of offers are told unasked."""
    assert re.search(rf"than {OFFERS_CEILING} such reviews at once", " ".join(SECTION.split()))
