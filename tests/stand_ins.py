"""Stand-ins for what lies beyond the stages: the GPU, the disk, Discord and the clock."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bot.model.errors import (
    EngineStopped,
    OutOfRoom,
    PicturesLost,
    RenderCancelled,
    StorageError,
)
from bot.model.estimate import Standing
from bot.model.job import Interaction, Job
from bot.model.picture import EngineStatus, Picture, Progress, Rendered, Stepping, Work
from bot.model.room import DiskRoom
from bot.model.ways import Way


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class HandSleep:
    """Sleeps that last until the test lets them end; remembers how long they wanted to be."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._gate = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._gate.wait()

    def end(self) -> None:
        """Wake whoever sleeps now."""
        self._gate.set()
        self._gate = asyncio.Event()


class HandMarker:
    """A crash marker that says what the test says."""

    def __init__(self) -> None:
        self.suspect: int | None = None
        self.step: Stepping | None = None

    def acquit(self) -> None:
        self.suspect = None

    def stepping(self) -> Stepping | None:
        return self.step


class ScriptedEngine:
    """An engine that draws a job when the test says so."""

    def __init__(self, slots: int = 1) -> None:
        self.slots = slots
        self.state = EngineStatus("ready", "starter")
        self.works: list[Work] = []
        self.renders: dict[int, asyncio.Future[Rendered]] = {}
        self.sinks: dict[int, Callable[[Progress], None]] = {}
        self.cancelled: list[int] = []
        self.without_files: set[int] = set()

    def status(self) -> EngineStatus:
        return self.state

    def free_slots(self) -> int:
        return self.slots - len(self.renders) + len(self.fetching())

    def fetching(self) -> Collection[int]:
        return self.without_files & self.renders.keys()

    async def render(self, work: Work, progress: Callable[[Progress], None]) -> Rendered:
        self.works.append(work)
        self.sinks[work.job_id] = progress
        self.renders[work.job_id] = asyncio.get_running_loop().create_future()
        try:
            return await self.renders[work.job_id]
        finally:
            del self.renders[work.job_id]

    def cancel(self, job_id: int) -> None:
        self.cancelled.append(job_id)
        if job_id in self.renders:
            self.renders[job_id].set_exception(RenderCancelled())

    async def stop(self, *, grace: float) -> bool:
        for render in self.renders.values():
            if not render.done():
                render.set_exception(EngineStopped())
        return True

    def finish(self, job_id: int) -> None:
        """The job's pictures are drawn."""
        work = next(one for one in self.works if one.job_id == job_id)
        pictures = tuple(Picture(b"png", recipe) for recipe in work.recipes)
        self.renders[job_id].set_result(Rendered(pictures, draw_seconds=2.0))


class ShelfAlbum:
    """Pictures on a shelf; `full` is a disk without room, `broken` one that gives errors.

    While it is `away` nothing can be read.
    """

    def __init__(self) -> None:
        self.kept: dict[int, tuple[Picture, ...]] = {}
        self.full = self.broken = self.away = False

    async def save(self, job_id: int, pictures: Sequence[Picture]) -> None:
        if self.full:
            raise OutOfRoom("The disk is full.", "Make room.")
        if self.broken:
            raise StorageError("The disk gave an error.", "Replace it.")
        self.kept[job_id] = tuple(pictures)

    async def load(self, job_id: int) -> tuple[Picture, ...]:
        if job_id not in self.kept:
            raise PicturesLost("The pictures are not there.", "Look for them.")
        if self.away:
            raise StorageError("The disk is away.", "Plug it in.")
        return self.kept[job_id]

    async def remove(self, job_ids: Sequence[int]) -> Sequence[int]:
        for job_id in job_ids:
            self.kept.pop(job_id, None)
        return job_ids


class HandDisk:
    """A disk with as much room as the test says."""

    def __init__(self, free: int = 1000) -> None:
        self.free = free

    async def room(self) -> DiskRoom:
        return DiskRoom(free=self.free, reserve=100)


@dataclass
class ScriptedCourier:
    """A way to the members that fails as it is told, a list of errors for each way."""

    troubles: dict[Way, list[Exception]] = field(default_factory=dict)
    delivered: list[tuple[int, Way, int]] = field(default_factory=list)
    found: dict[Way, int] = field(default_factory=dict)
    """The messages that are there already."""
    looked: list[tuple[int, Way]] = field(default_factory=list)
    blind: list[Exception] = field(default_factory=list)
    """What goes wrong while it is looked for them."""
    closings: list[Exception] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    shown: list[tuple[int, Standing | Progress]] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    leaves: list[Exception] = field(default_factory=list)
    """What goes wrong while it is said that an answer will be late."""
    refusals: list[Exception] = field(default_factory=list)
    """What goes wrong while it is shown how the waiting or the drawing goes on."""
    gate: asyncio.Event | None = None

    async def deliver(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        if self.troubles.get(way):
            raise self.troubles[way].pop(0)
        self.delivered.append((job.id, way, len(pictures)))
        return 500 + job.id

    async def find(self, job: Job, way: Way) -> int | None:
        self.looked.append((job.id, way))
        if self.blind:
            raise self.blind.pop(0)
        return self.found.get(way)

    async def close(self, interaction: Interaction) -> None:
        if self.closings:
            raise self.closings.pop(0)
        self.closed.append(interaction.id)

    async def show_waiting(self, job: Job, standing: Standing) -> None:
        await self._show(job, standing)

    async def show_progress(self, job: Job, progress: Progress) -> None:
        await self._show(job, progress)

    async def show_late(self, job: Job) -> None:
        if self.leaves:
            raise self.leaves.pop(0)
        self.late.append(job.id)

    async def _show(self, job: Job, news: Standing | Progress) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        self.shown.append((job.id, news))


async def let_turn(times: int = 100) -> None:
    """Let the loop turn, so that what should not happen has had its chance."""
    for _ in range(times):
        await asyncio.sleep(0)


async def settle(condition: Callable[[], bool]) -> None:
    """Let the loop turn until the condition holds; fails after a minute."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)
