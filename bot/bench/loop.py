"""How late the event loop is: a heartbeat that notes by how much each beat comes after its time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

BEAT = 0.005
"""Seconds between two beats."""


@asynccontextmanager
async def heartbeat() -> AsyncIterator[list[float]]:
    """The milliseconds by which each beat came late, noted while the context is open."""
    late: list[float] = []
    beating = asyncio.create_task(_beat(late), name="heartbeat")
    try:
        yield late
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(late: list[float]) -> None:
    while True:
        due = time.perf_counter() + BEAT
        await asyncio.sleep(BEAT)
        late.append(1000 * (time.perf_counter() - due))
