"""One member's flood among the others' requests, and what the rule alone makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.bench.arrivals import MIXED, STEPS_OF_AN_IMAGE, Arrival, Durations, flood, poisson
from bot.bench.simulation import shared
from bot.bench.statistics import mean
from bot.bench.workshop import LAG_IMAGES

LOAD, MEMBERS = 0.5, 24
ARRIVALS = 250
"""Of the others, from the flood's beginning: about three times as long as the larger flood is."""
TRIED = 30
"""Scenes that the measured one is chosen from."""


@dataclass(frozen=True, slots=True)
class Flood:
    """So many jobs of so many steps at once, and how much longer the others may wait for it."""

    count: int
    steps: int
    goal: float

    def arrivals(self, *, counts: int = 1, sizes: int = 1) -> tuple[Arrival, ...]:
        """The flood, its number and its sizes divided."""
        return flood(self.count // counts, self.steps // sizes)


FLOODS = (Flood(40, 120, 1.6), Flood(200, 8, 1.4))


@dataclass(frozen=True, slots=True)
class Scene:
    """The others' requests; they and the floods are divided in number by `counts`."""

    others: tuple[Arrival, ...]
    counts: int = 1

    def simulated(self, each: Flood, times: Durations, alone: Durations | None = None) -> float:
        """The others' mean wait beside a flood over that without it, by the rule alone.

        `alone` is what drawing takes without the flood, if that is not the same.
        """
        lag = float(LAG_IMAGES * STEPS_OF_AN_IMAGE)
        flooding = each.arrivals(counts=self.counts)
        beside = shared((*flooding, *self.others), times, lag=lag)[len(flooding) :]
        return mean(beside) / mean(shared(self.others, alone or times, lag=lag))


def scene(times: Durations, *, seed: int, counts: int = 1) -> Scene:
    """A scene by chance."""
    count = ARRIVALS // counts
    others = poisson(MIXED, times, load=LOAD, count=count, members=MEMBERS, seed=seed)
    return Scene(others, counts)


def expected(each: Flood, times: Durations, *, scenes: int) -> float:
    """The ratio by the rule alone in full number, on average over so many scenes."""
    chosen = (scene(times, seed=seed) for seed in range(1, scenes + 1))
    return mean([one.simulated(each, times) for one in chosen])


def closest_scene(times: Durations, wanted: Sequence[float], *, counts: int) -> Scene:
    """Of many small scenes the one whose simulated ratios come closest to those wanted."""

    def away(one: Scene) -> float:
        pairs = zip(FLOODS, wanted, strict=True)
        return max(abs(one.simulated(each, times) / ratio - 1) for each, ratio in pairs)

    return min((scene(times, seed=seed, counts=counts) for seed in range(1, TRIED + 1)), key=away)
