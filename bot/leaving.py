"""Leaving: the first signal asks, a later one insists, and a busy thread holds up nobody."""

import asyncio
import faulthandler
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NoReturn

NEW_PROCESS = 75
"""The exit code that asks a supervisor for a new process."""
TOGETHER = 1.0
"""Seconds within which signals are one: a supervisor sends several kinds of them at once."""
LAST_RESORT = 10.0
"""Seconds after which a process that cannot even write its log is ended all the same."""

log = logging.getLogger(__name__)


@contextmanager
def stopping_on_signals(
    stop: asyncio.Event,
    *,
    signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT),
    last: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Set `stop` at the first signal; one after it does `last` and ends the process at once."""
    loop = asyncio.get_running_loop()
    before = {one: signal.getsignal(one) for one in signals}
    asked = -math.inf

    def on_signal(number: int, _frame: object) -> None:
        nonlocal asked
        if asked == -math.inf and not stop.is_set():
            asked = time.monotonic()
            loop.call_soon_threadsafe(stop.set)
        elif time.monotonic() - asked >= TOGETHER:
            last()
            os._exit(128 + number)

    for one in signals:
        signal.signal(one, on_signal)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def stop_at_the_end_of(descriptor: int, stop: asyncio.Event) -> None:
    """Set `stop` once a file descriptor has no more to read: who held its other end is gone."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(OSError):
            while os.read(descriptor, 1024):
                pass
        with suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read, name="input", daemon=True).start()


def leave(code: int) -> None:
    """Exit with a code; at once if a thread is still busy, since nothing can interrupt a step."""
    if all(thread is threading.current_thread() for thread in threading.enumerate()):
        sys.exit(code)
    leave_at_once(code)


def leave_at_once(code: int) -> NoReturn:
    """Exit with a code now, whatever any thread is doing; what was logged is written."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # whoever read it may be gone
            stream.flush()
    os._exit(code)


def leave_stuck(
    seconds: float, *, last: Callable[[], None] = lambda: None, patience: float = LAST_RESORT
) -> NoReturn:
    """Leave from a thread for a loop that stands, write where every thread is, and do `last`.

    Whatever holds the loop may hold the log as well; then faulthandler, which needs neither the
    log nor Python's lock, ends the process with code 1 after `patience` seconds.
    """
    faulthandler.dump_traceback_later(patience, exit=True)
    log.critical(
        "the event loop stands: leaving for a new process; the stacks of all threads follow",
        extra={"seconds": round(seconds)},
    )
    faulthandler.dump_traceback(all_threads=True)
    last()
    leave_at_once(NEW_PROCESS)
