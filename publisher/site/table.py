"""What all tables of publisher.toml have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of publisher.toml; keys nobody knows are faults."""

    #: What other programs, or other tables, call some of its keys, in small letters only.
    others: ClassVar[dict[str, str]] = {}

    # Only the outermost model is ever asked; building each by itself, too, would take longer than all the rest.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
