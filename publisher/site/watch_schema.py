"""The shape of [watch] and [services] of publisher.toml; like `schema`, it is what the reference is made from."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from publisher.site.checkers import Count, DirectoryUrl
from publisher.site.service_values import FilmTemplate, Host, SearchTemplate
from publisher.site.table import Table
from publisher.site.watching import OfferStore
from publisher.site.words import StatusWord, Store, UseWord
from publisher.values.checkers import Text
from publisher.values.codes import Region
from publisher.values.reviews import Kind


class SourceTable(Table):
    """A source of offers; its key is never in this file."""

    use: UseWord | None = Field(
        None,
        description="on which terms the site uses it: non-commercial, or contract for a site that has one",
    )
    url: DirectoryUrl | None = Field(
        None,
        description="where it answers, such as a proxy of the site's own: https, or http on this machine or in a private "
        "network that [network] allow names; default: its public address",
    )
    quota: Count | None = Field(
        None,
        description="how many requests a month the site's plan allows; the source's own word holds where it is less, or "
        "where this is left out",
    )


class WatchTable(Table):
    """Where-to-watch links."""

    others: ClassVar[dict[str, str]] = {
        "countries": "regions",
        "country": "region",
        "affiliate": "affiliates",
    }

    region: Region | None = Field(None, description="the country offers hold in when they name none")
    regions: list[Region] = Field(
        default_factory=list, description="the countries that sources are asked about; default: region"
    )
    order: list[Kind] = Field(
        default_factory=list,
        description="the kinds of offers in the order readers see them in; those left out follow",
        json_schema_extra={"uniqueItems": True},
    )
    disclosure: Text = Field(
        "Links marked “sponsored” may earn us a commission.",
        description="what readers are told wherever a link has the site's own affiliate parameters",
    )
    affiliates: dict[str, dict[str, Text]] = Field(
        default_factory=dict,
        description="the parameters that make a link the site's own: one table for each service, by its key",
    )
    store: Store = Field(
        OfferStore.POST,
        description="where `attach --write` puts what sources knew: post, in its front matter; or beside, in .watch/",
    )
    sources: dict[str, SourceTable] = Field(
        default_factory=dict,
        description="one table for each source of offers that needs settings, by its key",
    )


class ServiceTable(Table):
    """A film service that the catalogue lacks, or what a site knows better of one."""

    others: ClassVar[dict[str, str]] = {
        "alias": "aliases",
        "country": "countries",
        "film": "films",
        "formername": "former_names",
        "formerly": "former_names",
        "host": "hosts",
        "kind": "kinds",
        "label": "name",
        "title": "name",
        "url": "films",
        "urls": "films",
    }

    name: Text | None = Field(
        None, description="its present name; a service that the catalogue lacks needs one"
    )
    former_names: list[Text] = Field(default_factory=list, description="names it had before")
    aliases: list[Text] = Field(default_factory=list, description="other names it goes by")
    kinds: list[Kind] = Field(default_factory=list, description="the ways of seeing a film there")
    countries: list[Region] = Field(
        default_factory=list, description="the countries it serves, and no others, as ISO 3166-1 codes"
    )
    hosts: list[Host] = Field(default_factory=list, description="the hosts of its pages")
    films: list[FilmTemplate] = Field(
        default_factory=list,
        description="the forms of its films' addresses, with {id} where a film's own part stands",
    )
    search: SearchTemplate | None = Field(
        None, description="the address of its search, with {title} where the film's title goes"
    )
    status: StatusWord | None = Field(
        None, description="active, or closed: then its offers are no longer shown"
    )
    tmdb: list[Count] = Field(
        default_factory=list,
        description="its ids among TMDB's watch providers, by which TMDB's offers name it",
    )
