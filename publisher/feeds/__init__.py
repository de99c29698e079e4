"""Generate: RSS 2.0, Atom 1.0 and JSON Feed 1.1 from the live reviews."""

from publisher.feeds.files import Written
from publisher.feeds.generate import generate, live_posts

__all__ = ["Written", "generate", "live_posts"]
