"""Whose an offer is, and that an editor's is never touched, whatever sources say and whatever is remembered."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from publisher.desk.attaching import keep_offers
from publisher.desk.undoing import undo
from publisher.model import Listing, OfferKind, Price, Terms
from publisher.posts import read_posts
from publisher.posts.watch_reading import OfferItem, offer_items
from publisher.site import OfferStore
from publisher.watch.comparison import TEXT, Comparison, compare
from publisher.watch.memory import WRITTEN, remembered_offers
from publisher.watch.ownership import UNCHANGED, UNKNOWN, Writer, hand_in, hands_of, refused_by_editor
from publisher.watch.survey import Survey
from tests.conftest import POST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.site import Site
    from tests.conftest import MakeSite, Run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def listing(
    service: str, kind: str = "subscription", source: str = "tmdb", url: str | None = None, **terms: object
) -> Listing:
    """Make a listing as a source would."""
    checked = None if source == TEXT else NOW - timedelta(hours=1)
    said = {"region": "US", "source": source, "checked": checked, **terms}
    return Listing(service=service, url=url, terms=Terms(kind=OfferKind(kind), **said))  # type: ignore[arg-type]


def attached(
    site: Site,
    answers: Mapping[str, tuple[Listing, ...]],
    *,
    now: datetime = NOW,
    regions: tuple[str, ...] | None = None,
) -> dict[str, Comparison]:
    """Write what sources answer, as `attach --write` does."""
    (post,) = read_posts(site, now=now).require_valid().posts
    hands = hands_of(post, answers, site)
    comparisons = compare(post.review, answers, site, now=now, hands=hands, regions=regions)
    keep_offers(site, Survey(post, comparisons=tuple(comparisons.values())), now)
    return comparisons


def text(site: Site) -> str:
    """Return what the post holds."""
    return (site.posts / "karmalink.md").read_bytes().decode()


def change(site: Site, before: str, after: str) -> None:
    """Change the post by hand."""
    assert before in text(site)
    (site.posts / "karmalink.md").write_bytes(text(site).replace(before, after, 1).encode())


NETFLIX = "  - service: Netflix\n    kind: subscription\n    region: US\n    source: tmdb\n    checked: 2026-11-22\n"

BY_HAND = {
    "a link that the source never gives": (
        "    region: US\n",
        "    url: https://www.netflix.com/title/1\n    region: US\n",
        "`url` was put in by hand",
    ),
    "a quality": ("    source:", "    quality: 4k\n    source:", "`quality` was put in by hand"),
    "another kind": ("subscription", "ads", "`attach` did not write it so"),
    "another country": ("region: US", "region: GB", "`attach` did not write it so"),
    "no country": ("    region: US\n", "", "`region: US` was taken out by hand"),
    "another date": (
        "checked: 2026-11-22",
        "checked: 2025-01-01",
        "`checked` was changed by hand, from 2026-11-22",
    ),
    "no date": ("    checked: 2026-11-22\n", "", "`checked: 2026-11-22` was taken out by hand"),
    "a comment behind a value": ("region: US\n", "region: US # mine\n", "there is a comment in it"),
    "a comment of its own": ("    region", "    # I looked it up\n    region", "there is a comment in it"),
    "a comment below": ("2026-11-22\n", "2026-11-22\n    # mine\n", "there is a comment in it"),
}


@pytest.mark.parametrize("store", OfferStore)
@pytest.mark.parametrize(("before", "after", "why"), BY_HAND.values(), ids=BY_HAND)
def test_what_is_changed_by_hand_makes_an_offer_the_editor_s(
    make_site: MakeSite, store: OfferStore, before: str, after: str, why: str
) -> None:
    """It stays byte for byte whether the source says the same, something else or nothing; deleted, it is the source's."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"), listing("mubi"))})
    mine = NETFLIX.replace(before, after, 1)
    change(site, NETFLIX, mine)
    chosen = replace(site, watch=replace(site.watch, store=store))

    for answer in ((listing("netflix"),), (listing("netflix", quality="sd"),), (), (listing("hulu"),)):
        (yours,) = attached(chosen, {"tmdb": answer})["tmdb"].yours
        assert yours.why == why
        assert mine in text(site)
        assert "MUBI" not in text(site)

    change(site, mine, "")
    attached(site, {"tmdb": (listing("netflix"),)})
    assert NETFLIX in text(site)
    attached(site, {"tmdb": ()})
    assert "Netflix" not in text(site)


