"""What can still be shown of a request."""

from bot.model.errors import NoLongerKept, NoSuchPicture, NotDrawnYet
from bot.model.job import Job, State


def require_pictures(job: Job) -> None:
    """Raise NotDrawnYet, NoSuchPicture or NoLongerKept where a job has no pictures to show."""
    if job.state in (State.QUEUED, State.RUNNING):
        raise NotDrawnYet(job.id)
    if job.state not in (State.RENDERED, State.DELIVERED):
        raise NoSuchPicture(job.id)
    if job.pruned:
        raise NoLongerKept(job.id)
