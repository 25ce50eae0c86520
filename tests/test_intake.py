"""Taking in strangers' pictures."""

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest

from bot.intake import DECODED_AT_ONCE, FETCHED_AT_ONCE, Intake
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import NotAPicture, UnknownOption
from bot.model.request import ImageRequest, SourcePicture
from tests.stand_ins import settle

CATALOGUE = Catalogue({"starter": Checkpoint(key="starter", source="folder")}, "starter")
REQUEST = ImageRequest("a lighthouse", strength=0.5)


class Shelf:
    """Keeps files in memory."""

    def __init__(self):
        self.files = []

    @asynccontextmanager
    async def kept(self, file):
        self.files.append(file)
        yield f"sha-{len(self.files)}"


async def fetch():
    """A file that Discord hands over at once."""
    return b"file"


async def take_in(shelf, inspect, *, fetch=fetch, request=REQUEST):
    """The request as it comes out of an intake."""
    intake = Intake(shelf=shelf, inspect=inspect, catalogue=CATALOGUE)
    async with intake.begun_with(fetch, request) as begun:
        return begun


async def test_a_picture_is_looked_into_off_the_loop_and_kept():
    shelf, threads = Shelf(), []

    def inspect(file):
        threads.append(threading.current_thread())
        return 30, 20

    begun = await take_in(shelf, inspect)
    assert begun.source == SourcePicture("sha-1", 30, 20)
    assert begun.prompt == "a lighthouse"
    assert shelf.files == [b"file"]
    assert threading.main_thread() not in threads


async def test_what_is_no_picture_is_not_kept():
    def inspect(file):
        raise NotAPicture(("PNG",))

    shelf = Shelf()
    with pytest.raises(NotAPicture):
        await take_in(shelf, inspect)
    assert shelf.files == []


async def test_nothing_is_fetched_for_a_request_that_cannot_be_drawn():
    async def fetch():
        raise AssertionError("it was fetched")

    request = ImageRequest("a lighthouse", style="no such style")
    with pytest.raises(UnknownOption):
        await take_in(Shelf(), lambda file: (1, 1), fetch=fetch, request=request)


async def test_no_more_than_a_few_are_fetched_at_once():
    gate, begun = asyncio.Event(), []

    async def fetch():
        begun.append(1)
        await gate.wait()
        return b"file"

    async def take_in():
        async with intake.begun_with(fetch, REQUEST):
            pass

    intake = Intake(shelf=Shelf(), inspect=lambda file: (1, 1), catalogue=CATALOGUE)
    async with asyncio.TaskGroup() as group:
        for _ in range(FETCHED_AT_ONCE + 3):
            group.create_task(take_in())
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(begun) == FETCHED_AT_ONCE
        gate.set()
    assert len(begun) == FETCHED_AT_ONCE + 3


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

    async def take_in():
        async with intake.begun_with(fetch, REQUEST):
            pass

    intake = Intake(shelf=Shelf(), inspect=inspect, catalogue=CATALOGUE)
    async with asyncio.TaskGroup() as group:
        for _ in range(DECODED_AT_ONCE + 3):
            group.create_task(take_in())
        await settle(lambda: now == DECODED_AT_ONCE)
        gate.release(DECODED_AT_ONCE + 3)
    assert most == DECODED_AT_ONCE
