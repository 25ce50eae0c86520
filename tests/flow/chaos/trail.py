"""The trail: every move of every job, written by SQLite itself in the transaction that makes it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.model.recipe import plain
from bot.storage.database import open_database
from bot.storage.records import job_of
from bot.storage.tables import jobs
from tests.flow.chaos.history import Move, Row

_NOW = "(julianday('now') - 2440587.5) * 86400.0"
_TRAIL = f"""
CREATE TABLE trail (id INTEGER PRIMARY KEY, at REAL, job INTEGER, user INTEGER, was TEXT,
                    became TEXT, attempts INTEGER, cost REAL, weight REAL);
CREATE TRIGGER trail_born AFTER INSERT ON jobs BEGIN
  INSERT INTO trail (at, job, user, was, became, attempts, cost, weight)
  VALUES ({_NOW}, new.id, new.user_id, '', new.state, new.attempts, new.cost, new.weight);
END;
CREATE TRIGGER trail_moved AFTER UPDATE OF state, attempts ON jobs BEGIN
  INSERT INTO trail (at, job, user, was, became, attempts, cost, weight)
  VALUES ({_NOW}, new.id, new.user_id, old.state, new.state, new.attempts, new.cost, new.weight);
END;
"""  # noqa: S608 - nothing of it comes from outside


async def lay_trail(database: Path) -> None:
    """Build the database as the bot would, and have it note every move from now on."""
    async with open_database(database):
        pass
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(_TRAIL)


def moves_in(database: Path) -> tuple[Move, ...]:
    """The trail."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT at, job, user, was, became, attempts, cost, weight FROM trail ORDER BY id"
        )
        return tuple(Move(*row) for row in rows)


async def rows_in(database: Path) -> tuple[Row, ...]:
    """The accepted requests as they stand."""
    async with open_database(database) as opened, opened.reading() as connection:
        found = [job_of(row) for row in await connection.execute(jobs.select().order_by(jobs.c.id))]
    return tuple(
        Row(
            id=job.id,
            interaction_id=job.origin.interaction_id,
            user_id=job.origin.user_id,
            channel_id=job.origin.channel_id,
            private=job.request.private,
            count=job.request.count,
            recipes=tuple(plain(recipe) for recipe in job.recipes),
            state=job.state.value,
            attempts=job.attempts,
            failure=job.failure,
            nonce=job.nonce,
            token_born=job.origin.token_born,
            answered_at=job.answered_at,
        )
        for job in found
    )
