"""The checks of a check-up, in their order: what a check learns, those behind it may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.doctor.clock import check_clock, check_time_zone
from publisher.doctor.configuration import Configuration
from publisher.doctor.disks import check_folders, check_free_space, free_space
from publisher.doctor.git import check_git
from publisher.doctor.ledger import check_ledger
from publisher.doctor.partners import check_endpoints, check_hubs
from publisher.doctor.public import Visitor, check_base_url, check_feed_urls
from publisher.doctor.reviews import check_feeds, check_posts, check_schedule
from publisher.doctor.secrets import check_secrets
from publisher.doctor.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from publisher.doctor.finding import Outcome
    from publisher.doctor.machine import Machine
    from publisher.net import Client
    from publisher.site import Site

__all__ = ["CHECKS", "Configuration", "free_space", "subject"]

CHECKS: Mapping[str, Callable[[Subject], Iterator[Outcome]]] = {
    "folders": check_folders,
    "free-space": check_free_space,
    "ledger": check_ledger,
    "posts": check_posts,
    "feeds": check_feeds,
    "schedule": check_schedule,
    "secrets": check_secrets,
    "git": check_git,
    "endpoints": check_endpoints,
    "hubs": check_hubs,
    "base-url": check_base_url,
    "feed-urls": check_feed_urls,
    "clock": check_clock,
    "time-zone": check_time_zone,
}


def subject(site: Site, now: datetime, machine: Machine, client: Client | None, *, offline: bool) -> Subject:
    """Put together what the checks look at."""
    return Subject(site, now, machine, None if offline else Visitor.of(site, machine, client))
