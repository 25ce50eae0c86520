"""The border where SQLAlchemy's, SQLite's and the system's errors become StorageError."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.model.errors import DatabaseDamaged, DatabaseLocked, OutOfRoom, StorageError

RIGHTS = "Give the user the bot runs as the right to write there, or choose another DATA_DIR."
SPACE = "Make room on that disk."
DISK = "Make room on that disk, and see whether it is in order."
DAMAGE = (
    "It stays as it is. `python -m bot restore FILE --force` goes on with a backup, "
    "`python -m bot restore --empty` with nothing; both put what is there aside in a folder."
)
CROWD = "Stop the other program that is using it, then try again."

_Meaning = tuple[type[StorageError], str, str]
"""The error, what it says of the place, and what to do."""

_SQLITE: Mapping[int, _Meaning] = MappingProxyType(
    {
        sqlite3.SQLITE_NOTADB: (DatabaseDamaged, "is not a database.", DAMAGE),
        sqlite3.SQLITE_CORRUPT: (DatabaseDamaged, "is damaged.", DAMAGE),
        sqlite3.SQLITE_CANTOPEN: (StorageError, "cannot be opened.", RIGHTS),
        sqlite3.SQLITE_PERM: (StorageError, "cannot be opened.", RIGHTS),
        sqlite3.SQLITE_READONLY: (StorageError, "cannot be written.", RIGHTS),
        sqlite3.SQLITE_FULL: (OutOfRoom, "cannot grow: the disk is full.", SPACE),
        sqlite3.SQLITE_IOERR: (
            StorageError,
            "cannot be read or written: the disk gave an error.",
            DISK,
        ),
        sqlite3.SQLITE_BUSY: (DatabaseLocked, "is locked.", CROWD),
        sqlite3.SQLITE_LOCKED: (DatabaseLocked, "is locked.", CROWD),
    }
)
_PRIMARY = 0xFF
"""The low byte of SQLite's extended result codes is the plain one."""

_SYSTEM: Mapping[int, _Meaning] = MappingProxyType(
    {
        errno.ENOSPC: (OutOfRoom, "cannot grow: the disk is full.", SPACE),
        errno.EDQUOT: (OutOfRoom, "cannot grow: the disk quota is used up.", SPACE),
        errno.EACCES: (StorageError, "cannot be written.", RIGHTS),
        errno.EPERM: (StorageError, "cannot be written.", RIGHTS),
        errno.EROFS: (StorageError, "cannot be written: the disk is read-only.", RIGHTS),
    }
)


def of_system(error: OSError, place: str) -> StorageError:
    """What an OSError at `place` means in plain words."""
    other = (StorageError, f"cannot be used: {error.strerror or error}.", RIGHTS)
    kind, what, advice = _SYSTEM.get(error.errno or 0, other)
    return kind(f"{place} {what}", advice)


def of_database(error: BaseException, place: str) -> StorageError:
    """What a database error at `place` means in plain words."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (known := _SQLITE.get(code & _PRIMARY)):
        kind, what, advice = known
        return kind(f"{place} {what}", advice)
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
