"""Which film the editor said is meant: remembered for as long as the post says the same of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault
from publisher.model import Film
from publisher.posts import read_posts
from publisher.watch.memory import CHOSEN, choose_film, chosen_film, place_of_choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.model import Review
    from publisher.site import Site
    from tests.conftest import MakeSite

IDS = {"imdb": "tt0021815", "tmdb": "12"}


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """Return a site with a post."""
    return make_site()


@pytest.fixture
def review(site: Site) -> Review:
    """Return a review of a film."""
    (post,) = read_posts(site).require_valid().posts
    return post.review


def test_an_answer_is_remembered_in_a_file_of_its_own(site: Site, review: Review) -> None:
    """It can be read by its owner only, and deleted by anybody who wants to be asked again."""
    assert chosen_film(review, site) == {}
    choose_film(review, IDS, site)

    assert chosen_film(review, site) == IDS
    assert chosen_film(replace(review, id="4c768283-9939-45ec-b325-53b5be6f9ce6"), site) == {}
    place = place_of_choice(review, site)
    assert place == site.state / CHOSEN / f"{review.id}.json"
    assert place.stat().st_mode & 0o777 == 0o600
    place.unlink()
    assert chosen_film(review, site) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Nosferatu"},
        {"year": 1932},
        {"year": None},
        {"original_title": "Drácula"},
        {"directors": ("George Melford",)},
        {"ids": {"imdb": "tt0021814"}},
    ],
)
def test_it_is_forgotten_when_the_post_says_something_else_of_the_film(
    site: Site, review: Review, changed: Mapping[str, object]
) -> None:
    """The answer was to another question; back as it was, it is known again."""
    film = review.film
    assert isinstance(film, Film)
    choose_film(review, IDS, site)

    assert chosen_film(replace(review, film=replace(film, **changed)), site) == {}  # type: ignore[arg-type]
    assert chosen_film(replace(review, tags=("new",)), site) == IDS


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"format_version": 1, "id": "x", "ids": {}}', b"[" * 9999]
)
def test_a_file_that_makes_no_sense_says_nothing(site: Site, review: Review, content: bytes) -> None:
    """Nor does a link, or what is no file."""
    choose_film(review, IDS, site)
    place = place_of_choice(review, site)
    place.write_bytes(content)
    assert chosen_film(review, site) == {}
    place.unlink()
    place.mkdir()
    assert chosen_film(review, site) == {}
    with pytest.raises(EnvironmentFault, match="chosen-films cannot be written"):
        choose_film(review, IDS, site)
