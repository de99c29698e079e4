"""Rotating an endpoint's secret: what is kept, what signs when, and what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from publisher.errors import ConfigurationError, EnvironmentFault, PublisherError, Refused, UsageError
from publisher.site import load_site
from publisher.webhooks import (
    Secret,
    SigningKeys,
    endpoint_keys,
    keep_new_secret,
    mint_secret,
    rotate_secret,
    rotation,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site

PARTNER = """
[[webhooks.endpoints]]
name = "big-partner"
url = "https://partner.example/hook"
"""
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """Make a site with one partner who has a secret."""
    made = make_site(more=PARTNER)
    keep_new_secret(made, "big-partner")
    return made


def file_of(site: Site) -> Path:
    """Return where the partner's secrets lie."""
    return site.secrets / "big-partner"


def present(site: Site) -> str:
    """Read the present secret as anybody would: the first line."""
    return file_of(site).read_text(encoding="ascii").splitlines()[0]


def signing(site: Site, at: datetime) -> SigningKeys:
    """Find what signs at a moment."""
    return endpoint_keys(site, site.endpoints[0], at.timestamp(), {})


def keys(*written: str) -> SigningKeys:
    """Make keys of secrets as they are written down."""
    return SigningKeys(tuple(Secret.parse(text, "the test") for text in written))


def rotate(site: Site, overlap: timedelta = DAY, now: datetime = NOW) -> str:
    """Rotate, and return the new secret."""
    return rotate_secret(site, "big-partner", overlap, now, {}).minted


def test_the_old_secret_signs_too_until_the_overlap_ends(site: Site) -> None:
    """Write both down so that a person can read which is which, for nobody else's eyes."""
    old = present(site)

    done = rotate_secret(site, "big-partner", DAY, NOW, {})

    assert file_of(site).read_text() == f"{done.minted}\n{old} until 2026-11-24T09:00:00Z\n"
    assert file_of(site).stat().st_mode & 0o7777 == 0o600
    assert done.file == file_of(site)
    assert done.old == (NOW + DAY,)
    assert signing(site, NOW) == keys(done.minted, old)
    assert signing(site, NOW + DAY - timedelta(seconds=1)) == keys(done.minted, old)
    assert signing(site, NOW + DAY) == keys(done.minted)


def test_no_overlap_ends_the_old_secret_at_once(site: Site) -> None:
    """Leave nothing of a secret that was betrayed."""
    old = present(site)

    new = rotate(site, timedelta())

    assert old not in file_of(site).read_text()
    assert signing(site, NOW) == keys(new)


def test_several_rotations_within_an_overlap_all_sign(site: Site) -> None:
    """Keep each older secret until its own end, the one that was present last first."""
    first = present(site)
    second = rotate(site, DAY)
    third = rotate(site, timedelta(hours=1), NOW + timedelta(hours=2))

    assert signing(site, NOW + timedelta(hours=2)) == keys(third, second, first)
    assert signing(site, NOW + timedelta(hours=3)) == keys(third, first)
    assert signing(site, NOW + DAY) == keys(third)


def test_without_an_overlap_all_older_secrets_end_at_once(site: Site) -> None:
    """Whoever rotates first, and then learns that a secret has leaked, ends it by rotating once more."""
    first = present(site)
    second = rotate(site)
    third = rotate(site, timedelta(), NOW + timedelta(minutes=1))

    assert not {first, second} & set(file_of(site).read_text().split())
    assert signing(site, NOW + timedelta(minutes=2)) == keys(third)


def test_a_secret_that_has_ended_leaves_the_file_at_the_next_rotation(site: Site) -> None:
    """Keep nothing for longer than it is of use."""
    first = present(site)
    second = rotate(site)

    rotate(site, DAY, NOW + DAY)

    assert first not in file_of(site).read_text()
    assert second in file_of(site).read_text()


def test_more_than_five_are_refused_until_one_has_ended(site: Site) -> None:
    """Say how long to wait, and change nothing; without an overlap there is room."""
    for hours in range(4):
        rotate(site, DAY, NOW + timedelta(hours=hours))
    before = file_of(site).read_bytes()

    with pytest.raises(Refused) as failure:
        rotate(site, DAY, NOW + timedelta(hours=4))

    assert str(failure.value) == '6 secrets of "big-partner" would sign; 5 are the most'
    assert str(failure.value.hint).startswith("wait for 20 h, until the next old one ends")
    assert file_of(site).read_bytes() == before
    rotate(site, timedelta(), NOW + timedelta(hours=4))
    rotate(site, DAY, NOW + DAY)


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=30, seconds=1), timedelta.max])
def test_an_overlap_is_at_most_thirty_days(site: Site, overlap: timedelta) -> None:
    """Refuse one that would keep an old secret for ever, or end it in the past."""
    with pytest.raises(UsageError, match="0 to 30 days are"):
        rotate(site, overlap)

    assert len(file_of(site).read_text().splitlines()) == 1
    rotate(site, timedelta(days=30))


