"""Runs of Python in processes of their own that need not load the program first.

A run of the command line on a small site spends nine tenths of its time on importing. Here a server for each process of
tests has everything imported and waits (`warm_server.py`); a run is a fork of it, with arguments, folder, environment
and standard streams of its own. From there on it is a process like any other: it has its own number, can be killed,
ends with a status, and leaves nothing in the process of the tests. What only a start from nothing shows, that every
command finds what it imports, is tested in `tests/cli/test_cli_cold.py`.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER = Path(__file__).with_name("warm_server.py")
#: What Python looks at when it begins, and never again, begins with one of these.
_READ_ONCE = ("LANG", "LC_", "PYTHON")
_ONE_AT_A_TIME = threading.Lock()


class Process:
    """A process that was begun; it has of `subprocess.Popen` what tests ask for.

    Attributes:
        pid: Its number.
        returncode: Its status, negative for a signal; None while nobody has seen its end.
    """

    def __init__(
        self, *words: object, cwd: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        """Begin `python` with some words: `-m` and a module, or `-c` and a program, and its arguments."""
        environment = os.environ if environment is None else environment
        assert not at_the_start(environment), "Python has to begin anew for these; use subprocess"
        self.args = [str(word) for word in words]
        self.returncode: int | None = None
        self._streams = (tempfile.TemporaryFile(), tempfile.TemporaryFile())  # noqa: SIM115 - closed with it
        self._told, theirs = socket.socketpair()
        for each in (self._told, *self._streams):
            weakref.finalize(self, each.close)
        about = {"words": self.args, "cwd": str(cwd or Path.cwd()), "environment": dict(environment)}
        request = json.dumps(about).encode()
        with theirs, Path(os.devnull).open("rb") as nothing, _ONE_AT_A_TIME:
            files = [theirs.fileno(), nothing.fileno(), *(stream.fileno() for stream in self._streams)]
            socket.send_fds(_server().control, [len(request).to_bytes(8, "big")], files)
            _server().control.sendall(request)
        self.pid = self._number()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def poll(self) -> int | None:
        """Return the status, or None while it runs."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the status.

        Raises:
            subprocess.TimeoutExpired: It has not ended by then; a timeout is in seconds.
        """
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            # It stays there for others: one thread may wait, and another have killed it.
            self.returncode = self._number(socket.MSG_PEEK)
        return self.returncode

    def kill(self) -> None:
        """End it, whatever it does."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended by itself in this very moment
                os.kill(self.pid, signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end, and return what it printed, and what it printed to standard error."""
        self.wait(timeout)
        out, err = (_read(stream) for stream in self._streams)
        return out, err

    def _number(self, flags: int = 0) -> int:
        told = self._told.recv(8, flags)
        assert told, "the server of warm starts has died"
        return int.from_bytes(told, "big", signed=True)


def run(
    *words: object,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run `python` with some words, as `Process` does; one that does not end is killed."""
    with Process(*words, cwd=cwd, environment=environment) as process:
        try:
            out, err = process.communicate(timeout)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.wait(), out, err)


def at_the_start(environment: Mapping[str, str]) -> set[str]:
    """Name what Python would have to begin anew for, because it reads it when it begins."""
    changed = environment.items() ^ _server().environment.items()
    return {name for name, _ in changed if name.startswith(_READ_ONCE)}


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return io.TextIOWrapper(io.BytesIO(stream.read()), encoding="utf-8").read()


class _Server(NamedTuple):
    control: socket.socket
    environment: dict[str, str]


@lru_cache(maxsize=1)
def _server() -> _Server:
    """Start the server when it is first needed; it ends when its socket is shut, as it is when this process dies."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", SERVER, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def end() -> None:
        ours.shutdown(socket.SHUT_RDWR)
        ours.close()
        process.wait()

    atexit.register(end)
    return _Server(ours, dict(os.environ))
