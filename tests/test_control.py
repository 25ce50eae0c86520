"""The owner's orders, and the stages that carry them out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from bot.control import Control
from bot.forecast import Forecast
from bot.model.errors import Draining, OwnerOnly, TooLate
from bot.model.estimate import Standing
from bot.model.hold import EVERYWHERE, HoldKind
from bot.model.job import State
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.holds import QueueHolds
from bot.storage.queue import FairQueue
from tests.fakes import forecast, new_job
from tests.stand_ins import HandClock, settle
from tests.test_dispatcher import Stage, crashed

OWNER, HERE, THERE = 99, 3, 4


class Office:
    """A control over a dispatcher among stand-ins."""

    def __init__(self, slots: int = 1) -> None:
        self.stage = Stage(slots)
        self.queue, self.dispatcher = self.stage.queue, self.stage.dispatcher
        self.control = Control(
            holds=self.queue,
            forecast=forecast(self.queue, self.dispatcher.in_hand),
            dispatcher=self.dispatcher,
            owned_by=lambda user_id: user_id == OWNER,
            clock=HandClock(),
        )

    async def put(self, number: int, guild_id: int) -> int:
        new = new_job(number, user_id=number, guild_id=guild_id)
        job = await self.queue.enqueue(new, per_member=10, per_server=100, now=1000.0)
        self.dispatcher.wake()
        return job.id


async def test_a_pause_lets_what_is_drawn_end_and_a_resume_goes_on_at_once():
    office = Office()
    async with office.stage.running():
        drawn, waits = await office.put(1, HERE), await office.put(2, HERE)
        await settle(lambda: drawn in office.stage.engine.renders)
        await office.control.hold(HERE, HoldKind.PAUSED, by=OWNER)
        other = await office.put(3, THERE)
        office.stage.engine.finish(drawn)
        await settle(lambda: other in office.stage.engine.renders)
        office.stage.engine.finish(other)
        await office.stage.until(other, State.RENDERED)
        assert office.stage.state(waits) is State.QUEUED
        assert await office.control.resume(HERE, by=OWNER)
        await settle(lambda: waits in office.stage.engine.renders)


async def test_an_order_is_followed_by_a_look_at_the_queue_by_all_who_follow_it():
    office = Office()
    moves: list[None] = []
    office.dispatcher.tell_moves(lambda: moves.append(None))
    job = await office.put(1, HERE)
    await office.control.hold(EVERYWHERE, HoldKind.PAUSED, by=OWNER)
    await office.control.resume(EVERYWHERE, by=OWNER)
    await office.control.bump(job, by=OWNER)
    await office.control.cancel(job, by=OWNER)
    assert len(moves) == 4


async def test_a_drain_refuses_what_is_new_and_draws_what_waits():
    office = Office()
    async with office.stage.running():
        job = await office.put(1, HERE)
        await office.control.hold(HERE, HoldKind.DRAINING, by=OWNER)
        with pytest.raises(Draining):
            await office.put(2, HERE)
        await settle(lambda: job in office.stage.engine.renders)


async def test_the_owner_cancels_anybodys_job_and_that_is_noted():
    office = Office()
    async with office.stage.running():
        drawn, waits = await office.put(1, HERE), await office.put(2, THERE)
        await settle(lambda: drawn in office.stage.engine.renders)
        for job in (drawn, waits):
            cancelled = await office.control.cancel(job, by=OWNER)
            assert (cancelled.state, cancelled.cancelled_by) == (State.CANCELLED, OWNER)
        with pytest.raises(TooLate):
            await office.control.cancel(drawn, by=OWNER)


async def test_nobody_else_gives_orders():
    office = Office()
    job = await office.put(1, HERE)
    for order in (
        office.control.hold(HERE, HoldKind.PAUSED, by=1),
        office.control.resume(HERE, by=1),
        office.control.bump(job, by=1),
        office.control.cancel(job, by=1),
        office.control.all_of_it(EVERYWHERE, by=1),
        office.control.numbers(by=1),
    ):
        with pytest.raises(OwnerOnly):
            await order
    assert office.queue.held == {}
    assert office.stage.state(job) is State.QUEUED


async def test_a_server_sees_its_own_requests_and_what_holds_it_back_and_the_owner_sees_all():
    office = Office()
    async with office.stage.running():
        here, there = await office.put(1, HERE), await office.put(2, THERE)
        await settle(lambda: here in office.stage.engine.renders)
        last = await office.put(3, HERE)
        await office.control.hold(THERE, HoldKind.PAUSED, by=OWNER)
        seen = await office.control.overview(HERE)
        assert [one.job.id for one in seen.drawn] == [here]
        assert [(one.job_id, standing) for one, standing in seen.waiting] == [(last, Standing(1))]
        assert seen.holds == []
        everything = await office.control.all_of_it(EVERYWHERE, by=OWNER)
        assert [one.job_id for one, _ in everything.waiting] == [last, there]
        assert [hold.scope for hold in everything.holds] == [THERE]
        drawn, waiting = await office.control.numbers(by=OWNER)
        assert (drawn, waiting[there]) == ([here], Standing(None))


async def test_a_look_at_the_queue_reads_no_request_however_many_wait(tmp_path):
    asked: list[str] = []
    stage = Stage(slots=1)
    async with open_database(tmp_path / "bot.db") as database:
        board = JobBoard(database)
        await FairQueue(database).enqueue(new_job(1, 7), per_member=1, per_server=1, now=1000.0)
        control = Control(
            holds=QueueHolds(database),
            forecast=Forecast(places=board, timings=board, models=(), in_hand=tuple),
            dispatcher=stage.dispatcher,
            owned_by=lambda _: False,
            clock=HandClock(),
        )
        with heard_statements(asked.append):
            seen = await control.overview(HERE)
    assert [one.user_id for one, _ in seen.waiting] == [7]
    assert asked
    assert not [sql for sql in asked if "recipe" in sql or "request" in sql]


@contextmanager
def heard_statements(hear: Callable[[str], None]) -> Iterator[None]:
    """Have the text of every statement told to `hear`."""

    def told(_conn: object, _cursor: object, sql: str, *_: object) -> None:
        hear(sql)

    event.listen(Engine, "before_cursor_execute", told)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", told)


async def test_a_suspect_of_a_paused_server_waits_and_holds_up_nobody():
    office = Office(slots=16)
    stage = office.stage
    suspect, first = await crashed(stage, 1, 2, suspect=0)
    other = await office.put(9, THERE)
    await office.control.hold(HERE, HoldKind.PAUSED, by=OWNER)
    async with stage.running():
        await settle(lambda: list(stage.engine.renders) == [other])
        assert stage.state(suspect) is stage.state(first) is State.QUEUED
        await office.control.resume(HERE, by=OWNER)
        await stage.until(suspect, State.RUNNING)
        assert list(stage.engine.renders) == [other]
        await office.control.hold(EVERYWHERE, HoldKind.PAUSED, by=OWNER)
        stage.engine.finish(other)
        await settle(lambda: list(stage.engine.renders) == [suspect])
        stage.engine.finish(suspect)
        await stage.until(suspect, State.RENDERED)
        assert stage.state(first) is State.QUEUED
        await office.control.resume(EVERYWHERE, by=OWNER)
        await settle(lambda: list(stage.engine.renders) == [first])
        assert [stage.queue.jobs[job].attempts for job in (suspect, first, other)] == [1, 0, 0]


async def test_a_stop_while_a_suspect_waits_for_its_turn_charges_nobody():
    office = Office(slots=16)
    stage = office.stage
    first, suspect = await crashed(stage, 1, 2, suspect=1)
    async with stage.running():
        await stage.until(suspect, State.RUNNING)
        await settle(lambda: list(stage.engine.renders) == [first])
    assert stage.state(first) is stage.state(suspect) is State.QUEUED
    assert [stage.queue.jobs[job].attempts for job in (first, suspect)] == [0, 1]
