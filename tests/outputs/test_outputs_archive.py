"""The pages of the archive as they lie there: what is done elsewhere leaves their bytes alone."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, post, write_site
from tests.outputs.output_names import FORMS

#: The months of the posts: all but the last are over.
MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
SITE = CONFIGURATION.replace("limit = 50", "limit = 1")


class Edit(NamedTuple):
    """Something that is done to one of the posts."""

    what: str
    number: int
    month: str


NUMBERS = st.integers(1, 9)
EDITS = st.builds(
    Edit,
    st.sampled_from(["write", "rewrite", "draft", "retract", "delete"]),
    NUMBERS,
    st.sampled_from(MONTHS),
)


def written(number: int, month: str, title: str, more: str = "") -> str:
    """Write a post of a month."""
    return post(number, title, more=f"tags: [ghosts]\n{more}").replace("2024-03", month)


def made(posts: dict[int, str], folder: Path) -> dict[str, bytes]:
    """Bring the posts out, where others were out before, and read the pages of the archive."""
    for old in (folder / "posts").glob("*.md"):
        old.unlink()
    site = write_site(folder, {f"{number}.md": text for number, text in posts.items()}, SITE)
    generate(read_posts(site).require_valid().posts, site, NOW)
    return {name: data for name, data in contents(site.feeds).items() if name.startswith("archive/")}


def own(posts: dict[int, str], pages: list[str], month: str) -> tuple[object, ...]:
    """Return all that the bytes of a page may depend on: what is live of its month, and its neighbours' names."""
    place = pages.index(month)
    live = sorted(text for text in posts.values() if f"date: {month}" in text and "status:" not in text)
    return live, pages[max(0, place - 1) : place], pages[place + 1 : place + 2]


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(NUMBERS, st.sampled_from(MONTHS), min_size=3), st.lists(EDITS, min_size=1, max_size=4))
def test_the_bytes_of_a_page_change_only_with_its_own_reviews_and_its_neighbours(
    months: dict[int, str], edits: list[Edit]
) -> None:
    """Whatever is done to posts of other months, and to the main feed; and they do change when one of its own does."""
    posts = {number: written(number, month, f"Post {number}") for number, month in months.items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = made(posts, folder)
        for turn, edit in enumerate(edits):
            after_posts = dict(posts)
            month = months.get(edit.number, edit.month)
            hidden = {
                "draft": "status: draft",
                "retract": "status: retracted\nretracted: 2026-11-21\nreason: wrong",
            }
            if edit.what == "delete":
                after_posts.pop(edit.number, None)
            elif edit.what == "write":
                months = {**months, edit.number: edit.month}
                after_posts[edit.number] = written(edit.number, edit.month, f"Written {turn}")
            elif edit.number in posts:
                after_posts[edit.number] = written(
                    edit.number, month, f"Changed {turn}", hidden.get(edit.what, "")
                )
            after = made(after_posts, folder)
            pages, left = (sorted({name.split("/")[1] for name in files}) for files in (before, after))
            assert set(pages) <= set(left)
            for page in pages:
                same = own(posts, pages, page) == own(after_posts, left, page)
                event("same" if same else "another")
                for form in FORMS:
                    file = f"archive/{page}/{form}"
                    # JSON has no link to the page that comes after.
                    items = [
                        json.loads(files[f"archive/{page}/feed.json"])["items"] for files in (before, after)
                    ]
                    if same or (items[0] != items[1]):
                        assert (before[file] == after[file]) == same, (file, edit)
            posts, before = after_posts, after
