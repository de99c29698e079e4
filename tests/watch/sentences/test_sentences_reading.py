"""What every proposal has, whatever the text: it validates, tells its place, and costs little."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import Listing, OfferKind, Terms
from tests.watch.sentences.reviewing import proposed, review, rows, site

if TYPE_CHECKING:
    from publisher.watch.sentences import Proposal
    from tests.conftest import MakeSite, Run

STATEMENT = "Karmalink is available to rent on Vudu or Apple TV."
# What sentences are made of, put together at random.
PIECES = """
Karmalink|it|It|is|was|isn't|now|available|streaming|out|to rent|to buy|for free|on|in|via|from|until|Netflix|Vudu|Apple TV
VOD|theaters|Blu-ray|July 15|2/14|29 February|this Halloween|in the US|UK|and|or|,|.|;|(|)|[|]|“|”|"|—|…|?|*|**|`|~~|<b>|</b>
<a href="https://www.netflix.com/title/1">|</a>|](https://vudu.com)|# |> |    |- |hits|will be released|which|if|not|only|$3.99
(2021)|(US)|\ufffc|\ud800|\x00|é|ÅÃ|日本
"""
JOINTS = (" ", "\n", "\n\n", "| ")


@given(
    st.lists(
        st.sampled_from(PIECES.replace("\n", "|").split("|")).flatmap(
            lambda piece: st.sampled_from(JOINTS).map(lambda joint: piece + joint)
        ),
        max_size=40,
    ).map("".join)
    | st.text(max_size=300)
)
def test_no_text_raises(text: str) -> None:
    """Texts come from files that anybody wrote."""
    for proposal in proposed(text, review(), site()):
        assert proposal.quote
        assert "\n" not in proposal.quote
        assert 1 <= proposal.line <= 1 + text.count("\n") + text.count("\r")


@given(
    st.sampled_from(
        [
            "```\n{}\n```",
            "~~~ text\n{}\n~~~",
            "    {}",
            "`{}`",
            "<pre>{}</pre>",
            "<!-- {} -->",
            "<div>\n{}\n</div>",
        ]
    ),
    st.sampled_from([STATEMENT, "Now streaming on Netflix.", "Out now on VOD and DVD."]),
)
def test_nothing_is_read_in_code_or_html(form: str, statement: str) -> None:
    """What stands there is no sentence of the reviewer's."""
    assert proposed(form.format(statement), review(), site()) == ()
    assert proposed(f"{form.format(statement)}\n\n{statement}", review(), site())


@pytest.mark.parametrize(
    "fragment",
    [
        "Now streaming on Netflix. ",
        "*Now streaming on Netflix.* ",
        "Now streaming on Netflix.\n\n",
        "Karmalink is available to rent on Vudu, ",
        "it is available now and ",
        "It was and ",
        "Netflix, Vudu ",
        "on Netflix in the US and ",
        "for free ",
        "( Netflix ",
        "[",
        '"',
        "July 15 on VOD ",
        "via Foo Netflix ",
        "<a href='x'>Netflix ",
        "A. Netflix ",
        "— ",
        "Now streaming on Netflix. Well, but and or ",
        "Now streaming on Netflix and others, ",
    ],
)
def test_a_text_that_is_built_to_hurt_takes_seconds(fragment: str) -> None:
    """As large as a post may be; nothing in it makes the work grow with more than its length."""
    text = fragment * (6 * 1024 * 1024 // len(fragment))
    begun = time.process_time()
    proposed(text, review(), site())
    # Some three seconds at the most where nothing else runs; quadratic work would take hours.
    assert time.process_time() - begun < 60


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (STATEMENT, 1),
        (f"\n\n{STATEMENT}", 3),
        (f"One.\r\n\r\nTwo. {STATEMENT}\r\n", 3),
        (f"One\ntwo\nthree. {STATEMENT}", 3),
        (f"- é\n- **{STATEMENT}**", 2),
    ],
)
def test_a_proposal_tells_where_it_was_read(text: str, line: int) -> None:
    """The line is that of the text, and the quotation the sentence on one line."""
    first, second = proposed(text, review(), site())
    assert (first.line, second.line) == (line, line)
    assert first.quote == STATEMENT


