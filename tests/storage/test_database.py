"""The database file: who may read it, what happens when it cannot be used."""

import asyncio
import os
import sqlite3
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, insert, select, text

from bot.model.errors import DatabaseLocked, StorageError
from bot.model.keeping import Limits
from bot.storage.board import JobBoard
from bot.storage.damage import look_for_damage
from bot.storage.database import Database, open_database
from bot.storage.journal import Journal
from bot.storage.outbox import JobOutbox
from bot.storage.pictures import PictureFolder
from bot.storage.queue import FairQueue
from bot.storage.sources import SourceFolder
from bot.storage.storeroom import Storeroom
from bot.storage.tables import interactions, jobs, members
from tests.fakes import interaction, new_job

ROOM = {"per_member": 10, "per_server": 2000, "now": 100.0}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "bot.db") as database:
        yield database


async def refusal(where: str | Path) -> StorageError:
    """What opening says that cannot succeed."""
    with pytest.raises(StorageError) as refused:
        async with open_database(where, patience=0.05):
            pass
    return refused.value


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
async def test_nobody_else_can_read_the_file_or_its_log(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with open_database(tmp_path / "new" / "bot.db") as database:
            await FairQueue(database).enqueue(new_job(1, 1), **ROOM)
            found = modes(tmp_path / "new")
    finally:
        os.umask(before)
    assert found == {"bot.db": 0o600, "bot.db-wal": 0o600, "bot.db-shm": 0o600}
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.touch(mode=0o644)
    path.chmod(0o644)
    async with open_database(path):
        assert set(modes(tmp_path).values()) == {0o600}


PRAGMAS = (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1))


async def test_every_commit_reaches_the_disk_and_every_reference_is_checked(
    database: Database,
) -> None:
    async with database.writing() as connection:
        for pragma, value in PRAGMAS:
            assert await connection.scalar(text(f"PRAGMA {pragma}")) == value


async def test_a_url_and_a_path_open_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        await FairQueue(database).enqueue(new_job(1, 1), **ROOM)
    async with open_database(f"sqlite+aiosqlite:///{path.as_posix()}") as database:
        assert await JobBoard(database).get(1) is not None


async def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(members).values(user_id=1, last_finish=2.0))
        async with asyncio.timeout(60), database.reading() as reader:
            assert await reader.scalar(select(func.count()).select_from(members)) == 0


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        async with database.reading() as connection:
            await connection.execute(insert(members).values(user_id=1, last_finish=2.0))


async def test_two_writers_on_one_file_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as one, open_database(path) as other:
        queues = (FairQueue(one), FairQueue(other))
        await asyncio.gather(
            *(
                queues[number % 2].enqueue(new_job(number, 1), **{**ROOM, "per_member": 99})
                for number in range(40)
            )
        )
        tags = [job.tags.start for job in await JobBoard(one).waiting()]
    assert tags == [float(number) for number in range(40)]


async def test_a_write_that_is_given_up_is_whole_or_absent(database: Database) -> None:
    queue = FairQueue(database)
    for turns in range(60):
        task = asyncio.create_task(queue.enqueue(new_job(turns, turns), **ROOM))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    await queue.enqueue(new_job(100, 100), **ROOM)
    waiting = await JobBoard(database).waiting()
    async with database.reading() as connection:
        accounts = set(await connection.scalars(select(members.c.user_id)))
    assert {job.origin.user_id for job in waiting} == accounts
    assert 100 in accounts


async def test_a_file_that_is_no_database_is_named_in_a_plain_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(b"holiday pictures" * 1000)
    error = await refusal(path)
    assert error.reason == f"The database {path} is not a database."
    assert "backup" in error.advice


