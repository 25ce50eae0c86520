"""Looks every second at what goes wrong in silence."""

import asyncio

from bot.watching.engine import EngineWatch
from bot.watching.gateway import GatewayWatch
from bot.watching.storage import StorageWatch

LOOK_EVERY = 1.0


class Watchdog:
    """Owns the looks; each watch says once what it sees, and ends the run where that must be."""

    def __init__(
        self, *, engine: EngineWatch, gateway: GatewayWatch, storage: StorageWatch
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._storage = storage

    def let_engine_stop(self) -> None:
        """The bot stops in order: from now on a stopped engine is no accident."""
        self._engine.let_engine_stop()

    async def run(self) -> None:
        """Look until the task is cancelled; raises NewProcessNeeded or DatabaseDamaged."""
        while True:
            self._engine.look()
            self._gateway.look()
            self._storage.look()
            await asyncio.sleep(LOOK_EVERY)
