"""The sample site shows what a site can have: every key of front matter, every state, every kind of text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from publisher.model import OfferKind, Visibility, visibility
from publisher.posts import Post, read_posts
from publisher.posts.front_matter import FrontMatter
from publisher.site import load_site

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def posts() -> tuple[Post, ...]:
    """Give the posts of the sample site."""
    return read_posts(load_site(ROOT)).require_valid().posts


def known(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key that front matter can have."""
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        yield path
        for inner in models(field.annotation):
            yield from known(inner, path)


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models within an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models(argument)


def used(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key that a post has."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*above, str(key))
            yield from used(inner, (*above, str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from used(item, above)


def test_every_key_of_front_matter_is_used(posts: tuple[Post, ...]) -> None:
    """Whoever looks for an example of a key finds one."""
    there: set[tuple[str, ...]] = set()
    for post in posts:
        front = post.path.read_text(encoding="utf-8").split("---\n")[1]
        there |= set(used(yaml.safe_load(front)))

    assert set(known(FrontMatter)) - there == set()


def test_every_state_and_kind_of_rating_is_shown(posts: tuple[Post, ...]) -> None:
    """A draft, a scheduled and a retracted review, one without a rating and one with a half."""
    assert {visibility(post.review, NOW) for post in posts} == set(Visibility)
    ratings = [post.review.rating for post in posts]
    assert None in ratings
    assert any(rating is not None and rating % 1 for rating in ratings)
    assert any(post.review.correction for post in posts)
    assert {listing.terms.kind for post in posts for listing in post.review.watch} == set(OfferKind)
    assert len({country for post in posts if post.review.film for country in post.review.film.countries}) > 5


def test_every_kind_of_text_is_shown(posts: tuple[Post, ...]) -> None:
    """Footnotes, a table, a picture, a quote, and scripts other than Latin."""
    text = "\n".join(post.text() for post in posts)

    for form in (r"^\[\^1\]:", r"^\|", r"!\[[^\]]+\]\(", r"^> ", r"^- |^\d\. ", r"\]\(/reviews/"):
        assert re.search(form, text, re.MULTILINE), form
    titles = "".join(post.review.film.original_title or "" for post in posts if post.review.film)
    for script in ("[ァ-ヴ]", "[가-힣]", "[ऀ-ॿ]", "[؀-ۿ]"):
        assert re.search(script, titles), script


def test_reviews_are_reviews(posts: tuple[Post, ...]) -> None:
    """Each has 300 words or more, and none repeats what the program adds."""
    assert len(posts) >= 6
    for post in posts:
        assert len(post.text().split()) >= 300, post.name
        assert "Overall rating" not in post.text()


def test_karmalink_is_there_as_it_was(posts: tuple[Post, ...]) -> None:
    """The review the project grew from: 4 of 5, to rent on what was Vudu and on Apple TV."""
    (post,) = (post for post in posts if post.review.slug == "karmalink")

    assert post.review.rating == 4
    assert [(item.service, item.terms.kind) for item in post.review.watch] == [
        ("Vudu", OfferKind.RENT),
        ("Apple TV", OfferKind.RENT),
    ]
