"""However many reviews a feed holds, only one of them is in memory at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.feeds.feeds_sites import CONFIGURATION, post, write_site

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 300
ALL_IN_ONE = f'limit = {POSTS}\narchive = "none"\nauthor_feeds = false\ntag_feeds = 0'
WORKERS = 2
# KiB, of all processes at work, pages that they share counted for each. The feeds have 35 MiB each, in three formats and
# with the Markdown: more than the bound, were they held.
BOUND = 300 * 1024
# What getrusage calls the peak begins with that of the process that started this one; VmHWM is its own. Of the processes it
# began, the system knows the largest.
GENERATE = """
import re, resource
from pathlib import Path
from publisher.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\\s*([0-9]+)", status.read_text()) if status.exists() else None
    own = int(peak[1]) if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_a_long_feed_is_streamed(tmp_path: Path) -> None:
    """A feed of 300 reviews of 10,000 words is made within a generous bound, by as many processes as there are."""
    text = "\n\n".join(" ".join(["frightened"] * 100) for _ in range(100))
    first = post(0, "A review", text, more="rating: 4")
    posts = {
        f"{n}.md": first.replace(f"{0:012d}", f"{n:012d}").replace(
            "2024-03-01", f"20{n % 20:02d}-03-{n % 28 + 1:02d}"
        )
        for n in range(POSTS)
    }
    write_site(tmp_path, posts, CONFIGURATION.replace("limit = 50", ALL_IN_ONE))
    arguments = ["generate", "--site", str(tmp_path), "--quiet", "--now", "2026-11-22T12:00:00Z"]
    done = subprocess.run(
        [sys.executable, "-c", GENERATE, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "feeds" / "rss.xml").read_bytes().count(b"<item>") == POSTS
    # Reading 100 MiB back to hold them against the standards would take more than a gigabyte.
    shutil.rmtree(tmp_path / "feeds")
    own, largest = map(int, done.stdout.split())
    assert largest > 0 or sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1
    assert own + WORKERS * largest < BOUND
