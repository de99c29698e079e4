"""What `attach` remembers of a film in the site's folder of state: what it wrote, and which film the editor said is meant.

A file for each review; each may be deleted at any time. Without the first, offers of which nobody can tell who wrote
them are left as they are, and what a sentence says is proposed again though the editor deleted it; without the second,
the editor is asked again.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

import orjson

from publisher.disk import put
from publisher.errors import EnvironmentFault
from publisher.site import keep_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.model import Film, Review
    from publisher.site import Site

WRITTEN, CHOSEN = "written-offers", "chosen-films"
_FORMAT = 1
# Bytes: three hundred offers, each with an address of some length.
_LONGEST = 512 * 1024
#: States of offers that are remembered of a review: those it has, and those that `undo` may bring back.
MOST_REMEMBERED = 300


def remembered_offers(review: Review, site: Site) -> tuple[Mapping[str, str], ...]:
    """Return the offers that `attach` wrote into a review's post, each by its keys, the latest last."""
    return _offers(review.id, "offers", site)


def _offers(review_id: str, which: str, site: Site) -> tuple[Mapping[str, str], ...]:
    offers = _read(review_id, WRITTEN, site).get(which)
    if not isinstance(offers, list) or len(offers) > MOST_REMEMBERED:
        return ()
    sound = [offer for offer in offers if isinstance(offer, dict) and _are_texts(offer)]
    return tuple(sound)


def remember_offers(review: Review, offers: Iterable[Mapping[str, str]], site: Site) -> None:
    """Remember offers that stand in a review's post as `attach` wrote them.

    Raises:
        EnvironmentFault: The folder of state cannot be written.
    """
    before, withdrawn = remembered_offers(review, site), withdrawn_offers(review, site)
    offers = [dict(offer) for offer in offers]
    after = [*(offer for offer in before if offer not in offers), *offers][-MOST_REMEMBERED:]
    if any(offer not in before or offer in withdrawn for offer in offers):
        left = [offer for offer in withdrawn if offer not in offers]
        _write(review.id, WRITTEN, {"offers": after, "withdrawn": left}, site)


def withdrawn_offers(review: Review, site: Site) -> tuple[Mapping[str, str], ...]:
    """Return those of the offers that `attach` wrote which it took out again itself, or `undo` did: no editor refused them."""
    return _offers(review.id, "withdrawn", site)


def withdraw_offers(review_id: str, offers: Iterable[Mapping[str, str]], site: Site) -> None:
    """Remember that offers were taken out of a review's post by a command, and not by an editor's hand.

    Raises:
        EnvironmentFault: The folder of state cannot be written.
    """
    written, before = _offers(review_id, "offers", site), _offers(review_id, "withdrawn", site)
    fresh = [dict(offer) for offer in offers if offer in written and offer not in before]
    if fresh:
        withdrawn = [*before, *fresh][-MOST_REMEMBERED:]
        _write(review_id, WRITTEN, {"offers": list(written), "withdrawn": withdrawn}, site)


def chosen_film(review: Review, site: Site) -> dict[str, str]:
    """Return the ids of the film that the editor said is meant, by scheme; none once the post says anything else of it."""
    kept = _read(review.id, CHOSEN, site)
    ids = kept.get("ids")
    if review.film is None or kept.get("film") != _described(review.film):
        return {}
    return ids if isinstance(ids, dict) and _are_texts(ids) else {}


def choose_film(review: Review, ids: Mapping[str, str], site: Site) -> None:
    """Remember which film the editor said is meant.

    Raises:
        EnvironmentFault: The folder of state cannot be written.
    """
    if review.film is not None:
        _write(review.id, CHOSEN, {"film": _described(review.film), "ids": dict(ids)}, site)


def place_of_choice(review: Review, site: Site) -> Path:
    """Name the file that an answer of the editor's is kept in: who deletes it is asked again."""
    return _file(review.id, CHOSEN, site)


def _described(film: Film) -> dict[str, Any]:
    """Say what a post says of its film, as far as it tells films apart."""
    return {
        "title": film.title,
        "original_title": film.original_title,
        "year": film.year,
        "directors": list(film.directors),
        "ids": dict(sorted(film.ids.items())),
    }


def _file(review_id: str, what: str, site: Site) -> Path:
    return site.state / what / f"{review_id}.json"


def _read(review_id: str, what: str, site: Site) -> dict[str, Any]:
    """Read a file; one that is not whole, or none of ours, says nothing."""
    try:
        handle = os.open(
            _file(review_id, what, site), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return {}
            found = orjson.loads(stream.read(_LONGEST))
    except (OSError, orjson.JSONDecodeError):
        return {}
    whole = isinstance(found, dict) and (found.get("format_version"), found.get("id")) == (_FORMAT, review_id)
    return found if whole else {}


def _write(review_id: str, what: str, said: Mapping[str, Any], site: Site) -> None:
    file = _file(review_id, what, site)
    data = orjson.dumps(
        {"format_version": _FORMAT, "id": review_id, **said},
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
    try:
        keep_private(site.state)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        put(file, data, mode=0o600)
    except OSError as error:
        raise EnvironmentFault(
            f"{site.display(file.parent)} cannot be written: {error.strerror or error}",
            "what `attach` wrote, and what you answered it, is remembered there",
        ) from None


def _are_texts(said: Mapping[Any, Any]) -> bool:
    return all(isinstance(text, str) for pair in said.items() for text in pair)
