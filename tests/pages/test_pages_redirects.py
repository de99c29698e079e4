"""Addresses that changed or went: which old paths lead where, and how hosts, nginx and programs are told."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.diagnostics import has_errors
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, post, write_site

RETRACTED = "status: retracted\nretracted: 2024-06-01\nreason: wrong\n"
# What a path may hold in front matter: anything but spaces, ?, # and backslashes.
PATHS = st.lists(
    st.one_of(
        st.sampled_from([*"/.%$;{}\"':*~|&=@!^`<>[]()aAé霧", "/", "/..", "%2F", "%20", "%00", "%0A", "%E9", "%5C", ":name", "${uri}", ";}"]),
        st.characters(exclude_categories=["Z", "C"], exclude_characters="?#\\"),
    ),
    max_size=60,
).map(lambda parts: "/" + "".join(parts).lstrip("/"))  # fmt: skip


def path_post(number: int, slug: str, previous: tuple[str, ...] = (), more: str = "") -> str:
    """Write a post with a slug and the paths it once had; the higher the number, the newer."""
    return post(
        number,
        f"Post {number}",
        more=f"slug: {slug}\nprevious: {json.dumps(previous, ensure_ascii=False)}\n{more}",
    )


def redirects(folder: Path, *posts: str, configuration: str = CONFIGURATION) -> dict[str, Any]:
    """Generate a site's feeds and read what programs are told."""
    for old in (folder / "posts").glob("*.md"):
        old.unlink()
    site = write_site(folder, {f"{at}.md": text for at, text in enumerate(posts)}, configuration)
    generate(read_posts(site).require_valid().posts, site, NOW)
    document: dict[str, Any] = json.loads((site.feeds / "redirects" / "redirects.json").read_bytes())
    assert document.pop("format_version") == 1
    return document


def text_of(folder: Path, name: str) -> str:
    """Read one of the files."""
    return (folder / "feeds" / "redirects" / name).read_text(encoding="utf-8", errors="surrogateescape")


def host_rules(folder: Path) -> list[list[str]]:
    """List what hosts find in `_redirects`."""
    lines = text_of(folder, "_redirects").split("\n")
    return [line.split() for line in lines if line and not line.startswith("#")]


def test_an_old_path_leads_to_the_present_one(tmp_path: Path) -> None:
    """A live review's old paths lead to where it is now, the newest review first, in the editor's order."""
    found = redirects(tmp_path, path_post(1, "a", ("/old/a/", "/older/a")), path_post(2, "b", ("/old/b/",)))
    assert found == {
        "moved": [
            {"from": "/old/b/", "to": "/reviews/b/"},
            {"from": "/old/a/", "to": "/reviews/a/"},
            {"from": "/older/a", "to": "/reviews/a/"},
        ],
        "gone": [],
    }
    assert host_rules(tmp_path) == [
        ["/old/b/", "/reviews/b/", "301"],
        ["/old/a/", "/reviews/a/", "301"],
        ["/older/a", "/reviews/a/", "301"],
        ["/old/b", "/reviews/b/", "301"],
        ["/old/a", "/reviews/a/", "301"],
        ["/older/a/", "/reviews/a/", "301"],
    ]


def test_what_was_taken_back_is_gone_for_good(tmp_path: Path) -> None:
    """Its path and all that it had before are listed, long after its tombstone is gone; hosts see a comment."""
    found = redirects(tmp_path, path_post(1, "a", ("/old/a/",), RETRACTED))
    assert found == {"moved": [], "gone": ["/reviews/a/", "/old/a/"]}
    assert host_rules(tmp_path) == []
    assert "\n# /reviews/a/\n# /old/a/\n" in text_of(tmp_path, "_redirects")


def test_the_files_are_there_when_nothing_moved(tmp_path: Path) -> None:
    """A configuration that includes them works from the first day."""
    assert redirects(tmp_path, path_post(1, "a")) == {"moved": [], "gone": []}
    assert host_rules(tmp_path) == []
    assert "map $uri $publisher_moved" in text_of(tmp_path, "nginx.conf")