async def test_a_damaged_database_is_told_from_no_database(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        for number in range(20):
            await FairQueue(database).enqueue(new_job(number, number), **ROOM)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    assert "is damaged" in (await refusal(path)).reason


async def make_some(path: Path) -> None:
    """A database with some jobs."""
    async with open_database(path) as database:
        for number in range(40):
            await FairQueue(database).enqueue(new_job(number, number), **ROOM)


async def test_damage_in_a_corner_that_no_start_reads_is_found_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await make_some(path)
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as other:
        (page,) = other.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'jobs_of_member'"
        ).fetchone()
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    assert "is damaged" in (await refusal(path)).reason
    assert path.read_bytes() == content


async def test_looking_for_damage_takes_no_longer_than_it_may(tmp_path: Path) -> None:
    await make_some(tmp_path / "bot.db")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        look_for_damage(connection, "The database", seconds=-1.0)
        assert connection.execute("SELECT count(*) FROM jobs").fetchone() == (40,)


async def test_a_file_that_has_lost_everything_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    path, log = tmp_path / "bot.db", tmp_path / "bot.db-wal"
    path.touch()
    log.write_bytes(b"what was committed last")
    assert "is empty although" in (await refusal(path)).reason
    assert log.read_bytes() == b"what was committed last"


@pytest.mark.parametrize("where", ["file/bot.db", "file/deep/er/bot.db", "folder"])
async def test_a_place_that_cannot_hold_a_file_is_refused(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    error = await refusal(tmp_path / where)
    assert str(tmp_path / where) in error.reason
    assert "DATA_DIR" in error.advice


async def test_a_database_that_somebody_holds_is_reported_as_locked(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path):
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        error = await refusal(path)
        holder.close()
    assert error.reason == f"The database {path} is locked."
    assert isinstance(error, DatabaseLocked)


async def fill(queue: FairQueue) -> None:
    for number in range(1000):
        await queue.enqueue(new_job(number, number), **ROOM)


async def test_a_full_disk_refuses_the_job_and_harms_nothing(database: Database) -> None:
    queue = FairQueue(database)
    async with database.writing() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StorageError, match="the disk is full"):
        await fill(queue)
    kept = len(await JobBoard(database).waiting())
    async with database.writing() as connection:
        await connection.execute(text(f"PRAGMA max_page_count = {pages + 1000}"))
    await queue.enqueue(new_job(5000, 5000), **ROOM)
    assert len(await JobBoard(database).waiting()) == kept + 1


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "nonsense://",
        "no scheme://x",
        "postgresql+nodriver://somebody:hunter2@localhost/bot",
    ],
)
async def test_a_url_that_cannot_work_is_refused_without_telling_its_password(url: str) -> None:
    error = await refusal(url)
    assert "DATABASE_URL" in error.advice
    assert "hunter2" not in str(error)


async def test_a_blocking_driver_is_refused(tmp_path: Path) -> None:
    assert "cannot be used" in (await refusal(f"sqlite:///{tmp_path}/bot.db")).reason


async def test_erased_tokens_are_gone_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        journal = Journal(database)
        await journal.open(interaction(1, born=10.0))
        await journal.open(interaction(2, born=99.0))
        await FairQueue(database).enqueue(new_job(1, 1, token_born=10.0), **ROOM)
        assert await journal.erase_tokens(born_before=50.0) == 2
        assert await journal.erase_tokens(born_before=50.0) == 0
        assert not (await JobBoard(database).get(1)).token_lives(11.0)
        async with database.reading() as connection:
            for table in (jobs, interactions):
                tokens = set(await connection.scalars(select(table.c.token)))
                assert tokens <= {"", "secret-2"}
        assert b"secret-1" not in on_disk(path)
        assert b"secret-2" in on_disk(path)
    assert b"secret-1" not in on_disk(path)
    assert b"secret-2" in on_disk(path)


