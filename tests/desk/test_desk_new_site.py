"""`publisher init`: a site that can be published as it stands, all of it or none."""

from __future__ import annotations

import os
import pkgutil
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import feedparser
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from publisher.desk.new_site import SAMPLE, SiteOutline, machine_zone, new_site
from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.model import Visibility, visibility
from publisher.posts import read_posts
from publisher.release import publish
from publisher.site import FILE_NAME, Deploy, Endpoint, load_site
from publisher.site.schema import Configuration
from tests import warm_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 5, 15, 4, 5, tzinfo=UTC)
NOBODY = SiteOutline()
#: A setting, or a table, that is switched off.
_OFF = re.compile(r"(?m)^#(?=\S)")


def keys(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key that publisher.toml can have; the names of entries are left out."""
    for name, field in model.model_fields.items():
        inner = next(models(field.annotation), None)
        if inner is None:
            yield (*above, name)
        else:
            yield from keys(inner, (*above, name))


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models within an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models(argument)


def used(value: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key of a configuration; the names of entries are left out."""
    for key, inner in value.items():
        path = (*above, key)
        if path in {("rules",), ("watch", "affiliates")}:
            yield path
        elif path in {("authors",), ("services",), ("watch", "sources")}:
            for entry in inner.values():
                yield from used(entry, path)
        elif isinstance(inner, dict):
            yield from used(inner, path)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield from used(inner[0], path)
        else:
            yield path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that does not exist yet."""
    return tmp_path / "new" / "film-notes_of my.house"


def test_a_new_site_can_be_published_as_it_stands(folder: Path) -> None:
    """It has no fault, not even advice; one review is live, and every feed carries it."""
    new = new_site(folder, NOBODY, NOW)

    found = read_posts(new.site, now=NOW)
    assert found.diagnostics == ()
    (post,) = found.posts
    assert visibility(post.review, NOW) is Visibility.LIVE
    assert NOW - post.review.date < timedelta(minutes=5)
    assert "publisher init" in post.text()
    assert new.made == (folder / FILE_NAME, folder / "posts" / SAMPLE)

    publish(found, new.site, NOW)
    for name in ("rss.xml", "atom.xml"):
        feed = feedparser.parse((new.site.feeds / name).read_bytes())
        assert not feed.bozo
        assert [entry.title for entry in feed.entries] == [post.review.title]


def test_it_is_described_without_a_word_from_anybody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder gives the title, and the machine the time zone; the rest is easily changed."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    site = new_site(folder, NOBODY, NOW).site

    assert site.title == "Film Notes Of My House"
    assert (site.base_url, site.language, site.zone.key) == ("https://reviews.example/", "en", "Asia/Tokyo")
    assert {key: author.name for key, author in site.authors.items()} == {"desk": site.title}
    assert (site.endpoints, site.deploy, site.images, site.licence) == ((), Deploy(), None, None)


def test_every_site_gets_an_id_of_its_own(tmp_path: Path) -> None:
    """Two that are made alike are known apart."""
    ids = {new_site(tmp_path / name / "site", NOBODY, NOW).site.id for name in "ab"}

    assert None not in ids
    assert len(ids) == 2


def test_it_is_described_as_asked(folder: Path) -> None:
    """Every option has its place, whatever a text means to TOML."""
    outline = SiteOutline(
        title='The "Pinned" \\ Wing # 🦋 $url',
        url="https://films.example/a",
        author="Tomás Ibarrola",
        language="pt-br",
        time_zone="Europe/Lisbon",
    )

    site = new_site(folder, outline, NOW).site

    assert site.title == outline.title
    assert (site.base_url, site.language, site.zone.key) == (
        "https://films.example/a/",
        "pt-BR",
        "Europe/Lisbon",
    )
    assert [(author.key, author.name) for author in site.authors.values()] == [
        ("tomas-ibarrola", "Tomás Ibarrola")
    ]
    found = read_posts(site, now=NOW)
    assert found.diagnostics == ()
    assert [author.name for author in found.posts[0].review.authors] == ["Tomás Ibarrola"]


@settings(max_examples=30)
@given(st.text(max_size=60), st.text(max_size=60))
@example("\u200f\u05e9", "朝霧 澪")
@example("\x7f", "null")
@example("'''", '"""')
def test_any_title_is_read_back_or_refused(
    tmp_path_factory: pytest.TempPathFactory, title: str, author: str
) -> None:
    """A site is made whose title and author are those, or no folder at all."""
    folder = tmp_path_factory.mktemp("any") / "site"
    try:
        site = new_site(folder, SiteOutline(title=title, author=author), NOW).site
    except UsageError:
        assert not folder.exists()
        return

    assert site.title == " ".join(title.split())
    assert [one.name for one in site.authors.values()] == [" ".join(author.split())]
    assert read_posts(site, now=NOW).diagnostics == ()


@pytest.mark.parametrize(
    ("outline", "message", "hint"),
    [
        (SiteOutline(title=" "), "--title: the text is empty", "or leave --title out"),
        (SiteOutline(title="a\nb"), "--title: the text holds a line break", None),
        (SiteOutline(title="a\udcff"), "--title: the text holds U+DCFF (a lone surrogate)", None),
        (SiteOutline(author="a\x07"), "--author: the text holds U+0007 (BELL)", None),
        (SiteOutline(author="x" * 501), "--author: the text has 501 characters", None),
        (SiteOutline(url="films.example"), '--url: "films.example" is not an absolute', "https://films.example"),
        (SiteOutline(url="https://a.example/?b"), "has a query or a fragment", None),
        (SiteOutline(language="english"), '--language: "english" is not a language tag', "did you mean en?"),
        (SiteOutline(time_zone="Chicago"), '--time-zone: "Chicago" is not', "did you mean America/Chicago?"),
    ],
)  # fmt: skip
def test_what_no_site_can_have_is_refused_by_the_name_of_its_option(
    folder: Path, outline: SiteOutline, message: str, hint: str | None
) -> None:
    """The message is that of publisher.toml's own check, and no folder is made."""
    with pytest.raises(UsageError) as raised:
        new_site(folder, outline, NOW)

    assert message in raised.value.message
    assert (hint or "") in (raised.value.hint or "")
    assert not folder.parent.exists()


@pytest.mark.parametrize("text", [b"", b"[site]\ntitle = "])
def test_a_site_that_is_there_is_left_alone(tmp_path: Path, text: bytes) -> None:
    """Be it as broken as it may."""
    (tmp_path / FILE_NAME).write_bytes(text)

    with pytest.raises(Refused, match="there is a site already"):
        new_site(tmp_path, NOBODY, NOW)

    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]
    assert (tmp_path / FILE_NAME).read_bytes() == text


