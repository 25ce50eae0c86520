"""Watches the executor thread, and leaves for a new process where it hangs or has died."""

import logging
from collections.abc import Callable

from bot.leaving import NEW_PROCESS
from bot.model.picture import EngineStatus
from bot.ports import CrashMarker

LOAD_SECONDS = 1800.0
"""For which a model may be read, moved and compiled; a slow disk takes minutes for it."""

log = logging.getLogger(__name__)


class EngineWatch:
    """Ends the process when a step or a load hangs or the executor thread has died.

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

    def look(self) -> None:
        """Leave if the engine has stopped by itself, or a step or a load goes on for too long."""
        if self._engine_status().state == "stopped" and not self._engine_may_stop:
            log.critical("the engine has stopped by itself: leaving for a new process")
            self._leave(NEW_PROCESS)
            return
        step = self._marker.stepping()
        if step is None or step.seconds <= (LOAD_SECONDS if step.loading else self._step_seconds):
            return
        log.critical(
            "a %s hangs: leaving for a new process, which takes the jobs up again",
            "load" if step.loading else "step",
            extra={"job": step.job_id, "seconds": round(step.seconds)},
        )
        self._leave(NEW_PROCESS)
