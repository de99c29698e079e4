"""What a site says of partners: [webhooks] held against what can be done, and made into what the rooms above use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.model import types_sent
from publisher.site.plain_http import stays_inside
from publisher.site.webhooks import Deploy, Endpoint, Webhooks
from publisher.site.words import Content
from publisher.values.characters import quote

_SECRET = re.compile("whsec_[A-Za-z0-9+/=_-]")

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

    from publisher.diagnostics import Report
    from publisher.site.toml import TomlLocator
    from publisher.site.webhook_schema import DeployTable, WebhooksTable


def check_endpoints(
    table: WebhooksTable, allow: Sequence[IPv4Network | IPv6Network], report: Report, locator: TomlLocator
) -> None:
    """Report endpoints that events would travel to in the clear, and addresses that hold what events are signed with.

    Args:
        table: [webhooks].
        allow: [network] allow.
        report: Where it goes.
        locator: Finds places in publisher.toml.
    """
    for number, endpoint in enumerate(table.endpoints):
        if _SECRET.search(unquote(endpoint.url)):
            report.add(
                "invalid-value",
                locator.value(("webhooks", "endpoints", number, "url")),
                "the address holds a secret, whsec_ and what follows; addresses stand in logs, and secrets must not",
                help=f"leave it out; `publisher endpoints secret {endpoint.name}` keeps a secret where nobody else reads it",
            )
        if not stays_inside(endpoint.url, allow):
            report.add(
                "invalid-value",
                locator.value(("webhooks", "endpoints", number, "url")),
                f"{quote(endpoint.url)} begins with http, and events would be sent there unencrypted",
                help="write https://; http is for this machine, such as 127.0.0.1, and for private networks that "
                "[network] allow names, such as 10.0.0.0/8",
            )


def check_deploy(table: DeployTable | None, report: Report, locator: TomlLocator) -> None:
    """Report a [deploy] that says nothing of what is to be done."""
    if table is not None and table.command is None and not table.wait_for_live:
        report.add(
            "missing-key",
            locator.key(("deploy",)),
            "`command` is missing; without one, [deploy] needs `wait_for_live` above 0",
            help="add a line command = …, or wait_for_live = 300 where somebody else puts the site on the web",
        )


def webhooks_of(table: WebhooksTable) -> Webhooks:
    """Make what the rooms above use of a table without faults."""
    return Webhooks(
        endpoints=tuple(
            Endpoint(
                name=endpoint.name,
                url=endpoint.url,
                events=types_sent(endpoint.events),
                full=endpoint.content is Content.FULL,
                concurrency=endpoint.concurrency,
                rate=endpoint.rate,
            )
            for endpoint in table.endpoints
        ),
        concurrency=table.concurrency,
        disable_after=table.disable_after or None,
        keep=table.keep,
    )


def deploy_of(table: DeployTable | None) -> Deploy:
    """Make what the rooms above use of a table without faults; None does nothing."""
    if table is None:
        return Deploy()
    return Deploy(table.command, table.timeout, table.wait_for_live or None)