async def test_a_token_in_the_log_goes_as_soon_as_nobody_reads_by_it(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path, patience=200) as database:
        journal = Journal(database)
        await journal.open(interaction(1, born=10.0))
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM jobs").fetchall()
            async with asyncio.timeout(60):
                assert await journal.erase_tokens(born_before=50.0) == 1
            assert b"secret-1" in on_disk(path)
        assert await journal.erase_tokens(born_before=50.0) == 0
        assert b"secret-1" not in on_disk(path)


async def test_the_tokens_of_dropped_rows_are_gone_from_the_disk_too(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        journal = Journal(database)
        for number in range(1, 40):
            await journal.open(interaction(number, born=10.0))
            await journal.close(number)
        storeroom = Storeroom(
            database, PictureFolder(tmp_path / "pictures"), SourceFolder(tmp_path / "sources")
        )
        assert (await storeroom.prune(Limits(), now=1e6)).interactions == 39
    assert b"secret-" not in on_disk(path)


def on_disk(path: Path) -> bytes:
    """All bytes of the database and of its log."""
    log = path.with_name("bot.db-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


async def test_no_printed_job_shows_its_token(database: Database) -> None:
    job = await FairQueue(database).enqueue(new_job(1, 1), **ROOM)
    assert "secret" not in f"{job!r} {await JobBoard(database).waiting()!r}"


async def test_no_error_of_the_database_tells_a_token_or_a_prompt(tmp_path):
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        with closing(sqlite3.connect(path)) as other:
            other.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
            other.commit()
        with pytest.raises(StorageError) as refused:
            await FairQueue(database).enqueue(
                new_job(1, user_id=7), per_member=9, per_server=9, now=1000.0
            )
    told = "".join(traceback.format_exception(refused.value))
    assert "secret-1" not in told
    assert "lighthouse" not in told


@contextmanager
def at_statement(number: int, act: Callable[[], object]) -> Iterator[None]:
    """Do something as the statement of that number is about to be carried out."""
    left = number

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            act()

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)


async def test_a_write_whose_asker_is_cancelled_anywhere_in_it_holds_up_no_other(tmp_path):
    async with open_database(tmp_path / "bot.db", patience=0.2) as database:
        queue, finished, point = FairQueue(database), False, 0
        while not finished:
            point += 1
            write = asyncio.create_task(queue.enqueue(new_job(2 * point, user_id=point), **ROOM))
            with at_statement(point, write.cancel):
                await asyncio.wait({write})
            finished = not write.cancelled()
            await queue.enqueue(new_job(2 * point + 1, user_id=point), **ROOM)
    assert point > 5


@pytest.mark.parametrize("statement", [1, 2, 4])
async def test_a_closed_database_has_made_the_write_that_was_under_way(tmp_path, statement):
    path, begun = tmp_path / "bot.db", asyncio.Event()
    async with open_database(path) as database:
        with at_statement(statement, begun.set):
            write = asyncio.create_task(FairQueue(database).enqueue(new_job(1, 1), **ROOM))
            await begun.wait()
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
    await write


async def test_an_upkeep_that_is_cancelled_anywhere_in_it_holds_up_no_other(tmp_path):
    async with open_database(tmp_path / "bot.db", patience=0.2) as database:
        sources = SourceFolder(tmp_path / "sources")
        storeroom = Storeroom(database, PictureFolder(tmp_path), sources, batch=1)
        finished, point = False, 0
        while not finished:
            point += 1
            await drawn_and_answered(database, point)
            pruning = asyncio.create_task(storeroom.prune(Limits(size=0), now=1e6))
            with at_statement(point, pruning.cancel):
                await asyncio.wait({pruning})
            finished = not pruning.cancelled()
    assert point > 10


async def drawn_and_answered(database, number):
    queue = FairQueue(database)
    await queue.enqueue(new_job(number, user_id=number), **ROOM)
    job = await queue.claim(now=150.0)
    await queue.rendered(job.id, draw_seconds=1.0, now=200.0, stored_bytes=5)
    await JobOutbox(database).answered(job.id, message_id=1, now=201.0)
