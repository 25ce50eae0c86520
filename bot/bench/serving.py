"""The whole bot on this process's loop, its Discord and its members in another process."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from bot.bench.workshop import BenchFailed, Workshop
from bot.equipment import PROJECT
from bot.wiring import open_studio
from config.settings import read_settings


class Members:
    """Orders to the members' process; answers may come in any order."""

    def __init__(self, process: Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise BenchFailed("the local Discord's process was started without pipes")
        self._process = process
        self._orders, self._answers = process.stdin, process.stdout
        self._numbers = count(1)
        self._awaited: dict[int, asyncio.Future[Mapping[str, Any]]] = {}

    async def addresses(self) -> Mapping[str, str]:
        """Where the Discord is, and the bot's token there."""
        return dict(await self._line())

    async def do(self, what: str, **details: Any) -> Mapping[str, Any]:
        """Give an order and wait until it is carried out; raises BenchFailed."""
        number = next(self._numbers)
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._awaited[number] = answer
        order = json.dumps({"id": number, "do": what, **details})
        self._orders.write(f"{order}\n".encode())
        return await answer

    async def listen(self) -> None:
        """Hand the answers on until the process ends."""
        try:
            while True:
                answer = await self._line()
                self._awaited.pop(answer["id"]).set_result(answer)
        except BenchFailed as error:
            for waiting in self._awaited.values():
                waiting.set_exception(error)

    async def _line(self) -> Mapping[str, Any]:
        line = await self._answers.readline()
        if not line:
            raise BenchFailed("the local Discord's process ended by itself")
        return dict(json.loads(line))

    async def leave(self) -> None:
        """Close its input, which ends it."""
        self._orders.close()
        await self._process.wait()


@asynccontextmanager
async def serving(shop: Workshop) -> AsyncIterator[Members]:
    """The bot on duty, having drawn its first picture; the members who ask it for more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.bench.members", cwd=PROJECT, stdin=PIPE, stdout=PIPE
    )
    members = Members(process)
    try:
        addresses = await members.addresses()
        listening = asyncio.create_task(members.listen())
        async with _bot(shop, addresses):
            await members.do("wait")
            await members.do("crowd", count=1, refused=False, options=drawn(1))
            yield members
    finally:
        await members.leave()
        await listening


@asynccontextmanager
async def _bot(shop: Workshop, addresses: Mapping[str, str]) -> AsyncIterator[None]:
    settings = read_settings(
        {
            "DISCORD_TOKEN": addresses["token"],
            "DISCORD_API_URL": addresses["api"],
            "DISCORD_GATEWAY_URL": addresses["gateway"],
            "MODEL": _model(shop),
            "DEVICE": shop.device,
            "DATA_DIR": str(shop.folder / f"bot-{id(addresses)}"),
        },
        token_needed=True,
    )
    async with open_studio(settings) as studio:
        stop = asyncio.Event()
        running = asyncio.create_task(studio.run(stop), name="bot")
        try:
            yield
        finally:
            stop.set()
            await running


def _model(shop: Workshop) -> str:
    """The checkpoint as the setting MODEL names it."""
    source = shop.checkpoint.source
    listed = Path(source).is_relative_to(PROJECT)
    return shop.checkpoint.key if listed or not Path(source).exists() else source


def drawn(steps: int) -> Mapping[str, Any]:
    """The options of a request that is drawn."""
    return {"prompt": "a red apple on a blue background", "steps": steps}


REFUSED: Mapping[str, Any] = {"prompt": "a red apple", "style": "nobody offers this"}
"""The options of a request that is acknowledged like any other, and then refused."""
