"""Another program at the same work, side by side in one run: Hugo making one RSS of the same posts.

Hugo is no dependency and no part of the tests: `make bench-peers` installs it into an environment of its own.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from corpus import ALL_IN_ONE, write_site
from measuring import NOW, PUBLISHER, Run, measure, print_ratios

# The least that makes one RSS feed of all pages, with their whole content, and nothing else.
_HUGO = """\
baseURL = "https://reviews.example/"
title = "The Measured Wing"
locale = "en-US"
timeZone = "America/Chicago"
disableKinds = ["taxonomy", "term", "section", "404", "sitemap", "robotsTXT"]
[outputs]
home = ["RSS"]
[services.rss]
limit = -1
[[module.mounts]]
source = "../site/posts"
target = "content/reviews"
[[module.mounts]]
source = "layouts"
target = "layouts"
[[cascade]]
[cascade.target]
kind = "page"
[cascade.build]
render = "never"
list = "always"
"""
_LAYOUT = """\
{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
  <channel>
    <title>{{ .Site.Title }}</title>
    <link>{{ .Permalink }}</link>
    <description>{{ .Site.Title }}</description>
    {{- range .Site.RegularPages }}
    <item>
      <title>{{ .Title }}</title>
      <link>{{ .Permalink }}</link>
      <pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
      <guid isPermaLink="false">urn:uuid:{{ .Params.id }}</guid>
      <description>{{ .Params.summary | transform.XMLEscape | safeHTML }}</description>
      <content:encoded>{{ .Content | transform.XMLEscape | safeHTML }}</content:encoded>
    </item>
    {{- end }}
  </channel>
</rss>
"""


def main() -> None:
    """Run both in turn and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hugo", type=Path, help="the program hugo")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5, help="how often each is timed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="publisher-peers-") as folder:
        compare(Path(folder), arguments.hugo.resolve(), arguments.posts, arguments.runs)


def compare(folder: Path, hugo: Path, posts: int, runs: int) -> None:
    """Time both, cold, in turn."""
    write_site(folder / "site", posts, syndication=ALL_IN_ONE.format(posts=posts))
    write_site(folder / "usual", posts)
    _write_hugo(folder / "hugo")
    generate = [PUBLISHER, "generate", "--quiet", "--now", NOW, "--site"]
    commands = {
        "Hugo, one RSS": ([str(hugo), "--quiet", "--source", str(folder / "hugo")], "hugo/public"),
        "publisher, RSS, Atom and JSON": ([*generate, str(folder / "site")], "site/feeds"),
        "publisher, all its usual feeds and pages": ([*generate, str(folder / "usual")], "usual/feeds"),
    }
    results: dict[str, list[Run]] = {name: [] for name in commands}
    for counted in (False, *[True] * runs):
        for name, (words, made) in commands.items():
            shutil.rmtree(folder / made, ignore_errors=True)
            result = measure(words, together=True)
            if counted:
                results[name].append(result)
    _require_same_work(folder, posts)
    print_ratios(
        f"{posts:,} posts of about 1,000 words, cold (medians of {runs}; ratios to the first row)", results
    )


def _write_hugo(folder: Path) -> None:
    (folder / "layouts").mkdir(parents=True)
    (folder / "hugo.toml").write_text(_HUGO, encoding="utf-8")
    (folder / "layouts" / "home.rss.xml").write_text(_LAYOUT, encoding="utf-8")


def _require_same_work(folder: Path, posts: int) -> None:
    """See that nobody was quick because it did less."""
    for name in ("hugo/public/index.xml", "site/feeds/rss.xml"):
        found = (folder / name).read_bytes().count(b"<item>")
        if found != posts:
            sys.exit(f"{name} has {found} of {posts} posts")


if __name__ == "__main__":
    main()
