"""Every implementation of the queue's ports, one after the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.ports import (
    Archive,
    Board,
    Holds,
    InteractionJournal,
    Outbox,
    Places,
    Requests,
    Timings,
    Waiting,
    WorkQueue,
)
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.holds import QueueHolds
from bot.storage.journal import Journal
from bot.storage.outbox import JobOutbox
from bot.storage.queue import FairQueue
from tests.fakes import InMemoryQueue


@dataclass(frozen=True)
class Ports:
    """One implementation of each port, over the same jobs."""

    waiting: Waiting
    work: WorkQueue
    board: Board
    places: Places
    timings: Timings
    holds: Holds
    archive: Archive
    requests: Requests
    outbox: Outbox
    journal: InteractionJournal


@pytest.fixture(params=["memory", "sqlite"])
async def ports(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ports]:
    if request.param == "memory":
        queue = InMemoryQueue()
        yield Ports(*[queue] * 10)
        return
    async with open_database(tmp_path / "bot.db") as database:
        queue, board = FairQueue(database), JobBoard(database)
        outbox, journal, holds = JobOutbox(database), Journal(database), QueueHolds(database)
        yield Ports(queue, queue, board, board, board, holds, board, board, outbox, journal)
