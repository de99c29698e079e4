"""Offers as they stand in front matter: what they say, and whether somebody left a comment in one."""

from __future__ import annotations

import pytest

from publisher.errors import Refused
from publisher.posts.watch_reading import offer_items

PLAIN = "  - service: Netflix\n    kind: rent\n    source: tmdb\n"


def read(front: str) -> list[tuple[dict[str, str], bool]]:
    """Read the offers of a post."""
    items = offer_items(f"---\n{front}---\n\nText. # no comment\n".encode(), "a.md")
    return [(dict(item.keys), item.annotated) for item in items]


def notes(front: str) -> list[bool]:
    """Tell which offers have a comment in them."""
    return [annotated for _, annotated in read(front)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_keys_are_read_as_they_are_typed(line_end: str) -> None:
    """In quotes and without, between braces, empty; whatever the line ends."""
    front = "slug: a\nwatch:\n  - service: 'A # b'\n    via:\n  - {service: \"C\", price: 3.99 USD}\n"

    assert read(front.replace("\n", line_end)) == [
        ({"service": "A # b", "via": ""}, False),
        ({"service": "C", "price": "3.99 USD"}, False),
    ]


@pytest.mark.parametrize(
    ("front", "annotated"),
    [
        (f"watch: # c\n{PLAIN}", [False]),
        (f"watch:\n  # above\n{PLAIN}  # below\n# outside\n", [False]),
        (f"watch:\n{PLAIN}\n    # deeper\n{PLAIN}", [True, False]),
        (f"watch:\n{PLAIN}{PLAIN}    # deeper\nslug: a\n", [False, True]),
        (f"watch:\n{PLAIN}slug: a # c\n", [False]),
        ("watch:\n- service: A\n # deeper than the dash\n- service: B\n", [True, False]),
        ("watch:\n  - service: A # c\n  - service: B\n", [True, False]),
        ("watch:\n  - service: A\n    # between\n    kind: rent\n", [True]),
        ("watch:\n  - service: A\n# at the margin\n    kind: rent\n", [True]),
        ("watch:\n  - # behind the dash\n    service: A\n", [True]),
        ("watch:\n  -\n    service: A\n    kind: rent # c\n", [True]),
        ("watch:\n  - service: A\n    via: |\n      # text\n", [True]),
        ("watch:\n  - service: A\n    url: https://a.example/#b\n", [False]),
        ("watch: [{service: A}, {service: B}] # c\n", [False, False]),
        ("watch: [{service: A}, # c\n  {service: B}]\n", [True, False]),
        ("watch: [{service: A}, {service: B} # c\n  ]\n", [False, True]),
        ("watch: [{service: A, # c\n  kind: rent}, {service: B}]\n", [True, False]),
        ("{slug: a, watch: [{service: A}]}\n", [False]),
        ('watch: [{service: "a # b"}]\n', [False]),
    ],
)
def test_a_comment_belongs_to_the_offer_it_stands_in(front: str, annotated: list[bool]) -> None:
    """On its lines, or indented farther than its dash; between offers it belongs to none."""
    assert notes(front) == annotated


@pytest.mark.parametrize(
    "front", ["slug: a\n", "watch:\n", "watch: []\n", "watch: Vudu\n", "watch: [Vudu]\n"]
)
def test_what_is_no_list_of_groups_has_no_offers(front: str) -> None:
    """Nor has what cannot be read, of which that is said."""
    assert read(front) == []
    with pytest.raises(Refused):
        offer_items(b"---\nslug: a\n", "a.md")
