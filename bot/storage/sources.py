"""The pictures that images begin with, as they were sent: <root>/<two digits>/<SHA-256>."""

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.model.errors import Refused, StorageError
from bot.storage.disk import sync_folder, write_file
from bot.storage.faults import translated
from bot.storage.pictures import refuse_without_disk

log = logging.getLogger(__name__)

_ADVICE = "Hand the picture over again, or restore a backup."
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SourceFolder:
    """SourceShelf over files: what a job names stays, under the hash of its bytes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def kept(self, file: bytes) -> AsyncIterator[str]:
        """Write a file to disk; its SHA-256; raises StorageError.

        It stays for good, unless it was not there before and the body ends by Refused. One body
        runs at a time, so that no other job can have come to name the file meanwhile.
        """
        sha256 = hashlib.sha256(file).hexdigest()
        async with self._turn:
            with translated(f"The folder {self._root}"):
                is_new = await asyncio.to_thread(self._keep, file, self.path(sha256))
            try:
                yield sha256
            except Refused:
                if is_new:
                    await asyncio.to_thread(self._drop, self.path(sha256))
                raise

    def read(self, sha256: str) -> bytes:
        """The file with that SHA-256, on the calling thread; raises StorageError."""
        if not _SHA256.fullmatch(sha256):
            raise StorageError(f"{sha256!r} is no SHA-256.", _ADVICE)
        path = self.path(sha256)
        with translated(f"The folder {self._root}"):
            file = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(file).hexdigest() != sha256:
            raise StorageError(f"The picture {path} is missing or damaged.", _ADVICE)
        return file

    async def sizes(self) -> Mapping[str, int]:
        """The bytes of every file that is kept, by its SHA-256; raises StorageError."""
        with translated(f"The folder {self._root}"):
            return await asyncio.to_thread(self._sizes)

    async def drop(
        self, needless: Iterable[str], *, is_named: Callable[[str], Awaitable[bool]]
    ) -> int:
        """Remove the files that no job names, asked again while none can come to; how many."""
        dropped = 0
        for sha256 in needless:
            async with self._turn:
                if not await is_named(sha256):
                    dropped += await asyncio.to_thread(self._drop, self.path(sha256))
        return dropped

    def _sizes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            if _SHA256.fullmatch(path.name):
                # A refused request's file may go while the others are counted.
                with suppress(FileNotFoundError):
                    found[path.name] = path.stat().st_size
        return found

    def path(self, sha256: str) -> Path:
        """Where the file of that SHA-256 lies, or would."""
        return self._root / sha256[:2] / sha256

    def _keep(self, file: bytes, path: Path) -> bool:
        """Whether the file had to be written."""
        if path.exists():
            return False
        refuse_without_disk(self._root.parent)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            write_file(part, file)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        for folder in (path.parent, self._root, self._root.parent):
            sync_folder(folder)
        return True

    def _drop(self, path: Path) -> bool:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s could not be removed: %s", path, error)
            return False
        return True