def test_an_offer_of_the_editor_s_is_said_by_no_source_again(make_site: MakeSite) -> None:
    """Neither by its own nor by another: readers would see it twice."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    change(site, "    region: US\n", "    region: US # mine\n")

    found = attached(
        site,
        {
            "tmdb": (listing("netflix", quality="4k"),),
            "streaming-availability": (listing("netflix", source="streaming-availability"),),
        },
    )

    assert (found["tmdb"].new, found["streaming-availability"].new) == ((), ())
    (yours,) = found["tmdb"].yours
    assert yours.keys == ("quality",)
    assert text(site).count("Netflix") == 1


def test_without_memory_only_what_the_source_says_to_the_letter_is_the_source_s(make_site: MakeSite) -> None:
    """In a fresh copy of a site nothing is taken for granted; what is confirmed once is remembered from then on."""
    site = make_site()
    offers = (listing("hulu", "rent", price=Price(Decimal("3.99"), "USD")), listing("mubi"))
    attached(site, {"tmdb": offers})
    shutil.rmtree(site.state)

    dearer = (listing("hulu", "rent", price=Price(Decimal("4.99"), "USD")), listing("mubi"))
    first = attached(site, {"tmdb": dearer})["tmdb"]
    second = attached(site, {"tmdb": ()})["tmdb"]

    assert ([one.service for one in first.kept], [one.listing.service for one in first.yours]) == (
        ["MUBI"],
        ["Hulu"],
    )
    assert first.yours[0].keys == ("price",)
    assert "nothing here remembers what tmdb said" in first.yours[0].why
    assert [one.service for one in second.gone] == ["MUBI"]
    assert "price: 3.99 USD" in text(site)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "    region: US\n    quality:\n",
        "    region: US\n    via:\n",
        "    region: US\n    exclusive: false\n",
    ],
)
def test_without_memory_a_form_that_is_never_written_is_the_editor_s(make_site: MakeSite, odd: str) -> None:
    """Though it says what the source says."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    shutil.rmtree(site.state)
    change(site, "    region: US\n", odd)

    (yours,) = attached(site, {"tmdb": (listing("netflix"),)})["tmdb"].yours

    assert yours.why == "`attach` did not write it so"


def test_without_memory_an_offer_without_its_date_is_the_editor_s(make_site: MakeSite) -> None:
    """`attach` gives every answer its date."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    shutil.rmtree(site.state)
    change(site, "    checked: 2026-11-22\n", "")

    (yours,) = attached(site, {"tmdb": (listing("netflix"),)})["tmdb"].yours

    assert yours.keys == ()


def test_what_another_machine_wrote_since_is_the_source_s(make_site: MakeSite) -> None:
    """Its date is later than any that is remembered here."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    change(
        site, NETFLIX, NETFLIX.replace("    source", "    quality: hd\n    source").replace("22\n", "24\n")
    )
    later = NOW + timedelta(days=3)

    attached(site, {"tmdb": (listing("netflix", quality="hd", checked=later),)}, now=later)
    attached(site, {"tmdb": (listing("netflix", quality="4k", checked=later),)}, now=later)

    assert "quality: 4k" in text(site)


def test_what_was_taken_back_can_be_written_again(make_site: MakeSite) -> None:
    """`undo` brings back a state that is known: the next run changes it as it would have before."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"), listing("mubi"))})
    before = text(site)
    after = {"tmdb": (listing("netflix", quality="hd"),)}
    attached(site, after)
    wanted = text(site)
    undo(site, now=NOW)
    assert text(site) == before

    attached(site, after)

    assert text(site) == wanted


def test_line_ends_and_indentation_are_nobody_s_words(make_site: MakeSite) -> None:
    """A formatter, or git, may have been there."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    change(site, NETFLIX, re.sub(r"(?m)^", "  ", NETFLIX).rstrip(" "))
    change(site, "  - service: Vudu\n    kind: rent\n", "    - service: Vudu\n      kind: rent\n")
    (site.posts / "karmalink.md").write_bytes(text(site).replace("\n", "\r\n").encode())

    assert [one.service for one in attached(site, {"tmdb": ()})["tmdb"].gone] == ["Netflix"]


