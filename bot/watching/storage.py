"""Watches the database by what its transactions come to: trouble is said once, and once its end."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.model.errors import DatabaseDamaged, NewProcessNeeded, OutOfRoom, StorageError

LASTING = 600.0
"""Seconds of trouble without a break after which the process leaves it to a supervisor."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Trouble:
    """Why something cannot be done at the moment, and since when not."""

    error: StorageError
    since: float


class StorageWatch:
    """Owns what is known of the database's troubles; whoever meets them need not log them."""

    def __init__(
        self, *, lasting_seconds: float = LASTING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lasting_seconds = lasting_seconds
        self._clock = clock
        self._troubles: dict[str, _Trouble] = {}
        self._damage: DatabaseDamaged | None = None

    @property
    def trouble(self) -> StorageError | None:
        """Why the database cannot be used; None where it can."""
        return self._damage or next((one.error for one in self._troubles.values()), None)

    def hear(self, what: str, error: StorageError | None) -> None:
        """Note that the database was "read" or "written", or why it was not.

        Damage in one place is no better for what is read or written in others.
        """
        if isinstance(error, DatabaseDamaged):
            self._damage = self._damage or error
            return
        trouble = self._troubles.get(what)
        if error is not None and trouble is None:
            self._troubles[what] = _Trouble(error, self._clock())
            log.error("the database cannot be %s, which is tried until it can: %s", what, error)
        elif error is not None and trouble is not None:
            trouble.error = error
        elif trouble is not None:
            del self._troubles[what]
            seconds = round(self._clock() - trouble.since)
            log.warning("the database can be %s again", what, extra={"seconds": seconds})

    def look(self) -> None:
        """Raise NewProcessNeeded if a trouble has lasted; a full disk is waited for.

        Raises DatabaseDamaged at once: no new process can mend it, and each write may do harm.
        """
        if self._damage is not None:
            log.critical("leaving in order: %s", self._damage)
            raise self._damage
        for what, trouble in self._troubles.items():
            lasted = self._clock() - trouble.since
            if lasted > self._lasting_seconds and not isinstance(trouble.error, OutOfRoom):
                log.critical(
                    "the database could not be %s for long: leaving in order", what,
                    extra={"seconds": round(lasted)},
                )  # fmt: skip
                raise NewProcessNeeded(str(trouble.error))
