"""What a site says of sources of offers: [watch.sources] held against those there are, and where a key may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest
from publisher.site.plain_http import stays_inside
from publisher.site.watching import SOURCES
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

    from publisher.diagnostics import Report
    from publisher.site.toml import TomlLocator
    from publisher.site.watch_schema import WatchTable


def check_sources(
    table: WatchTable, allow: Sequence[IPv4Network | IPv6Network], report: Report, locator: TomlLocator
) -> None:
    """Report sources that there are not, and addresses that a key would travel to in the clear.

    Args:
        table: [watch].
        allow: [network] allow.
        report: Where it goes.
        locator: Finds places in publisher.toml.
    """
    for key, source in table.sources.items():
        if key not in SOURCES:
            near = nearest(key, SOURCES)
            report.add(
                "unknown-key",
                locator.key(("watch", "sources", key)),
                f"{quote(key)} is not a source of offers",
                label=f"did you mean {near}?" if near else f"known: {', '.join(SOURCES)}",
            )
        if source.url is not None and not stays_inside(source.url, allow):
            report.add(
                "invalid-value",
                locator.value(("watch", "sources", key, "url")),
                f"{quote(source.url)} begins with http, and the site's key would be sent there unencrypted",
                help="write https://; http is for this machine, such as 127.0.0.1, and for private networks that "
                "[network] allow names, such as 10.0.0.0/8",
            )
