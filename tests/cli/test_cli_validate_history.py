"""`publisher validate` where something was announced: what binds is said before it is published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.release.newsroom import NOW, Newsroom, identity, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

ARGUMENTS = ("validate", "--now", NOW.isoformat(), "--json")


@pytest.fixture
def newsroom(make_site: Callable[..., Site]) -> Newsroom:
    """Give a site with two reviews that were announced."""
    newsroom = Newsroom(make_site, posts={"a": post(), "b": post(2)})
    newsroom.push()
    return newsroom


def codes(newsroom: Newsroom, *words: str) -> list[tuple[str, str]]:
    """Validate, and return the file and the rule of each fault that concerns what was announced."""
    _, out, _ = newsroom.run(*ARGUMENTS, *words)
    # Files are named as seen from where the command runs.
    faults = [
        (fault["path"].split(f"/{newsroom.site.root.name}/")[-1], fault["code"])
        for fault in json.loads(out)["diagnostics"]
    ]
    return [(path, code) for path, code in faults if code.startswith(("slug-ch", "id-ch", "review-"))]


def test_what_was_announced_binds_already_when_one_checks(newsroom: Newsroom) -> None:
    """A slug or an id changed by hand, a review that would vanish: found with all other faults."""
    newsroom.put(a=post(slug="karma-link"))
    assert codes(newsroom) == [("posts/a.md", "slug-changed")]
    newsroom.put(a=post(status="draft"))
    assert codes(newsroom) == [("posts/a.md", "review-unpublished")]
    newsroom.put(a=post(id=identity(77)))
    newsroom.remove("b")
    assert codes(newsroom) == [("posts/a.md", "id-changed"), ("posts", "review-deleted")]


def test_of_some_posts_nobody_can_tell_which_are_gone(newsroom: Newsroom) -> None:
    """A look at one file, or at posts that cannot be read, takes none of the others for deleted."""
    newsroom.put(a=post(slug="karma-link"))
    assert codes(newsroom, str(newsroom.site.posts / "a.md")) == [("posts/a.md", "slug-changed")]
    newsroom.put(b="no post at all")
    assert codes(newsroom) == [("posts/a.md", "slug-changed")]


def test_rules_are_chosen_and_judged_as_all_others(newsroom: Newsroom) -> None:
    """--select and publisher.toml work on them."""
    newsroom.remove("b")
    assert codes(newsroom, "--ignore", "review-*") == []
    newsroom.configure('[rules]\nreview-deleted = "error"\n')
    status, _, _ = newsroom.run(*ARGUMENTS)

    assert status == 1


def test_a_ledger_that_cannot_be_read_is_not_the_posts_fault(newsroom: Newsroom) -> None:
    """Checking goes on without it; whoever publishes is told."""
    newsroom.site.ledger.write_bytes(b"nothing that SQLite knows" * 100)
    newsroom.put(a=post(slug="karma-link"))
    status, _, _ = newsroom.run(*ARGUMENTS)

    assert (status, codes(newsroom)) == (0, [])
