"""The ways an outcome can reach its member, best first."""

from enum import StrEnum

from bot.model.job import Job


class Way(StrEnum):
    """One way of answering."""

    ORIGINAL = "original"
    """Edit the message the command was acknowledged with."""
    CHANNEL = "channel"
    """A new message in the channel that mentions the author."""
    DIRECT = "direct"
    """A direct message to the author."""


def ways_for(job: Job, *, now: float) -> tuple[Way, ...]:
    """The ways to try in order; what was asked for in private never goes to a channel."""
    ways = []
    if job.token_lives(now):
        ways.append(Way.ORIGINAL)
    if not job.request.private:
        ways.append(Way.CHANNEL)
    ways.append(Way.DIRECT)
    return tuple(ways)
