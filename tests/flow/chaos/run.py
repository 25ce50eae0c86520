"""One chaos run: members ask, the bot falls and comes back, Discord is in trouble, until all ends.

Nothing waits for time to pass: the run goes on with what happens in the sandbox.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Set
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.events import Event
from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from tests.discord_fixtures import conformance
from tests.flow.chaos.gathering import Sent, gathered, thinking_in
from tests.flow.chaos.history import History
from tests.flow.chaos.keeper import MOMENTS, GivenUp, Keeper
from tests.flow.chaos.leaps import Leaps
from tests.flow.chaos.lives import nursery
from tests.flow.chaos.plan import Profile, Wish, Wishes, world_for
from tests.flow.chaos.redrawing import redrawing
from tests.flow.chaos.trail import lay_trail
from tests.flow.chaos.weather import Weather
from tests.flow.processes import environment

TRAFFIC = frozenset({"gateway.said", "gateway.sent", "gateway.received"})
STANDSTILL = 180.0
"""Seconds without anything new after which a run counts as stuck, and is audited as it stands."""
PATIENT = 0.5
"""The part of members who do nothing while their picture is drawn and not posted yet."""
DOWN = ("answer", "channel", "commit")
"""What the kills wait for after which the bot stays down past the life of every token."""


@dataclass(frozen=True, slots=True)
class Result:
    """A run's history, and what its report tells beside it."""

    history: History
    faults: dict[str, int]
    log: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How the database stands while the bot works."""

    taken: frozenset[int] = frozenset()
    """Interactions that have become jobs."""
    drawn: frozenset[int] = frozenset()
    """Those whose pictures are there and were not posted yet."""
    closed: frozenset[int] = frozenset()
    """Those that the bot is done with without a job, be it that nobody could be told."""
    untold: int = 0
    poison: int = 0

    @property
    def told(self) -> int:
        """Jobs that have their answer."""
        return len(self.taken) - self.untold


class Run:
    """Owns the plan, and what was done of it."""

    def __init__(self, seed: int, profile: Profile, sandbox: Sandbox, keeper: Keeper) -> None:
        self.seed = seed
        self.sent: dict[int, Sent] = {}
        self._profile = profile
        self._sandbox = sandbox
        self._keeper = keeper
        self._wishes = Wishes(seed, profile)
        self._chance = random.Random(f"run {seed}")  # noqa: S311 - no secret
        self._weather = Weather(sandbox, seed, lambda: len(keeper.ends))
        self._leaps = Leaps(sandbox, keeper, self._weather, self.sent)
        self._standing = Standing()
        self._drawn: set[int] = set()
        self._changes = 0
        self._tasks: set[asyncio.Task[None]] = set()
        sandbox.events.subscribe(self._note)

    @property
    def faults(self) -> dict[str, int]:
        """How many faults of each kind were met."""
        return dict(self._weather.met())

    @property
    def deleted(self) -> Set[int]:
        """The interactions whose message was deleted while it was waited for."""
        return self._weather.deleted

    @property
    def refused(self) -> Set[int]:
        """The channels that would not take a message once."""
        return self._weather.refused

    @property
    def overtaken(self) -> Set[int]:
        """The interactions that were open when time passed the life of every token."""
        return self._leaps.overtaken

    @property
    def leaps(self) -> int:
        """How many times time has passed the life of every token."""
        return self._leaps.count

    async def play(self) -> None:
        """Ask, kill and disturb until everything asked for has its answer."""
        self._weather.begin()
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(self._keeper.keep())
            troubles = [
                group.create_task(one) for one in (self._fell(), self._stop(), self._jump())
            ]
            await self._ask()
            await asyncio.wait(troubles)
            self.calm()
            await self._settle()
            await self._keeper.stop(for_good=True)
            await keeping

    def calm(self) -> None:
        """No more trouble from outside."""
        self._weather.calm()
        for task in self._tasks:
            task.cancel()

    def _note(self, event: Event) -> None:
        """Count what happens; heartbeats go on where nothing does."""
        if event.name not in TRAFFIC:
            self._changes += 1

    async def _turn(self, patience: float = 1.0) -> bool:
        """Wait for something to happen; False if nothing did."""
        seen = self._changes
        try:
            await self._sandbox.events.wait(lambda: self._changes > seen or None, patience)
        except TimeoutError:
            return False
        return True

    async def _ask(self) -> None:
        profile = self._profile
        while not (
            len(self._standing.taken) >= profile.requests
            and self._standing.poison >= profile.poisons
        ):
            self._look()
            waiting = self._standing.untold + self._on_the_way()
            ready = self._sandbox.gateway.connected and not self._keeper.leaving
            if ready and waiting < profile.together:
                await self._send(self._wishes.next(poison=self._poison_is_due()))
            await self._turn()

    def _poison_is_due(self) -> bool:
        """Poison comes at even distances, and anew where it was not taken in."""
        profile, taken = self._profile, len(self._standing.taken)
        due = min(profile.poisons, taken * (profile.poisons + 1) // profile.requests)
        on_its_way = any(one.wish.poison for one in self._pending())
        return self._standing.poison < due and not on_its_way

    async def _send(self, wish: Wish) -> None:
        member = self._sandbox.acting(wish.member, wish.channel)
        try:
            reply = await member.slash(wish.command, **wish.options)
        except ClientRefusal:
            return
        place = member.user.id, member.channel.id
        sent = Sent(wish, reply, len(self._keeper.ends), self._sessions(), *place)
        self.sent[reply.interaction_id] = sent
        if wish.patience is not None:
            self._tasks.add(asyncio.create_task(self._lose_patience(sent)))

    async def _lose_patience(self, sent: Sent) -> None:
        """Press Cancel after some changes of the answer, if there is still a button then."""
        patience = sent.wish.patience or 0

        def shown() -> bool | None:
            return (len(sent.reply.history) > patience and _button(sent.reply)) or None

        await self._sandbox.events.wait(shown, 3600)
        await self._press(sent)

    async def _press(self, sent: Sent) -> None:
        member = self._sandbox.acting(sent.wish.member, sent.wish.channel)
        if not _button(sent.reply):
            return
        with suppress(ClientRefusal):
            await member.click(sent.reply.message, "Cancel")
            sent.pressed = True

    def _press_late(self, drawn: Set[int]) -> None:
        """Some press Cancel where everything is drawn and nothing of it is posted yet."""
        for interaction in drawn - self._drawn:
            sent = self.sent[interaction]
            if not sent.pressed and not sent.wish.poison and self._chance.random() > PATIENT:
                self._tasks.add(asyncio.create_task(self._press(sent)))
        self._drawn |= drawn

    def _pending(self) -> list[Sent]:
        """What was sent to the bot that lives now, and is neither a job nor refused yet.

        What a session of the gateway has taken with it is heard of by nobody.
        """
        life, sessions = len(self._keeper.ends), self._sessions()
        dealt_with = self._standing.taken | self._standing.closed
        return [
            sent
            for interaction, sent in self.sent.items()
            if sent.life == life and interaction not in dealt_with and not sent.refused
            if sent.reached or sent.sessions & sessions
        ]

    def _sessions(self) -> Set[str]:
        return {session.id for session in self._sandbox.gateway.sessions}

    def _on_the_way(self) -> int:
        return len(self._pending())

    def _look(self) -> None:
        """Read how the database stands; a bot that is in the way leaves it as it was."""
        if self._keeper.life is None:
            return
        try:
            self._standing = _standing(self._keeper.database)
        except sqlite3.OperationalError:
            return
        self._press_late(self._standing.drawn)

    async def _reached(self, told: int) -> None:
        """Wait until so many requests have their answer, or all do."""
        while self._standing.told < told and len(self._standing.taken) < self._profile.requests:
            await self._turn()

    def _thresholds(self, count: int) -> list[int]:
        """Numbers of answers, spread over the run, at which something is done."""
        most = int(self._profile.requests * 0.8)
        return sorted(self._chance.sample(range(1, most), count))

    async def _fell(self) -> None:
        for told in self._thresholds(self._profile.kills):
            moment = self._chance.choice(MOMENTS)
            if moment != "start":
                await self._reached(told)
            await self._keeper.kill(moment, self._chance)

    async def _stop(self) -> None:
        for told in self._thresholds(self._profile.stops):
            await self._reached(told)
            await self._keeper.stop()

    async def _jump(self) -> None:
        """Let time pass every token: while the bot is down, while it is at work, and so on."""
        for number, told in enumerate(self._thresholds(self._profile.jumps)):
            await self._reached(told)
            done = number % 2 == 0 and await self._jump_while_down()
            began = time.monotonic()
            while not (done or self._leaps.try_at_work()) and time.monotonic() - began < STANDSTILL:
                await self._turn()

    async def _jump_while_down(self) -> bool:
        done = False

        def leap() -> None:
            nonlocal done
            done = self._leaps.try_while_down()

        await self._keeper.kill(self._chance.choice(DOWN), self._chance, meanwhile=leap)
        return done

    async def _settle(self) -> None:
        """Wait until all is told and nothing is open, or nothing happens any more."""
        began = time.monotonic()
        while not self._is_settled() and time.monotonic() - began < STANDSTILL:
            if await self._turn():
                began = time.monotonic()

    def _is_settled(self) -> bool:
        self._look()
        thinking = thinking_in(self._sandbox) - self.overtaken
        return self._standing.untold == 0 and not thinking and not self._pending()


def _button(reply: Reply) -> bool:
    return reply.message is not None and bool(reply.message.controls())


def _standing(database: Path) -> Standing:
    address = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=0.5)) as connection:
        rows = connection.execute(
            "SELECT interaction_id, answered_at IS NULL, instr(request, 'poison'), state FROM jobs"
        ).fetchall()
        closed = connection.execute("SELECT id FROM interactions WHERE closed").fetchall()
    return Standing(
        taken=frozenset(row[0] for row in rows),
        drawn=frozenset(row[0] for row in rows if row[3] == "rendered"),
        closed=frozenset(row[0] for row in closed),
        untold=sum(row[1] for row in rows),
        poison=sum(row[2] > 0 for row in rows),
    )


async def chaos(seed: int, profile: Profile, folder: Path) -> Result:
    """Play a whole run in an empty folder."""
    began = time.monotonic()
    checked = conformance()
    data = folder / "data"
    await lay_trail(data / "bot.db")
    with redrawing(data) as again:
        async with Sandbox(world_for(profile)) as sandbox, nursery(folder) as born:
            if checked is not None:
                sandbox.observe(checked)
            again.follow(sandbox)
            settings = environment(sandbox, folder, LOG_FORMAT="json", MODEL="starter")
            keeper = Keeper(born, sandbox, folder, settings)
            run = Run(seed, profile, sandbox, keeper)
            try:
                await run.play()
            except* GivenUp:
                run.calm()
            history = await gathered(run, folder, sandbox, keeper, again)
    undocumented = tuple(map(str, checked.faults)) if checked is not None else ()
    history = replace(history, violations=(*history.violations, *undocumented))
    return Result(history, run.faults, keeper.said(), time.monotonic() - began)
