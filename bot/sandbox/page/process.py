"""The routes by which the page looks at the hosted bot's process, stops it and starts it."""

from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web

from bot.sandbox.answering import answering
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.hosting import Host
from bot.sandbox.wire import Json


class ProcessRoutes:
    """The process below /sandbox/process; without a host they say that there is none."""

    def __init__(self, host: Host | None) -> None:
        self._host = host

    def routes(self) -> list[web.RouteDef]:
        """The state, what to do with it, and the last lines of the log."""
        return [
            web.get("/sandbox/process", answering(self._state)),
            web.post("/sandbox/process", answering(self._do)),
            web.get("/sandbox/process/log", answering(self._log)),
        ]

    async def _state(self, _: web.Request) -> Json:
        return {"hosted": False} if self._host is None else self._host.state()

    async def _do(self, request: web.Request) -> Json:
        """Begin one of the deeds that the state offers; how it goes on is told by the stream."""
        host = self._host
        if host is None:
            raise ClientRefusal("No bot is hosted here: yours runs where you started it.")
        deeds: dict[str, Callable[[], None]] = {
            "start": host.start,
            "stop": host.stop,
            "restart": host.restart,
            "kill": host.kill,
        }
        wanted = str((await request.json()).get("do"))
        if wanted not in deeds:
            raise ValueError(f"nobody can {wanted} a process; {', '.join(deeds)} are possible")
        deeds[wanted]()
        return host.state()

    async def _log(self, _: web.Request) -> list[Json]:
        return [asdict(each) for each in self._host.lines()] if self._host is not None else []
