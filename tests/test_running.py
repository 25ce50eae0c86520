"""How a run ends that could not begin."""

import sqlite3
from contextlib import asynccontextmanager, closing

import pytest

from bot.model.errors import NewProcessNeeded
from bot.running import run
from bot.storage.database import open_database
from config.settings import read_settings


@pytest.mark.happens("another program holds the database")
async def test_a_start_beside_a_program_that_holds_the_database_asks_for_another_one(tmp_path):
    path = tmp_path / "bot.db"

    @asynccontextmanager
    async def opening(_settings):
        async with open_database(path, patience=0.05) as database:
            yield database

    async with open_database(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(NewProcessNeeded, match="is locked"):
            await run(read_settings({"DATA_DIR": str(tmp_path)}), opening)
