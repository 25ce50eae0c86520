"""Watches the event loop: how late it is, and whether it turns at all."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MEASURE_EVERY = 0.25
CALM = 40
"""Measures in a row without lag after which the loop is taken to be free again."""
LOOKS = 12
"""Looks in a row at a loop that stands after which it is taken to stand for good: counted, so that
a computer that was asleep is no alarm."""

log = logging.getLogger(__name__)


class LoopWatch:
    """Measures all the time how late the loop is; owns the thread that looks whether it turns."""

    def __init__(
        self,
        *,
        leave: Callable[[float], None],
        late_seconds: float = 1.0,
        stuck_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`leave` is called on a thread, with the seconds, once the loop stands for so long."""
        self._late_seconds = late_seconds
        self._clock = clock
        self._stuck = _StuckLoop(stuck_seconds, leave)
        self._on_measure: list[Callable[[float], None]] = []
        self._longest = 0.0
        self._calm = 0

    @property
    def is_late(self) -> bool:
        """Whether the loop was held up and has not been free for a while since."""
        return self._longest > 0.0

    def tell(self, listener: Callable[[float], None]) -> None:
        """Have each measured lag, in seconds, told to `listener`."""
        self._on_measure.append(listener)

    async def run(self) -> None:
        """Measure until the task is cancelled."""
        with self._stuck.watching():
            while True:
                due = self._clock() + MEASURE_EVERY
                await asyncio.sleep(MEASURE_EVERY)
                self._stuck.turned()
                self.measured(max(0.0, self._clock() - due))

    def measured(self, lag: float) -> None:
        """Note a lag; a loop that is late is said once, and once when it has been free a while."""
        for listener in self._on_measure:
            listener(lag)
        if lag > self._late_seconds:
            if not self._longest:
                log.warning("the event loop was held up", extra={"seconds": round(lag, 2)})
            self._longest, self._calm = max(lag, self._longest), 0
        elif self._longest:
            self._calm += 1
            if self._calm >= CALM:
                longest = round(self._longest, 2)
                log.warning("the event loop turns freely again", extra={"longest": longest})
                self._longest = 0.0


class _StuckLoop:
    """A thread that sees what the loop itself cannot: that it no longer turns."""

    def __init__(self, seconds: float, leave: Callable[[float], None]) -> None:
        self._seconds = seconds
        self._leave = leave
        self._has_turned = threading.Event()
        self._over = threading.Event()

    def turned(self) -> None:
        """The loop has come round."""
        self._has_turned.set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the loop from a thread of its own inside the block."""
        thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        standing = 0
        while not self._over.wait(self._seconds / LOOKS):
            standing = 0 if self._has_turned.is_set() else standing + 1
            self._has_turned.clear()
            if standing >= LOOKS:
                self._leave(self._seconds)
                return
