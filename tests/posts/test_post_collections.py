"""All posts of a site, in one run: every fault of every one, and what two of them share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from publisher.errors import ConfigurationError, PostsInvalid, UsageError
from publisher.posts import Collection, read_posts
from publisher.site import Site

if TYPE_CHECKING:
    from publisher.diagnostics import Diagnostic

MakeSite = Callable[..., Site]
IDS = [f"4c768283-9939-45ec-b325-53b5be6f9ce{number}" for number in range(10)]


def _post(number: int, *lines: str, body: str = "Text.\n") -> str:
    front = [f"id: {IDS[number]}", f"title: Film {number}", "date: 2022-07-15", *lines, "summary: A film."]
    return "\n".join(["---", *front, "---", body])


def _found(collection: Collection) -> list[tuple[str, int, str]]:
    return [(fault.path, fault.line, fault.code) for fault in collection.diagnostics]


def _faults(collection: Collection, code: str) -> list[Diagnostic]:
    return [fault for fault in collection.diagnostics if fault.code == code]


def test_every_fault_of_every_post_is_found_in_one_run(make_site: MakeSite) -> None:
    """A syntax error hides what follows in its own file, and nothing in any other."""
    site = make_site(
        {
            "a.md": _post(1, "rating: 9", "summary: [", "tags: []"),
            "b.md": _post(2, "raiting: 4", "rating: four", body=""),
            "c.md": b"\xff\xfe",
            "d.md": "no front matter",
            "e.md": "",
            "f.md": _post(3),
            "sub/g.markdown": _post(4, "language: English"),
        }
    )
    collection = read_posts(site)

    assert _found(collection) == [
        ("posts/a.md", 5, "rating-range"),
        ("posts/a.md", 6, "yaml-syntax"),
        ("posts/b.md", 5, "unknown-key"),
        ("posts/b.md", 6, "rating-invalid"),
        ("posts/b.md", 9, "body-empty"),
        ("posts/c.md", 1, "file-encoding"),
        ("posts/d.md", 1, "front-matter-missing"),
        ("posts/e.md", 1, "file-empty"),
        ("posts/sub/g.markdown", 5, "language-unknown"),
    ]
    assert [post.name for post in collection.posts] == ["posts/f.md"]
    assert collection.checked == 7
    with pytest.raises(PostsInvalid) as caught:
        collection.require_valid()
    assert caught.value.diagnostics == collection.diagnostics


def test_rules_between_keys_hold_beside_faulty_values(make_site: MakeSite) -> None:
    """What is sound in a faulty post is checked all the same, and what is at fault is said once."""
    site = make_site(
        {
            "a.md": _post(
                1,
                "rating: 9",
                "updated: 2022-07-01",
                "correction: Wrong year.",
                "author: nobody",
                "watch:",
                "  - {service: Vudu, kind: rnt, from: 2022-08-01, until: 2022-07-01}",
                "  - Vudu",
                "  - {service: Voodoo, kind: rent}",
            )
        }
    )

    assert _found(read_posts(site)) == [
        ("posts/a.md", 1, "missing-key"),
        ("posts/a.md", 5, "rating-range"),
        ("posts/a.md", 6, "date-order"),
        ("posts/a.md", 8, "author-unknown"),
        ("posts/a.md", 10, "invalid-value"),
        ("posts/a.md", 10, "date-order"),
        ("posts/a.md", 11, "wrong-type"),
        ("posts/a.md", 12, "service-unknown"),
    ]


def test_posts_without_errors_are_valid(make_site: MakeSite) -> None:
    """Warnings and advice do not stop anybody."""
    site = make_site({"a.md": _post(1, "image: {src: images/moth.png}"), "images/moth.png": b"x"})
    collection = read_posts(site)

    assert _found(collection) == [("posts/a.md", 5, "image-alt"), ("posts/a.md", 5, "image-dimensions")]
    assert collection.require_valid() is collection


def test_no_posts_at_all_are_no_fault(make_site: MakeSite) -> None:
    """An empty site is a valid one."""
    assert read_posts(make_site({})) == Collection((), 0, ())


def test_a_missing_folder_of_posts_is_a_matter_of_configuration(make_site: MakeSite, tmp_path: Path) -> None:
    """The folder is named, and the setting that names it."""
    site = make_site({})
    (tmp_path / "posts").rmdir()

    with pytest.raises(ConfigurationError, match="there is no folder posts for posts"):
        read_posts(site)


def test_hidden_files_drafts_of_editors_and_other_files_are_left_alone(make_site: MakeSite) -> None:
    """Only Markdown files that are not hidden are posts, whatever the case of their ending."""
    site = make_site({"a.MD": _post(1, "slug: a"), ".b.md": "x", "c.txt": "x", "c.md~": "x", ".d/e.md": "x"})

    assert [post.name for post in read_posts(site).posts] == ["posts/a.MD"]


@pytest.mark.parametrize("second", [IDS[1], IDS[1].upper(), f"urn:uuid:{IDS[1]}", f'"{{{IDS[1]}}}"'])
def test_an_id_belongs_to_one_post(make_site: MakeSite, second: str) -> None:
    """Both files are named at their id, however it is spelled."""
    site = make_site({"a.md": _post(1), "b.md": _post(2).replace(IDS[2], second)})
    collection = read_posts(site)
    one, two = _faults(collection, "duplicate-id")

    assert (one.path, one.line, one.column, one.message) == (
        "posts/a.md",
        2,
        5,
        "the id is that of posts/b.md too",
    )
    assert (two.path, two.line, two.column, two.message) == (
        "posts/b.md",
        2,
        5,
        "the id is that of posts/a.md too",
    )
    assert str(one.help).startswith(
        "a copied post needs a fresh id, the older one keeps its own; mint one: id: "
    )
    assert collection.posts == ()


@pytest.mark.parametrize(
    ("name", "lines"),
    [("b.md", ["slug: the-fog"]), ("sub/the-fog.md", []), ("b.md", ["slug: the-ﬁlm"])],
    ids=["by its key", "by its file", "by another form"],
)
def test_a_slug_belongs_to_one_post(make_site: MakeSite, name: str, lines: list[str]) -> None:
    """Whether it is written or comes from the file's name, and in whichever form of Unicode."""
    first = "the-film.md" if "ﬁ" in "".join(lines) else "the-fog.md"
    collection = read_posts(make_site({first: _post(1), name: _post(2, *lines)}))

    assert {fault.path for fault in _faults(collection, "duplicate-slug")} == {
        f"posts/{first}",
        f"posts/{name}",
    }
    assert collection.posts == ()


