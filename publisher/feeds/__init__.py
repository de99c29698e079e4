"""Generate: RSS 2.0, Atom 1.0 and JSON Feed 1.1 from the live reviews, and where the addresses of others lead."""

from publisher.feeds.comparison import Difference, EntryDifference, compare_feed
from publisher.feeds.files import Written
from publisher.feeds.generate import generate, live_posts

__all__ = ["Difference", "EntryDifference", "Written", "compare_feed", "generate", "live_posts"]
