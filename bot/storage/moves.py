"""The moves of a job, each a compare-and-set on its state, and what they do to the accounts."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.errors import StaleMove
from bot.model.fairness import Tags
from bot.model.job import Job, State, sources_of
from bot.model.refund import Place, pulled_forward
from bot.storage.records import job_of
from bot.storage.tables import in_state, is_paused, jobs, members

PLACE = (
    *(jobs.c.id, jobs.c.user_id, jobs.c.start_tag, jobs.c.finish_tag, jobs.c.entered),
    *(jobs.c.cost, jobs.c.weight),
)
"""The columns that `place_of` reads."""


async def move(connection: AsyncConnection, job_id: int, target: State, **changes: Any) -> Job:
    """Move a job to `target` if its state allows it; raises StaleMove."""
    statement = (
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(sources_of(target)))
        .values(state=target, **changes)
        .returning(jobs)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise StaleMove(job_id=job_id, target=target)
    return job_of(row)


async def put_back(connection: AsyncConnection, job_id: int) -> Job:
    """Move a running job back to its place, or out of sight where that is paused now."""
    held = is_paused(jobs.c.guild_id)
    job = await move(connection, job_id, State.QUEUED, claimed_at=None, held=held)
    if job.held:
        await take_out(connection, [job_id])
    return job


async def refund(connection: AsyncConnection, job: Job) -> None:
    """Give a job's cost back; one that was held is in no account."""
    if not job.held:
        await take_out(connection, [job.id])


async def take_out(connection: AsyncConnection, job_ids: Collection[int]) -> None:
    """Take jobs out of their members' accounts, as if they had never been asked for.

    The last goes first, so that whatever moves up stays behind those that are still to go.
    """
    found = await connection.execute(select(*PLACE).where(jobs.c.id.in_(job_ids)))
    for row in sorted(found, key=_order, reverse=True):
        await _take_out(connection, row)


async def _take_out(connection: AsyncConnection, gone: Any) -> None:
    """The member's later jobs move up; `gone` is a row of `PLACE`."""
    waiting = in_state(State.QUEUED), jobs.c.user_id == gone.user_id, ~jobs.c.held
    rows = await connection.execute(select(*PLACE).where(*waiting))
    later = sorted([row for row in rows if _order(row) > _order(gone)], key=_order)
    moved, freed = pulled_forward(place_of(gone).taken, [place_of(row) for row in later])
    for row, tags in zip(later, moved, strict=True):
        await connection.execute(
            update(jobs)
            .where(jobs.c.id == row.id)
            .values(start_tag=tags.start, finish_tag=tags.finish)
        )
    await connection.execute(
        update(members)
        .where(members.c.user_id == gone.user_id)
        .values(last_finish=members.c.last_finish - freed)
    )


async def settle_account(connection: AsyncConnection, user_id: int, last_finish: float) -> None:
    """Note where a member's last job ends that is not held."""
    theirs = update(members).where(members.c.user_id == user_id).values(last_finish=last_finish)
    if not (await connection.execute(theirs)).rowcount:
        await connection.execute(insert(members).values(user_id=user_id, last_finish=last_finish))


def place_of(row: Any) -> Place:
    """The place in a row of `PLACE`."""
    tags = Tags(row.start_tag, row.finish_tag)
    return Place(tags, entered=row.entered, length=row.cost / row.weight)


def _order(row: Any) -> tuple[float, int]:
    return row.entered, row.id
