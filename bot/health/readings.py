"""One look at the whole bot: what both pages are made of."""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.model.depth import QueueDepth
from bot.model.errors import StorageError
from bot.model.picture import EngineStatus
from bot.model.room import DeviceMemory, DiskRoom
from bot.ports import Depths, Disk

ANSWERS_WITHIN = 2.0


_ENGINE: Mapping[str, str] = MappingProxyType(
    {
        "ready": "",
        "loading": "the model is loading",
        "failed": "the model could not be loaded",
        "stopped": "the thread that draws has ended",
    }
)


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read at one moment; None where it could not be read or does not exist."""

    engine: EngineStatus
    latencies: Mapping[int, float]
    """Seconds of each shard, infinite where it is not connected."""
    loop_is_late: bool
    database_trouble: str
    depth: QueueDepth | None
    disk: DiskRoom | None
    memory: DeviceMemory | None
    in_flight: int
    invalid_answers: int

    def problems(self) -> Mapping[str, str]:
        """What keeps the bot from serving, by its part; empty where it is in order."""
        found = {
            "gateway": self._problem_of_gateway(),
            "engine": _ENGINE[self.engine.state],
            "loop": "the event loop is late" if self.loop_is_late else "",
            "database": self.database_trouble,
        }
        return {part: problem for part, problem in found.items() if problem}

    def _problem_of_gateway(self) -> str:
        deaf = [shard for shard, each in self.latencies.items() if not math.isfinite(each)]
        if not self.latencies:
            return "not connected yet"
        return f"not connected: shard {', '.join(map(str, deaf))}" if deaf else ""


@dataclass(frozen=True, slots=True)
class Instruments:
    """Where the figures come from; each is asked whenever somebody looks."""

    engine_status: Callable[[], EngineStatus]
    latencies: Callable[[], Mapping[int, float]]
    loop_is_late: Callable[[], bool]
    database_trouble: Callable[[], StorageError | None]
    depths: Depths
    disk: Disk
    memory: Callable[[], DeviceMemory | None]
    in_flight: Callable[[], int]
    invalid_answers: Callable[[], int]


class Lookout:
    """Reads the instruments; owns the question to the database that is under way."""

    def __init__(self, instruments: Instruments, *, patience: float = ANSWERS_WITHIN) -> None:
        """`patience` is how many seconds the database has to answer."""
        self._instruments = instruments
        self._patience = patience
        self._question: asyncio.Task[QueueDepth] | None = None

    async def read(self) -> Readings:
        """Read all of them."""
        look = self._instruments
        depth = await self._depth()
        trouble = look.database_trouble()
        silent = "" if depth is not None else f"no answer within {self._patience:.0f} s"
        return Readings(
            engine=look.engine_status(),
            latencies=look.latencies(),
            loop_is_late=look.loop_is_late(),
            database_trouble=silent if trouble is None else str(trouble),
            depth=depth,
            disk=await self._disk(),
            memory=await asyncio.to_thread(look.memory),
            in_flight=look.in_flight(),
            invalid_answers=look.invalid_answers(),
        )

    async def _depth(self) -> QueueDepth | None:
        """None where the database fails or is slow; a question under way is not asked again."""
        if self._question is None or self._question.done():
            asking = self._instruments.depths.depth()
            self._question = asyncio.create_task(asking, name="depth")
        done, _ = await asyncio.wait({self._question}, timeout=self._patience)
        return next((task.result() for task in done if task.exception() is None), None)

    async def _disk(self) -> DiskRoom | None:
        try:
            return await self._instruments.disk.room()
        except StorageError:
            return None
