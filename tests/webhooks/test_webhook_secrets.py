"""Where secrets are found, and which files are refused."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import ConfigurationError, Refused, UsageError
from publisher.webhooks import (
    Secret,
    SigningKeys,
    endpoint_keys,
    endpoint_secret,
    keep_new_secret,
    mint_secret,
    read_key_file,
    read_secret_file,
    variable,
)
from tests.webhooks.scripted_partner import SECRET, SECRET_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site

PARTNER = """
[[webhooks.endpoints]]
name = "big-partner"
url = "https://partner.example/hook"
"""


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """Make a site with one partner and a folder for its secret."""
    made = make_site(more=PARTNER)
    made.secrets.mkdir(parents=True)
    return made


def put(site: Site, text: str = SECRET_TEXT, mode: int = 0o600) -> Path:
    """Write the partner's secret into its file."""
    path = site.secrets / "big-partner"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_variable_is_named_after_the_endpoint() -> None:
    """Name a variable that a shell can set, whatever hyphens the endpoint's name has."""
    assert variable("big-partner") == "PUBLISHER_SECRET_BIG_PARTNER"


def test_the_environment_comes_before_the_file(site: Site) -> None:
    """Take the environment's secret where there are two."""
    put(site, mint_secret())

    found = endpoint_secret(site, site.endpoints[0], {"PUBLISHER_SECRET_BIG_PARTNER": SECRET_TEXT})

    assert found == SECRET


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_that_only_its_owner_can_read_is_taken(site: Site, mode: int) -> None:
    """Read the file, with the line end that editors leave."""
    put(site, SECRET_TEXT + "\n", mode)

    assert endpoint_secret(site, site.endpoints[0], {}) == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o660, 0o610])
def test_a_file_that_others_can_use_is_refused(site: Site, mode: int) -> None:
    """Refuse a secret that others can read or write, and say how to mend that."""
    put(site, mode=mode)

    with pytest.raises(ConfigurationError) as failure:
        endpoint_secret(site, site.endpoints[0], {})

    assert str(failure.value) == (
        f".publisher/secrets/big-partner has mode {mode:04o}; others can read the secret"
    )
    assert failure.value.hint == "chmod 600 .publisher/secrets/big-partner"


def test_a_missing_secret_names_both_ways_to_give_one(site: Site) -> None:
    """Say which variable and which file would do."""
    with pytest.raises(ConfigurationError) as failure:
        endpoint_secret(site, site.endpoints[0], {})

    assert str(failure.value) == 'the endpoint "big-partner" has no secret'
    assert "PUBLISHER_SECRET_BIG_PARTNER" in str(failure.value.hint)
    assert ".publisher/secrets/big-partner with mode 0600" in str(failure.value.hint)


def _folder(path: Path) -> None:
    path.mkdir(mode=0o700)


def _pipe(path: Path) -> None:
    os.mkfifo(path, 0o600)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _device(path: Path) -> None:
    path.symlink_to("/dev/null")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (_folder, "cannot be read: Is a directory"),
        (_pipe, "is not a file"),
        (_dangling, "cannot be read: No such file"),
        (_loop, "cannot be read: Too many levels"),
        (_device, "is not a file"),
    ],
)
def test_what_is_no_file_is_refused_at_once(site: Site, make: Callable[[Path], Any], problem: str) -> None:
    """Refuse folders, pipes, devices and dead links by name; a pipe does not make us wait for a writer."""
    make(site.secrets / "big-partner")

    with pytest.raises(ConfigurationError) as failure:
        endpoint_secret(site, site.endpoints[0], {})

    assert str(failure.value).startswith(f".publisher/secrets/big-partner {problem}")


def test_a_folder_of_secrets_that_is_a_file_is_told(site: Site) -> None:
    """Say that there is no secret where the folder is no folder."""
    site.secrets.rmdir()
    site.secrets.write_text("")

    with pytest.raises(ConfigurationError, match="has no secret"):
        endpoint_secret(site, site.endpoints[0], {})


@pytest.mark.parametrize(
    "text", ["", "\n", "whsec_short", "x" * 100_000, "whsec_" + "é" * 40, SECRET_TEXT * 2]
)
def test_a_file_without_a_secret_is_refused_and_not_quoted(site: Site, text: str) -> None:
    """Name the file, say what a secret looks like, repeat nothing of what it holds."""
    path = put(site, text)

    with pytest.raises(ConfigurationError) as failure:
        read_secret_file(path, "the file")

    assert "the secret in the file" in str(failure.value)
    told = "".join(traceback.format_exception(failure.value))
    assert SECRET_TEXT[6:16] not in told
    assert "xxxx" not in told


def test_a_bad_secret_in_the_environment_is_refused_and_not_quoted(site: Site) -> None:
    """Name the variable and not its value, and do not fall back to the file."""
    put(site)
    typed = "whsec_" + "hunter2" * 2

    with pytest.raises(ConfigurationError) as failure:
        endpoint_secret(site, site.endpoints[0], {"PUBLISHER_SECRET_BIG_PARTNER": typed})

    assert "the environment variable PUBLISHER_SECRET_BIG_PARTNER" in str(failure.value)
    assert "hunter2hunter2" not in "".join(traceback.format_exception(failure.value))


