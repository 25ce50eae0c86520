"""Rows hold what they were given, and older ones are still read."""

import json
import sqlite3
from dataclasses import replace

from bot.model.recipe import Lora
from bot.model.request import ImageRequest
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.queue import FairQueue
from tests.fakes import new_job

ROOM = {"per_member": 10, "per_server": 100, "now": 100.0}


async def test_loras_come_back_as_they_were(tmp_path):
    request = ImageRequest("a cat", loras=(("ink", 0.5), ("fog", None)))
    job = new_job(1, 7)
    recipe = replace(job.recipe, loras=(Lora("ink", 0.5), Lora("fog", 1.0, "ab")))
    async with open_database(tmp_path / "bot.db") as database:
        queued = await FairQueue(database).enqueue(
            replace(job, request=request, recipe=recipe), **ROOM
        )
        found = await JobBoard(database).get(queued.id)
    assert found is not None
    assert (found.request, found.recipe) == (request, recipe)


async def test_a_row_from_before_there_were_loras_has_none(tmp_path):
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        queued = await FairQueue(database).enqueue(new_job(1, 7), **ROOM)
    with sqlite3.connect(path) as connection:
        (text,) = connection.execute("SELECT request FROM jobs").fetchone()
        older = {key: one for key, one in json.loads(text).items() if key != "loras"}
        connection.execute("UPDATE jobs SET request = ?", (json.dumps(older),))
    connection.close()
    async with open_database(path) as database:
        found = await JobBoard(database).get(queued.id)
    assert found is not None
    assert found.request.loras == ()
