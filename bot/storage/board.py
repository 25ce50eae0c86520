"""What the queue's readers, the Cancel button and whoever looks for earlier images need."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.sql import and_

from bot.model.errors import StaleMove
from bot.model.estimate import Ahead, Queued
from bot.model.hold import EVERYWHERE
from bot.model.job import Job, State
from bot.storage.database import Database, to_its_end
from bot.storage.moves import move, put_back, refund
from bot.storage.records import job_of
from bot.storage.tables import BEGUN, WAS_DRAWN, in_state, is_paused, jobs, not_before
from bot.storage.unreadable import readable

IN_ORDER = (jobs.c.held, jobs.c.start_tag, jobs.c.id)
"""The waiting jobs in the order of their places, those of paused servers behind."""


class JobBoard:
    """Board, Places, Timings, Archive and Requests; only `cancel` and `share` write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, job_id: int) -> Job | None:
        """The job, or None if there is none of that id."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(jobs).where(jobs.c.id == job_id))
            row = rows.one_or_none()
        return None if row is None else job_of(row)

    async def drawn_by(self, guild_id: int, user_id: int, *, limit: int) -> Sequence[Job]:
        """A member's jobs in a server whose pictures are there, the newest first."""
        statement = (
            select(jobs)
            .where(jobs.c.guild_id == guild_id, jobs.c.user_id == user_id)
            .where(jobs.c.state.in_((State.RENDERED, State.DELIVERED)), ~jobs.c.pruned)
            .order_by(jobs.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return readable(await connection.execute(statement))

    async def asked_by(self, guild_id: int, user_id: int, *, limit: int) -> Sequence[Job]:
        """A member's jobs in a server, whatever became of them, the newest first."""
        statement = (
            select(jobs)
            .where(jobs.c.guild_id == guild_id, jobs.c.user_id == user_id)
            .order_by(jobs.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return readable(await connection.execute(statement))

    async def was_dropped(self, job_id: int) -> bool:
        """Whether there was a job of that id that is kept no longer."""
        row = exists().where(jobs.c.id == job_id)
        statement = select(and_(~row, func.max(jobs.c.id) > job_id))
        async with self._database.reading() as connection:
            return job_id > 0 and bool(await connection.scalar(statement))

    @to_its_end
    async def share(self, job_id: int, *, shared: bool = True) -> Job:
        """Mark a job whose pictures others are shown, or no longer; raises StaleMove without any.

        What is shared is kept however old it is.
        """
        statement = (
            update(jobs)
            .where(jobs.c.id == job_id, ~jobs.c.pruned)
            .where(jobs.c.state.in_((State.RENDERED, State.DELIVERED)))
            .values(shared=shared)
            .returning(jobs)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise StaleMove(job_id=job_id, target="shared")
        return job_of(row)

    async def ahead(self, job_id: int) -> Ahead | None:
        """The queued jobs up to this one by their tags, and their cost; None once it is not queued.

        A job before it whose member has another one running may be passed over for now.
        """
        mine, other = jobs.alias("mine"), jobs.alias("other")
        before = and_(
            in_state(State.QUEUED, other),
            ~other.c.held,
            or_(
                other.c.start_tag < mine.c.start_tag,
                and_(other.c.start_tag == mine.c.start_tag, other.c.id <= mine.c.id),
            ),
        )
        statement = (
            select(other.c.model, func.count(other.c.id), func.sum(other.c.cost))
            .select_from(mine.join(other, before))
            .where(mine.c.id == job_id, in_state(State.QUEUED, mine))
            .group_by(other.c.model)
        )
        paused = select(or_(jobs.c.held, is_paused(EVERYWHERE))).where(
            jobs.c.id == job_id, in_state(State.QUEUED)
        )
        async with self._database.reading() as connection:
            if await connection.scalar(paused):
                return Ahead(None, {})
            found = (await connection.execute(statement)).all()
        if not found:
            return None
        return Ahead(
            place=sum(count for _, count, _ in found),
            costs={model: float(cost) for model, _, cost in found},
        )

    @to_its_end
    async def cancel(
        self, job_id: int, *, by: int | None = None, now: float, unspent: bool = False
    ) -> Job:
        """Move a queued or running job to cancelled; raises StaleMove if it has an outcome.

        A job that was still waiting is refunded; of one that was being drawn nobody knows how
        much is spent, and it stays charged. One that is `unspent` goes by way of the queue.
        """
        async with self._database.writing() as connection:
            if unspent:
                with suppress(StaleMove):
                    await put_back(connection, job_id)
            changes = {"finished_at": not_before(BEGUN, now), "cancelled_by": by}
            job = await move(connection, job_id, State.CANCELLED, **changes)
            if job.claimed_at is None:
                await refund(connection, job)
            return job

    async def waiting(self) -> Sequence[Job]:
        """The queued jobs in the order of their places, those of paused servers behind."""
        statement = select(jobs).where(in_state(State.QUEUED)).order_by(*IN_ORDER)
        async with self._database.reading() as connection:
            return [job_of(row) for row in await connection.execute(statement)]

    async def places(self) -> Sequence[Queued]:
        """The queued jobs in the order of their places."""
        paused = or_(jobs.c.held, is_paused(EVERYWHERE))
        statement = (
            select(
                jobs.c.id.label("job_id"),
                *(jobs.c.model, jobs.c.cost, jobs.c.guild_id, jobs.c.user_id),
                paused.label("paused"),
            )
            .where(in_state(State.QUEUED))
            .order_by(*IN_ORDER)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return [Queued(**{**row._mapping, "paused": bool(row.paused)}) for row in rows]

    async def seconds_by_cost(self, model: str, *, limit: int) -> Sequence[float]:
        """Seconds for a unit of cost, of a model's last drawn jobs, the newest first."""
        statement = (
            select(jobs.c.draw_seconds / jobs.c.cost)
            .where(WAS_DRAWN, jobs.c.model == model)
            .order_by(jobs.c.finished_at.desc(), jobs.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [float(one) for one in await connection.scalars(statement)]
