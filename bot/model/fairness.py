"""Fairness by cost: start-time fair queueing (Goyal, Vin, Cheng 1996) as pure functions."""

from dataclasses import dataclass

from bot.model.recipe import Recipe


def cost_of(recipe: Recipe, count: int) -> float:
    """What a job costs: megapixels × UNet evaluations × images."""
    return recipe.megapixels * recipe.evaluations * count


@dataclass(frozen=True, slots=True)
class Tags:
    """A job's place in virtual time: it is served in the order of `start`."""

    start: float
    finish: float


def tags_for(*, virtual_time: float, last_finish: float, cost: float, weight: float) -> Tags:
    """The tags of a new job of a member whose previous job ended at `last_finish`."""
    start = max(virtual_time, last_finish)
    return Tags(start=start, finish=start + cost / weight)
