"""The archive as a program meets it (RFC 5005): fetched document by document, from the main feed to the oldest page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from publisher.channels import live_posts
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.documents import read_document
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, post, write_site
from tests.feeds.validators import FORMS, require_valid_files

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.site import Site
    from tests.feeds.documents import Document

BASE = "https://reviews.example/feeds/"
#: When the reviews of the site are published; three in the month that is not over, one of them tomorrow.
DATES = (
    *("2019-12-31T23:59", "2020-01-01T00:00", "2020-01-31T23:59", "2024-02-29T12:00", "2024-02-29T12:00"),
    *("2024-03-01T00:00+14:00", "2026-10-31T23:59", "2026-11-01T00:00", "2026-11-21", "2026-11-23"),
)


def posts() -> dict[str, str]:
    """Write a post for each date."""
    return {
        f"{n}.md": post(n, f"Review {n}", more=f"tags: [gothic]\nupdated: {date}").replace(
            f"date: 2024-03-{n + 1:02d}T09:00", f"date: {date}"
        )
        for n, date in enumerate(DATES)
    }


def settings(archive: str, limit: int) -> str:
    """Write publisher.toml."""
    return CONFIGURATION.replace("limit = 50", f'limit = {limit}\narchive = "{archive}"')


def build(site: Site, now: datetime = NOW) -> dict[str, bytes]:
    """Generate a site's feeds, see that they are valid, and read them."""
    generate(read_posts(site).require_valid().posts, site, now)
    files = contents(site.feeds)
    require_valid_files(files, site.syndication.url)
    return files


def walk(files: dict[str, bytes], name: str) -> list[Document]:
    """Fetch the main feed, and one document after another by the links back; a program knows nothing else."""
    address: str | None = f"{BASE}{name}"
    documents: list[Document] = []
    while address is not None:
        document = read_document(FORMS[name], files[address.removeprefix(BASE)])
        assert document.address == address
        assert document not in documents
        documents.append(document)
        address = document.older
    return documents


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize("archive", ["month", "year"])
@pytest.mark.parametrize("name", FORMS)
def test_the_walk_yields_every_live_review_once_overlap_is_removed(
    tmp_path: Path, name: str, archive: str, limit: int
) -> None:
    """However little the main feed holds, nothing is missed; what comes twice has the same id and says the same."""
    site = write_site(tmp_path, posts(), settings(archive, limit))
    documents = walk(build(site), name)
    found = [item for document in documents for item in document.items]
    told = {item.id: item.whole for item in found}
    assert all(told[item.id] == item.whole for item in found)
    live = live_posts(read_posts(site).require_valid().posts, NOW)
    assert list(dict.fromkeys(item.id for item in found)) == [post.review.urn for post in live]
    assert len(live) == len(DATES) - 1


@pytest.mark.parametrize("name", FORMS)
def test_pages_are_the_months_that_are_over(tmp_path: Path, name: str) -> None:
    """Each page has the reviews of one month by the site's clock, and each review is on one page, or on none yet."""
    site = write_site(tmp_path, posts(), settings("month", 1))
    main, *pages = walk(build(site), name)
    assert [page.address.removeprefix(BASE).split("/")[1] for page in pages] == [
        *("2026-10", "2024-02", "2020-01", "2019-12"),
    ]
    assert [len(page.items) for page in pages] == [1, 3, 2, 1]
    assert len(main.items) == 2


def test_without_an_archive_nothing_leads_anywhere(tmp_path: Path) -> None:
    """The main feed then holds as many as it was told, and no document claims to be more than it is."""
    files = build(write_site(tmp_path, posts(), settings("none", 3)))
    for name in FORMS:
        (main,) = walk(files, name)
        assert len(main.items) == 3
    assert not [name for name in files if name.startswith("archive/")]


def test_a_page_changes_when_its_own_reviews_or_its_neighbours_do_and_not_otherwise(tmp_path: Path) -> None:
    """Caches keep pages for years: a new review, or a change elsewhere, leaves their bytes alone."""
    site = write_site(tmp_path, posts(), settings("month", 3))
    first = build(site)
    write_site(tmp_path, {"new.md": post(30, "New").replace("2024-03-31T09:00", "2026-11-22T01:00")})
    write_site(tmp_path, {"3.md": posts()["3.md"].replace("Review 3", "Another title")}, settings("month", 3))
    second = build(site)
    changed = {
        name.rpartition("/")[0]
        for name in first
        if name.startswith("archive/") and first[name] != second[name]
    }
    assert changed == {"archive/2024-02"}
    # A month later there is a page more, and only the one before it says so.
    third = build(site, datetime.fromisoformat("2026-12-02T12:00:00+00:00"))
    changed = {
        name.rpartition("/")[0]
        for name in first
        if name.startswith("archive/") and second[name] != third[name]
    }
    assert changed == {"archive/2026-10"}
    assert "archive/2026-11/rss.xml" in third
