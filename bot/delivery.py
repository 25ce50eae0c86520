"""Stage 5: tell every outcome, by the best way that is open, until it is told.

What is left of the risk that an outcome is told twice: Discord refuses a second message of the
same nonce for some minutes only, so a later try first looks for the job's message in the channel.
It does not find it where the bot may not read the history, below `cogs._courier.LOOK_BACK` newer
messages, or where a private original was edited whose token has died meanwhile.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.model.answer import may_have_been_told, ways_for
from bot.model.errors import (
    DeliveryInterrupted,
    DeliveryRefused,
    PicturesLost,
    StaleMove,
    StorageError,
)
from bot.model.job import Interaction, Job, State
from bot.model.picture import Picture
from bot.model.summary import Summary, summary_of
from bot.model.ways import Hop, Outcome, Way
from bot.patience import Patience
from bot.ports import Album, Clock, Courier, InteractionJournal, Outbox

AT_ONCE = 16
"""Answers under way at the same time; those that wait to be tried again do not count."""
LOOK_AGAIN = 5.0
"""Seconds after which the outbox is read without being woken."""
READ_TRIES = 5
"""Tries to read pictures that are lost before their job is answered without them."""
WAY_TRIES = 5
"""Tries of a way that meets what nobody foresaw."""

HOPELESS_AFTER = 86_400.0
"""Seconds for which a way that lets itself be looked at may fail to take the answer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """How an outcome was told; neither hop nor message where every way was closed."""

    hop: Hop | None = None
    message_id: int | None = None
    sizes: Sequence[int] = ()
    """The bytes of each picture."""


