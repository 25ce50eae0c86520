"""The journal under a crowd: a commit is shared, and nobody is told before it is on the disk."""

import asyncio

import pytest

from bot.model.errors import StorageError
from bot.storage.database import open_database
from bot.storage.journal import Journal
from tests.fakes import interaction


async def test_a_crowd_shares_its_commits(tmp_path):
    async with open_database(tmp_path / "bot.db") as database:
        counted = Counted(database)
        journal = Journal(counted)
        await asyncio.gather(*(journal.open(interaction(number)) for number in range(1, 101)))
        assert len(await Journal(database).unanswered()) == 100
    assert counted.transactions <= 3


async def test_who_gave_up_waiting_does_not_take_the_others_along(tmp_path):
    async with open_database(tmp_path / "bot.db") as database:
        journal = Journal(database)
        opens = [asyncio.create_task(journal.open(interaction(number))) for number in (1, 2, 3)]
        await asyncio.sleep(0)
        opens[1].cancel()
        await asyncio.gather(*opens, return_exceptions=True)
        assert [opened.cancelled() for opened in opens] == [False, True, False]
        await journal.open(interaction(4))
        known = {one.id for one in await journal.unanswered()}
        assert {1, 3, 4} <= known


async def test_a_commit_that_fails_is_told_to_everybody_who_shared_it_and_the_next_one_works(
    tmp_path,
):
    async with open_database(tmp_path / "bot.db") as database:
        counted = Counted(database, failures=1)
        journal = Journal(counted)
        told = await asyncio.gather(
            *(journal.open(interaction(number)) for number in range(1, 6)), return_exceptions=True
        )
        assert all(isinstance(one, StorageError) for one in told)
        await journal.open(interaction(9))
        assert [one.id for one in await journal.unanswered()] == [9]


async def test_what_has_its_answer_before_it_could_be_noted_is_not_left_open(tmp_path):
    async with open_database(tmp_path / "bot.db") as database:
        journal = Journal(database)
        async with database.writing():
            first = await begun(journal.open(interaction(1)))
            late = await begun(journal.open(interaction(2)))
            late.cancel()
            closed = await begun(journal.close(2))
        await asyncio.gather(first, closed)
        await journal.open(interaction(3))
        assert [one.id for one in await journal.unanswered()] == [1, 3]


async def begun(work):
    """A task that has come to where it waits."""
    task = asyncio.create_task(work)
    for _ in range(5):
        await asyncio.sleep(0)
    return task


class Counted:
    """A database that counts its writing transactions and refuses the first few."""

    def __init__(self, database, failures=0):
        self._database = database
        self._failures = failures
        self.transactions = 0

    def writing(self):
        self.transactions += 1
        if self.transactions <= self._failures:
            raise StorageError("The disk is full.", "Make room.")
        return self._database.writing()

    def reading(self):
        return self._database.reading()


@pytest.mark.parametrize("times", [1, 2])
async def test_an_interaction_is_in_the_journal_once_however_often_it_comes(tmp_path, times):
    async with open_database(tmp_path / "bot.db") as database:
        journal = Journal(database)
        await asyncio.gather(*(journal.open(interaction(7)) for _ in range(times)))
        assert [one.id for one in await journal.unanswered()] == [7]
