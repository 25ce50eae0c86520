"""The ways of answering, and what is remembered of each that was tried for a job."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Way(StrEnum):
    """One way of answering, best first."""

    ORIGINAL = "original"
    """Edit the message the command was acknowledged with; twice is the same as once."""
    CHANNEL = "channel"
    """A new message in the channel that mentions the author."""
    DIRECT = "direct"
    """A direct message to the author."""

    @property
    def repeatable(self) -> bool:
        """Whether going it twice leaves what going it once does."""
        return self is Way.ORIGINAL


class Outcome(StrEnum):
    """What came of trying a way."""

    TOLD = "told"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Hop:
    """A way that was tried for a job; times are Unix seconds, of the last try.

    Without an end nobody knows whether the message went out: the process ended in the middle.
    """

    job_id: int
    way: Way
    tries: int = 0
    begun_at: float = 0.0
    ended_at: float | None = None
    outcome: Outcome | None = None
    status: int | None = None
    """Discord's HTTP status, where it answered."""
    code: int | None = None
    """Discord's own code."""

    def begun(self, now: float) -> "Hop":
        """The hop with one more try under way."""
        return Hop(self.job_id, self.way, self.tries + 1, now)

    def ended(
        self, outcome: Outcome, now: float, *, status: int | None = None, code: int | None = None
    ) -> "Hop":
        """The hop with what came of its last try."""
        return replace(self, ended_at=now, outcome=outcome, status=status, code=code)
