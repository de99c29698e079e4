"""The feeds a site defines itself: a review stands in one when it meets every condition, and leaves when it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from publisher.model import Film, OfferKind, Status
from publisher.site import FeedRule
from tests.channels.channel_sites import DESK, NOW, ODD, channels, numbers, offer, post, site_with

if TYPE_CHECKING:
    from publisher.posts import Post

DAY = timedelta(days=1)
RENT, FREE, STREAM = OfferKind.RENT, OfferKind.FREE, OfferKind.SUBSCRIPTION


def standing(posts: list[Post], **rule: Any) -> list[int]:
    """Return the posts that stand in a feed of that rule."""
    return numbers(channels(posts, site_with(rules=(FeedRule(name="own", **rule),)))["own"])


def film(**fields: Any) -> Film:
    """Make a film."""
    return Film(**{"title": "A film", "ids": {}, **fields})


@pytest.mark.parametrize(
    ("rule", "fits", "not_quite"),
    [
        ({"tags": ("Sci Fi",)}, {"tags": ("gothic", "sci-fi")}, {"tags": ("science fiction",)}),
        ({"tags": ("a", "b")}, {"tags": ("b",)}, {"tags": ()}),
        ({"authors": ("odd",)}, {"authors": (DESK, ODD)}, {"authors": (DESK,)}),
        ({"minimum_rating": Decimal("3.5")}, {"rating": Decimal("3.5")}, {"rating": Decimal(3)}),
        ({"minimum_rating": Decimal(0)}, {"rating": Decimal(0)}, {"rating": None}),
        ({"countries": ("KH", "TH")}, {"film": film(countries=("US", "KH"))}, {"film": film(countries=("US",))}),
        ({"countries": ("KH",)}, {"film": film(countries=("KH",))}, {"film": None}),
        ({"years": ((1970, 1979),)}, {"film": film(year=1979)}, {"film": film(year=1980)}),
        ({"years": ((1970, 1970), (1999, 1999))}, {"film": film(year=1999)}, {"film": film(year=1998)}),
        ({"years": ((1970, 1979),)}, {"film": film(year=1970)}, {"film": film(year=None)}),
        ({"services": ("netflix",)}, {"watch": (offer("Netflix"),)}, {"watch": (offer("Kanopy"),)}),
        ({"services": ("fandango-at-home",)}, {"watch": (offer("Vudu", RENT),)}, {"watch": ()}),
        ({"kinds": (FREE, RENT)}, {"watch": (offer(kind=RENT),)}, {"watch": (offer(kind=STREAM),)}),
        ({"regions": ("GB",)}, {"watch": (offer(region="GB"),)}, {"watch": (offer(region="US"),)}),
        ({"regions": ("GB",)}, {"watch": (offer(region="GB"),)}, {"watch": (offer(region=None),)}),
    ],
)  # fmt: skip
def test_each_condition_by_itself(
    rule: dict[str, Any], fits: dict[str, Any], not_quite: dict[str, Any]
) -> None:
    """A condition is met by any of its values; what has nothing to judge by does not meet it."""
    assert standing([post(1, **fits), post(2, **not_quite)], **rule) == [1]


def test_a_rule_without_conditions_is_met_by_all() -> None:
    """It is a feed of everything, which may be shorter, or have summaries only."""
    found = channels([post(1), post(2)], site_with(rules=(FeedRule(name="own", limit=1, full=False),)))["own"]
    assert (numbers(found), found.full) == ([2], False)


def test_all_conditions_have_to_be_met() -> None:
    """Each of these posts lacks one of them."""
    good: dict[str, Any] = {
        "tags": ("ghosts",),
        "authors": (ODD,),
        "rating": Decimal(4),
        "film": film(year=1999, countries=("JP",)),
        "watch": (offer("Shudder"),),
    }
    lacking: list[dict[str, Any]] = [
        {"tags": ("war",)},
        {"authors": (DESK,)},
        {"rating": Decimal("3.5")},
        {"film": film(year=1998, countries=("JP",))},
        {"film": film(year=1999, countries=("US",))},
        {"watch": (offer("Netflix"),)},
    ]
    posts = [
        post(number, **(good | change)) for number, change in enumerate([dict[str, Any](), *lacking], start=1)
    ]
    rule = {
        "tags": ("ghosts",),
        "authors": ("odd",),
        "minimum_rating": Decimal(4),
        "years": ((1999, 1999),),
        "countries": ("JP",),
        "services": ("shudder",),
    }
    assert standing(posts, **rule) == [1]


def test_service_kind_and_region_are_those_of_one_offer() -> None:
    """To rent in Britain and to stream in the States is not to stream in Britain."""
    apart = (offer("Netflix", RENT, region="GB"), offer("Kanopy", FREE, region="GB"), offer("Netflix", FREE))
    together = (*apart, offer("Netflix", FREE, region="GB"))
    posts = [post(1, watch=apart), post(2, watch=together)]
    assert standing(posts, services=("netflix",), kinds=(FREE,), regions=("GB",)) == [2]


def test_only_offers_of_now_count() -> None:
    """One that has ended is none any more, and one that is to come none yet; to the moment."""
    posts = [
        post(1, watch=(offer(starts=NOW - DAY, ends=NOW + DAY),)),
        post(2, watch=(offer(ends=NOW),)),
        post(3, watch=(offer(starts=NOW + timedelta(seconds=1)),)),
        post(4, watch=(offer(starts=NOW),)),
        post(5, watch=(offer(ends=NOW + timedelta(seconds=1)),)),
    ]
    assert standing(posts, services=("netflix",)) == [5, 4, 1]


def test_a_post_that_leaves_is_gone_and_the_feed_stays() -> None:
    """Changed, hidden or taken back: the feed has what is left, to the last and beyond."""
    site = site_with(rules=(FeedRule(name="own", tags=("ghosts",)),))
    ghost = post(1, tags=("ghosts",))
    assert numbers(channels([ghost], site)["own"]) == [1]
    changes: tuple[dict[str, Any], ...] = (
        {"tags": ("war",)},
        {"status": Status.DRAFT},
        {"date": NOW + DAY},
        {"status": Status.RETRACTED, "retracted": NOW - DAY, "reason": "wrong"},
    )
    for change in changes:
        left = channels([replace(ghost, review=replace(ghost.review, **change))], site)["own"]
        assert (numbers(left), left.listed) == ([], True)


def test_a_feed_tells_of_what_was_taken_back_from_it_and_of_nothing_else() -> None:
    """Tombstones are for those who had the review."""
    gone: dict[str, Any] = {"status": Status.RETRACTED, "retracted": NOW - DAY, "reason": "wrong"}
    posts = [post(1, tags=("ghosts",), **gone), post(2, tags=("war",), authors=(ODD,), **gone)]
    found = channels(posts, site_with(rules=(FeedRule(name="own", tags=("ghosts",)),)))
    told = {name: [int(review.id[-12:]) for review in channel.retracted] for name, channel in found.items()}
    assert told == {"": [2, 1], "own": [1], "authors/desk": [1], "authors/odd": [2]}


def test_titles_come_from_the_site_unless_the_rule_has_them() -> None:
    """A name is a title of last resort."""
    rules = (FeedRule(name="bare"), FeedRule(name="told", title="Told", description="All of it"))
    found = channels([], site_with(rules=rules))
    assert (found["bare"].title, found["bare"].description) == (
        "The Pinned Wing: bare",
        "The Pinned Wing: bare",
    )
    assert (found["told"].title, found["told"].description) == ("Told", "All of it")
