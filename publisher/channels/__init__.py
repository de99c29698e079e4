"""Which feeds a site has, and which reviews stand in each: the main feed, its archive, by author, by tag, by rule."""

from publisher.channels.channel import Channel, ChannelKind
from publisher.channels.find import find_channels
from publisher.channels.live import live_posts, retracted_reviews

__all__ = ["Channel", "ChannelKind", "find_channels", "live_posts", "retracted_reviews"]
