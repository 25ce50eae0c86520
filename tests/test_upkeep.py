"""The upkeep: dead tokens are erased, living ones are not."""

from bot.upkeep import TOKEN_ENDS, Upkeep
from tests.fakes import InMemoryQueue, new_job
from tests.stand_ins import HandClock


async def test_a_token_is_erased_once_discord_takes_it_no_more():
    queue, clock = InMemoryQueue(), HandClock(1000.0)
    for number, born in ((1, 1000.0), (2, 1010.0)):
        await queue.enqueue(
            new_job(number, user_id=number, token_born=born), per_member=9, per_server=9, now=born
        )
    clock.now = 1005.0 + TOKEN_ENDS
    await Upkeep(tokens=queue, clock=clock).once()
    assert [bool(job.origin.token) for job in queue.jobs.values()] == [False, True]


async def test_a_clock_that_is_set_back_erases_nothing_too_early_and_all_in_the_end():
    queue, clock = InMemoryQueue(), HandClock(1000.0)
    await queue.enqueue(new_job(1, 7, token_born=1000.0), per_member=9, per_server=9, now=1000.0)
    upkeep = Upkeep(tokens=queue, clock=clock)
    for now, is_kept in ((10.0, True), (1000.0 + TOKEN_ENDS, True), (1001.0 + TOKEN_ENDS, False)):
        clock.now = now
        await upkeep.once()
        assert bool(queue.jobs[1].origin.token) is is_kept
