"""What was announced binds: a review keeps the address and the id by which others know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.diagnostics import Severity
from publisher.errors import PostsInvalid
from publisher.posts import read_posts
from publisher.release import preview_publish, preview_push, publish
from tests.conftest import CONFIGURATION
from tests.release.newsroom import NOW, Newsroom, identity, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site


def faults(newsroom: Newsroom) -> list[tuple[str, int, int, str]]:
    """Push, and return the place and rule of each fault that kept it from being done."""
    with pytest.raises(PostsInvalid) as caught:
        newsroom.push()
    return [(fault.path, fault.line, fault.column, fault.code) for fault in caught.value.diagnostics]


def dated(make_site: Callable[..., Site]) -> Newsroom:
    """Make a site whose addresses carry the year."""
    permalink = 'base_url = "https://reviews.example/"\npermalink = "/{year}/{slug}/"'
    configuration = CONFIGURATION.replace('base_url = "https://reviews.example/"', permalink)
    return Newsroom(lambda posts, more: make_site(posts, configuration=configuration, more=more))


def test_a_slug_changed_by_hand_is_an_error_at_its_line(make_site: Callable[..., Site]) -> None:
    """Links in the world lead to the old address; the message names both slugs and both ways out."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(slug="karma-link"))
    with pytest.raises(PostsInvalid) as caught:
        newsroom.push()
    (fault,) = caught.value.diagnostics

    assert (fault.path, fault.line, fault.column, fault.code) == ("posts/a.md", 4, 7, "slug-changed")
    assert fault.message == 'the review was announced under the slug "karmalink", and is now "karma-link"'
    assert fault.help == (
        "write slug: karmalink, or, where the new address is meant, run publisher rename karmalink karma-link: "
        "it records previous: [/reviews/karmalink/]"
    )
    assert newsroom.rows("SELECT sequence FROM announced") == [(1,)]


def test_a_file_that_is_renamed_changes_its_slug_too(make_site: Callable[..., Site]) -> None:
    """Where no `slug` is written the file's name gives it."""
    newsroom = Newsroom(make_site, posts={"karmalink": post(without=("slug",))})
    newsroom.push()
    newsroom.remove("karmalink")
    newsroom.put(karma_link="")
    (newsroom.site.posts / "karma_link.md").rename(newsroom.site.posts / "karma-link.md")
    (newsroom.site.posts / "karma-link.md").write_text(post(without=("slug",)), encoding="utf-8")

    assert faults(newsroom) == [("posts/karma-link.md", 1, 1, "slug-changed")]


def test_a_new_address_is_fine_where_the_old_one_is_recorded(make_site: Callable[..., Site]) -> None:
    """Who writes down the old path means the move."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(slug="karma-link", previous="[/reviews/karmalink/]"))

    assert [str(change.type) for change in newsroom.push().changes] == ["review.moved"]


def test_a_site_that_moves_as_a_whole_has_changed_no_slug(make_site: Callable[..., Site]) -> None:
    """Another host or another pattern of addresses is a decision of publisher.toml."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    text = (newsroom.site.root / "publisher.toml").read_text("utf-8")
    newsroom.site = make_site({}, configuration=text.replace("reviews.example/", "films.example/blog/", 1))

    assert [str(change.type) for change in newsroom.push().changes] == ["review.moved"]


def test_an_id_minted_anew_is_an_error_at_its_line(make_site: Callable[..., Site]) -> None:
    """Subscribers would see an old review as a new one; the message gives the id back."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(id=identity(77)))
    with pytest.raises(PostsInvalid) as caught:
        newsroom.push()
    (fault,) = caught.value.diagnostics

    assert (fault.path, fault.line, fault.column, fault.code) == ("posts/a.md", 2, 5, "id-changed")
    assert f"write id: {identity(1)};" in str(fault.help)


def test_another_review_at_another_address_is_no_fault(make_site: Callable[..., Site]) -> None:
    """A review that is deleted is taken back; the one that is new is new."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(2))

    assert [str(change.type) for change in newsroom.push().changes] == [
        "review.published",
        "review.retracted",
    ]


def test_a_draft_is_bound_by_nothing_before_it_comes_back(make_site: Callable[..., Site]) -> None:
    """A review that is a draft again may change its slug: nobody is told of it."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(slug="karma-link", status="draft"))

    assert [str(change.type) for change in newsroom.push().changes] == ["review.retracted"]


def test_a_review_is_taken_back_under_the_address_it_had(make_site: Callable[..., Site]) -> None:
    """The address that is to answer that it is gone is the one that was announced."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(slug="karma-link", status="retracted", retracted="2022-08-01", reason="Wrong film."))

    assert faults(newsroom) == [("posts/a.md", 4, 7, "slug-changed")]


def test_a_slug_is_locked_whatever_else_is_in_the_address(make_site: Callable[..., Site]) -> None:
    """Where the date in the address changes at the same time, the slug is still another one."""
    newsroom = dated(make_site)
    newsroom.push()
    newsroom.put(a=post(date="2021-07-15", slug="karma-link"))

    assert faults(newsroom) == [("posts/a.md", 4, 7, "slug-changed")]


