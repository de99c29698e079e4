"""Offers beside a post whose kind or link cannot be right: told like those of front matter, as far as it is certain."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.posts import read_posts
from publisher.posts.beside import file_beside

if TYPE_CHECKING:
    from tests.conftest import MakeSite

ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"
FILM = "movie/the-matrix/umc.cmc.af8k9kcq9r1s1qmmdxpq4itn"


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ({"service": "theaters", "kind": "subscription"}, ["offer-kind"]),
        ({"service": "theaters", "kind": "cinema"}, []),
        # A source looks at its services every day; what the catalogue knows of their kinds is not complete.
        ({"service": "netflix", "kind": "rent"}, []),
        ({"service": "apple-tv-store", "kind": "rent", "url": f"https://tv.apple.com/us/{FILM}"}, []),
        (
            {"service": "apple-tv-store", "kind": "rent", "url": f"https://tv.apple.com/gb/{FILM}"},
            ["offer-region"],
        ),
        ({"service": "apple-tv-store", "kind": "rent", "url": f"https://tv.apple.com/{FILM}"}, []),
    ],
)
def test_an_offer_of_a_source_is_held_to_what_is_certain(
    make_site: MakeSite, offer: dict[str, str], expected: list[str]
) -> None:
    """Alone, and behind an offer of which there is something to say."""
    site = make_site()
    usual = {"region": "US", "source": "tmdb", "checked": "2026-11-20"}
    closed = {"service": "shudder", "kind": "subscription", "until": "2026-11-01", **usual}
    file = file_beside(ID, site)
    file.parent.mkdir(exist_ok=True)
    for before, more in (([], []), ([closed], ["offer-expired"])):
        file.write_text(json.dumps({"format_version": 1, "id": ID, "offers": [*before, {**usual, **offer}]}))
        found = read_posts(site, (), now=datetime(2026, 11, 22, 12, tzinfo=UTC)).diagnostics

        assert [fault.code for fault in found] == [*more, *expected]