def test_nothing_is_said_of_what_nobody_may_see(tmp_path: Path) -> None:
    """Neither the paths of drafts and scheduled reviews nor those they had before are in any file."""
    redirects(
        tmp_path,
        path_post(1, "secret-a", ("/secret/a/",), "status: draft"),
        path_post(2, "secret-b", ("/secret/b/",)).replace("2024-03-03", "2027-03-03"),
        path_post(3, "open", ("/old/",)),
    )
    for file in (tmp_path / "feeds").rglob("*.*"):
        assert b"secret" not in file.read_bytes()


def test_a_retraction_to_come_is_still_live(tmp_path: Path) -> None:
    """Until its moment the old path leads to the review."""
    more = RETRACTED.replace("2024-06-01", (NOW + timedelta(seconds=1)).isoformat())
    found = redirects(tmp_path, path_post(1, "a", ("/old/",), more))
    assert found == {"moved": [{"from": "/old/", "to": "/reviews/a/"}], "gone": []}


@pytest.mark.parametrize(
    "path",
    ["/reviews/b/", "/reviews/b", "//reviews/b".replace("//", "/./"), "/x/../reviews/b/", "/reviews/%62", "/reviews//b/",
     "/reviews/b/index.html", "/reviews/b/index.htm", "/index.html", "/", "/feeds/", "/feeds", "/feeds/atom.xml", "/feeds/rss.xml"],
)  # fmt: skip
@pytest.mark.parametrize("more", ["", RETRACTED])
def test_what_something_has_now_is_never_taken_from_it(tmp_path: Path, path: str, more: str) -> None:
    """However it is written, the path of a live review, of the home page or of a feed is neither moved nor gone."""
    found = redirects(tmp_path, path_post(1, "a", (path,), more), path_post(2, "b", (path,)))
    assert found == {"moved": [], "gone": ["/reviews/a/"] if more else []}


@pytest.mark.parametrize("first", [0, 1])
def test_two_that_claim_a_path_are_told_apart(tmp_path: Path, first: int) -> None:
    """The live review has it before the one that was taken back, the newer before the older; each path once."""
    posts = [
        path_post(1, "older", ("/both/", "/x/", "/x")),
        path_post(2, "newer", ("/both", "/x/%2e/")),
        path_post(3, "gone", ("/both/", "/reviews/older/"), RETRACTED),
    ]
    found = redirects(tmp_path, *(posts if first else reversed(posts)))
    assert found == {
        "moved": [{"from": "/both", "to": "/reviews/newer/"}, {"from": "/x/", "to": "/reviews/newer/"}],
        "gone": ["/reviews/gone/"],
    }


def test_a_path_that_came_back_into_use_is_not_redirected(tmp_path: Path) -> None:
    """After A moved to B and C took A's old place, A's old path is C's: no chain, and no way to itself."""
    found = redirects(tmp_path, path_post(1, "b", ("/reviews/a/",)), path_post(2, "a", ("/reviews/b/",)))
    assert found == {"moved": [], "gone": []}


def test_paths_begin_at_the_root_of_the_host(tmp_path: Path) -> None:
    """Where the site lies below a path, that path is part of every address, and stays what it is itself."""
    configuration = CONFIGURATION.replace(
        'base_url = "https://reviews.example/"', 'base_url = "https://reviews.example/bl:og/%C3%A9$/"'
    )
    found = redirects(
        tmp_path, path_post(1, "ä", ("/reviews/ä/", "/bl:og/é$/", "/")), configuration=configuration
    )
    assert found["moved"] == [{"from": "/reviews/%C3%A4/", "to": "/bl:og/%C3%A9$/reviews/%C3%A4/"}]
    assert host_rules(tmp_path)[0] == ["/reviews/ä/", "/bl%3Aog/%C3%A9$/reviews/%C3%A4/", "301"]
    assert '"/reviews/ä/" "/bl:og/%C3%A9%24/reviews/%C3%A4/";' in text_of(tmp_path, "nginx.conf")


