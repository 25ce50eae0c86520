"""Stage 3: feed the engine while it has a free slot, and record what came of each job."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.model.errors import (
    EngineStopped,
    NotYours,
    OutOfRoom,
    PicturesAway,
    Poisoned,
    RenderCancelled,
    RenderError,
    StaleMove,
    StorageError,
    TooLate,
)
from bot.model.estimate import InHand
from bot.model.job import Job, State
from bot.model.picture import Picture, Progress, Rendered, Work
from bot.patience import Patience
from bot.ports import Album, Board, Clock, CrashMarker, Disk, Engine, WorkQueue

LOOK_AGAIN = 5.0
"""Seconds after which the queue is looked at without being woken: other processes fill it too."""
BRIEF = Patience(first=1.0, longest=30.0)
"""For what the disk or the database does not take yet: the next start would do it anew."""
ATTEMPTS = 2
"""Crashes in the middle of its steps after which a job fails."""
AHEAD = 2
"""Jobs in flight while only busy members wait: the next one is at hand when one is done, and the
other slots stay free for whoever comes."""

log = logging.getLogger(__name__)


class Dispatcher:
    """Claims jobs while the engine has room; owns the set of jobs being drawn."""

    def __init__(
        self,
        *,
        queue: WorkQueue,
        board: Board,
        engine: Engine,
        album: Album,
        disk: Disk,
        marker: CrashMarker,
        clock: Clock,
        patience: Patience = BRIEF,
    ) -> None:
        self._queue = queue
        self._board = board
        self._engine = engine
        self._album = album
        self._disk = disk
        self._marker = marker
        self._clock = clock
        self._patience = patience
        self._suspect: int | None = None
        self._drawing: dict[int, asyncio.Task[None]] = {}
        self._waiting_for_room: set[int] = set()
        """Jobs whose drawn pictures the disk does not take yet."""
        self._in_hand: dict[int, InHand] = {}
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._stopping = False
        self._on_progress: list[Callable[[Job, Progress], None]] = []
        self._on_move: list[Callable[[], None]] = []
        self._on_drawn: list[Callable[[Job, float], None]] = []

    def tell_progress(self, listener: Callable[[Job, Progress], None]) -> None:
        """Have each step of each job told to `listener`."""
        self._on_progress.append(listener)

    def tell_moves(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever a job was claimed or got its outcome."""
        self._on_move.append(listener)

    def tell_drawn(self, listener: Callable[[Job, float], None]) -> None:
        """Have each drawn job and the thread's seconds on it told to `listener`."""
        self._on_drawn.append(listener)

    def in_hand(self) -> Sequence[InHand]:
        """The jobs in flight, in the order of their claims, and how far they are."""
        return list(self._in_hand.values())

    def wake(self) -> None:
        """Look at the queue now."""
        self._wake.set()

    async def prepare(self) -> None:
        """Take up what a dead process left; before anybody looks at what waits."""
        suspect = self._marker.suspect
        for job in await self._queue.recover(suspects=() if suspect is None else (suspect,)):
            if job.attempts >= ATTEMPTS:
                await self._give_up(job)
            else:
                log.info("taken up again", extra={"job": job.id, "attempts": job.attempts})
        self._marker.acquit()
        self.moved()

    async def run(self) -> None:
        """Claim and draw until stopped."""
        while not self._stopping:
            self._wake.clear()
            try:
                await self._fill()
            except StorageError as error:
                log.debug("the queue cannot be read: %s", error)
            await _called(self._wake)

    async def cancel(self, job_id: int, *, by: int, anybodys: bool = False) -> Job:
        """Cancel a waiting or running job of member `by`, or `anybodys`.

        Raises NotYours or TooLate.
        """
        job = await self._board.get(job_id)
        if job is None:
            raise TooLate
        own = job.origin.user_id == by
        if not (own or anybodys):
            raise NotYours
        who, in_hand = None if own else by, self._in_hand.get(job_id)
        unspent = in_hand is not None and in_hand.done == 0.0
        try:
            job = await self._board.cancel(job_id, by=who, now=self._clock(), unspent=unspent)
        except StaleMove as error:
            raise TooLate from error
        self._engine.cancel(job_id)
        self.moved()
        return job

    async def stop(self, *, grace: float) -> bool:
        """Claim no more, give the jobs being drawn `grace` seconds, requeue the rest.

        False if the engine's step hangs, so that only leaving the process can help.
        """
        self._stopping = True
        self._wake.set()
        if self._drawing:
            await asyncio.wait(self._drawing.values(), timeout=grace)
        ended = await self._engine.stop(grace=1.0)
        # Those that are done do not let themselves be cancelled.
        await self._put_back([id_ for id_, task in list(self._drawing.items()) if task.cancel()])
        return ended

    async def _put_back(self, job_ids: Sequence[int]) -> None:
        """Requeue once each, until the database fails: the next start takes up what is running."""
        with suppress(StorageError):
            for job_id in job_ids:
                with suppress(StaleMove):
                    await self._queue.requeue(job_id)

    async def _give_up(self, job: Job) -> None:
        await self._fail(job, Poisoned(f"the process ended in its steps {ATTEMPTS} times"))

    async def _fill(self) -> None:
        while self._has_slot() and await self._has_disk():
            job = await self._next()
            if job is None:
                return
            if job.attempts:
                self._suspect = job.id
            task = asyncio.create_task(self._draw(job), name=f"draw-{job.id}")
            self._drawing[job.id] = task
            self._in_hand[job.id] = InHand(job)
            task.add_done_callback(partial(self._done, job.id))
            # One turn of the loop lets the job reach the engine, so that its slot counts as taken.
            await asyncio.sleep(0)
            self._tell_move()

    def _has_slot(self) -> bool:
        """A suspect is drawn alone, so that its fall would take nobody with it."""
        return not self._stopping and self._suspect is None and self._engine.free_slots() > 0

    async def _has_disk(self) -> bool:
        """Where pictures would find no room, jobs wait in the queue."""
        return not self._waiting_for_room and (await self._disk.room()).is_enough

    async def _next(self) -> Job | None:
        """The fairest job of a member with nothing in flight, else one more of a busy member's."""
        one_more = len(self._drawing) - len(self._engine.fetching()) < AHEAD
        return await self._queue.claim(now=self._clock(), busy_members_too=one_more)

    def _done(self, job_id: int, _task: asyncio.Task[None]) -> None:
        del self._drawing[job_id]
        del self._in_hand[job_id]
        if self._suspect == job_id:
            self._suspect = None
        self.moved()

    def moved(self) -> None:
        """Look at the queue now, and tell whoever follows it that it has moved."""
        self._wake.set()
        self._moved.set()
        self._tell_move()

    def _tell_move(self) -> None:
        for listener in self._on_move:
            listener()

    async def _draw(self, job: Job) -> None:
        if job.attempts >= ATTEMPTS:
            # The process that charged it did not live to fail it.
            await self._give_up(job)
            return
        if job.id == self._suspect and not await self._has_its_turn_alone(job):
            return
        work = Work(job.id, job.origin.user_id, job.weight, job.recipes)
        try:
            rendered = await self._engine.render(work, lambda step: self._progressed(job, step))
            self._has_come(job.id, 1.0)
            await self._keep(job, rendered)
        except RenderCancelled:
            log.info("cancelled while drawing", extra={"job": job.id})
        except EngineStopped:
            await self._requeue(job.id)
        except (RenderError, StorageError) as error:
            await self._fail(job, error)
        except Exception as error:
            log.exception("drawing failed in a way nobody foresaw", extra={"job": job.id})
            await self._fail(job, RenderError(str(error)))

    async def _has_its_turn_alone(self, job: Job) -> bool:
        """Wait until nobody else is drawn; False if it was cancelled meanwhile.

        Who waits for their weights' files goes back into the queue: they may come at any moment.
        """
        log.info("drawn alone after a crash", extra={"job": job.id})
        while await self._is_to_be_drawn(job):
            if self._drawing.keys() <= {job.id}:
                return True
            self._moved.clear()
            await self._call_back(self._engine.fetching())
            await _called(self._moved)
        return False

    async def _is_to_be_drawn(self, job: Job) -> bool:
        try:
            present = await self._board.get(job.id)
        except StorageError as error:
            log.warning("drawn, cancelled or not: %s", error, extra={"job": job.id})
            return True
        return present is not None and present.state is State.RUNNING

    async def _call_back(self, job_ids: Collection[int]) -> None:
        """End the drawing of jobs that were given no step yet, and requeue them."""
        tasks = {job_id: self._drawing[job_id] for job_id in job_ids}
        for task in tasks.values():
            task.cancel()
        if tasks:
            await asyncio.wait(tasks.values())
        for job_id in tasks:
            await self._requeue(job_id)

    async def _keep(self, job: Job, rendered: Rendered) -> None:
        seconds, size = rendered.draw_seconds, sum(len(one.png) for one in rendered.pictures)
        for listener in self._on_drawn:
            listener(job, seconds)
        await self._save(job.id, rendered.pictures)
        noted = await self._note(
            job.id,
            lambda: self._queue.rendered(
                job.id, draw_seconds=seconds, now=self._clock(), stored_bytes=size
            ),
        )
        if not noted:
            await self._discard(job.id)
        log.info(
            "drawn",
            extra={
                "job": job.id,
                "model": job.recipe.model,
                "images": len(rendered.pictures),
                "seconds": round(seconds, 2),
            },
        )

    async def _save(self, job_id: int, pictures: Sequence[Picture]) -> None:
        """Keep the pictures of a job; what does not fit on its disk is kept once it does."""

        def full(error: Exception, _pause: float) -> None:
            if job_id not in self._waiting_for_room:
                log.error(
                    "drawn, and kept once the disk takes it: %s", error, extra={"job": job_id}
                )
            self._waiting_for_room.add(job_id)

        save = partial(self._album.save, job_id, pictures)
        try:
            await self._patience.through(save, only=(OutOfRoom, PicturesAway), trouble=full)
        finally:
            self._waiting_for_room.discard(job_id)

    async def _discard(self, job_id: int) -> None:
        """Remove pictures whose job was cancelled while they were saved: nobody counts them."""
        with suppress(StorageError):
            present = await self._board.get(job_id)
            if present is not None and present.state is State.CANCELLED:
                await self._album.remove([job_id])

    async def _fail(self, job: Job, error: RenderError | StorageError) -> None:
        log.error("failed: %s", error, extra={"job": job.id})
        name, detail = type(error).__name__, str(error)
        await self._note(
            job.id,
            lambda: self._queue.failed(job.id, failure=name, detail=detail, now=self._clock()),
        )

    async def _requeue(self, job_id: int) -> None:
        if self._stopping:
            with suppress(StaleMove, StorageError):
                await self._queue.requeue(job_id)
            return
        log.info("goes back into the queue", extra={"job": job_id})
        await self._note(job_id, lambda: self._queue.requeue(job_id))

    async def _note(self, job_id: int, move: Callable[[], Awaitable[Job]]) -> bool:
        """Make a move, by a database in trouble later; False for a job with an outcome already."""

        def trouble(error: Exception, _pause: float) -> None:
            log.debug("what came of it is not noted yet: %s", error, extra={"job": job_id})

        try:
            await self._patience.through(move, only=(StorageError,), trouble=trouble)
        except StaleMove:
            log.info("had its outcome already", extra={"job": job_id})
            return False
        return True

    def _progressed(self, job: Job, progress: Progress) -> None:
        self._has_come(job.id, progress.step / max(1, progress.steps))
        for listener in self._on_progress:
            listener(job, progress)

    def _has_come(self, job_id: int, share: float) -> None:
        if job_id in self._in_hand:
            self._in_hand[job_id] = replace(self._in_hand[job_id], done=share)


async def _called(event: asyncio.Event) -> None:
    """Wait until an event is set, and never longer than it is time to look again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_AGAIN):
            await event.wait()
