"""What an editor sees when the program itself is at fault: one line, and where the details are."""

from __future__ import annotations

import os
import sys

import click

EXIT_CODE = 4


def report_crash(error: Exception) -> int:
    """Save the details of an unexpected error for its owner's eyes only, say where, and return the exit status."""
    import platform
    import tempfile
    import traceback
    from importlib import metadata

    details = "".join(
        [
            f"headless-publisher {metadata.version('headless-publisher')}, ",
            f"Python {platform.python_version()}, {platform.platform()}\n",
            f"command: {' '.join(sys.argv[1:])}\n\n",
            *traceback.format_exception(error),
        ]
    )
    try:
        # mkstemp makes the file with mode 0600.
        handle, path = tempfile.mkstemp(prefix="publisher-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(details)
        where = f"the details are in {path}"
    except OSError:
        where = "the details could not be saved"
    click.echo(
        f"error: publisher itself failed ({type(error).__name__}); {where}; "
        "please send them to the maintainers, as README.md says under Reporting a problem",
        err=True,
    )
    return EXIT_CODE