def test_a_second_copy_of_an_offer_is_the_editor_s(make_site: MakeSite) -> None:
    """Only one of two can have been written."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    change(site, NETFLIX, NETFLIX * 2)

    (yours,) = attached(site, {"tmdb": ()})["tmdb"].yours

    assert (yours.number, yours.why) == (2, "the same stands above it")
    assert text(site).count("Netflix") == 1


def test_an_offer_for_which_nobody_asked_stays_and_is_not_talked_about(make_site: MakeSite) -> None:
    """Somebody who asks about Britain hears nothing of what the editor changed for America."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    change(site, "    region: US\n", "    region: US # mine\n")
    written = text(site)

    (yours,) = attached(site, {"tmdb": ()}, regions=("GB",))["tmdb"].yours

    assert not yours.asked
    assert text(site) == written


def test_an_offer_of_a_sentence_is_known_without_a_date() -> None:
    """Its latest state is the program's; a former one may be what the editor went back to."""
    keys = {"service": "Netflix", "kind": "rent", "source": "text"}
    later = {**keys, "from": "2026-12-01"}

    def hand(item: dict[str, str]) -> Writer:
        return hand_in(OfferItem(item, annotated=False), [keys, later]).writer

    assert hand(later) is Writer.SOURCE
    assert hand(keys) is Writer.EDITOR
    assert hand_in(OfferItem(keys, annotated=False), []) is UNKNOWN
    assert hand_in(OfferItem(keys, annotated=False), [keys]) is UNCHANGED


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"format_version": 1}', b"\xff", b"x" * 700_000])
def test_a_memory_that_makes_no_sense_is_none(make_site: MakeSite, content: bytes) -> None:
    """Then nobody remembers, and nothing is touched that may be the editor's."""
    site = make_site()
    attached(site, {"tmdb": (listing("netflix"),)})
    (file,) = (site.state / WRITTEN).iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(content)
    (post,) = read_posts(site, now=NOW).require_valid().posts

    assert remembered_offers(post.review, site) == ()
    assert len(attached(site, {"tmdb": ()})["tmdb"].yours) == 1


ANSWERS = st.lists(
    st.builds(
        listing,
        st.sampled_from(["netflix", "mubi", "hulu"]),
        st.sampled_from(["subscription", "rent"]),
        st.sampled_from(["tmdb", "streaming-availability", TEXT]),
        region=st.sampled_from(["US", "GB"]),
        quality=st.sampled_from([None, "hd", "4k"]),
        price=st.sampled_from([None, Price(Decimal("3.99"), "USD"), Price(Decimal(5), "USD")]),
    ),
    max_size=6,
)
ADDED = st.sampled_from(
    [
        "url: https://films.example/x",
        "quality: 4k",
        "quality: sd",
        "price: 3.99 USD",
        "price: 1 USD",
        "via: Somebody's",
        "exclusive: true",
        "until: 2027-01-01",
        "# mine",
    ]
)


def by_source(answers: list[Listing]) -> dict[str, tuple[Listing, ...]]:
    """Sort listings by who gave them; every source is asked."""
    return {
        source: tuple(one for one in answers if one.terms.source == source)
        for source in (TEXT, "tmdb", "streaming-availability")
    }


