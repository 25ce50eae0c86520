"""The pictures that images begin with, as they were sent: <root>/<two digits>/<SHA-256>."""

import asyncio
import hashlib
import re
import secrets
from pathlib import Path

from bot.model.errors import StorageError
from bot.storage.disk import sync_folder, write_file
from bot.storage.faults import translated

_ADVICE = "Hand the picture over again, or restore a backup."
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SourceFolder:
    """SourceShelf over files: what was kept once stays, under the hash of its bytes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def keep(self, file: bytes) -> str:
        """Write a file to disk for good; its SHA-256; raises StorageError."""
        with translated(f"The folder {self._root}"):
            return await asyncio.to_thread(self._keep, file)

    def read(self, sha256: str) -> bytes:
        """The file with that SHA-256, on the calling thread; raises StorageError."""
        if not _SHA256.fullmatch(sha256):
            raise StorageError(f"{sha256!r} is no SHA-256.", _ADVICE)
        path = self._path(sha256)
        with translated(f"The folder {self._root}"):
            file = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(file).hexdigest() != sha256:
            raise StorageError(f"The picture {path} is missing or damaged.", _ADVICE)
        return file

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def _keep(self, file: bytes) -> str:
        sha256 = hashlib.sha256(file).hexdigest()
        path = self._path(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{sha256}.{secrets.token_hex(4)}.part")
        try:
            write_file(part, file)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        for folder in (path.parent, self._root, self._root.parent):
            sync_folder(folder)
        return sha256
