"""The hubs: what each was not told of the feeds that are there, and which of them is left alone for now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.ledger import HubRequest, Ledger
from publisher.outputs import generate
from publisher.outputs.manifest import read_manifest
from publisher.outputs.topics import topics
from publisher.posts import read_posts
from tests.conftest import POST
from tests.doctor.clinic import look, one, told
from tests.release.newsroom import CLOCK, NOW

if TYPE_CHECKING:
    from publisher.site import Site
    from tests.conftest import MakeSite

HUB = "https://hub.film/"
SETTINGS = f'[syndication]\nhubs = ["{HUB}"]\n'


def generated(site: Site) -> Site:
    """Write a site's feeds."""
    generate(read_posts(site).posts, site, NOW)
    return site


def tell_all(site: Site) -> int:
    """Record that the hub was told of all feeds as they are, and return how many files they are."""
    with Ledger.open(site.state) as ledger:
        known = topics(read_manifest(site.feeds).sha256, site)
        ledger.hubs.record(
            HubRequest(HUB, tuple(known), CLOCK, taken=True, status=204, outcome="told"), known
        )
    return len(known)


def test_a_site_without_hubs_is_well(make_site: MakeSite) -> None:
    """Most have none."""
    assert one(look(make_site()), "hubs").state == "ok"


def test_without_a_ledger_nobody_knows(make_site: MakeSite) -> None:
    """Before the first run, or after the ledger was damaged; that is told by the check of the ledger."""
    site = generated(make_site(more=SETTINGS))
    assert one(look(site), "hubs").state == "skipped"

    site.state.mkdir(exist_ok=True)
    (site.state / "ledger.sqlite").write_bytes(b"no ledger at all" * 100)
    assert one(look(site), "hubs").state == "skipped"


def test_news_that_waits_for_a_hub_is_told_until_it_has_it(make_site: MakeSite) -> None:
    """The count is that of the files one can subscribe to; what to do stands beside it."""
    site = generated(make_site(more=SETTINGS))
    number = tell_all(site)
    assert told(look(site)["hubs"]) == [("ok", "1 hub; nothing waits")]

    site = generated(make_site({"karmalink.md": POST.replace("title: ", "title: Again ")}, more=SETTINGS))
    found = one(look(site), "hubs")

    waiting = f"{HUB}: it was not told of {number} files of the feeds, as they are now"
    assert (found.state, found.message) == ("warning", waiting)
    assert found.help == "`publisher push` tells it, and says what it answers"


@pytest.mark.parametrize(("until", "mentioned"), [(3600.0, True), (-1.0, False), (10.0**12, False)])
def test_a_hub_that_is_left_alone_is_told_until_then(
    make_site: MakeSite,
    until: float,
    mentioned: bool,  # noqa: FBT001
) -> None:
    """A time that no hub can ask for was left by a clock that stood wrong."""
    site = generated(make_site(more=SETTINGS))
    with Ledger.open(site.state) as ledger:
        refused = HubRequest(HUB, ("https://feed.example/",), CLOCK, taken=False, status=429, outcome="later")
        ledger.hubs.record(refused, {}, not_before=CLOCK + until)

    found = [finding.message for finding in look(site)["hubs"]]

    assert found[0].startswith(f"{HUB}: it was not told of ")
    assert (
        f"{HUB}: it is left alone for now: next try in 60 min, at 2026-11-22 07:00 CST" in found[1:]
    ) is mentioned
