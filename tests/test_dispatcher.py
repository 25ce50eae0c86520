"""Stage 3: jobs go to the engine, and each comes to one outcome."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.dispatcher import Dispatcher
from bot.model.errors import NotYours, OutOfMemory, StorageError, TooLate
from bot.model.job import Job, State
from bot.model.picture import Progress
from bot.patience import Patience
from tests.fakes import InMemoryQueue, new_job
from tests.stand_ins import (
    HandClock,
    HandDisk,
    HandMarker,
    ScriptedEngine,
    ShelfAlbum,
    let_turn,
    settle,
)


class Stage:
    """A dispatcher among stand-ins."""

    def __init__(
        self,
        slots: int = 1,
        queue: InMemoryQueue | None = None,
        album: ShelfAlbum | None = None,
    ) -> None:
        self.queue, self.album = queue or InMemoryQueue(), album or ShelfAlbum()
        self.disk = HandDisk()
        self.engine, self.marker = ScriptedEngine(slots), HandMarker()
        self.dispatcher = Dispatcher(
            queue=self.queue,
            board=self.queue,
            engine=self.engine,
            album=self.album,
            disk=self.disk,
            marker=self.marker,
            clock=HandClock(),
            patience=Patience(first=0.0),
        )

    async def enqueue(self, number: int, user_id: int) -> int:
        job = await self.queue.enqueue(
            new_job(number, user_id), per_member=10, per_server=100, now=1000.0
        )
        self.dispatcher.wake()
        return job.id

    def state(self, job_id: int) -> State:
        return self.queue.jobs[job_id].state

    async def until(self, job_id: int, state: State) -> None:
        await settle(lambda: self.state(job_id) is state)

    @asynccontextmanager
    async def running(self):
        await self.dispatcher.prepare()
        task = asyncio.create_task(self.dispatcher.run())
        yield
        await self.dispatcher.stop(grace=0)
        await task


async def test_a_drawn_job_is_kept_before_it_counts_as_rendered():
    stage = Stage()
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await stage.until(job, State.RUNNING)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await stage.until(job, State.RENDERED)
    assert [picture.recipe.seed for picture in stage.album.kept[job]] == [7]
    assert stage.queue.jobs[job].draw_seconds == 2.0


async def test_no_more_is_claimed_than_the_engine_has_room_for():
    stage = Stage(slots=2)
    async with stage.running():
        jobs = [await stage.enqueue(number, user_id=number) for number in range(1, 5)]
        await settle(lambda: len(stage.engine.renders) == 2)
        assert [stage.state(job) for job in jobs] == [State.RUNNING] * 2 + [State.QUEUED] * 2
        stage.engine.finish(jobs[0])
        await stage.until(jobs[2], State.RUNNING)


class Slow(ShelfAlbum):
    """A shelf that takes pictures once the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def save(self, job_id, pictures):
        await super().save(job_id, pictures)
        await self.gate.wait()


async def test_pictures_of_a_job_that_is_cancelled_while_they_are_saved_do_not_stay():
    stage = Stage(album=Slow())
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await settle(lambda: job in stage.album.kept)
        await stage.dispatcher.cancel(job, by=7)
        stage.album.gate.set()
        await settle(lambda: job not in stage.album.kept)
    assert stage.state(job) is State.CANCELLED


class Doubtful(InMemoryQueue):
    """A queue that notes a drawn job and says that it did not."""

    async def rendered(self, job_id, **drawn):
        before = self.jobs[job_id].state
        job = await super().rendered(job_id, **drawn)
        if before is State.RUNNING:
            raise StorageError("The disk gave an error.", "Replace it.")
        return job


async def test_pictures_of_a_job_that_was_noted_as_drawn_after_all_stay():
    stage = Stage(queue=Doubtful())
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await settle(lambda: stage.dispatcher.in_hand() == [])
    assert stage.state(job) is State.RENDERED
    assert job in stage.album.kept


