"""Files that appear whole or not at all.

Each is written beside its target, fsynced and renamed; a file whose bytes would not change is left alone. The
manifest comes last and names what was written: only what the last manifest names is ever removed. A name may have one
folder in it (`redirects/nginx.conf`); a link in that folder's place is never followed.
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from publisher.disk import sync_folder
from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import BinaryIO

MANIFEST = "manifest.json"
FORMAT_VERSION = 1


@dataclass(slots=True)
class StagedFile:
    """A file on its way: bytes go in, and at the end it is known whether they differ from what is there.

    Attributes:
        target: Where it will be.
        dry: Compare only; nothing is written.
        name: How its folder's manifest calls it, with the folder between the two if there is one; default: the
            name of the target.
    """

    target: Path
    dry: bool
    name: str = ""
    _stream: BinaryIO | None = None
    _begun: bool = False
    _hash: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    def __post_init__(self) -> None:
        self.name = self.name or self.target.name

    @classmethod
    def below(cls, folder: Path, name: str, *, dry: bool) -> StagedFile:
        """Stage a file of a folder under the name that the folder's manifest gives it."""
        return cls(folder / name, dry, name)

    @property
    def _beside(self) -> Path:
        return self.target.with_name(f".{self.target.name}.new")

    def _require_folder(self) -> None:
        """See that the folder in the name is a folder, and no link that leads elsewhere."""
        folder = self.target.parent
        if "/" in self.name and os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))

    def write(self, data: bytes) -> None:
        """Take more bytes."""
        self._hash.update(data)
        self.size += len(data)
        if self.dry:
            return
        if self._stream is None:
            self._require_folder()
            if "/" in self.name:
                self.target.parent.mkdir(exist_ok=True)
            # A leftover, or a trap: a link or a pipe of that name is not written through.
            self._beside.unlink(missing_ok=True)
            self._stream = self._beside.open("xb")
            self._begun = True
        self._stream.write(data)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes so far, in hexadecimal."""
        digest: str = self._hash.hexdigest()
        return digest

    def differs(self) -> bool:
        """Tell whether the file that is there has other bytes, or is not there."""
        self._require_folder()
        if self.target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not self.target.is_file():  # nothing, or a trap such as a pipe, which is replaced and never read
            return True
        try:
            with self.target.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() != self.digest
        except FileNotFoundError:
            return True

    def finish(self) -> None:
        """See to it that the bytes are on the disk, beside the target."""
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._stream = None

    def put_in_place(self) -> None:
        """Rename the finished file over its target."""
        self._require_folder()
        self._beside.replace(self.target)

    def discard(self) -> None:
        """Forget the bytes; nothing is left behind."""
        # On a full disk closing fails, too, after it has closed; that is not what is to be reported.
        with suppress(OSError):
            if self._stream is not None:
                self._stream.close()
        self._stream = None
        with suppress(OSError):
            if self._begun:
                self._require_folder()
                self._beside.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a folder of files.

    Attributes:
        changed: The names that were written, or would be; sorted.
        removed: The names that were removed, or would be; sorted.
        unchanged: The names that already had the right bytes; sorted.
        sha256: The SHA-256 of the bytes each file has now, or would have, in hexadecimal by name.
    """

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def stale(self) -> tuple[str, ...]:
        """Name everything that was not as it should be."""
        return tuple(sorted({*self.changed, *self.removed}))


def settle(folder: Path, files: Iterable[StagedFile], *, dry: bool) -> Written:
    """Put staged files in place, then the manifest; remove what the last manifest names and this one does not.

    Raises:
        EnvironmentFault: The disk is full, or the folder cannot be written.
    """
    staged = sorted(files, key=lambda file: file.name)
    before = _named_by_manifest(folder)
    manifest = StagedFile(folder / MANIFEST, dry)
    manifest.write(_manifest(staged))
    try:
        for file in (*staged, manifest):
            file.finish()
        differing = {file.name for file in (*staged, manifest) if file.differs()}
        gone = _gone(folder, before - {file.name for file in staged})
        if not dry:
            _put_in_place(folder, staged, manifest, differing, gone)
    except OSError as error:
        raise write_fault(folder, error) from None
    finally:
        for file in (*staged, manifest):
            file.discard()
    return Written(
        changed=tuple(sorted(differing)),
        removed=tuple(gone),
        unchanged=tuple(sorted({file.name for file in (*staged, manifest)} - differing)),
        sha256={file.name: file.digest for file in (*staged, manifest)},
    )


def _put_in_place(
    folder: Path, staged: Iterable[StagedFile], manifest: StagedFile, differing: set[str], gone: Iterable[str]
) -> None:
    for file in staged:
        if file.name in differing:
            file.put_in_place()
    # Before the manifest forgets their names: a run that is killed here is made good by the next.
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    if manifest.name in differing:
        manifest.put_in_place()
    for parent in {folder, *(file.target.parent for file in staged)}:
        sync_folder(parent)


def write_fault(folder: Path, error: OSError) -> EnvironmentFault:
    """Say what kept files from being written."""
    return EnvironmentFault(
        f"{folder} cannot be written: {error.strerror or error}",
        "what was there before is still there, whole",
    )


def _manifest(files: Iterable[StagedFile]) -> bytes:
    named = {file.name: {"bytes": file.size, "sha256": file.digest} for file in files}
    return (
        orjson.dumps({"format_version": FORMAT_VERSION, "files": named}, option=orjson.OPT_INDENT_2) + b"\n"
    )


def _named_by_manifest(folder: Path) -> set[str]:
    try:
        if not (folder / MANIFEST).is_file():
            return set()
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        if manifest["format_version"] != FORMAT_VERSION:
            return set()
        names = {name for name, about in manifest["files"].items() if "sha256" in about}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {name for name in names if isinstance(name, str) and _can_be_ours(name)}


def _can_be_ours(name: str) -> bool:
    """Tell whether a name stays in the folder: a name that leads elsewhere was not written by us."""
    parts = name.split("/")
    return name != MANIFEST and len(parts) <= 2 and not {"", ".", ".."}.intersection(parts)


def _gone(folder: Path, names: Iterable[str]) -> list[str]:
    # A name too long for the disk is no file; Path raises.
    return sorted(
        name
        for name in names
        if not ("/" in name and os.path.islink(folder / name.split("/")[0]))  # noqa: PTH114
        and os.path.isfile(folder / name)  # noqa: PTH113
    )
