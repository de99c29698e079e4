"""The feeds a site defines itself: tags that no post has, and feeds that hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.doctor.clinic import look, one
from tests.release.newsroom import NOW, post

if TYPE_CHECKING:
    from publisher.site import Site
    from tests.conftest import MakeSite

POSTS = {
    "a.md": post(1, tags="[Body Horror, gothic]"),
    "b.md": post(2, tags="[noir]", status="draft"),
}


def oddities(site: Site) -> list[tuple[str, str | None]]:
    """Generate the feeds, and give what the check says of them beside being up to date."""
    generate(read_posts(site).posts, site, NOW)
    first, *others = look(site)["feeds"]
    assert first.state == "ok"
    assert {finding.state for finding in others} <= {"warning"}
    return [(finding.message, finding.help) for finding in others]


@pytest.mark.parametrize(
    "settings",
    [
        "",
        '[syndication]\ntags_without_feed = ["body-horror", "NOIR"]\n',
        '[[feeds]]\nname = "horror"\ntag = ["body horror", "Gothic"]\n',
        '[[feeds]]\nname = "good"\nminimum_rating = 4\n',
    ],
)
def test_what_is_true_of_a_post_is_well(make_site: MakeSite, settings: str) -> None:
    """Tags are compared as feeds compare them, and drafts have theirs, too."""
    assert oddities(make_site(POSTS, more=settings)) == []


def test_a_tag_that_no_post_has_is_named_with_the_one_that_was_meant(make_site: MakeSite) -> None:
    """Of tags that get no feed, and of a feed's condition, which other tags may still meet."""
    settings = (
        '[syndication]\ntags_without_feed = ["gohtic"]\n[[feeds]]\nname = "horror"\ntag = ["gothic", "zzz"]\n'
    )

    assert oddities(make_site(POSTS, more=settings)) == [
        ('tags_without_feed names the tag "gohtic", which no post has', 'did you mean "gothic"?'),
        (
            '[[feeds]] "horror" names the tag "zzz", which no post has',
            "correct it in publisher.toml, or take it out",
        ),
    ]


def test_a_feed_that_holds_nothing_is_named(make_site: MakeSite) -> None:
    """A draft that would stand in it is not in it yet."""
    site = make_site(POSTS, more='[[feeds]]\nname = "dark"\ntag = ["noir"]\n')

    ((message, help_text),) = oddities(site)

    assert message == '[[feeds]] "dark" holds no review: none of 1 live review meets all its conditions'
    assert "publisher.toml" in str(help_text)


def test_a_site_without_live_reviews_is_only_new(make_site: MakeSite) -> None:
    """Its feeds cannot hold any."""
    settings = '[[feeds]]\nname = "dark"\ntag = ["zzz"]\n'

    assert oddities(make_site({"b.md": POSTS["b.md"]}, more=settings)) == []


def test_what_posts_with_errors_have_is_not_known(make_site: MakeSite) -> None:
    """The tag may be theirs: nothing is said of it."""
    site = make_site(
        {**POSTS, "c.md": post(3, rating="99", tags="[zzz]")}, more='[[feeds]]\nname = "x"\ntag = ["zzz"]\n'
    )

    assert one(look(site), "feeds").state == "skipped"
