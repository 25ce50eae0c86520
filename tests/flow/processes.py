"""The bot as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

import psutil

from tests.flow.forking import Forked, fork_bot

PROJECT = Path(__file__).parents[2]
ENDS_WITHIN = 60.0
"""Seconds: ten for the bot's own stop, the rest for a busy machine."""


Started = asyncio.subprocess.Process | Forked


class BotProcess:
    """A running `python -m bot` and the lines it wrote."""

    def __init__(self, process: Started) -> None:
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

    async def insisted(self, number: int) -> int:
        """Its exit code after the same signal again and again."""
        while self.process.returncode is None:
            self.process.send_signal(number)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await self.process.wait()
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


class Addresses(Protocol):
    """Where a bot signs in, and as whom."""

    token: str
    api_url: str
    gateway_url: str


def environment(sandbox: Addresses, folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a bot that is pointed at the sandbox."""
    return {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_API_URL": sandbox.api_url,
        "DISCORD_GATEWAY_URL": sandbox.gateway_url,
        "DATA_DIR": str(folder / "data"),
        "DEVICE": "cpu",
        **changes,
    }


@asynccontextmanager
async def running(
    *arguments: str, folder: Path, variables: Mapping[str, str] | None = None
) -> AsyncIterator[BotProcess]:
    """Python with arguments, in an empty folder; killed at the end if it still runs."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env=_with(variables or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**20,
    )
    async with _watched(started) as one:
        yield one


@asynccontextmanager
async def _watched(started: Started) -> AsyncIterator[BotProcess]:
    watched = BotProcess(started)
    try:
        yield watched
    finally:
        if started.returncode is None:
            started.kill()
        await watched.ended()


def _with(variables: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT), **variables}


async def gone(number: int) -> None:
    """Wait for the end of a process that is nobody's child here."""
    async with asyncio.timeout(ENDS_WITHIN):
        while not _has_ended(number):
            await asyncio.sleep(0)


def _has_ended(number: int) -> bool:
    """Whether a process is gone, or has only to be reaped by whoever took it over."""
    try:
        return bool(psutil.Process(number).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@asynccontextmanager
async def process(
    *arguments: str, folder: Path, variables: Mapping[str, str] | None = None
) -> AsyncIterator[BotProcess]:
    """`python -m bot` with arguments, as `running` has it."""
    async with running("-m", "bot", *arguments, folder=folder, variables=variables) as bot:
        yield bot


@asynccontextmanager
async def bot_process(
    sandbox: Addresses, folder: Path, **changes: str
) -> AsyncIterator[BotProcess]:
    """The bot of `python -m bot run`, pointed at the sandbox and started as `forking` does."""
    variables = _with(environment(sandbox, folder, **changes))
    async with _watched(await fork_bot("run", folder=folder, variables=variables)) as bot:
        yield bot
