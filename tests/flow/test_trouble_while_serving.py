"""Trouble that comes in the middle of serving, and goes: nothing is lost and nothing is doubled."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from bot.wiring import open_studio
from tests.flow.house import QUICK, House, answer_to, serving, settings_for

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


def took_lock(connection: sqlite3.Connection) -> bool:
    """Whether the connection has the write lock now."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """The database held by another program, as soon as the bot is not writing.

    It waits by turns of the loop: without them the bot would not come to the end of its write.
    """
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        async with asyncio.timeout(60):
            while not took_lock(other):
                await asyncio.sleep(0)
        yield


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
        with log_line("the database cannot be written") as troubled:
            async with locked(tmp_path / "bot.db"):
                taken = await house.imagine(steps=2)
                # The bot waits ten seconds for its turn.
                await asyncio.wait_for(troubled.wait(), 60)
        for reply in (begun, waiting, taken, await house.imagine(steps=2)):
            assert len((await answer_to(reply)).files) == 1
    assert pictures_posted(sandbox) == [1, 2, 3, 4]


async def until_tasks(name, *, run):
    """Come back once a task of that name runs, or none does any more."""

    async def look():
        while run != any(task.get_name() == name for task in asyncio.all_tasks()):
            await asyncio.sleep(0)

    await asyncio.wait_for(look(), 60)


@pytest.mark.happens("another program holds the database")
async def test_a_stop_while_another_program_locks_the_database_ends_in_order(sandbox, tmp_path):
    settings = settings_for(sandbox, tmp_path)
    async with open_studio(settings, clock=sandbox.clock.now, pace=QUICK) as studio:
        stop = asyncio.Event()
        running = asyncio.create_task(studio.run(stop))
        await sandbox.wait_for_bot()
        await answer_to(await House(sandbox, studio).imagine())
        async with locked(tmp_path / "bot.db"):
            studio.dispatcher.wake()
            await until_tasks("write-claim", run=True)
            stop.set()
            assert await asyncio.wait_for(running, 60)
        await until_tasks("write-claim", run=False)
