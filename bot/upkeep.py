"""What is done every few minutes so that nothing is kept longer than it is of use."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from bot.model.errors import StorageError
from bot.model.job import TOKEN_ENDS
from bot.model.keeping import Limits
from bot.ports import Clock, Storeroom, Tokens

ERASE_EVERY, PRUNE_EVERY = 60.0, 600.0

log = logging.getLogger(__name__)


class Upkeep:
    """Erases the interaction tokens that have died, for they are secrets, and prunes the rest."""

    def __init__(
        self, *, tokens: Tokens, storeroom: Storeroom, limits: Limits, clock: Clock
    ) -> None:
        self._tokens = tokens
        self._storeroom = storeroom
        self._limits = limits
        self._clock = clock

    async def run(self) -> None:
        """Do it at once and every few minutes until the task is cancelled."""
        await asyncio.gather(
            _every(ERASE_EVERY, self.erase_tokens), _every(PRUNE_EVERY, self.prune)
        )

    async def erase_tokens(self) -> None:
        """Do it now; trouble with the database is for the next time."""
        try:
            erased = await self._tokens.erase_tokens(born_before=self._clock() - TOKEN_ENDS)
        except StorageError as error:
            log.debug("dead tokens could not be erased yet: %s", error)
            return
        if erased:
            log.debug("dead tokens erased", extra={"tokens": erased})

    async def prune(self) -> None:
        """Do it now; trouble with the disk is for the next time."""
        try:
            pruned = await self._storeroom.prune(self._limits, now=self._clock())
        except StorageError as error:
            log.warning("what is too old or too much could not be removed yet: %s", error)
            return
        if pruned:
            log.info("removed what was too old or too much", extra=asdict(pruned))


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await work()
        await asyncio.sleep(seconds)
