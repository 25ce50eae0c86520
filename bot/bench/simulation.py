"""The executor's own code with a painter that only counts, on a clock that only it moves."""

import heapq
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor as Pool
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.bench.arrivals import Arrival, Durations
from bot.imaging.executor import Executor, Failed, Finished, Tidings, Tuning
from bot.imaging.loader import Fetching
from bot.imaging.painter import Between, Drawn, Pixels, Step, Weights
from bot.model.fairness import cost_of, tags_for
from bot.model.picture import Work
from bot.model.recipe import Recipe

SLOTS = 16
SHARE_BEFORE = 0.5
"""The part of an image's extra time that comes before its first step."""
BLANK = Pixels(1, 1, b"\0\0\0")


def recipe_of(steps: int) -> Recipe:
    """A recipe each of whose steps costs one."""
    return Recipe(
        prompt="", negative_prompt="", seed=0, width=1000, height=1000, steps=steps,
        guidance_scale=1.0, scheduler="EulerDiscreteScheduler", model="counted",
    )  # fmt: skip


@dataclass(slots=True)
class SimulatedClock:
    """Seconds that pass only when something is drawn or waited for."""

    now: float = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class CountingPainter:
    """Implements the Painter port: moves the clock, and draws nothing."""

    default = Weights("counted")

    def __init__(self, clock: SimulatedClock, durations: Durations) -> None:
        self._clock = clock
        self._durations = durations

    def fetch(self, weights: Weights) -> None:
        """There is nothing to fetch."""

    def load(self, weights: Weights) -> None:
        """There is nothing to load."""

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """Let the time of the image pass."""
        beside = self._durations.beside
        self._clock.now += SHARE_BEFORE * beside
        for done in range(1, recipe.steps + 1):
            self._clock.now += self._durations.step
            between(Step(done, recipe.steps, lambda: BLANK))
        self._clock.now += (1 - SHARE_BEFORE) * beside
        return Drawn(BLANK, lambda: recipe)

    def settle(self) -> None:
        """Nothing is under way."""

    def relieve(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


class NoEncoding(Pool):
    """Takes pictures to encode and leaves them."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """A future that is already there."""
        future: Future[Any] = Future()
        future.set_result(None)
        return future


@dataclass(slots=True)
class WaitingRoom:
    """Start-time fair queueing in memory, one job a member in flight, as the durable queue does."""

    virtual: float = 0.0
    finishes: dict[int, float] = field(default_factory=dict)
    waiting: dict[int, list[tuple[float, int, int]]] = field(default_factory=dict)
    """Of each member: start tag, number and steps."""

    def enter(self, number: int, arrival: Arrival) -> None:
        """Queue a request at its fair place."""
        tags = tags_for(
            virtual_time=self.virtual,
            last_finish=self.finishes.get(arrival.member, 0.0),
            cost=cost_of(recipe_of(arrival.steps), 1),
            weight=1.0,
        )
        self.finishes[arrival.member] = tags.finish
        entry = (tags.start, number, arrival.steps)
        heapq.heappush(self.waiting.setdefault(arrival.member, []), entry)

    def claim(self, busy: set[int]) -> int | None:
        """The number of the next request of a member who is not busy."""
        heads = [(queue[0], member) for member, queue in self.waiting.items() if member not in busy]
        if not heads:
            return None
        (start, number, _), member = min(heads)
        heapq.heappop(self.waiting[member])
        if not self.waiting[member]:
            del self.waiting[member]
        self.virtual = max(self.virtual, start)
        return number


class Simulation:
    """One thread, its queue and a trace of arrivals."""

    def __init__(self, trace: Sequence[Arrival], durations: Durations, *, lag: float) -> None:
        """`lag` is in steps."""
        self._trace = trace
        self._clock = SimulatedClock()
        self._room = WaitingRoom()
        self._flying: dict[int, int] = {}
        """The number in the trace of each job in flight, by its ticket."""
        self._tickets = count(1)
        self._waits = [math.nan] * len(trace)
        tuning = Tuning(lag=lag, preview_seconds=math.inf, clock=self._clock)
        painter = CountingPainter(self._clock, durations)
        fetching = Fetching(NoEncoding(), lambda files: self._executor.fetched(files))
        self._executor = Executor(lambda: painter, self._hear, NoEncoding(), tuning, fetching)
        self._executor.prepare()

    def run(self) -> list[float]:
        """The waits, arrival to picture, in seconds and in the order of the trace."""
        arrived, trace = 0, self._trace
        while arrived < len(trace) or self._flying or self._room.waiting:
            while arrived < len(trace) and trace[arrived].at <= self._clock.now:
                self._room.enter(arrived, trace[arrived])
                arrived += 1
            self._fill()
            if self._executor.idle:
                self._clock.now = trace[arrived].at
            else:
                self._executor.turn()
        return self._waits

    def _fill(self) -> None:
        while self._room.waiting and len(self._flying) < SLOTS:
            claimed = self._room.claim({self._trace[one].member for one in self._flying.values()})
            if claimed is None:
                return
            arrival, ticket = self._trace[claimed], next(self._tickets)
            self._flying[ticket] = claimed
            work = Work(claimed, arrival.member, 1.0, (recipe_of(arrival.steps),))
            self._executor.take(ticket, work)

    def _hear(self, tidings: Tidings) -> None:
        if isinstance(tidings, Failed):
            raise tidings.error
        if isinstance(tidings, Finished):
            number = self._flying.pop(tidings.ticket)
            self._waits[number] = self._clock.now - self._trace[number].at


def shared(trace: Sequence[Arrival], durations: Durations, *, lag: float) -> list[float]:
    """The waits, arrival to picture, by the executor's rule; `lag` is in steps."""
    return Simulation(trace, durations, lag=lag).run()
