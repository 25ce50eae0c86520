"""What became of a job, in the one line that the log has for each once it has its answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model.job import Job, State
from bot.model.ways import Way


@dataclass(frozen=True, slots=True)
class Summary:
    """A job's facts; seconds are rounded to hundredths, None where it did not come to that."""

    job: int
    outcome: str
    """"delivered", "failed" or "cancelled"."""
    failure: str
    """The name of the error that a failed job ended with."""
    waited: float
    """Seconds in the queue before it was last begun, or until its outcome."""
    drew: float | None
    """Seconds that the executor thread drew on it."""
    way: str
    """How its author was told; "kept" where every way was closed."""
    attempts: int
    """Crashes in the middle of its steps."""
    images: int
    model: str
    bytes: int
    """Of its PNG files together."""

    def shown(self) -> Mapping[str, object]:
        """The facts by name; those that there are none of are left out."""
        facts = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in facts.items() if value not in ("", None)}


def summary_of(job: Job, *, way: Way | None, images: int, size: int) -> Summary:
    """The summary of a job that has been answered by `way`, with `images` of `size` bytes."""
    begun = job.claimed_at or job.finished_at or job.created_at
    # What was drawn is delivered, or kept where nobody can be reached.
    drawn = job.state in (State.RENDERED, State.DELIVERED)
    return Summary(
        job=job.id,
        outcome=State.DELIVERED.value if drawn else job.state.value,
        failure=job.failure,
        waited=round(max(0.0, begun - job.created_at), 2),
        drew=None if job.draw_seconds is None else round(job.draw_seconds, 2),
        way="kept" if way is None else way.value,
        attempts=job.attempts,
        images=images,
        model=job.recipe.model,
        bytes=size,
    )
