"""The film services: every name they had, their hosts and addresses, and where to search them for a film."""

from publisher.catalogue.addresses import UrlCheck, UrlVerdict, check_url, search_url, services_for_host
from publisher.catalogue.names import Resolution, resolve
from publisher.catalogue.register import service_for_tmdb, services
from publisher.catalogue.service import Service, ServiceCategory, ServiceStatus

__all__ = [
    "Resolution",
    "Service",
    "ServiceCategory",
    "ServiceStatus",
    "UrlCheck",
    "UrlVerdict",
    "check_url",
    "resolve",
    "search_url",
    "service_for_tmdb",
    "services",
    "services_for_host",
]
