"""How a run ends that could not begin."""

import sqlite3
from contextlib import asynccontextmanager, closing

import pytest

from bot.model.errors import NewProcessNeeded
from bot.running import run
from bot.storage.database import open_database
from config.settings import read_settings
from tests.disks import SmallDisk, mounted


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


@pytest.mark.happens("the disk is full")
async def test_a_start_on_a_full_disk_asks_for_another_one(tmp_path):
    with mounted(tmp_path / "data", "size=1m") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: no start was tried on a full one")
        SmallDisk(tmp_path / "data").fill()
        with pytest.raises(NewProcessNeeded, match=r"cannot grow: the disk is full\."):
            await run(read_settings({"DATA_DIR": str(tmp_path / "data")}))
