"""Watches what can hang where only a new process helps, and says so before it ends this one."""

import asyncio
import logging
from collections.abc import Callable

from bot.model.picture import EngineStatus
from bot.ports import CrashMarker

LOOK_EVERY = 5.0
HUNG = 75
"""The exit code that asks a supervisor for a new process."""

log = logging.getLogger(__name__)


class Watchdog:
    """Ends the process when a step hangs or the executor thread has died.

    A thread cannot be killed and the engine has but one; a process can be replaced.

    The jobs stay as they are. The next start takes them up again and charges the marked one.
    """

    def __init__(
        self,
        *,
        marker: CrashMarker,
        engine_status: Callable[[], EngineStatus],
        step_seconds: float,
        leave: Callable[[int], None],
    ) -> None:
        self._marker = marker
        self._engine_status = engine_status
        self._step_seconds = step_seconds
        self._leave = leave
        self._engine_may_stop = False

    def let_engine_stop(self) -> None:
        """The bot stops in order: from now on a stopped engine is no accident."""
        self._engine_may_stop = True

    async def run(self) -> None:
        """Look every few seconds until the task is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Leave if the engine has stopped by itself, or the step in hand goes on for too long."""
        if self._engine_status().state == "stopped" and not self._engine_may_stop:
            log.critical("the engine has stopped by itself: leaving for a new process")
            self._leave(HUNG)
            return
        step = self._marker.stepping()
        if step is None or step.seconds <= self._step_seconds:
            return
        log.critical(
            "a step hangs: leaving for a new process, which takes the jobs up again",
            extra={"job": step.job_id, "seconds": round(step.seconds)},
        )
        self._leave(HUNG)