def test_posts_that_are_there_are_the_sites(tmp_path: Path) -> None:
    """No sample is put among them, and not one of their bytes changes."""
    (tmp_path / "posts" / "old").mkdir(parents=True)
    (tmp_path / "posts" / "old" / "broken.md").write_bytes(b"---\n")
    (tmp_path / "posts" / "notes.txt").write_bytes(b"")

    new = new_site(tmp_path, NOBODY, NOW)

    assert (new.kept, new.made) == (1, (tmp_path / FILE_NAME,))
    assert (tmp_path / "posts" / "old" / "broken.md").read_bytes() == b"---\n"


def test_an_empty_folder_of_posts_gets_the_sample(tmp_path: Path) -> None:
    """As does one that holds no posts."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "notes.txt").write_bytes(b"")

    assert new_site(tmp_path, NOBODY, NOW).made == (tmp_path / FILE_NAME, tmp_path / "posts" / SAMPLE)


def file(path: Path) -> None:
    """Put a file in the way."""
    path.write_bytes(b"mine")


def dangling(path: Path) -> None:
    """Put a link that leads nowhere in the way."""
    path.symlink_to(path.with_name("nowhere"))


@pytest.mark.parametrize("put", [file, dangling])
@pytest.mark.parametrize("name", ["site", "site/posts", f"site/{FILE_NAME}"])
def test_what_is_in_the_way_stays(tmp_path: Path, name: str, put: Callable[[Path], None]) -> None:
    """A file where a folder has to go, or a link, is named, and nothing is made."""
    if name != "site":
        (tmp_path / "site").mkdir()
    put(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(Refused, match=name):
        new_site(tmp_path / "site", NOBODY, NOW)

    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_called_like_the_sample_is_in_the_way(tmp_path: Path) -> None:
    """It is no post, and it stays."""
    (tmp_path / "posts" / SAMPLE).mkdir(parents=True)

    with pytest.raises(Refused, match=f"{SAMPLE} is in the way"):
        new_site(tmp_path, NOBODY, NOW)

    assert not (tmp_path / FILE_NAME).exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """As where a file stands above it."""
    file(tmp_path / "file")

    with pytest.raises(EnvironmentFault, match="cannot be written: Not a directory"):
        new_site(tmp_path / "file" / "site", NOBODY, NOW)


@pytest.mark.parametrize("step", [0, 1])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Whichever file it was full at, not even the folders stay."""
    steps = [None] * step

    def fill(source: Path, target: Path, link: Callable[..., None] = os.link) -> None:
        if not steps:
            raise OSError(28, "No space left on device", source)
        steps.pop()
        link(source, target)

    monkeypatch.setattr("publisher.disk.os.link", fill)
    with pytest.raises(EnvironmentFault, match="No space left on device"):
        new_site(folder, NOBODY, NOW)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", [0, 1])
