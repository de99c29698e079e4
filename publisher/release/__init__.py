"""One publish run: which step follows which, and what must hold before anything is written or sent."""

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
from publisher.release.plan import Plan, make_plan, read_plan, write_plan
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
