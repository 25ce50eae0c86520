"""Keeps one bot alive, as a supervisor does, and takes lives when it is told to."""

import asyncio
import random
import re
import signal
import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.sandbox.exchange import Exchange
from bot.sandbox.server import Sandbox
from tests.flow.chaos.controls import Controls
from tests.flow.chaos.history import End
from tests.flow.chaos.lives import Life, Nursery

MOMENTS = ("commit", "commit", "commit", "callback", "answer", "channel", "any", "start")
"""What a kill waits for: a point of the database's work, or a request that Discord has heard."""
REQUESTS = {
    "callback": ("POST", r"/callback$"),
    "answer": ("PATCH", r"original$"),
    "channel": ("POST", r"^/channels/\d+/messages$"),
    "any": (None, ""),
}
LONGEST_FUSE = 30
IMPATIENCE = 2.0
"""Seconds after which a kill comes at any moment, where the one it waits for does not."""
MOST_LIVES = 60
"""After which the bot counts as one that does not stay alive."""


def nothing() -> None:
    """What is done between two lives where nothing is asked for."""


class GivenUp(Exception):
    """The bot does not stay alive."""


class Keeper:
    """Owns the bot that lives now, and how the ones before it have ended."""

    def __init__(
        self, nursery: Nursery, sandbox: Sandbox, folder: Path, settings: Mapping[str, str]
    ) -> None:
        self.controls = Controls(folder / "controls")
        self.database = folder / "data" / "bot.db"
        self.ends: list[End] = []
        self.lives: list[Life] = []
        self._nursery = nursery
        self._sandbox = sandbox
        self._folder = folder
        self._settings = settings
        self._marker = folder / "data" / "stepping"
        self._wanted = ""
        self._meanwhile: Callable[[], object] = nothing
        self._down = False
        self._born = asyncio.Event()
        self._hand = asyncio.Lock()

    @property
    def life(self) -> Life | None:
        """The bot that lives now."""
        return self.lives[-1] if self.lives and not self.lives[-1].over else None

    @property
    def leaving(self) -> bool:
        """Whether it was told to leave in order."""
        return self._wanted == "stop"

    def said(self) -> str:
        """The logs of all lives."""
        return "".join(life.said() for life in self.lives)

    async def keep(self) -> None:
        """Start a bot whenever there is none, until it was stopped for good."""
        while not self._down:
            if len(self.lives) >= MOST_LIVES:
                raise GivenUp
            self._wanted = ""
            self.controls.fuse = 0
            life = await self._nursery.start(
                self._settings, self._folder / "controls", painter="real"
            )
            self.lives.append(life)
            self._born.set()
            life.when_it_stands = self._look
            code = await asyncio.shield(life.ended)
            end = End(time.time(), code, self._wanted, self._stepped(), life.last_words())
            self.ends.append(end)
            meanwhile, self._meanwhile = self._meanwhile, nothing
            meanwhile()

    async def kill(
        self, moment: str, chance: random.Random, *, meanwhile: Callable[[], object] = nothing
    ) -> None:
        """Kill the bot at such a moment; `meanwhile` is done before the next life begins."""
        async with self._hand:
            life = await self._living()
            self._wanted, self._meanwhile = "kill", meanwhile
            unobserve = self._arm(life, moment, chance)
            loop = asyncio.get_running_loop()
            late = loop.call_later(IMPATIENCE * chance.random(), life.signal, signal.SIGSTOP)
            try:
                await asyncio.shield(life.ended)
            finally:
                late.cancel()
                unobserve()

    async def stop(self, *, for_good: bool = False) -> None:
        """Ask the bot to leave in order, and wait until it has."""
        async with self._hand:
            life = await self._living()
            self._wanted, self._down = "stop", for_good
            life.signal(signal.SIGTERM)
            await asyncio.shield(life.ended)

    async def _living(self) -> Life:
        """The bot that lives now, or the next one."""
        while self.life is None:
            self._born.clear()
            await self._born.wait()
        return self.lives[-1]

    def _arm(self, life: Life, moment: str, chance: random.Random) -> Callable[[], None]:
        if moment == "commit":
            self.controls.fuse = chance.randint(1, LONGEST_FUSE)
        if moment not in REQUESTS:
            return lambda: None
        method, path = REQUESTS[moment]

        def heard(exchange: Exchange) -> None:
            if method in (None, exchange.method) and re.search(path, exchange.path):
                life.signal(signal.SIGSTOP)

        return self._sandbox.observe(heard)

    def _look(self) -> None:
        """Kill the bot where it stands, but not in the step of a job that a fall was charged to.

        The bot cannot know that it was no fault of the job's, so a second one would make it fail.
        """
        life, stepped = self.lives[-1], self._stepped()
        if stepped and any(end.stepped == stepped for end in self.ends):
            life.signal(signal.SIGCONT)
            asyncio.get_running_loop().call_later(0.1, life.signal, signal.SIGSTOP)
            return
        life.signal(signal.SIGKILL)

    def _stepped(self) -> int:
        if not self._marker.exists():
            return 0
        (job,) = struct.unpack("<q", self._marker.read_bytes())
        return int(job)
