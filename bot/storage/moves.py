"""The moves of a job: a compare-and-set on its state, and the refund of an unspent cost."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.errors import StaleMove
from bot.model.fairness import Tags
from bot.model.job import Job, State, sources_of
from bot.model.refund import Place, pulled_forward
from bot.storage.records import job_of
from bot.storage.tables import in_state, jobs, members


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


async def refund(connection: AsyncConnection, job: Job) -> None:
    """Give a job's cost back: its member's later jobs move up as if it had never been asked for."""
    later = (
        await connection.execute(
            select(jobs.c.id, jobs.c.start_tag, jobs.c.finish_tag, jobs.c.entered)
            .where(in_state(State.QUEUED), jobs.c.user_id == job.origin.user_id)
            .where(jobs.c.id > job.id)
            .order_by(jobs.c.id)
        )
    ).all()
    places = [Place(Tags(row.start_tag, row.finish_tag), row.entered) for row in later]
    moved, freed = pulled_forward(job.tags.finish - job.tags.start, places)
    for row, tags in zip(later, moved, strict=True):
        await connection.execute(
            update(jobs)
            .where(jobs.c.id == row.id)
            .values(start_tag=tags.start, finish_tag=tags.finish)
        )
    await connection.execute(
        update(members)
        .where(members.c.user_id == job.origin.user_id)
        .values(last_finish=members.c.last_finish - freed)
    )
