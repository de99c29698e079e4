"""Fixtures every room's tests share, and the marker for tests that need a program beyond Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from publisher.site import FILE_NAME, Site, load_site
from tests import warm_start
from tests.feeds.every_build import look_at_every_build, require_valid_builds

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

MakeSite = Callable[..., Site]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

CONFIGURATION = """\
[site]
title = "The Pinned Wing"
base_url = "https://reviews.example/"
time_zone = "America/Chicago"
language = "en"
id = "0b1f9a36-51b7-4a5c-9a0e-8d2f3c7e6a14"

[images]
directory = "posts/images"
url = "https://reviews.example/images/"

[rating]
unit = "butterfly"
units = "butterflies"
symbol = "🦋"

[authors.desk]
name = "The Night Desk"

[watch]
region = "US"
"""

POST = """\
---
id: 4c768283-9939-45ec-b325-53b5be6f9ce5
title: Karmalink
date: 2022-07-15T09:00-05:00
film:
  title: Karmalink
  year: 2021
rating: 4
watch:
  - service: Vudu
    kind: rent
summary: A past life buried a treasure.
---

A boy hunts for a treasure that one of his past lives buried.
"""

# No test asserts a speed: machines are slow at times. `make fuzz` asks for many more examples.
settings.register_profile(
    "publisher",
    deadline=None,
    max_examples=int(os.environ.get("PUBLISHER_FUZZ_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("publisher")


@pytest.fixture
def make_site(tmp_path: Path) -> MakeSite:
    """Give a function that writes a site into `tmp_path` and loads it.

    `make_site()` makes one valid post, `posts/karmalink.md`. `posts` maps names of files in `posts/` to their
    text or bytes and replaces it; `configuration` replaces publisher.toml, `more` is put below it.
    """

    def make(
        posts: Mapping[str, str | bytes] | None = None, *, configuration: str = CONFIGURATION, more: str = ""
    ) -> Site:
        (tmp_path / FILE_NAME).write_text(f"{configuration}\n{more}", encoding="utf-8")
        (tmp_path / "posts").mkdir(exist_ok=True)
        for name, content in ({"karmalink.md": POST} if posts is None else posts).items():
            file = tmp_path / "posts" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_site(tmp_path)

    return make


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give a function that runs `publisher` with some words in a folder, by default the test's own.

    It begins warm (`warm_start.py`), unless the environment says what Python reads when it begins.
    """

    def run_publisher(
        *words: str, cwd: Path = tmp_path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        around = {**os.environ, **environment}
        if not warm_start.at_the_start(around):
            return warm_start.run("-m", "publisher", *words, cwd=cwd, environment=around)
        return subprocess.run(
            [sys.executable, "-m", "publisher", *words],
            cwd=cwd,
            env=around,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run_publisher


@pytest.fixture(scope="session", autouse=True)
def _every_build_is_valid() -> Iterator[None]:
    """See that every feed of every build in this process keeps the rules of its format."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        look_at_every_build(monkeypatch)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """See the same of what a test's subprocesses left in its folder."""
    yield
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if folder is not None:
        require_valid_builds(folder)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is missing, by name; fail it where every program was promised."""
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            if shutil.which(tool):
                continue
            if os.environ.get("PUBLISHER_REQUIRE_TOOLS") == "1":
                pytest.fail(f"{tool} is missing, and PUBLISHER_REQUIRE_TOOLS=1 asks for it", pytrace=False)
            pytest.skip(f"needs {tool}, which is not installed here")
