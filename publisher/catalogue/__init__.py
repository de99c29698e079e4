"""The film services: every name they had, their hosts and addresses, and where to search them for a film."""

from publisher.catalogue.addresses import UrlCheck, UrlVerdict
from publisher.catalogue.book import Catalogue
from publisher.catalogue.links import ReadLink, film_url, with_parameters
from publisher.catalogue.names import Decision, Resolution
from publisher.catalogue.register import catalogue
from publisher.catalogue.service import LinkForm, LinkPage, Rename, Service, ServiceCategory, ServiceStatus
from publisher.catalogue.tracking import Campaign, Removal

__all__ = [
    "Campaign",
    "Catalogue",
    "Decision",
    "LinkForm",
    "LinkPage",
    "ReadLink",
    "Removal",
    "Rename",
    "Resolution",
    "Service",
    "ServiceCategory",
    "ServiceStatus",
    "UrlCheck",
    "UrlVerdict",
    "catalogue",
    "film_url",
    "with_parameters",
]
