"""The entries that feeds are put together from: each is made once, in every format, and kept for later runs."""

from __future__ import annotations

import itertools
import os
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

import msgspec

from publisher.cache import FOLDER, Store, code_version, looks
from publisher.channels import live_post
from publisher.content import present
from publisher.feeds import FORMS, write_entry
from publisher.outputs.spool import Place, Spool
from publisher.parallel import UNDONE, in_order
from publisher.site import bearing, keep_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.posts import Post
    from publisher.site import Site

#: A review's id, and whether its entry has the whole text.
Key: TypeAlias = tuple[str, bool]
_FORMS = {form: number for number, form in enumerate(FORMS)}
# A feed of so many is one of all reviews, as a rule.
_MANY = 1000
_numbers = itertools.count()
# Entries that come back from another process find their way to the maker that this one has.
_makers: WeakValueDictionary[int, EntryMaker] = WeakValueDictionary()


class _Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Where an entry lies, and the mark of the post that it was made of."""

    mark: bytes
    place: Place


_rows = msgspec.msgpack.Decoder(_Row)
_encoder = msgspec.msgpack.Encoder()
# A file that is so many times as long as what is wanted of it is done away with.
_WASTE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """What was made of one post: its entry with the whole text, in every format."""

    maker: EntryMaker
    place: Place

    def __reduce__(self) -> tuple[object, ...]:
        return _entries, (self.maker.number, tuple(self.place))


def _entries(maker: int, place: tuple[Any, ...]) -> Entries:
    return Entries(_makers[maker], Place(*place))


class EntryMaker:
    """Makes the entries of a site as of one moment, and keeps them for later runs.

    It can be given to `read_posts`, which has the text of each post at hand: so no file is read twice.
    """

    def __init__(self, site: Site, now: datetime) -> None:
        """Take the site, and the moment that entries are made for (aware).

        Raises:
            EnvironmentFault: Neither the site's folder of state nor that for temporary files can be written.
        """
        self.site = site
        self.now = now
        folder = site.state / FOLDER
        self.spool = Spool(folder if _is_writable(folder) else None)
        self.number = next(_numbers)
        self._loose: set[Key] = set()
        self._store = Store(folder, "entries", f"{code_version()} {bearing(site)}")
        _makers[self.number] = self

    def __call__(self, post: Post, text: str) -> Entries | None:
        """Make the entry of a post that was just read, if the world may see it.

        Raises:
            Refused: A picture that it uses changed meanwhile.
            EnvironmentFault: The disk is full.
        """
        live = live_post(post, self.now) if self._all_shown else None
        return Entries(self, self._made(live, text, full=True)) if live is not None else None

    @property
    def _all_shown(self) -> bool:
        """Whether feeds show most of the reviews, and not just the newest."""
        about = self.site.syndication
        return about.archive is not None or about.limit >= _MANY

    def fill(self, needed: Mapping[Key, Post]) -> dict[Key, Place]:
        """Return where the entries of posts lie; what nobody made yet is made, and kept for later runs.

        Raises:
            Refused: A post, or a picture that it uses, changed since it was checked.
            EnvironmentFault: The disk is full.
        """
        found: dict[Key, Place] = {}
        fresh: dict[str, bytes] = {}
        kept = self._store.rows() if needed else {}
        for key, post in needed.items():
            if key[1] and isinstance(post.made, Entries) and post.made.maker is self:
                found[key] = post.made.place
                fresh |= self._row(key, post.made.place, post)
            elif (place := _kept_place(kept.get(_name(key)), post.mark_at(self.now))) is not None:
                found[key] = place
        missing = [key for key in needed if key not in found]

        def make(key: Key) -> tuple[Place, bool]:
            post = needed[key]
            with looks() as others:
                place = self._made(post, None, full=key[1])
            # What hangs on a file that the post's mark does not tell of is good for this run only.
            return place, others.keys() <= set(post.looked)

        for key, made in zip(missing, in_order(make, missing), strict=True):
            place, whole = make(key) if made is UNDONE else made
            found[key] = Place(*place)
            if not whole:
                self._loose.add(key)
            else:
                fresh |= self._row(key, Place(*place), needed[key])
        self._keep(kept, fresh)
        return found

    def read(self, post: Post, place: Place, form: str, *, full: bool) -> bytes:
        """Return an entry in one of `FORMS`; one that is lost, or not as it was put down, is made again.

        Raises:
            Refused: The post, or a picture that it uses, changed since it was checked.
        """
        data = self.spool.get(place, _FORMS[form])
        if data is not None:
            return data
        return list(self._written(post, None, full=full))[_FORMS[form]]

    def is_marked(self, post: Post, *, full: bool) -> bool:
        """Tell whether the mark of a post tells all that its entry was made of, as far as that was made by `fill`."""
        return (post.review.id, full) not in self._loose

    def fits(self, site: Site, now: datetime) -> bool:
        """Tell whether what this maker made is right for a site and a moment."""
        return self.site is site and self.now == now

    def _made(self, post: Post, text: str | None, *, full: bool) -> Place:
        return self.spool.put(self._written(post, text, full=full))

    def _written(self, post: Post, text: str | None, *, full: bool) -> list[bytes]:
        entry = present(post, self.site, self.now, text)
        return list(write_entry(entry, self.site, full=full).values())

    def _row(self, key: Key, place: Place, post: Post) -> dict[str, bytes]:
        mark = post.mark_at(self.now)
        return {_name(key): _encoder.encode(_Row(mark, place))} if mark else {}

    def _keep(self, kept: Mapping[str, bytes], fresh: Mapping[str, bytes]) -> None:
        """Keep where entries lie, and do away with files of which little is wanted any more."""
        if not fresh or self.spool.is_temporary:
            return
        live: Counter[str] = Counter()
        names: defaultdict[str, list[str]] = defaultdict(list)
        for name, data in {**kept, **fresh}.items():
            with suppress(msgspec.MsgspecError):
                place = _rows.decode(data).place
                live[place.file] += sum(place.lengths)
                names[place.file].append(name)
        sizes = self.spool.sizes()
        wasted = [file for file in names if sizes.get(file, 0) > _WASTE * live[file]]
        gone = [name for file in wasted for name in names[file] if name not in fresh]
        self._store.save(fresh, gone)
        self.spool.forget(names.keys() - set(wasted))


def maker_of(posts: Iterable[Post], site: Site, now: datetime) -> EntryMaker:
    """Return who made the entries of posts when they were read, if that fits a site and a moment; otherwise a new one.

    Raises:
        EnvironmentFault: Neither the site's folder of state nor that for temporary files can be written.
    """
    for post in posts:
        if isinstance(post.made, Entries) and post.made.maker.fits(site, now):
            return post.made.maker
    return EntryMaker(site, now)


def _name(key: Key) -> str:
    return f"{key[0]} {'full' if key[1] else 'summary'}"


def _kept_place(data: bytes | None, mark: bytes) -> Place | None:
    if data is None or not mark:
        return None
    try:
        row = _rows.decode(data)
    except msgspec.MsgspecError:
        return None
    return row.place if row.mark == mark else None


def _is_writable(folder: Path) -> bool:
    """Make a folder for what is kept, if it is not there; tell whether it can be written."""
    try:
        keep_private(folder.parent)
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
