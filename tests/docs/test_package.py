"""The package as it is built: everything it needs is inside."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from publisher.diagnostics import RULES

ROOT = Path(__file__).parents[2]
SCRIPT = "import publisher; print(publisher.__file__); from publisher.cli import main; main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, with the build backend of the lock file and without the network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_the_types_the_catalogue_and_the_pages_of_rules(wheel: Path) -> None:
    """py.typed and all data files are part of it; tests and posts are not."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {"publisher/py.typed", "publisher/catalogue/services.json"} <= set(names)
    assert {f"publisher/diagnostics/pages/{code}.md" for code in RULES} <= set(names)
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"publisher"}


def test_the_wheel_runs_from_where_it_is_put(wheel: Path, tmp_path: Path) -> None:
    """Unpacked anywhere, it validates the sample site: no file of the checkout is needed."""
    zipfile.ZipFile(wheel).extractall(tmp_path)

    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT, "validate", "--site", str(ROOT)],
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))
