"""The tables and indexes as the statements see them; migrations/ builds them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    text,
)
from sqlalchemy.sql import FromClause

from bot.model.hold import HoldKind
from bot.model.job import State

metadata = MetaData()

Snowflake = BigInteger
"""Discord's ids: 64 bits."""

JobId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself in a column of the very type INTEGER only."""


class Real(TypeDecorator[float]):
    """A float that comes back as one: SQLite's RETURNING makes integers of whole numbers."""

    impl = Double
    cache_ok = True

    def process_result_value(self, value: float | None, dialect: Dialect) -> float | None:
        """The stored number, or None."""
        return None if value is None else float(value)


jobs = Table(
    "jobs",
    metadata,
    Column("id", JobId, primary_key=True),
    Column("guild_id", Snowflake, nullable=False),
    Column("channel_id", Snowflake, nullable=False),
    Column("user_id", Snowflake, nullable=False),
    Column("interaction_id", Snowflake, nullable=False, unique=True),
    Column("application_id", Snowflake, nullable=False),
    Column("token", Text, nullable=False),
    Column("token_born", Real, nullable=False),
    Column("filesize_limit", BigInteger, nullable=False),
    Column("request", Text, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("model", Text, nullable=False, server_default=""),
    Column("cost", Real, nullable=False),
    Column("weight", Real, nullable=False),
    Column("entered", Real, nullable=False),
    Column("start_tag", Real, nullable=False),
    Column("finish_tag", Real, nullable=False),
    Column("state", Text, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("created_at", Real, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", Real),
    Column("finished_at", Real),
    Column("answered_at", Real),
    Column("answered_by", Text),
    Column("message_id", Snowflake),
    Column("draw_seconds", Real),
    Column("cancelled_by", Snowflake),
    Column("failure", Text, nullable=False),
    Column("failure_detail", Text, nullable=False),
    Column("stored_bytes", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("pruned", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""Every accepted request; `request` and `recipe` are JSON, `entered` is the virtual time then.

`model` repeats the recipe's. `stored_bytes` is what its pictures take and `source` the picture to
begin with that is kept for it; both are empty once it is `pruned`. `held` says that it waits in the
paused queue of its server.
"""

interactions = Table(
    "interactions",
    metadata,
    Column("id", Snowflake, primary_key=True, autoincrement=False),
    Column("application_id", Snowflake, nullable=False),
    Column("token", Text, nullable=False),
    Column("born", Real, nullable=False),
    Column("user_id", Snowflake, nullable=False),
    Column("channel_id", Snowflake, nullable=False),
    Column("guild_id", Snowflake, nullable=False),
    Column("kind", Text, nullable=False),
    Column("job_id", JobId, ForeignKey("jobs.id")),
    Column("closed", Boolean, nullable=False),
)
"""Every acknowledged interaction; it is settled by a job or by an answer of its own."""

hops = Table(
    "hops",
    metadata,
    Column("job_id", JobId, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("way", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("begun_at", Real, nullable=False),
    Column("ended_at", Real),
    Column("outcome", Text),
    Column("status", Integer),
    Column("code", Integer),
)
"""Each way of answering that was tried for a job, as its last try went."""

members = Table(
    "members",
    metadata,
    Column("user_id", Snowflake, primary_key=True, autoincrement=False),
    Column("last_finish", Real, nullable=False),
)
"""The finish tag of each member's last job that is not held; emptied when all else is drawn."""

removals = Table(
    "removals",
    metadata,
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
)
"""Jobs whose pictures are to be removed: noted as their rows change, forgotten when they are."""

holds = Table(
    "holds",
    metadata,
    Column("scope", Snowflake, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("by_user", Snowflake, nullable=False),
    Column("since", Real, nullable=False),
)
"""What is paused or draining: the whole bot under scope 0, a server under its id."""

virtual_clock = Table(
    "virtual_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("virtual_time", Real, nullable=False),
)
"""One row: how far the service has come."""


def in_state(state: State, table: FromClause = jobs) -> ColumnElement[bool]:
    """The condition of the partial indexes, with the state written out so that they are used."""
    return table.c.state == literal(state.value, Text, literal_execute=True)


def has_token(table: FromClause) -> ColumnElement[bool]:
    """The condition of the indexes on tokens that have not been erased."""
    return table.c.token != literal("", Text, literal_execute=True)


def not_before(earlier: ColumnElement[float], now: float) -> ColumnElement[float]:
    """The time of a move: never before the one it follows, though the clock be set back."""
    return case((earlier > now, earlier), else_=literal(now, Real))


def is_paused(scope: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Whether what is claimed within that scope is held back."""
    return exists().where(holds.c.scope == scope, holds.c.kind == HoldKind.PAUSED)


BEGUN = func.coalesce(jobs.c.claimed_at, jobs.c.created_at)
"""When a job's present stretch began: its drawing, or its waiting."""

UNTOLD = and_(jobs.c.finished_at.is_not(None), jobs.c.answered_at.is_(None))
"""The outcome is there and has not been told."""

WAS_DRAWN = jobs.c.draw_seconds.is_not(None)
"""The thread has drawn it to its end."""

OLD = and_(jobs.c.answered_at.is_not(None), ~jobs.c.shared)
"""It has its answer and nobody shares it: its age decides."""

STORED = jobs.c.stored_bytes > literal(0, Integer, literal_execute=True)
"""There are pictures of it."""

SOURCED = jobs.c.source != literal("", Text, literal_execute=True)
"""It keeps a picture that it began with."""

PRUNABLE = and_(OLD, or_(STORED, SOURCED))
"""It can make room."""

UNSETTLED = text("job_id IS NULL AND NOT closed")
"""The interaction has neither a job nor an answer."""


def _partial(name: str, *columns: Column[object], where: ColumnElement[bool]) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


Index("jobs_of_member", jobs.c.guild_id, jobs.c.user_id, jobs.c.id)
_partial("jobs_waiting", jobs.c.held, jobs.c.start_tag, jobs.c.id, where=in_state(State.QUEUED))
_partial("jobs_waiting_of_server", jobs.c.guild_id, jobs.c.user_id, where=in_state(State.QUEUED))
_partial("jobs_waiting_of_member", jobs.c.user_id, where=in_state(State.QUEUED))
_partial("jobs_in_flight", jobs.c.user_id, where=in_state(State.RUNNING))
_partial("jobs_untold", jobs.c.finished_at, jobs.c.id, where=UNTOLD)
_partial("jobs_drawn", jobs.c.model, jobs.c.finished_at, jobs.c.id, where=WAS_DRAWN)
_partial("jobs_with_token", jobs.c.token_born, where=has_token(jobs))
_partial("jobs_old", jobs.c.answered_at, jobs.c.id, where=OLD)
_partial("jobs_prunable", jobs.c.answered_at, jobs.c.id, where=PRUNABLE)
_partial("jobs_stored", jobs.c.stored_bytes, where=STORED)
_partial("jobs_with_source", jobs.c.source, where=SOURCED)
_partial("interactions_with_token", interactions.c.born, where=has_token(interactions))
Index("interactions_of_job", interactions.c.job_id)
Index("interactions_born", interactions.c.born, interactions.c.id)
Index(
    "interactions_unsettled",
    interactions.c.born,
    interactions.c.id,
    sqlite_where=UNSETTLED,
    postgresql_where=UNSETTLED,
)
