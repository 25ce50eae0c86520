"""What happens in the sandbox, told to whoever listens, in order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, with the sandbox's time of it."""

    name: str
    at: float
    data: Any


Listener = Callable[[Event], None]


class Events:
    """A list of listeners, called one after the other as each event is published."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener, *, first: bool = False) -> Callable[[], None]:
        """Call the listener with every event from now on; the answer ends that.

        Who listens `first` hears an event before those that it brings about.
        """
        self._listeners.insert(0 if first else len(self._listeners), listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, name: str, data: Any = None) -> None:
        """Tell everyone; state must already be as the event says.

        Where listeners fail the others still hear it, and then the first failure is raised.
        """
        event, failures = Event(name, self._now(), data), []
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]

    async def wait(self, look: Callable[[], T | None], timeout: float) -> T:
        """The first answer other than none, looked for now and after every event.

        Raises:
            TimeoutError: nothing came within `timeout` seconds of real time.
        """
        found: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def check(_: Event | None) -> None:
            if not found.done():
                _resolve(found, look)

        unsubscribe = self.subscribe(check)
        try:
            check(None)
            return await asyncio.wait_for(found, timeout)
        finally:
            unsubscribe()

    async def stream(self) -> AsyncIterator[Event]:
        """Every event from now on, until the caller leaves the loop."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        unsubscribe = self.subscribe(queue.put_nowait)
        try:
            while True:
                yield await queue.get()
        finally:
            unsubscribe()


def _resolve(found: "asyncio.Future[T]", look: Callable[[], T | None]) -> None:
    """Settle the future where the look finds something or fails."""
    try:
        answer = look()
    except Exception as error:
        found.set_exception(error)
        return
    if answer is not None:
        found.set_result(answer)
