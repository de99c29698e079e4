"""`publisher endpoints`: look after the partners' endpoints."""

from publisher.cli.endpoints.group import endpoints

__all__ = ["endpoints"]
