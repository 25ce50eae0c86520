"""Stage 5: every outcome is told once, by the best way that is open."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.delivery import AT_ONCE, HOPELESS_AFTER, READ_TRIES, WAY_TRIES, Delivery
from bot.model.errors import DeliveryInterrupted, DeliveryRefused, StorageError
from bot.model.job import TOKEN_LIFE, Job, State
from bot.model.picture import Picture
from bot.model.ways import Hop, Outcome, Way
from bot.patience import Patience
from tests.fakes import InMemoryQueue, interaction, new_job
from tests.stand_ins import HandClock, HandSleep, ScriptedCourier, ShelfAlbum, settle

GONE = DeliveryRefused(10008, "Unknown Message")


class Stage:
    """A delivery among stand-ins."""

    def __init__(self, queue: InMemoryQueue | None = None) -> None:
        self.queue, self.album = queue or InMemoryQueue(), ShelfAlbum()
        self.courier, self.clock, self.sleep = ScriptedCourier(), HandClock(), HandSleep()
        self.finished: list[int] = []
        self.delivery = Delivery(
            outbox=self.queue,
            album=self.album,
            journal=self.queue,
            courier=self.courier,
            before_answer=self._finish,
            clock=self.clock,
            patience=Patience(sleep=self.sleep),
        )

    async def _finish(self, job_id: int) -> None:
        self.finished.append(job_id)

    async def rendered(self, number: int = 1, *, private: bool = False) -> Job:
        order = new_job(number, user_id=number)
        order = replace(order, request=replace(order.request, private=private))
        job = await self.queue.enqueue(order, per_member=10, per_server=100, now=1000.0)
        await self.queue.claim(now=1000.0)
        await self.album.save(job.id, [Picture(b"png", job.recipe)])
        await self.queue.rendered(job.id, draw_seconds=1.0, now=1001.0)
        self.delivery.wake()
        return job

    def told(self, job: Job) -> bool:
        return self.queue.jobs[job.id].answered_at is not None

    def told_after_pauses(self, job: Job) -> Callable[[], bool]:
        """Whether it is told, by when every pause has passed."""

        def told() -> bool:
            self.sleep.end()
            return self.told(job)

        return told

    @asynccontextmanager
    async def running(self):
        await self.delivery.prepare()
        task = asyncio.create_task(self.delivery.run())
        yield
        task.cancel()
        await asyncio.wait([task])


async def test_a_rendered_job_is_told_in_its_own_message_once_its_live_line_is_quiet():
    stage = Stage()
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == [(job.id, Way.ORIGINAL, 1)]
    assert stage.finished == [job.id]
    assert stage.queue.jobs[job.id].state is State.DELIVERED
    assert stage.queue.jobs[job.id].message_id == 500 + job.id


async def test_an_old_token_is_not_tried_and_the_answer_comes_to_the_channel():
    stage = Stage()
    stage.clock.now += TOKEN_LIFE
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == [(job.id, Way.CHANNEL, 1)]


async def test_a_refused_way_leads_to_the_next_one():
    stage = Stage()
    stage.courier.troubles = {Way.ORIGINAL: [GONE], Way.CHANNEL: [GONE]}
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == [(job.id, Way.DIRECT, 1)]


async def test_a_private_answer_never_goes_to_a_channel():
    stage = Stage()
    stage.courier.troubles = {Way.ORIGINAL: [GONE], Way.DIRECT: [GONE]}
    async with stage.running():
        job = await stage.rendered(private=True)
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == []
    assert stage.queue.jobs[job.id].message_id is None


async def test_an_interrupted_answer_is_tried_again_later_and_holds_up_nobody():
    stage = Stage()
    stage.courier.troubles = {Way.ORIGINAL: [DeliveryInterrupted("503", retry_after=30)]}
    async with stage.running():
        first = await stage.rendered(1)
        await settle(lambda: not stage.courier.troubles[Way.ORIGINAL])
        second = await stage.rendered(2)
        await settle(lambda: stage.told(second))
        assert not stage.told(first)
        assert stage.sleep.asked == [30]
        stage.sleep.end()
        await settle(lambda: stage.told(first))
    assert [job for job, _, _ in stage.courier.delivered] == [second.id, first.id]


@pytest.mark.happens("a channel takes no answer for a day, though the bot may look into it")
async def test_a_way_that_takes_no_answer_for_a_day_is_given_up_for_the_next_one(caplog):
    stage = Stage()
    stage.clock.now += TOKEN_LIFE
    stage.courier.troubles = {Way.CHANNEL: [DeliveryInterrupted("500") for _ in range(40)]}
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.sleep.asked)
        stage.clock.now += HOPELESS_AFTER - TOKEN_LIFE
        stage.sleep.end()
        await settle(lambda: len(stage.sleep.asked) == 2)
        assert not stage.told(job)
        stage.clock.now += 2 * TOKEN_LIFE
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.DIRECT, 1)]
    assert "channel is given up after a day" in caplog.text


async def test_a_way_that_cannot_even_be_looked_at_is_not_given_up():
    stage = Stage()
    stage.clock.now += TOKEN_LIFE
    stage.courier.blind = [DeliveryInterrupted("cut") for _ in range(3)]
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.sleep.asked)
        stage.clock.now += 2 * HOPELESS_AFTER
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.CHANNEL, 1)]


async def test_an_error_nobody_foresaw_puts_the_answer_off_and_does_not_spin():
    stage = Stage()
    stage.courier.troubles = {Way.ORIGINAL: [TypeError("inside a library"), TypeError("again")]}
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: len(stage.courier.troubles[Way.ORIGINAL]) == 1)
        for _ in range(50):
            stage.delivery.wake()
            await asyncio.sleep(0)
        assert len(stage.courier.troubles[Way.ORIGINAL]) == 1

        await settle(stage.told_after_pauses(job))


async def test_a_cancelled_and_a_failed_job_are_told_without_pictures():
    stage = Stage()
    async with stage.running():
        jobs = [
            await stage.queue.enqueue(
                new_job(number, user_id=number), per_member=10, per_server=100, now=1000.0
            )
            for number in (1, 2)
        ]
        await stage.queue.cancel(jobs[0].id, now=1001.0)
        await stage.queue.failed(jobs[1].id, failure="OutOfMemory", detail="", now=1002.0)
        stage.delivery.wake()
        await settle(lambda: all(stage.told(job) for job in jobs))
    assert stage.courier.delivered == [(jobs[0].id, Way.ORIGINAL, 0), (jobs[1].id, Way.ORIGINAL, 0)]


async def test_what_a_crash_left_without_a_job_is_closed_at_the_start():
    stage = Stage()
    await stage.queue.open(interaction(41))
    await stage.queue.open(interaction(42))
    await stage.queue.close(42)
    async with stage.running():
        await settle(lambda: 41 in stage.queue.closed)
    assert stage.courier.closed == [41]


async def test_what_is_opened_after_the_start_is_left_to_its_handler():
    stage = Stage()
    await stage.delivery.prepare()
    await stage.queue.open(interaction(43))
    task = asyncio.create_task(stage.delivery.run())
    job = await stage.rendered()
    await settle(lambda: stage.told(job))
    task.cancel()
    assert stage.courier.closed == []


async def test_pictures_that_cannot_be_read_put_the_answer_off_instead_of_losing_it():
    stage = Stage()
    async with stage.running():
        job = await stage.rendered()
        pictures = stage.album.kept.pop(job.id)
        await settle(lambda: stage.finished == [job.id])
        stage.album.kept[job.id] = pictures

        await settle(stage.told_after_pauses(job))


async def test_pictures_on_a_disk_that_is_away_are_waited_for_however_long():
    stage = Stage()
    stage.album.away = True
    async with stage.running():
        job = await stage.rendered()
        for tries in range(1, 4 * READ_TRIES):
            await settle(lambda tries=tries: len(stage.sleep.asked) == tries)
            stage.sleep.end()
        stage.album.away = False
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.ORIGINAL, 1)]


async def test_pictures_that_were_not_in_the_backup_are_not_looked_for():
    stage = Stage()
    job = await stage.rendered()
    stage.queue.jobs[job.id] = replace(stage.queue.jobs[job.id], pruned=True)
    stage.album.away = True
    async with stage.running():
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == [(job.id, Way.ORIGINAL, 0)]


class LateOutbox(InMemoryQueue):
    """An outbox whose answer is some turns of the loop old when it comes, as a real one's is."""

    failures = 0

    async def untold(self, *, limit):
        found = await super().untold(limit=limit)
        for _ in range(5):
            await asyncio.sleep(0)
        return found

    async def answered(self, job_id, **told):
        if self.failures:
            self.failures -= 1
            raise StorageError("The database is locked.", "Wait.")
        return await super().answered(job_id, **told)


