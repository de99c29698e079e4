"""Plans as files: written down for others to look at, and read again to be carried out."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

import orjson

from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.outputs.files import StagedFile
from publisher.release.plan import FORMAT_VERSION, KIND

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.release.plan import Plan

_LARGEST = 64 * 1024 * 1024


def read_plan(path: Path, *, links: bool = True) -> dict[str, Any]:
    """Read a plan that was written down; without `links`, one that is no link.

    Raises:
        UsageError: There is no such file, or it is no plan.
        Refused: A newer version of this program wrote it.
        EnvironmentFault: It cannot be read.
    """
    try:
        about = path.stat() if links else path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            raise UsageError(f"{path} is not a plan", "`publisher plan -o FILE` makes one")
        fields = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist", "`publisher plan -o FILE` makes a plan") from None
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read: {error.strerror or error}") from None
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict) or fields.get("kind") != KIND:
        raise UsageError(f"{path} is not a plan", "`publisher plan -o FILE` makes one")
    if fields.get("format_version") != FORMAT_VERSION:
        raise Refused(
            f"{path} was made by another version of publisher", "make a new one with `publisher plan -o FILE`"
        )
    return fields


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan down, in place of an earlier one or of nothing; the file is there whole or not at all.

    Raises:
        Refused: Something else is there.
        UsageError: It is no name of a file.
        EnvironmentFault: It cannot be written.
    """
    if not path.name:
        raise UsageError(f'"{path}" is not the name of a file', "such as plan.json")
    if os.path.lexists(path):
        try:
            read_plan(path, links=False)
        except UsageError:
            raise Refused(
                f"{path} is there already, and is not a plan",
                "give the plan another name, or remove that file",
            ) from None
    file = StagedFile(path)
    try:
        file.write([orjson.dumps(plan.as_fields(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)])
        file.put_in_place()
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        file.discard()
