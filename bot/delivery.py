"""Stage 5: tell every outcome, by the best way that is open, until it is told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot.model.answer import ways_for
from bot.model.errors import DeliveryInterrupted, DeliveryRefused, StaleMove, StorageError
from bot.model.job import Interaction, Job, State
from bot.model.picture import Picture
from bot.ports import Album, Clock, Courier, InteractionJournal, Outbox

AT_ONCE = 16
"""Answers under way at the same time, so that one slow channel holds up no other."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0

log = logging.getLogger(__name__)


class Delivery:
    """Owns the answers under way and when an interrupted one is tried again."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        album: Album,
        journal: InteractionJournal,
        courier: Courier,
        before_answer: Callable[[int], Awaitable[None]],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._album = album
        self._journal = journal
        self._courier = courier
        self._before_answer = before_answer
        self._clock = clock
        self._left_open: Sequence[Interaction] = ()
        self._wake = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._interruptions: dict[int, int] = {}
        self._not_before: dict[int, float] = {}

    def wake(self) -> None:
        """Look for untold outcomes now."""
        self._wake.set()

    async def prepare(self) -> None:
        """Note what a crash left open; before the gateway opens, so nothing new is among it."""
        self._left_open = await self._journal.unanswered()

    async def run(self) -> None:
        """Close what was left open, then tell outcomes until the task is cancelled."""
        await self._close_left_open()
        while True:
            self._wake.clear()
            try:
                await self._start_due()
            except StorageError as error:
                log.error("the outbox cannot be read: %s", error)
            await self._rest()

    async def drain(self, *, grace: float) -> None:
        """Tell what has its outcome, within `grace` seconds; the rest waits for the next start."""
        await self._start_due()
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=grace)

    async def _close_left_open(self) -> None:
        for interaction in self._left_open:
            try:
                await self._courier.close(interaction)
            except DeliveryRefused as error:
                log.info("an open interaction can no longer be told: %s", error)
            except DeliveryInterrupted as error:
                log.warning("an open interaction could not be told yet: %s", error)
                continue
            await self._journal.close(interaction.id)

    async def _start_due(self) -> None:
        now = self._clock()
        for job in await self._outbox.untold(limit=10 * AT_ONCE):
            if len(self._under_way) >= AT_ONCE:
                return
            if job.id in self._under_way or self._not_before.get(job.id, now) > now:
                continue
            task = asyncio.create_task(self._tell(job), name=f"deliver-{job.id}")
            self._under_way[job.id] = task
            task.add_done_callback(partial(self._done, job.id))

    def _done(self, job_id: int, _task: asyncio.Task[None]) -> None:
        del self._under_way[job_id]
        self._wake.set()

    async def _rest(self) -> None:
        due = [when for when in self._not_before.values() if when > self._clock()]
        pause = min(due, default=self._clock() + 5.0) - self._clock()
        try:
            async with asyncio.timeout(min(5.0, max(0.05, pause))):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _tell(self, job: Job) -> None:
        await self._before_answer(job.id)
        try:
            pictures = await self._album.load(job.id) if job.state is State.RENDERED else ()
            message_id = await self._by_best_way(job, pictures)
            await self._outbox.answered(job.id, message_id=message_id, now=self._clock())
        except DeliveryInterrupted as error:
            self._put_off(job, error)
        except StaleMove:
            log.warning("answered by somebody else", extra={"job": job.id})
        except Exception as error:
            # Whatever it is, the answer is owed; at once it would only happen again.
            if not isinstance(error, StorageError):
                log.exception("an answer failed in a way nobody foresaw", extra={"job": job.id})
            self._put_off(job, DeliveryInterrupted(str(error)))
        else:
            self._interruptions.pop(job.id, None)
            self._not_before.pop(job.id, None)

    async def _by_best_way(self, job: Job, pictures: Sequence[Picture]) -> int | None:
        for way in ways_for(job, now=self._clock()):
            try:
                message_id = await self._courier.deliver(job, pictures, way)
            except DeliveryRefused as error:
                log.info("%s is closed: %s", way, error, extra={"job": job.id})
            else:
                log.info("answered by %s", way, extra={"job": job.id})
                return message_id
        log.error("every way is closed; the answer is kept", extra={"job": job.id})
        return None

    def _put_off(self, job: Job, error: DeliveryInterrupted) -> None:
        count = self._interruptions.get(job.id, 0)
        pause = error.retry_after or min(LONGEST_PAUSE, FIRST_PAUSE * 2**count)
        self._interruptions[job.id] = count + 1
        self._not_before[job.id] = self._clock() + pause
        log.warning("will be tried again in %.0f s: %s", pause, error, extra={"job": job.id})
