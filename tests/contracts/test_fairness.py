"""How far two members who both wait can be apart: the bound of start-time fair queueing."""

import asyncio
import tempfile
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.hold import Hold, HoldKind
from bot.ports import Holds, Waiting, WorkQueue
from bot.storage.database import open_database
from bot.storage.holds import QueueHolds
from bot.storage.queue import FairQueue
from tests.fakes import InMemoryQueue, new_job

WEIGHTS = {1: 1.0, 2: 1.0, 3: 2.0, 4: 5.0}
SERVER = {1: 3, 2: 3, 3: 4, 4: 4}
"""Each member's server."""
SERVE = 0
"""In a history, a turn of the one slot; a pair is a member who asks for something of a cost."""
PAUSE, RESUME = -1, -2
"""In a history, what happens to the server of members 1 and 2."""

asking = st.tuples(st.sampled_from(sorted(WEIGHTS)), st.integers(1, 20))
mixed = st.lists(asking | st.sampled_from([SERVE, SERVE, PAUSE, RESUME]), max_size=60)
askings = st.lists(
    st.tuples(st.sampled_from(sorted(WEIGHTS)), st.integers(1, 3)), min_size=20, max_size=40
)
turns = st.integers(5, 15).map(lambda count: [SERVE] * count)
pauses = st.tuples(askings, turns, askings, turns).map(
    lambda parts: [*parts[0], PAUSE, *parts[1], *parts[2], RESUME, *parts[3]]
)
histories = mixed | pauses


@dataclass
class Account:
    """What a member waits for, and has been served over weight since they have been waiting."""

    waiting: int = 0
    largest: float = 0.0
    paused: bool = False

    @property
    def contends(self) -> bool:
        """Whether the slot could be theirs."""
        return bool(self.waiting) and not self.paused


async def set_pause(holds: Holds, scope: int, *, paused: bool) -> None:
    if paused:
        await holds.hold(Hold(scope, HoldKind.PAUSED, by=7, since=1.0))
    else:
        await holds.lift(scope)


async def check(
    history: list[tuple[int, int] | int], queue: Waiting, work: WorkQueue, holds: Holds
) -> None:
    """Play a history and hold every stretch in which two members wait against the bound."""
    accounts = {user: Account() for user in WEIGHTS}
    leads = {pair: [0.0, 0.0, 0.0] for pair in combinations(WEIGHTS, 2)}
    for number, turn in enumerate(history):
        if turn in (PAUSE, RESUME):
            accounts[1].paused = accounts[2].paused = turn == PAUSE
            await set_pause(holds, SERVER[1], paused=turn == PAUSE)
        elif turn != SERVE:
            user, cost = turn
            weight = WEIGHTS[user]
            new = new_job(number, user, cost=float(cost), weight=weight, guild_id=SERVER[user])
            await queue.enqueue(new, per_member=99, per_server=99, now=1.0)
            accounts[user].waiting += 1
            accounts[user].largest = max(accounts[user].largest, cost / weight)
        elif (job := await work.claim(now=2.0)) is not None:
            await work.rendered(job.id, draw_seconds=1.0, now=3.0)
            user = job.origin.user_id
            accounts[user].waiting -= 1
            for pair, lead in leads.items():
                if user in pair:
                    lead[0] += job.cost / job.weight * (1 if user == pair[0] else -1)
        for (one, other), lead in leads.items():
            if not (accounts[one].contends and accounts[other].contends):
                lead[:] = [0.0, 0.0, 0.0]
            lead[1:] = [min(lead[1], lead[0]), max(lead[2], lead[0])]
            bound = accounts[one].largest + accounts[other].largest
            assert lead[2] - lead[1] <= bound + 1e-9


@given(histories)
@settings(max_examples=200)
def test_the_model_never_lets_one_waiting_member_far_ahead_of_another(
    history: list[tuple[int, int] | int],
) -> None:
    queue = InMemoryQueue()
    asyncio.run(check(history, queue, queue, queue))


async def check_in_a_file(history: list[tuple[int, int] | int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Path(folder) / "bot.db") as database:
            queue = FairQueue(database)
            await check(history, queue, queue, QueueHolds(database))


@given(histories)
@settings(max_examples=10)
def test_the_queue_never_lets_one_waiting_member_far_ahead_of_another(
    history: list[tuple[int, int] | int],
) -> None:
    asyncio.run(check_in_a_file(history))
