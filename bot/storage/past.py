"""A long past at once: what years of jobs leave behind, for measuring what they cost."""

from sqlalchemy import BigInteger, Select, cast, insert, literal, select

from bot.storage.database import Database, to_its_end
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
        last = min(first + at_once, count)
        await _write(database, _copies(job_id, first=first + 1, last=last, members=members))


@to_its_end
async def _write(database: Database, rows: Select[tuple[object, ...]]) -> None:
    columns = [column for column in jobs.c if column is not jobs.c.id]
    async with database.writing() as connection:
        await connection.execute(insert(jobs).from_select(columns, rows))


def _copies(job_id: int, *, first: int, last: int, members: int) -> Select[tuple[object, ...]]:
    numbers = select(cast(literal(first), BigInteger).label("number")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last))
    other = {
        "interaction_id": -numbers.c.number,
        "user_id": jobs.c.user_id + numbers.c.number % members,
    }
    values = [other.get(column.name, column) for column in jobs.c if column is not jobs.c.id]
    return select(*values).select_from(jobs.join(numbers, literal(True))).where(jobs.c.id == job_id)