@st.composite
def edits(draw: st.DrawFn, site: Site) -> str:
    """Change an offer that a source wrote by hand, and return its lines; none where there is no such offer."""
    blocks = re.findall(r"  - service: .*\n(?:    .*\n)+", text(site))
    blocks = [block for block in blocks if "source: " in block]
    if not blocks:
        return ""
    block = draw(st.sampled_from(blocks))
    lines = block.splitlines()
    how = draw(st.sampled_from(["add", "replace", "remove", "note"]))
    keys = [at for at, line in enumerate(lines) if not re.match(r"[ -]*(service|source|kind):", line)]
    if how == "note":
        lines[draw(st.integers(0, len(lines) - 1))] += " # mine"
    elif how == "remove" and keys:
        del lines[draw(st.sampled_from(keys))]
    else:
        new = draw(ADDED)
        key = new.partition(":")[0]
        lines = [line for line in lines if not line.startswith(f"    {key}:")]
        lines.insert(draw(st.integers(1, len(lines))), f"    {new}")
    changed = "\n".join(lines) + "\n"
    # In another order it says the same, as it stood or as another does.
    if sorted(lines) in [sorted(other.splitlines()) for other in blocks]:
        return ""
    change(site, block, changed)
    return changed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(ANSWERS, min_size=2, max_size=4),
    forgotten=st.booleans(),
    stores=st.lists(st.sampled_from(OfferStore), min_size=4, max_size=4),
    regions=st.sampled_from([None, ("US",), ("GB",)]),
    data=st.data(),
)
def test_whatever_an_editor_does_to_an_offer_survives(
    make_site: MakeSite,
    rounds: list[list[Listing]],
    stores: list[OfferStore],
    regions: tuple[str, ...] | None,
    data: st.DataObject,
    *,
    forgotten: bool,
) -> None:
    """Whatever the sources say then, wherever the site keeps it, and whether or not anything is remembered."""
    site = make_site({"karmalink.md": POST})
    for folder in (site.state, site.posts / ".watch"):
        shutil.rmtree(folder, ignore_errors=True)
    attached(site, by_source(rounds[0]))
    mine = data.draw(edits(site))
    if not mine:
        return
    if forgotten:
        shutil.rmtree(site.state)
        # What a source then says to the letter is taken for the source's: with one more round it might go, or move.
        rounds, stores = rounds[:2], [OfferStore.POST]
    event("forgotten" if forgotten else "remembered")

    for answers, store in zip(rounds[1:], stores, strict=False):
        chosen = replace(site, watch=replace(site.watch, store=store))
        attached(chosen, by_source(answers), regions=regions)
        assert mine in text(site)
    assert len(offer_items(text(site).encode(), "a.md")) >= 2


SENTENCES = {TEXT: (listing("netflix", source=TEXT), listing("mubi", source=TEXT))}


def refused(site: Site, *services: str) -> list[str]:
    """Name the services of which the editor refused what sentences say."""
    (post,) = read_posts(site, now=NOW).require_valid().posts
    said = [listing(service, source=TEXT) for service in services or ("netflix", "mubi")]
    return [one.service for one in refused_by_editor(post.review, said, TEXT, site)]


def test_what_an_editor_deletes_is_refused(make_site: MakeSite) -> None:
    """Only that, and only once it was written; whatever else the editor changes in the post."""
    site = make_site()
    assert refused(site) == []
    attached(site, SENTENCES)
    assert refused(site) == []

    change(site, "  - service: Netflix\n    kind: subscription\n    region: US\n    source: text\n", "")
    change(site, "title:", "# a comment\ntitle:")

    assert refused(site) == ["netflix"]
    assert refused(site, "hulu") == []


def test_what_an_editor_wrote_in_its_place_refuses_nothing(make_site: MakeSite) -> None:
    """The same service, kind and country stands there, by whatever name and whoever says it."""
    site = make_site()
    attached(site, SENTENCES)

    change(site, "    source: text\n", "")

    assert refused(site) == []


def test_undo_refuses_nothing(make_site: MakeSite) -> None:
    """Who takes back a run may have meant another offer of it; a deletion after the next run counts again."""
    site = make_site()
    attached(site, SENTENCES)
    undo(site, now=NOW)
    assert "netflix" not in text(site).lower()
    assert refused(site) == []

    attached(site, SENTENCES)
    change(site, "  - service: Netflix\n    kind: subscription\n    region: US\n    source: text\n", "")

    assert refused(site) == ["netflix"]


def test_what_a_sentence_said_no_more_can_be_said_again(make_site: MakeSite) -> None:
    """The command took it out itself, because the sentence was gone."""
    site = make_site()
    attached(site, SENTENCES)
    attached(site, {TEXT: (listing("mubi", source=TEXT),)})
    assert "Netflix" not in text(site)

    assert refused(site) == []


def test_a_proposal_that_was_deleted_is_not_written_again(make_site: MakeSite, run: Run) -> None:
    """By the command itself, from sentence to `watch:` and back."""
    post = POST.replace("---\n\n", "---\n\nNow streaming on MUBI.\n\n", 1)
    site = make_site({"karmalink.md": post})
    command = ("attach", "--from", "text", "--write", "--now", "2022-07-20T09:00")
    assert run(*command).returncode == 0
    written = "  - service: MUBI\n    kind: subscription\n    source: text\n"
    assert written in text(site)
    change(site, written, "")
    before = text(site)

    done = run(*command, "-v")

    assert text(site) == before
    assert "you deleted it; it is not written again" in done.stdout
