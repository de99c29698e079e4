"""A headless publishing toolkit for film reviews, with syndication feeds.

`import publisher` loads nothing heavy: each name of the public API is loaded from its room when it is first used, so
that `publisher --help` does not wait for a database and `publisher validate` not for a feed writer.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.api import generate, parse_time, stale_feeds
    from publisher.content import Entry, present
    from publisher.diagnostics import Diagnostic, Severity
    from publisher.errors import (
        ConfigurationError,
        EnvironmentFault,
        NotDelivered,
        PostsInvalid,
        PublisherError,
        Refused,
        UsageError,
    )
    from publisher.feeds import Written, live_posts
    from publisher.model import Offer, Review, Visibility, visibility
    from publisher.posts import (
        POST_LIMIT,
        POST_SUFFIXES,
        Collection,
        Examination,
        Mended,
        Post,
        PostHandler,
        mend_posts,
        read_posts,
    )
    from publisher.posts.json_schema import post_schema
    from publisher.release import (
        Progress,
        PublishReport,
        PushReport,
        preview_publish,
        preview_push,
        publish,
        push,
    )
    from publisher.site import Endpoint, Site, load_site
    from publisher.site.json_schema import config_schema
    from publisher.watch import attach, check_link
    from publisher.webhooks import (
        Received,
        Receiver,
        Secret,
        VerificationFailed,
        endpoint_secret,
        find_endpoint,
        keep_new_secret,
        mint_secret,
        read_secret_file,
        sign,
        verify,
    )

__all__ = [
    "POST_LIMIT",
    "POST_SUFFIXES",
    "Collection",
    "ConfigurationError",
    "Diagnostic",
    "Endpoint",
    "Entry",
    "EnvironmentFault",
    "Examination",
    "Mended",
    "NotDelivered",
    "Offer",
    "Post",
    "PostHandler",
    "PostsInvalid",
    "Progress",
    "PublishReport",
    "PublisherError",
    "PushReport",
    "Received",
    "Receiver",
    "Refused",
    "Review",
    "Secret",
    "Severity",
    "Site",
    "UsageError",
    "VerificationFailed",
    "Visibility",
    "Written",
    "attach",
    "check_link",
    "config_schema",
    "endpoint_secret",
    "find_endpoint",
    "generate",
    "keep_new_secret",
    "live_posts",
    "load_site",
    "mend_posts",
    "mint_secret",
    "parse_time",
    "post_schema",
    "present",
    "preview_publish",
    "preview_push",
    "publish",
    "push",
    "read_posts",
    "read_secret_file",
    "sign",
    "stale_feeds",
    "verify",
    "visibility",
]

_HOMES = {
    "publisher.api": (
        "generate",
        "parse_time",
        "stale_feeds",
    ),
    "publisher.content": (
        "Entry",
        "present",
    ),
    "publisher.diagnostics": (
        "Diagnostic",
        "Severity",
    ),
    "publisher.errors": (
        "ConfigurationError",
        "EnvironmentFault",
        "NotDelivered",
        "PostsInvalid",
        "PublisherError",
        "Refused",
        "UsageError",
    ),
    "publisher.feeds": (
        "Written",
        "live_posts",
    ),
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
        "mend_posts",
        "read_posts",
    ),
    "publisher.posts.json_schema": ("post_schema",),
    "publisher.release": (
        "Progress",
        "PublishReport",
        "PushReport",
        "preview_publish",
        "preview_push",
        "publish",
        "push",
    ),
    "publisher.site": (
        "Endpoint",
        "Site",
        "load_site",
    ),
    "publisher.site.json_schema": ("config_schema",),
    "publisher.watch": ("attach", "check_link"),
    "publisher.webhooks": (
        "Received",
        "Receiver",
        "Secret",
        "VerificationFailed",
        "endpoint_secret",
        "find_endpoint",
        "keep_new_secret",
        "mint_secret",
        "read_secret_file",
        "sign",
        "verify",
    ),
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
