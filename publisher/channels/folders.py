"""Under which folder the feed of a tag or of an author lies: a name that is safe on every disk and in every address."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from publisher.posts.identifiers import SLUG_LIMIT, alike, slug_from

#: A name of so many characters is safe on every disk, with room for what stands behind it.
_LONGEST = 120


@lru_cache(maxsize=4096)
def tag_folder(tag: str) -> str:
    """Return the folder of a tag's feed: the same for every way of writing it (`Sci-Fi`, `sci fi`).

    A tag without letters and digits, or too long for a name on the disk, gets one that is made of its digest.
    """
    folded = alike(tag)
    slug = _slug(folded)
    return slug or f"tag-{_digest(folded)}"


def author_folder(key: str) -> str:
    """Return the folder of an author's feed: the key itself where that is a name in lower case, as most are.

    To any other a part of its digest is added, so that no two keys share a folder, on no disk, and none leads out of it.
    """
    slug = _slug(alike(key))
    if slug is not None and slug == key.replace("_", "-"):
        return key
    return f"{slug or 'author'}-{_digest(key)}"


def _slug(folded: str) -> str | None:
    # Of a longer one, the slug is but the beginning: it stands for many.
    slug = slug_from(folded) if len(folded) <= SLUG_LIMIT else None
    if slug is not None and not slug.isascii():
        # As host names have it (RFC 3492): disks and locales differ in what other letters are. No slug has two hyphens.
        slug = f"xn--{slug.encode('punycode').decode('ascii')}"
    return slug if slug is not None and len(slug) <= _LONGEST else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
