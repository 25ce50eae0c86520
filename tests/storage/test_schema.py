"""The migrations build what the statements expect."""

import logging
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.model.errors import StorageError
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.queue import FairQueue
from bot.storage.tables import metadata
from tests.fakes import new_job


def differences(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection), metadata)


def schema_of(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    finally:
        connection.close()
    return {name: " ".join((sql or "").split()) for name, sql in rows}


async def test_an_empty_file_gets_exactly_the_tables_that_are_declared(tmp_path: Path) -> None:
    async with (
        open_database(tmp_path / "bot.db") as database,
        database.reading() as connection,
    ):
        assert await connection.run_sync(differences) == []


async def test_the_partial_indexes_have_the_declared_conditions(tmp_path: Path) -> None:
    async with open_database(tmp_path / "migrated.db"):
        pass
    async with open_database(tmp_path / "declared.db") as database, database.writing() as one:
        await one.run_sync(metadata.drop_all)
        await one.run_sync(metadata.create_all)
    migrated, declared = schema_of(tmp_path / "migrated.db"), schema_of(tmp_path / "declared.db")
    indexes = [name for name, sql in declared.items() if "INDEX" in sql]
    assert len(indexes) >= 8
    for name in indexes:
        assert plain(migrated[name]) == plain(declared[name])


def plain(sql: str) -> str:
    return sql.replace("jobs.", "").replace("interactions.", "")


async def test_a_second_start_changes_nothing_and_says_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "bot.db"
    with caplog.at_level(logging.INFO):
        async with open_database(path) as database:
            new = new_job(1, 1)
            await FairQueue(database).enqueue(new, per_member=1, per_server=1, now=1.0)
        before = schema_of(path)
        async with open_database(path) as database:
            assert len(await JobBoard(database).waiting()) == 1
    assert schema_of(path) == before
    assert caplog.records == []


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="newer version"):
        async with open_database(path):
            pass