async def test_in_a_crowd_each_outcome_is_told_once():
    stage = Stage(LateOutbox())
    async with stage.running():
        jobs = [await stage.rendered(number) for number in range(1, 41)]
        await settle(lambda: all(stage.told(job) for job in jobs))
        for _ in range(50):
            stage.delivery.wake()
            await asyncio.sleep(0)
    assert sorted(job for job, _, _ in stage.courier.delivered) == [job.id for job in jobs]


async def test_an_answer_that_could_not_be_noted_is_noted_later_and_not_given_again():
    stage = Stage(LateOutbox())
    stage.queue.failures = 2
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert len(stage.courier.delivered) == 1


async def test_pictures_that_stay_unreadable_are_told_in_the_end():
    stage = Stage()
    async with stage.running():
        job = await stage.rendered()
        del stage.album.kept[job.id]
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.ORIGINAL, 0)]


async def test_what_a_crash_left_open_too_long_ago_is_closed_without_a_call():
    stage = Stage()
    await stage.queue.open(interaction(41, born=stage.clock.now - TOKEN_LIFE))
    async with stage.running():
        await settle(lambda: 41 in stage.queue.closed)
    assert stage.courier.closed == []


async def test_each_way_that_was_tried_is_noted_with_what_came_of_it():
    stage = Stage()
    stage.courier.troubles = {Way.ORIGINAL: [GONE], Way.CHANNEL: [DeliveryInterrupted("cut")]}
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: bool(stage.sleep.asked))
        stage.clock.now += 2
        stage.sleep.end()
        await settle(lambda: stage.told(job))
    original, channel = await stage.queue.hops(job.id)
    assert (original.way, original.outcome, original.code) == (
        Way.ORIGINAL,
        Outcome.REFUSED,
        10008,
    )
    assert (channel.way, channel.outcome, channel.tries) == (Way.CHANNEL, Outcome.TOLD, 2)
    assert (channel.begun_at, channel.ended_at) == (1002.0, 1002.0)
    assert stage.queue.jobs[job.id].answered_by is Way.CHANNEL


