"""A picture that a post names lies in the site's image folder, and nowhere else."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.posts import local_image
from publisher.posts.pictures import dimensions

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


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 640, 480, 8, 2, 0, 0, 0))
GIF = b"GIF89a" + struct.pack("<HH", 640, 480) + b"\x00\x00\x00;"
FRAME = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 480, 640, 1) + b"\x01\x11\x00"
PROFILE = b"\xff\xe2" + struct.pack(">H", 0xFFFF) + b"\x00" * 0xFFFD
JPEG = b"\xff\xd8" + FRAME + b"\xff\xd9"
WEBP = b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x7f\x02\x00\xdf\x01\x00"


@pytest.mark.parametrize(
    "data",
    [PNG, GIF, JPEG, WEBP, b"\xff\xd8" + PROFILE * 3 + FRAME],
    ids=["PNG", "GIF", "JPEG", "WebP", "JPEG behind a large profile"],
)
def test_width_and_height_are_read_from_the_file(tmp_path: Path, data: bytes) -> None:
    """Every kind of image says how large it is, if not always at once."""
    file = tmp_path / "moth.png"
    file.write_bytes(data)

    assert dimensions(file) == (640, 480)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an image",
        PNG[:20],
        GIF.replace(struct.pack("<HH", 640, 480), bytes(4)),
        b"\xff\xd8" + b"\x00" * 100_000,
        b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>',
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg width="640" height="480">&a;</svg>',
    ],
    ids=["empty", "text", "torn", "nothing wide", "endless", "SVG", "SVG with entities"],
)
def test_what_is_no_image_has_no_size(tmp_path: Path, data: bytes) -> None:
    """Files that are torn, empty or of another kind are no error of the program."""
    file = tmp_path / "moth.png"
    file.write_bytes(data)

    assert dimensions(file) is None


def test_a_file_that_cannot_be_read_has_no_size(tmp_path: Path) -> None:
    """It may have gone, or be a folder by now."""
    assert dimensions(tmp_path / "lost.png") is None
    assert dimensions(tmp_path) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    st.sampled_from([PNG, GIF, JPEG, WEBP, b"\x00\x00\x00\x18ftypavif"]),
    st.binary(max_size=80),
    st.integers(0, 60),
)
def test_no_file_breaks_the_reading_of_its_size(tmp_path: Path, data: bytes, junk: bytes, cut: int) -> None:
    """Whatever follows a good beginning, there are a width and a height, or none."""
    file = tmp_path / "moth.png"
    file.write_bytes(data[:cut] + junk)
    size = dimensions(file)

    assert size is None or min(size) > 0
