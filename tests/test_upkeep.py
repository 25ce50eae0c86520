"""The upkeep: dead tokens are erased, living ones are not."""

import asyncio

from bot.model.errors import StorageError
from bot.model.keeping import Limits, Pruned
from bot.upkeep import TOKEN_ENDS, Upkeep
from tests.fakes import InMemoryQueue, new_job
from tests.stand_ins import HandClock, settle

LIMITS = Limits(seconds=10.0, size=100)


class HandStoreroom:
    """A storeroom that says what the test says, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Limits, float]] = []
        self.pruned = Pruned()
        self.trouble: list[StorageError] = []

    async def prune(self, limits: Limits, *, now: float) -> Pruned:
        self.asked.append((limits, now))
        if self.trouble:
            raise self.trouble.pop()
        return self.pruned


def upkeep(queue: InMemoryQueue, clock: HandClock, storeroom: HandStoreroom | None = None):
    return Upkeep(tokens=queue, storeroom=storeroom or HandStoreroom(), limits=LIMITS, clock=clock)


async def test_what_was_removed_is_told_in_one_line_and_nothing_is_told_of_nothing(caplog):
    storeroom = HandStoreroom()
    keeper = upkeep(InMemoryQueue(), HandClock(5.0), storeroom)
    with caplog.at_level("INFO"):
        await keeper.prune()
        assert caplog.records == []
        storeroom.pruned = Pruned(jobs=2, pictures=1)
        await keeper.prune()
    (told,) = caplog.records
    assert (told.getMessage(), told.jobs, told.sources) == (
        *("removed what was too old or too much", 2, 0),
    )
    assert storeroom.asked == [(LIMITS, 5.0)] * 2


async def test_a_disk_in_trouble_ends_nothing(caplog):
    storeroom = HandStoreroom()
    storeroom.trouble = [StorageError("The disk gave an error.", "Replace it.")]
    keeper = upkeep(InMemoryQueue(), HandClock(), storeroom)
    await keeper.prune()
    assert "could not be removed yet" in caplog.text


async def test_both_are_done_at_once_at_the_start():
    queue, storeroom = InMemoryQueue(), HandStoreroom()
    await queue.enqueue(new_job(1, 7, token_born=0.0), per_member=9, per_server=9, now=0.0)
    running = asyncio.create_task(upkeep(queue, HandClock(9000.0), storeroom).run())
    await settle(lambda: bool(storeroom.asked) and not queue.jobs[1].origin.token)
    running.cancel()
    await asyncio.wait({running})


async def test_a_token_is_erased_once_discord_takes_it_no_more():
    queue, clock = InMemoryQueue(), HandClock(1000.0)
    for number, born in ((1, 1000.0), (2, 1010.0)):
        await queue.enqueue(
            new_job(number, user_id=number, token_born=born), per_member=9, per_server=9, now=born
        )
    clock.now = 1005.0 + TOKEN_ENDS
    await upkeep(queue, clock).erase_tokens()
    assert [bool(job.origin.token) for job in queue.jobs.values()] == [False, True]


async def test_a_clock_that_is_set_back_erases_nothing_too_early_and_all_in_the_end():
    queue, clock = InMemoryQueue(), HandClock(1000.0)
    await queue.enqueue(new_job(1, 7, token_born=1000.0), per_member=9, per_server=9, now=1000.0)
    keeper = upkeep(queue, clock)
    for now, is_kept in ((10.0, True), (1000.0 + TOKEN_ENDS, True), (1001.0 + TOKEN_ENDS, False)):
        clock.now = now
        await keeper.erase_tokens()
        assert bool(queue.jobs[1].origin.token) is is_kept
