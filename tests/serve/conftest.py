"""A site with a review of each kind, generated and served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.site import FILE_NAME, load_site
from tests.conftest import CONFIGURATION
from tests.serve.visiting import generated, post, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.site import Site
    from tests.serve.visiting import Visitor

POSTS = {
    "live.md": post(1, "Alive", "previous: [/old/alive/, /old/page.html]\ntags: [ghosts]"),
    "other.md": post(2, "Another", "date: 2024-04-01T09:00"),
    "draft.md": post(3, "Unfinished", "status: draft\nsummary: Secret of the draft."),
    "later.md": post(4, "Tomorrow", "date: 2026-12-24T18:00\nsummary: Secret of the future."),
    "gone.md": post(
        5,
        "Taken",
        "status: retracted\nretracted: 2026-11-01T09:00\nreason: It was not ours.\nprevious: [/old/taken/]",
    ),
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Serve such a site for all tests of a module; none of them may change it."""
    root = tmp_path_factory.mktemp("site")
    (root / "posts").mkdir()
    (root / FILE_NAME).write_text(CONFIGURATION, encoding="utf-8")
    for name, text in POSTS.items():
        (root / "posts" / name).write_text(text, encoding="utf-8")
    with serving(generated(load_site(root))) as found:
        yield found


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """Make a site with a live review, a draft, a scheduled and a retracted one, and generate its feeds."""
    return generated(make_site(POSTS))


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    """Serve that site."""
    with serving(site) as found:
        yield found
