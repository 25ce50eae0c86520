"""What one member's flood does to the others, and to one large job."""

from collections.abc import Sequence
from dataclasses import replace

from bot.bench.arrivals import FLOODER, Arrival, Durations
from bot.bench.queueing import Stages, replay, stages
from bot.bench.report import Figure, Section
from bot.bench.scenes import (
    ARRIVALS,
    AVERAGED,
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
from bot.bench.stock import stock_pipeline
from bot.bench.workshop import LAG_IMAGES, NO_TIME, STEPS_OF_AN_IMAGE, Workshop, durations
from bot.imaging.executor import Tuning
from bot.model.fairness import BESIDE

COUNTS = 4
"""What the floods and the requests are divided by in number, to fit the time."""
LARGE, LARGE_GOAL = 120, 2.1
ENOUGH = 80
"""Of the flood's jobs: more than are begun before the large one is done."""


async def measure(shop: Workshop) -> Section:
    """The others beside each flood over the others alone, and a large job among small ones."""
    async with stock_pipeline(shop.checkpoint, shop.device) as stock:
        times = await durations(stock, shop.sketch, times=shop.choose(5, 15))
    whole = [expected(each, times) for each in FLOODS]
    if shop.quick:
        figures = [_named(each, None, NO_TIME) for each in FLOODS]
    else:
        figures = await _beside_floods(shop, times, whole)
    for each, ratio in zip(FLOODS, whole, strict=True):
        figures.append(replace(_named(each, ratio), simulated=True))
    figures.append(await _large_job(shop, times))
    return Section("flood", _definition(), tuple(figures))


def _named(each: Flood, ratio: float | None, reason: str = "") -> Figure:
    name = f"others beside {each.count} × {each.steps} steps, over alone"
    return Figure(name, ratio, each.goal, reason=reason)


async def _beside_floods(shop: Workshop, times: Durations, whole: Sequence[float]) -> list[Figure]:
    scene = closest_scene(times, whole, counts=COUNTS)
    alone = mean(await _waits(shop, scene, ()))
    figures = []
    for each, ratio in zip(FLOODS, whole, strict=True):
        found = mean(await _waits(shop, scene, each.arrivals(counts=COUNTS))) / alone
        reason = explained(found, scene.simulated(each, times), ratio, each.goal)
        figures.append(_named(each, found, reason))
    return figures


async def _waits(shop: Workshop, scene: Scene, flooding: Sequence[Arrival]) -> list[float]:
    """How long the others wait; what is left of the flood then is not waited for."""
    async with stages(shop, Tuning(lag=shop.lag_for(shop.sketch(1)))) as house:
        await _enqueue(house, flooding)
        return await replay(scene.others, house.ask)


async def _enqueue(house: Stages, flooding: Sequence[Arrival]) -> None:
    for arrival in flooding:
        await house.enqueue(arrival)


def explained(value: float, here: float, whole: float, goal: float) -> str:
    """Where a miss comes from: the rule, the smaller number, or the machine."""
    facts = (
        f"The rule alone, simulated, gives {here:.2f} for these requests and {whole:.2f} in full "
        "number."
    )
    if whole > goal:
        return f"{facts} The rule itself misses the goal."
    if here > goal:
        return f"{facts} The rule meets the goal in full number, and not in this small one."
    return (
        f"{facts} Measured is {100 * (value / here - 1):+.0f} % from that: the queue, the "
        "database, and whatever else the machine had to do."
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


def _definition() -> str:
    return (
        f"{MEMBERS} members, mixed sizes, Poisson arrivals at load {LOAD}, {ARRIVALS} requests "
        "from the flood's beginning on; their mean wait over that of the same requests without "
        f"the flood. Measured: a {COUNTS}th of the flood and of the requests, and of {TRIED} such "
        "traces the one whose simulated ratios come closest to those in full number. Simulated: "
        f"the rule alone in full number, the mean of {AVERAGED} traces. One large job: its wait "
        "over twice what it takes alone, just before, since the flood's share equals its own; in a "
        "quick run all its sizes are a quarter."
    )
