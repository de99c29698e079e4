"""The file of services keeps the shape that the code and its editors rely on."""

from __future__ import annotations

import copy
import json
import re
import time
from collections import defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import publisher.catalogue
from publisher.catalogue import LinkPage, ServiceCategory, ServiceStatus
from publisher.catalogue.names import fold
from publisher.model import OfferKind
from publisher.values import iso

FILE = Path(publisher.catalogue.__file__).with_name("services.json")
ENTRIES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["services"]
BY_KEY = {entry["key"]: entry for entry in ENTRIES}
FORMS = [
    pytest.param(form["regex"], form["example"], id=f"{entry['key']}-{number}")
    for entry in ENTRIES
    for number, form in enumerate(entry["url_patterns"])
]

Text = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
# What is in brackets is for editors, and goes into the label or the note.
ReaderName = Annotated[str, Field(pattern=r"^[^\s()]([^()]*[^\s()])?$")]
Host = Annotated[str, Field(pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$")]
Template = Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+/[^{}\s]*\{query\}[^{}\s]*$")]


class Strict(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Provider(Strict):
    """An id as a watch provider; `listed` says whether it was still in the list of August 2026."""

    id: int
    name: Text
    former_name: Text | None
    listed: bool
    verified: bool


class FormerName(Strict):
    """A name the service had before."""

    name: ReaderName
    verified: bool


class Kind(Strict):
    """A way of seeing a film there."""

    kind: Annotated[OfferKind, Field(strict=False)]
    verified: bool


class KnownHost(Strict):
    """A host of its pages."""

    host: Host
    verified: bool


class UrlPattern(Strict):
    """A form of its addresses, and an address of that form, made up unless it is real."""

    regex: Annotated[str, Field(pattern=r"^\^https\?://")]
    example: Annotated[str, Field(pattern=r"^https://")]
    page: Annotated[LinkPage, Field(strict=False)]
    template: Annotated[str, Field(pattern=r"^https://[a-z0-9.{}-]+/\S*\{id\}\S*$")] | None
    former: bool
    example_is_real: bool
    verified: bool

    @model_validator(mode="after")
    def _says_how_it_is_written_today(self) -> Self:
        groups = re.compile(self.regex).groupindex
        assert "id" in groups, "the id is a group"
        assert not self.template or set(re.findall(r"\{(\w+)\}", self.template)) <= set(groups)
        assert self.template or not self.former, "what is former is written anew"
        assert self.verified or not self.former, "only what was verified rewrites an address"
        return self


class SearchUrl(Strict):
    """Its search page."""

    template: Template
    verified: bool


class Rename(Strict):
    """A change of name, at some time between two days."""

    from_: Annotated[ReaderName, Field(alias="from")]
    to: ReaderName
    not_before: Annotated[date, Field(strict=False)]
    not_after: Annotated[date, Field(strict=False)]
    verified: bool

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        assert self.not_before <= self.not_after
        return self


class Entry(Strict):
    """One service."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: ReaderName
    label: Text | None
    category: Annotated[ServiceCategory, Field(strict=False)]
    status: Annotated[ServiceStatus, Field(strict=False)]
    ended: Annotated[date | None, Field(strict=False)]
    tmdb: list[Provider]
    former_names: list[FormerName]
    aliases: list[Text]
    kinds: Annotated[list[Kind], Field(min_length=1)]
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]]
    only: bool
    hosts: list[KnownHost]
    url_patterns: list[UrlPattern]
    search_url: SearchUrl | None
    renames: list[Rename]
    note: Text | None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        names = [self.name, *(former.name for former in self.former_names), *self.aliases]
        folded = [fold(name) for name in names]
        assert len(set(folded)) == len(folded), "a name stands once"
        assert (self.ended is not None) == (self.status is ServiceStatus.CLOSED), (
            "an end belongs to what closed"
        )
        assert self.renames or self.status is not ServiceStatus.RENAMED, "what was renamed says from what"
        for rename in self.renames:
            assert {fold(rename.from_), fold(rename.to)} <= set(folded), "a rename is between its names"
        assert self.countries == sorted(set(self.countries)), "a country stands once, in order"
        assert set(self.countries) <= set(iso.countries()), "a country is one of ISO 3166-1"
        assert self.countries or not self.only, "where it is alone is known"
        hosts = {host.host for host in self.hosts}
        assert len(hosts) == len(self.hosts), "a host stands once"
        if self.search_url:
            assert urlsplit(self.search_url.template).hostname in hosts, "the search is on one of its hosts"
        kinds = {kind.kind for kind in self.kinds}
        assert len(kinds) == len(self.kinds), "a kind stands once"
        if self.category is ServiceCategory.DISC:
            assert kinds == {OfferKind.BUY, OfferKind.DISC}, "a seller of discs sells discs"
        return self


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["key"])
def test_every_service_keeps_the_schema(entry: dict[str, Any]) -> None:
    """Each entry has the keys, types and inner agreement of the schema, with its keys in the same order."""
    Entry.model_validate(entry)

    assert list(entry) == list(Entry.model_fields)


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("vod", {"status": "closed"}),
        ("vod", {"ended": "2024-01-17"}),
        ("vod", {"status": "renamed"}),
        ("vod", {"name": "VOD (generic)"}),
        ("vod", {"aliases": ["v.o.d."]}),
        ("vod", {"kinds": [{"kind": "stream", "verified": False}]}),
        ("hulu", {"hosts": [{"host": "WWW.hulu.com", "verified": True}]}),
        ("hulu", {"hosts": []}),
        ("hulu", {"search_url": {"template": "http://www.hulu.com/?q={query}", "verified": True}}),
        ("hulu", {"search_url": {"template": "https://www.hulu.com/{query}?q={query}", "verified": True}}),
        ("hulu", {"source": "somebody"}),
        ("hulu", {"countries": ["US", "JP"]}),
        ("hulu", {"countries": ["UK"]}),
        ("vod", {"only": True}),
        ("hulu", {"url_patterns": [{**BY_KEY["hulu"]["url_patterns"][0], "template": None, "former": True}]}),
        (
            "hulu",
            {
                "url_patterns": [
                    {**BY_KEY["hulu"]["url_patterns"][0], "template": "https://www.hulu.com/{slug}/{id}"}
                ]
            },
        ),
        (
            "microsoft-store",
            {"url_patterns": [{**BY_KEY["hulu"]["url_patterns"][0], "former": True, "verified": False}]},
        ),
    ],
)
def test_the_schema_refuses_a_contradiction(key: str, change: dict[str, Any]) -> None:
    """An entry that breaks a rule is refused, so that the test above can fail."""
    entry = {**copy.deepcopy(BY_KEY[key]), **change}

    with pytest.raises(ValidationError):
        Entry.model_validate(entry)


def test_services_stand_once_and_in_the_order_of_their_keys() -> None:
    """Keys are sorted and unique, so that a service has one place in the file."""
    keys = [entry["key"] for entry in ENTRIES]

    assert keys == sorted(set(keys))


def test_a_provider_id_belongs_to_one_service() -> None:
    """No two entries claim the same provider id."""
    ids = [provider["id"] for entry in ENTRIES for provider in entry["tmdb"]]

    assert len(ids) == len(set(ids))


def test_services_that_share_a_name_offer_different_kinds() -> None:
    """A name of two services is only allowed where the kind of offer can tell them apart."""
    owners = defaultdict(set)
    for entry in ENTRIES:
        formers = [former["name"] for former in entry["former_names"]]
        for name in [entry["name"], *formers, *entry["aliases"]]:
            owners[fold(name)].add(entry["key"])

    for name, keys in owners.items():
        for one, other in combinations(sorted(keys), 2):
            kinds = [{kind["kind"] for kind in BY_KEY[key]["kinds"]} for key in (one, other)]

            assert kinds[0].isdisjoint(kinds[1]), f"{name} is {one} and {other}"


def test_labels_tell_all_services_apart() -> None:
    """What a message calls a service is not what it calls another."""
    labels = [fold(entry["label"] or entry["name"]) for entry in ENTRIES]

    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(("regex", "example"), FORMS)
def test_a_form_matches_its_example_and_no_lookalike_host(regex: str, example: str) -> None:
    """An expression takes its example, and refuses the same path on a host that only looks similar."""
    host = urlsplit(example).netloc
    lookalikes = [f"{host}.evil.example", f"evil{host}", f"{host}@evil.example", f"evil.example/{host}"]

    assert re.match(regex, example, re.ASCII)
    for lookalike in lookalikes:
        assert not re.match(regex, example.replace(host, lookalike, 1), re.ASCII), lookalike
    assert not re.match(regex, example.replace(".", "-", 1), re.ASCII), "the dots of a host are escaped"


@pytest.mark.parametrize("regex", [pytest.param(form.values[0], id=form.id) for form in FORMS])
def test_no_part_of_a_form_runs_over_the_end_of_the_path(regex: str) -> None:
    """What may be anything in a path may not be a query, nor another segment."""
    assert "[^/]" not in regex
    assert "[^/?]" not in regex
    assert ".+" not in regex.replace("(?:.*&)?", "")


def test_no_reader_is_led_to_search_a_host_that_its_service_left() -> None:
    """A search that was verified is on a verified host, whose addresses are not rewritten to those of another."""
    for entry in ENTRIES:
        if entry["search_url"] and entry["search_url"]["verified"]:
            host = urlsplit(entry["search_url"]["template"]).hostname
            left = {
                urlsplit(form["example"]).hostname
                for form in entry["url_patterns"]
                if form["former"]
                and urlsplit(form["template"]).hostname != urlsplit(form["example"]).hostname
            }

            assert host in {known["host"] for known in entry["hosts"] if known["verified"]}
            assert host not in left


@pytest.mark.parametrize(("regex", "example"), FORMS)
def test_a_form_never_runs_away(regex: str, example: str) -> None:
    """No group repeats (which can take for ever), and hostile addresses of full length are matched in a moment."""
    cuts = [match.end() for match in re.finditer(r"[/?=]", example)]
    pattern = re.compile(regex, re.ASCII)
    began = time.process_time()
    for cut in cuts:
        for pump in ("a", "1", "-", "--", "-1", "/a", "%", "&a=", "a-11111-", "."):
            pattern.match((example[:cut] + pump * 2048)[:2048])
    spent = time.process_time() - began

    assert not re.search(r"\)[*+{]", regex)
    assert spent < 0.5, "a linear expression takes a millisecond here, a cubic one many seconds"
