"""Addresses that reviews had before: they lead on, or say that nothing is there for good."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import pytest

from tests.serve.visiting import PLAIN, generated, post, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site
    from tests.serve.visiting import Visitor


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/old/alive/", "/reviews/live/"),
        ("/old/alive", "/reviews/live/"),
        ("/old/alive/?utm_source=x&y=%20&z", "/reviews/live/?utm_source=x&y=%20&z"),
        ("/old/./alive//", "/reviews/live/"),
        ("/old/%61live/", "/reviews/live/"),
        ("/old/page.html", "/reviews/live/"),
        ("/reviews/live", "/reviews/live/"),
        ("/reviews/live?x=1", "/reviews/live/?x=1"),
        ("/reviews/draft", "/reviews/draft/"),
    ],
)
def test_old_addresses_lead_on_for_good(standing: Visitor, path: str, location: str) -> None:
    """With 308, the query and all, whatever method asked and however the path was spelled."""
    for method in ("GET", "HEAD"):
        answer = standing.ask(path, method)
        assert (answer.status, answer.headers["location"], answer.body) == (308, location, b"")
        # An editor may give the address to another review the next minute.
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/reviews/gone/", "/reviews/gone", "/old/taken/", "/old/taken", "/old/taken/?x=1"]
)
def test_what_was_taken_back_is_gone(standing: Visitor, path: str) -> None:
    """With 410, at the review's address and at those it had before; nothing of its text is shown."""
    answer = standing.ask(path)

    assert answer.status == 410
    assert "taken back" in answer.text
    assert "A short text." not in answer.text
    assert ("It was not ours." in answer.text) == path.startswith("/reviews/")


def test_a_file_is_no_folder(standing: Visitor) -> None:
    """An old address that names a file is not that of a folder."""
    assert standing.ask("/old/page.html/").status == 404


@pytest.mark.parametrize(
    "old",
    [
        "/café/", "/朝霧/🦋/", '/quote"d/', "/percent%25/", "/sp%20ace/", "/semi;colon/", "/co:lon/", "/st*ar/", "/$dollar/",
        "/back%5Cslash/", "/what%3F/", "/hash%23/", "/caf%E9/", "/@x/", "/<b>/", "/a//b/", "/long/" + "x" * 150 + "/",
    ],
)  # fmt: skip
def test_odd_paths_lead_on_too(make_site: Callable[..., Site], old: str) -> None:
    """Whatever characters an address had, and however a browser writes them."""
    title = "'Odd 🦋'"
    site = make_site({"ä-日本.md": post(1, title, f"previous: ['{old}']")})
    with serving(site) as visitor:
        asked = quote(old, safe="/%:;@$*<>") if old.isascii() else quote(old)
        answer = visitor.ask(
            asked.replace("<", "%3C").replace(">", "%3E")
            + "?q=ä".encode().decode("latin-1").replace("Ã¤", "%C3%A4")
        )
        target = answer.headers["location"]
        page = visitor.ask(target)

    assert answer.status == 308
    assert unquote(urlsplit(target).path) == "/reviews/ä-日本/"
    assert target.isascii()
    assert target.endswith("?q=%C3%A4")
    assert (page.status, "Odd 🦋" in page.text) == (200, True)


def test_drafts_and_scheduled_reviews_have_no_old_addresses(make_site: Callable[..., Site]) -> None:
    """What was never out was never anywhere else."""
    site = make_site(
        {
            "a.md": post(1, "A", "status: draft\nprevious: [/old/a/]"),
            "b.md": post(2, "B", "date: 2027-01-01T09:00\nprevious: [/old/b/]"),
        }
    )
    with serving(site) as visitor:
        assert [visitor.ask(f"/old/{name}/").status for name in "ab"] == [404, 404]


def test_a_live_review_keeps_the_address_that_others_had(make_site: Callable[..., Site]) -> None:
    """What is there now is never led away from, and a live review's claim goes before one that was taken back."""
    retracted = "status: retracted\nretracted: 2026-11-01T09:00\nreason: No."
    site = make_site(
        {
            "a.md": post(1, "A", "previous: [/shared/, /reviews/b/]"),
            "b.md": post(2, "B"),
            "c.md": post(3, "C", f"{retracted}\nprevious: [/shared/, /reviews/a/]"),
        }
    )
    with serving(site) as visitor:
        assert [visitor.ask(f"/reviews/{slug}/").status for slug in "abc"] == [200, 200, 410]
        assert visitor.ask("/shared/").headers["location"] == "/reviews/a/"


def test_renaming_is_seen_at_once(site: Site, visitor: Visitor) -> None:
    """Redirects are those of the posts as they are now, not of the last `generate`."""
    generated(site)
    (site.posts / "other.md").write_text(
        post(2, "Another", "slug: better\nprevious: [/reviews/other/]"), encoding="utf-8"
    )

    assert visitor.ask("/reviews/other/").headers["location"] == "/reviews/better/"


def test_no_location_names_a_host(make_site: Callable[..., Site]) -> None:
    """Whatever is asked for, nobody is led away from this server."""
    with serving(make_site({"a.md": post(1, "A", "previous: [//evil.example/]")})) as visitor:
        for path in ("//evil.example/", "/evil.example", "//evil.example/..//reviews/a", "//reviews/a"):
            answer = visitor.ask(path, headers=PLAIN)
            if answer.status == 308:
                assert answer.headers["location"] == "/reviews/a/"
