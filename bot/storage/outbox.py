"""What delivery needs of the queue: what still has to be told, and what was tried for it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import and_, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.errors import StaleMove
from bot.model.job import Job, State
from bot.model.ways import Hop
from bot.storage.database import Database, to_its_end
from bot.storage.records import hop_of, job_of
from bot.storage.tables import UNTOLD, hops, jobs, not_before


class JobOutbox:
    """Outbox over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def untold(self, *, limit: int) -> Sequence[Job]:
        """Jobs whose outcome has not been told, oldest outcome first."""
        statement = select(jobs).where(UNTOLD).order_by(jobs.c.finished_at, jobs.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [job_of(row) for row in await connection.execute(statement)]

    async def hops(self, job_id: int) -> Sequence[Hop]:
        """The ways that were tried for a job."""
        statement = select(hops).where(hops.c.job_id == job_id)
        async with self._database.reading() as connection:
            return [hop_of(row) for row in await connection.execute(statement)]

    @to_its_end
    async def note(self, hop: Hop) -> None:
        """Commit how a way stands, in place of what was noted of it before."""
        async with self._database.writing() as connection:
            await _put(connection, hop)

    @to_its_end
    async def answered(
        self, job_id: int, *, message_id: int | None, now: float, hop: Hop | None = None
    ) -> Job:
        """Note that the outcome was told by a hop, or is kept; a rendered job becomes delivered.

        Raises StaleMove.
        """
        state = case((jobs.c.state == State.RENDERED, State.DELIVERED.value), else_=jobs.c.state)
        told_at = not_before(jobs.c.finished_at, now)
        statement = (
            update(jobs)
            .where(jobs.c.id == job_id, UNTOLD)
            .values(state=state, answered_at=told_at, message_id=message_id)
            .values(answered_by=None if hop is None else hop.way.value)
            .returning(jobs)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise StaleMove(job_id=job_id, target="answered")
            if hop is not None:
                await _put(connection, hop)
        return job_of(row)


async def _put(connection: AsyncConnection, hop: Hop) -> None:
    """One row for a way of a job, whether it is its first try or not."""
    same = and_(hops.c.job_id == hop.job_id, hops.c.way == hop.way.value)
    values = asdict(hop)
    if (await connection.execute(update(hops).where(same).values(values))).rowcount == 0:
        await connection.execute(insert(hops).values(values))
