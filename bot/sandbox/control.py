"""The sandbox's own JSON API below /sandbox, for other processes and for the page."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.sandbox import records, scene
from bot.sandbox.answering import answering
from bot.sandbox.members import ActingMember
from bot.sandbox.options import FileOption
from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from bot.sandbox.switches import Switches
from bot.sandbox.wire import Json
from bot.sandbox.world import User, World

Act = Callable[[ActingMember, Json], Awaitable[Any]]


class Control:
    """The routes by which another process acts as members and looks behind the curtain."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        """The operations, each answering JSON."""
        return [
            web.get("/sandbox/health", answering(self._health)),
            web.post("/sandbox/wait", answering(self._wait)),
            web.post("/sandbox/act", answering(self._act)),
            web.get("/sandbox/interactions/{id}", answering(self._interaction)),
            web.get("/sandbox/messages", answering(self._messages)),
            web.get("/sandbox/commands", answering(self._commands)),
            web.get("/sandbox/world", answering(self._world)),
            web.get("/sandbox/scene", answering(self._scene)),
            web.get("/sandbox/offered", answering(self._offered)),
            web.post("/sandbox/clock", answering(self._clock)),
            web.post("/sandbox/gateway", answering(self._disturb)),
            web.get("/sandbox/violations", answering(self._violations)),
            web.get("/sandbox/unfinished", answering(self._unfinished)),
            web.post("/sandbox/forgive", answering(self._forgive)),
            *Switches(self._sandbox.faults).routes(),
        ]

    async def _health(self, _: web.Request) -> Json:
        sandbox = self._sandbox
        return {
            "api_url": sandbox.api_url,
            "gateway_url": sandbox.gateway_url,
            "token": sandbox.token,
            "application_id": str(sandbox.application_id),
            "connected": sandbox.gateway.connected,
            "commands": len(sandbox.commands),
            "now": sandbox.clock.now(),
        }

    async def _wait(self, request: web.Request) -> Json:
        await self._sandbox.wait_for_bot(float((await request.json())["timeout"]))
        return {"ready": True}

    async def _act(self, request: web.Request) -> Any:
        given = await request.json()
        member = self._member(given["user"], given.get("channel"))
        act = _ACTS.get(given["do"])
        if act is None:
            raise ValueError(f"nobody can {given['do']}")
        world = self._sandbox.world
        options = {name: _value(world, each) for name, each in (given.get("options") or {}).items()}
        result = await act(member, {**given, "options": options, "sandbox": self._sandbox})
        if isinstance(result, Reply):
            return self._record(result.interaction_id)
        return result

    async def _interaction(self, request: web.Request) -> Json:
        """A record; with `after` and `timeout`, once its revision is beyond that or time is up."""
        identity = int(request.match_info["id"])
        after = int(request.query.get("after", "-1"))
        timeout = min(30.0, float(request.query.get("timeout", "0")))

        def look() -> Json | None:
            record = self._record(identity)
            return record if record["revision"] > after else None

        try:
            return await self._sandbox.events.wait(look, timeout)
        except TimeoutError:
            return self._record(identity)

    def _record(self, identity: int) -> Json:
        found = self._sandbox.interactions.by_id(identity)
        if found is None:
            raise LookupError(f"there is no interaction {identity}")
        return records.to_json(records.read(found, self._sandbox.interactions.writer))

    async def _messages(self, request: web.Request) -> list[Json]:
        """What a member sees in a channel; the last `limit` `before` a message where asked so."""
        member = self._member(request.query["user"], request.query.get("channel"))
        before, limit = int(request.query.get("before", "0")), int(request.query.get("limit", "0"))
        return [each.json for each in member.messages(before=before, limit=limit)]

    async def _commands(self, _: web.Request) -> list[Json]:
        scopes = [None, *self._sandbox.world.guilds]
        return [each for scope in scopes for each in self._sandbox.commands.listed(scope)]

    async def _world(self, _: web.Request) -> list[Json]:
        return [
            {
                "name": guild.name,
                "channels": [each.name for each in guild.channels.values()],
                "members": [each.user.username for each in guild.members.values()],
            }
            for guild in self._sandbox.world.guilds.values()
        ]

    async def _scene(self, request: web.Request) -> Json:
        """The world as this member sees it, or where none is named, one of those there are."""
        world, named = self._sandbox.world, request.query.get("user")
        reader = world.somebody() if named is None else world.user_named(named)
        return scene.of(self._sandbox, reader)

    async def _offered(self, request: web.Request) -> list[Json]:
        """The commands that this member may use in this channel, of every kind."""
        return self._member(request.query["user"], request.query.get("channel")).offered()

    async def _clock(self, request: web.Request) -> Json:
        """Move the clock by `advance` seconds, or to where it was before all such moves: `back`."""
        clock, given = self._sandbox.clock, await request.json()
        seconds = -clock.moved if given.get("back") else float(given["advance"])
        clock.advance(seconds)
        self._sandbox.events.publish("clock.moved", seconds)
        return {"now": clock.now(), "moved": clock.moved}

    async def _disturb(self, request: web.Request) -> Json:
        """Disturb the gateway in one of its ways, with that way's values."""
        gateway = self._sandbox.gateway
        deeds: dict[str, Callable[..., Awaitable[None] | None]] = {
            "cut": gateway.cut,
            "silence": gateway.silence,
            "acks only": gateway.only_ack,
            "speak": gateway.speak,
            "close": gateway.close,
            "reconnect": gateway.reconnect,
            "invalidate": gateway.invalidate,
            "shut": gateway.main.shut,
            "shut for resuming": gateway.resuming.shut,
        }
        given = await request.json()
        if (under_way := deeds[given.pop("do")](**given)) is not None:
            await under_way
        return {"sessions": len(gateway.sessions)}

    async def _violations(self, _: web.Request) -> list[Json]:
        hide = self._sandbox.secrets.hide
        return [{**asdict(each), "path": hide(each.path)} for each in self._sandbox.violations]

    async def _unfinished(self, _: web.Request) -> list[Json]:
        return [
            {"interaction_id": str(each.interaction_id), "what": each.what}
            for each in self._sandbox.unfinished()
        ]

    async def _forgive(self, _: web.Request) -> Json:
        self._sandbox.forgive()
        return {"violations": 0}

    def _member(self, user: str, channel: str | None) -> ActingMember:
        return self._sandbox.acting(user, channel)


