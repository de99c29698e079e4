"""A picture that a post names lies in the site's image folder, and nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.posts import local_image

ROOT = Path("/site")
POST, FOLDER = ROOT / "posts/karmalink.md", ROOT / "posts/images"


@pytest.mark.parametrize(
    ("src", "expected"),
    [
        ("images/a.png", "/site/posts/images/a.png"),
        ("./images//a.png", "/site/posts/images/a.png"),
        ("images/sub/../a b.png", "/site/posts/images/a b.png"),
        ("../posts/images/映.png", "/site/posts/images/映.png"),
        ("images/..a.png", "/site/posts/images/..a.png"),
        ("a.png", None),
        ("images/../a.png", None),
        ("images/../../../etc/passwd", None),
        ("../" * 50 + "etc/passwd", None),
        ("/site/posts/images/a.png", None),
        ("/etc/passwd", None),
        ("images\\..\\a.png", None),
        ("images/a\x00.png", None),
        ("images2/a.png", None),
    ],
)
def test_a_relative_path_leads_into_the_image_folder_or_nowhere(src: str, expected: str | None) -> None:
    """Steps upwards are followed in the text, before any file is looked at."""
    assert local_image(POST, src, FOLDER) == (Path(expected) if expected else None)


@given(
    st.lists(st.sampled_from(["..", ".", "", "images", "a.png", "posts", "site", "\x00", "\\", "~"])).map(
        "/".join
    )
)
def test_no_path_leaves_the_image_folder(src: str) -> None:
    """Whatever it is made of, what comes out lies inside and holds no step upwards."""
    file = local_image(POST, src, FOLDER)

    if file is not None:
        assert PurePosixPath(file).is_relative_to(FOLDER)
        assert ".." not in file.parts
