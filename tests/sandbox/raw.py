"""A bot without a library: plain requests and one plain gateway connection."""

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

import aiohttp
import zstandard

from bot.sandbox.server import Sandbox

COMMANDS = [
    {"name": "draw", "description": "Draw"},
    {"name": "ask", "description": "Ask", "options": [
        {"type": 3, "name": "what", "description": "What", "autocomplete": True}]},
]  # fmt: skip


class Answer:
    """A status, the JSON with it, and the headers."""

    def __init__(self, status: int, body: Any, headers: Any) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    @property
    def code(self) -> int:
        return int(self.body["code"])

    def codes(self) -> set[str]:
        """The codes of every form error."""
        return set(_codes(self.body.get("errors", {})))


def _codes(node: Any) -> list[str]:
    found = [each["code"] for each in node.get("_errors", [])]
    for key, inner in node.items():
        if key != "_errors":
            found += _codes(inner)
    return found


class RawBot:
    """Requests with the bot's token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "RawBot":
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def ask(
        self, method: str, path: str, body: Any = None, files: dict[str, bytes] | None = None
    ) -> Answer:
        assert self._session is not None
        data: Any = None
        headers = {"Authorization": f"Bot {self.sandbox.token}"}
        if files is not None:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("payload_json", json.dumps(body))
            for index, (name, content) in enumerate(files.items()):
                data.add_field(f"files[{index}]", content, filename=name)
        elif body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = "application/json"
        return await self.send(method, path, data, headers)

    async def send(
        self, method: str, path: str, data: Any, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a body as it is."""
        assert self._session is not None
        headers = headers or {"Authorization": f"Bot {self.sandbox.token}"}
        url = self.sandbox.api_url + path
        async with self._session.request(method, url, data=data, headers=headers) as response:
            raw = await response.read()
            is_json = response.headers.get("Content-Type") == "application/json"
            parsed = json.loads(raw) if is_json else raw.decode(errors="replace")
            return Answer(response.status, parsed, response.headers)

    async def sync(self, commands: Any = None) -> Answer:
        path = f"/applications/{self.sandbox.application_id}/commands"
        return await self.ask("PUT", path, COMMANDS if commands is None else commands)

    async def say(self, channel: str, body: Any, files: dict[str, bytes] | None = None) -> Answer:
        place = self.sandbox.world.channel_named(channel)
        return await self.ask("POST", f"/channels/{place.id}/messages", body, files)

    async def callback(self, body: Any, files: dict[str, bytes] | None = None) -> Answer:
        """Answer the newest interaction."""
        newest = self.sandbox.interactions.all()[-1]
        path = f"/interactions/{newest.id}/{newest.token}/callback?with_response=1"
        return await self.ask("POST", path, body, files)

    async def webhook(self, method: str, path: str = "", body: Any = None) -> Answer:
        """Use the newest interaction's webhook."""
        newest = self.sandbox.interactions.all()[-1]
        base = f"/webhooks/{self.sandbox.application_id}/{newest.token}"
        return await self.ask(method, base + path, body)


class RawGateway:
    """A gateway connection that reads the stream itself."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, compress: str | None) -> None:
        self.socket = socket
        self._zlib = zlib.decompressobj()
        self._zstd = zstandard.ZstdDecompressor().decompressobj()
        self._compress = compress

    async def read(self) -> Any:
        frame = await self.socket.receive(timeout=60)
        if frame.type is aiohttp.WSMsgType.BINARY:
            if self._compress == "zlib-stream":
                assert frame.data.endswith(b"\x00\x00\xff\xff")
                return json.loads(self._zlib.decompress(frame.data))
            return json.loads(self._zstd.decompress(frame.data))
        if frame.type is aiohttp.WSMsgType.TEXT:
            return json.loads(frame.data)
        raise ConnectionError(self.socket.close_code)

    async def until(self, name: str) -> Any:
        """The next event of that name."""
        while True:
            payload = await self.read()
            if payload.get("t") == name:
                return payload

    async def identify(self, token: str, **more: Any) -> None:
        data = {"token": token, "intents": 1, "properties": {}, **more}
        await self.socket.send_json({"op": 2, "d": data})


@asynccontextmanager
async def gateway(sandbox: Sandbox, compress: str | None = None) -> AsyncIterator[RawGateway]:
    query = "?v=10&encoding=json" + (f"&compress={compress}" if compress else "")
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(sandbox.gateway_url + query) as socket,
    ):
        yield RawGateway(socket, compress)
