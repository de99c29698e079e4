"""The option --wait: how long a run goes on with what is not delivered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

_HOUR = "1h"


def wait_option(command: Decorated) -> Decorated:
    """Add --wait."""
    return click.option(
        "--wait",
        is_flag=False,
        flag_value=_HOUR,
        metavar="[DURATION]",
        help="Go on until all is settled, hubs too, at most so long: 90 (seconds), 30m, 6h. Default: an hour.",
    )(command)


def seconds_to_wait(written: str | None) -> float:
    """Read it: nothing, seconds, or a duration.

    Raises:
        UsageError: It is something else.
    """
    import publisher

    if written is None:
        return 0.0
    seconds = written.isascii() and written.isdigit() and len(written) <= 6
    return publisher.parse_duration(f"{written}s" if seconds else written, "--wait").total_seconds()
