"""The live line in a job's own message: its place in the queue, then how far the drawing is.

Before the message can be edited no more it says once where the answer will be.

One message is edited by one hand at a time: delivery calls `finish` before it answers, so that no
late progress line can land on top of the picture.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from bot.forecast import Forecast
from bot.model.errors import DeliveryError, DeliveryRefused, StorageError
from bot.model.estimate import Standing
from bot.model.job import TOKEN_ENDS, Job
from bot.model.picture import Progress
from bot.ports import Board, Clock, Noticeboard

SURVEY = 0.5
"""Seconds between two looks at a queue that keeps moving."""
LOOK_AGAIN = 15.0
"""Seconds after which times are told anew although nothing has moved: what is drawn gets done."""
FAR_END = 10.0
"""How many times as rarely the far end of a queue is told; a minute at most, so that nobody's last
minute is slept through."""
LATE = 1000
"""Jobs that are remembered as finished, for news that comes behind the answer."""

News = Standing | Progress

log = logging.getLogger(__name__)


@dataclass
class _Line:
    """What one message shows, and what it should show next."""

    job: Job
    shown: News | None = None
    news: News | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    teller: asyncio.Task[None] | None = None
    closed: bool = False
    """Whether Discord takes no more edits of the message."""

    def tell(self, news: News) -> None:
        if news != self.shown:
            self.news = news
            self.changed.set()


class Notices:
    """Owns what is shown of every unfinished job; edits a message once in `spacing` seconds."""

    def __init__(
        self,
        *,
        board: Board,
        forecast: Forecast,
        noticeboard: Noticeboard,
        clock: Clock,
        spacing: float,
    ) -> None:
        self._board = board
        self._forecast = forecast
        self._noticeboard = noticeboard
        self._clock = clock
        self._spacing = spacing
        self._lines: dict[int, _Line] = {}
        self._finished: deque[int] = deque(maxlen=LATE)
        self._moved = asyncio.Event()
        self._over = False

    def follow(self, job: Job, standing: Standing | None) -> None:
        """Keep this job's message up to date from now on, its place first if that is known."""
        self._tell_line(job, standing)

    def progressed(self, job: Job, progress: Progress) -> None:
        """Note how far a job is."""
        self._tell_line(job, progress)

    def moved(self) -> None:
        """Note that the queue has moved."""
        self._moved.set()

    async def finish(self, job_id: int) -> None:
        """Stop touching this job's message, and wait for an edit that is under way."""
        self._finished.append(job_id)
        line = self._lines.pop(job_id, None)
        if line is None or line.teller is None:
            return
        async with line.editing:
            line.teller.cancel()

    async def run(self) -> None:
        """Follow the queue until the task is cancelled."""
        try:
            await self._survey()
            while True:
                await self._rest()
                self._moved.clear()
                await self._survey()
                await asyncio.sleep(SURVEY)
        finally:
            self._over = True
            for job_id in list(self._lines):
                await self.finish(job_id)

    async def _survey(self) -> None:
        """Tell every waiting job its place, those that nobody has had followed among them."""
        standings = await self._standings()
        if not standings.keys() <= self._lines.keys():
            await self._follow_waiting(standings)
        self._place(standings)

    async def _follow_waiting(self, standings: Mapping[int, Standing]) -> None:
        try:
            jobs = await self._board.waiting()
        except StorageError as error:
            log.debug("who waits cannot be read: %s", error)
            return
        for job in jobs:
            self.follow(job, standings.get(job.id))

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await self._moved.wait()

    async def _standings(self) -> Mapping[int, Standing]:
        try:
            return await self._forecast.standings()
        except StorageError as error:
            log.debug("the places cannot be read: %s", error)
            return {}

    def _place(self, standings: Mapping[int, Standing]) -> None:
        for job_id, line in self._lines.items():
            if job_id in standings:
                line.tell(standings[job_id])
            if not line.job.token_lives(self._clock()):
                line.changed.set()

    def _tell_line(self, job: Job, news: News | None) -> None:
        """A job that has its answer gets no line again, however late the news; none at a stop."""
        if self._over or job.id in self._finished:
            return
        line = self._lines.get(job.id)
        if line is None:
            line = self._lines[job.id] = _Line(job)
            line.teller = asyncio.create_task(self._tell(line), name=f"notice-{job.id}")
        if news is not None:
            line.tell(news)

    async def _tell(self, line: _Line) -> None:
        while not line.closed:
            await line.changed.wait()
            line.changed.clear()
            if not line.job.token_lives(self._clock()):
                await self._take_leave(line)
                return
            news = line.news
            async with line.editing:
                await self._edit(line, news)
            line.shown = news
            await asyncio.sleep(self._pause(news))

    async def _take_leave(self, line: _Line) -> None:
        """Say, while that can be said, that the answer comes as a new message."""
        born = line.job.origin.token_born
        while line.job.origin.token and self._clock() - born < TOKEN_ENDS:
            async with line.editing:
                if await self._shown(line, self._noticeboard.show_late(line.job)):
                    return
            await asyncio.sleep(self._spacing)

    async def _edit(self, line: _Line, news: News | None) -> None:
        if isinstance(news, Progress):
            await self._shown(line, self._noticeboard.show_progress(line.job, news))
        elif news is not None:
            await self._shown(line, self._noticeboard.show_waiting(line.job, news))

    async def _shown(self, line: _Line, showing: Awaitable[None]) -> bool:
        """Whether there is nothing to try again; closes a line that Discord takes no more.

        A clock that was set back takes a dead token for a young one, and each edit that is refused
        counts towards a ban.
        """
        try:
            await showing
        except DeliveryError as error:
            log.info("the live line was not shown: %s", error, extra={"job": line.job.id})
            line.closed = isinstance(error, DeliveryRefused)
            return line.closed
        except Exception:
            log.exception(
                "the live line failed in a way nobody foresaw", extra={"job": line.job.id}
            )
        return True

    def _pause(self, news: News | None) -> float:
        # A long queue moves often; its far end need not be told each time.
        place = news.place if isinstance(news, Standing) else None
        return self._spacing * min(max(1.0, (place or 1) / 3), FAR_END)
