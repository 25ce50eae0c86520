"""Bots forked from one process that has imported everything: a start takes a moment, not seconds.

What is forked is the whole bot: a process of its own with its own memory, threads, files and
connections, whose first line of code is that of `python -m bot`.
"""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_HEAVY = ("bot.running", "bot.wiring", "bot.imaging.sdxl.pipelines")
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, *_HEAVY])


class Forked:
    """A forked process by the names that asyncio gives those of its own."""

    def __init__(self, process: ForkServerProcess, stdout: asyncio.StreamReader) -> None:
        self.stdout = stdout
        self._process = process
        self._over = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self._process.pid)

    @property
    def returncode(self) -> int | None:
        """Its exit code, a signal's number below zero; none while it lives."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        await self._over.wait()
        self._process.join()
        return int(self._process.exitcode)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._over.set()


async def fork_bot(*arguments: str, folder: Path, variables: Mapping[str, str]) -> Forked:
    """`python -m bot` with arguments, in a folder; what it says comes by its `stdout`."""
    said, saying = _context.Pipe(duplex=False)
    process = _context.Process(target=_live, args=(arguments, folder, dict(variables), saying))
    # The first one waits for the imports.
    await asyncio.to_thread(process.start)
    saying.close()
    with said:
        stream = os.fdopen(os.dup(said.fileno()), "rb")
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), stream
    )
    return Forked(process, reader)


def _live(
    arguments: Sequence[str], folder: Path, variables: Mapping[str, str], saying: Connection
) -> None:
    """Be `python -m bot` from here on."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(saying.fileno(), stream)
    saying.close()
    # Those of the process it was forked from may have been made for a file.
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    from bot.__main__ import main
    from bot.leaving import leave

    leave(main(arguments))
