"""The journal of interactions: none is acknowledged that the database does not know."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.job import Interaction
from bot.storage.database import Database, to_its_end
from bot.storage.records import interaction_of
from bot.storage.tables import UNSETTLED, has_token, interactions, jobs


class Journal:
    """InteractionJournal over the database, and the eraser of tokens that have died."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opening: list[_Opening] = []
        self._committing: asyncio.Task[None] | None = None
        # What an earlier process erased may still stand in the log that it left.
        self._log_is_clean = False

    async def open(self, interaction: Interaction) -> None:
        """Commit an interaction before it is acknowledged; one that is known already stays.

        Whatever comes while one commit is on its way to the disk shares the next one: a crowd has
        no time to wait for each other.
        """
        opening = _Opening(interaction, asyncio.get_running_loop().create_future())
        self._opening.append(opening)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all(), name="journal")
        await opening.committed

    async def _commit_all(self) -> None:
        try:
            while self._opening:
                together, self._opening = self._opening, []
                await self._commit(together)
        finally:
            self._committing = None

    async def _commit(self, together: Sequence["_Opening"]) -> None:
        error: Exception | None = None
        try:
            await self._write([opening.interaction for opening in together])
        except Exception as caught:
            error = caught
        for opening in together:
            opening.settle(error)

    @to_its_end
    async def _write(self, together: Sequence[Interaction]) -> None:
        async with self._database.writing() as connection:
            for interaction in together:
                await _insert(connection, interaction)

    @to_its_end
    async def close(self, interaction_id: int) -> None:
        """Note that an interaction without a job has its answer; unknown ids are ignored.

        One that still waits to be noted need not be any more: it would stay open for good.
        """
        for opening in [one for one in self._opening if one.interaction.id == interaction_id]:
            self._opening.remove(opening)
            opening.settle(None)
        statement = update(interactions).where(interactions.c.id == interaction_id)
        async with self._database.writing() as connection:
            await connection.execute(statement.values(closed=True))

    async def unanswered(self) -> Sequence[Interaction]:
        """Interactions that have neither an answer nor a job, oldest first."""
        statement = (
            select(interactions).where(UNSETTLED).order_by(interactions.c.born, interactions.c.id)
        )
        async with self._database.reading() as connection:
            return [interaction_of(row) for row in await connection.execute(statement)]

    @to_its_end
    async def erase_tokens(self, *, born_before: float) -> int:
        """Erase the tokens of interactions and jobs that were born before; how many there were.

        They are gone from the disk as well, at the latest with the next erasing that finds nobody
        reading.
        """
        births = ((jobs, jobs.c.token_born), (interactions, interactions.c.born))
        erased = 0
        async with self._database.writing() as connection:
            for table, born in births:
                statement = update(table).where(has_token(table), born < born_before)
                erased += (await connection.execute(statement.values(token=""))).rowcount
        self._log_is_clean = self._log_is_clean and not erased
        if not self._log_is_clean:
            self._log_is_clean = await self._database.empty_log()
        return erased


@dataclass(frozen=True, slots=True)
class _Opening:
    """An interaction on its way into the journal, and who waits for it."""

    interaction: Interaction
    committed: "asyncio.Future[None]"

    def settle(self, error: Exception | None) -> None:
        """Tell how it went; a handler that has given up hears of nothing."""
        if self.committed.done():
            return
        if error is None:
            self.committed.set_result(None)
        else:
            self.committed.set_exception(error)


async def _insert(connection: AsyncConnection, interaction: Interaction) -> None:
    job = select(jobs.c.id).where(jobs.c.interaction_id == interaction.id).scalar_subquery()
    known = select(interactions.c.id).where(interactions.c.id == interaction.id)
    if await connection.scalar(known) is None:
        values = {**asdict(interaction), "closed": False, "job_id": job}
        await connection.execute(insert(interactions).values(values))
