"""A painter that notes when things happen on the executor thread, round the real one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.imaging.painter import Between, Drawn, Painter, Pixels, Step, Weights
from bot.model.recipe import Recipe


@dataclass(slots=True)
class Watch:
    """Written by the executor thread, read by the loop: lists that only grow.

    Times are of `time.perf_counter`.
    """

    steps: list[tuple[int, float]] = field(default_factory=list)
    """The seed drawn with and the time, at the end of every step."""
    pictures: list[tuple[Drawn, float]] = field(default_factory=list)
    """Every finished picture, and when its pixels were there."""
    broken_off: list[float] = field(default_factory=list)
    """When drawings ended before their picture."""


class WatchedPainter:
    """Implements the Painter port round another one."""

    def __init__(self, painter: Painter, watch: Watch) -> None:
        self._painter = painter
        self._watch = watch

    @property
    def default(self) -> Weights:
        """What the painter draws with by default."""
        return self._painter.default

    def fetch(self, weights: Weights) -> None:
        """As the painter does."""
        self._painter.fetch(weights)

    def load(self, weights: Weights) -> None:
        """As the painter does."""
        self._painter.load(weights)

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """As the painter does, with a note of each step and of the end."""

        def noted(step: Step) -> None:
            self._watch.steps.append((recipe.seed, time.perf_counter()))
            between(step)

        try:
            drawn = self._painter.draw(recipe, noted, source)
        except BaseException:
            self._watch.broken_off.append(time.perf_counter())
            raise
        self._watch.pictures.append((drawn, time.perf_counter()))
        return drawn

    def settle(self) -> None:
        """As the painter does."""
        self._painter.settle()

    def relieve(self) -> None:
        """As the painter does."""
        self._painter.relieve()

    def close(self) -> None:
        """As the painter does."""
        self._painter.close()


def watched(factory: Callable[[], Painter], watch: Watch) -> Callable[[], Painter]:
    """The factory of a watched painter."""
    return lambda: WatchedPainter(factory(), watch)
