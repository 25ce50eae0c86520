"""A circuit breaker: Discord shuts an address out for ten thousand invalid answers in ten minutes.

Invalid are 401, 403 and 429, but for the 429 of a limit that others share. Long before, live lines
stop; somewhat before, every request waits until the oldest of those answers are ten minutes old.
"""

import logging
from collections import deque
from collections.abc import Callable

import aiohttp

LIMIT = 10_000
WINDOW = 600.0
"""Seconds for which Discord counts an invalid answer."""
QUIET_AT, OPEN_AT = 0.5, 0.8
"""Parts of the limit from which live lines stop and every request waits."""
INVALID = frozenset({401, 403, 429})

log = logging.getLogger(__name__)


class CircuitOpen(aiohttp.ClientError):
    """The request was not sent; after `retry_after` seconds the next one may be."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__("too many answers were refusals lately, so no request is sent for now")


class InvalidAnswers:
    """Owns the times of the last ten minutes' invalid answers."""

    def __init__(self, *, clock: Callable[[], float], limit: int = LIMIT) -> None:
        """`clock` need not tell the time of day, but must not be set back."""
        self._clock = clock
        self._quiet_at, self._open_at = int(limit * QUIET_AT), int(limit * OPEN_AT)
        self._times: deque[float] = deque()
        self._told = 0

    @property
    def count(self) -> int:
        """How many there were in the last ten minutes."""
        self._forget()
        return len(self._times)

    @property
    def quiet(self) -> bool:
        """Whether what is not needed should not be sent."""
        return self.count >= self._quiet_at

    def note(self, status: int, *, shared: bool = False) -> None:
        """Count an answer of Discord's; `shared` is a 429 of a limit that others share."""
        if status in INVALID and not (status == 429 and shared):
            self._times.append(self._clock())
            self._tell()

    def pause(self) -> float:
        """Seconds until a request may be sent; 0 where it may be sent now."""
        surplus = self.count - self._open_at
        return 0.0 if surplus < 0 else self._times[surplus] + WINDOW - self._clock()

    def _forget(self) -> None:
        since = self._clock() - WINDOW
        while self._times and self._times[0] <= since:
            self._times.popleft()

    def _tell(self) -> None:
        """Log each mark once, until it has been calm again."""
        count = self.count
        if count < self._quiet_at:
            self._told = 0
        elif count >= self._open_at > self._told:
            log.error("%d answers of Discord's were refusals: every request waits", count)
            self._told = self._open_at
        elif self._told == 0:
            log.warning("%d answers of Discord's were refusals: live lines stop", count)
            self._told = self._quiet_at
