"""Runs that would find nothing to do: told by stamps alone, before anything of the site is loaded.

What a run looked at is put down when it has ended: its settings, its posts and all that lies among them, pictures, ledger, and
what it wrote. As long as each stamp is what it was, and the present lies in the span in which nothing changes by itself, the
same run would end the same.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from publisher.cache.stamps import Stamp, as_stamp, is_fine, is_settled, moment_of, stamp_of
from publisher.cache.versions import code_version
from publisher.disk import keep_private, put

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT_VERSION = 1
#: Where runs are put down, below the folder of a site whose state lies where it does by default.
FOLDER = Path(".publisher", "cache")
_SETTINGS = "publisher.toml"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run saw.

    Attributes:
        root: The site's folder.
        command: Which command it was.
        began: When it began to look, in nanoseconds since 1970 (`moment_of`).
    """

    root: Path
    command: str
    began: int

    @classmethod
    def begin(cls, root: Path, command: str) -> Run:
        """Begin to look."""
        root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links and rename the files
        return cls(root, command, moment_of(root / FOLDER.parent))

    def put_down(
        self,
        posts: Path,
        looked: Iterable[str | Path],
        wrote: Iterable[Path],
        since: float,
        until: float,
        result: object,
    ) -> None:
        """Put down what was seen, if it can be told by its stamps; nothing is ever raised.

        Args:
            posts: The folder of posts; everything in it counts.
            looked: Other files that were looked at, there or not.
            wrote: Files that were written, and are to be there.
            since: From when on nothing changes by itself, in seconds since 1970.
            until: When something does.
            result: What the run found, as JSON has it.
        """
        seen = [self.root / _SETTINGS, *map(Path, looked)]
        stamps = [(str(path), stamp_of(path)) for path in seen]
        tree, wrote = _tree(posts, self.began), list(wrote)
        written = [(str(path), stamp_of(path)) for path in wrote]
        settled = all(
            is_settled(stamp, self.began) and not self._may_have_gone(path, stamp) for path, stamp in stamps
        )
        # What was written in this very moment is not looked at again: only whether it is still what was written.
        whole = all(stamp is not None and is_fine(stamp) for _, stamp in written)
        if tree is None or not settled or not whole:
            return
        row = {
            "format_version": FORMAT_VERSION,
            "code": code_version(),
            "posts": str(posts),
            "tree": tree,
            "stamps": stamps + written,
            "folders": sorted({str(path.parent) for path in wrote}),
            "since": since,
            "until": until,
            "result": result,
        }
        with suppress(OSError, ValueError, TypeError):
            keep_private(self.root / FOLDER.parent)
            (self.root / FOLDER).mkdir(exist_ok=True)
            data = orjson.dumps(row)
            put(self._file, hashlib.sha256(data).hexdigest().encode() + data, mode=0o600)

    def recall(self, now: float) -> Any | None:  # noqa: ANN401 - what was put down
        """Return what an earlier run found, if this one would find the same; `now` is in seconds since 1970."""
        try:
            sum_, data = (whole := self._file.read_bytes())[:64], whole[64:]
            if hashlib.sha256(data).hexdigest().encode() != sum_:
                return None
            row = orjson.loads(data)
            same = (
                row["format_version"] == FORMAT_VERSION
                and row["since"] <= now < row["until"]
                and row["code"] == code_version()
                and all(_plain(stamp_of(path)) == stamp for path, stamp in row["stamps"])
                # A link in a folder's place leads to the same files, and is written through by nobody.
                and not any(map(os.path.islink, row["folders"]))
                and _tree(Path(row["posts"]), None) == row["tree"]
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return row["result"] if same else None

    def _may_have_gone(self, name: str, stamp: Stamp | None) -> bool:
        """Tell whether something that is not there may have been there when the run looked; its state never goes."""
        folder = Path(name).parent
        if stamp is not None or folder == self.root / FOLDER.parent:
            return False
        while (about := stamp_of(folder)) is None and folder != folder.parent:
            folder = folder.parent
        return not is_settled(about, self.began)

    @property
    def _file(self) -> Path:
        return self.root / FOLDER / f"{self.command}.run"


def _plain(stamp: tuple[int, ...] | None) -> list[int] | None:
    return None if stamp is None else list(stamp)


def _tree(folder: Path, looked_at: int | None) -> str | None:
    """Return a digest of the stamps of all that lies in a folder, at any depth; None where there is what stamps do not tell.

    Args:
        folder: The folder.
        looked_at: When it was looked at; None where stamps need not be settled. What has gone since is told by the folder's.
    """
    digest = hashlib.sha256()
    folders = [str(folder)]
    try:
        while folders:
            inner = folders.pop()
            about = os.stat(inner)  # noqa: PTH116 - the folder of posts itself may be a link
            if looked_at is not None and not is_settled(as_stamp(about), looked_at):
                return None
            for entry in sorted(os.scandir(inner), key=lambda entry: entry.name):
                about = entry.stat(follow_symlinks=False)
                stamp = as_stamp(about)
                if stat.S_ISLNK(about.st_mode) or (
                    looked_at is not None and not is_settled(stamp, looked_at)
                ):
                    return None
                if stat.S_ISDIR(about.st_mode):
                    folders.append(entry.path)
                    digest.update(f"{entry.path}/\n".encode("utf-8", "surrogateescape"))
                    continue
                digest.update(f"{entry.name} {about.st_mode} {stamp}\n".encode("utf-8", "surrogateescape"))
    except OSError:  # it goes while it is looked at, or may not be looked into
        return None
    return digest.hexdigest()
