"""A post on the desk: what is known of it before it is edited, whatever faults it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.ledger import Ledger
from publisher.model import Review, Status, Visibility, visibility
from publisher.posts.editing import peruse
from publisher.posts.finding import Found, find_post
from publisher.posts.reading import check_post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.ledger import Announced
    from publisher.posts.front_matter import FrontMatter
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class Subject:
    """A post that is to be edited.

    Attributes:
        found: Its file.
        front: Its front matter without the values at fault; None where it cannot be told what that says.
        review: The review; of a post with faults, as much of it as decides what the world may see. None where that
            cannot be told.
        told: What partners were last told of it; None when they never were.
        ledger: Whether anybody keeps book of what partners are told.
        now: The moment that decides what is live; aware.
    """

    site: Site
    found: Found
    front: FrontMatter | None
    review: Review | None
    told: Announced | None
    ledger: bool
    now: datetime

    @property
    def name(self) -> str:
        """How messages call the file."""
        return self.found.name

    @property
    def seen(self) -> Visibility | None:
        """What the world may see of it; None where a fault hides that."""
        return visibility(self.review, self.now) if self.review else None

    @property
    def known_live(self) -> bool:
        """Whether partners were last told that it can be read."""
        return self.told is not None and self.told.live

    @property
    def told_path(self) -> str | None:
        """The path it was last announced under, from the root of the host, without percent-encoding."""
        url = self.told.snapshot.get("url") if self.told else None
        return path_of(url) if isinstance(url, str) else None

    @property
    def previous(self) -> tuple[str, ...]:
        """The paths it is said to have had, as they are written."""
        listed = (peruse(self.found.data) or {}).get("previous")
        items = listed if isinstance(listed, tuple) else (listed,)
        return tuple(item for item in items if isinstance(item, str))

    @property
    def old_date(self) -> str:
        """What to do to a review that was put off after it was announced, in words."""
        before = self.told.snapshot.get("published") if self.told else None
        return f"set its date back{f', to date: {before}' if isinstance(before, str) else ''}"

    def path_with(self, slug: str) -> str | None:
        """Return the path it has with some slug; None where a fault keeps it from having any."""
        if self.review is None:
            return None
        address = self.site.address(slug=slug, id=self.review.id, date=self.review.date)
        return path_of(address)

    def show(self, moment: datetime) -> str:
        """Say a moment as people of the site read it."""
        return f"{moment.astimezone(self.site.zone):%Y-%m-%d %H:%M %Z}"


def look_up(site: Site, wanted: str, now: datetime) -> Subject:
    """Find the post that somebody names, and what is known of it.

    Raises:
        UsageError: There is none.
        Refused: Several have that slug, or the file cannot be read.
        ConfigurationError: The site's folder of posts does not exist.
        EnvironmentFault: The ledger cannot be used.
    """
    return subject_of(site, find_post(site, wanted), now)


def subject_of(site: Site, found: Found, now: datetime) -> Subject:
    """Find out what is known of a post.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    return subject_among(site, found, now, all_announced(site))


def subject_among(
    site: Site, found: Found, now: datetime, announced: Mapping[str, Announced] | None
) -> Subject:
    """Find out what is known of a post, by what `all_announced` said."""
    checked = check_post(found.data, found.file, site, now)
    front = checked.front
    review = checked.post.review if checked.post else _as_far_as_told(front, found, site)
    told = announced.get(found.id or "") if announced is not None else None
    return Subject(site, found, front, review, told, announced is not None, now)


def all_announced(site: Site) -> dict[str, Announced] | None:
    """Return what partners were last told of each review, by its id; None where nobody keeps book of it.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    ledger = Ledger.peek(site.state)
    if ledger is None:
        return None
    with ledger:
        return ledger.announced()


def path_of(url: str) -> str:
    """Return the path of an address, from the root of the host, without percent-encoding."""
    return unquote(urlsplit(url).path)


def bare(path: str) -> str:
    """Return a path as paths are compared: without percent-encoding; a slash at its end makes no difference."""
    return path_of(path).rstrip("/")


def _as_far_as_told(front: FrontMatter | None, found: Found, site: Site) -> Review | None:
    if front is None or front.date is None:
        return None
    at = front.retracted.at if front.retracted and front.status is Status.RETRACTED else None
    return Review(
        id=found.id or "",
        slug=found.slug or found.file.stem,
        title=front.title or "",
        date=front.date.at,
        updated=front.updated.at if front.updated else None,
        status=front.status,
        retracted=max(at, front.date.at) if at else None,
        language=site.language,
    )
