"""What changed since partners were last told: the difference between the posts and the ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from publisher.content import film_fields, picture_url, rating_fields, sparse
from publisher.model import EventType, Visibility, as_of, visibility

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
        changed: Of an update, the fields that changed.
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
    post: Post | None = None
    reason: str | None = None
    at: datetime | None = None


def snapshot(post: Post, site: Site) -> dict[str, Any]:
    """Return the fields whose change makes an event; a typo in the text is not among them.

    The summary counts only when the editor wrote one: one that was derived changes with the text.
    """
    review, image = post.review, post.review.image
    return sparse(
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


def find_changes(
    posts: Iterable[Post], announced: Mapping[str, Announced], site: Site, now: datetime
) -> list[Change]:
    """Compare the reviews with what was announced: oldest review first, retractions last."""
    changes: list[Change] = []
    live: set[str] = set()
    hidden: dict[str, Post] = {}
    for post in sorted(posts, key=lambda post: (post.review.date, post.review.id)):
        if visibility(post.review, now) is not Visibility.LIVE:
            hidden[post.review.id] = post
            continue
        live.add(post.review.id)
        change = _of_live(replace(post, review=as_of(post.review, now)), announced.get(post.review.id), site)
        if change is not None:
            changes.append(change)
    changes += [
        _retraction(told, hidden.get(review_id), now)
        for review_id, told in sorted(announced.items())
        if told.live and review_id not in live
    ]
    return changes


def _of_live(post: Post, told: Announced | None, site: Site) -> Change | None:
    review = post.review
    current = snapshot(post, site)
    kind, changed = EventType.PUBLISHED, frozenset[str]()
    if told is not None and told.live:
        kind = EventType.UPDATED
        changed = _differing(COMPARED, current, told.snapshot)
        if not changed:
            return None
        changed |= _differing(TOLD_WITH, current, told.snapshot)
    return Change(
        type=kind,
        review_id=review.id,
        title=review.title,
        url=str(current["url"]),
        sequence=(told.sequence if told else 0) + 1,
        snapshot=current,
        changed=tuple(sorted(changed)),
        post=post,
    )


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
