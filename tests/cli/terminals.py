"""Terminals for commands that ask."""

import os
import pty
import select
import subprocess
import sys
import time


def on_a_terminal(question: str, answer: str, *words: str) -> tuple[int, str]:
    """Run a command on a terminal of its own, and answer once it has asked its question."""
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", *words],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env={**os.environ, "NO_COLOR": "1"},
        start_new_session=True,
    )
    os.close(inner)
    said, answered, until = b"", False, time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([outer], [], [], 0.1)[0]:
            try:
                said += os.read(outer, 65536)
            except OSError:  # how a terminal says that its last program has gone
                break
        if question.encode() in said and not answered:
            os.write(outer, answer.encode())
            answered = True
    os.close(outer)
    return process.wait(timeout=60), said.decode()