async def test_a_message_is_noted_before_it_is_sent():
    stage = Stage()
    stage.clock.now += TOKEN_LIFE
    noted: list[Hop] = []

    async def deliver(job: Job, _pictures: object, _way: Way) -> int:
        noted.extend(await stage.queue.hops(job.id))
        return 1

    stage.courier.deliver = deliver
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.told(job))
    assert noted == [Hop(job.id, Way.CHANNEL, tries=1, begun_at=stage.clock.now)]


async def test_a_way_that_was_refused_is_not_gone_again():
    stage = Stage()
    refused = [DeliveryRefused(50013, "Missing Permissions", 403)]
    stage.courier.troubles = {
        Way.ORIGINAL: [GONE],
        Way.CHANNEL: refused,
        Way.DIRECT: [DeliveryInterrupted("503")],
    }
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.DIRECT, 1)]
    assert {hop.way: hop.tries for hop in await stage.queue.hops(job.id)} == {
        Way.ORIGINAL: 1,
        Way.CHANNEL: 1,
        Way.DIRECT: 2,
    }


@pytest.mark.parametrize("way", [Way.CHANNEL, Way.DIRECT])
async def test_what_may_have_been_sent_before_a_crash_is_looked_for_and_not_sent_again(way):
    stage = Stage()
    job = await stage.rendered(private=way is Way.DIRECT)
    stage.clock.now += TOKEN_LIFE
    await stage.queue.note(Hop(job.id, way).begun(1001.0))
    stage.courier.found = {way: 77}
    async with stage.running():
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == []
    assert stage.queue.jobs[job.id].message_id == 77
    assert stage.queue.jobs[job.id].answered_by is way


