"""A disk that fills up while images are drawn: nothing accepted is lost, and all is said."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.dispatcher import Dispatcher
from bot.model.job import State
from bot.patience import Patience
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.pictures import PictureFolder
from bot.storage.queue import FairQueue
from tests.disks import ImaginedDisk, SmallDisk, mounted
from tests.fakes import new_job
from tests.flow.house import answer_to, is_final, serving
from tests.stand_ins import HandClock, HandDisk, HandMarker, ScriptedEngine, settle

ROOM = {"per_member": 9, "per_server": 9, "now": 100.0}


@pytest.fixture(params=["mounted", "imagined"])
def disk(request, tmp_path):
    if request.param == "imagined":
        yield ImaginedDisk(tmp_path)
        return
    with mounted(tmp_path / "disk", "size=2m") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: a full one was imagined only")
        yield SmallDisk(tmp_path / "disk")


@asynccontextmanager
async def drawing_onto(disk, folder):
    """A dispatcher over a real database and picture folder, the engine scripted."""
    async with open_database(folder / "bot.db") as database:
        board, engine = JobBoard(database), ScriptedEngine(slots=2)
        dispatcher = Dispatcher(
            queue=FairQueue(database),
            board=board,
            engine=engine,
            album=PictureFolder(disk.folder / "pictures", write=disk.write),
            disk=HandDisk(),
            marker=HandMarker(),
            clock=HandClock(),
            patience=Patience(first=0.01),
        )
        running = asyncio.create_task(dispatcher.run())
        yield FairQueue(database), board, engine
        await dispatcher.stop(grace=0)
        await running


async def until(board, job_id, state):
    async with asyncio.timeout(20):
        while (await board.get(job_id)).state is not state:
            await asyncio.sleep(0)


async def logged(caplog, event):
    async with asyncio.timeout(60):
        while event not in caplog.text:
            await asyncio.sleep(0)


async def test_a_drawing_that_finds_the_disk_full_is_kept_once_there_is_room(
    disk, tmp_path, caplog
):
    async with drawing_onto(disk, tmp_path) as (queue, board, engine):
        job = await queue.enqueue(new_job(1, 7), **ROOM)
        await settle(lambda: job.id in engine.renders)
        disk.fill()
        engine.finish(job.id)
        await logged(caplog, "drawn, and kept once the disk takes it")
        assert list((disk.folder / "pictures" / "000000").iterdir()) == []
        disk.clear()
        await until(board, job.id, State.RENDERED)
        album = PictureFolder(disk.folder / "pictures")
        assert [picture.png for picture in await album.load(job.id)] == [b"png"]
    assert caplog.text.count("kept once the disk takes it") == 1


@pytest.mark.happens("the disk is full")
async def test_the_whole_bot_outlives_a_full_disk(sandbox, tmp_path, caplog):
    with mounted(tmp_path / "data", "size=16m") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: the whole bot was not tried on a full one")
        disk = SmallDisk(tmp_path / "data")
        async with serving(sandbox, disk.folder, DISK_RESERVE="4") as house:
            await answer_to(await house.imagine())
            caught = await house.imagine(steps=20, count=2)
            await caught.until(lambda message: "step" in message.text, 60)
            disk.fill()
            sandbox.clock.advance(10)
            refused = await house.member().slash("imagine", prompt="a cat", private=True)
            assert "no room left" in (await refused.until(is_final, 60)).text
            assert "nothing is accepted or begun until there is room" in caplog.text
            await logged(caplog, "drawn, and kept once the disk takes it")
            assert not is_final(caught.message)
            disk.clear()
            sandbox.clock.advance(10)
            assert len((await answer_to(caught)).files) == 2
            assert (await answer_to(await house.imagine())).files
        assert not sandbox.unfinished()
