"""Members look up their own requests, and nobody else's."""

import pytest

from bot.history import RECENT, History
from bot.model.errors import NoLongerKept, NoSuchPicture, NotDrawnYet, StorageError
from bot.model.job import Job
from bot.model.picture import Picture
from tests.fakes import InMemoryQueue, new_job
from tests.stand_ins import ShelfAlbum

ADA, BEA = 11, 22
HERE, THERE = 3, 4


class Stage:
    """A history over a queue and an album."""

    def __init__(self) -> None:
        self.queue, self.album = InMemoryQueue(), ShelfAlbum()
        self.history = History(requests=self.queue, album=self.album)

    async def asked(self, number: int = 1, user_id: int = ADA, guild_id: int = HERE) -> Job:
        new = new_job(number, user_id, guild_id=guild_id)
        return await self.queue.enqueue(new, per_member=99, per_server=99, now=100.0)

    async def drawn(self, number: int = 1, user_id: int = ADA, guild_id: int = HERE) -> Job:
        job = await self.asked(number, user_id, guild_id)
        await self.queue.claim(now=101.0)
        await self.album.save(job.id, [Picture(b"png", job.recipe)])
        return await self.queue.rendered(job.id, draw_seconds=1.0, now=102.0)

    async def again(self, job_id: int, user_id: int = ADA, guild_id: int = HERE):
        return await self.history.again(job_id, guild_id=guild_id, user_id=user_id)


async def test_a_drawn_request_is_shown_again_with_its_pictures():
    stage = Stage()
    job = await stage.drawn()
    assert await stage.again(job.id) == (job, (Picture(b"png", job.recipe),))


async def test_the_last_requests_are_listed_the_newest_first():
    stage = Stage()
    jobs = [await stage.asked(number) for number in range(1, RECENT + 3)]
    found = await stage.history.recent(HERE, ADA)
    assert [job.id for job in found] == [job.id for job in reversed(jobs)][:RECENT]


async def test_who_asked_for_nothing_here_is_told_so():
    stage = Stage()
    await stage.drawn(guild_id=THERE)
    with pytest.raises(NoSuchPicture):
        await stage.history.recent(HERE, ADA)


@pytest.mark.parametrize(("user_id", "guild_id"), [(BEA, HERE), (ADA, THERE)])
async def test_somebody_elses_and_another_servers_requests_are_not_there(user_id, guild_id):
    stage = Stage()
    job = await stage.drawn()
    with pytest.raises(NoSuchPicture):
        await stage.again(job.id, user_id, guild_id)


async def test_what_is_not_drawn_yet_or_never_was_there_is_said_to_be_so():
    stage = Stage()
    waiting = await stage.asked()
    with pytest.raises(NotDrawnYet):
        await stage.again(waiting.id)
    with pytest.raises(NoSuchPicture):
        await stage.again(404)


async def test_what_ended_without_pictures_is_shown_without_to_its_author_alone():
    stage = Stage()
    failed, cancelled = await stage.asked(1), await stage.asked(2)
    await stage.queue.claim(now=101.0)
    await stage.queue.failed(failed.id, failure="OutOfMemory", detail="", now=102.0)
    await stage.queue.cancel(cancelled.id, now=103.0)
    for job in (failed, cancelled):
        assert await stage.again(job.id) == (stage.queue.jobs[job.id], ())
        with pytest.raises(NoSuchPicture):
            await stage.again(job.id, BEA)


async def test_what_was_removed_is_said_to_be_no_longer_kept():
    stage = Stage()
    old, _ = await stage.drawn(1), await stage.drawn(2)
    del stage.queue.jobs[old.id]
    with pytest.raises(NoLongerKept):
        await stage.again(old.id)


async def test_pictures_that_cannot_be_read_are_an_error_of_the_disks():
    stage = Stage()
    job = await stage.drawn()
    stage.album.kept.clear()
    with pytest.raises(StorageError):
        await stage.again(job.id)
