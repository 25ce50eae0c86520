"""How long members wait at a busy hour: ours over first come, first served."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.bench.arrivals import (
    EQUAL,
    MIXED,
    STEPS_OF_AN_IMAGE,
    Arrival,
    Durations,
    Mix,
    Pieces,
    first_come,
    pieces,
    poisson,
)
from bot.bench.queueing import replay, stages
from bot.bench.report import Figure, Section
from bot.bench.simulation import shared
from bot.bench.statistics import mean, quantile
from bot.bench.stock import Stock, stock_pipeline
from bot.bench.workshop import (
    LAG_IMAGES,
    NO_TIME,
    Workshop,
    durations,
)
from bot.imaging.executor import Tuning

LOAD, MEMBERS = 0.8, 25
FEWEST = 10
"""Arrivals below which measuring says nothing; a quick run has no time for more at equal sizes."""
TRACES = 40
"""How many short traces the measured one is chosen from."""
PIECE = 20
"""Arrivals of a piece of a trace at least; longer ones in turn would leave time for a drift."""
PACES = (0.97, 1.0, 1.03)
"""At which a trace is simulated: a machine that is slow today must not change what comes of it."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A mix of sizes and its goals."""

    name: str
    mix: Mix
    mean_goal: float
    p95_goal: float


HOURS = (Hour("mixed 8/30/120 steps", MIXED, 0.56, 0.9), Hour("equal sizes", EQUAL, 1.03, 1.03))


@dataclass(frozen=True, slots=True)
class Ratios:
    """Mean and p95 of ours over those of first come, first served."""

    mean: float
    p95: float

    @classmethod
    def of(cls, ours: Sequence[float], fifo: Sequence[float]) -> "Ratios":
        """From the waits of one trace, or of several one after the other."""
        return cls(mean(ours) / mean(fifo), quantile(ours, 0.95) / quantile(fifo, 0.95))

    def away_from(self, other: "Ratios") -> float:
        """How much they differ, the larger one of both differences."""
        return max(abs(self.mean - other.mean), abs(self.p95 - other.p95))