def test_a_file_has_no_second_form(tmp_path: Path) -> None:
    """A path whose last part has a dot names a file: it is not looked for with a slash behind it."""
    redirects(tmp_path, path_post(1, "a", ("/2019/05/a.html",)))
    assert [rule[0] for rule in host_rules(tmp_path)] == ["/2019/05/a.html"]
    assert "a.html/" not in text_of(tmp_path, "nginx.conf")


def test_syntax_of_hosts_is_percent_encoded(tmp_path: Path) -> None:
    """No old path can become a pattern, a comment or a second word; letters of any script stay as they are."""
    path = "/%2A*/:name/%23%3F/100%25/%20x/%C2%A0/%E9/é/%5Cx/"
    redirects(tmp_path, path_post(1, "a", (path,)))
    assert host_rules(tmp_path)[0] == [
        "/%2A%2A/%3Aname/%23%3F/100%25/%20x/%C2%A0/%E9/é/%5Cx/",
        "/reviews/a/",
        "301",
    ]


def test_no_line_is_longer_than_hosts_take(tmp_path: Path) -> None:
    """Cloudflare refuses lines of more than 1,000 characters; programs are told all the same."""
    found = redirects(tmp_path, path_post(1, "a", ("/" + "%C2%A0" * 80, "/" + "%2A" * 160)))
    assert len(found["moved"]) == 2
    redirects(tmp_path, path_post(1, "a", ("/" + "*" * 400,)))
    assert host_rules(tmp_path) == []


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.lists(PATHS, max_size=4)), min_size=1, max_size=4))
def test_any_paths_make_sound_files(plans: list[tuple[bool, list[str]]]) -> None:
    """Whatever front matter says: lines of three words, no pattern, no quote left open, no way to itself or on."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        posts = [
            path_post(n, f"s{n}", tuple(paths), RETRACTED if taken_back else "")
            for n, (taken_back, paths) in enumerate(plans)
        ]
        site = write_site(folder, {f"{n}.md": text for n, text in enumerate(posts)})
        collection = read_posts(site)
        if has_errors(collection.diagnostics):  # what validation stops is not our matter
            return
        generate(collection.posts, site, NOW)
        found = json.loads((site.feeds / "redirects" / "redirects.json").read_bytes())
        live = {urlsplit(site.url_of(p.review)).path for p in collection.posts if p.review.retracted is None}
        moved = {move["from"]: move["to"] for move in found["moved"]}
        assert set(moved.values()) <= live
        keys = [unquote_to_bytes(path).rstrip(b"/") for path in (*moved, *found["gone"])]
        assert len(keys) == len(set(keys))
        assert not set(keys) & {unquote_to_bytes(path).rstrip(b"/") for path in live}
        for path in (*moved, *found["gone"]):
            assert re.fullmatch(r"/(?:[A-Za-z0-9/!$&'()*+,;=:@~._-]|%[0-9A-F]{2})*", path)
            assert not {0, 10, 13, 127} & set(unquote_to_bytes(path))
        rules = host_rules(folder)
        assert all(len(rule) == 3 and rule[2] == "301" for rule in rules)
        assert not [rule for rule in rules if re.search(r"[*:#?\\]", "".join(rule))]
        assert len({rule[0] for rule in rules}) == len(rules)
        assert {unquote_to_bytes(rule[0]) for rule in rules} >= {unquote_to_bytes(path) for path in moved}
        for line in text_of(folder, "nginx.conf").split("\n"):
            if line.startswith("    ") and line.strip() not in {"volatile;", 'default "";'}:
                assert re.fullmatch(r'    "(?:[^"\\]|\\.)*" "[^"\\$]*";', line), line
