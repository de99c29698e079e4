"""New secrets for an endpoint: the first one, and one in place of another that signs too until its overlap ends."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from publisher.disk import place_new, replace_durably
from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.site import keep_private
from publisher.values.durations import duration_in_words
from publisher.webhooks.kept_secrets import KeptSecrets, OldSecret
from publisher.webhooks.secrets import find_endpoint, kept_secrets, secret_file, variable
from publisher.webhooks.signing import MOST_KEYS, Secret, mint_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.site import Endpoint, Site

LONGEST_OVERLAP = timedelta(days=30)
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation brought.

    Attributes:
        file: Where the secrets are kept.
        minted: The new secret, as it is written down; it is not part of the representation.
        old: Until when each older secret signs too, the one that was present last first; aware.
    """

    file: Path
    minted: str = field(repr=False)
    old: tuple[datetime, ...]


def keep_new_secret(site: Site, name: str) -> tuple[Path, str]:
    """Mint a secret for an endpoint that has none, and keep it in a file of mode 0600.

    Returns:
        Where it is kept, and the secret as it is written down.

    Raises:
        UsageError: The site has no endpoint of that name.
        Refused: The endpoint has a secret.
        EnvironmentFault: The file cannot be written.
    """
    endpoint = find_endpoint(site, name)
    path = secret_file(site, endpoint)
    minted = mint_secret()
    try:
        keep_private(path.parent)
        place_new(path, f"{minted}\n".encode("ascii"), mode=0o600)
    except FileExistsError:
        raise Refused(
            f'the endpoint "{name}" has a secret already, in {site.display(path)}',
            f"its partner verifies with it; `publisher endpoints rotate {name}` puts a new one in its place",
        ) from None
    except OSError as error:
        raise _unwritable(site, path, error) from None
    return path, minted


def rotate_secret(
    site: Site, name: str, overlap: timedelta, now: datetime, environment: Mapping[str, str] = os.environ
) -> Rotation:
    """Mint a new secret for an endpoint that has one; the one it had signs too until the overlap ends.

    The file is replaced at once, durably, or not at all. Secrets that have ended leave it; others keep their ends, but
    without an overlap all end at once: somebody has one who must not, and which one is not asked.

    Args:
        site: The site.
        name: The endpoint's name.
        overlap: For how long; nothing ends all older ones at once, 30 days are the most.
        now: When; aware.
        environment: The variables that secrets may stand in.

    Raises:
        UsageError: The site has no endpoint of that name, or the overlap is too long or negative.
        ConfigurationError: The endpoint has no secret, or its file is not as it must be; it stays as it is.
        Refused: The secret is kept elsewhere, or too many would sign.
        EnvironmentFault: The file cannot be written.
    """
    endpoint = find_endpoint(site, name)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise UsageError(
            f"an overlap of {overlap / timedelta(days=1):g} days is not possible; 0 to {LONGEST_OVERLAP.days} days are",
            "the partner needs it to take the new secret over: some hours, or a few days",
        )
    _require_kept_here(site, endpoint, environment)
    seconds = int(now.timestamp())
    with _alone(site):
        kept = kept_secrets(site, endpoint).at(seconds)
        replaced = OldSecret(kept.present, seconds + overlap.total_seconds())
        old = (replaced, *kept.old) if overlap else ()
        _require_room(endpoint, old, seconds)
        minted = mint_secret()
        rotated = KeptSecrets(Secret.parse(minted, "the new secret"), old)
        path = secret_file(site, endpoint)
        try:
            replace_durably(path, rotated.text().encode("ascii"), mode=0o600)
        except OSError as error:
            raise _unwritable(site, path, error) from None
    return Rotation(path, minted, tuple(datetime.fromtimestamp(old.until, UTC) for old in rotated.old))


def _require_kept_here(site: Site, endpoint: Endpoint, environment: Mapping[str, str]) -> None:
    """Refuse where the secret is not taken from the file of the site, or the file is not ours to replace."""
    name = variable(endpoint.name)
    if name in environment:
        raise Refused(
            f'the secret of "{endpoint.name}" comes from the environment variable {name}, which cannot be changed '
            "from here",
            "where the variable is set, write whsec_ and the output of `openssl rand -base64 32` before the old "
            "secret, parted by a space: both sign; take the old one out when the partner has the new one",
        )
    path = secret_file(site, endpoint)
    shown = site.display(path)
    if os.path.islink(path):  # noqa: PTH114 - unlike Path, it takes a folder it cannot look into for nothing
        raise Refused(
            f"{shown} is a link; the secret is kept elsewhere",
            "rotate it there: the new secret on the first line, and below it the old one with its end, as in "
            "whsec_… until 2026-11-24T09:00:00Z",
        )
    kept_secrets(site, endpoint)
    if path.stat().st_uid != os.geteuid():
        raise Refused(
            f"{shown} belongs to another user, who could not read it any more", "run this as that user"
        )


def _require_room(endpoint: Endpoint, old: Sequence[OldSecret], now: float) -> None:
    signing = 1 + len(old)
    if signing > MOST_KEYS:
        wait = min(one.until for one in old) - now
        raise Refused(
            f'{signing} secrets of "{endpoint.name}" would sign; {MOST_KEYS} are the most',
            f"wait for {duration_in_words(wait)}, until the next old one ends; with --overlap 0 all of them end at once",
        )


@contextmanager
def _alone(site: Site) -> Iterator[None]:
    """Keep other rotations out, or one of two would lose a secret that was shown already."""
    # A name that begins with a dot is no endpoint's.
    held = site.secrets / ".rotating"
    lock = FileLock(held, timeout=_PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise Refused("another rotation is at work on this site", "wait until it has ended") from None
    # A file system without locks is told by NotImplementedError.
    except (OSError, NotImplementedError) as error:
        raise _unwritable(site, held, error) from None
    try:
        yield
    finally:
        lock.release()


def _unwritable(site: Site, path: Path, error: OSError | NotImplementedError) -> EnvironmentFault:
    problem = getattr(error, "strerror", None) or error
    return EnvironmentFault(f"{site.display(path)} cannot be written: {problem}")