@dataclass(frozen=True, slots=True)
class Paces:
    """How many times as long as just before drawing took, both ways."""

    ours: float
    fifo: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed, and what the rule alone makes of it."""

    planner: "Planner"
    pieces: Pieces
    expected: Ratios
    """Of this trace."""
    long_run: Ratios
    arrivals: int
    """How many the long run has."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes traces of a mix, and simulates them."""

    mix: Mix
    times: Durations
    sizes: int
    """What the numbers of steps are divided by."""

    def trace(self, count: int, seed: int) -> tuple[Arrival, ...]:
        """So many arrivals by chance."""
        mix = tuple((steps // self.sizes, share) for steps, share in self.mix)
        return poisson(mix, self.times, load=LOAD, count=count, members=MEMBERS, seed=seed)

    def ratios(self, parts: Pieces, paces: Sequence[Paces]) -> Ratios:
        """What the rule alone makes of each part, where both ways take so many times as long."""
        lag, ours, fifo = LAG_IMAGES * STEPS_OF_AN_IMAGE / self.sizes, [], []
        for part, pace in zip(parts, paces, strict=True):
            ours += shared(part, self.times.at(pace.ours), lag=lag)
            fifo += first_come(part, self.times.at(pace.fifo))
        return Ratios.of(ours, fifo)

    def evenly(self, parts: Pieces, pace: float = 1.0) -> Ratios:
        """The same where both ways take as long everywhere."""
        return self.ratios(parts, [Paces(pace, pace)] * len(parts))

    def plan(self, *, count: int, arrivals: int) -> Plan:
        """The trace of `count` arrivals that stands for many more best, whatever the pace."""
        long_run = self.evenly((self.trace(arrivals, 0),))

        def away(parts: Pieces) -> float:
            return max(self.evenly(parts, pace).away_from(long_run) for pace in PACES)

        least = min(PIECE, count // 2)
        traces = (self.trace(count, seed) for seed in range(1, TRACES + 1))
        chosen = min((pieces(one, self.times, least=least) for one in traces), key=away)
        return Plan(self, chosen, self.evenly(chosen), long_run, arrivals)


async def measure(shop: Workshop) -> Section:
    """Both hours on the real thread and by the rule alone."""
    sizes, arrivals = shop.choose(2, 1), shop.choose(2_000, 20_000)
    figures: list[Figure] = []
    async with stock_pipeline(shop.checkpoint, shop.device) as stock:
        times = await durations(stock, shop.sketch, times=shop.choose(3, 15))
        for hour, count in zip(HOURS, _counts(shop), strict=True):
            plan = Planner(hour.mix, times, sizes).plan(count=count, arrivals=arrivals)
            both = await _both(shop, stock, plan) if count >= FEWEST else None
            figures += _figures(hour, plan, both)
    return Section("waits", _definition(shop, times), tuple(figures))


def _counts(shop: Workshop) -> tuple[int, int]:
    return (shop.choose(FEWEST, 110), shop.choose(4, 60))


@dataclass(slots=True)
class Both:
    """One trace's waits both ways, and what both threads drew for it."""

    ours: list[float] = field(default_factory=list)
    fifo: list[float] = field(default_factory=list)
    paces: list[Paces] = field(default_factory=list)
    """Of each piece."""
    ours_drew: float = 0.0
    fifo_drew: float = 0.0
    """Seconds."""

    @property
    def slower(self) -> float:
        """By what share our thread took longer for the same pictures."""
        return self.ours_drew / self.fifo_drew - 1


async def _both(shop: Workshop, stock: Stock, plan: Plan) -> Both:
    """The same trace in our hands and in a row; its pieces in alternating order."""
    found = Both()

    async def in_a_row(arrival: Arrival) -> None:
        seconds = await stock.draw(shop.sketch(arrival.steps))
        found.fifo_drew += seconds

    tuning = Tuning(lag=shop.lag_for(shop.sketch(1)) / plan.planner.sizes)
    async with stages(shop, tuning) as house:
        for number, piece in enumerate(plan.pieces):
            ours_before, fifo_before = found.ours_drew, found.fifo_drew
            if number % 2:
                found.fifo += await replay(piece, in_a_row)
            found.ours += await replay(piece, house.ask)
            if not number % 2:
                found.fifo += await replay(piece, in_a_row)
            found.ours_drew = house.draw_seconds
            expected = sum(plan.planner.times.solo(arrival.steps) for arrival in piece)
            ours, fifo = found.ours_drew - ours_before, found.fifo_drew - fifo_before
            found.paces.append(Paces(ours / expected, fifo / expected))
    return found


def _figures(hour: Hour, plan: Plan, both: Both | None) -> list[Figure]:
    found = Ratios.of(both.ours, both.fifo) if both else None
    paced = plan.planner.ratios(plan.pieces, both.paces) if both else None
    goals = Ratios(hour.mean_goal, hour.p95_goal)
    figures = []
    for name in ("mean", "p95"):
        goal, long_run = getattr(goals, name), getattr(plan.long_run, name)
        measured, reason = None, NO_TIME
        if both and found and paced:
            measured = getattr(found, name)
            rule = Rule(getattr(plan.expected, name), long_run, getattr(paced, name))
            reason = explained(measured, rule, goal, slower=both.slower)
        title = f"{hour.name}: {name} wait"
        figures += [
            Figure(f"{title}, ours over FIFO", measured, goal, reason=reason),
            Figure(f"{title}, over {plan.arrivals} arrivals", long_run, goal, simulated=True),
        ]
    return figures


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rule alone makes of the arrivals, simulated."""

    here: float
    """For the trace that was replayed."""
    long_run: float
    paced: float
    """For the trace, with both threads at the paces that they had in each of their turns."""


def explained(value: float, rule: Rule, goal: float, *, slower: float) -> str:
    """Where a miss comes from: the rule, the few arrivals, the threads' paces, or the rest."""
    facts = (
        f"The rule alone, simulated, gives {rule.here:.3f} for this trace and {rule.long_run:.3f} "
        f"in the long run; at the paces that both threads had in their turns {rule.paced:.3f}, and "
        f"measured is {100 * (value / rule.paced - 1):+.0f} % from that. Our thread took "
        f"{100 * slower:+.1f} % longer than the stock calls for the same pictures."
    )
    if rule.long_run > goal:
        return f"{facts} The rule itself misses the goal."
    if rule.here > goal:
        return f"{facts} The rule meets the goal in the long run; this short trace happens not to."
    if rule.paced > goal:
        return (
            f"{facts} At even paces the rule meets the goal: how fast each turn was decides here."
        )
    return f"{facts} The rest is the database, the PNG and whatever else the machine had to do."


def _definition(shop: Workshop, times: Durations) -> str:
    recipe = shop.sketch(1)
    halved = " In a quick run all numbers of steps are halved." if shop.quick else ""
    return (
        f"{MEMBERS} equally busy members, Poisson arrivals at load {LOAD}; sizes 8, 30, 120 steps "
        f"in 40, 50, 10 % (30 on average; equal: 30); images of {recipe.width}×"
        f"{recipe.height} without guidance ({1000 * times.step:.1f} ms a step and "
        f"{1000 * times.beside:.1f} ms an image). Wait: from sending to the picture. Ours: durable "
        "queue, dispatcher, engine, PNG. FIFO: stock calls in a row, no queue on disk, no PNG. The "
        f"same arrivals for both, in turn wherever the thread rests, and of {TRACES} such traces "
        "the one whose simulated ratios stay closest to the long run's, whether drawing takes as "
        f"long as just before or {100 * (PACES[-1] - 1):.0f} % more or less. Lag: {LAG_IMAGES} "
        f"images of {STEPS_OF_AN_IMAGE} steps.{halved}"
    )
