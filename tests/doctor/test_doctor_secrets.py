"""The secrets: there, well-formed, each its own, readable by nobody else, and not in version control."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from publisher.webhooks import keep_new_secret
from tests.doctor.clinic import look, one, told
from tests.release.newsroom import SECRET_TEXT, Newsroom, partner

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.site import Site
    from tests.conftest import MakeSite

URL = "https://partner.film/hooks"


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """Give a site with two endpoints whose secrets were minted."""
    made = make_site(more=partner("desk", URL) + partner("wire", URL))
    for endpoint in made.endpoints:
        keep_new_secret(made, endpoint.name)
    return made


@pytest.fixture
def repository(site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the site's folder as a git repository."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(site.root, "init", "--quiet")
    return site.root


def git(folder: Path, *words: str) -> None:
    """Call git."""
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_minted_secrets_are_well(site: Site) -> None:
    """As `publisher endpoints secret` keeps them."""
    assert told(look(site)["secrets"]) == [("ok", "2 secrets, found and well-formed")]


def test_a_site_without_endpoints_needs_none(make_site: MakeSite) -> None:
    """Nothing is looked for."""
    assert one(look(make_site()), "secrets").state == "ok"


def test_each_endpoint_s_secret_is_judged_by_itself(site: Site) -> None:
    """One is missing, the other can be read by others: both are told, and how that is mended."""
    (site.secrets / "desk").unlink()
    (site.secrets / "wire").chmod(0o644)

    desk, wire = look(site)["secrets"]

    assert (desk.state, desk.message) == ("failed", 'the endpoint "desk" has no secret')
    assert "publisher endpoints secret desk" in str(desk.help)
    assert (wire.state, wire.help) == ("failed", "chmod 600 .publisher/secrets/wire")


@pytest.mark.parametrize("trap", ["folder", "pipe", "empty", "bytes"])
def test_a_file_that_holds_no_secret_has_failed(site: Site, trap: str) -> None:
    """Nothing waits for it, and nothing of it is shown."""
    path = site.secrets / "desk"
    path.unlink()
    if trap == "folder":
        path.mkdir()
    elif trap == "pipe":
        os.mkfifo(path, 0o600)
    else:
        path.write_bytes(b"" if trap == "empty" else b"\xff\x00\x1b[31m")
        path.chmod(0o600)

    assert [finding.state for finding in look(site)["secrets"]] == ["failed"]


def test_two_endpoints_with_one_secret_are_told(site: Site) -> None:
    """Each partner could sign in the other's place."""
    found = look(site, environment={f"PUBLISHER_SECRET_{name}": SECRET_TEXT for name in ("DESK", "WIRE")})

    assert [(finding.state, "desk and wire" in finding.message) for finding in found["secrets"]] == [
        ("ok", False),
        ("warning", True),
    ]


@pytest.mark.parametrize(
    ("above", "mode", "states"),
    [
        (0o700, 0o700, ["ok"]),
        (0o755, 0o755, ["ok", "warning"]),
        (0o700, 0o755, ["ok"]),  # nobody gets as far as it
        (0o700, 0o770, ["ok", "failed"]),
        (0o755, 0o777, ["ok", "failed"]),
    ],
)
def test_the_folder_of_secrets_is_private(site: Site, above: int, mode: int, states: list[str]) -> None:
    """Whoever can write into it could put a secret of theirs there."""
    site.root.chmod(0o755)
    site.state.chmod(above)
    site.secrets.chmod(mode)

    found = look(site)["secrets"]

    assert [str(finding.state) for finding in found] == states
    assert [finding.help for finding in found[1:]] == ["chmod 700 .publisher/secrets"] * (len(states) - 1)


@pytest.mark.parametrize(("public", "what"), [("feeds", "the feeds"), ("posts/images", "the pictures")])
def test_secrets_that_are_put_on_the_web_have_failed(site: Site, public: str, what: str) -> None:
    """Also by a link, which publisher.toml cannot see."""
    target = site.root / public / "private"
    target.parent.mkdir(parents=True)
    site.secrets.rename(target)
    site.secrets.symlink_to(target)

    found = look(site)["secrets"][-1]

    assert (found.state, f"lies in the folder of {what}, which is put on the web" in found.message) == (
        "failed",
        True,
    )


@pytest.mark.needs("git")
def test_what_git_leaves_alone_is_well(site: Site, repository: Path) -> None:
    """The folder's own .gitignore sees to it; that it is kept itself does no harm."""
    git(repository, "add", "--all")
    git(repository, "add", "--force", ".publisher/secrets/.gitignore")

    assert one(look(site), "git").message == "nothing of the ledger or the secrets is in version control"


@pytest.mark.needs("git")
def test_a_secret_that_git_keeps_has_failed(site: Site, repository: Path) -> None:
    """Whoever has the repository has it; so have those who take it out too late."""
    git(repository, "add", "--force", ".publisher/secrets/desk")

    found = one(look(site), "git")

    assert (found.state, found.message) == (
        "failed",
        "git keeps .publisher/secrets/desk: whoever has the repository has the secret",
    )
    assert "mint a new secret" in str(found.help)


@pytest.mark.needs("git")
def test_a_ledger_that_git_keeps_has_failed(
    make_site: MakeSite, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The site may lie somewhere below the repository's root."""
    room = Newsroom(make_site)
    room.push()
    repository = tmp_path_factory.mktemp("magazine")
    below = shutil.copytree(room.site.root, repository / "film" / "reviews")
    git(repository, "init", "--quiet")
    git(below, "add", "--force", ".publisher/ledger.sqlite3")

    found = one(look(below), "git")

    assert (found.state, "git keeps .publisher/ledger.sqlite3" in found.message) == ("failed", True)


@pytest.mark.needs("git")
def test_what_the_next_commit_would_take_is_told(site: Site, repository: Path) -> None:
    """Before it is in there, when somebody emptied what keeps it out; where that is missing, it is made again."""
    for ignore in repository.rglob(".gitignore"):
        ignore.unlink()
    (site.state / ".gitignore").touch()

    found = one(look(site), "git")

    assert (found.state, found.message) == (
        "warning",
        "the next `git add .` would take .publisher/secrets/desk",
    )
    assert found.details == (".publisher/secrets/wire",)


@pytest.mark.needs("git")
def test_a_repository_cannot_make_the_check_run_its_programs(site: Site, repository: Path) -> None:
    """Its configuration may name one that git would start."""
    hook = repository / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {repository}/ran\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    git(repository, "-c", "core.fsmonitor=false", "add", "--all")

    look(site)

    assert not (repository / "ran").exists()


@pytest.mark.needs("git")
def test_a_hook_s_environment_leads_to_no_other_repository(
    site: Site, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In one, GIT_DIR and GIT_INDEX_FILE are set."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    git(elsewhere, "init", "--quiet")
    git(repository, "add", "--force", ".publisher/secrets/desk")

    found = look(site, environment={"PATH": os.environ["PATH"], "GIT_DIR": str(elsewhere / ".git")})

    assert one(found, "git").state == "failed"


def test_without_git_or_a_repository_nothing_is_asked(site: Site) -> None:
    """Both are no fault."""
    assert one(look(site), "git").message == "the site lies in no git repository"
    assert one(look(site, environment={"PATH": "/nowhere"}), "git").message == "git is not installed here"


@pytest.mark.needs("git")
def test_a_repository_that_git_cannot_read_is_told(site: Site, repository: Path) -> None:
    """In git's own words."""
    (repository / ".git" / "index").write_bytes(b"no index")

    found = one(look(site), "git")

    assert found.state == "skipped"
    assert found.message.startswith("git does not answer: ")
