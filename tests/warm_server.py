"""Waits with the program loaded, and forks for every run that `warm_start.py` asks for."""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import socket
import sys
import threading
import time
import traceback
import types
from contextlib import suppress
from typing import Any


def load() -> None:
    """Import every module of the program."""
    # As the command line does, before pydantic is imported.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    package = importlib.import_module("publisher")
    for module in pkgutil.walk_packages(package.__path__, "publisher."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    # Nothing of this is garbage, and a fork that does not touch it does not copy it.
    gc.collect()
    gc.freeze()


def serve(control: socket.socket) -> list[str]:
    """Fork for every request, until nobody is left to ask; in the process that is to be the run, return its words."""
    while True:
        size, files, _, _ = socket.recv_fds(control, 8, 4)
        if not size:
            os._exit(0)
        request = json.loads(control.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        if not os.fork():
            control.close()
            watch(socket.socket(fileno=files[0]))
            become(request, files[1:])
            return list(request["words"])
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def watch(asked: socket.socket) -> None:
    """Fork once more, say which process that is, wait for its end and say how it ended; return in that process."""
    child = os.fork()
    if not child:
        asked.close()
        return
    asked.sendall(child.to_bytes(8, "big", signed=True))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with suppress(OSError):  # nobody waits for it any more
        asked.sendall(status.to_bytes(8, "big", signed=True))
    os._exit(0)


def become(request: dict[str, Any], streams: list[int]) -> None:
    """Take on the folder, the environment, the streams and the arguments of a run."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    for number, file in enumerate(streams):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = sys.__stdin__ = open(0, closefd=False)  # type: ignore[misc] # noqa: SIM115 - a number
    sys.stdout = sys.__stdout__ = opened(1, sys.stdout)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = opened(2, sys.stderr)  # type: ignore[misc]


def opened(number: int, like: Any) -> io.TextIOWrapper:
    """Open a standard stream as Python does when it begins."""
    raw = io.FileIO(number, "w", closefd=False)
    buffering = number == 2
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=like.encoding, errors=like.errors, line_buffering=buffering
    )


def execute(kind: str, what: str, *arguments: str) -> None:
    """Run a module or a program as Python's command line does."""
    sys.argv = [kind, *arguments]
    sys.path.insert(0, os.getcwd() if kind == "-m" else "")  # noqa: PTH109 - as Python does
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(sys.modules["__main__"]))  # noqa: S102 - what it is for


def finish(words: list[str]) -> int:
    """Do what was asked, and what Python does at its end but to take everything apart; return the status."""
    status: object = None
    try:
        execute(*words)
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 - as Python does
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        status = 120
    if isinstance(status, str):
        sys.stderr.write(f"{status}\n")
    sys.stderr.flush()
    return status & 0xFF if isinstance(status, int) else int(status is not None)


if __name__ == "__main__":
    load()
    os._exit(finish(serve(socket.socket(fileno=int(sys.argv[1])))))
