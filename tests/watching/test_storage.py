"""The watch over the database: trouble is said once, and once when it is over."""

import sqlite3
from contextlib import closing

import pytest

from bot.model.errors import DatabaseDamaged, NewProcessNeeded, OutOfRoom, StaleMove, StorageError
from bot.storage.database import open_database
from bot.storage.journal import Journal
from bot.storage.queue import FairQueue
from bot.watching.storage import StorageWatch
from tests.fakes import new_job
from tests.stand_ins import HandClock

ROOM = {"per_member": 10, "per_server": 2000, "now": 100.0}


def said(caplog):
    return [(one.levelname, one.message.split(",")[0]) for one in caplog.records]


@pytest.mark.happens("another program holds the database")
async def test_a_lock_of_another_program_is_said_once_and_once_when_it_is_gone(tmp_path, caplog):
    path, watch = tmp_path / "bot.db", StorageWatch()
    async with open_database(path, patience=0.02) as database:
        database.tell(watch.hear)
        queue = FairQueue(database)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(3):
                with pytest.raises(StorageError, match="is locked"):
                    await queue.enqueue(new_job(1, 1), **ROOM)
            assert "is locked" in str(watch.trouble)
        await queue.enqueue(new_job(1, 1), **ROOM)
        await queue.enqueue(new_job(1, 1), **ROOM)
    assert watch.trouble is None
    assert said(caplog) == [
        ("ERROR", "the database cannot be written"),
        ("WARNING", "the database can be written again"),
    ]


def damage_the_order_of_waiting(path):
    """Point the index by which jobs are claimed at pages that are not its own."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master "
            "WHERE name = 'jobs') WHERE name = 'jobs_waiting'"
        )
        (version,) = other.execute("PRAGMA schema_version").fetchone()
        other.execute(f"PRAGMA schema_version = {version + 1}")
        other.commit()


@pytest.mark.happens("the database is damaged")
async def test_damage_that_shows_itself_while_other_writes_succeed_ends_the_run_at_once(
    tmp_path, caplog
):
    path, watch = tmp_path / "bot.db", StorageWatch()
    async with open_database(path) as database:
        database.tell(watch.hear)
        queue = FairQueue(database)
        damage_the_order_of_waiting(path)
        for _ in range(3):
            with pytest.raises(DatabaseDamaged):
                await queue.claim(now=100.0)
            await Journal(database).erase_tokens(born_before=100.0)
        with pytest.raises(DatabaseDamaged, match=r"is damaged\..*restore --empty"):
            watch.look()
        assert watch.trouble is not None
    (record,) = caplog.records
    assert (record.levelname, "is damaged" in record.message) == ("CRITICAL", True)


async def test_that_it_can_be_read_is_no_sign_that_it_can_be_written(tmp_path):
    path, watch = tmp_path / "bot.db", StorageWatch()
    async with open_database(path) as database:
        database.tell(watch.hear)
        watch.hear("written", StorageError("It is locked.", "Wait."))
        async with database.reading():
            pass
        assert watch.trouble is not None


async def test_a_refusal_of_the_stages_is_no_trouble_of_the_database(tmp_path):
    watch = StorageWatch()
    async with open_database(tmp_path / "bot.db") as database:
        database.tell(watch.hear)
        with pytest.raises(StaleMove):
            await FairQueue(database).requeue(7)
    assert watch.trouble is None


def after(seconds, error):
    """A watch that heard of trouble so long ago, and of it again meanwhile."""
    clock = HandClock()
    watch = StorageWatch(lasting_seconds=600.0, clock=clock)
    watch.hear("written", error)
    clock.now += seconds
    watch.hear("written", error)
    return watch


def test_trouble_that_lasts_ends_the_run_with_its_sentence():
    locked = StorageError("The database is locked.", "Stop the other program.")
    after(600.0, locked).look()
    with pytest.raises(NewProcessNeeded, match=r"is locked\. Stop the other program\."):
        after(601.0, locked).look()


def test_a_full_disk_is_waited_for_without_end():
    after(100_000.0, OutOfRoom("The disk is full.", "Make room.")).look()