async def test_what_is_not_found_is_sent():
    stage = Stage()
    stage.clock.now += TOKEN_LIFE
    stage.courier.troubles = {Way.CHANNEL: [DeliveryInterrupted("cut")]}
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert (job.id, Way.CHANNEL) in stage.courier.looked
    assert stage.courier.delivered == [(job.id, Way.CHANNEL, 1)]


async def test_an_edit_that_may_have_been_made_before_its_token_died_is_looked_for():
    stage = Stage()
    job = await stage.rendered()
    stage.clock.now += TOKEN_LIFE
    stage.courier.found = {Way.CHANNEL: 41}
    async with stage.running():
        await settle(lambda: stage.told(job))
    assert stage.courier.delivered == []
    assert stage.queue.jobs[job.id].message_id == 41


async def test_answers_that_wait_to_be_tried_again_take_no_hands_from_others():
    stage = Stage()
    stage.courier.troubles = {Way.ORIGINAL: [DeliveryInterrupted("503")] * AT_ONCE}
    async with stage.running():
        for number in range(1, AT_ONCE + 1):
            await stage.rendered(number)
        await settle(lambda: len(stage.sleep.asked) == AT_ONCE)
        job = await stage.rendered(AT_ONCE + 1)
        await settle(lambda: stage.told(job))


async def test_an_open_interaction_that_cannot_be_told_now_is_told_later():
    stage = Stage()
    await stage.queue.open(interaction(41))
    stage.courier.closings = [DeliveryInterrupted("503", retry_after=7), StorageError("Busy.", "")]
    async with stage.running():
        await settle(lambda: bool(stage.sleep.asked))
        assert stage.sleep.asked == [7]

        def closed() -> bool:
            stage.sleep.end()
            return 41 in stage.queue.closed

        await settle(closed)
    assert stage.courier.closed == [41]


async def test_every_answered_job_is_one_line_in_the_log_and_told_to_who_counts(caplog):
    caplog.set_level("INFO")
    stage, summaries = Stage(), []
    stage.delivery.tell_answers(summaries.append)
    async with stage.running():
        job = await stage.rendered()
        await settle(lambda: stage.told(job))
        await settle(lambda: bool(summaries))
    (line,) = [one for one in caplog.records if one.message == "answered"]
    assert (line.job, line.outcome, line.way, line.bytes) == (job.id, "delivered", "original", 3)
    assert [(one.job, one.images, one.drew) for one in summaries] == [(job.id, 1, 1.0)]


def surprises(*ways: Way) -> dict[Way, list[Exception]]:
    """On these ways always something that nobody foresaw."""
    return {way: [RuntimeError("no form for that") for _ in range(100)] for way in ways}


async def test_a_way_that_always_meets_what_nobody_foresaw_is_given_up_for_the_next_one(caplog):
    stage = Stage()
    stage.courier.troubles = surprises(Way.ORIGINAL)
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.CHANNEL, 1)]
    assert len(stage.courier.troubles[Way.ORIGINAL]) == 100 - WAY_TRIES
    assert "original is given up" in caplog.text


async def test_what_went_out_on_a_way_that_was_given_up_is_found_and_not_posted_again():
    stage = Stage()
    stage.courier.troubles = surprises(Way.ORIGINAL)
    stage.courier.found[Way.CHANNEL] = 77
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == []
    assert stage.queue.jobs[job.id].message_id == 77


async def test_once_a_new_message_was_begun_the_original_is_edited_no_more():
    stage = Stage()
    stage.courier.troubles = {
        Way.ORIGINAL: [RuntimeError("no form for that") for _ in range(WAY_TRIES)],
        Way.CHANNEL: [DeliveryInterrupted("cut")],
    }
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert stage.courier.delivered == [(job.id, Way.CHANNEL, 1)]


async def test_an_answer_that_nobody_foresaw_on_any_way_is_kept_and_tried_no_more(caplog):
    stage = Stage()
    stage.courier.troubles = surprises(*Way)
    async with stage.running():
        job = await stage.rendered()
        await settle(stage.told_after_pauses(job))
    assert stage.queue.jobs[job.id].message_id is None
    assert "every way is closed; the answer is kept" in caplog.text
