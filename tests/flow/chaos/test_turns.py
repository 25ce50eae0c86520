"""The audit's notion of fairness beside the durable queue's, over the trail of a random day."""

import random
from contextlib import suppress

from bot.model.errors import StaleMove
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.queue import FairQueue
from tests.fakes import new_job
from tests.flow.chaos.history import History
from tests.flow.chaos.trail import lay_trail, moves_in
from tests.flow.chaos.turns import claims

SEED = 0
DEEDS = ("ask", "ask", "ask", "claim", "claim", "rendered", "failed", "cancel", "requeue", "fall")
MEMBERS, COSTS, WEIGHTS = 4, (0.1, 1.0, 2.7), (1.0, 3.0)


async def busy_day(queue, board, seed):
    """Deeds on a queue, in an order that is fixed by the seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    asked = 0
    for now in range(200):
        deed, job = chance.choice(DEEDS), chance.randint(max(1, asked - 12), max(1, asked))
        with suppress(StaleMove):
            if deed == "ask":
                asked += 1
                cost, weight = chance.choice(COSTS), chance.choice(WEIGHTS)
                new = new_job(asked, chance.randint(1, MEMBERS), cost=cost, weight=weight)
                await queue.enqueue(new, per_member=99, per_server=99, now=now)
            elif deed == "claim":
                await queue.claim(now=now, busy_members_too=chance.random() < 0.5)
            elif deed == "rendered":
                await queue.rendered(job, draw_seconds=1.0, now=now)
            elif deed == "failed":
                await queue.failed(job, failure="Poisoned", detail="", now=now)
            elif deed == "cancel":
                await board.cancel(job, now=now, unspent=chance.random() < 0.5)
            elif deed == "requeue":
                await queue.requeue(job)
            else:
                await queue.recover()


async def test_every_claim_of_a_busy_day_is_the_one_that_the_audit_expects(tmp_path):
    await lay_trail(tmp_path / "bot.db")
    async with open_database(tmp_path / "bot.db") as database:
        await busy_day(FairQueue(database), JobBoard(database), SEED)
    moves = moves_in(tmp_path / "bot.db")
    assert sum(move.became == "running" for move in moves) > 20
    history = History(SEED, asked=(), rows=(), moves=moves, ends=(), messages=())
    assert list(claims(history)) == []
