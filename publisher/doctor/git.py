"""The check of version control: nothing of the site's own affairs may be in it, secrets least of all."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from publisher.cache import FOLDER
from publisher.doctor.finding import failed, ok, skipped, warning
from publisher.doctor.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject

_SECONDS = 20
_MOST_NAMED = 20
# `publisher` writes it itself, into the folders that are to be left alone.
_HARMLESS = ".gitignore"


class _Unanswered(Exception):
    """Say why git could not be asked."""


def check_git(subject: Subject) -> Iterator[Outcome]:
    """See whether git keeps a secret or the ledger, or would with the next `git add`."""
    site = subject.site
    if shutil.which("git", path=subject.machine.environment.get("PATH")) is None:
        yield skipped("git is not installed here")
        return
    folders = sorted({site.display(folder) for folder in (site.state, site.secrets) if folder.is_dir()})
    try:
        # Unlike a list of files, this says whether there is a repository at all.
        _ask(site.root, subject.machine.environment, "rev-parse", "--git-dir")
    except _Unanswered as reason:
        none = "not a git repository" in str(reason)
        yield skipped("the site lies in no git repository" if none else f"git does not answer: {reason}")
        return
    try:
        tracked = _listed(subject, folders, "--cached")
        addable = _listed(subject, folders, "--others", "--exclude-standard")
    except _Unanswered as reason:
        yield skipped(f"git does not answer: {reason}")
        return
    secret = site.display(site.secrets) + "/"
    exposed = [name for name in tracked if name.startswith(secret)]
    others = [name for name in tracked if name not in exposed]
    if exposed:
        yield failed(
            f"git keeps {exposed[0]}: whoever has the repository has the secret",
            f"git rm --cached {exposed[0]}, remove the file, mint a new secret and give it to the partner: the old "
            "one stays in the repository's history",
            *exposed[1:_MOST_NAMED],
        )
    if others:
        yield failed(
            f"git keeps {others[0]}: checking out an older one would announce reviews again",
            f"git rm --cached {others[0]}; keep copies elsewhere",
            *others[1:_MOST_NAMED],
        )
    if addable:
        yield warning(
            f"the next `git add .` would take {addable[0]}",
            f"write {', '.join(f'{folder}/' for folder in folders)} into .gitignore",
            *addable[1:_MOST_NAMED],
        )
    if not tracked and not addable:
        yield ok("nothing of the ledger or the secrets is in version control")


def _listed(subject: Subject, folders: Sequence[str], *which: str) -> list[str]:
    if not folders:
        return []
    out = _ask(subject.site.root, subject.machine.environment, "ls-files", "-z", *which, "--", *folders)
    # What is kept to be faster tells nothing that the feeds do not, and a copy of it counts for nothing.
    kept = f"{subject.site.display(subject.site.state / FOLDER)}/"
    names = [name for name in out.split("\0") if name and not name.startswith(kept)]
    return [name for name in names if name.rpartition("/")[2] != _HARMLESS]


def _ask(root: Path, environment: Mapping[str, str], *words: str) -> str:
    """Ask git, which must neither write anything nor run what the repository names.

    Raises:
        _Unanswered: It did not answer, and why.
    """
    # Called by a hook, git would have told us another repository and another index.
    kept = {name: value for name, value in environment.items() if not name.startswith(("GIT_", "PUBLISHER_"))}
    try:
        done = subprocess.run(  # noqa: S603 - words of ours; folders are taken as they are
            ["git", "--literal-pathspecs", "-c", "core.fsmonitor=false", *words],  # noqa: S607 - wherever it is
            cwd=root,
            env={**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _Unanswered(f"it took more than {_SECONDS} s") from None
    except OSError as error:
        raise _Unanswered(error.strerror or "it cannot be started") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0]
        raise _Unanswered(quoted(said.removeprefix("fatal: ")))
    return done.stdout
