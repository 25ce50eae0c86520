"""What a member asked for before, and the pictures of it that are kept."""

from collections.abc import Sequence

from bot.model.errors import NoLongerKept, NoSuchPicture, StorageError
from bot.model.job import Job, State
from bot.model.past import require_pictures
from bot.model.picture import Picture
from bot.ports import Album, Requests

RECENT = 15
"""As many as one message holds."""


class History:
    """Looks up a member's own requests in a server; nobody else's, and none of other servers."""

    def __init__(self, *, requests: Requests, album: Album) -> None:
        self._requests = requests
        self._album = album

    async def recent(self, guild_id: int, user_id: int) -> Sequence[Job]:
        """A member's last requests in a server, the newest first; raises NoSuchPicture without."""
        jobs = await self._requests.asked_by(guild_id, user_id, limit=RECENT)
        if not jobs:
            raise NoSuchPicture(None)
        return jobs

    async def again(
        self, job_id: int, *, guild_id: int, user_id: int
    ) -> tuple[Job, Sequence[Picture]]:
        """A request and its pictures, none of one that ended without.

        Raises NoSuchPicture, NotDrawnYet or NoLongerKept.
        """
        job = await self._requests.get(job_id)
        if job is None and await self._requests.was_dropped(job_id):
            raise NoLongerKept(job_id)
        if job is None or (job.origin.guild_id, job.origin.user_id) != (guild_id, user_id):
            raise NoSuchPicture(job_id)
        if job.state in (State.FAILED, State.CANCELLED):
            return job, ()
        require_pictures(job)
        return job, await self._pictures(job)

    async def _pictures(self, job: Job) -> Sequence[Picture]:
        try:
            return await self._album.load(job.id)
        except StorageError:
            # They may have been removed since the job was looked up.
            present = await self._requests.get(job.id)
            if present is None or present.pruned:
                raise NoLongerKept(job.id) from None
            raise
