"""The entries that feeds are put together from: each is made once, in every format, by whichever process has its post at hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from publisher.channels import live_post
from publisher.content import present
from publisher.feeds import FORMS, write_entry
from publisher.outputs.spool import Place, Spool
from publisher.parallel import UNDONE, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.posts import Post
    from publisher.site import Site

_FORMS = {form: number for number, form in enumerate(FORMS)}
# A feed of so many is one of all reviews, as a rule.
_MANY = 1000
_numbers = itertools.count()
# Entries that come back from another process find their way to the maker that this one has.
_makers: WeakValueDictionary[int, EntryMaker] = WeakValueDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """What was made of one post: its entry with the whole text, in every format."""

    maker: EntryMaker
    place: Place

    def __reduce__(self) -> tuple[object, ...]:
        return _entries, (self.maker.number, self.place)

    def read(self, form: str) -> bytes:
        """Return the entry in one of `FORMS`."""
        return self.maker.spool.get(self.place, _FORMS[form])


def _entries(maker: int, place: Place) -> Entries:
    return Entries(_makers[maker], place)


class EntryMaker:
    """Makes the entries of a site as of one moment.

    It can be given to `read_posts`, which has the text of each post at hand: so no file is read twice. What is made waits
    in the folder for temporary files, for as long as there are posts that have it.
    """

    def __init__(self, site: Site, now: datetime) -> None:
        """Take the site, and the moment that entries are made for (aware).

        Raises:
            EnvironmentFault: The folder for temporary files cannot be written.
        """
        self.site = site
        self.now = now
        self.spool = Spool()
        self.number = next(_numbers)
        _makers[self.number] = self

    def __call__(self, post: Post, text: str) -> Entries | None:
        """Make the entry of a post that was just read, if the world may see it.

        Raises:
            Refused: A picture that it uses changed meanwhile.
            EnvironmentFault: The disk of temporary files is full.
        """
        live = live_post(post, self.now) if self._all_shown else None
        return self._made(live, text, full=True) if live is not None else None

    @property
    def _all_shown(self) -> bool:
        """Whether feeds show most of the reviews, and not just the newest."""
        about = self.site.syndication
        return about.archive is not None or about.limit >= _MANY

    def fill(self, needed: Mapping[tuple[str, bool], Post]) -> dict[tuple[str, bool], Entries]:
        """Return the entries of posts, by id and whether they have the whole text; what nobody made yet is made.

        Raises:
            Refused: A post, or a picture that it uses, changed since it was checked.
            EnvironmentFault: The disk of temporary files is full.
        """
        found: dict[tuple[str, bool], Entries] = {}
        for key, post in needed.items():
            made = post.made
            if key[1] and isinstance(made, Entries) and made.maker.fits(self.site, self.now):
                found[key] = made
        missing = [key for key in needed if key not in found]

        def make(key: tuple[str, bool]) -> Entries:
            return self._made(needed[key], None, full=key[1])

        for key, made in zip(missing, in_order(make, missing), strict=True):
            found[key] = make(key) if made is UNDONE else made
        return found

    def fits(self, site: Site, now: datetime) -> bool:
        """Tell whether what this maker made is right for a site and a moment."""
        return self.site is site and self.now == now

    def _made(self, post: Post, text: str | None, *, full: bool) -> Entries:
        entry = present(post, self.site, self.now, text)
        return Entries(self, self.spool.put(list(write_entry(entry, self.site, full=full).values())))