def test_a_quotation_is_one_line_and_not_too_long() -> None:
    """An editor reads it in a terminal."""
    text = "Karmalink is available to rent\non *Vudu*, and it is " + "a great and lovely film, " * 30 + "too."
    (proposal,) = proposed(text, review(), site())
    assert proposal.quote.startswith("Karmalink is available to rent on Vudu, and it is a great")
    assert len(proposal.quote) <= 240
    assert proposal.quote.endswith("…")


def test_every_proposal_of_the_golden_data_validates(make_site: MakeSite, run: Run) -> None:
    """Written into `watch:`, each is taken without an error."""
    proposals = [proposal for row in rows("golden.yaml") for proposal in row.proposals]
    assert len(proposals) > 100
    # A post has at most a hundred.
    parts = [proposals[start : start + 60] for start in range(0, len(proposals), 60)]
    make_site({f"post-{number}.md": _post(part, number) for number, part in enumerate(parts)})
    result = run("validate")
    assert result.returncode == 0, result.stderr


def test_days_are_those_of_the_sites_zone() -> None:
    """The first is from its beginning, the last to its end."""
    (proposal,) = proposed("Streaming on Netflix from July 15 until July 31.", review(), site())
    terms = proposal.listing.terms
    assert terms.starts == datetime(2022, 7, 15, 5, tzinfo=UTC)
    assert terms.ends == datetime(2022, 8, 1, 5, tzinfo=UTC)


def test_a_proposal_knows_whether_it_is_listed() -> None:
    """By service, kind and country, whatever name the listing has for the service."""
    (vudu, apple) = proposed(STATEMENT, review(), site())
    listing = Listing(service="VUDU", terms=Terms(kind=OfferKind.RENT))
    other = Listing(service="Apple TV", terms=Terms(kind=OfferKind.BUY, region="US"))
    abroad = Listing(service="Apple TV", terms=Terms(kind=OfferKind.RENT, region="GB"))
    listed = replace(review(), watch=(listing, other), found=(abroad,))
    assert vudu.listed(listed, site()) is listing
    assert apple.listed(listed, site()) is None
    found = replace(review(), found=(replace(abroad, terms=Terms(kind=OfferKind.RENT, region="US")),))
    assert apple.listed(found, site()) is found.found[0]


@pytest.mark.parametrize("between", [" ", "\n", "\n\n", "  \n", "\n\n- ", " *", " ("])
def test_what_stands_right_behind_takes_a_sentence_back(between: str) -> None:
    """In its paragraph, or at the beginning of the next one."""
    assert proposed(f"{STATEMENT}{between}Not anymore.", review(), site()) == ()
    assert proposed(f"{STATEMENT}{between}Four butterflies.", review(), site())


@pytest.mark.parametrize("between", ["\n\n## ", " It is a fine film. "])
def test_what_stands_further_away_does_not(between: str) -> None:
    """A heading, and what follows another sentence, is about something else."""
    assert proposed(f"{STATEMENT}{between}Not anymore.", review(), site())


@pytest.mark.parametrize("language", ["fr", "de-DE", "ja"])
def test_only_english_is_read(language: str) -> None:
    """What looks like English in another language may mean anything."""
    assert proposed(STATEMENT, review(language=language), site()) == ()


def test_a_review_without_a_film_proposes_nothing() -> None:
    """There is nothing to watch."""
    assert proposed(STATEMENT, review(film=None), site()) == ()


def test_a_day_without_a_year_is_the_nearest() -> None:
    """Around New Year it lies in another year than the post."""
    for posted, year in ((date(2022, 12, 28), 2023), (date(2023, 1, 20), 2023)):
        (proposal,) = proposed("On VOD January 10", review(day=posted), site())
        assert proposal.listing.terms.starts == datetime(year, 1, 10, 6, tzinfo=UTC)


