"""The forecast: what was measured before the start and since."""

from bot.forecast import Forecast
from bot.model.errors import StorageError
from bot.model.estimate import SAMPLES, InHand, Standing
from tests.fakes import InMemoryQueue, forecast, new_job


async def waiting(queue: InMemoryQueue, number: int, *, cost: float = 10.0):
    return await queue.enqueue(
        new_job(number, number, cost=cost), per_member=10, per_server=200, now=1000.0
    )


async def drawn(queue: InMemoryQueue, number: int, *, seconds: float):
    await waiting(queue, number)
    job = await queue.claim(now=1001.0)
    return await queue.rendered(job.id, draw_seconds=seconds, now=1002.0 + number)


async def test_times_are_told_from_the_history_in_the_database():
    queue = InMemoryQueue()
    await drawn(queue, 1, seconds=20.0)
    job = await waiting(queue, 2)
    told = forecast(queue)
    assert await told.standing(job.id) == Standing(1, None)
    await told.prepare()
    assert await told.standing(job.id) == Standing(1, 20.0)
    assert await told.standings() == {job.id: Standing(1, 20.0)}


async def test_what_is_drawn_from_then_on_counts_and_what_is_old_is_forgotten():
    queue = InMemoryQueue()
    for number in range(SAMPLES + 5):
        await drawn(queue, number, seconds=20.0)
    job = await waiting(queue, 99)
    told = forecast(queue)
    await told.prepare()
    for _ in range(SAMPLES // 2 + 1):
        told.drawn(job, 40.0)
    assert await told.standing(job.id) == Standing(1, 40.0)


async def test_the_newest_jobs_of_the_history_are_the_last_to_be_forgotten():
    queue = InMemoryQueue()
    for number in range(SAMPLES):
        await drawn(queue, number, seconds=10.0 if number < SAMPLES // 2 - 1 else 30.0)
    job = await waiting(queue, 99)
    told = forecast(queue)
    await told.prepare()
    for _ in range(SAMPLES // 2 - 1):
        told.drawn(job, 10.0)
    assert await told.standing(job.id) == Standing(1, 30.0)


async def test_what_is_in_flight_is_before_all_that_waits_by_what_is_left_of_it():
    queue = InMemoryQueue()
    await drawn(queue, 1, seconds=20.0)
    await waiting(queue, 2)
    running = await queue.claim(now=1001.0)
    job = await waiting(queue, 3)
    told = forecast(queue, lambda: [InHand(running, done=0.5)])
    await told.prepare()
    assert await told.standing(job.id) == Standing(1, 30.0)


async def test_a_job_that_does_not_wait_stands_nowhere():
    queue = InMemoryQueue()
    job = await drawn(queue, 1, seconds=20.0)
    assert await forecast(queue).standing(job.id) is None


class Unreadable(InMemoryQueue):
    """A queue whose history cannot be read."""

    async def seconds_by_cost(self, model, *, limit):
        raise StorageError("The database is locked.", "Wait.")


async def test_a_history_that_cannot_be_read_is_made_anew():
    queue = Unreadable()
    told: Forecast = forecast(queue)
    await told.prepare()
    job = await waiting(queue, 1)
    assert await told.standing(job.id) == Standing(1, None)
    told.drawn(job, 20.0)
    assert await told.standing(job.id) == Standing(1, 20.0)