async def test_what_a_dead_process_left_waits_again_before_anything_is_claimed():
    stage = Stage()
    job = await stage.enqueue(1, user_id=7)
    await stage.queue.claim(now=1000.0)
    await stage.dispatcher.prepare()
    assert stage.state(job) is State.QUEUED


class Counting(InMemoryQueue):
    """A queue that counts how often it is asked for a job."""

    claims = 0

    async def claim(self, *, now, busy_members_too=False):
        self.claims += 1
        return await super().claim(now=now, busy_members_too=busy_members_too)


async def test_the_queue_is_asked_once_more_after_a_claim_and_then_left_alone():
    queue = Counting()
    stage = Stage(slots=16, queue=queue)
    async with stage.running():
        await settle(lambda: queue.claims == 1)
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        await let_turn()
        assert queue.claims == 3


async def test_of_one_members_flood_one_more_is_at_hand_and_the_other_slots_stay_free():
    stage = Stage(slots=16)
    async with stage.running():
        flood = [await stage.enqueue(number, user_id=7) for number in range(1, 6)]
        await settle(lambda: len(stage.engine.renders) == 2)
        other = await stage.enqueue(9, user_id=8)
        await stage.until(other, State.RUNNING)
        assert [stage.state(job) for job in flood] == [State.RUNNING] * 2 + [State.QUEUED] * 3


async def test_jobs_that_wait_for_a_models_files_keep_no_other_of_their_member_waiting():
    stage = Stage(slots=16)
    stage.engine.without_files = {1, 2}
    async with stage.running():
        for number in (1, 2, 3):
            await stage.enqueue(number, user_id=7)
        await settle(lambda: {1, 2, 3} <= stage.engine.renders.keys())


async def test_a_job_that_cannot_be_drawn_fails_with_the_reason_and_the_next_one_draws():
    stage = Stage()
    async with stage.running():
        bad, good = await stage.enqueue(1, user_id=1), await stage.enqueue(2, user_id=2)
        await settle(lambda: bad in stage.engine.renders)
        stage.engine.renders[bad].set_exception(OutOfMemory("8 GB"))
        await stage.until(bad, State.FAILED)
        await settle(lambda: good in stage.engine.renders)
        stage.engine.finish(good)
        await stage.until(good, State.RENDERED)
    assert stage.queue.jobs[bad].failure == "OutOfMemory"


async def test_pictures_that_find_no_room_are_kept_once_there_is_some_and_nothing_else_begins():
    stage = Stage(slots=2)
    stage.album.full = True
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await settle(lambda: not stage.engine.renders)
        other = await stage.enqueue(2, user_id=8)
        for _ in range(50):
            await asyncio.sleep(0)
        assert (stage.state(job), stage.state(other)) == (State.RUNNING, State.QUEUED)
        stage.album.full = False
        await stage.until(job, State.RENDERED)
        await stage.until(other, State.RUNNING)
    assert [work.job_id for work in stage.engine.works] == [job, other]


async def test_jobs_wait_while_the_disk_has_no_room_and_none_fails():
    stage = Stage()
    stage.disk.free = 0
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        for _ in range(50):
            await asyncio.sleep(0)
        assert stage.state(job) is State.QUEUED
        stage.disk.free = 1000
        stage.dispatcher.wake()
        await stage.until(job, State.RUNNING)


async def test_a_stop_while_pictures_wait_for_room_puts_their_job_back():
    stage = Stage()
    stage.album.full = True
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await settle(lambda: not stage.engine.renders)
    assert stage.state(job) is State.QUEUED


async def test_a_disk_that_gives_errors_fails_the_job_instead_of_losing_it():
    stage = Stage()
    stage.album.broken = True
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await stage.until(job, State.FAILED)
    assert stage.queue.jobs[job].failure == "StorageError"


