"""A check-up as a whole: every check is made, whatever another finds, and nothing is changed."""

from __future__ import annotations

import os
from importlib import metadata
from typing import TYPE_CHECKING

import pytest
import yaml

from publisher.doctor import Finding, chapters, examine_site, versions
from publisher.errors import EnvironmentFault
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.conftest import POST
from tests.doctor.clinic import look, machine, one, told
from tests.release.newsroom import NOW, SECRET_TEXT, Newsroom, partner, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution
    from pathlib import Path

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from tests.conftest import MakeSite


def test_each_check_is_made_and_finds_nothing_wrong_with_a_site_that_is_well(make_site: MakeSite) -> None:
    """Only what asks the network was left out, and the placeholder is mentioned."""
    room = Newsroom(make_site)
    room.push()
    generate(read_posts(room.site).posts, room.site, NOW)

    left_out = {"git", "base-url", "feed-urls", "clock"}
    found = look(room.site)

    assert list(found) == ["versions", "configuration", *chapters.CHECKS]
    assert {name: [str(finding.state) for finding in findings] for name, findings in found.items()} == {
        name: ["warning" if name == "configuration" else "skipped" if name in left_out else "ok"]
        for name in found
    }


def test_nothing_is_changed(make_site: MakeSite) -> None:
    """No file comes, goes or is written, in a site that was used and in one that was not."""
    unused = Newsroom(make_site)
    before = unused.files()
    look(unused.site)

    assert unused.files() == before

    unused.push()
    before = unused.files()
    look(unused.site)

    assert unused.files() == before


