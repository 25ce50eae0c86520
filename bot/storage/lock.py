"""One process for each data folder and database: two would claim and answer the same jobs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from bot.model.errors import DataFolderInUse
from bot.storage.archive import DATABASE
from bot.storage.faults import translated

LOCK, HOLDER = "bot.lock", "bot.pid"
"""The system lets go of the lock whatever ends its holder. The holder's number stands in a file
beside it, because Windows lets nobody read a file that is locked."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """What is kept to one process, the setting that names it, and the two files that say so."""

    what: str
    path: Path
    setting: str
    lock: Path
    holder: Path

    @classmethod
    def of_folder(cls, folder: Path) -> "_Hold":
        return cls("data folder", folder, "DATA_DIR", folder / LOCK, folder / HOLDER)

    @classmethod
    def of_database(cls, file: Path) -> "_Hold":
        """One of the usual name is held by its folder's lock, for it may be a data folder."""
        real = file.resolve()
        lock, holder = f"{real.name}.lock", f"{real.name}.pid"
        if real.name == DATABASE:
            lock, holder = LOCK, HOLDER
        return cls("database", file, "DATABASE_URL", real.parent / lock, real.parent / holder)


@asynccontextmanager
async def sole_use(folder: Path, database: Path | None = None) -> AsyncIterator[None]:
    """Keep a data folder to this process, made first if it is missing, and its database.

    The database may lie elsewhere, where a process of another data folder may use it. Raises
    DataFolderInUse, or StorageError where a place cannot be written.
    """
    async with AsyncExitStack() as stack:
        for hold in await asyncio.to_thread(_holds, folder, database):
            await stack.enter_async_context(_held(hold))
        yield


def _holds(folder: Path, database: Path | None) -> list[_Hold]:
    """What is to be held; the same lock is never taken twice."""
    own = _Hold.of_folder(folder)
    if database is None or (other := _Hold.of_database(database)).lock == own.lock.resolve():
        return [own]
    return [own, other]


@asynccontextmanager
async def _held(hold: _Hold) -> AsyncIterator[None]:
    with translated(f"The {hold.what} {hold.path}"):
        lock = await asyncio.to_thread(_take, hold)
    try:
        yield
    finally:
        await asyncio.to_thread(_give_back, lock, hold)


def _take(hold: _Hold) -> BaseFileLock:
    hold.lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Taken on one thread of the pool and given back on another.
    lock = FileLock(hold.lock, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise DataFolderInUse(str(hold.path), _number(hold.holder), hold.setting) from error
    try:
        hold.holder.write_text(f"{os.getpid()}\n", encoding="ascii")
    except BaseException:
        lock.release()
        raise
    return lock


def _give_back(lock: BaseFileLock, hold: _Hold) -> None:
    try:
        hold.holder.unlink(missing_ok=True)
    except OSError:
        # A number that stays behind says nothing while the lock is free.
        pass
    finally:
        lock.release()


def _number(holder: Path) -> int | None:
    """The number of the process that has the lock, if it can be read."""
    try:
        return int(holder.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
