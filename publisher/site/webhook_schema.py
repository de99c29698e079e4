"""The shape of what publisher.toml says of partners: [webhooks], its endpoints, and [deploy] that goes before them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from publisher.model import REVIEW_EVENTS
from publisher.site.checkers import AtMost, Count, CountOrNone, EventName, Name, RelativePath
from publisher.site.table import Table
from publisher.site.words import Content, ContentWord
from publisher.values.checkers import Text, shape_fault
from publisher.values.urls import Url

# Each is a thread and a connection.
_MOST_AT_ONCE = 64
_TEN_YEARS = 3650


class EndpointTable(Table):
    """A partner's address that events are sent to."""

    others: ClassVar[dict[str, str]] = {
        "body": "content",
        "parallel": "concurrency",
        "ratelimit": "rate",
        "types": "events",
    }

    name: Name = Field(description="how messages, the ledger and the secret call it")
    url: Url = Field(description="where events are sent")
    events: list[EventName] = Field(
        default_factory=lambda: list(REVIEW_EVENTS),
        description="the types of events it asked for; review.updated brings review.moved along; default: all",
    )
    content: ContentWord = Field(
        Content.SUMMARY, description="summary for the summary alone, full for the whole text in HTML, too"
    )
    concurrency: Annotated[Count, AtMost(_MOST_AT_ONCE)] = Field(
        4, description="how many events may be on their way to it at once"
    )
    rate: Annotated[Count, AtMost(1000)] = Field(
        20, description="how many events it is sent in a second, at most"
    )


def _endpoints(value: object) -> object:
    if isinstance(value, dict):
        raise shape_fault(value, "tables headed [[webhooks.endpoints]], with two brackets")
    return value


class WebhooksTable(Table):
    """Whom events are sent to."""

    others: ClassVar[dict[str, str]] = {
        "disable": "disable_after",
        "endpoint": "endpoints",
        "parallel": "concurrency",
        "retention": "keep",
    }

    endpoints: Annotated[list[EndpointTable], BeforeValidator(_endpoints)] = Field(
        default_factory=list, description="one table for each partner"
    )
    secrets: RelativePath = Field(
        ".publisher/secrets",
        description="the folder of the endpoints' secrets and the sources' keys: one file of mode 0600 each",
    )
    concurrency: Annotated[Count, AtMost(_MOST_AT_ONCE)] = Field(
        16, description="how many events a run may have on their way at once, to all endpoints together"
    )
    disable_after: Annotated[CountOrNone, AtMost(_TEN_YEARS)] = Field(
        5,
        description="after how many days of failures, and no success, an endpoint is switched off; 0 for never",
    )
    keep: Annotated[Count, AtMost(_TEN_YEARS)] = Field(
        90, description="for how many days the ledger remembers what became of deliveries that are settled"
    )


class DeployTable(Table):
    """What puts feeds and pages on the web, between generate and push."""

    others: ClassVar[dict[str, str]] = {"run": "command", "script": "command", "wait": "wait_for_live"}
    # `check_deploy` says the same to people.
    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["command"]},
                {"required": ["wait_for_live"], "properties": {"wait_for_live": {"minimum": 1}}},
            ]
        }
    )

    command: Text | None = Field(
        None, description="a shell command, run in the site's folder; if it fails, nothing is sent"
    )
    timeout: Count = Field(900, description="how many seconds it may take")
    wait_for_live: Annotated[CountOrNone, AtMost(3600)] = Field(
        0,
        description="for how many seconds to wait until the public feed shows what is to be announced; 0 does not look",
    )
