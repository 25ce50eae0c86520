"""Requests in the database that cannot be read, by a damage or a change from outside."""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.errors import Unreadable
from bot.model.job import Job, State
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest
from bot.storage.database import Database, to_its_end
from bot.storage.moves import refund
from bot.storage.records import job_of, request_in
from bot.storage.tables import BEGUN, UNTOLD, in_state, jobs, not_before

LONGEST_DETAIL = 200
NOTHING_ASKED = ImageRequest(prompt="", private=True)
"""Whether it was asked for in private cannot be read either."""

log = logging.getLogger(__name__)


@to_its_end
async def fail_unreadable(database: Database, *, now: float) -> None:
    """Fail and refund each job that is not told yet and cannot be read, before anything reads it.

    What cannot be read is replaced: one such row would else end the bot at each start. Raises
    StorageError.
    """
    live = or_(in_state(State.QUEUED), in_state(State.RUNNING), UNTOLD)
    async with database.writing() as connection:
        for row in (await connection.execute(select(jobs).where(live))).all():
            if isinstance(error := _read(row), Unreadable):
                log.error("a request cannot be read: %s", error, extra={"job": row.id})
                await _fail(connection, row, error, now)


def readable(rows: Iterable[Row[Any]]) -> list[Job]:
    """The jobs in those rows that can be read; the others are left out, and the log says why."""
    found = [(row, _read(row)) for row in rows]
    for row, read in found:
        if isinstance(read, Unreadable):
            log.warning("a request cannot be read: %s", read, extra={"job": row.id})
    return [read for _, read in found if isinstance(read, Job)]


def _read(row: Row[Any]) -> Job | Unreadable:
    """The job in a row, or why it is none."""
    try:
        return job_of(row)
    except Exception as error:  # anything may stand there
        return Unreadable(f"{type(error).__name__}: {error}"[:LONGEST_DETAIL])


async def _fail(connection: AsyncConnection, row: Row[Any], error: Unreadable, now: float) -> None:
    """A cancelled or failed job stays so; whatever else was still to be done for it is not."""
    changes: dict[str, Any] = {"request": _request_in(row), "recipe": _blank(row.model).to_json()}
    if row.state not in (State.CANCELLED, State.FAILED):
        changes |= {
            "state": State.FAILED,
            "failure": type(error).__name__,
            "failure_detail": str(error),
            "finished_at": not_before(BEGUN, now),
        }
    mended = update(jobs).where(jobs.c.id == row.id).values(changes).returning(jobs)
    job = job_of((await connection.execute(mended)).one())
    if row.state in (State.QUEUED, State.RUNNING):
        await refund(connection, job)


def _request_in(row: Row[Any]) -> str:
    """What was asked for, as far as it can be read; else nothing, and in private."""
    try:
        request_in(row.request)
    except Exception:
        return json.dumps(asdict(NOTHING_ASKED))
    return str(row.request)


def _blank(model: str) -> Recipe:
    """A recipe of a job that is drawn no more."""
    return Recipe(
        prompt="", negative_prompt="", seed=0, width=8, height=8, steps=1, guidance_scale=1.0,
        scheduler="EulerDiscreteScheduler", model=model,
    )  # fmt: skip
