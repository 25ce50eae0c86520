"""The bot as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.server import Sandbox

PROJECT = Path(__file__).parents[2]
ENDS_WITHIN = 20.0
"""Seconds: ten for the bot's own stop, the rest for a busy machine."""


@dataclass
class BotProcess:
    """A running `python -m bot run` and what it wrote."""

    process: asyncio.subprocess.Process
    log: Path

    async def ended(self, within: float = ENDS_WITHIN) -> int:
        """Its exit code."""
        return await asyncio.wait_for(self.process.wait(), within)

    async def stopped(self, number: int) -> int:
        """Its exit code after a signal."""
        self.process.send_signal(number)
        return await self.ended()

    async def until(self, event: str) -> None:
        """Wait until its log tells an event."""
        async with asyncio.timeout(ENDS_WITHIN):
            while event not in self.said():
                await asyncio.sleep(0.05)

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(encoding="utf-8")


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
    log = folder / "bot.log"
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=folder,
            env=environment(sandbox, folder, **changes),
            stdout=written,
            stderr=written,
        )
    try:
        yield BotProcess(process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
