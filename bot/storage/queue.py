"""The durable fair queue: what admission and the dispatcher need of it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Row,
    ScalarSelect,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.errors import Draining, QueueFull
from bot.model.fairness import tags_for
from bot.model.hold import EVERYWHERE, HoldKind
from bot.model.job import Job, NewJob, State
from bot.storage.database import Database, to_its_end
from bot.storage.moves import move, put_back, refund, settle_account, take_out
from bot.storage.records import job_of, row_of
from bot.storage.tables import (
    BEGUN,
    holds,
    in_state,
    interactions,
    is_paused,
    jobs,
    members,
    not_before,
    virtual_clock,
)


class FairQueue:
    """Waiting and WorkQueue over the database: start-time fair queueing between members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def enqueue(self, job: NewJob, *, per_member: int, per_server: int, now: float) -> Job:
        """Commit a job at its fair place; the same interaction again gives the job it has.

        Raises QueueFull if the member (of that server) or the server has as many waiting already,
        Draining if the owner lets the server's queue or the bot's run dry.
        """
        async with self._database.writing() as connection:
            if (known := await _known(connection, job.origin.interaction_id)) is not None:
                return known
            await _begin_anew_if_idle(connection)
            room = (await connection.execute(_room(job))).one()
            if room.bot_hold == HoldKind.DRAINING:
                raise Draining(scope="bot")
            if room.server_hold == HoldKind.DRAINING:
                raise Draining(scope="server")
            if room.of_member >= per_member:
                raise QueueFull(scope="member", limit=per_member)
            if room.of_server >= per_server:
                raise QueueFull(scope="server", limit=per_server)
            return await _append(connection, job, room, now)

    @to_its_end
    async def claim(self, *, now: float, busy_members_too: bool = False) -> Job | None:
        """Move the fairest queued job to running; None if there is none.

        Members who have a job running wait, or come after all others with `busy_members_too`.
        """
        async with self._database.writing() as connection:
            job = await _claim(connection, fairest(idle_members=True), now)
            if job is None and busy_members_too:
                job = await _claim(connection, fairest(idle_members=False), now)
            return job

    @to_its_end
    async def rendered(
        self, job_id: int, *, draw_seconds: float, now: float, stored_bytes: int = 0
    ) -> Job:
        """Move a running job, whose pictures take so many bytes, to rendered; raises StaleMove."""
        changes = {
            "draw_seconds": draw_seconds,
            "stored_bytes": stored_bytes,
            "finished_at": not_before(BEGUN, now),
        }
        async with self._database.writing() as connection:
            return await move(connection, job_id, State.RENDERED, **changes)

    @to_its_end
    async def failed(self, job_id: int, *, failure: str, detail: str, now: float) -> Job:
        """Move a queued or running job to failed and refund its cost; raises StaleMove."""
        changes = {
            "failure": failure,
            "failure_detail": detail,
            "finished_at": not_before(BEGUN, now),
        }
        async with self._database.writing() as connection:
            job = await move(connection, job_id, State.FAILED, **changes)
            await refund(connection, job)
            return job

    @to_its_end
    async def requeue(self, job_id: int) -> Job:
        """Move a running job back to queued at its old place, charging nobody; raises StaleMove."""
        async with self._database.writing() as connection:
            return await put_back(connection, job_id)

    @to_its_end
    async def recover(self, *, suspects: Collection[int] | None = None) -> Sequence[Job]:
        """Move what a dead process left running back to queued; those jobs, in order.

        The jobs that may have killed it, all of them unless `suspects` names some, are charged an
        attempt.
        """
        charged = 1 if suspects is None else case((jobs.c.id.in_(suspects), 1), else_=0)
        statement = (
            update(jobs)
            .where(in_state(State.RUNNING))
            .values(state=State.QUEUED, claimed_at=None, held=is_paused(jobs.c.guild_id))
            .values(attempts=jobs.c.attempts + charged)
            .returning(jobs.c.id, jobs.c.held)
        )
        async with self._database.writing() as connection:
            found = (await connection.execute(statement)).all()
            await take_out(connection, [row.id for row in found if row.held])
            again = select(jobs).where(jobs.c.id.in_([row.id for row in found]))
            again = again.order_by(jobs.c.start_tag, jobs.c.id)
            return [job_of(row) for row in await connection.execute(again)]


