"""One publish run: which step follows which, and what must hold before anything is written or sent.

Each name is loaded when it is first used: `generate` asks for a lock and a ceiling, and waits for neither database nor network.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.release.changes import Change, find_changes
    from publisher.release.guards import (
        CEILING,
        RETRACTION_CEILING,
        ClockBehind,
        LedgerMissing,
        OverCeiling,
        Unconfirmed,
    )
    from publisher.release.lock import AlreadyRunning, exclusive
    from publisher.release.pending import Pending, look_for_changes
    from publisher.release.plan import Plan, make_plan
    from publisher.release.plan_file import read_plan, write_plan
    from publisher.release.progress import Progress
    from publisher.release.publish_run import PublishReport, preview_publish, publish
    from publisher.release.push_run import PushReport, preview_push, push
    from publisher.release.status import SiteStatus, site_status

__all__ = [
    "CEILING",
    "RETRACTION_CEILING",
    "AlreadyRunning",
    "Change",
    "ClockBehind",
    "LedgerMissing",
    "OverCeiling",
    "Pending",
    "Plan",
    "Progress",
    "PublishReport",
    "PushReport",
    "SiteStatus",
    "Unconfirmed",
    "exclusive",
    "find_changes",
    "look_for_changes",
    "make_plan",
    "preview_publish",
    "preview_push",
    "publish",
    "push",
    "read_plan",
    "site_status",
    "write_plan",
]

_HOMES = {
    "changes": ("Change", "find_changes"),
    "guards": (
        "CEILING",
        "RETRACTION_CEILING",
        "ClockBehind",
        "LedgerMissing",
        "OverCeiling",
        "Unconfirmed",
    ),
    "lock": ("AlreadyRunning", "exclusive"),
    "pending": ("Pending", "look_for_changes"),
    "plan": ("Plan", "make_plan"),
    "plan_file": ("read_plan", "write_plan"),
    "progress": ("Progress",),
    "publish_run": ("PublishReport", "preview_publish", "publish"),
    "push_run": ("PushReport", "preview_push", "push"),
    "status": ("SiteStatus", "site_status"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the room holds under that name
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    # The next use finds it without asking.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
