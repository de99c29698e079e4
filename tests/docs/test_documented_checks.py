"""What docs/editors.md tells a site to set up, so that nothing faulty is committed: done as it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import CONFIGURATION, POST

if TYPE_CHECKING:
    from tests.conftest import MakeSite, Run

ROOT = Path(__file__).parents[2]
EDITORS = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
#: What the documentation writes for the address of this project, which has more than one home.
ADDRESS = "https://github.com/OWNER/headless-publisher"
REVISION = "REVISION"
FAULTY = POST.replace("rating: 4", "rating: 9")


def section(title: str) -> str:
    """Return a section of the page for editors."""
    (text,) = re.findall(rf"^## {title}\n(.*?)^## ", EDITORS, re.DOTALL | re.MULTILINE)
    return str(text)


def example(title: str) -> str:
    """Return the one example in YAML of a section."""
    (block,) = re.findall(r"```yaml\n(.*?)```", section(title), re.DOTALL)
    return str(block)


class Repository:
    """A git repository of somebody who has nothing set up but what the test sets up."""

    def __init__(self, folder: Path, home: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._environment = {
            "GIT_AUTHOR_EMAIL": "desk@example.org",
            "GIT_AUTHOR_NAME": "The Night Desk",
            "GIT_COMMITTER_EMAIL": "desk@example.org",
            "GIT_COMMITTER_NAME": "The Night Desk",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            # pre-commit installs the hook into an environment of its own. Here that takes nothing from the network:
            # what the program needs, and what builds it, is borrowed from the environment that the tests run in.
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one as the answer to "isolated?"
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "PYTHONPATH": ":".join(sysconfig.get_path(kind) for kind in ("purelib", "platlib")),
            "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        }
        self.call("git", "init", "--quiet")

    def call(self, *words: str) -> str:
        """Run a command that succeeds, and return what it prints."""
        done = self.attempt(*words)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command that may fail; what it prints is what a person would see."""
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    def commit(self, **files: str) -> subprocess.CompletedProcess[str]:
        """Write files, and try to commit them and whatever else changed."""
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.call("git", "add", ".")
        return self.attempt("git", "commit", "--message", "as it is now")

    def head(self) -> str:
        """Return the last commit."""
        return self.call("git", "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give this project as a repository: what is in the working tree, the hook and what a build needs."""
    home = tmp_path_factory.mktemp("home")
    repository = Repository(home / "headless-publisher", home)
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, repository.folder)
    shutil.copytree(
        ROOT / "publisher", repository.folder / "publisher", ignore=shutil.ignore_patterns("__pycache__")
    )
    repository.commit()
    return repository


@pytest.fixture
def site(tmp_path: Path, project: Repository) -> Repository:
    """Give a repository with a site in its folder `reviews`, and the hook installed as the documentation says."""
    # The environment that pre-commit builds is kept in the project's home: one serves all tests.
    repository = Repository(tmp_path / "magazine", project.folder.parent)
    (repository.folder / "reviews" / "posts").mkdir(parents=True)
    config = example("Before every commit")
    for written, meant in (
        (ADDRESS, str(project.folder)),
        (REVISION, project.head()),
        ("# args: [--site, reviews]", "args: [--site, reviews]"),
    ):
        assert written in config
        config = config.replace(written, meant)
    repository.commit(
        **{
            ".pre-commit-config.yaml": config,
            "reviews/publisher.toml": CONFIGURATION,
            "reviews/posts/karmalink.md": POST,
        }
    )
    assert "`pre-commit install`" in section("Before every commit")
    repository.call("pre-commit", "install")
    return repository


@pytest.mark.needs("git")
def test_a_faulty_post_stops_the_commit_and_a_mended_one_does_not(site: Repository) -> None:
    """The fault is on the screen, at the place where one opens the file; nothing was committed."""
    before = site.head()

    refused = site.commit(**{"reviews/posts/karmalink.md": FAULTY})

    assert refused.returncode == 1
    assert (
        "reviews/posts/karmalink.md:8:9: error[rating-range]: rating is 9; the scale ends at 5"
        in refused.stdout
    )
    assert site.head() == before

    mended = site.commit(**{"reviews/posts/karmalink.md": f"{POST}\nIt is mended.\n"})

    assert (mended.returncode, "Passed" in mended.stdout) == (0, True)
    assert site.head() != before


@pytest.mark.needs("git")
def test_a_post_that_collides_with_one_committed_before_stops_the_commit(site: Repository) -> None:
    """The whole site is checked, whichever of its files a commit touches."""
    refused = site.commit(**{"reviews/posts/copy.md": POST})

    assert refused.returncode == 1
    assert "error[duplicate-id]" in refused.stdout


@pytest.mark.needs("git")
def test_the_configuration_bears_on_posts_committed_before(site: Repository) -> None:
    """A scale that a review does not fit stops the commit, though no post is part of it."""
    scale = CONFIGURATION.replace("[rating]", "[rating]\nmaximum = 3")

    refused = site.commit(**{"reviews/publisher.toml": scale})

    assert refused.returncode == 1
    assert (
        "reviews/posts/karmalink.md:8:9: error[rating-range]: rating is 4; the scale ends at 3"
        in refused.stdout
    )


@pytest.mark.needs("git")
def test_a_commit_of_something_else_does_not_wait_for_the_check(site: Repository) -> None:
    """What bears on no review is committed as ever."""
    done = site.commit(**{"notes.txt": "see it again", "my-publisher.toml": "", "karmalink.md.orig": FAULTY})

    assert (done.returncode, "Skipped" in done.stdout) == (0, True)


@pytest.mark.parametrize("name", ["publisher.toml", "posts/KARMALINK.MD", "posts/2022/karmalink.markdown"])
def test_the_hook_looks_at_whatever_is_a_post_or_the_configuration(name: str) -> None:
    """The site may lie at the root, and a post is one in capitals and by its long ending, too."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert re.search(hook["files"], name)


def test_the_documented_job_makes_annotations(make_site: MakeSite, run: Run, tmp_path: Path) -> None:
    """Its last step, run on a site with a fault, fails and says so in GitHub's form."""
    make_site({"karmalink.md": FAULTY})
    workflow: dict[str, Any] = yaml.safe_load(example("In GitHub Actions"))
    *_, install, validate = workflow["jobs"]["validate"]["steps"]

    done = run(*validate["run"].split()[1:], GITHUB_WORKSPACE=str(tmp_path))

    assert f"git+{ADDRESS}@{REVISION}" in install["run"]
    assert done.returncode == 1
    assert "::error file=posts/karmalink.md,line=8,col=9," in done.stdout