def test_a_post_with_other_faults_still_collides(make_site: MakeSite) -> None:
    """A copy is found at once, not only after its other faults were mended."""
    site = make_site({"a.md": _post(1), "b.md": _post(1, "rating: 9"), "c.md": _post(1, "summary: [")})

    assert {fault.path for fault in _faults(read_posts(site), "duplicate-id")} == {
        "posts/a.md",
        "posts/b.md",
        "posts/c.md",
    }


def test_a_post_asked_for_is_checked_against_all_others(make_site: MakeSite, tmp_path: Path) -> None:
    """Only its own faults are reported, among them what it shares with a post that was not asked for."""
    site = make_site({"a.md": _post(1), "b.md": _post(1, "rating: 9"), "c.md": _post(2)})
    collection = read_posts(site, [tmp_path / "posts/a.md"])

    assert _found(collection) == [("posts/a.md", 2, "duplicate-id")]
    assert collection.checked == 1
    assert [post.name for post in read_posts(site, [tmp_path / "posts/c.md"]).posts] == ["posts/c.md"]


def test_folders_and_files_from_elsewhere_can_be_asked_for(make_site: MakeSite, tmp_path: Path) -> None:
    """A folder means all posts below it; a file outside the site is checked by its whole name."""
    site = make_site({"a.md": _post(1), "sub/b.md": _post(2)})
    other = tmp_path / "draft.md"
    other.write_text(_post(3))

    assert [post.name for post in read_posts(site, [tmp_path / "posts/sub"]).posts] == ["posts/sub/b.md"]
    assert [post.name for post in read_posts(site, [other]).posts] == ["draft.md"]


