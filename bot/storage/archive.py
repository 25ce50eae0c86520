"""A backup's file: a tar of the database, the pictures and the sources, and a list at its end.

The list names every file with its SHA-256. It is written last, so an archive that has it is whole.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from bot.model.errors import StorageError
from bot.storage.disk import write_stream

FORMAT = 1
LIST = "imagine-bot-backup.json"
DATABASE, PICTURES, SOURCES = "bot.db", "pictures", "pictures/sources"
CHUNK = 2**20
Tell = Callable[[int], None]
"""Called with how many files have been written."""

_NAMES = re.compile(
    r"bot\.db"
    r"|pictures/[0-9]{6,}/[0-9]+/(?:[0-9]+\.png|recipes\.json)"
    r"|pictures/sources/[0-9a-f]{2}/[0-9a-f]{64}"
)
"""All that a backup holds; what is called otherwise is never written anywhere."""


def belongs(name: str) -> bool:
    """Whether a backup may hold a file of that name."""
    return _NAMES.fullmatch(name) is not None


class ArchiveWriter:
    """A backup as it is written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._hashes: dict[str, str] = {}
        self._size = 0

    def add(self, path: Path, name: str) -> None:
        """Add a file under a name that belongs; raises FileNotFoundError before it adds any."""
        if not belongs(name):
            raise ValueError(f"no backup holds {name!r}")
        with path.open("rb") as file:
            hashed = _Hashed(file)
            size = os.fstat(file.fileno()).st_size
            self._append(name, size, hashed)
        self._hashes[name] = hashed.sha256
        self._size += size

    def finish(self) -> int:
        """Add the list, without which the archive counts as cut short; the bytes of all files."""
        text = json.dumps({"format": FORMAT, "files": self._hashes}).encode()
        self._append(LIST, len(text), io.BytesIO(text))
        return self._size

    def _append(self, name: str, size: int, file: "IO[bytes] | _Hashed") -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As the file's."""
        block = self._file.read(size)
        self._hash.update(block)
        return block

    def blocks(self) -> Iterator[bytes]:
        """The rest of the file, piece by piece."""
        while block := self.read(CHUNK):
            yield block

    @property
    def sha256(self) -> str:
        """Of all that was read."""
        return self._hash.hexdigest()


def unpack(archive: Path, folder: Path, tell: Tell) -> None:
    """Write what a backup holds into an empty folder, each file checked; raises StorageError.

    The caller throws the folder away if it raises.
    """
    try:
        with tarfile.open(archive, "r:") as tar:
            _unpack(tar, folder, tell)
    except (tarfile.TarError, EOFError, UnicodeError, _Foreign) as error:
        raise StorageError(
            f"{archive} is no whole backup: {error}.", "Nothing was changed; use another backup."
        ) from error


class _Foreign(Exception):
    """Something is in the archive that no backup holds, or not in it."""


def _unpack(tar: tarfile.TarFile, folder: Path, tell: Tell) -> None:
    hashes: dict[str, str] = {}
    for member in tar:
        file = tar.extractfile(member) if member.isreg() else None
        if file is not None and member.name == LIST:
            return _compare(file.read(), hashes)
        if file is None or not belongs(member.name) or member.name in hashes:
            raise _Foreign(f"it holds {member.name[:80]!r}")
        hashed = _Hashed(file)
        write_stream(folder / member.name, hashed.blocks())
        hashes[member.name] = hashed.sha256
        tell(len(hashes))
    raise _Foreign("it was cut short")


def _compare(text: bytes, hashes: Mapping[str, str]) -> None:
    try:
        listed = json.loads(text)
        version, files = int(listed["format"]), dict(listed["files"])
    except (ValueError, TypeError, KeyError) as error:
        raise _Foreign("its list cannot be read") from error
    if version > FORMAT:
        raise _Foreign("it was made by a newer version of the bot")
    if DATABASE not in files or set(files) != set(hashes):
        raise _Foreign("its list names other files")
    if wrong := [name for name, sha256 in files.items() if hashes[name] != sha256]:
        raise _Foreign(f"{wrong[0]} has changed")
