"""The text of a post is read late, and only from the file that was checked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.errors import Refused
from publisher.posts import Post, read_posts
from publisher.site import Site

MakeSite = Callable[..., Site]
FRONT = "---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: Karmalink 映🦋\ndate: 2022-07-15\n---\n"


def _only(site: Site) -> Post:
    (post,) = read_posts(site).posts
    return post


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n\n"], ids=["plain", "BOM", "blank lines"])
@pytest.mark.parametrize(
    "body", ["Text.", "\nText.\n", "\r\nText.\r\n", "é\n---\n映🦋\n", "\u2028x\x85y", "  code\n\n\n"]
)
def test_the_text_is_every_byte_below_the_fence(make_site: MakeSite, start: bytes, body: str) -> None:
    """Nothing is stripped, no line end is changed."""
    data = start + (FRONT + body).encode()

    assert _only(make_site({"k.md": data})).text().encode() == data[len(start) + len(FRONT.encode()) :]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_any_text_comes_back_as_it_was(make_site: MakeSite, body: str) -> None:
    """Whatever characters stand around it."""
    site = make_site({"k.md": FRONT + "x" + body})

    assert _only(site).text() == "x" + body


def test_a_file_that_changed_is_refused(make_site: MakeSite) -> None:
    """One byte is enough: what was not checked is not published."""
    post = _only(make_site({"k.md": FRONT + "Text."}))
    post.path.write_bytes(post.path.read_bytes().replace(b"Text.", b"text."))

    with pytest.raises(Refused, match=r"posts/k\.md changed while it was being published") as caught:
        post.text()
    assert caught.value.hint == "run the command again"


def test_a_file_that_went_is_refused(make_site: MakeSite) -> None:
    """So is a file that was removed, or turned into a folder."""
    post = _only(make_site({"k.md": FRONT + "Text."}))
    post.path.unlink()
    with pytest.raises(Refused):
        post.text()

    post.path.mkdir()
    with pytest.raises(Refused):
        post.text()
