"""What is kept and for how long: rows and files go together, and a crash between leaves no harm.

Rows change first, in the transaction that notes the files to remove; then the files go, and then
the note. Until then nothing has gone that a row speaks of, and after a crash the note is at hand.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from sqlalchemy import Select, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.keeping import Kept, Limits, Pruned, Stock
from bot.storage.database import Database, to_its_end
from bot.storage.pictures import PictureFolder
from bot.storage.sources import SourceFolder
from bot.storage.tables import OLD, PRUNABLE, SOURCED, STORED, interactions, jobs, removals

BATCH = 200
"""Jobs in one transaction, so that no enqueue waits long for its turn."""
SETTLED_FOR = 86_400.0
"""Seconds after which an interaction that has its answer is of no more use."""


class Storeroom:
    """Keeps rows, pictures and sources within their limits."""

    def __init__(
        self,
        database: Database,
        pictures: PictureFolder,
        sources: SourceFolder,
        *,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._pictures = pictures
        self._sources = sources
        self._batch = batch

    async def prune(self, limits: Limits, *, now: float) -> Pruned:
        """Remove what is too old, then the oldest of what is too much; raises StorageError.

        Nothing of a job that is shared or has no answer yet goes, nor a source that a kept job
        names. A source goes a round after its last job: a request for a variation that has just
        read that job names it meanwhile.
        """
        await self._remove_noted()
        done = Pruned(sources=await self._drop_sources())
        done = replace(done, interactions=await self._drop_settled(now - SETTLED_FOR))
        if limits.seconds is not None:
            done = replace(done, jobs=await self._drop_old(now - limits.seconds))
        if limits.size is not None:
            done = replace(done, pictures=await self._make_room(limits.size))
        return done

    async def _remove_noted(self) -> None:
        """Remove the files that are noted, batch by batch; what resists stays noted."""
        last = 0
        while noted := await self._noted(after=last):
            await self._forget(await self._pictures.remove(noted))
            last = noted[-1]

    @to_its_end
    async def _forget(self, gone: Sequence[int]) -> None:
        """Forget the notes of files that are gone."""
        async with self._database.writing() as connection:
            await connection.execute(delete(removals).where(removals.c.job_id.in_(gone)))

    async def _noted(self, *, after: int) -> Sequence[int]:
        statement = (
            select(removals.c.job_id)
            .where(removals.c.job_id > after)
            .order_by(removals.c.job_id)
            .limit(self._batch)
        )
        async with self._database.reading() as connection:
            return (await connection.scalars(statement)).all()

    async def _drop_sources(self) -> int:
        named = await self._named()
        needless = [name for name in await self._sources.sizes() if name not in named]
        return await self._sources.drop(needless, is_named=self._is_named)

    async def _is_named(self, sha256: str) -> bool:
        async with self._database.reading() as connection:
            return bool(
                await connection.scalar(select(exists().where(SOURCED, jobs.c.source == sha256)))
            )

    async def _named(self) -> dict[str, int]:
        """How many jobs name each source."""
        statement = (
            select(jobs.c.source, func.count().label("jobs")).where(SOURCED).group_by(jobs.c.source)
        )
        async with self._database.reading() as connection:
            return {row.source: row.jobs for row in await connection.execute(statement)}

    async def _drop_settled(self, born_before: float) -> int:
        """Drop the interactions that have their answer, in batches; how many there were."""
        answered = exists().where(
            jobs.c.id == interactions.c.job_id, jobs.c.answered_at.is_not(None)
        )
        settled = (
            select(interactions.c.id)
            .where(interactions.c.born < born_before, or_(interactions.c.closed, answered))
            .order_by(interactions.c.born, interactions.c.id)
            .limit(self._batch)
        )
        return await self._in_batches(lambda: self._drop_interactions(settled))

    @to_its_end
    async def _drop_interactions(self, chosen: Select[int]) -> int:
        """Drop some interactions; how many there were."""
        statement = delete(interactions).where(interactions.c.id.in_(chosen))
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).rowcount

    async def _in_batches(self, drop: Callable[[], Awaitable[int]]) -> int:
        """Drop batch by batch until one is not full; how many there were."""
        dropped, found = 0, self._batch
        while found == self._batch:
            found = await drop()
            dropped += found
        return dropped

    async def _drop_old(self, answered_before: float) -> int:
        """Drop the jobs that were answered before, with all that is theirs; how many there were."""
        old = (
            select(jobs.c.id)
            .where(OLD, jobs.c.answered_at < answered_before)
            .order_by(jobs.c.answered_at, jobs.c.id)
            .limit(self._batch)
        )

        async def drop() -> int:
            found = await self._drop_jobs(old)
            await self._remove_noted()
            return found

        return await self._in_batches(drop)

    @to_its_end
    async def _drop_jobs(self, chosen: Select[int]) -> int:
        """Drop some jobs with their interactions and note their files; how many there were."""
        async with self._database.writing() as connection:
            ids = (await connection.scalars(chosen)).all()
            await _note(connection, ids)
            await connection.execute(delete(interactions).where(interactions.c.job_id.in_(ids)))
            await connection.execute(delete(jobs).where(jobs.c.id.in_(ids)))
        return len(ids)

    async def _make_room(self, limit: int) -> int:
        """Prune the oldest jobs' pictures until all fit; how many jobs lost theirs."""
        pruned = 0
        stock = Stock(
            pictures=await self._pictures_size(),
            named=await self._named(),
            sources=await self._sources.sizes(),
        )
        while stock.size > limit and (oldest := await self._oldest()):
            pruned += await self._prune(stock.surplus(oldest, limit=limit))
            await self._remove_noted()
        return pruned

    async def _pictures_size(self) -> int:
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.sum(jobs.c.stored_bytes)).where(STORED)) or 0

    async def _oldest(self) -> Sequence[Kept]:
        statement = (
            select(jobs.c.id, jobs.c.stored_bytes, jobs.c.source)
            .where(PRUNABLE)
            .order_by(jobs.c.answered_at, jobs.c.id)
            .limit(self._batch)
        )
        async with self._database.reading() as connection:
            return [Kept(*row) for row in await connection.execute(statement)]

    @to_its_end
    async def _prune(self, job_ids: Sequence[int]) -> int:
        """Take the jobs' pictures away, unless they are shared by now; how many jobs lost them."""
        statement = (
            update(jobs)
            .where(and_(PRUNABLE, jobs.c.id.in_(job_ids)))
            .values(pruned=True, stored_bytes=0, source="")
            .returning(jobs.c.id)
        )
        async with self._database.writing() as connection:
            ids = (await connection.scalars(statement)).all()
            await _note(connection, ids)
        return len(ids)


async def _note(connection: AsyncConnection, job_ids: Sequence[int]) -> None:
    """Note the files to remove; a note that is there already stays."""
    known = set(
        await connection.scalars(select(removals.c.job_id).where(removals.c.job_id.in_(job_ids)))
    )
    if new := [{"job_id": job_id} for job_id in job_ids if job_id not in known]:
        await connection.execute(insert(removals), new)