def test_a_secret_of_the_environment_is_rotated_there(site: Site) -> None:
    """Name the variable and what to write into it; leave a file that is not asked alone."""
    before = file_of(site).read_bytes()
    value = mint_secret()

    with pytest.raises(Refused) as failure:
        rotate_secret(site, "big-partner", DAY, NOW, {"PUBLISHER_SECRET_BIG_PARTNER": value})

    assert "the environment variable PUBLISHER_SECRET_BIG_PARTNER" in str(failure.value)
    assert "before the old secret, parted by a space" in str(failure.value.hint)
    assert value[6:] not in f"{failure.value} {failure.value.hint}"
    assert file_of(site).read_bytes() == before


def test_what_cannot_be_read_is_not_rotated(site: Site) -> None:
    """Leave a file alone that others can read, or that holds something else."""
    file_of(site).chmod(0o644)
    with pytest.raises(ConfigurationError, match="others can read the secret"):
        rotate(site)

    file_of(site).chmod(0o600)
    file_of(site).write_text("my own notes\n")
    with pytest.raises(ConfigurationError, match="does not begin with whsec_"):
        rotate(site)
    assert file_of(site).read_text() == "my own notes\n"


def test_an_endpoint_without_a_secret_is_told_how_to_get_one(site: Site) -> None:
    """Mint no second secret where there is no first, and leave no trace."""
    file_of(site).unlink()

    with pytest.raises(ConfigurationError) as failure:
        rotate(site)

    assert str(failure.value) == 'the endpoint "big-partner" has no secret'
    assert "publisher endpoints secret big-partner" in str(failure.value.hint)
    assert [path.name for path in site.secrets.iterdir()] == [".gitignore"]


def test_a_link_is_not_replaced(site: Site, tmp_path: Path) -> None:
    """Leave a secret that is kept elsewhere to those who keep it there."""
    elsewhere = file_of(site).rename(tmp_path / "kept-elsewhere")
    file_of(site).symlink_to(elsewhere)

    with pytest.raises(Refused, match="is a link"):
        rotate(site)

    assert file_of(site).is_symlink()


def test_anothers_file_is_not_replaced(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep an administrator from taking the file away from the user who publishes."""
    someone = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: someone)

    with pytest.raises(Refused) as failure:
        rotate(site)

    assert "belongs to another user" in str(failure.value)
    assert failure.value.hint == "run this as that user"


def test_a_secret_for_nobody_is_not_rotated(site: Site) -> None:
    """Name the endpoints there are."""
    with pytest.raises(UsageError) as failure:
        rotate_secret(site, "../big-partner", DAY, NOW, {})

    assert failure.value.hint == "known: big-partner"


def test_a_disk_that_fails_leaves_the_old_secret(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose nothing, and leave nothing beside it, when the new file cannot be written."""
    before = file_of(site).read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault) as failure:
        rotate(site)

    assert str(failure.value) == ".publisher/secrets/big-partner cannot be written: No space left on device"
    assert file_of(site).read_bytes() == before
    assert sorted(path.name for path in site.secrets.iterdir()) == [".gitignore", ".rotating", "big-partner"]


def test_a_rotation_killed_on_the_way_leaves_the_old_or_the_new(site: Site) -> None:
    """Replace the file at once: whoever dies right before that leaves it as it was."""
    before = file_of(site).read_bytes()
    code = (
        "import os, signal, sys, pathlib, publisher\n"
        "from datetime import UTC, datetime, timedelta\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "publisher.rotate_secret(publisher.load_site(pathlib.Path(sys.argv[1])), 'big-partner', timedelta(1), datetime.now(UTC), {})\n"
    )

    done = subprocess.run([sys.executable, "-c", code, str(site.root)], check=False, timeout=60)

    assert done.returncode == -signal.SIGKILL
    assert file_of(site).read_bytes() == before
    rotate(site)


def _rotate_once(root: Path) -> str:
    site = load_site(root)
    return rotate_secret(site, "big-partner", DAY, NOW, {}).minted


def test_rotations_at_once_lose_no_secret(site: Site) -> None:
    """Keep every secret that was shown, however many commands rotate at the same time."""
    first = present(site)
    with get_context("spawn").Pool(4) as pool:
        shown = pool.map(_rotate_once, [site.root] * 4, chunksize=1)

    found = signing(site, NOW).secrets

    assert set(found) == set(keys(first, *shown).secrets)
    assert len(found) == 5


def test_a_rotation_that_another_holds_up_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a while, and then say why nothing was done."""
    monkeypatch.setattr(rotation, "_PATIENCE", 0.05)
    before = file_of(site).read_bytes()
    with FileLock(site.secrets / ".rotating"), pytest.raises(Refused, match="another rotation is at work"):
        rotate(site)

    assert file_of(site).read_bytes() == before


def test_no_secret_shows_in_what_a_rotation_says(site: Site) -> None:
    """Keep the secrets out of representations and of every refusal."""
    old = present(site)
    done = rotate_secret(site, "big-partner", DAY, NOW, {})
    told = [repr(done), str(done), repr(signing(site, NOW))]
    for overlap in (timedelta(days=31), DAY, DAY, DAY, DAY):
        try:
            rotate(site, overlap)
        except PublisherError as error:
            told += [*traceback.format_exception(error), str(error.hint)]

    assert len(told) > 4
    for secret in (old, done.minted):
        assert secret.removeprefix("whsec_")[:12] not in " ".join(told)
