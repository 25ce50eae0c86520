"""A long past that is written at once is as if the jobs had been asked for, one after the other."""

from pathlib import Path

from bot.storage.board import JobBoard
from bot.storage.database import Database, open_database
from bot.storage.outbox import JobOutbox
from bot.storage.past import write_past
from bot.storage.queue import FairQueue
from tests.fakes import new_job

ROOM = {"per_member": 10, "per_server": 10_000, "now": 100.0}


async def answered(database: Database) -> int:
    """The id of a job that has its answer."""
    queue = FairQueue(database)
    job = await queue.enqueue(new_job(1, 7), **ROOM)
    await queue.claim(now=101.0)
    await queue.rendered(job.id, draw_seconds=1.0, now=102.0)
    await JobOutbox(database).answered(job.id, message_id=1, now=103.0)
    return job.id


async def test_they_are_told_and_wait_for_nothing(tmp_path: Path) -> None:
    async with open_database(tmp_path / "bot.db") as database:
        await write_past(database, await answered(database), count=500, members=20)
        board, queue = JobBoard(database), FairQueue(database)
        assert await board.waiting() == []
        assert await queue.claim(now=104.0, busy_members_too=True) is None
        assert await JobOutbox(database).untold(limit=10) == []
        assert len(await board.drawn_by(3, 9, limit=100)) == 25
        assert (await queue.enqueue(new_job(2, 7), **ROOM)).id == 502


async def test_there_are_as_many_as_were_asked_for_and_each_is_one_of_its_own(
    tmp_path: Path,
) -> None:
    async with open_database(tmp_path / "bot.db") as database:
        job_id = await answered(database)
        await write_past(database, job_id, count=101, members=1, at_once=50)
        jobs = await JobBoard(database).drawn_by(3, 7, limit=1000)
    assert len(jobs) == 102
    numbers = {job.origin.interaction_id for job in jobs}
    assert len(numbers) == len(jobs)
    assert sum(number > 0 for number in numbers) == 1
