"""nginx on a free port of this machine, with lines of the tests' own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
"""


def nginx() -> str:
    """Find nginx, which lies where not everybody looks."""
    return shutil.which("nginx") or "/usr/sbin/nginx"


@contextmanager
def started(
    folder: Path, *, http: str, server: str, silent_on: Sequence[str], checked: bool
) -> Iterator[int]:
    """Start nginx and give its port; at the end its log says nothing of certain levels.

    Args:
        folder: Where it keeps its files; it is made.
        http: Lines of http {}.
        server: Lines of server {}.
        silent_on: The levels, such as `emerg`.
        checked: Have it look at its configuration first, and find nothing to warn of.
    """
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    written = CONFIGURATION.format(folder=folder, port=port, http=http, server=server)
    (folder / "conf").write_text(written, encoding="utf-8")
    command = [nginx(), "-p", str(folder), "-c", str(folder / "conf"), "-e", str(folder / "error.log")]
    if checked:
        looked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert looked.returncode == 0, looked.stderr
        assert "warn" not in looked.stderr
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            deadline = time.monotonic() + 30
            while process.poll() is None and time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.01)
            assert process.poll() is None, process.communicate()[0]
            yield port
        finally:
            process.terminate()
    said = (folder / "error.log").read_text(encoding="utf-8", errors="replace")
    for level in silent_on:
        assert f"[{level}]" not in said
