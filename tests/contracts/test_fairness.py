"""How far two members who both wait can be apart: the bound of start-time fair queueing."""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
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

WEIGHTS = {1: 1.0, 2: 1.0, 3: 2.0, 4: 4.0}
HERE, THERE = 3, 4
"""The servers; all members are in both."""
SERVE = 0
"""In a history, a turn of the one slot; three numbers are a member, a server and a cost."""
PAUSE, RESUME = -1, -2
"""In a history, what happens to the server that is here."""

History = list[tuple[int, int, int] | int]

users, servers = st.sampled_from(sorted(WEIGHTS)), st.sampled_from([HERE, THERE])
asking = st.tuples(users, servers, st.integers(1, 20))
mixed = st.lists(asking | st.sampled_from([SERVE, SERVE, PAUSE, RESUME]), max_size=60)
askings = st.lists(st.tuples(users, servers, st.integers(1, 3)), min_size=20, max_size=40)
turns = st.integers(5, 15).map(lambda count: [SERVE] * count)
pauses = st.tuples(askings, turns, askings, turns).map(
    lambda parts: [*parts[0], PAUSE, *parts[1], *parts[2], RESUME, *parts[3]]
)
histories = mixed | pauses


@dataclass
class Account:
    """What a member waits for, and has been served over weight since they have been waiting."""

    waiting: Counter[int] = field(default_factory=Counter)
    """In each server."""
    largest: float = 0.0

    def contends(self, open_servers: set[int]) -> bool:
        """Whether the slot could be theirs."""
        return any(self.waiting[server] for server in open_servers)


async def set_pause(holds: Holds, scope: int, *, paused: bool) -> None:
    if paused:
        await holds.hold(Hold(scope, HoldKind.PAUSED, by=7, since=1.0))
    else:
        await holds.lift(scope)


async def ask(queue: Waiting, number: int, user: int, server: int, cost: int) -> None:
    new = new_job(number, user, cost=float(cost), weight=WEIGHTS[user], guild_id=server)
    await queue.enqueue(new, per_member=99, per_server=99, now=1.0)


async def check(history: History, queue: Waiting, work: WorkQueue, holds: Holds) -> None:
    """Play a history and hold every stretch in which two members wait against the bound."""
    accounts = {user: Account() for user in WEIGHTS}
    open_servers = {HERE, THERE}
    leads = {pair: [0.0, 0.0, 0.0] for pair in combinations(WEIGHTS, 2)}
    for number, turn in enumerate(history):
        if turn in (PAUSE, RESUME):
            open_servers = {THERE} if turn == PAUSE else {HERE, THERE}
            await set_pause(holds, HERE, paused=turn == PAUSE)
        elif turn != SERVE:
            user, server, cost = turn
            await ask(queue, number, user, server, cost)
            accounts[user].waiting[server] += 1
            accounts[user].largest = max(accounts[user].largest, cost / WEIGHTS[user])
        elif (job := await work.claim(now=2.0)) is not None:
            await work.rendered(job.id, draw_seconds=1.0, now=3.0)
            user = job.origin.user_id
            accounts[user].waiting[job.origin.guild_id] -= 1
            for pair, lead in leads.items():
                if user in pair:
                    lead[0] += job.cost / job.weight * (1 if user == pair[0] else -1)
        for (one, other), lead in leads.items():
            if not all(accounts[user].contends(open_servers) for user in (one, other)):
                lead[:] = [0.0, 0.0, 0.0]
            lead[1:] = [min(lead[1], lead[0]), max(lead[2], lead[0])]
            bound = accounts[one].largest + accounts[other].largest
            assert lead[2] - lead[1] <= bound + 1e-9


@given(histories)
@settings(max_examples=200)
def test_the_model_never_lets_one_waiting_member_far_ahead_of_another(history: History) -> None:
    queue = InMemoryQueue()
    asyncio.run(check(history, queue, queue, queue))


async def check_in_a_file(history: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Path(folder) / "bot.db") as database:
            queue = FairQueue(database)
            await check(history, queue, queue, QueueHolds(database))


@given(histories)
@settings(max_examples=10)
def test_the_queue_never_lets_one_waiting_member_far_ahead_of_another(history: History) -> None:
    asyncio.run(check_in_a_file(history))


async def served_there(before: History, after: History, *, held: bool) -> list[int]:
    """Who is served elsewhere while a server is paused, with or without what is asked for there."""
    queue, order = InMemoryQueue(), list[int]()
    for number, turn in enumerate([*before, PAUSE, *after, *[SERVE] * 99]):
        if turn == PAUSE:
            await set_pause(queue, HERE, paused=True)
        elif turn == SERVE:
            if (job := await queue.claim(now=2.0)) is not None:
                await queue.rendered(job.id, draw_seconds=1.0, now=3.0)
                order.append(job.origin.interaction_id)
        elif held or turn[1] != HERE:
            await ask(queue, number, *turn)
    return order


@given(st.lists(asking, max_size=9), st.lists(asking | st.just(SERVE), max_size=40))
def test_what_a_paused_server_holds_counts_for_nothing_in_another(
    before: History, after: History
) -> None:
    held, without = (served_there(before, after, held=one) for one in (True, False))
    assert asyncio.run(held) == asyncio.run(without)
