"""Attach: where a film can be watched."""

from publisher.watch.attach import attach

__all__ = ["attach"]
