"""Stage 1, before admission: take in the picture that a member hands over to begin with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.model.checkpoint import Catalogue
from bot.model.planning import plan
from bot.model.request import ImageRequest, SourcePicture
from bot.ports import SourceShelf

FETCHED_AT_ONCE = 8
"""Files in memory at the same time, each of up to ten megabytes."""
DECODED_AT_ONCE = 2
"""Pictures decoded at the same time: each may take a hundred megabytes."""

Fetch = Callable[[], Awaitable[bytes]]
Inspect = Callable[[bytes], tuple[int, int]]
"""The sides of the picture in a file; raises NotAPicture or PictureTooLarge; takes its time."""

_ANY_PICTURE = SourcePicture("", 1, 1)


class Intake:
    """Looks into strangers' files off the loop, and keeps what may be drawn from."""

    def __init__(self, *, shelf: SourceShelf, inspect: Inspect, catalogue: Catalogue) -> None:
        self._shelf = shelf
        self._inspect = inspect
        self._catalogue = catalogue
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    @asynccontextmanager
    async def begun_with(self, fetch: Fetch, request: ImageRequest) -> AsyncIterator[ImageRequest]:
        """The request with its picture, which is kept for good unless the body ends by Refused.

        Raises Refused before anything is fetched where the request could not be drawn from any
        picture; NotAPicture, PictureTooLarge or StorageError, and what `fetch` raises.
        """
        plan(replace(request, source=_ANY_PICTURE), self._catalogue, seed=0)
        async with self._fetching:
            file = await fetch()
            async with self._decoding:
                width, height = await asyncio.to_thread(self._inspect, file)
            async with self._shelf.kept(file) as sha256:
                yield replace(request, source=SourcePicture(sha256, width, height))
