"""The database: one writer at a time, readers that do not wait for it."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.model.errors import StorageError
from bot.storage.damage import LOOK_FOR, look_for_damage, look_for_emptiness
from bot.storage.faults import translated
from bot.storage.schema import upgrade

PATIENCE = 10.0
READERS = 4

P = ParamSpec("P")
T = TypeVar("T")


def to_its_end(write: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A write that is made whole, even where whoever asked for it is cancelled in its middle.

    A transaction that is left there keeps the lock until its connection is collected, and until
    then the process that left it waits for itself.
    """

    @wraps(write)
    async def whole(*given: P.args, **named: P.kwargs) -> T:
        writing = asyncio.create_task(write(*given, **named), name=f"write-{write.__name__}")
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait({writing})
            if not writing.cancelled():
                writing.exception()
            raise

    return whole


class Database:
    """An open database whose tables are those of this version."""

    def __init__(self, *, reader: AsyncEngine, writer: AsyncEngine, name: str) -> None:
        self._reader = reader
        self._writer = writer
        self._name = name
        # SQLite's own waiting sleeps in ever longer steps, and the pool's gives up after a while:
        # in this process a writer's turn comes in the order of asking.
        self._turn = asyncio.Lock()
        self._on_end: list[Callable[[str, StorageError | None], None]] = []

    def tell(self, listener: Callable[[str, StorageError | None], None]) -> None:
        """Have `listener` told whenever the database was "read" or "written", or why it was not."""
        self._on_end.append(listener)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that holds the write lock from its start; raises StorageError."""
        with self._heard("written"), translated(self._name):
            async with self._turn, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which every statement sees what is committed; raises StorageError."""
        with self._heard("read"), translated(self._name):
            async with self._reader.connect() as connection:
                yield connection

    @to_its_end
    async def upgrade(self) -> None:
        """Bring the tables to those of this version; raises StorageError."""
        async with self.writing() as connection:
            await connection.run_sync(upgrade)

    async def empty_log(self) -> bool:
        """Empty the write-ahead log, which keeps what was overwritten; raises StorageError.

        False if somebody is just reading by it: nobody is kept waiting, so it is for another time.
        """
        if self._reader.dialect.name != "sqlite":
            return True
        async with self._turn, self.reading() as connection:
            patience = await connection.scalar(text("PRAGMA busy_timeout"))
            await connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            try:
                emptying = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return bool(emptying.one()[0] == 0)
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")

    async def close(self) -> None:
        """Let go of the file once every write under way has come to its end."""
        async with self._turn:
            await self._reader.dispose()
            await self._writer.dispose()

    @contextmanager
    def _heard(self, what: str) -> Iterator[None]:
        """Tell what came of it; an error that is not the database's says nothing of it."""
        try:
            yield
        except StorageError as error:
            self._heard_of(what, error)
            raise
        self._heard_of(what, None)

    def _heard_of(self, what: str, error: StorageError | None) -> None:
        for listener in self._on_end:
            listener(what, error)


@asynccontextmanager
async def open_database(
    where: str | Path, *, patience: float = PATIENCE
) -> AsyncIterator[Database]:
    """Open a SQLite file or an SQLAlchemy async URL, built or migrated first; raises StorageError.

    A SQLite file is created if it is missing, with its folder, readable by its owner only;
    `patience` is how many seconds it waits for another process to finish its write.
    """
    url = _url_of(where)
    name = f"The database {url.render_as_string(hide_password=True)}"
    if (path := _file_of(url)) is not None:
        name = f"The database {path}"
        with translated(name):
            await asyncio.to_thread(_prepare_file, path, patience)
    reader, writer = _reader(url, patience), _writer(url, patience)
    database = Database(reader=reader, writer=writer, name=name)
    try:
        await database.upgrade()
        yield database
    finally:
        await database.close()


def _url_of(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite+aiosqlite", database=str(where))
    try:
        return make_url(where)
    except ArgumentError as error:
        raise StorageError("The database's URL cannot be read.", _URL_ADVICE) from error


_URL_ADVICE = "Write it as sqlite+aiosqlite:///folder/file.db or leave DATABASE_URL out."


def file_of(where: str | Path) -> Path:
    """The file of a SQLite database; raises StorageError where it is none."""
    if (path := _file_of(_url_of(where))) is None:
        raise StorageError("The database is no file.", _URL_ADVICE)
    return path


def _file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise StorageError("A database in memory would forget every request.", _URL_ADVICE)
    return Path(url.database)


def _prepare_file(path: Path, patience: float) -> None:
    """Make the file before SQLite does, which would let others read the tokens in it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    look_for_emptiness(path)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for owned in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if owned.exists():
            owned.chmod(0o600)
    with closing(sqlite3.connect(path, timeout=patience)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        look_for_damage(connection, f"The database {path}", seconds=LOOK_FOR)
    if mode != "wal":
        raise StorageError(
            f"The database {path} cannot keep a write-ahead log there.",
            "Put it on a local disk: network folders cannot share the log's memory.",
        )


def _engine(url: URL, pool_size: int, **options: Any) -> AsyncEngine:
    try:
        # The parameters are prompts and tokens, and errors find their way into the log.
        return create_async_engine(
            url, pool_size=pool_size, max_overflow=0, hide_parameters=True, **options
        )
    except (ArgumentError, InvalidRequestError, ModuleNotFoundError) as error:
        raise StorageError(f"The database's URL cannot be used: {error}.", _URL_ADVICE) from error


def _sqlite_engine(url: URL, patience: float, pool_size: int) -> AsyncEngine:
    # The driver would begin where it thinks right, and deferred: a transaction that has read
    # before it writes is refused when another process wrote in between.
    by_hand = {"isolation_level": None, "timeout": patience}
    return _engine(url, pool_size, connect_args=by_hand)


def _reader(url: URL, patience: float) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return _engine(url, READERS, isolation_level="AUTOCOMMIT")
    engine = _sqlite_engine(url, patience, pool_size=READERS)
    event.listen(engine.sync_engine, "connect", _prepare_reader)
    return engine


def _writer(url: URL, patience: float) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return _engine(url, pool_size=1)
    engine = _sqlite_engine(url, patience, pool_size=1)
    event.listen(engine.sync_engine, "connect", _prepare_writer)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _prepare_reader(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _pragmas(connection, "query_only = ON")


def _prepare_writer(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # secure_delete overwrites erased tokens on the disk.
    _pragmas(connection, "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")


def _pragmas(connection: DBAPIConnection, *pragmas: str) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
