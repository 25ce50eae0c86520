"""The sandbox's own time: the machine's, moved at will."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, which a test may move forward (or back) in one step."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0

    def now(self) -> float:
        """The present second since the epoch."""
        return self._source() + self._offset

    @property
    def moved(self) -> float:
        """The seconds by which it was moved in all."""
        return self._offset

    def advance(self, seconds: float) -> None:
        """Move the present by so many seconds; fewer than none jumps back."""
        self._offset += seconds


def iso(seconds: float) -> str:
    """A time as Discord writes it: ISO 8601 in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
