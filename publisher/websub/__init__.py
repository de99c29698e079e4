"""WebSub: the hubs that a site names are told which of its feeds have changed."""

from publisher.websub.pings import HubReport, Patience, tell_hubs, untold

__all__ = ["HubReport", "Patience", "tell_hubs", "untold"]
