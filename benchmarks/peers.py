"""The programs we are measured beside, and the least that each needs to do the same work.

None is a dependency, and no test needs one: `make bench-peers` installs them into an environment of their own.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Hugo reads the very posts, and renders nothing but feeds.
_HUGO = """\
baseURL = "https://reviews.example/"
title = "The Measured Wing"
locale = "en-US"
timeZone = "America/Chicago"
disableKinds = [{disabled}]
[outputs]
home = ["RSS"]
term = ["RSS"]
page = []
[taxonomies]
tag = "tags"
author = "author"
[services.rss]
limit = {limit}
[[module.mounts]]
source = "{posts}"
target = "content/reviews"
[[module.mounts]]
source = "layouts"
target = "layouts"
"""
# As Hugo's own, with the whole text, and with the posts' own ids.
_LAYOUT = """\
{{- $pages := cond .IsHome .Site.RegularPages .Pages }}
{{- $limit := .Site.Config.Services.RSS.Limit }}
{{- if ge $limit 1 }}{{ $pages = first $limit $pages }}{{ end }}
{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
  <channel>
    <title>{{ .Title }}</title>
    <link>{{ .Permalink }}</link>
    <description>{{ .Site.Title }}</description>
    {{- range $pages }}
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
_ALWAYS_DISABLED = ("taxonomy", "section", "404", "sitemap", "robotsTXT")


@dataclass(frozen=True, slots=True)
class Peers:
    """The peers that are there.

    Attributes:
        hugo: The program itself, not the script by which Python begins it; None where it is missing.
        check_jsonschema: The program; None where it is missing.
    """

    hugo: Path | None
    check_jsonschema: Path | None


def find_peers(environment: Path) -> Peers:
    """Find what `make bench-peers` has installed."""
    hugo = next(environment.glob("lib/python*/site-packages/hugo/binaries/hugo*"), None)
    check = environment / "bin" / "check-jsonschema"
    return Peers(hugo, check if check.exists() else None)


class HugoSite:
    """A site of Hugo's over our posts: one feed of all of them, or one of the newest 50 for home and for each term."""

    def __init__(self, folder: Path, posts: Path, *, terms: bool) -> None:
        self.folder = folder
        disabled = _ALWAYS_DISABLED if terms else (*_ALWAYS_DISABLED, "term")
        configuration = _HUGO.format(
            disabled=", ".join(f'"{kind}"' for kind in disabled), limit=50 if terms else -1, posts=posts
        )
        (folder / "layouts").mkdir(parents=True)
        (folder / "hugo.toml").write_text(configuration, encoding="utf-8")
        for kind in ("home", "term"):
            (folder / "layouts" / f"{kind}.rss.xml").write_text(_LAYOUT, encoding="utf-8")

    @property
    def public(self) -> Path:
        """Where it writes."""
        return self.folder / "public"

    def words(self, hugo: Path) -> list[str]:
        """Return the command that makes it."""
        return [str(hugo), "--quiet", "--source", str(self.folder)]

    def forget(self) -> None:
        """Remove what was made of it."""
        shutil.rmtree(self.public, ignore_errors=True)


def write_front_matter(posts: Path, folder: Path) -> list[Path]:
    """Write the front matter of posts as YAML files, for programs that know no Markdown; return them."""
    folder.mkdir()
    written = []
    for post in sorted(posts.glob("*.md")):
        _, front, _ = post.read_text(encoding="utf-8").split("---\n", 2)
        written.append(folder / f"{post.stem}.yaml")
        written[-1].write_text(front, encoding="utf-8")
    return written
