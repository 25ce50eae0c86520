"""The two pages over HTTP."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.health.measures import CONTENT_TYPE, Measures
from bot.health.readings import Lookout
from bot.model.errors import ConfigurationError

FRESH = {"Cache-Control": "no-store"}

log = logging.getLogger(__name__)


class HealthServer:
    """Serves /healthz and /metrics on one port."""

    def __init__(self, *, lookout: Lookout, measures: Measures, host: str, port: int) -> None:
        """Port 0 takes a free one."""
        self._lookout = lookout
        self._measures = measures
        self._address = (host, port)
        self.url = ""
        """Where it serves, without a path."""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve inside the block; raises ConfigurationError if the address cannot be had."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await self._listen(runner)
            yield
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._address
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigurationError(
                (
                    f"HEALTH_HOST and HEALTH_PORT: {host}:{port} cannot be listened on "
                    f"({error.strerror or error}). Choose another port or host, or leave "
                    "HEALTH_PORT out.",
                )
            ) from error
        host, port = runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        log.info("health and metrics are shown at %s/healthz and /metrics", self.url)

    async def _healthz(self, _: web.Request) -> web.Response:
        problems = (await self._lookout.read()).problems()
        body = {"status": "trouble" if problems else "ok", "problems": dict(problems)}
        return web.json_response(body, status=503 if problems else 200, headers=FRESH)

    async def _metrics(self, _: web.Request) -> web.Response:
        page = self._measures.page(await self._lookout.read())
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE, **FRESH})
