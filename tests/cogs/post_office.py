"""Delivery over a real discord.py client and the sandbox, without an engine: outcomes at hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.circuit import LIMIT, InvalidAnswers
from bot.client import ImagineClient, point_at
from bot.delivery import Delivery
from bot.imaging.fitting import Fitter
from bot.model.estimate import Standing
from bot.model.job import Job
from bot.model.picture import EngineStatus, FittedFile, Picture
from bot.model.request import Origin
from bot.model.ways import Hop, Way
from bot.patience import Patience
from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from bot.sandbox.snapshot import Snapshot
from cogs._buttons import cancel_button
from cogs._courier import DiscordCourier
from tests.fakes import InMemoryQueue, new_job
from tests.stand_ins import ShelfAlbum

PAST_TOKEN = 15 * 60 + 1
PAST_NONCE = 301
IMAGINE = {"name": "imagine", "description": "Draw", "type": 1}


def png() -> bytes:
    """A small picture."""
    file = BytesIO()
    Image.effect_noise((64, 64), 90).save(file, "PNG")
    return file.getvalue()


@dataclass
class PostOffice:
    """A client that is signed in, and the outcomes it has to tell."""

    sandbox: Sandbox
    client: ImagineClient
    invalid: InvalidAnswers
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    album: ShelfAlbum = field(default_factory=ShelfAlbum)
    pauses: list[float] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)
    """The bytes that each file to be sent might have."""
    while_resting: Callable[[], None] = lambda: None
    fitter: Fitter = field(default_factory=Fitter)

    def __post_init__(self) -> None:
        self.courier = DiscordCourier(
            client=self.client,
            cancel_button=cancel_button(self._press),
            engine_status=lambda: EngineStatus("ready", "starter"),
            fit=self._fit,
            quiet=lambda: self.invalid.quiet,
        )

    async def asked(self, *, private: bool = False, channel: str = "general") -> tuple[Job, Reply]:
        """A member's request that is drawn, its message showing a live line."""
        reply = await self.sandbox.acting("member", channel).slash("imagine")
        opened = self.sandbox.interactions.by_id(reply.interaction_id)
        flags = {"flags": 64} if private else {}
        self.sandbox.interactions.answer(opened.id, opened.token, {"type": 5, "data": flags}, ())
        origin = Origin(
            guild_id=opened.guild_id,
            channel_id=opened.channel.id,
            user_id=opened.user.id,
            interaction_id=opened.id,
            application_id=self.sandbox.application_id,
            token=opened.token,
            token_born=self.sandbox.clock.now(),
            filesize_limit=10 * 2**20,
        )
        order = new_job(opened.id, opened.user.id)
        order = replace(order, origin=origin, request=replace(order.request, private=private))
        now = self.sandbox.clock.now()
        job = await self.queue.enqueue(order, per_member=10, per_server=10, now=now)
        # Nothing is left thinking.
        await self.courier.show_waiting(job, Standing(1))
        return job, reply

    async def drawn(self, job: Job) -> None:
        """The job has its picture now."""
        now = self.sandbox.clock.now()
        await self.queue.claim(now=now)
        await self.album.save(job.id, [Picture(png(), job.recipe)])
        await self.queue.rendered(job.id, draw_seconds=1.0, now=now)

    async def deliver(self, job: Job) -> Job:
        """Tell it, however long that takes; the job as it is then."""
        delivery = Delivery(
            outbox=self.queue,
            album=self.album,
            journal=self.queue,
            courier=self.courier,
            before_answer=self._nothing,
            clock=self.sandbox.clock.now,
            patience=Patience(sleep=self._rest),
        )
        await delivery.drain(grace=30.0)
        return self.queue.jobs[job.id]

    async def hops(self, job: Job) -> dict[Way, Hop]:
        """What was tried."""
        return {hop.way: hop for hop in await self.queue.hops(job.id)}

    def answers(self) -> list[Snapshot]:
        """Every message of the bot's that shows the picture, wherever it is."""
        written = [self._snapshot(one) for one in self.sandbox.messages.all()]
        return [one for one in written if one.files]

    def _snapshot(self, message: object) -> Snapshot:
        return Snapshot(self.sandbox.interactions.writer.message(message))

    async def _fit(self, pictures: Sequence[Picture], limit: int) -> tuple[FittedFile, ...]:
        self.limits.append(limit)
        return await self.fitter(pictures, limit)

    async def _rest(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.while_resting()
        await asyncio.sleep(0)

    async def _nothing(self, _job_id: int) -> None:
        """There is no live line to stop."""

    async def _press(self, *_pressed: object) -> None:
        """Nobody presses a button here."""


@asynccontextmanager
async def post_office(
    sandbox: Sandbox, folder: Path, *, limit: int = LIMIT
) -> AsyncIterator[PostOffice]:
    """A post office whose client is signed in to the sandbox; Discord bears `limit` refusals."""
    point_at(sandbox.api_url, sandbox.gateway_url)
    invalid = InvalidAnswers(clock=sandbox.clock.now, limit=limit)
    client = ImagineClient(synced=folder / "commands.sha256", invalid=invalid)
    async with client:
        await client.sign_in(sandbox.token)
        sandbox.commands.replace(None, [IMAGINE])
        yield PostOffice(sandbox, client, invalid)
