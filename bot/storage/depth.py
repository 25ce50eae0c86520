"""How many jobs there are in each state that still has something to be done for."""

from sqlalchemy import func, select

from bot.model.depth import QueueDepth
from bot.model.job import State
from bot.storage.database import Database
from bot.storage.tables import UNTOLD, in_state, jobs


class DepthGauge:
    """Depths over the database; each count reads its own small index and not the past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def depth(self) -> QueueDepth:
        """How much there is to do now; raises StorageError."""
        conditions = (in_state(State.QUEUED), in_state(State.RUNNING), UNTOLD)
        counts = [
            select(func.count()).select_from(jobs).where(one).scalar_subquery()
            for one in conditions
        ]
        async with self._database.reading() as connection:
            queued, running, untold = (await connection.execute(select(*counts))).one()
        return QueueDepth(queued=queued, running=running, untold=untold)
