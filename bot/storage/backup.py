"""Taking a backup of a data folder while a bot works in it."""

import asyncio
import logging
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from sqlalchemy import func, select

from bot.model.errors import DataFolderInUse, StorageError
from bot.model.job import State
from bot.storage.archive import DATABASE, PICTURES, SOURCES, ArchiveWriter, belongs
from bot.storage.database import Database, file_of, open_database
from bot.storage.disk import sync_folder
from bot.storage.faults import translated
from bot.storage.journal import Journal
from bot.storage.lock import sole_use
from bot.storage.pictures import PictureFolder, refuse_without_disk
from bot.storage.sources import SourceFolder
from bot.storage.tables import SOURCED, jobs

DATABASE_FILES = ("", "-wal", "-shm")
"""How the names of a database's own files end."""
PART = ".part"
"""How the name of the folder ends in which a backup is made ready."""
Progress = Callable[[int, int], None]
"""Called with how many jobs' pictures and sources are in the backup, of how many."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot keeps things."""

    folder: Path
    database: Path

    @classmethod
    def of(cls, folder: Path, database: str) -> "Place":
        """The place of a data folder and a database's URL; raises StorageError."""
        return cls(folder, file_of(database))

    @property
    def pictures(self) -> Path:
        """The folder of the pictures."""
        return self.folder / PICTURES

    @property
    def sources(self) -> Path:
        """The folder of the pictures that images began with."""
        return self.folder / SOURCES


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: jobs, those without an answer, jobs with pictures, sources, bytes."""

    jobs: int
    unanswered: int
    pictures: int
    sources: int
    size: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the copied database speaks of."""

    jobs: int
    unanswered: int
    pictured: Sequence[int]
    sources: Sequence[str]


async def back_up(place: Place, file: Path, *, force: bool, progress: Progress) -> Summary:
    """Write a backup to a file, which is there with everything or not at all; raises StorageError.

    The database is copied as it is at one moment, without any interaction token. A bot may work
    meanwhile: pictures that it removes are noted in the copy as removed.
    """
    await asyncio.to_thread(_check, place, file, force)
    await _sweep(file)
    with translated(f"The backup {file}"):
        folder = await asyncio.to_thread(_workplace, file)
    copy, part = folder / DATABASE, folder / "backup.tar"
    try:
        async with sole_use(folder):
            with translated(f"The database {place.database}"):
                await asyncio.to_thread(_copy_database, place.database, copy)
            wanted = await _prepare(copy)
            with translated(f"The backup {file}"):
                packing = _Packing(place, wanted, progress)
                summary = await asyncio.to_thread(packing.pack, copy, part)
                await asyncio.to_thread(_put_in_place, part, file)
        return summary
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _sweep(file: Path) -> None:
    """Remove what killed backups to that file left: a copy may have its tokens still."""
    for folder in await asyncio.to_thread(_workplaces, file):
        with suppress(DataFolderInUse, StorageError):
            async with sole_use(folder):
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _check(place: Place, file: Path, force: bool) -> None:
    if not place.database.exists():
        raise StorageError(f"There is no database {place.database}.", "DATA_DIR names the folder.")
    refuse_without_disk(place.pictures)
    if file.is_dir():
        raise StorageError(f"{file} is a folder.", "Name a file in it.")
    if file.resolve() in [Path(f"{place.database.resolve()}{end}") for end in DATABASE_FILES]:
        raise StorageError(f"{file} belongs to the database itself.", "Name another file.")
    if file.exists() and not force:
        raise StorageError(f"{file} is there already.", "Name another file, or add --force.")


def _workplaces(file: Path) -> list[Path]:
    """The folders of backups to that file, under way or killed."""
    return list(file.parent.glob(f".{escape(file.name)}.*{PART}"))


def _workplace(file: Path) -> Path:
    """A folder beside the file, on the disk that the backup needs room on anyway."""
    folder = file.with_name(f".{file.name}.{secrets.token_hex(4)}{PART}")
    folder.mkdir(mode=0o700)
    return folder


def _copy_database(database: Path, copy: Path) -> None:
    """Copy it in one piece; whoever writes to it does not wait."""
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


async def _prepare(copy: Path) -> _Wanted:
    """Bring the copy up to date, look for damage and erase the tokens; what it speaks of."""
    drawn = jobs.c.state.in_((State.RENDERED, State.DELIVERED))
    pictured = select(jobs.c.id).where(drawn, ~jobs.c.pruned).order_by(jobs.c.id)
    sources = select(jobs.c.source).where(SOURCED).distinct()
    async with open_database(copy) as database:
        await Journal(database).erase_tokens(born_before=float("inf"))
        count, unanswered = await count_jobs(database)
        async with database.reading() as connection:
            return _Wanted(
                jobs=count,
                unanswered=unanswered,
                pictured=(await connection.scalars(pictured)).all(),
                sources=(await connection.scalars(sources)).all(),
            )


async def count_jobs(database: Database) -> tuple[int, int]:
    """How many jobs there are, and how many of them have no answer yet."""
    count = select(func.count()).select_from(jobs)
    async with database.reading() as connection:
        every = await connection.scalar(count)
        unanswered = await connection.scalar(count.where(jobs.c.answered_at.is_(None)))
    return every or 0, unanswered or 0


class _Packing:
    """Puts one backup together, on a thread of its own."""

    def __init__(self, place: Place, wanted: _Wanted, progress: Progress) -> None:
        self._pictures = PictureFolder(place.pictures)
        self._sources = SourceFolder(place.sources)
        self._wanted = wanted
        self._progress = progress
        self._gone: list[int] = []
        self._done = 0

    def pack(self, copy: Path, part: Path) -> Summary:
        """Write everything to `part`; OSError."""
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                writer = ArchiveWriter(tar)
                for job_id in self._wanted.pictured:
                    self._add_pictures(writer, job_id)
                sources = sum(self._add_source(writer, one) for one in self._wanted.sources)
                _note_gone(copy, self._gone)
                writer.add(copy, DATABASE)
                size = writer.finish()
            file.flush()
            os.fsync(file.fileno())
        wanted = self._wanted
        there = len(wanted.pictured) - len(self._gone)
        return Summary(wanted.jobs, wanted.unanswered, there, sources, size)

    def _add_pictures(self, writer: ArchiveWriter, job_id: int) -> None:
        folder = self._pictures.folder(job_id)
        name = f"{PICTURES}/{folder.parent.name}/{folder.name}"
        try:
            for path in sorted(folder.iterdir()):
                if belongs(f"{name}/{path.name}"):
                    writer.add(path, f"{name}/{path.name}")
                else:
                    log.warning("%s is not the bot's, and not in the backup", path)
        except FileNotFoundError:
            self._gone.append(job_id)
        self._advance()

    def _add_source(self, writer: ArchiveWriter, sha256: str) -> bool:
        path = self._sources.path(sha256)
        with suppress(FileNotFoundError):
            writer.add(path, f"{SOURCES}/{path.parent.name}/{path.name}")
            self._advance()
            return True
        self._advance()
        return False

    def _advance(self) -> None:
        self._done += 1
        self._progress(self._done, len(self._wanted.pictured) + len(self._wanted.sources))


def _note_gone(copy: Path, gone: Sequence[int]) -> None:
    """Note in the copy what was removed since it was taken."""
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.executemany(
            "UPDATE jobs SET pruned = 1, stored_bytes = 0, source = '' WHERE id = ?",
            [(job_id,) for job_id in gone],
        )


def _put_in_place(part: Path, file: Path) -> None:
    part.replace(file)
    sync_folder(file.parent)
