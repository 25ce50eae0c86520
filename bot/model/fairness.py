"""Fairness by cost: start-time fair queueing (Goyal, Vin, Cheng 1996) as pure functions.

In the queue a job waits at its tags. On the executor thread, between two steps, the shortest job
goes first; a job counts as longer the more its member has had, and waits where that is too much.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.model.recipe import Recipe

BESIDE = 1.5
"""How many UNet evaluations the prompt and the decoding of an image, or of a tile, count as.

An SDXL decoding has 1.55 times the operations of an evaluation, and both text encoders 0.02.
"""

LAG_IMAGES = 8
"""How many images more than the least served member another may have had on the thread."""

HANDICAP = 0.25
"""How much longer a job counts as for each unit of service its member is ahead.

Beside a flood of sketches an image need not wait for all that the lag allows. The mean wait of a
busy hour is the least there is at nought; a quarter adds 0.3 % to it, a half 2.4 %.
"""

NOBODY = 0.5
"""The weight of somebody who is always in flight and never served.

So what is fair grows slower than those in flight are served, and who comes goes before them.
"""

DEBT = 0.5
"""The part of the lag by which who comes may be behind all in flight."""


def cost_of(recipe: Recipe, count: int) -> float:
    """What a job costs: megapixels × UNet evaluations × images, and what is beside them."""
    return (recipe.megapixels * recipe.evaluations + cost_beside(recipe)) * count


def cost_of_a_pass(recipe: Recipe) -> float:
    """What one of an image's passes through the UNet costs."""
    return recipe.megapixels * recipe.evaluations / recipe.passes


def cost_beside(recipe: Recipe) -> float:
    """What an image costs beside its passes."""
    return recipe.megapixels * BESIDE * len(recipe.tiles)


def lag_for(native_size: int) -> float:
    """The cost of the lag's images: 30 guided steps, square and of a checkpoint's native side."""
    return LAG_IMAGES * 60 * native_size**2 / 1_000_000


@dataclass(frozen=True, slots=True)
class Tags:
    """A job's place in virtual time: it is served in the order of `start`.

    Its member's next job begins at `finish`, or later.
    """

    start: float
    finish: float


def tags_for(*, virtual_time: float, last_finish: float, cost: float, weight: float) -> Tags:
    """The tags of a new job of a member whose previous job ended at `last_finish`."""
    start = max(virtual_time, last_finish)
    return Tags(start=start, finish=start + cost / weight)


@dataclass(frozen=True, slots=True)
class InFlight:
    """A job on the executor thread as the choice between two steps sees it."""

    job_id: int
    user_id: int
    remaining: float
    """The cost that is still to be served."""
    weights: Hashable = None
    """What it draws with; jobs on other weights are not mixed step by step."""
    started: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """Cost served over weight, of each member in flight and of who left with more than fair.

    `fair` is what a member would have had who was always in flight and got a share by weight:
    the virtual time of generalized processor sharing (Parekh, Gallager 1993), with `NOBODY` in
    flight as well. Who comes (back) starts there, or at their own service where that is more.
    Starting at the least served one in flight instead would rob whoever leaves between two jobs
    of what they were behind, and let a flood meet every newcomer as if it had had nothing.
    """

    fair: float = 0.0
    members: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))

    def entered(self, user_id: int) -> "Service":
        """A member has a job in flight again."""
        start = self.members.get(user_id, self.fair)
        return replace(self, members={**self.members, user_id: start})

    def charged(
        self, user_id: int, cost: float, weights: Mapping[int, float], *, lag: float
    ) -> "Service":
        """The service after a member was served; `weights` are those of all in flight."""
        service = self.members[user_id] + cost / weights[user_id]
        members = {**self.members, user_id: service}
        shared = self.fair + cost / (sum(weights.values()) + NOBODY)
        least = min(members[one] for one in weights)
        return Service(max(shared, least - DEBT * lag), members).settled(weights)

    def settled(self, in_flight: Collection[int]) -> "Service":
        """Forget whoever is not in flight and has had no more than is fair."""
        kept = {u: s for u, s in self.members.items() if u in in_flight or s > self.fair}
        return replace(self, members=kept)


def next_to_step(
    jobs: Sequence[InFlight],
    service: Service,
    *,
    lag: float,
    loaded: Hashable = None,
    change_paid: bool = True,
) -> InFlight:
    """The job to step next: the shortest one of those whose members are not far ahead.

    Being ahead by less than the lag makes a job count as longer by a part of that: a short job of
    somebody who had much waits for a longer one of somebody who had little.

    While a job on the `loaded` weights is under way, only jobs on them are stepped; when the fair
    choice is on other weights and the work since they were loaded has paid for a change
    (`change_paid`), no further job on the loaded ones starts, so that the change comes.
    """
    fair = _shortest_within(jobs, service, lag)
    if fair.weights == loaded:
        return fair
    same = [job for job in jobs if job.weights == loaded]
    started = [job for job in same if job.started]
    allowed = started if change_paid else same
    return _shortest_within(allowed, service, lag) if allowed else fair


def _shortest_within(jobs: Sequence[InFlight], service: Service, lag: float) -> InFlight:
    had = service.members
    least = min(had[job.user_id] for job in jobs)
    near = (job for job in jobs if had[job.user_id] <= least + lag)
    return min(near, key=lambda job: (job.remaining + HANDICAP * had[job.user_id], job.job_id))