class LockedTwice(InMemoryQueue):
    """A queue whose database is locked when an outcome is to be noted, two times."""

    tries = 0

    async def rendered(self, job_id: int, **changes: float) -> Job:
        self.tries += 1
        if self.tries <= 2:
            raise StorageError("The database is locked.", "Wait.")
        return await super().rendered(job_id, **changes)


async def test_an_outcome_that_a_locked_database_does_not_take_is_noted_when_it_does():
    stage = Stage(queue=LockedTwice())
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await stage.until(job, State.RENDERED)
    assert stage.queue.tries == 3


async def test_an_error_nobody_foresaw_fails_the_job_and_the_next_one_draws():
    stage = Stage()
    async with stage.running():
        bad, good = await stage.enqueue(1, user_id=1), await stage.enqueue(2, user_id=2)
        await settle(lambda: bad in stage.engine.renders)
        stage.engine.renders[bad].set_exception(TypeError("inside a library"))
        await stage.until(bad, State.FAILED)
        await settle(lambda: good in stage.engine.renders)
        stage.engine.finish(good)
        await stage.until(good, State.RENDERED)


async def test_a_stop_puts_what_is_being_drawn_back_and_claims_no_more():
    stage = Stage()
    async with stage.running():
        first, second = await stage.enqueue(1, user_id=1), await stage.enqueue(2, user_id=2)
        await settle(lambda: first in stage.engine.renders)
    assert stage.state(first) is stage.state(second) is State.QUEUED
    assert stage.queue.jobs[first].attempts == 0


async def test_a_start_takes_up_what_a_dead_process_left():
    stage = Stage()
    job = await stage.enqueue(1, user_id=7)
    await stage.queue.claim(now=1000.0)
    async with stage.running():
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await stage.until(job, State.RENDERED)


async def crashed(stage: Stage, *users: int, suspect: int) -> list[int]:
    """Jobs that a dead process left running, one of them in the middle of a step."""
    jobs = [await stage.enqueue(number, user) for number, user in enumerate(users, start=1)]
    for _ in jobs:
        await stage.queue.claim(now=1000.0)
    stage.marker.suspect = jobs[suspect]
    return jobs


async def test_only_the_job_in_hand_is_charged_for_a_crash_and_it_is_drawn_alone():
    stage = Stage(slots=16)
    jobs = await crashed(stage, 1, 2, 3, suspect=0)
    async with stage.running():
        await settle(lambda: jobs[0] in stage.engine.renders)
        await let_turn()
        assert list(stage.engine.renders) == [jobs[0]]
        assert [stage.queue.jobs[job].attempts for job in jobs] == [1, 0, 0]
        assert stage.marker.suspect is None
        stage.engine.finish(jobs[0])
        await settle(lambda: len(stage.engine.renders) == 2)
        for job in jobs[1:]:
            stage.engine.finish(job)
            await stage.until(job, State.RENDERED)
        await stage.until(jobs[0], State.RENDERED)


async def test_a_suspect_waits_until_those_before_it_are_done():
    stage = Stage(slots=16)
    first, suspect = await crashed(stage, 1, 2, suspect=1)
    async with stage.running():
        await settle(lambda: first in stage.engine.renders)
        await stage.until(suspect, State.RUNNING)
        assert list(stage.engine.renders) == [first]
        stage.engine.finish(first)
        await settle(lambda: list(stage.engine.renders) == [suspect])
        stage.engine.finish(suspect)
        await stage.until(suspect, State.RENDERED)


async def test_a_suspect_waits_for_no_download_and_is_drawn_alone():
    stage = Stage(slots=16)
    fetches, suspect = await crashed(stage, 1, 2, suspect=1)
    stage.engine.without_files = {fetches}
    async with stage.running():
        await settle(lambda: suspect in stage.engine.renders)
        assert list(stage.engine.renders) == [suspect]
        assert stage.state(fetches) is State.QUEUED
        stage.engine.finish(suspect)
        await stage.until(suspect, State.RENDERED)
        await settle(lambda: fetches in stage.engine.renders)
        stage.engine.finish(fetches)
        await stage.until(fetches, State.RENDERED)
    assert stage.queue.jobs[fetches].attempts == 0
    assert [work.job_id for work in stage.engine.works] == [fetches, suspect, fetches]


