"""One look at the bot: what does not answer holds up no page."""

import asyncio

from bot.health.readings import Instruments, Lookout
from bot.model.depth import QueueDepth
from bot.model.errors import StorageError
from bot.model.picture import EngineStatus
from bot.model.room import DiskRoom


class Depths:
    """A queue that says its depth, that fails, or that is silent."""

    def __init__(self, answer=None):
        self.asked = 0
        self.answer = answer

    async def depth(self):
        self.asked += 1
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Disk:
    """A disk that may be gone."""

    def __init__(self, room):
        self.found = room

    async def room(self):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


ROOM = DiskRoom(free=9, reserve=1)
GONE = StorageError("It is gone.", "Look for it.")


def lookout(depths, *, disk=ROOM, trouble=None):
    instruments = Instruments(
        engine_status=lambda: EngineStatus("ready"),
        latencies=lambda: {0: 0.1},
        loop_is_late=lambda: False,
        database_trouble=lambda: trouble,
        depths=depths,
        disk=Disk(disk),
        memory=lambda: None,
        in_flight=lambda: 1,
        invalid_answers=lambda: 0,
    )
    return Lookout(instruments, patience=0.01)


async def test_all_that_answers_is_read():
    depth = QueueDepth(3, 2, 1)
    read = await lookout(Depths(depth)).read()
    assert (read.depth, read.disk, read.in_flight) == (depth, ROOM, 1)
    assert read.problems() == {}


async def test_a_silent_database_is_a_problem_and_is_not_asked_twice_at_a_time():
    depths = Depths()
    asking = lookout(depths)
    assert "database" in (await asking.read()).problems()
    assert "database" in (await asking.read()).problems()
    assert depths.asked == 1


async def test_what_is_known_of_the_trouble_is_said():
    read = await lookout(Depths(GONE), trouble=GONE).read()
    assert read.problems() == {"database": "It is gone. Look for it."}
    assert read.depth is None


async def test_a_disk_that_cannot_be_measured_holds_nothing_up():
    assert (await lookout(Depths(QueueDepth(0, 0, 0)), disk=GONE).read()).disk is None
