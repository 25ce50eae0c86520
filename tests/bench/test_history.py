"""What is timed with a long past: one request more and one less, and nothing else changes."""

import pytest

from bot.bench.history import MEMBERS, STATEMENTS, with_past
from bot.bench.workshop import Workshop
from bot.imaging.files import STARTER
from bot.model.checkpoint import Catalogue, Checkpoint


@pytest.fixture
def shop(tmp_path):
    checkpoint = Checkpoint(key="small", source=str(STARTER), native_size=128, aspects=("1:1",))
    return Workshop(Catalogue({"small": checkpoint}, "small"), "cpu", tmp_path, quick=True)


async def test_each_round_times_both_statements_and_leaves_as_many_waiting(shop):
    async with with_past(shop, 300) as bot:
        for _ in range(3):
            await bot.go_round()
        assert [len(bot.seconds[name]) for name in STATEMENTS] == [3, 3]
        left = [await bot.claim() for _ in range(MEMBERS // 2)]
        assert await bot.queue.claim(now=1.0) is None
    assert min(job.id for job in left) > 300
    assert len({job.origin.user_id for job in left}) == len(left)
