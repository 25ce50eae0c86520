"""How much there is to do."""

from bot.model.depth import QueueDepth
from bot.storage.database import open_database
from bot.storage.depth import DepthGauge
from bot.storage.queue import FairQueue
from tests.fakes import new_job

ROOM = {"per_member": 10, "per_server": 2000, "now": 100.0}


async def test_jobs_are_counted_by_what_is_still_to_be_done_for_them(tmp_path):
    async with open_database(tmp_path / "bot.db") as database:
        queue, gauge = FairQueue(database), DepthGauge(database)
        assert await gauge.depth() == QueueDepth(0, 0, 0)
        for member in (1, 2, 3, 4):
            await queue.enqueue(new_job(member, user_id=member), **ROOM)
        first, _ = [await queue.claim(now=101.0) for _ in range(2)]
        await queue.rendered(first.id, draw_seconds=1.0, now=102.0)
        assert await gauge.depth() == QueueDepth(queued=2, running=1, untold=1)
