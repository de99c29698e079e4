"""What JSON Feed says of a review, and how it is laid out; the rules are in json_rules."""

from __future__ import annotations

import json

import pytest

from tests.feeds.feeds_sites import NAMES, feeds_of


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_indented_utf_8_with_a_last_line_end(name: str) -> None:
    """A diff of the file shows what changed, line by line, in letters that people can read."""
    data = feeds_of(name).files["feed.json"]
    assert data == (json.dumps(json.loads(data), indent=2, ensure_ascii=False) + "\n").encode()


def test_the_fields_say_what_the_entries_say() -> None:
    """Titles, summaries and texts come through unescaped."""
    feeds = feeds_of("hostile")
    for item, entry in zip(feeds.json["items"], feeds.entries, strict=True):
        assert (item["title"], item["summary"]) == (entry.review.title, entry.summary)
        assert item["content_html"] == entry.html