def test_a_site_can_judge_these_rules_differently(make_site: Callable[..., Site]) -> None:
    """Where publisher.toml makes a warning of it, the run goes on."""
    newsroom = Newsroom(make_site, more='[rules]\nslug-changed = "warning"\n')
    newsroom.push()
    newsroom.put(a=post(slug="karma-link"))

    assert [str(change.type) for change in newsroom.push().changes] == ["review.moved"]


def test_publish_writes_nothing_and_its_preview_says_the_same(make_site: Callable[..., Site]) -> None:
    """The fault is found before a file is touched, and a dry run finds it too."""
    newsroom = Newsroom(make_site)
    publish(read_posts(newsroom.site), newsroom.site, NOW)
    before = {file: file.read_bytes() for file in newsroom.site.feeds.rglob("*") if file.is_file()}
    newsroom.put(a=post(slug="karma-link"))
    collection = read_posts(newsroom.site)

    for run in (publish, preview_publish):
        with pytest.raises(PostsInvalid, match="posts do not fit what was announced"):
            run(collection, newsroom.site, NOW)
    assert {file: file.read_bytes() for file in newsroom.site.feeds.rglob("*") if file.is_file()} == before


def test_the_command_shows_the_fault_as_validate_does(make_site: Callable[..., Site]) -> None:
    """File, line, caret, way out, and exit status 1."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(slug="karma-link"))
    status, out, err = newsroom.run("push", "--now", NOW.isoformat())

    assert status == 1
    assert "posts/a.md:4:7: error[slug-changed]" in out + err
    assert "  4 | slug: karma-link\n    |       ^^^^^^^^^^" in out + err


@pytest.mark.parametrize(
    ("written", "code", "line", "said"),
    [
        (post(status="draft"), "review-unpublished", 8, "is a draft now: it leaves the feeds"),
        (post(date="2027-01-01"), "review-unpublished", 5, "is put off to 2027-01-01 00:00 now"),
        (
            None,
            "review-deleted",
            1,
            "https://reviews.example/reviews/karmalink/ was announced, and its post is gone",
        ),
    ],
    ids=["draft", "put off", "deleted"],
)
def test_a_review_that_vanishes_is_a_warning_before_it_is_told(
    make_site: Callable[..., Site], written: str | None, code: str, line: int, said: str
) -> None:
    """What was announced and is hidden without having been retracted goes out, after the editor was warned."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    if written is None:
        newsroom.remove("a")
    else:
        newsroom.put(a=written)
    (before,) = preview_push(read_posts(newsroom.site).posts, newsroom.site, NOW).warnings
    (warning,) = newsroom.push().warnings

    assert (warning.code, warning.severity, warning.line) == (code, Severity.WARNING, line)
    assert said in warning.message
    assert before == warning
    assert newsroom.push().warnings == ()


def test_a_retraction_is_no_surprise(make_site: Callable[..., Site]) -> None:
    """Who retracts says so, and is not warned."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(status="retracted", retracted="2022-08-01", reason="Wrong film."))

    assert newsroom.push().warnings == ()


def test_a_site_can_forbid_that_reviews_vanish(make_site: Callable[..., Site]) -> None:
    """Where publisher.toml makes an error of it, only a retraction takes a review back."""
    newsroom = Newsroom(make_site, more='[rules]\nreview-deleted = "error"\n')
    newsroom.push()
    newsroom.remove("a")

    assert faults(newsroom) == [("posts", 1, 1, "review-deleted")]
    assert newsroom.rows("SELECT live FROM announced") == [(1,)]


@pytest.mark.parametrize(
    "hidden", [post(status="draft"), post(status="retracted", retracted="2022-08-01", reason="x")]
)
def test_a_slug_stays_locked_while_the_review_is_hidden(make_site: Callable[..., Site], hidden: str) -> None:
    """What comes back comes back at the address it had, or says where it was."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=hidden)
    newsroom.push()
    newsroom.put(a=post(slug="karma-link"))
    assert faults(newsroom) == [("posts/a.md", 4, 7, "slug-changed")]

    newsroom.put(a=post(slug="karma-link", previous="[/reviews/karmalink/]"))
    assert [str(change.type) for change in newsroom.push().changes] == ["review.published"]


def test_an_address_that_changed_without_its_slug_is_a_warning(make_site: Callable[..., Site]) -> None:
    """A date in the address, or the pattern of all addresses: nothing leads from the old to the new."""
    newsroom = dated(make_site)
    newsroom.push()
    newsroom.put(a=post(date="2021-07-15"))
    (warning,) = preview_push(read_posts(newsroom.site).posts, newsroom.site, NOW).warnings

    assert (warning.code, warning.line) == ("address-changed", 5)
    assert (
        warning.message
        == "the review was announced at /2022/karmalink/, and is found at /2021/karmalink/ now"
    )
    newsroom.put(a=post(date="2021-07-15", previous="[/2022/karmalink/]"))
    assert newsroom.push().warnings == ()


def test_a_site_that_moves_to_another_host_has_changed_no_path(make_site: Callable[..., Site]) -> None:
    """What one web server answers for another, no list of paths can say."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    text = (newsroom.site.root / "publisher.toml").read_text("utf-8")
    newsroom.site = make_site({}, configuration=text.replace("reviews.example/", "films.example/", 1))

    assert newsroom.push().warnings == ()
