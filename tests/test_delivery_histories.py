"""Whatever is lost on the way, and whenever the process dies: one answer stands in the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot.delivery import WAY_TRIES, Delivery
from bot.model.errors import DeliveryInterrupted, DeliveryRefused
from bot.model.job import Interaction, Job
from bot.model.picture import Picture
from bot.model.ways import Way
from bot.patience import Patience
from tests.fakes import InMemoryQueue, new_job
from tests.stand_ins import HandClock, ShelfAlbum, settle

NONCE_LIVES = 300.0
BORN = 1000.0


class Fate(Enum):
    """What becomes of one call: whether it is carried out, and what the caller hears."""

    FINE = "done and said"
    REFUSED = "not done and said"
    CUT_BEFORE = "not done, nothing said"
    CUT_AFTER = "done, nothing said"
    STRANGE = "done, and something nobody foresaw is said"
    KILLED_BEFORE = "not done, and the process dies"
    KILLED_AFTER = "done, and the process dies"


DONE = frozenset({Fate.FINE, Fate.CUT_AFTER, Fate.STRANGE, Fate.KILLED_AFTER})
LOST = frozenset({Fate.CUT_AFTER, Fate.STRANGE, Fate.KILLED_AFTER})
KILLED = frozenset({Fate.KILLED_BEFORE, Fate.KILLED_AFTER})


@dataclass
class Message:
    """A message that shows the answer; `place` is "channel" or "direct"."""

    id: int
    place: str
    sent_at: float


@dataclass
class ForgetfulDiscord:
    """A Discord in a few lines, each call of which meets the next fate."""

    clock: HandClock
    fates: list[Fate]
    messages: dict[int, Message] = field(default_factory=dict)
    killed: asyncio.Event = field(default_factory=asyncio.Event)
    private_edit_lost: bool = False

    async def deliver(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        fate = self._next()
        if fate in DONE:
            message = self._edit(job) if way is Way.ORIGINAL else self._send(way)
        elif fate is Fate.REFUSED and way is Way.ORIGINAL:
            self.messages.pop(1, None)
        if way is Way.ORIGINAL and fate in LOST and job.request.private:
            self.private_edit_lost = True
        await self._say(fate)
        return message.id

    async def find(self, job: Job, way: Way) -> int | None:
        fate = self._next()
        await self._say(Fate.FINE if fate is Fate.REFUSED else fate)
        place = "direct" if way is Way.DIRECT else "channel"
        return next((one.id for one in self.messages.values() if one.place == place), None)

    async def close(self, interaction: Interaction) -> None:
        """Nothing is left open here."""

    def _next(self) -> Fate:
        return self.fates.pop(0) if self.fates else Fate.FINE

    def _edit(self, job: Job) -> Message:
        place = "hidden" if job.request.private else "channel"
        return self.messages.setdefault(1, Message(1, place, self.clock.now))

    def _send(self, way: Way) -> Message:
        place = "direct" if way is Way.DIRECT else "channel"
        for known in self.messages.values():
            young = self.clock.now - known.sent_at < NONCE_LIVES
            if known.id != 1 and known.place == place and young:
                return known
        number = len(self.messages) + 2
        self.messages[number] = Message(number, place, self.clock.now)
        return self.messages[number]

    async def _say(self, fate: Fate) -> None:
        if fate is Fate.REFUSED:
            raise DeliveryRefused(50013, "Missing Permissions", 403)
        if fate in (Fate.CUT_BEFORE, Fate.CUT_AFTER):
            raise DeliveryInterrupted("cut")
        if fate is Fate.STRANGE:
            raise RuntimeError("inside a library")
        if fate in KILLED:
            self.killed.set()
            await asyncio.Event().wait()


async def outcome(queue: InMemoryQueue, album: ShelfAlbum, *, private: bool, at: float) -> Job:
    order = new_job(1, user_id=7, token_born=BORN)
    order = replace(order, request=replace(order.request, private=private))
    job = await queue.enqueue(order, per_member=1, per_server=1, now=BORN)
    await queue.claim(now=BORN)
    await album.save(job.id, [Picture(b"png", job.recipe)])
    return await queue.rendered(job.id, draw_seconds=1.0, now=at)


async def until_told(
    queue: InMemoryQueue, album: ShelfAlbum, discord: ForgetfulDiscord, away: float
) -> None:
    """One process after the other, each `away` seconds after the last one's death."""

    async def rest(seconds: float) -> None:
        discord.clock.now += seconds
        await asyncio.sleep(0)

    async def nothing(_job_id: int) -> None:
        """There is no live line."""

    def over() -> bool:
        return queue.jobs[1].answered_at is not None or discord.killed.is_set()

    while queue.jobs[1].answered_at is None:
        discord.killed.clear()
        delivery = Delivery(
            outbox=queue,
            album=album,
            journal=queue,
            courier=discord,
            before_answer=nothing,
            clock=discord.clock,
            patience=Patience(sleep=rest),
        )
        running = asyncio.create_task(delivery.run())
        await settle(over)
        running.cancel()
        await asyncio.wait([running])
        discord.clock.now += away


@settings(max_examples=400)
@given(
    fates=st.lists(st.sampled_from(Fate), max_size=12),
    private=st.booleans(),
    drawn_after=st.sampled_from([10.0, 800.0, 2000.0]),
    away=st.sampled_from([1.0, 400.0, 1000.0]),
)
async def test_one_answer_stands_in_the_end_unless_every_way_is_closed(
    fates, private, drawn_after, away
):
    queue, album = InMemoryQueue(), ShelfAlbum()
    clock = HandClock(BORN + drawn_after)
    await outcome(queue, album, private=private, at=clock.now)
    discord = ForgetfulDiscord(clock, list(fates))
    await until_told(queue, album, discord, away)
    job, standing = queue.jobs[1], list(discord.messages.values())
    event(f"told by {job.answered_by}")
    if discord.private_edit_lost:
        # Nobody but its member can look for it, as delivery.py says.
        assert len(standing) <= 2
        return
    if job.answered_by is None:
        # A way that was given up may have led to its end, which is then not known.
        assert len(standing) <= (fates.count(Fate.STRANGE) >= WAY_TRIES)
        return
    assert [one.id for one in standing] == [job.message_id]
    assert not (private and standing[0].place == "channel")
