"""Watches what can hang where only a new process helps, and says so before it ends this one."""

import asyncio
import logging
from collections.abc import Callable

from bot.ports import CrashMarker

LOOK_EVERY = 5.0
HUNG = 75
"""The exit code that asks a supervisor for a new process."""

log = logging.getLogger(__name__)


class Watchdog:
    """Ends the process when a step hangs: a thread cannot be killed, a process can.

    The jobs stay as they are. The next start takes them up again and charges the marked one.
    """

    def __init__(
        self, *, marker: CrashMarker, step_seconds: float, leave: Callable[[int], None]
    ) -> None:
        self._marker = marker
        self._step_seconds = step_seconds
        self._leave = leave

    async def run(self) -> None:
        """Look every few seconds until the task is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Leave if the step in hand has gone on for too long."""
        step = self._marker.stepping()
        if step is None or step.seconds <= self._step_seconds:
            return
        log.critical(
            "a step hangs: leaving for a new process, which takes the jobs up again",
            extra={"job": step.job_id, "seconds": round(step.seconds)},
        )
        self._leave(HUNG)
