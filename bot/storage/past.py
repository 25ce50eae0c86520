"""A long past at once: what years of jobs leave behind, for measuring what they cost."""

from sqlalchemy import BigInteger, Select, cast, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import jobs

AT_ONCE = 50_000
"""Rows in one transaction: the log in front of the database stays small."""


async def write_past(
    database: Database, job_id: int, *, count: int, members: int, at_once: int = AT_ONCE
) -> None:
    """Write `count` more jobs like one that has its answer, as if many members had asked for them.

    Their interactions have numbers below nought, which Discord gives to none.
    """
    for first in range(0, count, at_once):
        async with database.writing() as connection:
            last = min(first + at_once, count)
            await _write(connection, job_id, first=first + 1, last=last, members=members)


async def _write(
    connection: AsyncConnection, job_id: int, *, first: int, last: int, members: int
) -> None:
    columns = [column for column in jobs.c if column is not jobs.c.id]
    await connection.execute(
        insert(jobs).from_select(columns, _copies(job_id, first=first, last=last, members=members))
    )


def _copies(job_id: int, *, first: int, last: int, members: int) -> Select[tuple[object, ...]]:
    numbers = select(cast(literal(first), BigInteger).label("number")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last))
    other = {
        "interaction_id": -numbers.c.number,
        "user_id": jobs.c.user_id + numbers.c.number % members,
    }
    values = [other.get(column.name, column) for column in jobs.c if column is not jobs.c.id]
    return select(*values).select_from(jobs.join(numbers, literal(True))).where(jobs.c.id == job_id)
