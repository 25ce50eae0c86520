"""What is done every minute so that nothing is kept longer than it is of use."""

import asyncio
import logging

from bot.model.errors import StorageError
from bot.ports import Clock, Tokens

EVERY = 60.0
TOKEN_ENDS = 15 * 60.0
"""Seconds after which Discord takes an interaction token no more."""

log = logging.getLogger(__name__)


class Upkeep:
    """Erases the interaction tokens that have died: they are secrets."""

    def __init__(self, *, tokens: Tokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    async def run(self) -> None:
        """Do it every minute until the task is cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(EVERY)

    async def once(self) -> None:
        """Do it now; trouble with the database is for the next time."""
        try:
            erased = await self._tokens.erase_tokens(born_before=self._clock() - TOKEN_ENDS)
        except StorageError as error:
            log.debug("dead tokens could not be erased yet: %s", error)
            return
        if erased:
            log.debug("dead tokens erased", extra={"tokens": erased})
