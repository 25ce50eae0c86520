"""Taking in strangers' pictures."""

import asyncio
import threading

import pytest

from bot.intake import AT_ONCE, Intake
from bot.model.errors import NotAPicture
from bot.model.request import SourcePicture
from tests.stand_ins import settle


class Shelf:
    """Keeps files in memory."""

    def __init__(self):
        self.files = []

    async def keep(self, file):
        self.files.append(file)
        return f"sha-{len(self.files)}"


async def test_a_picture_is_looked_into_off_the_loop_and_kept():
    shelf, threads = Shelf(), []

    def inspect(file):
        threads.append(threading.current_thread())
        return 30, 20

    taken = await Intake(shelf=shelf, inspect=inspect).take_in(b"file")
    assert taken == SourcePicture("sha-1", 30, 20)
    assert shelf.files == [b"file"]
    assert threading.main_thread() not in threads


async def test_what_is_no_picture_is_not_kept():
    def inspect(file):
        raise NotAPicture(("PNG",))

    shelf = Shelf()
    with pytest.raises(NotAPicture):
        await Intake(shelf=shelf, inspect=inspect).take_in(b"file")
    assert shelf.files == []


async def test_no_more_than_a_few_are_decoded_at_once():
    gate, counting = threading.Semaphore(0), threading.Lock()
    now = most = 0

    def inspect(file):
        nonlocal now, most
        with counting:
            now += 1
            most = max(most, now)
        gate.acquire()
        with counting:
            now -= 1
        return 1, 1

    intake = Intake(shelf=Shelf(), inspect=inspect)
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE + 3):
            group.create_task(intake.take_in(b"file"))
        await settle(lambda: now == AT_ONCE)
        gate.release(AT_ONCE + 3)
    assert most == AT_ONCE
