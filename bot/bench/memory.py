"""Whether the process grows with the jobs it has done."""

import asyncio
import gc
import os
import sys
from pathlib import Path

from bot.bench.report import Figure, Section
from bot.bench.statistics import growth, median
from bot.bench.workshop import Workshop
from bot.imaging.engine import Engine
from bot.model.picture import Work

AT_ONCE = 4
GOAL = 2.0
STATM = Path("/proc/self/statm")


def resident_bytes() -> int | None:
    """The process's memory that is in use now; on systems without /proc its peak, or None."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


async def measure(shop: Workshop) -> Section:
    """Jobs of one size after warming up, four at a time by four members."""
    warm_up, jobs = shop.choose(20, 100), shop.choose(60, 200)
    async with shop.engine() as (engine, _):
        await _draw(shop, engine, warm_up)
        sizes = await _draw(shop, engine, jobs)
    figure = Figure(
        f"memory growth over {jobs} jobs", None, GOAL, "%", reason="This system does not say."
    )
    if sizes:
        grown = 100 * growth(sizes)
        figure = Figure(figure.name, grown, GOAL, "%", reason=explained(sizes))
    return Section(
        "memory",
        f"Resident memory of the process, the median of the last tenth of {jobs} jobs over that of "
        f"the first tenth, after {warm_up} jobs to warm up; {AT_ONCE} members at once, one size.",
        (figure, *_size(sizes)),
    )


def _size(sizes: list[int]) -> tuple[Figure, ...]:
    return (Figure("resident memory at the end", sizes[-1] / 2**20, unit="MiB"),) if sizes else ()


def explained(sizes: list[int]) -> str:
    """Whether it still grows in the second half, or had only not settled."""
    half = len(sizes) // 2
    first, second = (100 * growth(part) for part in (sizes[:half], sizes[half:]))
    course = "still grows" if second > GOAL / 4 else "has settled"
    return (
        f"{first:+.2f} % in the first half and {second:+.2f} % in the second, "
        f"{median(sizes) / 2**20:.0f} MiB in the middle: it {course}."
    )


async def _draw(shop: Workshop, engine: Engine, jobs: int) -> list[int]:
    """Draw so many; the memory after each."""
    recipe = shop.sketch(shop.choose(1, 4))
    numbers, sizes = iter(range(jobs)), list[int]()

    async def member(user_id: int) -> None:
        for number in numbers:
            await engine.render(Work(number, user_id, 1.0, (recipe,)), lambda _: None)
            if (size := resident_bytes()) is not None:
                sizes.append(size)

    gc.collect()
    async with asyncio.TaskGroup() as group:
        for user_id in range(AT_ONCE):
            group.create_task(member(user_id))
    return sizes
