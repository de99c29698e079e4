"""Which feeds a site has at a moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.channels.archive import closed, find_pages
from publisher.channels.channel import Channel, ChannelKind
from publisher.channels.membership import stands_in, tag_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.model import Review
    from publisher.posts import Post
    from publisher.site import FeedRule, Site


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
    pages = find_pages(live, site, now, kept)
    return [
        _main(live, retracted, site, now, pages),
        *(_of_rule(rule, live, retracted, site, now) for rule in site.syndication.rules),
        *_of_authors(live, retracted, site),
        *_of_tags(live, retracted, site, kept),
        *pages,
    ]


def _main(
    live: Sequence[Post], retracted: Sequence[Review], site: Site, now: datetime, pages: Sequence[Channel]
) -> Channel:
    archived = closed(live, site, now) if pages else set()
    limit = site.syndication.limit
    # Newest first, those that no page has yet come before all others.
    unpaged = sum(post.review.id not in archived for post in live) if pages else 0
    return Channel(
        kind=ChannelKind.MAIN,
        name="",
        title=site.title,
        description=site.tagline or site.title,
        posts=tuple(live[: max(limit, unpaged)]),
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
        posts=tuple([post for post in live if stands_in(rule, post.review, now)][: rule.limit]),
        retracted=tuple(review for review in retracted if stands_in(rule, review, now)),
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
            name=f"authors/{key}",
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
        for folder, tag in {tag_folder(tag): tag for tag in reversed(post.review.tags)}.items():
            tagged[folder].append(post)
            spellings[folder][tag] += 1
    taken_back: defaultdict[str, list[Review]] = defaultdict(list)
    for review in retracted:
        for folder in dict.fromkeys(map(tag_folder, review.tags)):
            taken_back[folder].append(review)
    before = {tag_folder(tag): tag for tag in kept.values() if tag is not None}
    unwanted = {tag_folder(tag) for tag in site.syndication.tags_without_feed}
    enough = {folder for folder, found in tagged.items() if len(found) >= needed}
    for folder in sorted((enough | before.keys()) - unwanted):
        counts = spellings[folder]
        # The commonest spelling; of several as common, the first in the alphabet.
        tag = min(counts, key=lambda spelling: (-counts[spelling], spelling)) if counts else before[folder]
        yield Channel(
            kind=ChannelKind.TAG,
            name=f"tags/{folder}",
            title=f"{site.title}: {tag}",
            description=f"Reviews tagged “{tag}”",
            posts=tuple(tagged[folder][: site.syndication.limit]),
            retracted=tuple(taken_back[folder]),
            listed=bool(tagged[folder]),
            tag=tag,
        )
