"""A headless publishing toolkit for film reviews, with syndication feeds.

`import publisher` loads nothing heavy: each name of the public API is loaded from its room when it is first used, so
that `publisher --help` does not wait for a database and `publisher validate` not for a feed writer.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.api import generate, history_faults, parse_age, parse_duration, parse_time, stale_feeds
    from publisher.catalogue import Catalogue
    from publisher.channels import live_posts
    from publisher.content import Entry, present
    from publisher.desk.altering import Edited
    from publisher.desk.attaching import KeptOffers, attach_journal, keep_offers
    from publisher.desk.correcting import correct
    from publisher.desk.mending import mend_links, mend_posts
    from publisher.desk.new_post import NewPost, PostOutline, new_post
    from publisher.desk.new_site import NewSite, SiteOutline, new_site
    from publisher.desk.renaming import rename
    from publisher.desk.retracting import restore, retract
    from publisher.desk.undoing import ChangedSince, Undoable, undo, undoable
    from publisher.diagnostics import Diagnostic, Severity
    from publisher.doctor import Finding, FindingState, examine_site
    from publisher.errors import (
        ConfigurationError,
        EnvironmentFault,
        NotDelivered,
        PostsInvalid,
        PublisherError,
        Refused,
        Unanswered,
        UsageError,
    )
    from publisher.model import Offer, Review, Visibility, visibility
    from publisher.outputs import EntryMaker, Written
    from publisher.posts import (
        POST_LIMIT,
        POST_SUFFIXES,
        Collection,
        Examination,
        Mended,
        Post,
        PostHandler,
        read_posts,
    )
    from publisher.posts.json_schema import post_schema
    from publisher.release import (
        AlreadyRunning,
        Plan,
        Progress,
        PublishReport,
        PushReport,
        SiteStatus,
        Unconfirmed,
        make_plan,
        preview_publish,
        preview_push,
        publish,
        push,
        read_plan,
        site_status,
        write_plan,
    )
    from publisher.release.endpoint_care import (
        EndpointHealth,
        Switched,
        disable_endpoint,
        enable_endpoint,
        endpoint_health,
        endpoint_healths,
        ping_endpoint,
    )
    from publisher.release.hubs import HubRequests, list_hub_requests
    from publisher.release.replay import (
        Handled,
        Listing,
        Shown,
        cancel_deliveries,
        list_deliveries,
        resend_deliveries,
        select_deliveries,
        show_deliveries,
    )
    from publisher.release.worker import WorkerListener, work
    from publisher.serve import PreviewServer
    from publisher.site import Endpoint, Site, load_site
    from publisher.site.json_schema import config_schema
    from publisher.watch import attach, check_link
    from publisher.watch.link_check import check_links
    from publisher.watch.survey import Survey, connect_sources, regions_to_ask, survey
    from publisher.webhooks import (
        Received,
        Receiver,
        Rehearsal,
        Rotation,
        Secret,
        SigningKeys,
        VerificationFailed,
        endpoint_keys,
        endpoint_secret,
        find_endpoint,
        keep_new_secret,
        mint_secret,
        read_key_file,
        read_secret_file,
        rotate_secret,
        sign,
        verify,
    )
    from publisher.webhooks.event_schema import event_schema

__all__ = [
    "POST_LIMIT",
    "POST_SUFFIXES",
    "AlreadyRunning",
    "Catalogue",
    "ChangedSince",
    "Collection",
    "ConfigurationError",
    "Diagnostic",
    "Edited",
    "Endpoint",
    "EndpointHealth",
    "Entry",
    "EntryMaker",
    "EnvironmentFault",
    "Examination",
    "Finding",
    "FindingState",
    "Handled",
    "HubRequests",
    "KeptOffers",
    "Listing",
    "Mended",
    "NewPost",
    "NewSite",
    "NotDelivered",
    "Offer",
    "Plan",
    "Post",
    "PostHandler",
    "PostOutline",
    "PostsInvalid",
    "PreviewServer",
    "Progress",
    "PublishReport",
    "PublisherError",
    "PushReport",
    "Received",
    "Receiver",
    "Refused",
    "Rehearsal",
    "Review",
    "Rotation",
    "Secret",
    "Severity",
    "Shown",
    "SigningKeys",
    "Site",
    "SiteOutline",
    "SiteStatus",
    "Survey",
    "Switched",
    "Unanswered",
    "Unconfirmed",
    "Undoable",
    "UsageError",
    "VerificationFailed",
    "Visibility",
    "WorkerListener",
    "Written",
    "attach",
    "attach_journal",
    "cancel_deliveries",
    "check_link",
    "check_links",
    "config_schema",
    "connect_sources",
    "correct",
    "disable_endpoint",
    "enable_endpoint",
    "endpoint_health",
    "endpoint_healths",
    "endpoint_keys",
    "endpoint_secret",
    "event_schema",
    "examine_site",
    "find_endpoint",
    "generate",
    "history_faults",
    "keep_new_secret",
    "keep_offers",
    "list_deliveries",
    "list_hub_requests",
    "live_posts",
    "load_site",
    "make_plan",
    "mend_links",
    "mend_posts",
    "mint_secret",
    "new_post",
    "new_site",
    "parse_age",
    "parse_duration",
    "parse_time",
    "ping_endpoint",
    "post_schema",
    "present",
    "preview_publish",
    "preview_push",
    "publish",
    "push",
    "read_key_file",
    "read_plan",
    "read_posts",
    "read_secret_file",
    "regions_to_ask",
    "rename",
    "resend_deliveries",
    "restore",
    "retract",
    "rotate_secret",
    "select_deliveries",
    "show_deliveries",
    "sign",
    "site_status",
    "stale_feeds",
    "survey",
    "undo",
    "undoable",
    "verify",
    "visibility",
    "work",
    "write_plan",
]

_HOMES = {
    "publisher.api": (
        "generate",
        "history_faults",
        "parse_age",
        "parse_duration",
        "parse_time",
        "stale_feeds",
    ),
    "publisher.content": (
        "Entry",
        "present",
    ),
    "publisher.desk.altering": ("Edited",),
    "publisher.desk.attaching": (
        "KeptOffers",
        "attach_journal",
        "keep_offers",
    ),
    "publisher.desk.correcting": ("correct",),
    "publisher.desk.mending": (
        "mend_links",
        "mend_posts",
    ),
    "publisher.desk.new_post": (
        "NewPost",
        "PostOutline",
        "new_post",
    ),
    "publisher.desk.new_site": (
        "NewSite",
        "SiteOutline",
        "new_site",
    ),
    "publisher.desk.renaming": ("rename",),
    "publisher.desk.retracting": (
        "restore",
        "retract",
    ),
    "publisher.desk.undoing": (
        "ChangedSince",
        "Undoable",
        "undo",
        "undoable",
    ),
    "publisher.diagnostics": (
        "Diagnostic",
        "Severity",
    ),
    "publisher.doctor": ("Finding", "FindingState", "examine_site"),
    "publisher.errors": (
        "ConfigurationError",
        "EnvironmentFault",
        "NotDelivered",
        "PostsInvalid",
        "PublisherError",
        "Refused",
        "Unanswered",
        "UsageError",
    ),
    "publisher.channels": ("live_posts",),
    "publisher.outputs": ("EntryMaker", "Written"),
    "publisher.model": (
        "Offer",
        "Review",
        "Visibility",
        "visibility",
    ),
    "publisher.posts": (
        "POST_LIMIT",
        "POST_SUFFIXES",
        "Collection",
        "Examination",
        "Mended",
        "Post",
        "PostHandler",
        "read_posts",
    ),
    "publisher.posts.json_schema": ("post_schema",),
    "publisher.release": (
        "AlreadyRunning",
        "Unconfirmed",
        "Plan",
        "Progress",
        "PublishReport",
        "PushReport",
        "SiteStatus",
        "make_plan",
        "preview_publish",
        "preview_push",
        "publish",
        "push",
        "read_plan",
        "site_status",
        "write_plan",
    ),
    "publisher.release.endpoint_care": (
        "EndpointHealth",
        "Switched",
        "disable_endpoint",
        "enable_endpoint",
        "endpoint_health",
        "endpoint_healths",
        "ping_endpoint",
    ),
    "publisher.release.hubs": ("HubRequests", "list_hub_requests"),
    "publisher.release.replay": (
        "Handled",
        "Listing",
        "Shown",
        "cancel_deliveries",
        "list_deliveries",
        "resend_deliveries",
        "select_deliveries",
        "show_deliveries",
    ),
    "publisher.release.worker": ("WorkerListener", "work"),
    "publisher.serve": ("PreviewServer",),
    "publisher.site": (
        "Endpoint",
        "Site",
        "load_site",
    ),
    "publisher.site.json_schema": ("config_schema",),
    "publisher.catalogue": ("Catalogue",),
    "publisher.watch": ("attach", "check_link"),
    "publisher.watch.link_check": ("check_links",),
    "publisher.watch.survey": (
        "Survey",
        "connect_sources",
        "regions_to_ask",
        "survey",
    ),
    "publisher.webhooks": (
        "Received",
        "Receiver",
        "Rehearsal",
        "Rotation",
        "Secret",
        "SigningKeys",
        "VerificationFailed",
        "endpoint_keys",
        "endpoint_secret",
        "find_endpoint",
        "keep_new_secret",
        "mint_secret",
        "read_key_file",
        "read_secret_file",
        "rotate_secret",
        "sign",
        "verify",
    ),
    "publisher.webhooks.event_schema": ("event_schema",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the API holds under that name
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    # The next use finds it without asking.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
