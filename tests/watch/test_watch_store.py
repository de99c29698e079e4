"""Where offers go that sources know, and that what an editor wrote stays where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.errors import Refused
from publisher.model import Listing, OfferKind, Terms
from publisher.posts import read_post, read_posts
from publisher.posts.beside import file_beside
from publisher.site import OfferStore
from publisher.values.iso import countries
from publisher.watch.comparison import TEXT, compare
from publisher.watch.ownership import UNCHANGED
from publisher.watch.store import stored

if TYPE_CHECKING:
    from publisher.model import Review
    from publisher.site import Site
    from tests.conftest import MakeSite

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def listing(service: str, source: str = "tmdb", **terms: object) -> Listing:
    """Make a listing as a source would."""
    said = {"region": "US", "source": source, "checked": datetime(2026, 11, 22, 7, tzinfo=UTC), **terms}
    return Listing(service=service, terms=Terms(kind=OfferKind.SUBSCRIPTION, **said))  # type: ignore[arg-type]


def kept(site: Site, store: OfferStore, **answers: tuple[Listing, ...]) -> tuple[Review, Site]:
    """Write down what sources say where a site wants it, and read it again."""
    site = replace(site, watch=replace(site.watch, store=store))
    (post,) = read_posts(site, now=NOW).require_valid().posts
    data = post.path.read_bytes()
    file = file_beside(post.review.id, site)
    held = file.read_bytes() if file.exists() else None
    hands = [UNCHANGED] * len(post.review.watch)
    comparisons = compare(post.review, answers, site, now=NOW, hands=hands)
    after = stored(data, post.name, post.review, comparisons.values(), held, site)
    post.path.write_bytes(after.post)
    if after.beside is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(after.beside)
    again, faults = read_post(after.post, post.path, site, NOW)
    assert again is not None, faults
    return again.review, site


def services(listings: tuple[Listing, ...]) -> list[str]:
    """Name the services of listings."""
    return [one.service for one in listings]


def test_in_the_post_a_service_has_its_name_and_beside_it_its_key(make_site: MakeSite) -> None:
    """People read the one, and the other never changes."""
    site = make_site()
    assert services(kept(site, OfferStore.BESIDE, tmdb=(listing("hbo-max"),))[0].found) == ["hbo-max"]
    review, _ = kept(site, OfferStore.POST, tmdb=(listing("hulu"),))
    assert services(review.watch) == ["Vudu", "Hulu"]


def test_a_site_that_changes_its_mind_has_everything_in_one_place(make_site: MakeSite) -> None:
    """What a source wrote moves with the next run that asks it; what the editor wrote does not."""
    site = make_site()
    answer = (listing("netflix"), listing("mubi"))
    kept(site, OfferStore.POST, tmdb=answer)

    beside, _ = kept(site, OfferStore.BESIDE, tmdb=answer)
    post, _ = kept(site, OfferStore.POST, tmdb=answer)

    assert (services(beside.watch), services(beside.found)) == (["Vudu"], ["mubi", "netflix"])
    assert (sorted(services(post.watch)), services(post.found)) == (["MUBI", "Netflix", "Vudu"], [])


def test_sentences_are_kept_in_the_post_wherever_the_rest_lies(make_site: MakeSite) -> None:
    """They are the editor's own words."""
    review, _ = kept(
        make_site(), OfferStore.BESIDE, tmdb=(listing("netflix"),), **{TEXT: (listing("mubi", TEXT),)}
    )
    assert (services(review.watch), services(review.found)) == (["Vudu", "MUBI"], ["netflix"])


def test_what_was_written_is_no_news_to_the_next_run(make_site: MakeSite) -> None:
    """Neither in the post nor beside it: otherwise every run would change every file."""
    site = make_site()
    first, end = datetime(2026, 12, 1, 6, tzinfo=UTC), datetime(2026, 12, 31, 6, tzinfo=UTC)
    answer = (
        listing("netflix", quality="4k", exclusive=True, starts=first, ends=end),
        listing("mubi", region="GB"),
    )
    for store in OfferStore:
        review, chosen = kept(site, store, tmdb=answer)
        comparison = compare(review, {"tmdb": answer}, chosen, now=NOW)["tmdb"]
        assert (comparison.differs, comparison.renewed, len(comparison.kept)) == (False, (), 2)


def test_more_than_a_file_takes_is_refused_with_a_way_out(make_site: MakeSite) -> None:
    """A film in a hundred countries belongs beside the post."""
    site = make_site()
    answer = tuple(listing("netflix", region=code) for code in sorted(countries())[:105])
    with pytest.raises(Refused, match=r"would have 106 offers; at most 100 are taken"):
        kept(site, OfferStore.POST, tmdb=answer)
    review, _ = kept(site, OfferStore.BESIDE, tmdb=answer)
    assert len(review.found) == 105
