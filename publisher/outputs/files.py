"""Files that appear whole or not at all.

Each is written beside its target, fsynced and renamed; a file whose bytes would not change is left alone. The
manifest comes last and names what was written: only what the last manifest names is ever removed. A name may have
folders in it (`tags/gothic/rss.xml`); a link in such a folder's place is never followed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from publisher.disk import sync_folder
from publisher.errors import EnvironmentFault
from publisher.outputs import manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from io import BufferedReader
    from pathlib import Path
    from typing import BinaryIO

    from publisher.feeds import Heading

#: What zlib calls the format of gzip (RFC 1952).
GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 256 * 1024
_AT_ONCE = 4

Item = TypeVar("Item")


@dataclass(slots=True)
class OutputFile:
    """A file as it is to be.

    Attributes:
        name: What it is called below the folder, with slashes.
        pieces: Gives its bytes, the same each time it is called.
        compressed: It holds the bytes compressed (RFC 1952). Its digest is that of the bytes, because programs compress
            the same bytes to different ones.
        size: How many bytes `pieces` gave; known once the file was looked at, as `sha256` is.
        sha256: Their SHA-256 in hexadecimal.
        source: A digest of what its bytes are made from; empty where nobody knows.
        there: It is known to be in its place already: its bytes need not be made.
    """

    name: str
    pieces: Callable[[], Iterable[bytes]]
    compressed: bool = False
    size: int = 0
    sha256: str = ""
    source: bytes = b""
    there: bool = False

    @classmethod
    def of(cls, name: str, content: bytes) -> OutputFile:
        """Make one whose bytes are at hand."""
        return cls(name, lambda: (content,))

    def copy_compressed(self) -> OutputFile:
        """Return the same bytes as a file to be compressed, under the name that hosts look for."""
        return OutputFile(f"{self.name}.gz", self.pieces, compressed=True, source=self.source)

    def look(self) -> None:
        """Find out size and digest."""
        if self.there:
            return
        digest, self.size = hashlib.sha256(), 0
        for piece in self.pieces():
            digest.update(piece)
            self.size += len(piece)
        self.sha256 = digest.hexdigest()

    def encoded(self) -> Iterator[bytes]:
        """Give the bytes that go to the disk; no date is among them."""
        if not self.compressed:
            yield from self.pieces()
            return
        packer = zlib.compressobj(9, wbits=GZIP)
        for piece in self.pieces():
            yield packer.compress(piece)
        yield packer.flush()

    def differs(self, folder: Path) -> bool:
        """Tell whether the file that is there has other bytes, or is not there.

        Raises:
            OSError: Something else is in the way.
        """
        _require_folders(folder, self.name)
        if self.there:
            return False
        target = folder / self.name
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        if not target.is_file():  # nothing, or a trap such as a pipe, which is replaced and never read
            return True
        try:
            with target.open("rb") as stream:
                if not self.compressed and os.fstat(stream.fileno()).st_size != self.size:
                    return True
                return _digest(stream, self) != self.sha256
        except FileNotFoundError:
            return True


def _digest(stream: BufferedReader, file: OutputFile) -> str | None:
    """Return the SHA-256 of what is there, unpacked where the file is compressed; None where it cannot be the same."""
    if not file.compressed:
        return hashlib.file_digest(stream, "sha256").hexdigest()
    digest, size = hashlib.sha256(), 0
    packer = zlib.decompressobj(wbits=GZIP)
    try:
        while not packer.eof and size <= file.size and (block := stream.read(_BLOCK)):
            # What stands behind the end is no part of it, and is given back for ever.
            while block and not packer.eof and size <= file.size:
                data = packer.decompress(block, _BLOCK)
                digest.update(data)
                size += len(data)
                block = packer.unconsumed_tail
    except zlib.error:
        return None
    alone = packer.eof and not packer.unused_data and not stream.read(1)
    return digest.hexdigest() if alone else None


def _on_its_way(name: str) -> str:
    """Return what a file is called until it is whole."""
    return f".{name}.new"


@dataclass(slots=True)
class StagedFile:
    """A file on its way: it is written beside its target, and takes its place when it is whole.

    Attributes:
        target: Where it will be.
    """

    target: Path
    _stream: BinaryIO | None = field(default=None, init=False)
    _begun: bool = field(default=False, init=False)

    @property
    def _beside(self) -> Path:
        return self.target.with_name(_on_its_way(self.target.name))

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write all of it, and see to it that it is on the disk.

        Raises:
            OSError: The disk is full, or the folder cannot be written.
        """
        # A leftover, or a trap: a link or a pipe of that name is not written through.
        self._beside.unlink(missing_ok=True)
        self._stream = self._beside.open("xb")
        self._begun = True
        for block in _in_blocks(pieces):
            self._stream.write(block)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._stream = None

    def put_in_place(self) -> None:
        """Rename the finished file over its target."""
        self._beside.replace(self.target)
        self._begun = False

    def discard(self) -> None:
        """Forget what was not put in place; nothing is left behind."""
        # On a full disk closing fails, too, after it has closed; that is not what is to be reported.
        with suppress(OSError):
            if self._stream is not None:
                self._stream.close()
        self._stream = None
        with suppress(OSError):
            if self._begun:
                self._beside.unlink(missing_ok=True)


