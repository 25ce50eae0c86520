"""The gateway's sessions: what each client may hear, and what it missed while away."""

import asyncio
import contextlib
import json
from collections import deque
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

from aiohttp import web

from bot.sandbox.compression import Stream
from bot.sandbox.snowflake import shard_of

KEPT_EVENTS = 5000
"""Events a session keeps for a RESUME."""


class Intent(IntFlag):
    """The gateway intents that the sandbox has events for."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


ANY = Intent(0)
"""No intent at all is needed."""
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


class Op:
    """The gateway's operation codes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


SIGNS_OF_LIFE = frozenset({Op.HELLO, Op.HEARTBEAT_ACK})
"""What a gateway says that tells nothing."""


class Voice:
    """What the gateway says at the moment: everything, signs of life alone, or nothing."""

    def __init__(self) -> None:
        self.alive = asyncio.Event()
        self.telling = asyncio.Event()
        self.become(alive=True, telling=True)

    def become(self, *, alive: bool, telling: bool) -> None:
        """Say signs of life, and what there is to tell, or hold them back."""
        for event, wanted in ((self.alive, alive), (self.telling, telling)):
            if wanted:
                event.set()
            else:
                event.clear()


class Connection:
    """One WebSocket, with its compression; what it tells goes out in order."""

    def __init__(self, request: web.Request, stream: Stream | None, voice: Voice) -> None:
        """What `voice` does not say at the moment is kept until it does."""
        self.socket = web.WebSocketResponse(max_msg_size=64 * 1024)
        self._request = request
        self._stream = stream
        self._voice = voice
        self._signs: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._own_code: int | None = None

    @property
    def close_code(self) -> int | None:
        """The code of the side that closed first."""
        return self._own_code or self.socket.close_code

    def send(self, payload: dict[str, Any]) -> None:
        """Queue one payload."""
        (self._signs if payload["op"] in SIGNS_OF_LIFE else self._outbox).put_nowait(payload)

    async def open(self) -> None:
        """Upgrade the request."""
        await self.socket.prepare(self._request)

    async def pump(self) -> None:
        """Send what is queued, compressed where the client asked for it, until it ends."""
        await asyncio.gather(
            self._send_all(self._signs, self._voice.alive),
            self._send_all(self._outbox, self._voice.telling),
        )

    async def _send_all(self, outbox: asyncio.Queue[dict[str, Any]], said: asyncio.Event) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                text = json.dumps(await outbox.get(), separators=(",", ":"))
                await said.wait()
                if self._stream is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(self._stream.compress(text))

    async def close(self, code: int, reason: str = "") -> None:
        """Close with Discord's code."""
        self._own_code = code
        await self.socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """Break the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(slots=True)
class Session:
    """What one identified client may hear; it outlives its connections."""

    id: str
    intents: Intent
    shard: int
    shards: int
    connection: Connection | None = None
    ready: bool = False
    sequence: int = 0
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))

    def hears(self, guild_id: int | None) -> bool:
        """Whether a guild's events, or those of direct messages, come to this shard."""
        return self.shard == (0 if guild_id is None else shard_of(guild_id, self.shards))

    def next_event(self, name: str, data: Any) -> dict[str, Any]:
        """The payload of the session's next event, kept for a RESUME."""
        self.sequence += 1
        payload = {"op": Op.DISPATCH, "s": self.sequence, "t": name, "d": data}
        self.events.append(payload)
        return payload

    def missed_since(self, sequence: int) -> list[dict[str, Any]] | None:
        """The events after a sequence number; none where they are no longer kept."""
        if sequence > self.sequence:
            return None
        missed = [each for each in self.events if each["s"] > sequence]
        return missed if len(missed) == self.sequence - sequence else None
