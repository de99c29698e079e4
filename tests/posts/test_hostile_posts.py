"""Files built to hurt are read in good time, with a screenful of messages at most; limits are what the messages say.

The kinds are those of `benchmarks/hostile.py`, which measures them at full size.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import hostile_posts
import pytest
from hostile_posts import FILES, FRONTS, TEXTS
from hostile_sites import CONFIGURATIONS

from publisher.content.html import render
from publisher.diagnostics import has_errors
from publisher.diagnostics.render import full
from publisher.errors import ConfigurationError
from publisher.posts import read_post
from publisher.posts.files import POST_LIMIT
from publisher.site import FILE_NAME, load_site
from tests.posts.fuzz_inputs import watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.diagnostics import Diagnostic

SITE = load_site(Path(__file__).parent / "golden")
HEAD = "---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: K\ndate: 2022-07-15\nauthor: desk\nsummary: A film.\n"
# The benchmark has texts of 6 MiB and 20,000 tags; these are enough for what grows with their square to be noticed.
_SIZE = 64 * 1024
_MARKS = 5_000


def _post(body: str) -> bytes:
    return f"{HEAD}---\n{body}".encode()


def _front(lines: str) -> bytes:
    return f"{HEAD}{lines}\n---\nText.\n".encode()


def _check(diagnostics: Sequence[Diagnostic]) -> None:
    assert len(diagnostics) < 1_000
    assert sum(len(full(fault)) for fault in diagnostics) < 500_000


@pytest.mark.parametrize("make", [*FILES.values(), *FRONTS.values()], ids=[*FILES, *FRONTS])
def test_a_file_built_to_hurt_is_read_in_good_time(make: Callable[[], bytes]) -> None:
    """It is as large as files and front matter may be; a few are larger."""
    data = make()
    with watchdog():
        post, diagnostics = read_post(data, SITE.posts / "x.md", SITE)
        _check(diagnostics)

    assert (post is None) == has_errors(diagnostics)


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS)
def test_a_text_built_to_hurt_is_read_and_rendered_in_good_time(
    make: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What validation lets pass does not hold up the feeds either."""
    monkeypatch.setattr(hostile_posts, "MARKS", _MARKS)
    data = make(_SIZE)
    with watchdog():
        post, diagnostics = read_post(data, SITE.posts / "x.md", SITE)
        _check(diagnostics)
        if post is not None:
            render(data.decode()[post.body :], SITE.url_of(post.review), lambda _: None)

    assert (post is None) == has_errors(diagnostics)


@pytest.mark.parametrize("make", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_built_to_hurt_is_read_in_good_time(
    make: Callable[[], bytes], tmp_path: Path
) -> None:
    """All of them have faults, but for what is merely long."""
    (tmp_path / FILE_NAME).write_bytes(make())
    with watchdog():
        try:
            site = load_site(tmp_path)
        except ConfigurationError as error:
            _check(error.diagnostics)
        else:
            assert site.title == "The Measured Wing"


def test_a_body_of_five_megabytes_is_fine() -> None:
    """A long text is no fault: only what no reader could show is."""
    paragraph = (
        "A *boy* hunts for a [treasure](https://example.com/) that **one** of his past lives buried.\n\n"
    )
    post, diagnostics = read_post(_post(paragraph * (5_000_000 // len(paragraph))), SITE.posts / "x.md", SITE)

    assert post is not None
    assert diagnostics == []


def test_a_file_over_the_limit_is_not_looked_into() -> None:
    """The limit is said."""
    post, (fault,) = read_post(b"x" * (POST_LIMIT + 1), SITE.posts / "x.md", SITE)

    assert post is None
    assert (fault.code, fault.message) == ("file-too-large", "the file is larger than 6 MiB; no post is")


def test_front_matter_over_the_limit_is_not_looked_into() -> None:
    """Its limit is said at the line where it begins."""
    post, (fault,) = read_post(_front("summary: " + "x" * 262_144), SITE.posts / "x.md", SITE)

    assert post is None
    assert (fault.code, fault.line) == ("file-too-large", 1)
    assert fault.message == "the front matter is longer than 256 KiB"


def test_front_matter_of_too_many_values_is_read_up_to_there() -> None:
    """What stands before is checked all the same."""
    post, (first, second) = read_post(
        _front(f"rating: 9\ntags: [{'a,' * 30_000}]"), SITE.posts / "x.md", SITE
    )

    assert post is None
    assert (first.code, first.line) == ("file-too-large", 8)
    assert first.message == "the front matter has more than 20,000 keys and values up to here"
    assert second.code == "rating-range"


@pytest.mark.parametrize(
    ("flood", "message"),
    [
        ("<table>" + "x<br>" * 20_000, "the text has 20,001 times <; at most 20,000 are taken"),
        ("&" * 20_001, "the text has 20,001 times &; at most 20,000 are taken"),
        ("<img srcset='" + "a, " * 6_000 + "'>", "a tag is longer than 16,000 characters"),
        (
            "x\n\n" * 600_000,
            "the text has 1,200,000 signs of punctuation and line ends; at most 1,000,000 are taken",
        ),
        ("x\n\n" * 300_000, "the text would become 600,000 tags of HTML; at most 450,000 are taken"),
        (
            "x>" * 900_000 + "y" * 4_000_000,
            "the text would become 8,500,008 characters of HTML; at most 7,500,000 are taken",
        ),
        ("[a](b) " * 60_001, "the text has 60,001 links and pictures; at most 60,000 are taken"),
    ],
)
def test_what_would_take_minutes_or_all_of_the_memory_is_a_fault(flood: str, message: str) -> None:
    """What no review needs is refused before anything is done with it; the message says what there is too much of."""
    post, (fault,) = read_post(_post(flood), SITE.posts / "x.md", SITE)

    assert post is None
    assert (fault.code, fault.message) == ("body-markup", message)


def test_lists_and_texts_have_bounds() -> None:
    """A post of some kilobytes cannot become feeds of some hundred megabytes."""
    offers = "watch:\n" + "  - {service: hulu, kind: rent}\n" * 101
    long = f"film: {{title: {'あ' * 501}}}\ntags: [{', '.join(f't{number}' for number in range(101))}]\n"

    _, diagnostics = read_post(_front(offers + long), SITE.posts / "x.md", SITE)

    assert sorted(fault.message for fault in diagnostics if fault.code == "invalid-value") == [
        "the list has 101 items; this key takes at most 100",
        "the list has 101 items; this key takes at most 100",
        "the text has 501 characters; this key takes at most 500",
    ]
