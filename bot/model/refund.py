"""Giving back what a job that was not drawn has been charged in the fair queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.fairness import Tags

FIRST = 1.0
"""By how much a job that is put first starts before the one that was."""


@dataclass(frozen=True, slots=True)
class Place:
    """A waiting job's tags, the virtual time at which it came, and its cost over its weight.

    Its member's jobs stand in the order in which they came; of one time, in that of their numbers.
    """

    tags: Tags
    entered: float
    length: float

    @property
    def begins(self) -> float:
        """Where it stands among its member's jobs; one that was put first starts elsewhere."""
        put_first = self.tags.finish - self.tags.start > self.length + FIRST / 2
        return self.tags.finish - self.length if put_first else self.tags.start

    @property
    def taken(self) -> float:
        """How much it takes of its member's account."""
        return self.tags.finish - self.begins


def pulled_forward(freed: float, later: Sequence[Place]) -> tuple[tuple[Tags, ...], float]:
    """The tags of a member's later jobs, in their order, once an earlier one gave back `freed`.

    They become what they would have been without that job, and none starts before it came. Also
    returns by how much the member's last finish tag goes back.
    """
    tags = []
    for place in later:
        freed = max(0.0, min(freed, place.begins - place.entered))
        tags.append(Tags(start=place.tags.start - freed, finish=place.tags.finish - freed))
    return tuple(tags), freed
