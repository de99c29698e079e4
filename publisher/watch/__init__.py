"""Attach: where a film can be watched."""

from publisher.watch.attachment import attach, check_link

__all__ = ["attach", "check_link"]
