"""Putting a backup in the place of what a data folder holds, which is kept aside."""

import asyncio
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.model.errors import StorageError
from bot.storage.archive import DATABASE, PICTURES, Tell, unpack
from bot.storage.backup import Place, count_jobs
from bot.storage.damage import LOOK_FOR, look_for_damage
from bot.storage.database import open_database
from bot.storage.disk import sync_everything, sync_folder
from bot.storage.faults import translated
from bot.storage.pictures import NOTED

STAGING = "restoring"
"""The folder in which a restore is made ready. Where it is left without a database beside it, the
restore was cut short between taking the old things away and putting the new ones there."""
PART = ".part"
"""How the name of a database ends that is not in its place yet."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How many jobs came back, those without an answer among them, and where the old ones are."""

    jobs: int
    unanswered: int
    aside: Path | None


async def restore(place: Place, file: Path, *, force: bool, now: float, tell: Tell) -> Restored:
    """Put a backup's contents in the place of the data folder's; raises StorageError.

    Nothing is touched before the whole backup has been checked. The caller has the folder to
    itself.
    """
    if not force:
        refuse_what_is_there(place)
    staging = place.folder / STAGING
    try:
        with translated(f"The data folder {place.folder}"):
            await asyncio.to_thread(_unpack, file, staging, tell)
        # This brings it up to date and looks for damage.
        async with open_database(staging / DATABASE) as database:
            jobs, unanswered = await count_jobs(database)
        with translated(f"The database {place.database}"):
            part = await asyncio.to_thread(_bring_near, staging / DATABASE, place.database)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)
        raise
    with translated(f"The data folder {place.folder}"):
        aside = await asyncio.to_thread(_exchange, place, staging, part, now)
    return Restored(jobs, unanswered, aside)


async def begin_empty(place: Place, *, now: float) -> Path | None:
    """Put what the data folder holds aside; where it is now, if there was anything."""
    with translated(f"The data folder {place.folder}"):
        # While it is there nothing is begun from what is left.
        staging = place.folder / STAGING
        await asyncio.to_thread(staging.mkdir, mode=0o700, parents=True, exist_ok=True)
        aside = await asyncio.to_thread(_put_aside, place, now)
        await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)
    return aside


def refuse_what_is_there(place: Place) -> None:
    """Raise StorageError if the data folder holds anything that a restore would put aside."""
    if any(path.exists() for path in _belongings(place)):
        raise StorageError(
            f"{place.folder} holds a bot's database or pictures already.",
            "Add --force to put them aside in a folder of their own.",
        )


def refuse_half_restored(place: Place) -> None:
    """Raise StorageError where a restore was cut short, and a start would begin with nothing."""
    begun = place.database.exists() and place.database.stat().st_size
    if (place.folder / STAGING).exists() and not begun:
        raise StorageError(
            f"A restore into {place.folder} was cut short.",
            "Do it again with --force or --empty; what was there before lies in the newest folders "
            "aside-….",
        )


def _unpack(file: Path, staging: Path, tell: Tell) -> None:
    if not file.is_file():
        raise StorageError(f"There is no file {file}.", "Name a backup.")
    if staging.exists():
        shutil.rmtree(staging)
    staging.mkdir(mode=0o700)
    unpack(file, staging, tell)


def _bring_near(staged: Path, database: Path) -> Path:
    """Bring the new database to the disk of the old one, which may be another than the staging's.

    From there it gets into its place at once, or not at all.
    """
    part = database.with_name(f"{database.name}{PART}")
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        shutil.move(staged, part)
    except BaseException:
        part.unlink()
        raise
    return part


def _belongings(place: Place) -> list[Path]:
    """What belongs to the bot's memory; the database last, for it says that the rest is there."""
    logs = [Path(f"{place.database}{end}") for end in ("-wal", "-shm")]
    note = Path(f"{place.pictures}{NOTED}")
    return [place.pictures, note, place.folder / "stepping", *logs, place.database]


def _put_aside(place: Place, now: float) -> Path | None:
    """Move everything that is there to a folder named by the time."""
    _fold_log(place.database)
    there = [path for path in _belongings(place) if path.exists()]
    if not there:
        return None
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    aside = _unused(place.folder / f"aside-{stamp}")
    aside.mkdir(mode=0o700)
    # The database goes first: what is left behind is never taken for a whole.
    for path in reversed(there):
        shutil.move(path, aside / path.name, copy_function=_copy)
    sync_folder(aside)
    sync_folder(place.folder)
    return aside


def _copy(source: str, target: str) -> None:
    """Copy a file to another disk and down to it, for the file itself is removed next."""
    shutil.copy2(source, target)
    with Path(target).open("rb+") as file:
        os.fsync(file.fileno())


def _fold_log(database: Path) -> None:
    """Bring what stands in the log alone into the database, unless that is damaged.

    They cannot be moved at once, and the one is not whole without the other.
    """
    if not database.exists() or not database.stat().st_size:
        return
    with suppress(sqlite3.Error, StorageError), closing(sqlite3.connect(database)) as connection:
        look_for_damage(connection, f"The database {database}", seconds=LOOK_FOR)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unused(folder: Path) -> Path:
    names = (folder.with_name(f"{folder.name}-{number}") for number in range(2, 1000))
    return next(one for one in (folder, *names) if not one.exists())


def _exchange(place: Place, staging: Path, part: Path, now: float) -> Path | None:
    sync_everything()
    aside = _put_aside(place, now)
    pictures = staging / PICTURES
    if pictures.exists():
        pictures.replace(place.pictures)
    part.replace(place.database)
    sync_folder(place.folder)
    sync_folder(place.database.parent)
    shutil.rmtree(staging, ignore_errors=True)
    return aside
