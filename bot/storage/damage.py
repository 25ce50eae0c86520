"""Finding damage before anything is built on it."""

import sqlite3
import time
from pathlib import Path

from bot.model.errors import DatabaseDamaged
from bot.storage.faults import DAMAGE

LOOK_FOR = 5.0
"""Seconds that a start spends on looking for damage, about: 1 GB takes half a second from memory
and a few from a disk. What is damaged beyond shows itself when it is read."""
OPERATIONS = 10_000
"""SQLite's steps between two looks at the time."""


def look_for_emptiness(path: Path) -> None:
    """Raise DatabaseDamaged for a file that has lost all: it would be taken for a new one."""
    log = Path(f"{path}-wal")
    if path.exists() and path.stat().st_size == 0 and log.exists() and log.stat().st_size > 0:
        raise DatabaseDamaged(f"The database {path} is empty although its log is not.", DAMAGE)


def look_for_damage(connection: sqlite3.Connection, name: str, *, seconds: float) -> None:
    """Read through a database's structure; raises DatabaseDamaged, or sqlite3's errors."""
    ends = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > ends, OPERATIONS)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return
    finally:
        connection.set_progress_handler(None, 0)
    if found != "ok":
        # The last line tells what is wrong, those before it where SQLite looked.
        raise DatabaseDamaged(f"{name} is damaged ({found.splitlines()[-1]}).", DAMAGE)
