"""Trouble that comes in the middle of serving, and goes: nothing is lost and nothing is doubled."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.flow.house import answer_to, serving

LONG = 60
"""Steps that keep the one executor thread busy meanwhile."""


def pictures_posted(sandbox):
    """The jobs whose pictures the bot has posted, once for each message that shows them."""
    posted = [one for one in sandbox.messages.all() if one.author == sandbox.world.bot]
    names = [{file.filename.split("-")[1] for file in one.files} for one in posted]
    return sorted(int(job) for found in names for job in found)


@contextmanager
def log_line(words: str) -> Iterator[asyncio.Event]:
    """An event that is set when the log has a line with these words."""
    heard, loop = asyncio.Event(), asyncio.get_running_loop()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if words in record.getMessage():
                loop.call_soon_threadsafe(heard.set)

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        yield heard
    finally:
        logging.getLogger().removeHandler(ear)


@pytest.mark.happens("the computer's clock is set back")
async def test_a_clock_that_jumps_back_an_hour_while_images_wait_leaves_one_answer_each(
    sandbox, tmp_path
):
    async with serving(sandbox, tmp_path) as house:
        first = await house.imagine(steps=LONG)
        waiting = await house.imagine(steps=2)
        await first.until(lambda message: "Drawing" in message.text, 120)
        sandbox.clock.advance(-3600)
        later = await house.imagine(steps=2)
        for reply in (first, waiting, later):
            assert len((await answer_to(reply)).files) == 1
    assert pictures_posted(sandbox) == [1, 2, 3]


@pytest.mark.happens("another program holds the database")
async def test_a_database_that_another_program_locks_for_a_while_loses_and_doubles_nothing(
    sandbox, tmp_path
):
    async with serving(sandbox, tmp_path) as house:
        begun = await house.imagine(steps=LONG)
        waiting = await house.imagine(steps=2)
        await begun.until(lambda message: "Drawing" in message.text, 120)
        with (
            log_line("the database cannot be written") as troubled,
            closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
            taken = await house.imagine(steps=2)
            # The bot waits ten seconds for its turn.
            await asyncio.wait_for(troubled.wait(), 60)
            other.execute("ROLLBACK")
        for reply in (begun, waiting, taken, await house.imagine(steps=2)):
            assert len((await answer_to(reply)).files) == 1
    assert pictures_posted(sandbox) == [1, 2, 3, 4]
