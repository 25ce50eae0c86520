"""What the front desk owes an interaction once it has its answer."""

import asyncio

import discord

from bot.model.errors import StorageError
from bot.model.job import TOKEN_LIFE
from bot.patience import Patience
from cogs._replies import FrontDesk
from tests.fakes import InMemoryQueue, interaction
from tests.stand_ins import HandClock, HandSleep, settle


class Busy(InMemoryQueue):
    """A journal that takes nothing until it is free."""

    free = False

    async def close(self, interaction_id):
        if not self.free:
            raise StorageError("The database is locked.", "Wait.")
        await super().close(interaction_id)


class Desk:
    """A front desk whose journal is busy, and an interaction that has its answer."""

    def __init__(self) -> None:
        self.journal, self.clock, self.sleep = Busy(), HandClock(), HandSleep()
        self.desk = FrontDesk(
            journal=self.journal, clock=self.clock, patience=Patience(sleep=self.sleep)
        )

    async def noting(self) -> asyncio.Task[None]:
        await self.journal.open(interaction(41))
        task = asyncio.create_task(self.desk.done(discord.Object(41)))
        await settle(lambda: len(self.sleep.asked) == 1)
        return task


async def test_an_answer_that_the_journal_does_not_take_is_noted_once_it_does():
    desk = Desk()
    task = await desk.noting()
    desk.sleep.end()
    await settle(lambda: len(desk.sleep.asked) == 2)
    desk.journal.free = True
    desk.sleep.end()
    await task
    assert await desk.journal.unanswered() == []


async def test_an_answer_that_no_start_could_touch_any_more_is_not_noted_for_ever():
    desk = Desk()
    task = await desk.noting()
    desk.clock.now += TOKEN_LIFE
    desk.sleep.end()
    await task
    assert len(desk.sleep.asked) == 1
