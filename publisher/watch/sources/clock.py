"""What time it is while a run goes on that began at a given moment."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of a run.

    Attributes:
        began: When the run began; aware.
        monotonic: A clock that never goes back, in seconds.
        sleep: Waits for some seconds.
    """

    began: datetime
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _start: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_start", self.monotonic())

    def moment(self) -> datetime:
        """Return the present moment, in the zone of `began`."""
        return self.began + timedelta(seconds=self.monotonic() - self._start)
