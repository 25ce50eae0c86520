"""The sandbox as a process of its own."""

import asyncio
from collections.abc import Callable

from bot.sandbox.control import Control
from bot.sandbox.hosting import Host
from bot.sandbox.page import site
from bot.sandbox.page.inspection import Inspection, Recorder
from bot.sandbox.page.process import ProcessRoutes
from bot.sandbox.page.stream import Stream
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World


def controlled(sandbox: Sandbox) -> Sandbox:
    """The sandbox with its control API mounted, so that other processes can act in it."""
    sandbox.mount(Control(sandbox).routes())
    return sandbox


def with_page(sandbox: Sandbox, host: Host | None = None) -> Sandbox:
    """The sandbox with its page, the control API that the page needs, and the bot it hosts."""
    recorder = Recorder(sandbox)
    sandbox.mount(site.routes())
    sandbox.mount(Stream(sandbox, recorder).routes())
    sandbox.mount(Inspection(sandbox, recorder).routes())
    sandbox.mount(ProcessRoutes(host).routes())
    return controlled(sandbox)


async def serve(
    world: World | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    started: Callable[[Sandbox], None] = lambda sandbox: None,
) -> None:
    """Serve a sandbox until cancelled; `started` is told of it once it listens."""
    sandbox = controlled(Sandbox(world, host=host, port=port, token=token))
    async with sandbox:
        started(sandbox)
        await asyncio.Event().wait()
