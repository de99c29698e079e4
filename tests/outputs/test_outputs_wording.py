"""How many files are told to people: what is counted is what it is called."""

from __future__ import annotations

import pytest

from publisher.outputs.wording import in_short

FEED = ["best/rss.xml", "best/atom.xml", "best/feed.json"]
PAGE = ["archive/2024-03/rss.xml", "archive/2024-03/atom.xml", "archive/2024-03/feed.json"]
OTHERS = ["index.html", "opml.xml"]


def copies(names: list[str]) -> list[str]:
    """Name the compressed copies of files."""
    return [f"{name}.gz" for name in names]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["rss.xml", "rss.xml.gz"], "rss.xml, rss.xml.gz"),
        ([*FEED, *PAGE, *OTHERS], "1 feed, 1 page of the archive, 2 other files"),
        (copies([*FEED, *PAGE, *OTHERS]), "8 compressed copies"),
        ([*FEED, *PAGE, "rss.xml.gz"], "1 feed, 1 page of the archive, 1 compressed copy"),
    ],
)
def test_few_files_are_named_and_many_counted(names: list[str], words: str) -> None:
    """Where compressed copies alone go, no feed does."""
    assert in_short(names) == words
