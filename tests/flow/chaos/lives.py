"""The lives of bots, one after the other, as the process that started them sees them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.flow.processes import PROJECT

LAST_WORDS = "run: "
"""What the sentence begins with that a bot leaves by."""


class Life:
    """One bot from its start to its end."""

    def __init__(self, pid: int, log: Path, ended: "asyncio.Future[int]") -> None:
        self.pid = pid
        self.log = log
        self.ended = ended
        """Its exit code; a signal's number below zero."""
        self.when_it_stands: Callable[[], None] = lambda: None
        """Called whenever it was stopped where it stood."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.ended.done()

    def signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if not self.over:
            # Its end may not have been told yet.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""

    def last_words(self) -> str:
        """The sentence that it left by, if it did."""
        lines = [line for line in self.said().splitlines() if line.startswith(LAST_WORDS)]
        return lines[-1].removeprefix(LAST_WORDS) if lines else ""


class Nursery:
    """Starts a bot when the one before has ended."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._born: asyncio.Queue[Life] = asyncio.Queue()
        self._life: Life | None = None
        self._log = folder
        self._count = 0
        self._listening = asyncio.create_task(self._listen())

    async def start(self, settings: Mapping[str, str], controls: Path, painter: str) -> Life:
        """A new bot; its log is a file of its own."""
        self._count += 1
        self._log = self._folder / f"bot-{self._count}.log"
        order = {"log": str(self._log), "controls": str(controls), "painter": painter,
                 "settings": dict(settings)}  # fmt: skip
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._born.get()

    async def close(self) -> None:
        """End the bot that still lives, and the nursery."""
        if self._life is not None:
            self._life.signal(9)
        self._process.stdin.close()
        await self._listening
        await self._process.wait()

    async def _listen(self) -> None:
        while line := await self._process.stdout.readline():
            news: dict[str, Any] = json.loads(line)
            if "started" in news:
                ended = asyncio.get_running_loop().create_future()
                self._life = Life(news["started"], self._log, ended)
                self._born.put_nowait(self._life)
            elif "stopped" in news and self._life is not None:
                self._life.when_it_stands()
            elif "ended" in news and self._life is not None:
                self._life.ended.set_result(news["code"])


@asynccontextmanager
async def nursery(folder: Path) -> AsyncIterator[Nursery]:
    """A nursery whose bots write their logs into a folder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.flow.chaos.nursery",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    opened = Nursery(process, folder)
    try:
        yield opened
    finally:
        await opened.close()
