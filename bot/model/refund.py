"""Giving back what a job that was not drawn has been charged in the fair queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.fairness import Tags


@dataclass(frozen=True, slots=True)
class Place:
    """A waiting job's tags, and the virtual time at which it came."""

    tags: Tags
    entered: float


def pulled_forward(freed: float, later: Sequence[Place]) -> tuple[tuple[Tags, ...], float]:
    """The tags of a member's later jobs once an earlier one gave back its length `freed`.

    They become what they would have been without that job, and none starts before it came. Also
    returns by how much the member's last finish tag goes back.
    """
    tags = []
    for place in later:
        freed = max(0.0, min(freed, place.tags.start - place.entered))
        tags.append(Tags(start=place.tags.start - freed, finish=place.tags.finish - freed))
    return tuple(tags), freed
