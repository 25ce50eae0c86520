"""A request that cannot be read fails, alone and once."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from bot.model.job import State
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.outbox import JobOutbox
from bot.storage.queue import FairQueue
from bot.storage.unreadable import fail_unreadable
from tests.fakes import new_job

ROOM = {"per_member": 10, "per_server": 100, "now": 100.0}
BROKEN = [
    *({"recipe": text} for text in ("", "[", '{"format": 99}', "[" * 100_000)),
    *({"request": text} for text in ("", "null", "[1]", '{"prompt": "", "flavour": 3}')),
]


class House:
    """A database, and another program that writes over what stands in it."""

    def __init__(self, path, database):
        self.path, self.database = path, database
        self.queue, self.board, self.outbox = (
            made(database) for made in (FairQueue, JobBoard, JobOutbox)
        )

    async def ask(self, number, *, user_id=None, private=False):
        order = new_job(number, user_id or number)
        order = replace(order, request=replace(order.request, private=private))
        return await self.queue.enqueue(order, **ROOM)

    def spoil(self, **columns):
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for name, value in columns.items():
                connection.execute(f"UPDATE jobs SET {name} = ? WHERE id = 1", (value,))  # noqa: S608

    async def start(self):
        await fail_unreadable(self.database, now=200.0)
        return await self.board.get(1)


@pytest.fixture
async def house(tmp_path):
    async with open_database(tmp_path / "bot.db") as database:
        yield House(tmp_path / "bot.db", database)


@pytest.mark.parametrize("columns", BROKEN, ids=lambda columns: str(columns)[:40])
async def test_a_request_that_cannot_be_read_fails_and_the_others_go_on(house, columns, caplog):
    for number in (1, 2, 3):
        await house.ask(number)
    house.spoil(**columns)
    failed = await house.start()
    assert (failed.state, failed.failure) == (State.FAILED, "Unreadable")
    assert [job.id for job in await house.outbox.untold(limit=9)] == [1]
    assert [(await house.queue.claim(now=201.0)).id for _ in range(2)] == [2, 3]
    await house.start()
    (said,) = caplog.records
    assert (said.levelname, said.job) == ("ERROR", 1)
    assert said.message.startswith("a request cannot be read: ")


@pytest.mark.parametrize("state", [State.RUNNING, State.RENDERED])
async def test_what_was_being_drawn_or_is_drawn_fails_as_well(house, state):
    await house.ask(1)
    await house.queue.claim(now=101.0)
    if state is State.RENDERED:
        await house.queue.rendered(1, draw_seconds=1.0, now=102.0)
    house.spoil(recipe="")
    assert (await house.start()).state is State.FAILED
    assert await house.queue.recover() == []


async def test_what_was_cancelled_stays_so(house):
    await house.ask(1)
    await house.board.cancel(1, now=101.0)
    house.spoil(request="")
    cancelled = await house.start()
    assert (cancelled.state, cancelled.failure) == (State.CANCELLED, "")


async def test_its_member_is_not_charged_for_it(house):
    await house.ask(1, user_id=7)
    later = await house.ask(2, user_id=7)
    house.spoil(recipe="")
    await house.start()
    assert (await house.board.get(later.id)).tags.start == later.tags.start - 1.0


@pytest.mark.parametrize("private", [True, False])
async def test_an_answer_stays_where_it_was_asked_for_and_is_private_where_nobody_can_tell(
    house, private
):
    await house.ask(1, private=private)
    house.spoil(recipe="")
    assert (await house.start()).request.private is private
    await house.ask(2, private=private)
    house.spoil(answered_at=None, request="")
    assert (await house.start()).request.private


async def test_a_members_list_leaves_out_what_was_spoilt_after_its_answer(house, caplog):
    for number in (1, 2):
        await house.ask(number, user_id=7)
        job = await house.queue.claim(now=101.0)
        await house.queue.rendered(job.id, draw_seconds=1.0, now=102.0)
        await house.outbox.answered(job.id, message_id=number, now=103.0)
    house.spoil(recipe="")
    where = (job.origin.guild_id, 7)
    for listed in (house.board.asked_by(*where, limit=9), house.board.drawn_by(*where, limit=9)):
        assert [one.id for one in await listed] == [2]
    assert {(one.levelname, one.job) for one in caplog.records} == {("WARNING", 1)}


async def test_requests_in_order_are_left_as_they_are(house, caplog):
    asked = await house.ask(1)
    assert await house.start() == asked
    assert caplog.records == []
