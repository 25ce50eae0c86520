"""The statistics of the figures, each a pure function of what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, interpolated between neighbours."""
    if not values:
        raise ValueError("there is no quantile of nothing")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 2) if len(ordered) > 1 else 0
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return quantile(values, 0.5)


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return sum(values) / len(values)


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the quartiles round it."""

    low: float
    middle: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.3f} (quartiles {self.low:.3f} to {self.high:.3f})"


def spread(values: Sequence[float]) -> Spread:
    """The median and the quartiles."""
    return Spread(quantile(values, 0.25), median(values), quantile(values, 0.75))


def pair_ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """The ratio of each pair that was measured in turn."""
    return [one / other for one, other in zip(above, below, strict=True)]


def growth(values: Sequence[float]) -> float:
    """How much more the last tenth is than the first tenth, as a share of the first."""
    tenth = max(1, len(values) // 10)
    first, last = median(values[:tenth]), median(values[-tenth:])
    return last / first - 1