NOW = 1_795_000_000.0
OLDER, OLDEST = (Secret(bytes([number]) * 32) for number in (1, 2))
#: NOW is 2026-11-18T11:06:40Z.
ROTATED = f"""\
{SECRET_TEXT}
{OLDER.written()} until 2026-11-18T13:06:40+00:00

{OLDEST.written()}   until 2026-11-18T12:06:40Z
"""


@pytest.mark.parametrize(
    ("later", "signing"),
    [
        (0, (SECRET, OLDER, OLDEST)),
        (3599, (SECRET, OLDER, OLDEST)),
        (3600, (SECRET, OLDER)),
        (7199, (SECRET, OLDER)),
        (7200, (SECRET,)),
    ],
)
def test_older_secrets_sign_until_their_end_and_not_at_it(
    site: Site, later: int, signing: tuple[Secret, ...]
) -> None:
    """Take the present secret first and the older ones as the file has them, as long as they last."""
    path = put(site, ROTATED)

    assert endpoint_keys(site, site.endpoints[0], NOW + later, {}) == SigningKeys(signing)
    assert read_key_file(path, "the file", NOW + later) == SigningKeys(signing)
    assert endpoint_secret(site, site.endpoints[0], {}) == SECRET
    assert read_secret_file(path, "the file") == SECRET


def test_a_file_of_one_line_is_one_key(site: Site) -> None:
    """Read files as they were written before secrets could be rotated."""
    put(site, f"\n{SECRET_TEXT}\r\n")

    assert endpoint_keys(site, site.endpoints[0], NOW, {}) == SigningKeys((SECRET,))


def test_all_secrets_of_the_variable_sign(site: Site) -> None:
    """Rotate in the environment by writing the new one before the old one."""
    environment = {"PUBLISHER_SECRET_BIG_PARTNER": f"{OLDER.written()} {SECRET_TEXT}"}

    assert endpoint_keys(site, site.endpoints[0], NOW, environment) == SigningKeys((OLDER, SECRET))
    assert endpoint_secret(site, site.endpoints[0], environment) == OLDER


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (OLDER.written(), "line 2 of the file does not say until when its secret signs"),
        (f"{OLDER.written()} until", "line 2 of the file does not say until when its secret signs"),
        (f"until 2026-11-18T12:06:40Z {OLDER.written()}", "line 2 of the file does not say until when"),
        (f"{OLDER.written()} until tomorrow", "the end in line 2 of the file is not a moment with its zone"),
        (f"{OLDER.written()} until 2026-11-18T12:06:40", "the end in line 2 of the file is not a moment"),
        (
            f"{OLDER.written()} until 9999-12-31T23:59:59-14:00",
            "the end in line 2 of the file is not a moment",
        ),
        (f"{OLDER.written()} until {OLDEST.written()}", "the end in line 2 of the file is not a moment"),
        ("hunter2 until 2026-11-18T12:06:40Z", "the secret in line 2 of the file does not begin with whsec_"),
    ],
)
def test_a_line_that_is_no_older_secret_is_named_and_not_quoted(site: Site, line: str, problem: str) -> None:
    """Say which line it is and how such a line is written; nothing of it is repeated."""
    path = put(site, f"{SECRET_TEXT}\n{line}\n")

    with pytest.raises(ConfigurationError) as failure:
        read_key_file(path, "the file", NOW)

    told = "".join(traceback.format_exception(failure.value)) + str(failure.value.hint)
    assert problem in str(failure.value)
    for secret in (OLDER, OLDEST, SECRET):
        assert secret.written()[6:16] not in told
    assert "hunter2" not in told


def test_the_present_secret_has_no_end(site: Site) -> None:
    """Find the lines of a file that was put in order the wrong way."""
    path = put(site, f"{OLDER.written()} until 2026-11-18T12:06:40Z\n{SECRET_TEXT}\n")

    with pytest.raises(ConfigurationError) as failure:
        read_key_file(path, "the file", NOW)

    assert str(failure.value) == "line 1 of the file has an end; the present secret has none"
    assert "the first line is the present secret" in str(failure.value.hint)


def test_a_file_of_too_many_secrets_is_refused_until_enough_have_ended(site: Site) -> None:
    """Count those that still sign."""
    lines = [f"{Secret(bytes([n]) * 32).written()} until 2026-11-18T1{n}:06:40Z\n" for n in range(2, 7)]
    put(site, "".join([f"{SECRET_TEXT}\n", *lines]))

    with pytest.raises(ConfigurationError, match=r"big-partner holds 6 secrets; at most 5 may sign"):
        endpoint_keys(site, site.endpoints[0], NOW, {})
    assert len(endpoint_keys(site, site.endpoints[0], NOW + 3600, {}).secrets) == 5


def test_a_new_secret_is_kept_where_it_is_looked_for(site: Site) -> None:
    """Mint a secret into a file that only its owner can read, and never over one that is there."""
    path, minted = keep_new_secret(site, "big-partner")

    assert path.stat().st_mode & 0o7777 == 0o600
    assert endpoint_secret(site, site.endpoints[0], {}) == Secret.parse(minted, "here")
    with pytest.raises(Refused, match="has a secret already"):
        keep_new_secret(site, "big-partner")
    assert path.read_text() == minted + "\n"


def test_a_secret_for_nobody_is_not_minted(site: Site) -> None:
    """Name the endpoints there are when another is asked for; nothing is written."""
    with pytest.raises(UsageError) as failure:
        keep_new_secret(site, "../elsewhere")

    assert failure.value.hint == "known: big-partner"
    assert list(site.secrets.iterdir()) == []
