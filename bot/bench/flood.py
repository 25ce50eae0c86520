"""What one member's flood does to the others, and to one large job."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from bot.bench.arrivals import FLOODER, STEPS_OF_AN_IMAGE, Arrival, Durations
from bot.bench.queueing import Stages, replay, stages
from bot.bench.report import Figure, Section
from bot.bench.scenes import (
    ARRIVALS,
    FLOODS,
    LOAD,
    MEMBERS,
    TRIED,
    Flood,
    Scene,
    closest_scene,
    expected,
)
from bot.bench.simulation import shared
from bot.bench.statistics import mean
from bot.bench.workshop import LAG_IMAGES, NO_TIME, Workshop
from bot.imaging.executor import Tuning
from bot.model.fairness import BESIDE

COUNTS = 4
"""What the floods and the requests are divided by in number, to fit the time."""
LARGE, LARGE_GOAL = 120, 2.1
ENOUGH = 80
"""Of the flood's jobs: more than are begun before the large one is done."""


async def measure(shop: Workshop) -> Section:
    """The others beside each flood over the others alone, and a large job among small ones."""
    async with _house(shop) as house:
        times = await house.durations(times=shop.choose(2, 15))
    averaged = shop.choose(1, 8)
    whole = [expected(each, times, scenes=averaged) for each in FLOODS]
    if shop.quick:
        figures = [_named(each, None, NO_TIME) for each in FLOODS]
    else:
        figures = await _beside_floods(shop, times, whole)
    for each, ratio in zip(FLOODS, whole, strict=True):
        figures.append(replace(_named(each, ratio), simulated=True))
    figures.append(await _large_job(shop, times))
    return Section("flood", _definition(averaged), tuple(figures))


def _named(each: Flood, ratio: float | None, reason: str = "") -> Figure:
    name = f"others beside {each.count} × {each.steps} steps, over alone"
    return Figure(name, ratio, each.goal, reason=reason)


async def _beside_floods(shop: Workshop, times: Durations, whole: Sequence[float]) -> list[Figure]:
    scene = closest_scene(times, whole, counts=COUNTS)
    alone, pace_alone = await _waits(shop, scene, (), times)
    figures = []
    for each, ratio in zip(FLOODS, whole, strict=True):
        beside, pace = await _waits(shop, scene, each.arrivals(counts=COUNTS), times)
        found = beside / alone
        paced = scene.simulated(each, times.at(pace), times.at(pace_alone))
        here = scene.simulated(each, times)
        rule = Rule(here=here, whole=ratio, pace=pace / pace_alone, paced=paced)
        figures.append(_named(each, found, explained(found, rule, each.goal)))
    return figures


async def _waits(
    shop: Workshop, scene: Scene, flooding: Sequence[Arrival], times: Durations
) -> tuple[float, float]:
    """The others' mean wait, and the thread's pace; the rest of the flood is not waited for."""
    async with _house(shop) as house:
        await _enqueue(house, flooding)
        waits = await replay(scene.others, house.ask)
        return mean(waits), house.pace(times)


def _house(shop: Workshop) -> AbstractAsyncContextManager[Stages]:
    return stages(shop, Tuning(lag=shop.lag_for(shop.sketch(1))))


async def _enqueue(house: Stages, flooding: Sequence[Arrival]) -> None:
    for arrival in flooding:
        await house.enqueue(arrival)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rule alone makes of a flood, simulated."""

    here: float
    """For the requests that were replayed."""
    whole: float
    """In full number."""
    pace: float
    """How many times as long as without it the thread drew beside the flood."""
    paced: float
    """For the requests that were replayed, with the thread at its pace with and without it."""


def explained(value: float, rule: Rule, goal: float) -> str:
    """Where a miss comes from: the rule, the smaller number, a slower thread, or the rest."""
    facts = (
        f"The rule alone, simulated, gives {rule.here:.2f} for these requests and {rule.whole:.2f} "
        "in full number."
    )
    if rule.whole > goal:
        return f"{facts} The rule itself misses the goal."
    if rule.here > goal:
        return f"{facts} The rule meets the goal in full number, and not in this small one."
    return (
        f"{facts} Beside the flood's commits and PNG files the thread drew "
        f"{100 * (rule.pace - 1):+.0f} % longer on an image than without them; at these paces the "
        f"rule gives {rule.paced:.2f}. Measured is {100 * (value / rule.paced - 1):+.0f} % from "
        "that: the way into the queue and out of it, and whatever else the machine had to do."
    )


async def _large_job(shop: Workshop, times: Durations) -> Figure:
    """One job of 120 steps that comes to a flood of 200 × 8, over its equal share."""
    sizes = shop.choose(4, 1)
    large, small = Arrival(0.0, FLOODER + 1, LARGE // sizes), FLOODS[1].arrivals(sizes=sizes)
    async with stages(shop, Tuning(lag=shop.lag_for(shop.sketch(1)) / sizes)) as house:
        (alone,) = await replay((replace(large, member=large.member + 1),), house.ask)
        await _enqueue(house, small[:ENOUGH])
        (beside,) = await replay((large,), house.ask)

    def simulated(given: Durations) -> float:
        lag = LAG_IMAGES * STEPS_OF_AN_IMAGE / sizes
        return shared((*small, large), given, lag=lag)[-1] / (2 * given.solo(large.steps))

    return Figure(
        f"one job of {LARGE} steps beside 200 × 8, over its share",
        beside / (2 * alone),
        LARGE_GOAL,
        reason=explained_share(
            simulated(times), simulated(replace(times, beside=BESIDE * times.step)), times
        ),
    )


def explained_share(rule: float, charged: float, times: Durations) -> str:
    """Where a miss comes from: what members are not charged for, or the rule itself."""
    return (
        f"The rule alone, simulated with the durations measured here, gives {rule:.2f}, and "
        f"{charged:.2f} if an image's prompt and decoding took the {BESIDE:g} steps that its "
        f"member is charged for them: here they take {times.beside / times.step:.1f}."
    )


def _definition(averaged: int) -> str:
    several = "one trace" if averaged == 1 else f"the mean of {averaged} traces"
    return (
        f"{MEMBERS} members, mixed sizes, Poisson arrivals at load {LOAD} of the thread as it "
        f"draws in the bot, {ARRIVALS} requests from the flood's beginning on; their mean wait "
        "over that of the same requests on the same way without the flood. Measured: a "
        f"{COUNTS}th of the flood and of the requests, and of {TRIED} such traces the one whose "
        "simulated ratios come closest to those in full number. Simulated: the rule alone in full "
        f"number, {several}. One large job: its wait over twice what it takes "
        "alone, just before, since the flood's share equals its own; in a quick run all its sizes "
        "are a quarter."
    )