def _in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join pieces to blocks: for every single one that is written, threads would take turns, and wait for theirs."""
    block: list[bytes] = []
    size = 0
    for piece in pieces:
        block.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(block)
            block.clear()
            size = 0
    yield b"".join(block)


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


def settle(folder: Path, files: Iterable[OutputFile], headings: Iterable[Heading], *, dry: bool) -> Written:
    """Bring files to a folder, then the manifest; remove what the last manifest names and this one does not.

    Args:
        folder: The folder; it is made where it is missing.
        files: All files that it is to have.
        headings: The feeds they are.
        dry: Compare only; nothing is written.

    Raises:
        EnvironmentFault: The disk is full, or the folder cannot be written.
    """
    wanted = sorted(files, key=lambda file: file.name)
    try:
        if not dry:
            folder.mkdir(parents=True, exist_ok=True)
        _at_once(OutputFile.look, wanted)
        last = OutputFile.of(manifest.NAME, manifest.write_manifest(wanted, headings))
        last.look()
        differing = [file for file in (*wanted, last) if file.differs(folder)]
        names = frozenset(file.name for file in wanted)
        intended = manifest.read_manifest(folder, _on_its_way(manifest.NAME)).files
        former = _reachable(folder, (manifest.read_manifest(folder).files | intended) - names)
        # A name too long for the disk is no file; Path raises.
        gone = [name for name in former if os.path.isfile(folder / name)]  # noqa: PTH113
        if not dry:
            _clear(folder, [name for name in former if name in intended], names)
            _bring(folder, differing, former)
    except OSError as error:
        raise write_fault(folder, error) from None
    changed = {file.name for file in differing}
    return Written(
        changed=tuple(sorted(changed)),
        removed=tuple(gone),
        unchanged=tuple(sorted({file.name for file in (*wanted, last)} - changed)),
        sha256={file.name: file.sha256 for file in (*wanted, last)},
    )


def _bring(folder: Path, differing: Sequence[OutputFile], former: Sequence[str]) -> None:
    """Write what differs beside its place, then put all in place; the manifest is the last.

    Before it forgets the names of what is to go, that is removed: a run that is killed here is made good by the next.
    """
    staged = [StagedFile(folder / file.name) for file in differing]
    touched = {folder}
    try:
        # The manifest first: should the run be killed, it names all that may have been left behind.
        writing = list(zip(differing, staged, strict=True))[::-1]
        for file, _ in writing:
            _require_folders(folder, file.name)
        for file, stage in writing[:1]:
            stage.write(file.encoded())
        for file, _ in writing[1:]:
            touched.update(_make_folders(folder, file.name))
        _at_once(lambda one: one[1].write(one[0].encoded()), writing[1:])
        for file, stage in zip(differing, staged, strict=True):
            if file.name == manifest.NAME:
                touched.update(_remove(folder, former))
            _require_folders(folder, file.name)
            stage.put_in_place()
        _sync(touched)
    finally:
        for stage in staged:
            stage.discard()


def _at_once(work: Callable[[Item], None], items: Iterable[Item]) -> None:
    """Do work for several items at a time: to wait for a disk, to hash and to compress needs no turn of Python's."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(work, items):
            pass


def _clear(folder: Path, unwanted: Sequence[str], wanted: Iterable[str]) -> None:
    """Remove what a run that was killed left behind: files on their way, and those that it brought and nobody wants now.

    Args:
        folder: The folder.
        unwanted: What the manifest of that run was to name, and the next will not.
        wanted: All files that the folder is to have.
    """
    for name in _reachable(folder, {*unwanted, *wanted}):
        _discard(folder, name)
    _sync(_remove(folder, unwanted))
    # It names the others: it goes last.
    _discard(folder, manifest.NAME)


def _discard(folder: Path, name: str) -> None:
    parent, _, last = name.rpartition("/")
    with suppress(OSError, ValueError):  # nothing is there, as a rule; what is in the way is told later
        (folder / parent / _on_its_way(last)).unlink()


def _sync(folders: Iterable[Path]) -> None:
    """See to it that what was put into folders, and removed from them, is so on the disk."""
    for folder in sorted(folders, reverse=True):
        if folder.is_dir():
            sync_folder(folder)


def _remove_empty(folder: Path, inner: Sequence[str]) -> set[Path]:
    """Remove a folder in which there is nothing, and those around it likewise; return where something went."""
    touched = set()
    for depth in range(len(inner), 0, -1):
        path = folder.joinpath(*inner[:depth])
        with suppress(OSError, ValueError):  # something is left in it, or nothing is there
            path.rmdir()
            touched.add(path.parent)
    return touched


def _make_folders(folder: Path, name: str) -> list[Path]:
    """Make the folders in a name; return those that hold something new."""
    *inner, _ = name.split("/")
    made = []
    for part in inner:
        folder /= part
        folder.mkdir(exist_ok=True)
        made.append(folder)
    return made


def _remove(folder: Path, former: Iterable[str]) -> set[Path]:
    """Remove files, and the folders in which there is nothing any more; return the folders that lost something.

    A run that was killed may have removed a file and not its folder.
    """
    touched = set()
    for name in former:
        path = folder / name
        if os.path.isfile(path):  # noqa: PTH113 - a name too long for the disk is no file; Path raises
            path.unlink()
            touched.add(path.parent)
        touched |= _remove_empty(folder, name.split("/")[:-1])
    return touched


def _require_folders(folder: Path, name: str) -> None:
    """See that the folders in a name are folders, and no links that lead elsewhere."""
    for part in name.split("/")[:-1]:
        folder /= part
        if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def write_fault(folder: Path, error: OSError) -> EnvironmentFault:
    """Say what kept files from being written; where something else is in the way, what."""
    in_the_way = error.filename if error.errno in {errno.ENOTDIR, errno.EISDIR} else None
    return EnvironmentFault(
        f"{in_the_way or folder} cannot be written: {error.strerror or error}",
        "every file there is whole, as it was or as it was to be; see to that, and run the command again",
    )


def _reachable(folder: Path, names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if _leads_straight(folder, name))


def _leads_straight(folder: Path, name: str) -> bool:
    try:
        _require_folders(folder, name)
    except OSError:
        return False
    return True
