"""The site's own deployment, between generate and push: partners follow links, so pages go first."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from publisher.site import Site

_SECRETS = ("PUBLISHER_SECRET_", "PUBLISHER_LISTEN_SECRET")
_STANDARD_ERROR = 2


def _is_secret(name: str) -> bool:
    # PUBLISHER_…_KEY: what a source of offers knows the site by.
    return name.startswith(_SECRETS) or (name.startswith("PUBLISHER_") and name.endswith("_KEY"))


def run_deploy(site: Site, command: str) -> None:
    """Run the deploy command in the site's folder; what it prints goes to standard error, for people.

    The endpoints' secrets and the keys of sources are not part of its environment. When it fails, all that it started is ended.

    Raises:
        EnvironmentFault: It failed or took too long; nothing was sent.
    """
    environment = {name: value for name, value in os.environ.items() if not _is_secret(name)}
    try:
        # The command is the site's own configuration and meant for a shell. A session of its own, so that all it
        # started can be ended with it. Standard output is ours: machines read it.
        process = subprocess.Popen(  # noqa: S602
            command,
            shell=True,
            cwd=site.root,
            env=environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=_STANDARD_ERROR,
        )
    except OSError as error:
        raise _fault(f"cannot be started: {error.strerror}") from None
    with process:
        try:
            status = process.wait(timeout=site.deploy.timeout)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise _fault(f"took longer than {site.deploy.timeout} s") from None
            raise
    if status:
        _end(process)
        raise _fault(f"ended with status {status}" if status > 0 else f"was ended by signal {-status}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the command's session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _fault(what: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the deploy command {what}; nothing was sent",
        "feeds are written; when the command works again, run `publisher publish` once more",
    )
