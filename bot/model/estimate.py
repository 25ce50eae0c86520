"""How long what waits still has to wait: the work before it, at the pace that was measured.

The thread is never idle while there is work, so a job that waits is done when all that is in
flight, all that is claimed before it, and it itself are drawn. Short jobs overtake long ones on the
thread, and who comes later may be claimed earlier: the estimate is what a member can count on if
nothing new comes, and it moves with the queue.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from types import MappingProxyType

from bot.model.job import Job

SAMPLES = 32
"""Drawn jobs of a model that its pace is the median of: enough for one odd job not to count, few
enough to follow a change of card within the hour."""

GRAINS = ((57.5, 5.0), (630.0, 60.0), (3450.0, 300.0), (float("inf"), 1800.0))
"""Up to how many seconds a time is told in steps of how many."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Measured seconds of the executor thread for a unit of cost.

    A model that was never drawn with is taken to be as fast as all together: cost counts the work
    of its UNet, and most models beside it have the same one. Without any history there is no pace.
    """

    models: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    overall: float | None = None

    def seconds(self, costs: Mapping[str, float]) -> float | None:
        """How long so much cost of each model takes; None where nothing has been measured."""
        if self.overall is None:
            return None
        return sum(cost * self.models.get(name, self.overall) for name, cost in costs.items())


def pace_of(samples: Mapping[str, Sequence[float]]) -> Pace:
    """The pace that these seconds for a unit of cost, by model, come to."""
    measured = {model: seconds for model, seconds in samples.items() if seconds}
    if not measured:
        return Pace()
    together = [one for seconds in measured.values() for one in seconds]
    models = {model: median(seconds) for model, seconds in measured.items()}
    return Pace(MappingProxyType(models), median(together))


@dataclass(frozen=True, slots=True)
class InHand:
    """A job in flight, and the part of it that is drawn."""

    job: Job
    done: float = 0.0

    @property
    def remaining(self) -> float:
        """The cost that is still to be served."""
        return self.job.cost * (1.0 - self.done)


@dataclass(frozen=True, slots=True)
class Queued:
    """A waiting job as the estimate sees it."""

    job_id: int
    model: str
    cost: float
    paused: bool = False
    """Whether its queue is held back, so that nobody knows when its turn comes."""
    guild_id: int = 0
    user_id: int = 0
    """Whose it is."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is drawn until a waiting job is: the jobs up to it in the queue, and their cost."""

    place: int | None
    """None while its queue is paused."""
    costs: Mapping[str, float]
    """By model, the job's own included."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a waiting job stands, as its member is told."""

    place: int | None
    """None while its queue is paused."""
    seconds_left: float | None = None
    """Until it is drawn, as people say it; None where nothing has been measured."""


PAUSED = Standing(None)


def standing_of(in_hand: Iterable[InHand], ahead: Ahead, pace: Pace) -> Standing:
    """Where one waiting job stands behind what is in flight."""
    if ahead.place is None:
        return PAUSED
    costs = dict(ahead.costs)
    for one in in_hand:
        _add(costs, one.job.recipe.model, one.remaining)
    return Standing(ahead.place, rounded(pace.seconds(costs)))


def standings(
    in_hand: Iterable[InHand], waiting: Sequence[Queued], pace: Pace
) -> dict[int, Standing]:
    """Where each waiting job stands, by its id; `waiting` is in the order of their places."""
    costs: dict[str, float] = {}
    for one in in_hand:
        _add(costs, one.job.recipe.model, one.remaining)
    found = {one.job_id: PAUSED for one in waiting if one.paused}
    moving = (one for one in waiting if not one.paused)
    for place, queued in enumerate(moving, start=1):
        _add(costs, queued.model, queued.cost)
        found[queued.job_id] = Standing(place, rounded(pace.seconds(costs)))
    return found


def rounded(seconds: float | None) -> float | None:
    """Seconds in the steps in which people speak of them: the longer, the rougher."""
    if seconds is None:
        return None
    grain = next(grain for limit, grain in GRAINS if seconds < limit)
    return max(1, round(seconds / grain)) * grain


def _add(costs: dict[str, float], model: str, cost: float) -> None:
    costs[model] = costs.get(model, 0.0) + cost
