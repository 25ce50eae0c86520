"""Stage 1, before admission: take in the picture that a member hands over to begin with."""

import asyncio
from collections.abc import Callable

from bot.model.request import SourcePicture
from bot.ports import SourceShelf

AT_ONCE = 2
"""Pictures decoded at the same time: each may take a hundred megabytes."""

Inspect = Callable[[bytes], tuple[int, int]]
"""The sides of the picture in a file; raises NotAPicture or PictureTooLarge; takes its time."""


class Intake:
    """Looks into strangers' files off the loop, and keeps what may be drawn from."""

    def __init__(self, *, shelf: SourceShelf, inspect: Inspect) -> None:
        self._shelf = shelf
        self._inspect = inspect
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def take_in(self, file: bytes) -> SourcePicture:
        """Keep a picture for good; raises NotAPicture, PictureTooLarge or StorageError."""
        async with self._turn:
            width, height = await asyncio.to_thread(self._inspect, file)
        return SourcePicture(await self._shelf.keep(file), width, height)
