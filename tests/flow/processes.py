"""The bot as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.server import Sandbox

PROJECT = Path(__file__).parents[2]
ENDS_WITHIN = 20.0
"""Seconds: ten for the bot's own stop, the rest for a busy machine."""


class BotProcess:
    """A running `python -m bot run` and the lines it wrote."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._lines: list[str] = []
        self._written = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def ended(self, within: float = ENDS_WITHIN) -> int:
        """Its exit code."""
        async with asyncio.timeout(within):
            await self._reading
            return await self.process.wait()

    async def stopped(self, number: int) -> int:
        """Its exit code after a signal."""
        self.process.send_signal(number)
        return await self.ended()

    async def until(self, event: str) -> None:
        """Wait until its log tells an event."""
        async with asyncio.timeout(ENDS_WITHIN), self._written:
            await self._written.wait_for(lambda: event in self.said())

    def said(self) -> str:
        """Its log so far."""
        return "".join(self._lines)

    async def _read(self) -> None:
        while line := await self.process.stdout.readline():
            async with self._written:
                self._lines.append(line.decode())
                self._written.notify_all()


def environment(sandbox: Sandbox, folder: Path, **changes: str) -> Mapping[str, str]:
    """The environment of a bot that is pointed at the sandbox."""
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_API_URL": sandbox.api_url,
        "DISCORD_GATEWAY_URL": sandbox.gateway_url,
        "DATA_DIR": str(folder / "data"),
        "DEVICE": "cpu",
        **changes,
    }


@asynccontextmanager
async def bot_process(sandbox: Sandbox, folder: Path, **changes: str) -> AsyncIterator[BotProcess]:
    """`python -m bot run` in an empty folder; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=folder,
        env=environment(sandbox, folder, **changes),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**20,
    )
    bot = BotProcess(process)
    try:
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
        await bot.ended()
