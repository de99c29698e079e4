"""One publish run: which step follows which, and what must hold before anything is written or sent."""

from publisher.release.changes import Change, find_changes
from publisher.release.lock import exclusive
from publisher.release.progress import Progress
from publisher.release.publish_run import PublishReport, publish
from publisher.release.push_run import CEILING, PushReport, push

__all__ = [
    "CEILING",
    "Change",
    "Progress",
    "PublishReport",
    "PushReport",
    "exclusive",
    "find_changes",
    "publish",
    "push",
]
