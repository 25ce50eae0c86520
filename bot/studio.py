"""The assembled bot: in which order it begins to serve, and in which it stops."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.admission import Admission
from bot.client import ImagineClient
from bot.delivery import Delivery
from bot.dispatcher import Dispatcher
from bot.forecast import Forecast
from bot.health.server import HealthServer
from bot.model.errors import NewProcessNeeded
from bot.notices import Notices
from bot.ports import Handlers
from bot.upkeep import Upkeep
from bot.watching.loop import LoopWatch
from bot.watching.watchdog import Watchdog

FINISH_WITHIN = 4.0
"""Seconds that a stop gives the job being drawn.

The whole stop takes less than 10, unless another program holds the database meanwhile.
"""

SETTLE_WITHIN = 2.0
"""Seconds that it gives the commands being answered, meanwhile."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Studio:
    """The assembled bot."""

    client: ImagineClient
    token: str
    admission: Admission
    handlers: Handlers
    dispatcher: Dispatcher
    delivery: Delivery
    forecast: Forecast
    notices: Notices
    watchdog: Watchdog
    loop_watch: LoopWatch
    upkeep: Upkeep
    health: HealthServer | None
    acquit: Callable[[], None]
    """Takes the suspicion off the job whose step is in hand."""

    async def run(self, stop: asyncio.Event) -> bool:
        """Serve until `stop` is set, then stop in order; False if the executor thread hangs.

        Raises ConfigurationError if Discord does not take the token, NewProcessNeeded where only
        a fresh process can go on, and whatever else made a stage end on its own.
        """
        await self.dispatcher.prepare()
        await self.delivery.prepare()
        await self.forecast.prepare()
        stopper = asyncio.create_task(stop.wait(), name="stop")
        if not await self._signed_in_before(stopper):
            return True
        stages = [
            asyncio.create_task(self.dispatcher.run(), name="dispatcher"),
            asyncio.create_task(self.delivery.run(), name="delivery"),
            asyncio.create_task(self.notices.run(), name="notices"),
            asyncio.create_task(self.watchdog.run(), name="watchdog"),
            asyncio.create_task(self.upkeep.run(), name="upkeep"),
            asyncio.create_task(self.loop_watch.run(), name="loop-watch"),
            asyncio.create_task(self.client.serve(), name="gateway"),
        ]
        try:
            await asyncio.wait({stopper, *stages}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopper.cancel()
            ended = await self._stop(stages)
        for stage in stages:
            if (error := _error_of(stage)) is not None:
                raise error
        if not stop.is_set():
            log.critical("a part of the bot ended by itself: leaving in order for a new process")
            raise NewProcessNeeded("A part of the bot ended by itself.")
        return ended

    async def _signed_in_before(self, stopper: "asyncio.Task[Literal[True]]") -> bool:
        """Sign in, unless the bot is stopped first: Discord in trouble may keep it for long."""
        signing_in = asyncio.create_task(self.client.sign_in(self.token), name="sign-in")
        try:
            await asyncio.wait({stopper, signing_in}, return_when=asyncio.FIRST_COMPLETED)
            if signing_in.done():
                await signing_in
                return True
            signing_in.cancel()
            await asyncio.wait({signing_in})
        except BaseException:
            stopper.cancel()
            await self.client.close()
            raise
        await self.client.close()
        return False

    async def _stop(self, stages: list[asyncio.Task[None]]) -> bool:
        log.info("stopping")
        self.watchdog.let_engine_stop()
        self.admission.close()
        ended, _ = await asyncio.gather(
            self.dispatcher.stop(grace=FINISH_WITHIN), self.handlers.settle(grace=SETTLE_WITHIN)
        )
        await self.delivery.drain(grace=1.0)
        for stage in stages:
            stage.cancel()
        await asyncio.wait(stages, timeout=1.0)
        await self.client.close()
        # Who was cut short while acknowledging still does what was asked for.
        await self.handlers.settle(grace=1.0)
        return ended


def _error_of(stage: "asyncio.Task[None]") -> BaseException | None:
    """What ended a stage; None for one that was cancelled, though it still makes a write."""
    return stage.exception() if stage.done() and not stage.cancelled() else None
