"""Attach: where a film can be watched."""

from publisher.watch.attachment import attach

__all__ = ["attach"]
