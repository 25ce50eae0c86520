"""The journal of interactions: none is acknowledged that the database does not know."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import insert, select, update

from bot.model.job import Interaction
from bot.storage.database import Database
from bot.storage.records import interaction_of
from bot.storage.tables import UNSETTLED, has_token, interactions, jobs


class Journal:
    """InteractionJournal over the database, and the eraser of tokens that have died."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, interaction: Interaction) -> None:
        """Commit an interaction before it is acknowledged; one that is known already stays."""
        job = select(jobs.c.id).where(jobs.c.interaction_id == interaction.id).scalar_subquery()
        values = {**asdict(interaction), "closed": False, "job_id": job}
        known = select(interactions.c.id).where(interactions.c.id == interaction.id)
        async with self._database.writing() as connection:
            if await connection.scalar(known) is None:
                await connection.execute(insert(interactions).values(values))

    async def close(self, interaction_id: int) -> None:
        """Note that an interaction without a job has its answer; unknown ids are ignored."""
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

    async def erase_tokens(self, *, born_before: float) -> int:
        """Erase the tokens of interactions and jobs that were born before; how many there were."""
        births = ((jobs, jobs.c.token_born), (interactions, interactions.c.born))
        erased = 0
        async with self._database.writing() as connection:
            for table, born in births:
                statement = update(table).where(has_token(table), born < born_before)
                erased += (await connection.execute(statement.values(token=""))).rowcount
        return erased
