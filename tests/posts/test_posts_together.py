"""What editors read of faults between posts: each folder of `together/` is a site's posts beside the messages."""

from __future__ import annotations

import os
import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from publisher.diagnostics.render import full
from publisher.posts import read_posts
from publisher.site import load_site

HERE = Path(__file__).parent
TOGETHER = HERE / "together"
NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
_UUID = re.compile(r"(?<=: )[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.MULTILINE)


@pytest.mark.parametrize("case", sorted(TOGETHER.iterdir()), ids=lambda case: case.name)
def test_posts_earn_exactly_the_messages_beside_them(case: Path, tmp_path: Path) -> None:
    """Every file that has a part in a fault is named, and each says what the other is.

    A new case needs only its folder of posts: run the test with PUBLISHER_UPDATE_GOLDEN=1, and read what was written.
    """
    shutil.copytree(case, tmp_path / "posts", ignore=shutil.ignore_patterns("expected"))
    configuration = (HERE / "golden" / "publisher.toml").read_text("utf-8")
    (tmp_path / "publisher.toml").write_text(configuration.replace('"."', '"posts"'), encoding="utf-8")
    found = read_posts(load_site(tmp_path), now=NOW).diagnostics
    shown = _UUID.sub("<uuid>", "\n".join(map(full, found)) or "nothing to say") + "\n"
    expected = case / "expected"
    if os.environ.get("PUBLISHER_UPDATE_GOLDEN") == "1":
        expected.write_text(shown, encoding="utf-8")

    assert expected.exists(), shown
    assert shown == expected.read_text(encoding="utf-8")
