"""Which feeds a site has, and which reviews stand in each: the main feed, its archive, by author, by tag, by rule."""

from publisher.channels.archive import ARCHIVE, page_names
from publisher.channels.channel import MAIN, Channel, ChannelKind, feed_file
from publisher.channels.find import AUTHORS, TAGS, find_chain, find_channels
from publisher.channels.live import live_post, live_posts, retracted_reviews

__all__ = [
    "ARCHIVE",
    "AUTHORS",
    "MAIN",
    "TAGS",
    "Channel",
    "ChannelKind",
    "feed_file",
    "find_chain",
    "find_channels",
    "live_post",
    "live_posts",
    "page_names",
    "retracted_reviews",
]
