"""Until when nothing changes by itself, and what a run that found everything as it should be puts down."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from publisher.cache.runs import FOLDER
from publisher.posts.turning_points import turning_points

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.cache.runs import Run
    from publisher.posts.reading import Post
    from publisher.site import Site


class Calm:
    """What the next run has to look at, gathered while posts go by."""

    def __init__(self, site: Site, now: datetime) -> None:
        """Take the site, and the moment of the run (aware)."""
        self._site = site
        self._now = now
        tomorrow = (now.astimezone(site.zone) + timedelta(days=1)).date()
        # Archives and days turn at midnight.
        self._until = datetime.combine(tomorrow, time(), site.zone).timestamp()
        self._looked: set[str] = set()
        self._whole = site.state == site.root / FOLDER.parent

    def take_in(self, post: Post) -> None:
        """Take in a post without errors."""
        self._looked.update(post.looked)
        self._whole = self._whole and bool(post.mark)
        for moment in turning_points(post.review):
            if moment > self._now:
                self._until = min(self._until, moment.timestamp())

    def put_down(self, run: Run, wrote: Iterable[Path], result: object) -> None:
        """Put down the run, where the next can be told by stamps alone; see `Run.put_down`."""
        if not self._whole:
            return
        ledger = self._site.ledger
        run.put_down(
            self._site.posts,
            looked=[*self._looked, ledger, ledger.with_name(f"{ledger.name}-wal")],
            wrote=wrote,
            since=self._now.timestamp(),
            until=self._until,
            result=result,
        )
