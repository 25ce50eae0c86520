"""When members ask for what: Poisson arrivals, and one member's flood among them."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

Mix = Sequence[tuple[int, float]]
"""Sizes in steps, each with its share of the requests."""

MIXED: Mix = ((8, 0.4), (30, 0.5), (120, 0.1))
"""Sketches, images and jobs of four; 30 steps on average, so that the equal mix costs the same."""
EQUAL: Mix = ((30, 1.0),)

STEPS_OF_AN_IMAGE = 30
FLOODER = 0
"""The member who floods; the others count from one."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: seconds from the start, whose, and how many steps."""

    at: float
    member: int
    steps: int


@dataclass(frozen=True, slots=True)
class Durations:
    """What drawing takes when nothing else runs, in seconds."""

    step: float
    beside: float
    """Once an image: the prompt before the first step and the decoding after the last."""

    @classmethod
    def by(cls, images: Mapping[int, float]) -> "Durations":
        """From the seconds that images of two numbers of steps took."""
        (few, short), (many, long) = sorted(images.items())
        step = (long - short) / (many - few)
        return cls(step=step, beside=max(0.0, short - few * step))

    def solo(self, steps: int) -> float:
        """An image alone."""
        return self.beside + steps * self.step

    def at(self, pace: float) -> "Durations":
        """The same, so many times as long."""
        return Durations(step=pace * self.step, beside=pace * self.beside)


Pieces = tuple[tuple[Arrival, ...], ...]


def poisson(
    mix: Mix, durations: Durations, *, load: float, count: int, members: int, seed: int
) -> tuple[Arrival, ...]:
    """`count` arrivals of equally busy members that keep the thread busy for `load` of the time."""
    chance = random.Random(seed)  # noqa: S311 - a simulation, not a secret
    sizes, shares = zip(*mix, strict=True)
    solo = sum(share * durations.solo(steps) for steps, share in mix)
    now, found = 0.0, []
    for _ in range(count):
        now += chance.expovariate(load / solo)
        steps = chance.choices(sizes, shares)[0]
        found.append(Arrival(now, chance.randint(1, members), steps))
    return tuple(found)


def flood(count: int, steps: int) -> tuple[Arrival, ...]:
    """What one member asks for at once at the start."""
    return (Arrival(0.0, FLOODER, steps),) * count


def pieces(trace: Sequence[Arrival], durations: Durations, *, least: int) -> Pieces:
    """A trace cut where the thread rests for an image at least, each piece from its beginning.

    A thread that never rests while somebody waits rests at the same times whomever it serves first:
    so no wait is another one for the cut, and two ways can be taken in turn. Unless the trace
    itself is shorter, no piece has fewer than `least` arrivals.
    """
    found, begun, free = [], 0, 0.0
    for number, arrival in enumerate(trace):
        rested = arrival.at - free >= durations.solo(STEPS_OF_AN_IMAGE)
        if rested and min(number - begun, len(trace) - number) >= least:
            found.append(trace[begun:number])
            begun = number
        free = max(free, arrival.at) + durations.solo(arrival.steps)
    found.append(trace[begun:])
    return tuple(_from_its_beginning(piece) for piece in found)


def _from_its_beginning(piece: Sequence[Arrival]) -> tuple[Arrival, ...]:
    return tuple(replace(one, at=one.at - piece[0].at) for one in piece)


def first_come(trace: Sequence[Arrival], durations: Durations) -> list[float]:
    """The waits, arrival to picture, when one stock call follows the other."""
    free, waits = 0.0, []
    for arrival in trace:
        free = max(free, arrival.at) + durations.solo(arrival.steps)
        waits.append(free - arrival.at)
    return waits
