"""A review gets another slug: its id stays, and whoever knows the old address finds the new one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.desk.renaming import rename
from publisher.errors import PostsInvalid, Refused, UsageError
from publisher.posts import read_posts
from tests.conftest import CONFIGURATION
from tests.release.newsroom import NOW, Newsroom, identity, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

TOMORROW = (NOW + timedelta(days=1)).isoformat()


def lines(newsroom: Newsroom, name: str = "a") -> list[str]:
    """Return the lines of a post that have to do with its address."""
    text = (newsroom.site.posts / f"{name}.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(("slug", "previous"))]


def test_an_announced_review_moves_with_its_old_path(make_site: Callable[..., Site]) -> None:
    """Partners hear of the new address under the same id; nothing is at fault."""
    newsroom = Newsroom(make_site)
    newsroom.push()

    edited = rename(newsroom.site, "karmalink", "karma-link", NOW)

    assert lines(newsroom) == ["slug: karma-link", "previous: [/reviews/karmalink/]"]
    assert edited.errors == 0
    (change,) = newsroom.push().changes
    assert (change.review_id, change.changed) == (identity(1), ("url",))


def test_a_slug_that_the_file_s_name_gave_gets_a_line(make_site: Callable[..., Site]) -> None:
    """The file keeps its name."""
    newsroom = Newsroom(make_site, posts={"karmalink": post(without=("slug",))})

    rename(newsroom.site, "karmalink", "karma-link", NOW)

    assert lines(newsroom, "karmalink") == ["slug: karma-link", "previous: [/reviews/karmalink/]"]


@pytest.mark.parametrize("unseen", [post(status="draft"), post(date=TOMORROW)], ids=["draft", "scheduled"])
def test_the_old_address_of_what_nobody_has_seen_leaks_nowhere(
    make_site: Callable[..., Site], unseen: str
) -> None:
    """A secret title stays one."""
    newsroom = Newsroom(make_site, posts={"a": unseen})

    rename(newsroom.site, "karmalink", "karma-link", NOW)

    assert lines(newsroom) == ["slug: karma-link"]


def test_a_draft_that_was_announced_once_leaves_its_address_behind(make_site: Callable[..., Site]) -> None:
    """Whoever stored the address is led on when the review comes back."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(status="draft"))

    rename(newsroom.site, "karmalink", "karma-link", NOW)

    assert lines(newsroom) == ["slug: karma-link", "previous: [/reviews/karmalink/]"]


def test_there_and_back_leaves_no_path_that_leads_to_itself(make_site: Callable[..., Site]) -> None:
    """Back before anybody was told: as before. Back afterwards: the address in between is recorded."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    before = newsroom.files()["posts/a.md"]
    rename(newsroom.site, "karmalink", "b", NOW)
    rename(newsroom.site, "b", "karmalink", NOW)
    assert newsroom.files()["posts/a.md"] == before

    rename(newsroom.site, "karmalink", "b", NOW)
    newsroom.push()
    rename(newsroom.site, "b", "karmalink", NOW)

    assert lines(newsroom) == ["slug: karmalink", "previous: [/reviews/b/]"]
    newsroom.push()


def test_without_a_ledger_a_live_review_records_every_address(make_site: Callable[..., Site]) -> None:
    """A site that only generates feeds has readers, too."""
    newsroom = Newsroom(make_site)

    for old, new in (("karmalink", "b"), ("b", "c"), ("c", "karmalink")):
        rename(newsroom.site, old, new, NOW)

    assert lines(newsroom) == ["slug: karmalink", "previous: [/reviews/b/, /reviews/c/]"]


def test_an_address_nobody_was_told_is_not_recorded(make_site: Callable[..., Site]) -> None:
    """The ledger knows the one that was."""
    newsroom = Newsroom(make_site)
    newsroom.push()

    rename(newsroom.site, "karmalink", "b", NOW)
    rename(newsroom.site, "b", "c", NOW)

    assert lines(newsroom) == ["slug: c", "previous: [/reviews/karmalink/]"]


@pytest.mark.parametrize("name", ["a", "karma-link"])
def test_a_slug_changed_by_hand_is_put_right(make_site: Callable[..., Site], name: str) -> None:
    """The same command, with the slug that was announced; also where the file was given another name."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.remove("a")
    newsroom.put(**{name: post(slug="karma-link") if name == "a" else post(without=("slug",))})
    with pytest.raises(PostsInvalid, match="do not fit"):
        newsroom.push()

    rename(newsroom.site, "karmalink", "karma-link", NOW)

    assert "previous: [/reviews/karmalink/]" in lines(newsroom, name)
    assert len(newsroom.push().changes) == 1


@pytest.mark.parametrize(
    ("new", "said"),
    [("Karma Link", "karma-link"), ("a_b", "a-b"), ("", "letters and digits"), ("x" * 101, "x" * 100)],
)
def test_a_slug_that_is_none_is_answered_with_one(
    make_site: Callable[..., Site], new: str, said: str
) -> None:
    """What comes nearest is suggested."""
    with pytest.raises(UsageError) as caught:
        rename(Newsroom(make_site).site, "karmalink", new, NOW)

    assert said in str(caught.value.hint)