def _post(proposals: list[Proposal], number: int) -> str:
    lines = []
    for proposal in proposals:
        listing, terms = proposal.listing, proposal.listing.terms
        said = {
            "service": listing.service,
            "kind": terms.kind,
            "region": terms.region,
            "url": listing.url,
            "quality": terms.quality,
            "exclusive": "true" if terms.exclusive else None,
            "from": f"{terms.starts:%Y-%m-%d}" if terms.starts else None,
        }
        lines += [
            f"{'  - ' if key == 'service' else '    '}{key}: {value}" for key, value in said.items() if value
        ]
    watch = "\n".join(lines)
    return (
        f"---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce{number}\ntitle: Karmalink {number}\ndate: 2022-07-15T09:00-05:00\n"
        f"film:\n  title: Karmalink\nrating: 4\nsummary: One.\nwatch:\n{watch}\n---\n\nA text.\n"
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Now in theaters.", 60),
        ("Karmalink opens in theaters July 10.", 60),
        ("Now streaming on Netflix.", 365),
        ("It's free on Tubi.", 365),
    ],
)
def test_what_is_shown_or_streamed_is_counted_on_for_some_time(text: str, days: int) -> None:
    """In a post that is older, or of a day that is longer ago, it proposes nothing."""
    posted = review().date
    assert proposed(text, review(), site(), posted + timedelta(days=days))
    assert proposed(text, review(), site(), posted + timedelta(days=days + 1)) == ()


@pytest.mark.parametrize(
    "text",
    ["Available to rent on Vudu.", "Out now on DVD.", "Out now on VOD.", "You can buy it on Apple TV."],
)
def test_what_is_sold_stays(text: str) -> None:
    """To rent, to buy and on disc a film is for good."""
    assert proposed(text, review(), site(), review().date + timedelta(days=4000))


def test_what_ends_is_proposed_until_then() -> None:
    """However old the post is: the day says it."""
    text = "Streaming on Netflix until July 31, 2026."
    last = datetime(2026, 7, 31, 23, tzinfo=site().zone)
    assert proposed(text, review(), site(), last)
    assert proposed(text, review(), site(), last + timedelta(hours=2)) == ()


@pytest.mark.parametrize(
    "word",
    [
        "allegedly",
        "Kids",
        "abroad",
        "†",
        "[^1]",
        "¹",
        "(gone)",
        "(2019-2022)",
        "— gone",
        "; gone",
        "*",
        "~~or not~~",
        "`x`",
    ],
)
def test_one_word_that_is_not_known_is_enough(word: str) -> None:
    """Whatever it is, and wherever behind the service it stands."""
    text = f"Now streaming on Netflix {word}."
    assert proposed(text, review(), site()) == ()
    assert proposed("Now streaming on Netflix.", review(), site())


@pytest.mark.parametrize(
    "denial",
    [
        "It's no longer on Netflix.",
        "**Update:** it left Netflix.",
        "Netflix doesn't have it.",
        "It is no longer available.",
    ],
)
def test_a_service_that_is_denied_anywhere_is_not_proposed(denial: str) -> None:
    """Before and behind, near and far; another service is, unless everything is denied."""
    middle = "A fine film.\n\nA patient one, too."
    for text in (
        f"{denial}\n\n{middle}\n\nNow streaming on Netflix.",
        f"Now streaming on Netflix.\n\n{middle}\n\n{denial}",
    ):
        assert proposed(text, review(), site()) == ()
    other = proposed(f"{denial}\n\n{middle}\n\nNow streaming on Hulu.", review(), site())
    assert bool(other) is ("Netflix" in denial)


def test_a_country_over_a_section_holds_to_its_end() -> None:
    """Where it is put over what follows, nobody can tell for where that holds."""
    assert proposed("## UK\n\nOne.\n\n### Where\n\nNow streaming on Netflix.", review(), site()) == ()
    assert proposed("## UK\n\nOne.\n\n## Where\n\nNow streaming on Netflix.", review(), site())
    assert proposed("**UK**\n\nNow streaming on Netflix.", review(), site()) == ()
    assert proposed("Country: South Korea\n\nNow streaming on Netflix.", review(), site())