def _value(world: World, given: Any) -> Any:
    """A value as it is, or what an object names: a user, a channel, a role or a file; or a list."""
    if isinstance(given, list):
        return [_value(world, each) for each in given]
    if not isinstance(given, dict):
        return given
    if "user" in given:
        return world.user_named(given["user"])
    if "channel" in given:
        return world.channel_named(given["channel"])
    if "role" in given:
        return world.role_named(given["role"])
    return _file(given)


def _file(given: Json) -> FileOption:
    data = base64.b64decode(given["base64"])
    return FileOption(given["filename"], data, given.get("description"))


async def _slash(member: ActingMember, given: Json) -> Any:
    return await member.slash(given["name"], **given["options"])


async def _autocomplete(member: ActingMember, given: Json) -> Any:
    value = given.get("value", "")
    return await member.autocomplete(given["name"], given["focused"], value, **given["options"])


async def _click(member: ActingMember, given: Json) -> Any:
    return await member.click(int(given["message"]), given["name"])


async def _select(member: ActingMember, given: Json) -> Any:
    values = _value(given["sandbox"].world, given["values"])
    return await member.select(int(given["message"]), given["name"], values)


async def _submit(member: ActingMember, given: Json) -> Any:
    reply = given["sandbox"].reply(int(given["interaction_id"]))
    world = given["sandbox"].world
    values = {name: _value(world, each) for name, each in given["values"].items()}
    return await member.submit(reply, values)


async def _message_command(member: ActingMember, given: Json) -> Any:
    return await member.message_command(given["name"], int(given["message"]))


async def _user_command(member: ActingMember, given: Json) -> Any:
    target: User = given["sandbox"].world.user_named(given["target"])
    return await member.user_command(given["name"], target)


async def _say(member: ActingMember, given: Json) -> Any:
    files = [_file(each) for each in given.get("files") or []]
    answered = int(given["reply_to"]) if given.get("reply_to") else None
    return (await member.say(given["content"], files, answered)).json


_ACTS: dict[str, Act] = {
    "slash": _slash,
    "autocomplete": _autocomplete,
    "click": _click,
    "select": _select,
    "submit": _submit,
    "message command": _message_command,
    "user command": _user_command,
    "say": _say,
}