@pytest.mark.parametrize("name", chapters.CHECKS)
def test_a_check_that_breaks_keeps_no_other_from_being_made(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A mistake in one of them is told as such, without a traceback."""

    def broken(_: Subject) -> Iterator[Outcome]:
        raise ZeroDivisionError("by zero")

    site = make_site()
    whole = look(site)
    monkeypatch.setattr(chapters, "CHECKS", {**chapters.CHECKS, name: broken})
    found = look(site)

    assert told(found[name]) == [("failed", "the check broke off: ZeroDivisionError: by zero")]
    assert "tell its maintainers" in str(found[name][0].help)
    assert list(found) == list(whole)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (EnvironmentFault("the disk is gone", "find it"), "the disk is gone"),
        (PermissionError(13, "Permission denied", "/a/b"), "/a/b: Permission denied"),
        (OSError("no words"), "no words"),
    ],
)
def test_what_a_check_raises_is_its_finding(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    """Errors with a hint keep it, others get one."""

    def raising(_: Subject) -> Iterator[Outcome]:
        raise error

    monkeypatch.setattr(chapters, "CHECKS", {"git": raising})
    found = one(look(make_site()), "git")

    assert (found.state, found.message, bool(found.help)) == ("failed", message, True)


def test_findings_come_one_by_one(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is told before the next check begins."""
    begun: list[str] = []

    def noting(_: Subject) -> Iterator[Outcome]:
        begun.append("posts")
        yield from ()

    monkeypatch.setattr(chapters, "CHECKS", {**chapters.CHECKS, "posts": noting})
    found: list[Finding] = []
    for finding in examine_site(make_site().root, NOW, offline=True, machine=machine()):
        if begun:
            break
        found.append(finding)

    assert [finding.name for finding in found][-1] == "ledger"


def test_faults_in_the_configuration_are_counted_and_the_rest_is_skipped(make_site: MakeSite) -> None:
    """What needs no configuration is looked at all the same."""
    site = make_site()
    text = (site.root / "publisher.toml").read_text()
    (site.root / "publisher.toml").write_text(text.replace("unit =", "unti =").replace("title =", "titel ="))

    found = look(site.root)
    configuration = one(found, "configuration")

    assert (configuration.state, configuration.message) == ("failed", "publisher.toml has 3 faults")
    assert "`publisher validate`" in str(configuration.help)
    assert len(configuration.details) == 3
    assert configuration.details[1].startswith("publisher.toml:2: ")
    assert one(found, "versions").state == one(found, "free-space").state == "ok"
    assert told(found["ledger"]) == [("skipped", "publisher.toml cannot be used")]
    assert set(found) == {"versions", "configuration", *chapters.CHECKS}


@pytest.mark.parametrize("trap", ["nothing", "folder", "pipe", "dangling"])
def test_no_configuration_at_all_has_failed(tmp_path: Path, trap: str) -> None:
    """A folder that is no site, or whose publisher.toml is a trap, is told as every command tells it."""
    path = tmp_path / "publisher.toml"
    if trap == "folder":
        path.mkdir()
    elif trap == "pipe":
        os.mkfifo(path)
    elif trap == "dangling":
        path.symlink_to("elsewhere")

    assert one(look(tmp_path), "configuration").state == "failed"
    assert one(look(tmp_path / "not-there"), "configuration").state == "failed"


def test_no_finding_shows_a_secret(make_site: MakeSite) -> None:
    """Neither a good one nor one that is none, nor a part of it, in whatever a finding holds."""
    bad = "whsec_" + "!" + SECRET_TEXT.removeprefix("whsec_")
    with receiving() as (url, _):
        site = make_site(more=partner("good", url) + partner("same", url) + partner("bad", url))
        environment = {
            "PUBLISHER_SECRET_GOOD": SECRET_TEXT,
            "PUBLISHER_SECRET_SAME": SECRET_TEXT,
            "PUBLISHER_SECRET_BAD": bad,
        }
        shown = repr(look(site, environment=environment))

    assert "same secret" in shown
    assert "is not base64" in shown
    assert not any(SECRET_TEXT[start : start + 8] in shown for start in range(6, len(SECRET_TEXT) - 8))


class Metadata:
    """A distribution that needs what the test says."""

    version = "9.9"

    def __init__(self, *requires: str, python: str = ">=3.11") -> None:
        self.requires = list(requires)
        self.metadata = {"Requires-Python": python}


@pytest.mark.parametrize(
    ("about", "problems"),
    [
        (Metadata("click>=8.2", "pydantic-core", "lxml[html5]>=5.3"), []),
        (Metadata("click>=99.0"), ["99.0 or newer is needed"]),
        (Metadata("nothing-of-that-name>=1"), ["the package nothing-of-that-name is missing"]),
        (Metadata('nothing-of-that-name; extra == "dev"'), []),
        (Metadata(python=">=4.0"), ["4.0 or newer is needed"]),
        (Metadata("click>=8.2.0.0.0"), []),
        (Metadata("?!"), []),
    ],
)
def test_packages_that_are_missing_or_too_old_are_named(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, about: Distribution, problems: list[str]
) -> None:
    """As the program's own metadata asks for them."""
    known = metadata.distribution
    monkeypatch.setattr(
        metadata,
        "distribution",
        lambda name: about if name == versions.DISTRIBUTION else known(name),
    )
    found = look(make_site())["versions"]

    assert [str(finding.state) for finding in found] == (["failed"] * len(problems) or ["ok"])
    assert all(words in finding.message for words, finding in zip(problems, found, strict=False))


def test_pyyaml_without_libyaml_has_failed(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Front matter is read with libyaml alone."""
    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert "libyaml" in one(look(make_site()), "versions").message


def test_hostile_names_and_texts_break_nothing(make_site: MakeSite) -> None:
    """Control characters, half characters and bytes that are no text are findings like others."""
    site = make_site(
        {"a\x1b[31m.md": POST, "b.md": b"\xff\xfe", "c.md": POST.replace("rating: 4", "rating: 9")}
    )
    (site.posts / os.fsdecode(b"\xff.md")).write_text(POST)
    (site.posts / "pipe.md").symlink_to("/dev/zero")

    found = one(look(site), "posts")

    assert (found.state, found.message) == ("failed", "5 posts, 5 with errors: nothing can be published")
    assert len(found.details) == 5
