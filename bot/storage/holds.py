"""What the owner's commands need of the queue: holding it back, and putting a job first."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.errors import Held, NotWaiting
from bot.model.hold import EVERYWHERE, Hold, HoldKind, put_first, taken_up
from bot.model.job import Job, State
from bot.model.refund import Place
from bot.storage.database import Database, to_its_end
from bot.storage.moves import PLACE, place_of, settle_account, take_out
from bot.storage.records import job_of
from bot.storage.tables import holds, in_state, jobs, members, virtual_clock


class QueueHolds:
    """Holds over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def hold(self, hold: Hold) -> None:
        """Hold a scope back; a hold that it is under already is replaced."""
        async with self._database.writing() as connection:
            await connection.execute(delete(holds).where(holds.c.scope == hold.scope))
            await connection.execute(
                insert(holds).values(
                    scope=hold.scope, kind=hold.kind, by_user=hold.by, since=hold.since
                )
            )
            if hold.kind is HoldKind.PAUSED:
                await _mark(connection, hold.scope)
            else:
                await _take_up(connection, hold.scope)

    @to_its_end
    async def lift(self, scope: int) -> bool:
        """End the hold on a scope; whether it was under one."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(holds).where(holds.c.scope == scope))
            await _take_up(connection, scope)
            return bool(gone.rowcount)

    async def holds(self) -> Sequence[Hold]:
        """Every hold there is, that on the whole bot first."""
        statement = select(holds).order_by(holds.c.scope)
        async with self._database.reading() as connection:
            return [
                Hold(row.scope, HoldKind(row.kind), row.by_user, row.since)
                for row in await connection.execute(statement)
            ]

    @to_its_end
    async def bump(self, job_id: int) -> Job:
        """Put a waiting job before all others; raises NotWaiting, Held if its server is paused."""
        async with self._database.writing() as connection:
            row = await _queued(connection, job_id)
            if row.held:
                raise Held(job_id)
            first, first_start = await _first(connection)
            if first == job_id:
                return job_of(row)
            return await _replace(connection, job_id, put_first(place_of(row), first_start))


async def _mark(connection: AsyncConnection, scope: int) -> None:
    """Take a server's waiting jobs out of the claim's sight and out of their members' accounts.

    The whole bot's stay where they are.
    """
    if scope == EVERYWHERE:
        return
    waiting = in_state(State.QUEUED), jobs.c.guild_id == scope, ~jobs.c.held
    marked = update(jobs).where(*waiting).values(held=True).returning(jobs.c.id)
    await take_out(connection, (await connection.scalars(marked)).all())


async def _take_up(connection: AsyncConnection, scope: int) -> None:
    """Let a server's waiting jobs be claimed again, from the virtual time of this moment on.

    Who asks after that comes after them, so the clock goes on by the least bit.
    """
    statement = (
        select(*PLACE)
        .where(in_state(State.QUEUED), jobs.c.guild_id == scope, jobs.c.held)
        .order_by(jobs.c.user_id, jobs.c.start_tag, jobs.c.id)
    )
    rows = (await connection.execute(statement)).all()
    virtual_time = await connection.scalar(select(virtual_clock.c.virtual_time)) or 0.0
    came = [virtual_time]
    for user_id, group in groupby(rows, attrgetter("user_id")):
        own = list(group)
        account = select(members.c.last_finish).where(members.c.user_id == user_id)
        last_finish = await connection.scalar(account) or 0.0
        places = taken_up(
            [place_of(row) for row in own], virtual_time=virtual_time, last_finish=last_finish
        )
        for row, place in zip(own, places, strict=True):
            await _replace(connection, row.id, place)
        await settle_account(connection, user_id, places[-1].tags.finish)
        came.append(places[-1].entered)
    await connection.execute(update(virtual_clock).values(virtual_time=max(came)))


async def _replace(connection: AsyncConnection, job_id: int, place: Place) -> Job:
    statement = (
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            held=False,
            start_tag=place.tags.start,
            finish_tag=place.tags.finish,
            entered=place.entered,
        )
        .returning(jobs)
    )
    return job_of((await connection.execute(statement)).one())


async def _queued(connection: AsyncConnection, job_id: int) -> Row[Any]:
    statement = select(jobs).where(jobs.c.id == job_id, in_state(State.QUEUED))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotWaiting(job_id)
    return row


async def _first(connection: AsyncConnection) -> tuple[int, float]:
    statement = (
        select(jobs.c.id, jobs.c.start_tag)
        .where(in_state(State.QUEUED), ~jobs.c.held)
        .order_by(jobs.c.start_tag, jobs.c.id)
        .limit(1)
    )
    job_id, start = (await connection.execute(statement)).one()
    return job_id, start
