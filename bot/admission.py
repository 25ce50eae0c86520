"""Stage 1: decide whether a request is accepted, and put it into the queue."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.forecast import Forecast
from bot.model.checkpoint import Catalogue
from bot.model.errors import DiskFull, ModelUnavailable, Stopping, StorageError
from bot.model.estimate import Standing
from bot.model.fairness import cost_of
from bot.model.job import Job, NewJob
from bot.model.picture import EngineStatus
from bot.model.planning import plan
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest, Origin
from bot.ports import Clock, Disk, Waiting

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueueRoom:
    """How many requests may wait, for one member and for one server."""

    per_member: int
    per_server: int


class Admission:
    """Turns a request into a queued job, or raises Refused with the reason."""

    def __init__(
        self,
        *,
        queue: Waiting,
        disk: Disk,
        forecast: Forecast,
        catalogue: Catalogue,
        room: QueueRoom,
        engine_status: Callable[[], EngineStatus],
        draw_seed: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._disk = disk
        self._forecast = forecast
        self._catalogue = catalogue
        self._room = room
        self._engine_status = engine_status
        self._draw_seed = draw_seed
        self._clock = clock
        self._open = True
        self._listeners: list[Callable[[Job, Standing | None], None]] = []

    def tell(self, listener: Callable[[Job, Standing | None], None]) -> None:
        """Have every accepted job and where it stands told to `listener`."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Take no more requests."""
        self._open = False

    async def admit(self, request: ImageRequest, origin: Origin) -> Job:
        """Queue the request; raises Refused."""
        if not self._open:
            raise Stopping
        recipe = plan(request, self._catalogue, seed=self._draw_seed())
        return await self.accept(request, recipe, origin)

    async def accept(self, request: ImageRequest, recipe: Recipe, origin: Origin) -> Job:
        """Queue a request whose recipe is made already; raises Refused."""
        if not self._open:
            raise Stopping
        self._check_model(recipe.model)
        await self._check_disk()
        cost = cost_of(recipe, request.count)
        job = await self._queue.enqueue(
            NewJob(origin=origin, request=request, recipe=recipe, cost=cost),
            per_member=self._room.per_member,
            per_server=self._room.per_server,
            now=self._clock(),
        )
        standing = await self._standing_of(job)
        for listener in self._listeners:
            listener(job, standing)
        return job

    async def _standing_of(self, job: Job) -> Standing | None:
        """Its place, if it still has one; the job is accepted whether it can be read or not."""
        try:
            return await self._forecast.standing(job.id)
        except StorageError as error:
            log.error("the place cannot be read: %s", error, extra={"job": job.id})
            return None

    async def _check_disk(self) -> None:
        room = await self._disk.room()
        if not room.is_enough:
            raise DiskFull(free=room.free, reserve=room.reserve)

    def _check_model(self, model: str) -> None:
        status = self._engine_status()
        if status.state == "failed" and status.model == model:
            raise ModelUnavailable(model, status.detail)
