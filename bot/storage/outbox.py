"""What delivery needs of the queue: the outcomes that still have to be told."""

from collections.abc import Sequence

from sqlalchemy import case, select, update

from bot.model.errors import StaleMove
from bot.model.job import Job, State
from bot.storage.database import Database
from bot.storage.records import job_of
from bot.storage.tables import UNTOLD, jobs, not_before


class JobOutbox:
    """Outbox over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def untold(self, *, limit: int) -> Sequence[Job]:
        """Jobs whose outcome has not been told, oldest outcome first."""
        statement = select(jobs).where(UNTOLD).order_by(jobs.c.finished_at, jobs.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [job_of(row) for row in await connection.execute(statement)]

    async def answered(self, job_id: int, *, message_id: int | None, now: float) -> Job:
        """Note that the outcome was told; a rendered job becomes delivered; raises StaleMove."""
        state = case((jobs.c.state == State.RENDERED, State.DELIVERED.value), else_=jobs.c.state)
        told_at = not_before(jobs.c.finished_at, now)
        statement = (
            update(jobs)
            .where(jobs.c.id == job_id, UNTOLD)
            .values(state=state, answered_at=told_at, message_id=message_id)
            .returning(jobs)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise StaleMove(job_id=job_id, target="answered")
        return job_of(row)