class Delivery:
    """Owns the answers under way, those that wait to be tried again among them."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        album: Album,
        journal: InteractionJournal,
        courier: Courier,
        before_answer: Callable[[int], Awaitable[None]],
        clock: Clock,
        patience: Patience,
    ) -> None:
        self._outbox = outbox
        self._album = album
        self._journal = journal
        self._courier = courier
        self._before_answer = before_answer
        self._clock = clock
        self._patience = patience
        self._left_open: Sequence[Interaction] = ()
        self._wake = asyncio.Event()
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._lost = Counter[int]()
        self._unforeseen = Counter[tuple[int, Way]]()
        self._more = False
        """Whether there was more to tell than was read."""
        self._ended: set[int] = set()
        self._reading = asyncio.Lock()
        self._on_answer: list[Callable[[Summary], None]] = []

    def tell_answers(self, listener: Callable[[Summary], None]) -> None:
        """Have the summary of each job told to `listener` once it has its answer."""
        self._on_answer.append(listener)

    def wake(self) -> None:
        """Look for untold outcomes now."""
        self._wake.set()

    async def prepare(self) -> None:
        """Note what a crash left open; before the gateway opens, so nothing new is among it."""
        self._left_open = await self._journal.unanswered()

    async def run(self) -> None:
        """Close what was left open and tell outcomes until the task is cancelled."""
        closing = [
            asyncio.create_task(self._close(one), name=f"close-{one.id}") for one in self._left_open
        ]
        try:
            while True:
                self._wake.clear()
                await self._start_due()
                await self._rest()
        finally:
            tasks = (*closing, *self._under_way.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def drain(self, *, grace: float) -> None:
        """Tell what has its outcome, within `grace` seconds; the rest waits for the next start."""
        await self._start_due()
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=grace)

    async def _close(self, interaction: Interaction) -> None:
        def trouble(error: Exception, pause: float) -> None:
            log.warning("an open interaction is closed in %.0f s: %s", pause, error)

        await self._patience.through(partial(self._try_to_close, interaction), trouble=trouble)

    async def _try_to_close(self, interaction: Interaction) -> None:
        """Tell the member to ask again, if that can still be told."""
        async with self._hands:
            try:
                if interaction.token_lives(self._clock()):
                    await self._courier.close(interaction)
            except DeliveryRefused as error:
                log.info("an open interaction can no longer be told: %s", error)
            await self._journal.close(interaction.id)

    async def _start_due(self) -> None:
        async with self._reading:
            # What ends while the outbox is read still stands in what was read.
            self._ended.clear()
            try:
                limit = 10 * AT_ONCE + len(self._under_way)
                untold = await self._outbox.untold(limit=limit)
            except StorageError as error:
                log.debug("the outbox cannot be read: %s", error)
                return
            self._more = len(untold) == limit
            for job in untold:
                if job.id not in self._under_way and job.id not in self._ended:
                    task = asyncio.create_task(self._tell(job), name=f"deliver-{job.id}")
                    self._under_way[job.id] = task
                    task.add_done_callback(partial(self._done, job.id))

    def _done(self, job_id: int, _task: asyncio.Task[None]) -> None:
        del self._under_way[job_id]
        del self._lost[job_id]
        for way in Way:
            del self._unforeseen[job_id, way]
        self._ended.add(job_id)
        if self._more:
            self._wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_AGAIN):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _tell(self, job: Job) -> None:
        await self._before_answer(job.id)
        trouble = partial(self._put_off, job.id)
        told = await self._patience.through(partial(self._by_best_way, job), trouble=trouble)
        note = partial(
            self._outbox.answered,
            job.id,
            hop=told.hop,
            message_id=told.message_id,
            now=self._clock(),
        )
        try:
            answered = await self._patience.through(note, unless=(StaleMove,), trouble=trouble)
        except StaleMove:
            log.warning("answered by somebody else", extra={"job": job.id})
        else:
            self._sum_up(answered, told)

    def _sum_up(self, job: Job, told: _Told) -> None:
        way = None if told.hop is None else told.hop.way
        summary = summary_of(job, way=way, images=len(told.sizes), size=sum(told.sizes))
        log.info("answered", extra=summary.shown())
        for listener in self._on_answer:
            listener(summary)

    def _put_off(self, job_id: int, error: Exception, pause: float) -> None:
        foreseen = isinstance(error, (DeliveryInterrupted, StorageError))
        # Trouble with the database is told for all by who watches it.
        log.log(
            logging.DEBUG if isinstance(error, StorageError) else logging.WARNING,
            "will be tried again in %.0f s: %s",
            pause,
            error,
            extra={"job": job_id},
            exc_info=None if foreseen else error,
        )

    async def _by_best_way(self, job: Job) -> _Told:
        async with self._hands:
            pictures = await self._pictures(job)
            sizes = [len(picture.png) for picture in pictures]
            hops = {hop.way: hop for hop in await self._outbox.hops(job.id)}
            for way in ways_for(job, hops, now=self._clock()):
                hop = hops.get(way, Hop(job.id, way)).begun(self._clock())
                look = may_have_been_told(job, hops, way)
                try:
                    message_id = await self._by(hop, job, pictures, look)
                except Exception as error:
                    hops[way] = self._given_up(hop, error)
                    if way.repeatable:
                        continue
                    break
                if message_id is not None:
                    return _Told(hop.ended(Outcome.TOLD, self._clock()), message_id, sizes)
                hops[way] = hop.ended(Outcome.REFUSED, self._clock())
        log.error("every way is closed; the answer is kept", extra={"job": job.id})
        return _Told(sizes=sizes)

    def _given_up(self, hop: Hop, error: Exception) -> Hop:
        """The end of a way that met what nobody foresaw; raises it until it has often enough.

        Nobody knows whether the message went out. An edit is looked for by the next way; after a
        new message there is no next one, which could be a second answer.
        """
        if isinstance(error, (DeliveryInterrupted, StorageError)):
            raise error
        self._unforeseen[hop.job_id, hop.way] += 1
        if self._unforeseen[hop.job_id, hop.way] < WAY_TRIES:
            raise error
        log.error("%s is given up", hop.way, exc_info=error, extra={"job": hop.job_id})
        return hop.ended(Outcome.INTERRUPTED, self._clock())

    async def _pictures(self, job: Job) -> Sequence[Picture]:
        """The pictures of a drawn job; none where they are lost, but not while a disk is away."""
        if job.state is not State.RENDERED:
            return ()
        if job.pruned:
            log.error("answered without its pictures: the backup had none", extra={"job": job.id})
            return ()
        try:
            return await self._album.load(job.id)
        except PicturesLost as error:
            self._lost[job.id] += 1
            if self._lost[job.id] <= READ_TRIES:
                raise
            log.error("answered without its pictures: %s", error, extra={"job": job.id})
            return ()
        except StorageError as error:
            log.warning("its pictures cannot be read now: %s", error, extra={"job": job.id})
            raise

    async def _by(self, hop: Hop, job: Job, pictures: Sequence[Picture], look: bool) -> int | None:
        """The message's id, None if the way is closed; raises DeliveryInterrupted, StorageError."""
        if not hop.way.repeatable:
            await self._outbox.note(hop)
        is_missing = False
        try:
            found = await self._courier.find(job, hop.way) if look else None
            is_missing = look and found is None
            return found or await self._courier.deliver(job, pictures, hop.way)
        except DeliveryRefused as error:
            log.info("%s is closed: %s", hop.way, error, extra={"job": job.id})
            status, code = error.status, error.code
            await self._outbox.note(
                hop.ended(Outcome.REFUSED, self._clock(), status=status, code=code)
            )
            return None
        except DeliveryInterrupted as error:
            hopeless = is_missing and self._clock() - (job.finished_at or 0.0) > HOPELESS_AFTER
            outcome = Outcome.REFUSED if hopeless else Outcome.INTERRUPTED
            await self._outbox.note(hop.ended(outcome, self._clock(), status=error.status))
            if not hopeless:
                raise
            # In an outage it could not have been looked for either: it is this answer or place.
            log.error("%s is given up after a day: %s", hop.way, error, extra={"job": job.id})
            return None
