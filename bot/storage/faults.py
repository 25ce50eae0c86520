"""The border where SQLAlchemy's, SQLite's and the system's errors become StorageError."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.model.errors import StorageError

RIGHTS = "Give the user the bot runs as the right to write there, or choose another DATA_DIR."
SPACE = "Make room on that disk, then start the bot again."
DAMAGE = "Restore a backup, or move the file away and start with an empty database."
CROWD = "Stop the other program that is using it, then try again."

_SQLITE: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_NOTADB: ("is not a database.", DAMAGE),
        sqlite3.SQLITE_CORRUPT: ("is damaged.", DAMAGE),
        sqlite3.SQLITE_CANTOPEN: ("cannot be opened.", RIGHTS),
        sqlite3.SQLITE_PERM: ("cannot be opened.", RIGHTS),
        sqlite3.SQLITE_READONLY: ("cannot be written.", RIGHTS),
        sqlite3.SQLITE_FULL: ("cannot grow: the disk is full.", SPACE),
        sqlite3.SQLITE_IOERR: ("cannot be read or written: the disk gave an error.", SPACE),
        sqlite3.SQLITE_BUSY: ("is locked.", CROWD),
        sqlite3.SQLITE_LOCKED: ("is locked.", CROWD),
    }
)
_PRIMARY = 0xFF
"""The low byte of SQLite's extended result codes is the plain one."""

_SYSTEM: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        errno.ENOSPC: ("cannot grow: the disk is full.", SPACE),
        errno.EDQUOT: ("cannot grow: the disk quota is used up.", SPACE),
        errno.EACCES: ("cannot be written.", RIGHTS),
        errno.EPERM: ("cannot be written.", RIGHTS),
        errno.EROFS: ("cannot be written: the disk is read-only.", RIGHTS),
    }
)


def of_system(error: OSError, place: str) -> StorageError:
    """What an OSError at `place` means in plain words."""
    other = (f"cannot be used: {error.strerror or error}.", RIGHTS)
    what, advice = _SYSTEM.get(error.errno or 0, other)
    return StorageError(f"{place} {what}", advice)


def of_database(error: BaseException, place: str) -> StorageError:
    """What a database error at `place` means in plain words."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (known := _SQLITE.get(code & _PRIMARY)):
        return StorageError(f"{place} {known[0]}", known[1])
    return StorageError(f"{place} failed: {cause}.", "The log has the whole error.")


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise StorageError in the stead of every foreign error inside."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise of_database(error, place) from error
    except OSError as error:
        raise of_system(error, place) from error
