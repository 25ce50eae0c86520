"""A hundred members at once, and the event loop's lag, drawing against idle."""

import asyncio
import logging
import logging.handlers
import queue
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.bench.loop import BEAT, heartbeat
from bot.bench.members import MOST
from bot.bench.report import Figure, Section
from bot.bench.serving import REFUSED, Members, drawn, serving
from bot.bench.statistics import quantile
from bot.bench.workshop import Workshop

LAG_GOAL = 5.0
ACKNOWLEDGED_GOAL = 3000.0
GET_GOING = 0.5
"""Seconds until the thread draws what was just asked for."""


async def measure_lag(shop: Workshop) -> Section:
    """The loop's lag by turns of rest and drawing."""
    turns, seconds = shop.choose(2, 5), shop.choose(1, 8)
    idle: list[float] = []
    drawing: list[float] = []
    async with serving(shop) as members:
        for _ in range(turns):
            async with heartbeat() as late:
                await asyncio.sleep(seconds)
            idle += late
            async with _drawing(members, seconds), heartbeat() as late:
                await asyncio.sleep(seconds)
            drawing += late
    return Section(
        "lag",
        f"A heartbeat every {1000 * BEAT:.0f} ms on the loop of the whole bot notes how late it "
        f"comes, {turns} turns of {seconds} s at rest and {seconds} s drawing four images of 60 "
        "steps for a member; Discord is another process. The 99th percentiles' difference.",
        lag_figures(idle, drawing),
    )


def lag_figures(idle: Sequence[float], drawing: Sequence[float]) -> tuple[Figure, ...]:
    """The difference that drawing makes, and both of its sides."""
    at_rest, at_work = quantile(idle, 0.99), quantile(drawing, 0.99)
    late = sum(one > LAG_GOAL for one in drawing)
    reason = (
        f"{late} of {len(drawing)} beats came more than {LAG_GOAL:g} ms late while drawing, the "
        f"worst {max(drawing):.0f} ms; at rest the worst was {max(idle):.0f} ms. The median while "
        f"drawing is {quantile(drawing, 0.5):.1f} ms."
    )
    return (
        Figure("loop lag p99, drawing minus idle", at_work - at_rest, LAG_GOAL, "ms", reason),
        Figure("loop lag p99, idle", at_rest, unit="ms"),
        Figure("loop lag p99, drawing", at_work, unit="ms"),
    )


@dataclass(slots=True)
class _Seen:
    """What crowds of one kind met with."""

    size: int
    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unnoted: int = 0
    """How many were acknowledged although the journal did not have them in time."""

    async def add(self, members: Members, *, refused: bool, options: Mapping[str, Any]) -> None:
        """Send one more crowd, with the loop's lag until all are answered."""
        async with heartbeat() as late:
            with complaints("cogs._replies") as heard:
                crowd = await members.do("crowd", count=self.size, refused=refused, options=options)
        self.unnoted += heard.qsize()
        self.acknowledged += crowd["acknowledged_ms"]
        self.answered += crowd["answered_seconds"]
        self.failures += crowd["failures"]
        self.late += late

    def rows(self, when: str) -> tuple[Figure, ...]:
        """Percentiles without a goal."""
        return (
            Figure(f"acknowledged p50, {when}", quantile(self.acknowledged, 0.5), unit="ms"),
            Figure(f"acknowledged p99, {when}", quantile(self.acknowledged, 0.99), unit="ms"),
            Figure(f"loop lag p99, {when}", quantile(self.late, 0.99), unit="ms"),
            Figure(f"acknowledged without being journalled, {when}", self.unnoted),
        )


async def measure_crowd(shop: Workshop) -> Section:
    """The same crowd beside an idle and a drawing thread, and one that is drawn for."""
    size, rounds, ahead = shop.choose(30, MOST), shop.choose(1, 2), shop.choose(1, 3)
    idle, drawing, served = _Seen(size), _Seen(size), _Seen(size)
    async with serving(shop) as members:
        for _ in range(shop.choose(1, 5)):
            await idle.add(members, refused=True, options=REFUSED)
            async with _drawing(members, ahead):
                await drawing.add(members, refused=True, options=REFUSED)
        for _ in range(rounds):
            async with _drawing(members, ahead):
                await served.add(members, refused=False, options=drawn(shop.choose(1, 8)))
        left = (await members.do("unfinished"))["unfinished"]
    return Section(
        "crowd",
        f"{size} members send /imagine in the same moment to the whole bot; Discord and the "
        "members are another process. Acknowledged: from Discord's sending to the bot's defer, by "
        "Discord's clock. Idle and drawing are compared by requests that are journalled, deferred "
        "and then refused, so that nothing else differs; then come requests that are all drawn.",
        (*idle.rows("idle"), *drawing.rows("drawing"), *_served(served, rounds * size, left)),
    )


def _served(seen: _Seen, asked: int, left: Sequence[str]) -> tuple[Figure, ...]:
    unanswered = asked - len(seen.answered) + len(left)
    reasons = sorted({*seen.failures, *left})
    return (
        *seen.rows("drawn for"),
        Figure(
            "acknowledged, the slowest of those drawn for", max(seen.acknowledged),
            ACKNOWLEDGED_GOAL, "ms",
            f"{sum(one > ACKNOWLEDGED_GOAL for one in seen.acknowledged)} of {asked} came late.",
        ),
        Figure("requests left unanswered", unanswered, 0, reason="; ".join(reasons)),
        Figure("until the last of the crowd has its picture", max(seen.answered), unit="s"),
    )  # fmt: skip


@contextmanager
def complaints(logger: str) -> Iterator["queue.SimpleQueue[logging.LogRecord]"]:
    """The records of a logger while the context is open, kept out of the terminal."""
    log, heard = logging.getLogger(logger), queue.SimpleQueue[logging.LogRecord]()
    handler = logging.handlers.QueueHandler(heard)
    log.addHandler(handler)
    log.propagate = False
    try:
        yield heard
    finally:
        log.removeHandler(handler)
        log.propagate = True


@asynccontextmanager
async def _drawing(members: Members, seconds: float) -> AsyncIterator[None]:
    """The thread draws for somebody for the first `seconds` of the context."""
    order = asyncio.create_task(members.do("draw", seconds=seconds + GET_GOING))
    await asyncio.sleep(GET_GOING)
    try:
        yield
    finally:
        await order
