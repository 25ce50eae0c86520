"""The live line: what it shows, how often, and that it never lands on top of an answer."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.model.errors import DeliveryInterrupted, DeliveryRefused, StorageError
from bot.model.estimate import Standing
from bot.model.job import TOKEN_ENDS, TOKEN_LIFE, Job
from bot.model.picture import Progress
from bot.notices import Notices
from tests.fakes import InMemoryQueue, forecast, new_job
from tests.stand_ins import HandClock, ScriptedCourier, let_turn, settle


class Stage:
    """Notices among stand-ins."""

    def __init__(self, spacing: float = 0.0, queue: InMemoryQueue | None = None) -> None:
        self.queue, self.courier = queue or InMemoryQueue(), ScriptedCourier()
        self.clock, self.forecast = HandClock(), forecast(self.queue)
        self.notices = Notices(
            board=self.queue,
            forecast=self.forecast,
            noticeboard=self.courier,
            clock=self.clock,
            spacing=spacing,
        )

    async def enqueue(self, number: int) -> Job:
        return await self.queue.enqueue(
            new_job(number, user_id=number), per_member=10, per_server=100, now=1000.0
        )

    @asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.notices.run())
        await asyncio.sleep(0)
        yield
        task.cancel()
        await asyncio.wait([task])


def at(job: Job, step: int) -> Progress:
    return Progress(job.id, step=step, steps=8, image=1, images=1)


async def test_a_place_is_shown_at_once_and_again_when_the_queue_moves():
    stage = Stage()
    async with stage.running():
        first, second = await stage.enqueue(1), await stage.enqueue(2)
        stage.notices.follow(second, Standing(2))
        await settle(lambda: stage.courier.shown == [(second.id, Standing(2))])
        await stage.queue.cancel(first.id, now=1001.0)
        stage.notices.moved()
        await settle(lambda: stage.courier.shown[1:] == [(second.id, Standing(1))])


async def test_jobs_that_waited_before_a_restart_are_shown_their_place_and_time_again():
    stage = Stage()
    first, second = await stage.enqueue(1), await stage.enqueue(2)
    await stage.queue.claim(now=1001.0)
    await stage.queue.rendered(first.id, draw_seconds=20.0, now=1021.0)
    await stage.forecast.prepare()
    async with stage.running():
        await settle(lambda: stage.courier.shown == [(second.id, Standing(1, 20.0))])


class Forgetful(InMemoryQueue):
    """A queue that cannot be read the first time."""

    readings = 0

    async def waiting(self):
        self.readings += 1
        if self.readings == 1:
            raise StorageError("The database is locked.", "Wait.")
        return await super().waiting()


async def test_who_waits_and_is_followed_by_nobody_is_found_when_the_queue_moves():
    stage = Stage(queue=Forgetful())
    job = await stage.enqueue(1)
    async with stage.running():
        await settle(lambda: stage.queue.readings == 1)
        stage.notices.moved()
        await settle(lambda: stage.courier.shown == [(job.id, Standing(1))])


async def test_a_time_that_reads_the_same_is_not_shown_again_and_another_one_is():
    stage = Stage()
    job = await stage.enqueue(1)
    for standing in (Standing(1, 40.0), Standing(1, 40.0), Standing(1, 20.0)):
        stage.notices.follow(job, standing)
        await settle(lambda wanted=standing: (job.id, wanted) in stage.courier.shown)
        await let_turn()
    assert [news.seconds_left for _, news in stage.courier.shown] == [40.0, 20.0]
    await stage.notices.finish(job.id)


async def test_of_many_steps_between_two_edits_only_the_newest_is_shown():
    stage = Stage(spacing=3600.0)
    job = await stage.enqueue(1)
    stage.courier.gate = asyncio.Event()
    stage.notices.progressed(job, at(job, 1))
    await asyncio.sleep(0)
    for step in range(2, 8):
        stage.notices.progressed(job, at(job, step))
    stage.courier.gate.set()
    await settle(lambda: bool(stage.courier.shown))
    assert [news.step for _, news in stage.courier.shown] == [1]
    await stage.notices.finish(job.id)


async def test_nothing_is_shown_after_the_answer_and_an_edit_under_way_is_waited_for():
    stage = Stage()
    job = await stage.enqueue(1)
    stage.courier.gate = asyncio.Event()
    stage.notices.progressed(job, at(job, 1))
    await asyncio.sleep(0)
    finishing = asyncio.create_task(stage.notices.finish(job.id))
    await asyncio.sleep(0)
    assert not finishing.done()
    stage.courier.gate.set()
    await finishing
    assert stage.courier.shown == [(job.id, at(job, 1))]


async def test_a_message_whose_token_is_old_is_left_alone():
    stage = Stage()
    job = await stage.enqueue(1)
    stage.clock.now += TOKEN_ENDS
    stage.notices.follow(job, Standing(1))
    for _ in range(10):
        await asyncio.sleep(0)
    assert (stage.courier.shown, stage.courier.late) == ([], [])
    await stage.notices.finish(job.id)


async def test_a_message_without_a_token_is_left_alone_however_young():
    stage = Stage()
    job = await stage.enqueue(1)
    stage.notices.follow(replace(job, origin=replace(job.origin, token="")), Standing(1))
    for _ in range(10):
        await asyncio.sleep(0)
    assert (stage.courier.shown, stage.courier.late) == ([], [])
    await stage.notices.finish(job.id)


async def test_who_still_waits_when_the_token_dies_is_told_once_where_the_answer_will_be():
    stage = Stage()
    job = await stage.enqueue(1)
    async with stage.running():
        await settle(lambda: len(stage.courier.shown) == 1)
        stage.clock.now += TOKEN_LIFE
        for _ in range(3):
            stage.notices.moved()
            await settle(lambda: stage.courier.late == [job.id])
    assert len(stage.courier.shown) == 1


async def test_whose_place_could_not_be_read_is_told_it_later_and_taken_leave_of():
    stage = Stage()
    async with stage.running():
        for _ in range(10):
            await asyncio.sleep(0)
        job = await stage.enqueue(1)
        stage.notices.follow(job, None)
        stage.notices.moved()
        await settle(lambda: stage.courier.shown == [(job.id, Standing(1))])
        stage.clock.now += TOKEN_LIFE
        stage.notices.moved()
        await settle(lambda: stage.courier.late == [job.id])


async def test_whose_image_is_being_drawn_when_the_token_dies_is_told_too():
    stage = Stage()
    job = await stage.enqueue(1)
    stage.notices.progressed(job, at(job, 1))
    await settle(lambda: len(stage.courier.shown) == 1)
    stage.clock.now += TOKEN_LIFE
    for step in range(2, 5):
        stage.notices.progressed(job, at(job, step))
        await settle(lambda: stage.courier.late == [job.id])
    assert len(stage.courier.shown) == 1
    await stage.notices.finish(job.id)


async def test_taking_leave_is_tried_again_for_as_long_as_it_can_be_heard():
    stage = Stage()
    stage.courier.leaves = [DeliveryInterrupted("cut"), DeliveryInterrupted("503")]
    job = await stage.enqueue(1)
    stage.clock.now += TOKEN_LIFE
    stage.notices.follow(job, Standing(1))
    await settle(lambda: stage.courier.late == [job.id])
    await stage.notices.finish(job.id)


async def test_a_message_that_is_gone_is_not_taken_leave_of_again():
    stage = Stage()
    stage.courier.leaves = [DeliveryRefused(10008, "Unknown Message"), DeliveryInterrupted("no")]
    job = await stage.enqueue(1)
    stage.clock.now += TOKEN_LIFE
    stage.notices.follow(job, Standing(1))
    await settle(lambda: len(stage.courier.leaves) == 1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(stage.courier.leaves) == 1
    await stage.notices.finish(job.id)


@pytest.mark.happens("the computer's clock is set back")
@pytest.mark.parametrize("code", [50027, 10008], ids=["an old token", "a deleted message"])
async def test_a_message_that_takes_no_more_edits_is_left_alone(code):
    stage = Stage()
    refusal = DeliveryRefused(code, "No more.")
    stage.courier.refusals = [DeliveryInterrupted("cut"), refusal, refusal]
    job = await stage.enqueue(1)
    for step in range(1, 6):
        stage.notices.progressed(job, at(job, step))
        await let_turn()
    assert (stage.courier.refusals, stage.courier.shown) == ([refusal], [])
    stage.clock.now += TOKEN_LIFE
    stage.notices.progressed(job, at(job, 6))
    await let_turn()
    assert stage.courier.late == []
    await stage.notices.finish(job.id)


class LockedOnce(InMemoryQueue):
    """A queue that cannot be read the first time its places are asked for."""

    reads = 0

    async def places(self):
        self.reads += 1
        if self.reads == 1:
            raise StorageError("The database is locked.", "Wait.")
        return await super().places()


async def test_a_queue_that_cannot_be_read_once_is_read_again():
    stage = Stage(queue=LockedOnce())
    async with stage.running():
        first, second = await stage.enqueue(1), await stage.enqueue(2)
        stage.notices.follow(second, Standing(2))
        stage.notices.moved()
        await settle(lambda: stage.queue.reads == 1)
        await stage.queue.cancel(first.id, now=1001.0)
        stage.notices.moved()
        await settle(lambda: (second.id, Standing(1)) in stage.courier.shown)


async def test_progress_that_comes_behind_the_answer_is_not_shown():
    stage = Stage()
    job = await stage.enqueue(1)
    await stage.notices.finish(job.id)
    stage.notices.progressed(job, at(job, 3))
    stage.notices.follow(job, Standing(1))
    for _ in range(10):
        await asyncio.sleep(0)
    assert stage.courier.shown == []


async def test_news_that_comes_behind_a_stop_is_not_shown():
    stage = Stage()
    async with stage.running():
        job = await stage.enqueue(1)
    stage.notices.follow(job, Standing(1))
    for _ in range(10):
        await asyncio.sleep(0)
    assert stage.courier.shown == []


async def test_a_token_that_dies_while_nothing_moves_is_not_used_any_more():
    stage = Stage()
    job = await stage.enqueue(1)
    stage.notices.progressed(job, at(job, 1))
    await settle(lambda: len(stage.courier.shown) == 1)
    stage.clock.now += TOKEN_LIFE
    stage.notices.progressed(job, at(job, 2))
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(stage.courier.shown) == 1
    await stage.notices.finish(job.id)
