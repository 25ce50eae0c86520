"""Leaving: the first signal asks, the second one insists, and a busy thread holds up nobody."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


@contextmanager
def stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at the first SIGTERM or SIGINT; the second one ends the process at once."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {one: signal.getsignal(one) for one in signals}

    def on_signal(number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        loop.call_soon_threadsafe(stop.set)

    for one in signals:
        signal.signal(one, on_signal)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def leave(code: int) -> None:
    """Exit with a code; at once if a thread is still busy, since nothing can interrupt a step."""
    if all(thread is threading.current_thread() for thread in threading.enumerate()):
        sys.exit(code)
    leave_at_once(code)


def leave_at_once(code: int) -> NoReturn:
    """Exit with a code now, whatever any thread is doing; what was logged is written."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
