"""How long things are kept: held against a plain model, and through every crash."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.model.errors import StaleMove, StorageError
from bot.model.job import Job
from bot.model.keeping import Limits, Pruned
from bot.model.picture import Picture
from bot.model.ways import Hop, Outcome, Way
from bot.storage.board import JobBoard
from bot.storage.database import Database, open_database
from bot.storage.journal import Journal
from bot.storage.outbox import JobOutbox
from bot.storage.pictures import PictureFolder
from bot.storage.queue import FairQueue
from bot.storage.sources import SourceFolder
from bot.storage.storeroom import SETTLED_FOR, Storeroom
from bot.storage.tables import hops, interactions, removals
from tests.fakes import interaction, new_job, recipe

ROOM = {"per_member": 99, "per_server": 99}
NOW = 10_000.0


@dataclass(frozen=True)
class Life:
    """A job: bytes of its picture, seconds since its answer (None: it has none), and marks."""

    size: int = 10
    answered: int | None = 100
    source: bytes = b""
    shared: bool = False


def names(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()


class House:
    """A database, its pictures and sources."""

    def __init__(self, database: Database, folder: Path, batch: int = 2) -> None:
        self.database, self.asked = database, 0
        self.queue, self.board = FairQueue(database), JobBoard(database)
        self.outbox, self.journal = JobOutbox(database), Journal(database)
        self.pictures = PictureFolder(folder / "pictures")
        self.sources = SourceFolder(folder / "pictures" / "sources")
        self.storeroom = Storeroom(database, self.pictures, self.sources, batch=batch)

    async def live(self, life: Life) -> Job:
        """A job that comes to where its life says."""
        job = await self.ask_for(life)
        drawn = Picture(b"x" * life.size, job.recipe)
        assert await self.queue.claim(now=1.0)
        await self.pictures.save(job.id, [drawn])
        await self.queue.rendered(job.id, draw_seconds=1.0, now=2.0, stored_bytes=life.size)
        if life.shared:
            await self.board.share(job.id)
        if life.answered is None:
            return job
        at = NOW - life.answered
        hop = Hop(job.id, Way.ORIGINAL).begun(at).ended(Outcome.TOLD, at)
        return await self.outbox.answered(job.id, hop=hop, message_id=1, now=at)

    async def ask_for(self, life: Life) -> Job:
        """A job that waits."""
        self.asked += 1
        new = new_job(self.asked, self.asked)
        if not life.source:
            return await self.queue.enqueue(new, **ROOM, now=1.0)
        async with self.sources.kept(life.source) as sha256:
            source = replace(recipe(), source={"sha256": sha256}, strength=0.5)
            return await self.queue.enqueue(replace(new, recipe=source), **ROOM, now=1.0)

    async def prune(self, **limits: float) -> Pruned:
        return await self.storeroom.prune(Limits(**limits), now=NOW)

    async def has_pictures(self, job_id: int) -> bool:
        try:
            return bool(await self.pictures.load(job_id))
        except StorageError:
            return False

    async def kept(self) -> dict[int, bool]:
        """The jobs that have a row, and whether their pictures are there."""
        found = {}
        for job_id in range(1, 30):
            job = await self.board.get(job_id)
            there = await self.has_pictures(job_id)
            assert there is (job is not None and not job.pruned)
            if job is not None:
                found[job_id] = there
        return found

    async def count(self, table) -> int:
        async with self.database.reading() as connection:
            return await connection.scalar(select(func.count()).select_from(table))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    async with open_database(folder / "bot.db") as database:
        yield House(database, folder)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as house:
        yield house


def expected(lives: Sequence[Life], *, seconds: float | None, size: int | None) -> dict[int, bool]:
    """What is left of jobs 1, 2, …: the age first, then the oldest until all fit."""
    numbered = dict(enumerate(lives, start=1))
    if seconds is not None:
        for number, life in list(numbered.items()):
            if life.answered is not None and life.answered > seconds and not life.shared:
                del numbered[number]
    whole = set(numbered)
    candidates = sorted(
        (number for number in whole if may_go(numbered[number])),
        key=lambda number: (-numbered[number].answered, number),
    )
    for number in candidates:
        if size is None or taken(numbered[one] for one in whole) <= size:
            break
        whole.discard(number)
    return {number: number in whole for number in numbered}


def may_go(life: Life) -> bool:
    return life.answered is not None and not life.shared and bool(life.size or life.source)


def taken(lives) -> int:
    lives = list(lives)
    return sum(one.size for one in lives) + sum(len(one) for one in {each.source for each in lives})


LIVES = st.builds(
    Life,
    size=st.integers(0, 30),
    answered=st.none() | st.integers(0, 9),
    source=st.sampled_from([b"", b"", b"a" * 7, b"b" * 25]),
    shared=st.booleans(),
)


@settings(max_examples=30)
@given(
    lives=st.lists(LIVES, max_size=9),
    seconds=st.none() | st.integers(0, 9),
    size=st.none() | st.integers(0, 120),
)
def test_what_is_kept_is_what_a_plain_model_keeps(lives, seconds, size):
    async def check(folder: Path) -> None:
        async with opened(folder) as house:
            for life in lives:
                await house.live(life)
            await house.prune(seconds=seconds, size=size)
            left = expected(lives, seconds=seconds, size=size)
            assert await house.kept() == left
            # What lost its last job goes with the next round, and that round takes nothing more.
            await house.prune(seconds=seconds, size=size)
            assert await house.kept() == left
            whole = [lives[number - 1] for number, there in left.items() if there]
            named = {names(life.source) for life in whole if life.source}
            assert set(await house.sources.sizes()) == named

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder)))


async def test_nothing_goes_without_limits(house: House) -> None:
    await house.live(Life(answered=9000))
    assert not await house.prune()
    assert await house.kept() == {1: True}


async def test_what_was_done_is_counted(house: House) -> None:
    for life in (Life(answered=500, source=b"a"), Life(answered=50), Life(answered=5)):
        await house.live(life)
    assert await house.prune(seconds=100, size=15) == Pruned(jobs=1, pictures=1)
    assert await house.prune(seconds=100, size=15) == Pruned(sources=1)


async def test_a_cancelled_jobs_source_makes_room_too(house: House) -> None:
    job = await house.ask_for(Life(source=b"a" * 50))
    await house.board.cancel(job.id, now=2.0)
    await house.prune(size=10)
    assert await house.sources.sizes()
    await house.outbox.answered(job.id, message_id=1, now=3.0)
    await house.prune(size=10)
    await house.prune(size=10)
    assert not await house.sources.sizes()


async def test_settled_interactions_go_after_a_day_and_open_ones_stay(house: House) -> None:
    for number, born in ((1, 0.0), (2, 0.0), (3, NOW)):
        await house.journal.open(interaction(number, born=born))
    await house.journal.close(1)
    await house.journal.close(3)
    pruned = await house.storeroom.prune(Limits(), now=NOW)
    assert not pruned
    pruned = await house.storeroom.prune(Limits(), now=SETTLED_FOR + 1.0)
    assert pruned == Pruned(interactions=1)
    assert [one.id for one in await house.journal.unanswered()] == [2]


async def test_a_job_takes_its_interaction_and_its_hops_along_and_keeps_its_number(
    house: House,
) -> None:
    await house.journal.open(interaction(77, born=NOW))
    job = await house.queue.enqueue(new_job(77, 7), **ROOM, now=NOW)
    await house.board.cancel(job.id, now=NOW)
    hop = Hop(job.id, Way.CHANNEL).begun(NOW)
    await house.outbox.answered(job.id, hop=hop, message_id=1, now=NOW)
    assert await house.storeroom.prune(Limits(seconds=1.0), now=NOW + 10.0) == Pruned(jobs=1)
    assert await house.count(interactions) == await house.count(hops) == 0
    later = await house.live(Life())
    assert later.id == 2
    assert await house.board.was_dropped(1)
    assert not await house.board.was_dropped(2)
    assert not await house.board.was_dropped(3)


async def test_pruned_images_are_no_longer_offered_and_cannot_be_shared(house: House) -> None:
    job = await house.live(Life())
    await house.prune(size=0)
    assert (await house.board.get(job.id)).pruned
    assert not await house.board.drawn_by(job.origin.guild_id, job.origin.user_id, limit=9)
    with pytest.raises(StaleMove):
        await house.board.share(job.id)


async def test_what_is_shared_no_longer_may_go(house: House) -> None:
    job = await house.live(Life(shared=True))
    assert (await house.board.get(job.id)).shared
    await house.prune(seconds=0, size=0)
    assert await house.kept() == {1: True}
    await house.board.share(job.id, shared=False)
    await house.prune(seconds=0)
    assert await house.kept() == {}


class Crash(BaseException):
    """The process ends here."""


class CrashingFolder(PictureFolder):
    """A picture folder that the process does not live to clear."""

    async def remove(self, job_ids: Sequence[int]) -> Sequence[int]:
        raise Crash


@pytest.mark.parametrize("limits", [{"seconds": 10}, {"size": 0}])
async def test_a_crash_before_the_files_have_gone_leaves_them_for_the_next_start(
    tmp_path: Path, limits
) -> None:
    async with opened(tmp_path) as house:
        for _ in range(3):
            await house.live(Life())
        crashing = CrashingFolder(tmp_path / "pictures")
        storeroom = Storeroom(house.database, crashing, house.sources, batch=2)
        with pytest.raises(Crash):
            await storeroom.prune(Limits(**limits), now=NOW)
        assert await house.count(removals) == 2
        assert await house.has_pictures(1)
    async with opened(tmp_path) as house:
        assert not await house.prune()
        assert await house.count(removals) == 0
        assert [await house.has_pictures(number) for number in (1, 2, 3)] == [False, False, True]


async def test_files_that_cannot_be_removed_are_tried_again_and_hold_up_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await house.live(Life())
    stubborn = house.pictures.folder(1).with_name("1.part")
    stubborn.write_text("a file where a folder should be")
    assert (await house.prune(seconds=10)).jobs == 3
    assert "could not be removed" in caplog.text
    assert await house.count(removals) == 1
    stubborn.unlink()
    await house.prune(seconds=10)
    assert await house.count(removals) == 0
    assert list(house.pictures.folder(1).parent.iterdir()) == []


async def test_a_source_that_is_asked_for_again_meanwhile_stays(house: House) -> None:
    await house.live(Life(source=b"a", answered=500))
    await house.prune(seconds=100)
    async with house.sources.kept(b"a") as sha256:
        pruning = asyncio.create_task(house.prune(seconds=100))
        for _ in range(200):
            await asyncio.sleep(0)
        again = replace(recipe(), source={"sha256": sha256}, strength=0.5)
        await house.queue.enqueue(replace(new_job(9, 9), recipe=again), **ROOM, now=NOW)
    await pruning
    assert house.sources.read(sha256) == b"a"
