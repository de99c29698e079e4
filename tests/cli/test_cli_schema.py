"""`publisher schema`, run as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import publisher
from tests.agreement import Marker
from tests.posts.bordering_values import post
from tests.posts.test_post_schema import marked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite, Run

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_of_posts_is_that_of_the_site(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """It is printed as indented JSON, for the site one stands in or for another one."""
    site = make_site(more="[authors.hester]\nname = 'Hester Pellow'\n")
    here = run("schema", "post")
    elsewhere = run("schema", "post", "--site", str(tmp_path), cwd=tmp_path.parent)

    assert (here.returncode, here.stderr) == (0, "")
    assert elsewhere.stdout == here.stdout
    assert here.stdout.startswith(f'{{\n  "$schema": "{DIALECT}",\n  "title": "Front matter of a review",\n')
    assert json.loads(here.stdout) == publisher.post_schema(site)


def test_the_printed_schema_tells_good_posts_from_bad_ones(make_site: MakeSite, run: Run) -> None:
    """What a tool reads from the file is what it needs."""
    make_site()
    marker = Marker(json.loads(run("schema", "post").stdout))

    assert marked(post({"rating": "4.5"}), marker) == []
    assert marked(post({"rating": "9"}), marker) == ["$.rating: 9 is greater than the maximum of 5"]


def test_a_faulty_configuration_has_no_schema_of_posts(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """Its faults are told instead, and nothing that could be taken for a schema is printed."""
    make_site()
    (tmp_path / "publisher.toml").write_text("[site]\n", encoding="utf-8")
    done = run("schema", "post")

    assert (done.returncode, done.stdout) == (4, "")
    assert "missing-key" in done.stderr


def test_the_schema_of_the_configuration_needs_no_site(run: Run) -> None:
    """It is the same everywhere; a new site can begin with it."""
    done = run("schema", "config")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == publisher.config_schema()
    assert json.loads(done.stdout)["title"] == "publisher.toml"


def test_a_schema_is_printed_in_ascii(make_site: MakeSite, run: Run) -> None:
    """An author's name in any script survives a shell that writes files in another encoding."""
    make_site(more="[authors.mio]\nname = '朝霧 澪'\n")
    done = run("schema", "post")

    assert done.stdout.isascii()
    assert "mio (朝霧 澪)" in json.loads(done.stdout)["properties"]["author"]["description"]


def test_the_schema_of_events_needs_no_site(run: Run) -> None:
    """Partners have none: one schema takes every event, and one that is named takes those of its type."""
    every, moved = run("schema", "event"), run("schema", "event", "review.moved")

    assert (every.returncode, every.stderr, moved.returncode, moved.stderr) == (0, "", 0, "")
    assert json.loads(every.stdout) == publisher.event_schema()
    assert json.loads(moved.stdout) == publisher.event_schema("review.moved")
    assert json.loads(moved.stdout)["properties"]["type"] == {"const": "review.moved"}


def test_an_unknown_type_of_event_is_a_slip_of_whoever_asked(run: Run) -> None:
    """The type that was meant is named, and nothing that could be taken for a schema is printed."""
    done = run("schema", "event", "review.move")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'error: "review.move" is not a type of event\nhelp: did you mean review.moved?\n'
