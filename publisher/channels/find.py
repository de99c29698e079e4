"""Which feeds a site has at a moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.channels.archive import find_pages
from publisher.channels.channel import MAIN, Channel, ChannelKind
from publisher.channels.folders import author_folder, tag_folder
from publisher.channels.membership import stands_in
from publisher.values.checkers import TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.model import Review
    from publisher.posts import Post
    from publisher.site import FeedRule, Site

#: The folders of the feeds of authors and of tags.
AUTHORS, TAGS = "authors", "tags"


def find_channels(
    live: Sequence[Post],
    retracted: Sequence[Review],
    site: Site,
    now: datetime,
    kept: Mapping[str, str | None],
) -> list[Channel]:
    """Find the feeds of a site: the main feed, the site's own, those of authors and of tags, and the archive.

    Args:
        live: The posts that are live at `now`; the newest first, as `live_posts` gives them.
        retracted: The reviews that were taken back; the newest first.
        site: The site.
        now: The moment to look at; aware.
        kept: The names of the feeds that were there before, and of a tag's feed the tag. A feed that somebody may
            have subscribed to stays, though it be empty, as long as the configuration asks for feeds of its kind.
    """
    main, *pages = find_chain(live, retracted, site, now, kept)
    return [
        main,
        *(_of_rule(rule, live, retracted, site, now) for rule in site.syndication.rules),
        *_of_authors(live, retracted, site),
        *_of_tags(live, retracted, site, kept),
        *pages,
    ]


def find_chain(
    live: Sequence[Post],
    retracted: Sequence[Review],
    site: Site,
    now: datetime,
    kept: Iterable[str],
) -> list[Channel]:
    """Find the main feed and the pages of its archive, the newest first; otherwise as `find_channels`.

    Where the site has an archive, every live review stands in one of them at least.
    """
    pages = find_pages(live, site, now, kept)
    return [_main(live, retracted, site, pages), *pages]


def _main(live: Sequence[Post], retracted: Sequence[Review], site: Site, pages: Sequence[Channel]) -> Channel:
    size = site.syndication.limit
    if site.syndication.archive is not None:
        # Whoever walks from here to the pages misses nothing: down to the oldest review that no page has yet.
        paged = {post.review.id for page in pages for post in page.posts}
        unpaged = (place for place, post in enumerate(live, start=1) if post.review.id not in paged)
        size = max([size, *unpaged])
    return Channel(
        kind=ChannelKind.MAIN,
        name=MAIN,
        title=site.title,
        description=site.tagline or site.title,
        posts=tuple(live[:size]),
        retracted=tuple(retracted),
        older=pages[0].name if pages else None,
    )


def _of_rule(
    rule: FeedRule, live: Sequence[Post], retracted: Sequence[Review], site: Site, now: datetime
) -> Channel:
    title = rule.title or f"{site.title}: {rule.name}"
    return Channel(
        kind=ChannelKind.RULE,
        name=rule.name,
        title=title,
        description=rule.description or title,
        posts=tuple([post for post in live if stands_in(rule, post.review, site, now)][: rule.limit]),
        retracted=tuple(review for review in retracted if stands_in(rule, review, site, now)),
        full=rule.full,
    )


def _of_authors(live: Sequence[Post], retracted: Sequence[Review], site: Site) -> Iterator[Channel]:
    if not site.syndication.author_feeds:
        return
    written: defaultdict[str, list[Post]] = defaultdict(list)
    for post in live:
        for key in dict.fromkeys(author.key for author in post.review.authors):
            written[key].append(post)
    for key, author in site.authors.items():
        yield Channel(
            kind=ChannelKind.AUTHOR,
            name=f"{AUTHORS}/{author_folder(key)}",
            title=f"{site.title}: {author.name}",
            description=f"Reviews by {author.name}",
            posts=tuple(written[key][: site.syndication.limit]),
            listed=bool(written[key]),
            retracted=tuple(
                review for review in retracted if any(author.key == key for author in review.authors)
            ),
            home=author.url,
        )


def _of_tags(
    live: Sequence[Post], retracted: Sequence[Review], site: Site, kept: Mapping[str, str | None]
) -> Iterator[Channel]:
    needed = site.syndication.tag_feeds
    if needed is None:
        return
    tagged: defaultdict[str, list[Post]] = defaultdict(list)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for post in live:
        for folder, tag in _folders(post.review).items():
            tagged[folder].append(post)
            spellings[folder][tag] += 1
    taken_back: defaultdict[str, list[Review]] = defaultdict(list)
    for review in retracted:
        for folder in _folders(review):
            taken_back[folder].append(review)
    before = _remembered(kept)
    unwanted = {tag_folder(tag) for tag in site.syndication.tags_without_feed}
    enough = {folder for folder, found in tagged.items() if len(found) >= needed}
    for folder in sorted((enough | before.keys()) - unwanted):
        # The commonest spelling; of several as common, the first in the alphabet.
        counts = spellings[folder] or {before[folder]: 0}
        tag = min(counts, key=lambda spelling: (-counts[spelling], spelling))
        yield Channel(
            kind=ChannelKind.TAG,
            name=f"{TAGS}/{folder}",
            title=f"{site.title}: {tag}",
            description=f"Reviews tagged “{tag}”",
            posts=tuple(tagged[folder][: site.syndication.limit]),
            retracted=tuple(taken_back[folder]),
            listed=bool(tagged[folder]),
            tag=tag,
        )


def _folders(review: Review) -> dict[str, str]:
    """Return a review's tags by their folders; of several spellings of one, the first."""
    return {tag_folder(tag): tag for tag in reversed(review.tags)}


def _remembered(kept: Mapping[str, str | None]) -> dict[str, str]:
    """Return the tags that had a feed, by their folders; what could not have come from here is none."""
    tags = {tag_folder(tag): tag for tag in kept.values() if tag and len(tag) <= TEXT_LIMIT}
    return {folder: tag for folder, tag in tags.items() if kept.get(f"{TAGS}/{folder}") == tag}
