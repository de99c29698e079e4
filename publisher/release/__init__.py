"""One publish run: which step follows which, and what must hold before anything is written or sent."""

from publisher.release.changes import Change, find_changes
from publisher.release.lock import exclusive
from publisher.release.progress import Progress
from publisher.release.publish_run import PublishReport, preview_publish, publish
from publisher.release.push_run import CEILING, PushReport, preview_push, push

__all__ = [
    "CEILING",
    "Change",
    "Progress",
    "PublishReport",
    "PushReport",
    "exclusive",
    "find_changes",
    "preview_publish",
    "preview_push",
    "publish",
    "push",
]
