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
READ_TRIES = 5
"""Tries to read a job's pictures before it is answered without them."""

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
        self._told: dict[int, int | None] = {}
        """The messages of answers that were given and are not noted yet."""
        self._ended: set[int] = set()
        self._reading = asyncio.Lock()

    def wake(self) -> None:
        """Look for untold outcomes now."""
        self._wake.set()

    async def prepare(self) -> None:
        """Note what a crash left open; before the gateway opens, so nothing new is among it."""
        self._left_open = await self._journal.unanswered()

    async def run(self) -> None:
        """Close what was left open and tell outcomes until the task is cancelled."""
        closing = asyncio.create_task(self._close_left_open(), name="close-left-open")
        try:
            while True:
                self._wake.clear()
                await self._start_due()
                await self._rest()
        finally:
            closing.cancel()

    async def drain(self, *, grace: float) -> None:
        """Tell what has its outcome, within `grace` seconds; the rest waits for the next start."""
        await self._start_due()
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=grace)

    async def _close_left_open(self) -> None:
        pause = FIRST_PAUSE
        left = list(self._left_open)
        while left := [one for one in left if not await self._is_closed(one)]:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _is_closed(self, interaction: Interaction) -> bool:
        """Tell the member to ask again, if that can still be told; False to try it again."""
        try:
            if interaction.token_lives(self._clock()):
                await self._courier.close(interaction)
        except DeliveryRefused as error:
            log.info("an open interaction can no longer be told: %s", error)
        except DeliveryInterrupted as error:
            log.warning("an open interaction could not be told yet: %s", error)
            return False
        except Exception:
            log.exception("an open interaction could not be told in a way nobody foresaw")
        try:
            await self._journal.close(interaction.id)
        except StorageError as error:
            log.warning("an open interaction could not be closed yet: %s", error)
            return False
        return True

    async def _start_due(self) -> None:
        async with self._reading:
            # What ends while the outbox is read still stands in what was read.
            self._ended.clear()
            try:
                untold = await self._outbox.untold(limit=10 * AT_ONCE + len(self._not_before))
            except StorageError as error:
                log.error("the outbox cannot be read: %s", error)
                return
            for job in untold:
                if len(self._under_way) < AT_ONCE and self._is_due(job.id):
                    task = asyncio.create_task(self._tell(job), name=f"deliver-{job.id}")
                    self._under_way[job.id] = task
                    task.add_done_callback(partial(self._done, job.id))

    def _is_due(self, job_id: int) -> bool:
        busy = job_id in self._under_way or job_id in self._ended
        return not busy and self._not_before.get(job_id, 0.0) <= self._clock()

    def _done(self, job_id: int, _task: asyncio.Task[None]) -> None:
        del self._under_way[job_id]
        self._ended.add(job_id)
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
            if job.id not in self._told:
                pictures = await self._pictures(job)
                self._told[job.id] = await self._by_best_way(job, pictures)
            await self._outbox.answered(job.id, message_id=self._told[job.id], now=self._clock())
        except DeliveryInterrupted as error:
            self._put_off(job, error)
        except StaleMove:
            log.warning("answered by somebody else", extra={"job": job.id})
            self._forget(job.id)
        except Exception as error:
            # Whatever it is, the answer is owed; at once it would only happen again.
            if not isinstance(error, StorageError):
                log.exception("an answer failed in a way nobody foresaw", extra={"job": job.id})
            self._put_off(job, DeliveryInterrupted(str(error)))
        else:
            self._forget(job.id)

    async def _pictures(self, job: Job) -> Sequence[Picture]:
        """The pictures of a drawn job; none where their files stay unreadable."""
        if job.state is not State.RENDERED:
            return ()
        try:
            return await self._album.load(job.id)
        except StorageError as error:
            if self._interruptions.get(job.id, 0) < READ_TRIES:
                raise
            log.error("answered without its pictures: %s", error, extra={"job": job.id})
            return ()

    def _forget(self, job_id: int) -> None:
        self._told.pop(job_id, None)
        self._interruptions.pop(job_id, None)
        self._not_before.pop(job_id, None)

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