async def test_a_suspect_that_is_cancelled_lets_the_others_go_on_at_once():
    stage = Stage(slots=16)
    first, suspect = await crashed(stage, 1, 2, suspect=1)
    async with stage.running():
        await stage.until(suspect, State.RUNNING)
        await settle(lambda: first in stage.engine.renders)
        other = await stage.enqueue(9, user_id=9)
        await stage.dispatcher.cancel(suspect, by=2)
        await settle(lambda: other in stage.engine.renders)
        assert first in stage.engine.renders
    assert suspect not in {work.job_id for work in stage.engine.works}


async def test_a_job_that_two_processes_did_not_survive_fails_and_the_others_are_drawn():
    stage = Stage(slots=16)
    poison, other = await crashed(stage, 1, 2, suspect=0)
    await stage.queue.recover(suspects=[poison])
    for _ in range(2):
        await stage.queue.claim(now=1000.0)
    async with stage.running():
        await stage.until(poison, State.FAILED)
        await settle(lambda: other in stage.engine.renders)
        stage.engine.finish(other)
        await stage.until(other, State.RENDERED)
    assert stage.queue.jobs[poison].failure == "Poisoned"


async def test_a_job_whose_last_fall_was_charged_by_a_process_that_fell_too_is_not_drawn_again():
    stage = Stage(slots=16)
    poison, other = await crashed(stage, 1, 2, suspect=0)
    for _ in range(2):
        await stage.queue.recover(suspects=[poison])
        await stage.queue.claim(now=1000.0)
    await stage.queue.requeue(poison)
    stage.marker.suspect = None
    async with stage.running():
        await stage.until(poison, State.FAILED)
        await settle(lambda: other in stage.engine.renders)
    assert stage.queue.jobs[poison].failure == "Poisoned"
    assert [work.job_id for work in stage.engine.works] == [other]


async def test_its_author_cancels_a_waiting_and_a_running_job():
    stage = Stage()
    async with stage.running():
        drawn, waiting = await stage.enqueue(1, user_id=7), await stage.enqueue(2, user_id=8)
        await settle(lambda: drawn in stage.engine.renders)
        await stage.dispatcher.cancel(waiting, by=8)
        await stage.dispatcher.cancel(drawn, by=7)
        await settle(lambda: not stage.engine.renders)
        assert stage.state(drawn) is stage.state(waiting) is State.CANCELLED
        assert drawn in stage.engine.cancelled
        assert not stage.album.kept


@pytest.mark.parametrize(("step", "charged"), [(0, 0.0), (1, 1.0)])
async def test_a_job_that_is_cancelled_before_its_first_step_costs_its_member_nothing(
    step: int, charged: float
):
    stage = Stage(slots=16)
    async with stage.running():
        job, later = await stage.enqueue(1, user_id=7), await stage.enqueue(2, user_id=7)
        await settle(lambda: later in stage.engine.sinks)
        stage.engine.sinks[job](Progress(job, step=step, steps=8, image=1, images=1))
        await stage.dispatcher.cancel(job, by=7)
        assert stage.state(job) is State.CANCELLED
        await settle(lambda: job not in stage.engine.renders)
    assert stage.queue.last_finish[7] == charged + 1.0