def test_whoever_is_killed_leaves_no_half_site(folder: Path, step: int) -> None:
    """Without settings it is no site yet; running again makes it whole."""
    script = (
        "import os, pathlib, publisher, sys\n"
        "from datetime import UTC, datetime\n"
        "link, left = os.link, [None] * int(sys.argv[2])\n"
        "def once(*names):\n"
        "    left.pop() if left else os.kill(os.getpid(), 9)\n"
        "    link(*names)\n"
        "os.link = once\n"
        "publisher.new_site(pathlib.Path(sys.argv[1]), publisher.SiteOutline(), datetime.now(UTC))\n"
    )
    done = warm_start.run("-c", script, folder, step)
    assert done.returncode == -9
    assert not (folder / FILE_NAME).exists()

    site = new_site(folder, NOBODY, datetime.now(UTC)).site

    found = read_posts(site, now=datetime.now(UTC))
    assert (found.diagnostics, found.checked) == ((), 1)


def test_every_key_there_is_stands_in_the_template(folder: Path) -> None:
    """Set, or switched off."""
    new_site(folder, NOBODY, NOW)
    text = (folder / FILE_NAME).read_text(encoding="utf-8")

    assert set(used(tomllib.loads(_OFF.sub("", text)))) == set(keys(Configuration))


def test_all_that_is_switched_off_can_be_switched_on(folder: Path) -> None:
    """The settings are sound then, and mean what they meant where they told what holds anyway."""
    site = new_site(folder, SiteOutline(url="https://films.example"), NOW).site
    settings_file = folder / FILE_NAME
    settings_file.write_text(_OFF.sub("", settings_file.read_text(encoding="utf-8")), encoding="utf-8")

    switched_on = load_site(folder)

    for name in ("posts", "feeds", "state", "secrets", "scale", "permalink"):
        assert getattr(switched_on, name) == getattr(site, name), name
    feeds = switched_on.syndication
    assert replace(feeds, rules=(), hubs=(), tags_without_feed=()) == site.syndication
    assert feeds.rules
    assert feeds.hubs
    assert feeds.tags_without_feed
    assert switched_on.licence is not None
    assert switched_on.licence.holder == site.title
    assert switched_on.images is not None
    assert switched_on.images.url == "https://films.example/images/"
    (local,) = switched_on.endpoints
    assert local == Endpoint("local", "http://127.0.0.1:8400/hooks/reviews", local.events)
    assert replace(switched_on.webhooks, endpoints=()) == site.webhooks
    assert (switched_on.deploy.timeout, switched_on.deploy.wait_for_live) == (site.deploy.timeout, 300)
    assert switched_on.deploy.command is not None
    assert switched_on.severities
    assert [str(network) for network in switched_on.allow] == ["127.0.0.1/32"]


def test_every_setting_of_the_template_is_explained() -> None:
    """Above each line that sets something, on or off, stands a sentence, or another setting of the same kind."""
    lines = (pkgutil.get_data("publisher.desk", f"template/{FILE_NAME}") or b"").decode().splitlines()
    setting = re.compile(r"#?(?:\[|[a-z_-]+ = )")

    for above, line in zip(["", *lines], lines, strict=False):
        if setting.match(line) and line != "[site]":
            assert above.startswith("# ") or setting.match(above), line
        assert len(line) <= 130, line


@pytest.mark.parametrize(
    ("environment", "files", "zone"),
    [
        ({"TZ": "Europe/Lisbon"}, {"timezone": "Asia/Tokyo"}, "Europe/Lisbon"),
        ({"TZ": ":Europe/Lisbon"}, {}, "Europe/Lisbon"),
        ({"TZ": "/usr/share/zoneinfo/posix/Europe/Lisbon"}, {}, "Europe/Lisbon"),
        ({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}, {"timezone": "Asia/Tokyo"}, "UTC"),
        ({"TZ": "../../etc/passwd"}, {}, "UTC"),
        ({"TZ": ""}, {"timezone": "Asia/Tokyo"}, "UTC"),
        ({}, {"timezone": "Asia/Tokyo\n"}, "Asia/Tokyo"),
        ({}, {"timezone": "Nowhere/Land"}, "UTC"),
        ({}, {"timezone": "\u65e5\u672c"}, "UTC"),
        ({}, {"localtime": "/nowhere/zoneinfo/America/Argentina/Ushuaia"}, "America/Argentina/Ushuaia"),
        ({}, {"localtime": "/nowhere/zoneinfo/America/Lima", "timezone": "Asia/Tokyo"}, "America/Lima"),
        ({}, {"localtime": "/nowhere/zones/Lima", "timezone": "Asia/Tokyo"}, "Asia/Tokyo"),
        ({}, {}, "UTC"),
    ],
)
def test_the_zone_of_the_machine_is_found_where_it_is_told(
    tmp_path: Path, environment: dict[str, str], files: dict[str, str], zone: str
) -> None:
    """In TZ, in the link /etc/localtime, in /etc/timezone; whatever is no zone is UTC."""
    for name, content in files.items():
        if name == "localtime":
            (tmp_path / name).symlink_to(content)
        else:
            (tmp_path / name).write_text(content, encoding="utf-8")

    assert machine_zone(environment, tmp_path) == zone
