"""Channels: services that are sold through others, and what selling them is called, whichever source says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import ServiceStatus
from publisher.model import OfferKind

if TYPE_CHECKING:
    from publisher.catalogue import Catalogue, Service

PRIME_VIDEO = "Prime Video Channels"
APPLE_TV = "Apple TV Channels"
ROKU = "The Roku Channel"

# By the key of the service that sells.
_SELLERS = {"prime-video": PRIME_VIDEO, "apple-tv-plus": APPLE_TV}
# How TMDB's names of providers end where one service is sold through another.
_ENDINGS = {
    " amazon channel": PRIME_VIDEO,
    " apple tv channel": APPLE_TV,
    " roku premium channel": ROKU,
}


def sold_by(seller: Service) -> str:
    """Name what a service sells others through; its own name, where that has none."""
    return _SELLERS.get(seller.key, seller.name)


def sold_as(provider: str) -> str | None:
    """Read from a name such as "Shudder Amazon Channel" what the service is sold through; None for any other."""
    lowered = provider.casefold()
    return next((channel for ending, channel in _ENDINGS.items() if lowered.endswith(ending)), None)


def own_service(name: str, seller: Service, catalogue: Catalogue) -> Service | None:
    """Find the service that a channel is of; None where that is not certain.

    It is one that did not close, has subscribers, and is meant by the name alone or by its being for subscribers.
    """
    service = catalogue.resolve(name, OfferKind.SUBSCRIPTION).service
    if service is None or service is seller or service.status is ServiceStatus.CLOSED:
        return None
    return service if OfferKind.SUBSCRIPTION in service.kinds and not service.generic else None
