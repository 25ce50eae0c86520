"""Where each waiting job stands and when it will be drawn, at the pace of this machine so far."""

import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence

from bot.model.errors import StorageError
from bot.model.estimate import (
    SAMPLES,
    InHand,
    Pace,
    Queued,
    Standing,
    pace_of,
    standing_of,
    standings,
)
from bot.model.job import Job
from bot.ports import Places, Timings

log = logging.getLogger(__name__)


class Forecast:
    """Owns what has been measured of each model; tells places and times of what waits."""

    def __init__(
        self,
        *,
        places: Places,
        timings: Timings,
        models: Collection[str],
        in_hand: Callable[[], Sequence[InHand]],
    ) -> None:
        """`models` are those whose history is read at the start, `in_hand` what is in flight."""
        self._places = places
        self._timings = timings
        self._models = tuple(models)
        self._in_hand = in_hand
        self._samples: dict[str, deque[float]] = {}
        self._pace = Pace()

    async def prepare(self) -> None:
        """Read the history; without it times are told once something has been drawn."""
        try:
            for model in self._models:
                newest_first = await self._timings.seconds_by_cost(model, limit=SAMPLES)
                self._of(model).extend(reversed(newest_first))
        except StorageError as error:
            log.error("what was measured before cannot be read: %s", error)
        self._pace = pace_of(self._samples)

    def drawn(self, job: Job, seconds: float) -> None:
        """Learn from a job that took the thread so many seconds."""
        self._of(job.recipe.model).append(seconds / job.cost)
        self._pace = pace_of(self._samples)

    async def standing(self, job_id: int) -> Standing | None:
        """Where a job stands; None once it does not wait; raises StorageError."""
        ahead = await self._places.ahead(job_id)
        return None if ahead is None else standing_of(self._in_hand(), ahead, self._pace)

    async def standings(self) -> Mapping[int, Standing]:
        """Where every waiting job stands, by its id; raises StorageError."""
        return standings(self._in_hand(), await self._places.places(), self._pace)

    async def waiting(self) -> Sequence[tuple[Queued, Standing]]:
        """What waits and where it stands, in the order of the places; raises StorageError."""
        queue = await self._places.places()
        found = standings(self._in_hand(), queue, self._pace)
        return [(one, found[one.job_id]) for one in queue]

    def _of(self, model: str) -> deque[float]:
        return self._samples.setdefault(model, deque(maxlen=SAMPLES))