def test_one_file_under_two_names_does_not_collide_with_itself(
    make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path, a detour and a linked folder all lead to the same post."""
    site = make_site({"a.md": _post(1)})
    (tmp_path / "link").symlink_to(tmp_path / "posts")
    monkeypatch.chdir(tmp_path / "posts")

    for path in (Path("a.md"), tmp_path / "posts/../posts/a.md", tmp_path / "link/a.md", tmp_path / "link"):
        collection = read_posts(site, [path])
        assert ([post.name for post in collection.posts], collection.diagnostics) == (["posts/a.md"], ())


@pytest.mark.parametrize(
    ("name", "message"),
    [("lost.md", "there is no file"), ("notes.txt", "is not a post"), ("lost", "there is no file")],
)
def test_asking_for_what_is_no_post_is_a_mistake_in_usage(
    make_site: MakeSite, tmp_path: Path, name: str, message: str
) -> None:
    """Nothing is read, and the name is quoted."""
    site = make_site({"notes.txt": "x"})

    with pytest.raises(UsageError, match=f"{name} {message}|{message} .*{name}"):
        read_posts(site, [tmp_path / "posts" / name])


@pytest.mark.parametrize("kind", ["pipe", "broken link", "broken link in a folder"])
def test_what_cannot_be_read_is_reported_and_nothing_is_waited_for(
    make_site: MakeSite, tmp_path: Path, kind: str
) -> None:
    """A pipe, a link that leads nowhere: one message each, and the other posts are read."""
    site = make_site({"b.md": _post(1)})
    odd = tmp_path / "posts/a.md"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "broken link":
        odd.symlink_to("lost.md")
    else:
        odd.mkdir()
        (odd / "c.md").symlink_to("lost.md")
    collection = read_posts(site)

    assert [fault.code for fault in collection.diagnostics] == ["file-unreadable"]
    assert [post.name for post in collection.posts] == ["posts/b.md"]


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts that nobody may see would otherwise look deleted."""
    site = make_site({"a.md": _post(1), "sub/b.md": _post(2)})
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    (fault,) = read_posts(site).diagnostics

    assert (fault.path, fault.code) == ("posts/sub", "file-unreadable")
    assert fault.message == "the folder cannot be read: Permission denied"
    assert read_posts(site, [tmp_path / "posts/sub"]).diagnostics == (fault,)


def test_a_file_that_may_not_be_opened_is_reported(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is the system's own."""

    def closed(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    site = make_site({"a.md": _post(1)})
    monkeypatch.setattr(os, "open", closed)
    (fault,) = read_posts(site).diagnostics

    assert (fault.code, fault.message) == ("file-unreadable", "the file cannot be read: Permission denied")


def test_a_file_whose_name_is_no_text_can_still_be_named(make_site: MakeSite, tmp_path: Path) -> None:
    """A name in another encoding gets messages like any other."""
    site = make_site({})
    (tmp_path / "posts" / os.fsdecode(b"caf\xe9.md")).write_text(_post(1))
    (fault,) = read_posts(site).diagnostics

    assert fault.code == "slug-invalid"


def test_a_link_out_of_the_posts_is_not_read(make_site: MakeSite, tmp_path: Path) -> None:
    """Whoever can add a post must not get a secret quoted: what the link leads to is not even opened."""
    site = make_site()
    secret = tmp_path / "secret"
    secret.write_text("whsec_c2VjcmV0", encoding="utf-8")
    (site.posts / "x.md").symlink_to(secret)
    (site.posts / "inside.md").symlink_to("karmalink.md")

    found = read_posts(site)

    refused = [fault for fault in found.diagnostics if fault.path == "posts/x.md"]
    assert [fault.code for fault in refused] == ["file-unreadable"]
    assert "whsec_" not in repr(found.diagnostics)
    assert not any(
        fault.code == "file-unreadable" and fault.path == "posts/inside.md" for fault in found.diagnostics
    )
