"""A headless publishing toolkit for film reviews, with syndication feeds.

`import publisher` loads nothing: a name of the public API is loaded from `publisher.api` when it is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.api import (
        Collection,
        ConfigurationError,
        Diagnostic,
        Entry,
        EnvironmentFault,
        NotDelivered,
        Offer,
        Post,
        PostHandler,
        PostsInvalid,
        PublisherError,
        PublishReport,
        PushReport,
        Received,
        Receiver,
        Refused,
        Review,
        Secret,
        Severity,
        Site,
        UsageError,
        Visibility,
        Written,
        attach,
        endpoint_secret,
        generate,
        live_posts,
        load_site,
        mint_secret,
        parse_time,
        present,
        publish,
        push,
        read_posts,
        read_secret_file,
        sign,
        stale_feeds,
        verify,
        visibility,
    )

__all__ = [
    "Collection",
    "ConfigurationError",
    "Diagnostic",
    "Entry",
    "EnvironmentFault",
    "NotDelivered",
    "Offer",
    "Post",
    "PostHandler",
    "PostsInvalid",
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
    "Visibility",
    "Written",
    "attach",
    "endpoint_secret",
    "generate",
    "live_posts",
    "load_site",
    "mint_secret",
    "parse_time",
    "present",
    "publish",
    "push",
    "read_posts",
    "read_secret_file",
    "sign",
    "stale_feeds",
    "verify",
    "visibility",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the API holds under that name
    if name in __all__:
        from publisher import api  # noqa: PLC0415 - loading it is what is put off

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
