"""One process for each data folder: two would claim the same jobs and answer them twice."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from bot.model.errors import DataFolderInUse
from bot.storage.faults import translated

LOCK, HOLDER = "bot.lock", "bot.pid"
"""The system lets go of the lock whatever ends its holder. The holder's number stands in a file
beside it, because Windows lets nobody read a file that is locked."""


@asynccontextmanager
async def sole_use(folder: Path) -> AsyncIterator[None]:
    """Keep a data folder to this process, made first if it is missing.

    Raises DataFolderInUse, or StorageError where the folder cannot be written.
    """
    with translated(f"The data folder {folder}"):
        lock = await asyncio.to_thread(_take, folder)
    try:
        yield
    finally:
        await asyncio.to_thread(_give_back, lock, folder)


def _take(folder: Path) -> BaseFileLock:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Taken on one thread of the pool and given back on another.
    lock = FileLock(folder / LOCK, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise DataFolderInUse(str(folder), _holder(folder)) from error
    try:
        (folder / HOLDER).write_text(f"{os.getpid()}\n", encoding="ascii")
    except BaseException:
        lock.release()
        raise
    return lock


def _give_back(lock: BaseFileLock, folder: Path) -> None:
    try:
        (folder / HOLDER).unlink(missing_ok=True)
    except OSError:
        # A number that stays behind says nothing while the lock is free.
        pass
    finally:
        lock.release()


def _holder(folder: Path) -> int | None:
    """The number of the process that has the lock, if it can be read."""
    try:
        return int((folder / HOLDER).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