def fairest(*, idle_members: bool) -> Select[Any]:
    """The id of the queued job whose turn it is; `idle_members`: of those with nothing running.

    The jobs of paused servers are out of the way on the index, however many wait there.
    """
    waits = in_state(State.QUEUED), ~jobs.c.held, ~is_paused(EVERYWHERE)
    statement = select(jobs.c.id).where(*waits)
    if idle_members:
        running = jobs.alias("running")
        busy = exists().where(in_state(State.RUNNING, running), running.c.user_id == jobs.c.user_id)
        statement = statement.where(~busy)
    return statement.order_by(jobs.c.start_tag, jobs.c.id).limit(1)


async def _known(connection: AsyncConnection, interaction_id: int) -> Job | None:
    statement = select(jobs).where(jobs.c.interaction_id == interaction_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else job_of(row)


async def _begin_anew_if_idle(connection: AsyncConnection) -> None:
    """Forget who was served how much once nobody waits: a rush that is over favours nobody.

    What waits in a paused queue is in no account, and gets a place when the pause ends.
    """
    live = select(
        or_(
            exists().where(in_state(State.QUEUED), ~jobs.c.held),
            exists().where(in_state(State.RUNNING)),
        )
    )
    if not await connection.scalar(live):
        await connection.execute(delete(members))
        await connection.execute(update(virtual_clock).values(virtual_time=0.0))


def _room(job: NewJob) -> Select[Any]:
    """What decides a job's admission and place, in one look."""
    waiting = and_(in_state(State.QUEUED), jobs.c.guild_id == job.origin.guild_id)
    of_server = select(func.count()).where(waiting)
    # Were the member a condition too, SQLite would look through all that they ever asked for.
    theirs = func.count().filter(jobs.c.user_id == job.origin.user_id)
    of_member = select(theirs).where(waiting)
    account = select(members.c.last_finish).where(members.c.user_id == job.origin.user_id)
    return select(
        of_member.scalar_subquery().label("of_member"),
        of_server.scalar_subquery().label("of_server"),
        account.scalar_subquery().label("last_finish"),
        virtual_clock.c.virtual_time,
        _hold_on(job.origin.guild_id).label("server_hold"),
        _hold_on(EVERYWHERE).label("bot_hold"),
    )


def _hold_on(scope: int) -> ScalarSelect[str]:
    return select(holds.c.kind).where(holds.c.scope == scope).scalar_subquery()


async def _append(connection: AsyncConnection, job: NewJob, room: Row[Any], now: float) -> Job:
    """Write the job, its member's account and the interaction's link.

    What comes into a paused queue is behind what its member has there, and in no account.
    """
    held, account = room.server_hold == HoldKind.PAUSED, room.last_finish or 0.0
    tags = tags_for(
        virtual_time=room.virtual_time,
        last_finish=max(account, await _end_of_held(connection, job)) if held else account,
        cost=job.cost,
        weight=job.weight,
    )
    values = row_of(job, tags=tags, entered=room.virtual_time, now=now)
    values["held"] = held
    row = (await connection.execute(insert(jobs).values(values).returning(jobs))).one()
    if not held:
        await settle_account(connection, job.origin.user_id, tags.finish)
    await connection.execute(
        update(interactions)
        .where(interactions.c.id == job.origin.interaction_id)
        .values(job_id=row.id)
    )
    return job_of(row)


async def _end_of_held(connection: AsyncConnection, job: NewJob) -> float:
    """Where the last job ends that a member has in the paused queue of a server."""
    theirs = func.max(jobs.c.finish_tag).filter(jobs.c.user_id == job.origin.user_id)
    held = in_state(State.QUEUED), jobs.c.guild_id == job.origin.guild_id, jobs.c.held
    return await connection.scalar(select(theirs).where(*held)) or 0.0


async def _claim(connection: AsyncConnection, choice: Select[Any], now: float) -> Job | None:
    statement = (
        update(jobs)
        .where(jobs.c.id == choice.scalar_subquery())
        .values(state=State.RUNNING, claimed_at=not_before(jobs.c.created_at, now))
        .returning(jobs)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    # A job that waited for its member's other one comes late: the clock never goes back.
    await connection.execute(
        update(virtual_clock)
        .where(virtual_clock.c.virtual_time < row.start_tag)
        .values(virtual_time=row.start_tag)
    )
    return job_of(row)
