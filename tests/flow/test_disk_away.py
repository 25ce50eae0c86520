"""A disk with pictures that goes away and comes back: nobody is answered without theirs."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.delivery import READ_TRIES, Delivery
from bot.model.job import State
from bot.model.ways import Way
from bot.patience import Patience
from bot.storage.database import open_database
from bot.storage.journal import Journal
from bot.storage.outbox import JobOutbox
from bot.storage.pictures import PictureFolder
from tests.disks import ImaginedDisk
from tests.fakes import new_job
from tests.flow.test_full_disk import ROOM, drawing_onto, logged, until
from tests.stand_ins import HandClock, ScriptedCourier


async def nothing_to_finish(_job_id):
    pass


@asynccontextmanager
async def delivering_from(folder):
    """A delivery over a real database and picture folder, the courier scripted."""
    async with open_database(folder / "bot.db") as database:
        courier = ScriptedCourier()
        delivery = Delivery(
            outbox=JobOutbox(database),
            album=PictureFolder(folder / "pictures"),
            journal=Journal(database),
            courier=courier,
            before_answer=nothing_to_finish,
            clock=HandClock(),
            patience=Patience(first=0.01, longest=0.01),
        )
        running = asyncio.create_task(delivery.run())
        yield courier
        running.cancel()
        await asyncio.wait({running})


@pytest.mark.happens("the disk with the pictures is away")
async def test_what_is_drawn_and_what_is_to_be_told_wait_for_a_disk_that_is_away(tmp_path, caplog):
    folder, hidden = tmp_path / "pictures", tmp_path / "hidden"
    async with drawing_onto(ImaginedDisk(tmp_path), tmp_path) as (queue, board, engine):
        told, drawn = [await queue.enqueue(new_job(n, n), **ROOM) for n in (1, 2)]
        await until(board, told.id, State.RUNNING)
        await until(board, drawn.id, State.RUNNING)
        engine.finish(told.id)
        await until(board, told.id, State.RENDERED)
        folder.rename(hidden)
        folder.mkdir()
        engine.finish(drawn.id)
        await logged(caplog, "drawn, and kept once the disk takes it")
        async with delivering_from(tmp_path) as courier:
            async with asyncio.timeout(20):
                while caplog.text.count("its pictures cannot be read now") <= 2 * READ_TRIES:
                    await asyncio.sleep(0)
            assert list(folder.iterdir()) == []
            assert f"The picture folder {folder} is away" in caplog.text
            folder.rmdir()
            hidden.rename(folder)
            await until(board, told.id, State.DELIVERED)
            await until(board, drawn.id, State.RENDERED)
    assert courier.delivered[0] == (told.id, Way.ORIGINAL, 1)
    assert await PictureFolder(folder).load(drawn.id)
