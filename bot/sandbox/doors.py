"""The gateway's addresses, each of which can be shut for so many handshakes."""

import math
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.events import Events

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """One address of the gateway: READY names another one for resuming than the first."""

    def __init__(self, serve: Serve, events: Events) -> None:
        self._serve = serve
        self._events = events
        self._refusals = 0.0
        self._status = 503
        self.url = ""
        self.turned_away = 0
        """Handshakes that were answered by a status so far."""

    def shut(self, times: float = math.inf, status: int = 503) -> None:
        """Answer so many handshakes by a status, for ever if not said; 0 opens the door."""
        self._refusals, self._status = times, status

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Serve a handshake, or turn it away."""
        if self._refusals <= 0:
            return await self._serve(request)
        self._refusals -= 1
        self.turned_away += 1
        self._events.publish("gateway.turned_away", self)
        return web.Response(status=self._status)
