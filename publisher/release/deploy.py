"""The site's own deployment, between generate and push: partners follow links, so pages go first."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from publisher.site import Deploy, Site

_SECRETS = "PUBLISHER_SECRET_"


def run_deploy(site: Site, deploy: Deploy) -> None:
    """Run the deploy command in the site's folder; its output goes where ours goes.

    The endpoints' secrets are not part of its environment.

    Raises:
        EnvironmentFault: It failed or took too long; nothing was sent.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
    # The command is the site's own configuration and meant for a shell. A session of its own, so that all it started
    # can be ended with it.
    with subprocess.Popen(  # noqa: S602
        deploy.command,
        shell=True,
        cwd=site.root,
        env=environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    ) as process:
        try:
            status = process.wait(timeout=deploy.timeout)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise _fault(f"took longer than {deploy.timeout} s") from None
            raise
    if status:
        raise _fault(f"ended with status {status}" if status > 0 else f"was ended by signal {-status}")


def _fault(what: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the deploy command {what}; nothing was sent",
        "feeds are written; when the command works again, run `publisher publish` once more",
    )
