"""WebSub: the hubs that a site names are told which of its feeds have changed."""

from publisher.websub.pings import HubReport, tell_hubs, untold

__all__ = ["HubReport", "tell_hubs", "untold"]
