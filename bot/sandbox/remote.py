"""The acting API from another process, over the sandbox's control API."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Any, TypeVar

import aiohttp

from bot.sandbox import records
from bot.sandbox.choosing import Choice
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.faults import Fault
from bot.sandbox.options import FileOption, Value
from bot.sandbox.records import Record
from bot.sandbox.replies import NotAnswered, Reply
from bot.sandbox.snapshot import File, Snapshot
from bot.sandbox.wire import Json
from bot.sandbox.world import Channel, Role, User

T = TypeVar("T")
POLL = 25.0
"""Seconds for which one request waits for the next change."""


class RemoteSandbox:
    """A sandbox in another process, by its address; use it as an async context."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "RemoteSandbox":
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def acting(self, user: str, channel: str | None = None) -> "RemoteMember":
        """A member in a channel, by their names; no channel is a direct message."""
        return RemoteMember(self, user, channel)

    async def health(self) -> Json:
        """The addresses, and whether a bot is there."""
        return dict(await self.ask("GET", "/health"))

    async def wait_for_bot(self, timeout: float = 30.0) -> None:
        """Wait until a session is ready and commands are registered, or raise `NotAnswered`."""
        await self.ask("POST", "/wait", {"timeout": timeout})

    async def advance(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        await self.ask("POST", "/clock", {"advance": seconds})

    async def add_fault(self, fault: Fault) -> None:
        """Put a fault in the way of requests."""
        await self.ask("POST", "/faults", {**asdict(fault), "kind": fault.kind.value})

    async def clear_faults(self) -> None:
        """Forget every fault."""
        await self.ask("DELETE", "/faults")

    async def disturb(self, deed: str, **values: float | bool) -> None:
        """Disturb the gateway in a way of its own, with that way's values.

        "cut", "silence", "acks only" and "speak"; "close" with `code`; "reconnect" (op 7);
        "invalidate" (op 9) with `resumable`; "shut" and "shut for resuming", which answer `times`
        handshakes (for ever if not said) by `status`, 503 if not said.
        """
        await self.ask("POST", "/gateway", {"do": deed, **values})

    async def violations(self) -> list[Json]:
        """The rules the bot broke."""
        return list(await self.ask("GET", "/violations"))

    async def unfinished(self) -> list[Json]:
        """What the bot has left open."""
        return list(await self.ask("GET", "/unfinished"))

    async def forgive(self) -> None:
        """Forget the violations so far, and what was left open so far."""
        await self.ask("POST", "/forgive")

    async def attachment_bytes(self, file: File | str) -> bytes:
        """A file's bytes, fetched from its address."""
        url = file if isinstance(file, str) else file.url
        async with self._open().get(url) as response:
            response.raise_for_status()
            return await response.read()

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request of the control API; refusals raise what the local API raises."""
        url = f"{self._url}/sandbox{path}"
        async with self._open().request(method, url, json=body) as response:
            answer = await response.json()
            if response.status == 504:
                raise NotAnswered(answer["message"])
            if response.status >= 400:
                raise ClientRefusal(answer["message"])
            return answer

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use the remote sandbox as an async context")
        return self._session


class RemoteSource:
    """A record fetched from the other process, refreshed by requests that wait for changes."""

    def __init__(self, sandbox: RemoteSandbox, record: Record) -> None:
        self._sandbox = sandbox
        self._record = record

    @property
    def record(self) -> Record:
        """The interaction as it was last heard of."""
        return self._record

    async def wait(self, look: Callable[[], T | None], timeout: float) -> T:
        """The first answer other than none, looked for after each change."""
        async with asyncio.timeout(timeout):
            while (found := look()) is None:
                query = f"?after={self._record.revision}&timeout={min(POLL, timeout)}"
                path = f"/interactions/{self._record.interaction_id}{query}"
                self._record = records.from_json(await self._sandbox.ask("GET", path))
            return found


class RemoteMember:
    """A user in a channel of the other process's world."""

    def __init__(self, sandbox: RemoteSandbox, user: str, channel: str | None) -> None:
        self._sandbox = sandbox
        self._place = {"user": user, "channel": channel}

    async def slash(self, name: str, **options: Value) -> Reply:
        """Send a slash command: "imagine", or "group sub" for a sub-command."""
        return await self._reply("slash", name=name, options=_written(options))

    async def autocomplete(
        self, name: str, focused: str, value: str = "", **others: Value
    ) -> list[Json]:
        """The choices the bot offers while `value` stands in the option `focused`."""
        return list(
            await self._do(
                "autocomplete", name=name, focused=focused, value=value, options=_written(others)
            )
        )

    async def click(self, message: Snapshot, name: str) -> Reply:
        """Press a button, called by its custom id or its label."""
        return await self._reply("click", message=message.id, name=name)

    async def select(self, message: Snapshot, name: str, values: Sequence[Choice]) -> Reply:
        """Choose from a select menu: values or labels, or users, roles and channels."""
        written = _value(list(values))
        return await self._reply("select", message=message.id, name=name, values=written)

    async def submit(self, reply: Reply, values: Mapping[str, Any]) -> Reply:
        """Send the modal that a reply opened, filled in by custom id or label."""
        written = _written(values)
        return await self._reply("submit", interaction_id=reply.interaction_id, values=written)

    async def message_command(self, name: str, message: Snapshot) -> Reply:
        """Choose a command from a message's context menu."""
        return await self._reply("message command", name=name, message=message.id)

    async def user_command(self, name: str, target: str) -> Reply:
        """Choose a command from a user's context menu."""
        return await self._reply("user command", name=name, target=target)

    async def say(
        self, content: str, files: Sequence[FileOption] = (), reply_to: int | None = None
    ) -> Snapshot:
        """Write a plain message, in answer to another where its id is given."""
        written = [_value(each) for each in files]
        return Snapshot(await self._do("say", content=content, files=written, reply_to=reply_to))

    async def messages(self) -> list[Snapshot]:
        """The channel's messages that this member sees, the oldest first."""
        query = f"user={self._place['user']}"
        if self._place["channel"] is not None:
            query += f"&channel={self._place['channel']}"
        found = await self._sandbox.ask("GET", f"/messages?{query}")
        return [Snapshot(each) for each in found]

    async def _do(self, deed: str, **given: Any) -> Any:
        return await self._sandbox.ask("POST", "/act", {**self._place, "do": deed, **given})

    async def _reply(self, deed: str, **given: Any) -> Reply:
        record = records.from_json(await self._do(deed, **given))
        return Reply(RemoteSource(self._sandbox, record))


def _written(options: Mapping[str, Value]) -> Json:
    """Options as the control API reads them."""
    return {name: _value(value) for name, value in options.items()}


def _value(value: Value | Sequence[Value]) -> Any:
    if isinstance(value, list):
        return [_value(each) for each in value]
    if isinstance(value, User):
        return {"user": value.username}
    if isinstance(value, Channel):
        return {"channel": value.name}
    if isinstance(value, Role):
        return {"role": value.name}
    if isinstance(value, FileOption):
        data = base64.b64encode(value.data).decode()
        return {"filename": value.filename, "base64": data, "description": value.description}
    return value
