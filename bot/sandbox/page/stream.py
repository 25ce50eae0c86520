"""What a member sees happen, told to the page as it happens."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox import records
from bot.sandbox.events import Event
from bot.sandbox.interactions import Interaction
from bot.sandbox.messages import Message
from bot.sandbox.page.inspection import Recorder
from bot.sandbox.permissions import Permission, in_channel
from bot.sandbox.server import Sandbox
from bot.sandbox.switches import in_force
from bot.sandbox.wire import Json
from bot.sandbox.world import Channel, User

MOST_UNSENT = 10_000
"""Events kept for a page that reads too slowly; beyond, it has to begin anew."""
PROCESS = {"process.changed": "process", "process.said": "log"}


class Stream:
    """The WebSocket at /sandbox/stream.

    The page says whom it acts as by `{"as": user id}`, and whether its inspector is open by
    `{"inspect": true}` or `false`.
    """

    def __init__(self, sandbox: Sandbox, recorder: Recorder) -> None:
        self._sandbox = sandbox
        self._recorder = recorder

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/sandbox/stream", self._serve)]

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        """One page's connection, from its opening to its close."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        reader = Reader(self._sandbox, self._recorder)
        unsubscribe = self._sandbox.events.subscribe(reader.hear)
        pump = asyncio.create_task(_pump(socket, reader.unsent))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    reader.obey(json.loads(frame.data))
        finally:
            unsubscribe()
            reader.inspect(wanted=False)
            pump.cancel()
        return socket


class Reader:
    """What one page is told of, and what of that it still has to be sent."""

    def __init__(self, sandbox: Sandbox, recorder: Recorder) -> None:
        self._sandbox = sandbox
        self._recorder = recorder
        self._user: User | None = None
        self._leave_inspector: Callable[[], None] | None = None
        self.unsent: asyncio.Queue[Json | None] = asyncio.Queue(MOST_UNSENT)

    def obey(self, asked: Json) -> None:
        """Take what the page asks for: whom it acts as, or its inspector.

        Somebody who is unknown here is greeted as nobody and hears nothing; the page may come from
        another sandbox.
        """
        if "inspect" in asked:
            self.inspect(wanted=bool(asked["inspect"]))
            return
        self._user = None
        with contextlib.suppress(LookupError):
            self._user = self._sandbox.world.user_named(str(asked["as"]))
        self._tell("hello", {"as": None if self._user is None else str(self._user.id)})

    def inspect(self, *, wanted: bool) -> None:
        """Begin or end to tell of what is recorded, and of the faults."""
        if self._leave_inspector is not None:
            self._leave_inspector()
            self._leave_inspector = None
        if wanted:
            self._leave_inspector = self._recorder.listen(lambda what: self._tell("inspect", what))
            self._tell("inspect", {"begun": True})
            self._tell("faults", {"rules": in_force(self._sandbox.faults)})

    def hear(self, event: Event) -> None:
        """Note what this member sees of an event."""
        if self._leave_inspector is not None and event.name in ("faults.changed", "fault.met"):
            self._tell("faults", {"rules": in_force(self._sandbox.faults)})
        if self._user is None:
            return
        family = event.name.partition(".")[0]
        if family == "message":
            self._hear_message(event.name.removeprefix("message."), event.data)
        elif family == "interaction":
            self._hear_interaction(event.data)
        elif event.name == "typing":
            if self._sees(event.data):
                self._tell("typing", {"channel_id": str(event.data.id)})
        elif event.name == "commands.synced":
            self._tell("commands", {})
        elif event.name == "channel.deleted":
            self._tell("world", {})
        elif event.name == "clock.moved":
            self._tell("clock", {"now": event.at})
        elif event.name in ("gateway.ready", "gateway.resumed", "gateway.left"):
            self._tell("bot", {"connected": self._sandbox.gateway.connected})
        elif event.name in PROCESS:
            self._tell(PROCESS[event.name], event.data)

    def _hear_message(self, change: str, message: Message) -> None:
        if self._user is None or not message.visible_to(self._user.id):
            return
        if self._sees(message.channel):
            told = self._sandbox.interactions.writer.message_event(message)
            self._tell("message", {"change": change, "message": told})

    def _hear_interaction(self, interaction: Interaction) -> None:
        if self._user is None or interaction.user.id != self._user.id:
            return
        record = records.read(interaction, self._sandbox.interactions.writer)
        self._tell("interaction", {"record": records.to_json(record)})

    def _sees(self, channel: Channel) -> bool:
        """Whether the member is shown a channel."""
        if self._user is None:
            return False
        guild = self._sandbox.world.guild_of(channel)
        if guild is None:
            return any(each.id == self._user.id for each in channel.recipients)
        member = guild.members.get(self._user.id)
        return member is not None and bool(
            in_channel(guild, channel, member) & Permission.VIEW_CHANNEL
        )

    def _tell(self, kind: str, what: dict[str, Any]) -> None:
        try:
            self.unsent.put_nowait({"kind": kind, **what})
        except asyncio.QueueFull:
            self.unsent.get_nowait()
            self.unsent.put_nowait(None)


async def _pump(socket: web.WebSocketResponse, unsent: "asyncio.Queue[Json | None]") -> None:
    """Send what is noted; None means that something was left out, so the page must come anew."""
    with contextlib.suppress(ConnectionError, RuntimeError):
        while (told := await unsent.get()) is not None:
            await socket.send_json(told)
        await socket.close(code=1013, message=b"too slow")
