"""What the bot's owner holds back: the queue of a server, or of the whole bot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.model.fairness import Tags
from bot.model.refund import Place

EVERYWHERE = 0
"""The scope of a hold on the whole bot; every other scope is a server's id."""


class HoldKind(StrEnum):
    """How a queue is held back."""

    PAUSED = "paused"
    """Requests are accepted and wait; none of them is begun."""
    DRAINING = "draining"
    """What waits is drawn; no request is accepted."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A queue that is held back: whose, how, by which user, since when (Unix seconds)."""

    scope: int
    kind: HoldKind
    by: int
    since: float


def taken_up(paused: Sequence[Place], virtual_time: float) -> tuple[Place, ...]:
    """The places of a member's jobs, in their order, when a pause that held them ends.

    They are what they would be had the jobs been asked for at this moment, one after the other:
    service that others had during the pause is not owed, and what had not come to its turn yet
    stands where it stood.
    """
    found: list[Place] = []
    earliest = virtual_time
    for place in paused:
        length = place.tags.finish - place.tags.start
        start = max(place.tags.start, earliest)
        earliest = start + length
        found.append(Place(Tags(start, earliest), entered=virtual_time))
    return tuple(found)


def put_first(place: Place, first_start: float) -> Place:
    """A place before the one that starts at `first_start`, of the same length.

    The time at which it came moves along, so that a refund to its member moves all their jobs by
    what it would have moved them by anyhow.
    """
    ahead = place.tags.start - first_start + 1.0
    tags = Tags(place.tags.start - ahead, place.tags.finish - ahead)
    return replace(place, tags=tags, entered=place.entered - ahead)
