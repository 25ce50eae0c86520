"""How much room is left on the disk of the data folder."""

import asyncio
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from bot.model.room import DiskRoom
from bot.ports import Clock
from bot.storage.faults import translated

FRESH_FOR = 3.0
"""Seconds for which a measurement stands for the disk."""
MEGABYTE = 10**6

log = logging.getLogger(__name__)


def free_bytes(folder: Path) -> int:
    """What the bot's user can still write on the folder's disk."""
    return shutil.disk_usage(folder).free


class DiskGauge:
    """Disk over the system's figures; logs once when room becomes short and once when it is not."""

    def __init__(
        self,
        folder: Path,
        *,
        reserve: int,
        clock: Clock,
        measure: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._folder = folder
        self._reserve = reserve
        self._clock = clock
        self._measure = measure
        self._last: DiskRoom | None = None
        self._measured_at = 0.0

    async def room(self) -> DiskRoom:
        """The room there is, or was a few seconds ago; raises StorageError."""
        last, age = self._last, self._clock() - self._measured_at
        # A clock that was set back makes a measurement old, not young for ever.
        if last is not None and 0 <= age < FRESH_FOR:
            return last
        with translated(f"The data folder {self._folder}"):
            free = await asyncio.to_thread(self._measure, self._folder)
        room = DiskRoom(free=free, reserve=self._reserve)
        self._tell(room, before=self._last)
        self._last, self._measured_at = room, self._clock()
        return room

    def _tell(self, room: DiskRoom, *, before: DiskRoom | None) -> None:
        had_enough = before is None or before.is_enough
        facts = {"free_mb": room.free // MEGABYTE, "reserve_mb": room.reserve // MEGABYTE}
        if had_enough and not room.is_enough:
            log.error(
                "the disk of %s is full: nothing is accepted or begun until there is room",
                self._folder,
                extra=facts,
            )
        elif room.is_enough and not had_enough:
            log.warning("the disk of %s has room again", self._folder, extra=facts)