async def test_a_drawn_job_that_is_cancelled_while_it_is_saved_stays_charged():
    stage = Stage(album=Slow())
    async with stage.running():
        job, later = await stage.enqueue(1, user_id=7), await stage.enqueue(2, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        stage.engine.finish(job)
        await settle(lambda: job in stage.album.kept)
        await stage.dispatcher.cancel(job, by=7)
        assert stage.queue.jobs[later].tags.start == 1.0
        stage.album.gate.set()
        await settle(lambda: job not in stage.album.kept)


async def test_nobody_cancels_somebody_elses_job_or_a_finished_one():
    stage = Stage()
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)
        with pytest.raises(NotYours):
            await stage.dispatcher.cancel(job, by=8)
        stage.engine.finish(job)
        await stage.until(job, State.RENDERED)
        with pytest.raises(TooLate):
            await stage.dispatcher.cancel(job, by=7)
        with pytest.raises(TooLate):
            await stage.dispatcher.cancel(99, by=7)


async def test_progress_and_moves_are_told():
    stage = Stage()
    steps: list[tuple[int, int]] = []
    moves: list[None] = []
    stage.dispatcher.tell_progress(lambda job, progress: steps.append((job.id, progress.step)))
    stage.dispatcher.tell_moves(lambda: moves.append(None))
    async with stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.sinks)
        stage.engine.sinks[job](Progress(job, step=3, steps=8, image=1, images=1))
        assert steps == [(job, 3)]
        stage.engine.finish(job)
        await settle(lambda: len(moves) >= 2)


async def test_how_far_the_jobs_in_flight_are_and_what_the_drawn_ones_took_is_told():
    stage = Stage(slots=2)
    drawn: list[tuple[int, float]] = []
    stage.dispatcher.tell_drawn(lambda job, seconds: drawn.append((job.id, seconds)))
    async with stage.running():
        first, second = await stage.enqueue(1, user_id=1), await stage.enqueue(2, user_id=2)
        await settle(lambda: second in stage.engine.sinks)
        stage.engine.sinks[second](Progress(second, step=2, steps=8, image=1, images=1))
        found = [(one.job.id, one.done) for one in stage.dispatcher.in_hand()]
        assert found == [(first, 0.0), (second, 0.25)]
        stage.engine.finish(first)
        await stage.until(first, State.RENDERED)
        await settle(lambda: len(stage.dispatcher.in_hand()) == 1)
    assert drawn == [(first, 2.0)]
    await settle(lambda: not stage.dispatcher.in_hand())


class LockedForGood(InMemoryQueue):
    """A queue whose database takes no requeue."""

    async def requeue(self, job_id: int) -> Job:
        raise StorageError("The database is locked.", "Wait.")


async def test_a_stop_ends_even_where_the_database_takes_nothing_any_more():
    stage = Stage(queue=LockedForGood())
    async with asyncio.timeout(60), stage.running():
        job = await stage.enqueue(1, user_id=7)
        await settle(lambda: job in stage.engine.renders)


class Unreadable(InMemoryQueue):
    """A queue that moves jobs and does not let them be read."""

    async def get(self, job_id: int) -> Job | None:
        raise StorageError("The database is locked.", "Wait.")


async def test_a_suspect_is_drawn_even_where_it_cannot_be_read_whether_it_was_cancelled():
    stage = Stage(queue=Unreadable())
    (suspect,) = await crashed(stage, 1, suspect=0)
    async with stage.running():
        await settle(lambda: suspect in stage.engine.renders)
        stage.engine.finish(suspect)
        await stage.until(suspect, State.RENDERED)


async def test_a_suspect_that_is_cancelled_while_it_waits_is_not_drawn():
    stage = Stage(slots=16)
    first, suspect = await crashed(stage, 1, 2, suspect=1)
    async with stage.running():
        await stage.until(suspect, State.RUNNING)
        await settle(lambda: first in stage.engine.renders)
        await stage.dispatcher.cancel(suspect, by=2)
        stage.engine.finish(first)
        await stage.until(first, State.RENDERED)
        other = await stage.enqueue(9, user_id=9)
        await settle(lambda: other in stage.engine.renders)
        assert suspect not in {work.job_id for work in stage.engine.works}
