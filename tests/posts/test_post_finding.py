"""The post that somebody names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from publisher.errors import Refused, UsageError
from publisher.posts.finding import belongs, find_post, with_slug

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site

ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"


def post(*lines: str, text: str = "Text\n") -> str:
    """Write a post of some lines of front matter."""
    return "\n".join(["---", *lines, "---", "", text])


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.md", post("slug: karmalink"), "karmalink"),
        ("a.md", post("'slug' : \"karmalink\" # c"), "karmalink"),
        ("a.md", post("slug:", "  karmalink"), "karmalink"),
        ("a.md", post("slug: # c", "  karmalink"), "karmalink"),
        ("a.md", post('slug: "karm\\u0061link"'), "karmalink"),
        ("a.md", "\ufeff" + post("{slug: karmalink, a: b}").replace("\n", "\r"), "karmalink"),
        ("a.md", post("slug: ärger"), "ärger"),
        ("karmalink.md", post("title: A"), "karmalink"),
        ("karmalink.MARKDOWN", post("title: A"), "karmalink"),
        ("deep/er/karmalink.md", post("title: A"), "karmalink"),
        ("karmalink.md", post("title: A: B"), "karmalink"),
        ("karmalink.md", "no front matter", "karmalink"),
        ("a.md", post("slug: karmalink", "rating: 99", "title: A: B"), "karmalink"),
        ("a.md", post("slug: Karmalink"), "karmalink"),
        ("karmalink.md", post("slug: other"), "karmalink"),
        ("a.md", post(f"id: {ID}"), ID),
        ("a.md", post(f"id: urn:uuid:{ID.upper()}"), ID),
        ("a.md", post("slug: x"), "posts/a.md"),
        ("a.md", "\x00", "posts/a.md"),
    ],
)
def test_a_post_is_found_by_slug_file_or_id(
    make_site: Callable[..., Site], name: str, content: str, wanted: str
) -> None:
    """However the slug is written, and whatever else is wrong with this post and others."""
    site = make_site({name: content, "z.md": post("title: [", "rating: karmalink"), "y.md": b"\xff\xfe"})

    assert find_post(site, wanted).file == site.posts / name


def test_a_slug_goes_before_the_name_of_a_file(make_site: Callable[..., Site]) -> None:
    """A file keeps its name when its slug changes, and another post may take the slug then."""
    site = make_site({"a.md": post("slug: b"), "b.md": post("slug: c")})

    assert [find_post(site, slug).name for slug in "abc"] == ["posts/a.md", "posts/a.md", "posts/b.md"]


def test_words_of_the_text_are_no_slugs(make_site: Callable[..., Site]) -> None:
    """Only front matter counts, and only its own keys."""
    site = make_site(
        {
            "a.md": post("slug: b", "film:", "  slug: karmalink", text="slug: karmalink\n"),
            "c.md": post("title: x"),
        }
    )

    assert with_slug(site, "karmalink") == []


def test_a_misspelt_slug_is_answered_with_the_nearest(make_site: Callable[..., Site]) -> None:
    """Nothing is edited on a guess."""
    site = make_site({"a.md": post("slug: 'karmalink'"), "the-fog.md": post("title: x")})

    for wanted, meant in (("karmlink", "karmalink"), ("thefog", "the-fog")):
        with pytest.raises(UsageError) as caught:
            find_post(site, wanted)
        assert caught.value.hint == f"did you mean {meant}?"


def test_two_posts_with_one_slug_are_both_named(make_site: Callable[..., Site]) -> None:
    """Which is meant, only the editor knows."""
    site = make_site({"a.md": post("slug: x"), "x.md": post("title: x")})

    with pytest.raises(Refused, match=r'2 posts have the slug "x": posts/a\.md, posts/x\.md'):
        find_post(site, "x")


@pytest.mark.parametrize(
    "wanted", ["posts/none.md", "../out.md", "publisher.toml.md", "posts/.hidden.md", "link.md"]
)
def test_what_is_no_post_of_the_site_is_not_found(
    make_site: Callable[..., Site], tmp_path: Path, wanted: str
) -> None:
    """Neither a file elsewhere, nor one that a link in the folder of posts leads to."""
    site = make_site({".hidden.md": post("slug: x")})
    (tmp_path / "publisher.toml.md").write_text(post("slug: x"))
    (site.posts / "link.md").symlink_to(tmp_path / "publisher.toml.md")

    with pytest.raises((UsageError, Refused)):
        find_post(site, wanted)
    assert not belongs(site.posts / "link.md", site)


def test_a_pipe_keeps_nobody_waiting(make_site: Callable[..., Site]) -> None:
    """What is no regular file is passed over."""
    site = make_site({"a.md": post("slug: x")})
    os.mkfifo(site.posts / "x.md")

    assert find_post(site, "x").name == "posts/a.md"
    with pytest.raises(Refused, match="not a regular file"):
        find_post(site, "posts/x.md")
