"""What the bot's owner holds back: the queue of a server, or of the whole bot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, nextafter

from bot.model.fairness import Tags
from bot.model.refund import FIRST, Place

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


def taken_up(
    paused: Sequence[Place], *, virtual_time: float, last_finish: float
) -> tuple[Place, ...]:
    """The places of a member's jobs, in their order, when a pause that held them ends.

    They are what they would be had the jobs been asked for at this moment, one after the other:
    service that others had during the pause is not owed, and the member's own other jobs, the last
    of which ends at `last_finish`, stay before them. Each comes the least bit after the one before
    it, so that it is known in which order they did.
    """
    found: list[Place] = []
    earliest, entered = max(virtual_time, last_finish), virtual_time
    for place in paused:
        tags, entered = Tags(earliest, earliest + place.length), nextafter(entered, inf)
        found.append(replace(place, tags=tags, entered=entered))
        earliest = tags.finish
    return tuple(found)


def put_first(place: Place, first_start: float) -> Place:
    """A place before the one that starts at `first_start`.

    Its finish stays, so that it counts against its member, and a refund moves all their jobs, as
    if it had not been put first.
    """
    return replace(place, tags=replace(place.tags, start=first_start - FIRST))
