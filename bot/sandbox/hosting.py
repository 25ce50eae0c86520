"""A bot as a child process of the sandbox: started, watched, and started again where it falls."""

import asyncio
import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from bot.sandbox.events import Event, Events
from bot.sandbox.wire import Json

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before the next start after each fall in a row; signing in ends the row."""
STOP_WITHIN = 15.0
"""Seconds that a stop in order may take before the process is killed."""
READ_WITHIN = 1.0
"""Seconds that reading goes on at most once a process has ended."""
MOST_LINES = 1000
LONGEST_LINE = 2**20
NOT_STARTED = 127
"""The exit code that a shell gives for a command that cannot be run."""
LEVEL = re.compile(r"\b(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b", re.IGNORECASE)
OWN_GROUP = 0
"""The flag by which Windows is asked for what elsewhere is a session of its own."""
if sys.platform == "win32":
    OWN_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
    """A bot's command line and its whole environment, which is asked for at each start.

    `model` says what it draws with.
    """

    arguments: tuple[str, ...]
    environment: Callable[[], Mapping[str, str]]
    model: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the bot wrote, with the sandbox's time of it."""

    line: str
    at: float
    level: str


class Host:
    """Keeps one bot running; use it as an async context, inside that of the sandbox.

    A bot that ends with another code than 0 is started again, as a supervisor would. Publishes
    `process.changed` with the state, and `process.said` with each line.
    """

    def __init__(
        self, events: Events, command: Command, *, now: Callable[[], float],
        pauses: Sequence[float] = PAUSES, stop_within: float = STOP_WITHIN,
    ) -> None:  # fmt: skip
        self._events = events
        self._command = command
        self._now = now
        self._pauses = pauses
        self._stop_within = stop_within
        self._process: asyncio.subprocess.Process | None = None
        self._begin = asyncio.Event()
        self._timers: list[asyncio.TimerHandle] = []
        self._running = False
        self._asked = ""
        self._starts = self._falls = 0
        self._exit_code: int | None = None
        self._lines: deque[Line] = deque(maxlen=MOST_LINES)

    async def __aenter__(self) -> "Host":
        self._unsubscribe = self._events.subscribe(self._hear)
        self._keeper = asyncio.create_task(self._keep(), name="host")
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        try:
            await self._events.wait(lambda: not self._running or None, self._stop_within * 2)
        finally:
            self._keeper.cancel()
            self._unsubscribe()

    def start(self) -> None:
        """Start the bot, now rather than after a pause."""
        if not self._running:
            self._cancel_timers()
            self._begin.set()

    def stop(self) -> None:
        """Stop the bot in order, and leave it stopped."""
        if self._running:
            self._ask("stop")
        else:
            self._cancel_timers()
            self._begin.clear()
        self._tell()

    def restart(self) -> None:
        """Stop the bot in order and start it again."""
        if self._running:
            self._ask("restart")
            self._tell()
        else:
            self.start()

    def kill(self) -> None:
        """End the bot at once, with whatever it has started; it comes back by itself."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                # It is the first of a session of its own.
                os.killpg(process.pid, signal.SIGKILL)

    def state(self) -> Json:
        """What the page shows of the process."""
        return {
            "hosted": True,
            "running": self._running,
            "stopping": self._asked != "",
            "restarts": max(0, self._starts - 1),
            "exit_code": self._exit_code,
            "can": list(self._can()),
            "model": self._command.model,
        }

    def lines(self) -> list[Line]:
        """The last lines that the bot wrote, the oldest first."""
        return list(self._lines)

    def _can(self) -> Sequence[str]:
        if not self._running:
            return ("start", "stop") if self._timers else ("start",)
        return ("kill",) if self._asked else ("restart", "stop", "kill")

    async def _keep(self) -> None:
        """One life of the bot after the other, each when it may begin."""
        while True:
            await self._begin.wait()
            self._begin.clear()
            self._running = True
            self._starts += 1
            self._tell()
            try:
                self._exit_code = await self._live()
            finally:
                self._running = False
                self._process = None
            self._cancel_timers()
            self._plan()
            self._tell()

    async def _live(self) -> int:
        """The exit code of one life, with everything that was said in it."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command.arguments,
                env=dict(self._command.environment()),
                # Nothing is written there; it ends with the sandbox, however that ends.
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                limit=LONGEST_LINE,
                # Ctrl-C in a terminal is for the sandbox alone, which then stops the bot in order.
                start_new_session=True,
                creationflags=OWN_GROUP,
            )
        except OSError as error:
            self._note(f"ERROR {self._command.arguments[0]} cannot be run: {error.strerror}")
            return NOT_STARTED
        self._process = process
        if self._asked:
            _ask_to_end(process)
        return await self._watch(process)

    async def _watch(self, process: asyncio.subprocess.Process) -> int:
        """The exit code, once all was read.

        What a process leaves behind may hold its output open for ever, and is ended soon after it.
        """
        following = asyncio.create_task(self._follow(process), name="host follows")
        try:
            ended = False
            while not (following.done() or ended):
                ended = process.returncode is not None
                await asyncio.wait([following], timeout=READ_WITHIN)
            if not following.done():
                self.kill()
                await asyncio.wait([following], timeout=READ_WITHIN)
        finally:
            following.cancel()
        return process.returncode or 0

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Tell what a process says, until nobody can say anything more and it has ended."""
        async for line in _lines_of(process):
            self._note(line)
        await process.wait()

    def _plan(self) -> None:
        """Decide from how the bot ended whether and when it begins again."""
        asked, self._asked = self._asked, ""
        if asked == "restart":
            self._begin.set()
        elif asked != "stop" and self._exit_code != 0:
            pause = self._pauses[min(self._falls, len(self._pauses) - 1)]
            self._falls += 1
            self._later(pause, self.start)

    def _ask(self, what: str) -> None:
        """Ask the bot to end in order, for as long as that may take."""
        again = self._asked != ""
        self._asked = what
        if not again:
            self._later(self._stop_within, self.kill)
            if self._process is not None and self._process.returncode is None:
                _ask_to_end(self._process)

    def _later(self, seconds: float, deed: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, deed))

    def _cancel_timers(self) -> None:
        while self._timers:
            self._timers.pop().cancel()

    def _hear(self, event: Event) -> None:
        if event.name == "gateway.ready":
            self._falls = 0

    def _note(self, text: str) -> None:
        line = Line(text, self._now(), self._level_of(text))
        self._lines.append(line)
        self._publish("process.said", asdict(line))

    def _level_of(self, text: str) -> str:
        """The level that a line names; what is set in below another one has that one's."""
        if text[:1].isspace() and self._lines:
            return self._lines[-1].level
        named = LEVEL.search(text[:60])
        return named.group(1).lower() if named else "info"

    def _tell(self) -> None:
        self._publish("process.changed", self.state())

    def _publish(self, name: str, data: Any) -> None:
        """Tell it; a listener that fails is no reason to leave the bot without anybody to watch."""
        try:
            self._events.publish(name, data)
        except Exception:
            log.exception("somebody failed to hear of the hosted bot")


def _ask_to_end(process: asyncio.subprocess.Process) -> None:
    """Ask in order: by SIGTERM, or on Windows, which has none, by the end of its input."""
    if sys.platform != "win32":
        process.terminate()
    elif process.stdin is not None:
        process.stdin.close()


async def _lines_of(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    """What a process writes until it ends; a line beyond all measure is left out."""
    stream: Any = process.stdout
    while True:
        try:
            raw = await stream.readline()
        except ValueError:
            continue
        if not raw:
            return
        yield raw.decode(errors="replace").rstrip("\r\n")
