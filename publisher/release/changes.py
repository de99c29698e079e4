"""What changed since partners were last told: the difference between the posts and the ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from publisher.content import film_fields, picture_url, rating_fields, sparse
from publisher.model import EventType, Visibility, as_of, visibility
from publisher.release.offers import OFFERS, remembered_offers, same_offers, told_offers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.ledger import Announced
    from publisher.posts import Post
    from publisher.site import Site


#: The fields of a snapshot whose change is an update.
COMPARED = ("title", "url", "summary", "rating", "film", "image", "updated")
#: What is told with an update, and does not make one: readers hear of a correction by `updated`.
TOLD_WITH = ("correction",)


@dataclass(frozen=True, slots=True)
class Change:
    """Something partners have not been told yet.

    Attributes:
        title: The review's title, for people.
        sequence: The number the event will have among the review's events.
        snapshot: What is remembered as announced; of a retraction, what was last announced.
        changed: Of an update, and of a change of offers, the fields that changed.
        offers_before: Where offers are among them, those that partners know and that are not over.
        url_before: Where the address is among them, the one that partners know.
        post: The post; None of a retraction.
        reason: Of a retraction, why.
        at: Of a retraction, when it was taken back; aware.
    """

    type: EventType
    review_id: str
    title: str
    url: str
    sequence: int
    snapshot: Mapping[str, Any]
    changed: tuple[str, ...] = ()
    offers_before: tuple[Mapping[str, str], ...] | None = None
    url_before: str | None = None
    post: Post | None = None
    reason: str | None = None
    at: datetime | None = None


def snapshot(post: Post, site: Site, now: datetime) -> dict[str, Any]:
    """Return the fields whose change makes an event; a typo in the text is not among them.

    The summary counts only when the editor wrote one: one that was derived changes with the text. The offers are there
    even where there are none, so that nothing is told apart from what was never remembered.
    """
    review, image = post.review, post.review.image
    fields = sparse(
        {
            "title": review.title,
            "url": site.url_of(review),
            "summary": review.summary,
            "rating": rating_fields(review.rating, site.scale) if review.rating is not None else None,
            "film": film_fields(review.film) if review.film else None,
            "image": sparse({"url": picture_url(post, site), "alt": image.alt, "credit": image.credit})
            if image
            else None,
            "updated": review.updated.isoformat() if review.updated else None,
            "correction": review.correction,
            # Not compared: they tell an editor which date and slug to set back.
            "published": review.date.isoformat(),
            "slug": review.slug,
        }
    )
    return {**fields, OFFERS: remembered_offers(review, site, now)}


def find_changes(
    posts: Iterable[Post], announced: Mapping[str, Announced], site: Site, now: datetime
) -> list[Change]:
    """Compare the reviews with what was announced: oldest review first, retractions last."""
    changes: list[Change] = []
    posts = sorted(posts, key=lambda post: (post.review.date, post.review.id))
    for post in posts:
        if visibility(post.review, now) is Visibility.LIVE:
            told = announced.get(post.review.id)
            change = _of_live(replace(post, review=as_of(post.review, now)), told, site, now)
            if change is not None:
                changes.append(change)
    return [*changes, *find_retractions(posts, announced, now)]


def find_retractions(
    posts: Iterable[Post], announced: Mapping[str, Announced], now: datetime
) -> list[Change]:
    """Find the reviews that were announced and are not live any more, by id."""
    gone = {review_id: told for review_id, told in sorted(announced.items()) if told.live}
    hidden: dict[str, Post] = {}
    for post in posts if gone else ():
        if visibility(post.review, now) is Visibility.LIVE:
            gone.pop(post.review.id, None)
        else:
            hidden[post.review.id] = post
    return [_retraction(told, hidden.get(review_id), now) for review_id, told in gone.items()]


def unremembered_offers(
    posts: Iterable[Post], announced: Mapping[str, Announced], site: Site, now: datetime
) -> list[Announced]:
    """Find the live reviews whose offers nobody remembers, with the offers they have: no event, for nobody missed one.

    They were announced by a version of the program that told nothing of offers by themselves.
    """
    found = []
    for post in posts:
        told = announced.get(post.review.id)
        if told is None or not told.live or visibility(post.review, now) is not Visibility.LIVE:
            continue
        if told_offers(told.snapshot, now) is None:
            offers = remembered_offers(post.review, site, now)
            found.append(replace(told, snapshot={**told.snapshot, OFFERS: offers}))
    return found


def _of_live(post: Post, told: Announced | None, site: Site, now: datetime) -> Change | None:
    current = snapshot(post, site, now)
    change = Change(
        type=EventType.PUBLISHED,
        review_id=post.review.id,
        title=post.review.title,
        url=str(current["url"]),
        sequence=(told.sequence if told else 0) + 1,
        snapshot=current,
        post=post,
    )
    if told is None or not told.live:
        return change
    changed = _differing(COMPARED, current, told.snapshot)
    before = _other_offers(current, told, now)
    if not changed and before is None:
        return None
    if changed:
        changed |= _differing(TOLD_WITH, current, told.snapshot)
    if before is not None:
        changed |= {OFFERS}
    return replace(
        change,
        type=_kind(changed),
        changed=tuple(sorted(changed)),
        offers_before=before,
        url_before=told.snapshot.get("url") if "url" in changed else None,
    )


def _kind(changed: frozenset[str]) -> EventType:
    """Say what a change of these fields is called: a new address above all, because links lead there."""
    if "url" in changed:
        return EventType.MOVED
    return EventType.OFFERS_CHANGED if changed == {OFFERS} else EventType.UPDATED


def _other_offers(
    current: Mapping[str, Any], told: Announced, now: datetime
) -> tuple[Mapping[str, str], ...] | None:
    """Return the offers that partners know, where they are others by now; None where they are the same.

    Time alone makes no change: when an offer begins and when it ends was told with it. What is over is not compared.
    """
    before, after = told_offers(told.snapshot, now), told_offers(current, now)
    if before is None or after is None or same_offers(before, after):
        return None
    return before


def _differing(keys: Iterable[str], one: Mapping[str, Any], two: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(key for key in keys if one.get(key) != two.get(key))


def _retraction(told: Announced, post: Post | None, now: datetime) -> Change:
    at = now
    if post is None:
        reason = "deleted"
    elif visibility(post.review, now) is Visibility.RETRACTED:
        reason = post.review.reason or "retracted"
        at = post.review.retracted or now
    else:
        reason = "unpublished"
    return Change(
        type=EventType.RETRACTED,
        review_id=told.review_id,
        title=str(told.snapshot.get("title", "")),
        url=str(told.snapshot.get("url", "")),
        sequence=told.sequence + 1,
        snapshot=told.snapshot,
        reason=reason,
        at=at,
    )
