"""What every archive must do, whatever it is made of."""

from bot.model.job import Job
from tests.contracts.conftest import Ports
from tests.fakes import new_job

ADA, BEA = 11, 22
HERE, THERE = 3, 4


async def drawn(ports: Ports, number: int, user_id: int, *, guild_id: int = HERE) -> Job:
    new = new_job(number, user_id, guild_id=guild_id)
    job = await ports.waiting.enqueue(new, per_member=10, per_server=10, now=100.0)
    claimed = await ports.work.claim(now=101.0)
    assert claimed is not None
    await ports.work.rendered(claimed.id, draw_seconds=1.0, now=102.0)
    return job


async def ids(ports: Ports, user_id: int = ADA, limit: int = 10) -> list[int]:
    return [job.id for job in await ports.archive.drawn_by(HERE, user_id, limit=limit)]


async def test_a_members_last_images_come_first_and_no_more_than_asked_for(ports: Ports) -> None:
    jobs = [await drawn(ports, number, ADA) for number in range(1, 5)]
    assert await ids(ports) == [job.id for job in reversed(jobs)]
    assert await ids(ports, limit=2) == [jobs[3].id, jobs[2].id]


async def test_only_ones_own_of_that_server_count(ports: Ports) -> None:
    own = await drawn(ports, 1, ADA)
    other = await drawn(ports, 2, BEA)
    await drawn(ports, 3, ADA, guild_id=THERE)
    assert (await ids(ports), await ids(ports, BEA)) == ([own.id], [other.id])


async def test_what_has_been_delivered_stays_and_what_has_no_pictures_does_not_count(
    ports: Ports,
) -> None:
    told = await drawn(ports, 1, ADA)
    await ports.outbox.answered(told.id, message_id=5, now=103.0)
    for number in (2, 3):
        new = new_job(number, ADA)
        await ports.waiting.enqueue(new, per_member=10, per_server=10, now=100.0)
    cancelled = (await ports.board.waiting())[0]
    await ports.board.cancel(cancelled.id, now=104.0)
    assert await ids(ports) == [told.id]
    assert await ports.archive.get(told.id) is not None


async def test_all_that_a_member_asked_for_in_a_server_is_told_whatever_became_of_it(
    ports: Ports,
) -> None:
    told = await drawn(ports, 1, ADA)
    await drawn(ports, 2, BEA)
    await drawn(ports, 3, ADA, guild_id=THERE)
    waiting, cancelled = [
        await ports.waiting.enqueue(new_job(number, ADA), per_member=10, per_server=10, now=100.0)
        for number in (4, 5)
    ]
    await ports.board.cancel(cancelled.id, now=104.0)
    asked = await ports.requests.asked_by(HERE, ADA, limit=10)
    assert [job.id for job in asked] == [cancelled.id, waiting.id, told.id]
    assert len(await ports.requests.asked_by(HERE, ADA, limit=2)) == 2
    assert await ports.requests.asked_by(THERE, BEA, limit=10) == []