def test_the_slug_and_the_past_of_another_review_are_taken(make_site: Callable[..., Site]) -> None:
    """An address leads to one review."""
    newsroom = Newsroom(make_site, posts={"a": post(), "b": post(2, slug="b", previous="/reviews/old")})
    before = newsroom.files()

    with pytest.raises(Refused, match=r"posts/b\.md has the slug b"):
        rename(newsroom.site, "karmalink", "b", NOW)
    with pytest.raises(Refused, match=r"/reviews/old/ is where posts/b\.md was found before"):
        rename(newsroom.site, "karmalink", "old", NOW)
    with pytest.raises(Refused, match="has the slug karmalink already"):
        rename(newsroom.site, "posts/a.md", "karmalink", NOW)
    with pytest.raises(UsageError, match='no post has the slug "nothing"'):
        rename(newsroom.site, "nothing", "b", NOW)
    assert newsroom.files() == before


def test_posts_that_link_to_the_old_address_are_counted(make_site: Callable[..., Site]) -> None:
    """Links, not mentions; absolute or from the root of the site."""
    texts = {
        "b": "[it](/reviews/karmalink/)",
        "c": "[it](https://reviews.example/reviews/karmalink#end)",
        "d": "`/reviews/karmalink/`",
        "e": "[another](/reviews/karmalink-2/)",
    }
    posts = {name: post(number, text=text) for number, (name, text) in enumerate(texts.items(), 2)}
    newsroom = Newsroom(make_site, posts={"a": post(), **posts})

    edited = rename(newsroom.site, "karmalink", "new", NOW)

    assert edited.notes == ("2 posts link to /reviews/karmalink/; the redirect keeps that working",)


def test_where_no_slug_is_in_the_address_none_is_recorded(make_site: Callable[..., Site]) -> None:
    """The permalink has ids; the slug is the editor's own."""
    configuration = CONFIGURATION.replace("[site]", '[site]\npermalink = "/r/{id}/"')
    newsroom = Newsroom(lambda posts, more="": make_site(posts, configuration=configuration, more=more))
    newsroom.push()

    edited = rename(newsroom.site, "karmalink", "new", NOW)

    assert lines(newsroom) == ["slug: new"]
    assert "the address stays /r/" in edited.notes[0]
    assert newsroom.push().changes == ()


def test_letters_of_any_script_are_recorded_as_they_are_read(make_site: Callable[..., Site]) -> None:
    """Percent-encoding is for addresses; people write paths."""
    newsroom = Newsroom(make_site, posts={"a": post(slug="ärger")})
    newsroom.push()

    rename(newsroom.site, "ärger", "новый", NOW)

    assert lines(newsroom) == ["slug: новый", "previous: [/reviews/ärger/]"]
    assert read_posts(newsroom.site).require_valid().posts[0].review.previous == ("/reviews/ärger/",)
    newsroom.push()


def test_a_slug_as_macs_write_it_is_composed(make_site: Callable[..., Site]) -> None:
    """Letters and their marks apart look the same, and are meant to be; also in the slug it was announced under."""
    newsroom = Newsroom(make_site)
    rename(newsroom.site, "karmalink", "cafe\u0301", NOW)
    assert lines(newsroom)[0] == "slug: caf\u00e9"
    newsroom.push()
    newsroom.put(a=post(slug="karma-link"))

    rename(newsroom.site, "cafe\u0301", "karma-link", NOW)

    assert lines(newsroom) == ["slug: karma-link", "previous: [/reviews/caf\u00e9/]"]


DRAFT: dict[str, Any] = {"status": "draft"}
GONE: dict[str, Any] = {"status": "retracted", "retracted": NOW.isoformat(), "reason": "x"}


@pytest.mark.parametrize(
    ("state", "announced", "outlook"),
    [
        ({}, True, "the next publish tells readers and partners the new address, and writes the redirect"),
        ({}, False, "the next publish tells readers the new address"),
        (DRAFT, True, "the old address leads to the new one once the review is live again"),
        (DRAFT, False, "nobody was told the old address, and nobody is told of the change"),
        (GONE, True, "nobody is told of the change; the next publish lists both addresses as gone"),
        (GONE, False, "nobody is told of the change; the next publish lists both addresses as gone"),
    ],
)
def test_the_outlook_of_a_rename_fits_what_is_known(
    make_site: Callable[..., Site], state: dict[str, Any], outlook: str, *, announced: bool
) -> None:
    """Nobody is said to know nothing whose address is recorded."""
    newsroom = Newsroom(make_site)
    if announced:
        newsroom.push()
    newsroom.put(a=post(**state))

    edited = rename(newsroom.site, "karmalink", "karma-link", NOW)

    assert edited.outlook.startswith(outlook)
    assert len(lines(newsroom)) == (1 if "nobody was told" in outlook else 2)


def test_back_at_the_announced_address_nothing_is_told(make_site: Callable[..., Site]) -> None:
    """The rename between was never published."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    rename(newsroom.site, "karmalink", "b", NOW)

    assert (
        rename(newsroom.site, "b", "karmalink", NOW).outlook == "the next publish has nothing to tell of it"
    )
    assert newsroom.push().changes == ()


def test_a_review_that_comes_back_is_announced_at_its_new_address(make_site: Callable[..., Site]) -> None:
    """Partners know it as taken back."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(**DRAFT))
    newsroom.push()
    newsroom.put(a=post())

    edited = rename(newsroom.site, "karmalink", "b", NOW)

    assert edited.outlook.startswith(
        "the next publish announces it at the new address, and writes the redirect"
    )
