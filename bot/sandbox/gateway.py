"""The gateway: HELLO, IDENTIFY or RESUME, events with replay, heartbeats and close codes."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox import wire
from bot.sandbox.compression import stream_for
from bot.sandbox.doors import Door
from bot.sandbox.events import Events
from bot.sandbox.sessions import ANY, PRIVILEGED, Connection, Intent, Op, Session, Voice
from bot.sandbox.world import World

HEARTBEAT = 41.25
"""Seconds between two heartbeats of a client."""
UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR = 4000, 4001, 4002
NOT_AUTHENTICATED, AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED = 4003, 4004, 4005
INVALID_SEQUENCE, SESSION_TIMED_OUT, INVALID_SHARD = 4007, 4009, 4010
INVALID_INTENTS, DISALLOWED_INTENTS = 4013, 4014
FINAL = frozenset({1000, 1001, AUTHENTICATION_FAILED, INVALID_SEQUENCE, SESSION_TIMED_OUT,
                   INVALID_SHARD, 4011, 4012, INVALID_INTENTS, DISALLOWED_INTENTS})  # fmt: skip
"""The close codes after which a session cannot be resumed."""


class Closed(Exception):
    """The gateway ends the connection with a code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event for the sessions that hear of its guild and have one of the intents.

    `render` writes its data for each session's intents.
    """

    name: str
    guild_id: int | None
    render: Callable[[Intent], Any]
    intents: Intent = ANY


class Gateway:
    """Owns the sessions and their connections."""

    def __init__(self, world: World, token: str, events: Events) -> None:
        self._world = world
        self._token = token
        self._events = events
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Connection] = set()
        self._voice = Voice()
        self.heartbeat = HEARTBEAT
        self.main = Door(self.serve, events)
        self.resuming = Door(self.serve, events)

    @property
    def sessions(self) -> list[Session]:
        """Every session, connected or not."""
        return list(self._sessions.values())

    @property
    def connected(self) -> bool:
        """Whether any session is ready and has a live connection."""
        return any(each.ready and each.connection for each in self._sessions.values())

    def announce(self, what: Announcement) -> None:
        """Queue an event for every session that hears it, connected or away."""
        for session in self._sessions.values():
            if not session.ready or not session.hears(what.guild_id):
                continue
            if what.intents and not session.intents & what.intents:
                continue
            self._post(session, what.name, what.render(session.intents))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection's life, from HELLO to its close."""
        stream = stream_for(request.query.get("compress"))
        connection = Connection(request, stream, self._voice)
        await connection.open()
        self._sockets.add(connection)
        self._say(connection, Op.HELLO, {"heartbeat_interval": int(1000 * self.heartbeat)})
        pump = asyncio.create_task(connection.pump())
        try:
            await self._listen(connection)
        except Closed as error:
            await connection.close(error.code, error.reason)
        finally:
            pump.cancel()
            self._sockets.discard(connection)
            self._leave(connection)
        return connection.socket

    def reconnect(self) -> None:
        """Ask every client to come back: op 7."""
        for connection in list(self._sockets):
            self._say(connection, Op.RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is over, or to resume it: op 9."""
        for session in list(self._sessions.values()):
            if session.connection is not None:
                self._say(session.connection, Op.INVALID_SESSION, resumable)
                if not resumable:
                    self._end(session)

    async def close(self, code: int = UNKNOWN_ERROR) -> None:
        """End every connection with a close code."""
        self._events.publish("gateway.disturbed", f"closed with code {code}")
        for connection in list(self._sockets):
            await connection.close(code)

    def cut(self) -> None:
        """Break every connection without a word."""
        self._events.publish("gateway.disturbed", "cut without a word")
        for connection in list(self._sockets):
            connection.cut()

    def silence(self) -> None:
        """Send nothing more, heartbeat acks included, to old connections and new ones alike."""
        self._voice.become(alive=False, telling=False)
        self._events.publish("gateway.disturbed", "silent from here on")

    def only_ack(self) -> None:
        """Answer handshakes and heartbeats, and hold back all else: READY, RESUMED and events."""
        self._voice.become(alive=True, telling=False)
        self._events.publish("gateway.disturbed", "heartbeats are answered, and nothing else")

    def speak(self) -> None:
        """Send again, first what was held back."""
        self._voice.become(alive=True, telling=True)
        self._events.publish("gateway.disturbed", "heard again")

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is not WSMsgType.TEXT:
                raise Closed(DECODE_ERROR, "Decode error")
            try:
                payload = json.loads(frame.data)
                code = payload["op"]
            except (ValueError, KeyError, TypeError):
                raise Closed(DECODE_ERROR, "Decode error") from None
            self._events.publish("gateway.received", payload)
            self._handle(connection, code, payload.get("d"))

    def _handle(self, connection: Connection, code: int, data: Any) -> None:
        if code == Op.HEARTBEAT:
            self._say(connection, Op.HEARTBEAT_ACK)
        elif code == Op.IDENTIFY:
            self._identify(connection, data)
        elif code == Op.RESUME:
            self._resume(connection, data)
        elif self._session_of(connection) is None:
            raise Closed(NOT_AUTHENTICATED, "Not authenticated.")
        elif code == Op.REQUEST_MEMBERS:
            self._send_members(connection, data)
        elif code not in (Op.PRESENCE, Op.VOICE_STATE):
            raise Closed(UNKNOWN_OPCODE, "Unknown opcode.")

    def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self._check_token(data)
        if self._session_of(connection) is not None:
            raise Closed(ALREADY_AUTHENTICATED, "Already authenticated.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents < 0:
            raise Closed(INVALID_INTENTS, "Invalid intent(s).")
        if Intent(intents) & PRIVILEGED & ~Intent(self._world.privileged_intents):
            raise Closed(DISALLOWED_INTENTS, "Disallowed intent(s).")
        shard, shards = data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            raise Closed(INVALID_SHARD, "Invalid shard.")
        self._forget_abandoned(shard, shards)
        session = Session(secrets.token_hex(16), Intent(intents), shard, shards, connection)
        self._sessions[session.id] = session
        self._welcome(session)

    def _forget_abandoned(self, shard: int, shards: int) -> None:
        """A client that identifies anew will not resume the sessions its shard had before."""
        for session in list(self._sessions.values()):
            if session.connection is None and (session.shard, session.shards) == (shard, shards):
                del self._sessions[session.id]

    def _welcome(self, session: Session) -> None:
        """READY with unavailable guilds, then each guild in full."""
        guilds = [each for each in self._world.guilds.values() if session.hears(each.id)]
        if not session.intents & Intent.GUILDS:
            guilds = []
        ready = {
            "v": 10,
            "user": wire.own_user(self._world.bot),
            "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.resuming.url,
            "shard": [session.shard, session.shards],
            "application": {"id": str(self._world.application_id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
        }
        self._post(session, "READY", ready)
        session.ready = True
        members = bool(session.intents & Intent.GUILD_MEMBERS)
        for each in guilds:
            data = wire.guild_create(each, self._world.bot, members=members)
            self._post(session, "GUILD_CREATE", data)
        self._events.publish("gateway.ready", session)

    def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        self._check_token(data)
        session = self._sessions.get(str(data.get("session_id")))
        if session is None:
            self._say(connection, Op.INVALID_SESSION, False)
            return
        sequence = data.get("seq")
        if not isinstance(sequence, int):
            raise Closed(INVALID_SEQUENCE, "Invalid seq.")
        missed = session.missed_since(sequence)
        if missed is None:
            self._end(session)
            self._say(connection, Op.INVALID_SESSION, False)
            return
        session.connection = connection
        for payload in missed:
            connection.send(payload)
        self._post(session, "RESUMED", {"_trace": []})
        self._events.publish("gateway.resumed", session)

    def _check_token(self, data: Any) -> None:
        if not isinstance(data, dict):
            raise Closed(DECODE_ERROR, "Decode error")
        if str(data.get("token", "")).removeprefix("Bot ") != self._token:
            raise Closed(AUTHENTICATION_FAILED, "Authentication failed.")

    def _send_members(self, connection: Connection, data: dict[str, Any]) -> None:
        """Answer a request for members in one chunk, by name or by id."""
        session = self._session_of(connection)
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None or session is None:
            return
        wanted = {str(each) for each in data.get("user_ids") or []}
        query, limit = data.get("query"), data.get("limit") or len(guild.members)
        chosen = [
            each
            for each in guild.members.values()
            if str(each.user.id) in wanted
            or (query is not None and each.user.username.startswith(query))
        ]
        chunk = {
            "guild_id": str(guild.id),
            "members": [wire.member(each) for each in chosen[:limit]],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": sorted(wanted - {str(each.user.id) for each in chosen}),
            "nonce": data.get("nonce"),
        }
        self._post(session, "GUILD_MEMBERS_CHUNK", chunk)

    def _say(self, connection: Connection, code: int, data: Any = None) -> None:
        """Send what is no event, and so has no number and is never sent again."""
        payload = {"op": code, "d": data}
        connection.send(payload)
        self._events.publish("gateway.said", payload)

    def _post(self, session: Session, name: str, data: Any) -> None:
        payload = session.next_event(name, data)
        if session.connection is not None:
            session.connection.send(payload)
        self._events.publish("gateway.sent", payload)

    def _session_of(self, connection: Connection) -> Session | None:
        found = (each for each in self._sessions.values() if each.connection is connection)
        return next(found, None)

    def _end(self, session: Session) -> None:
        """A session is over before its connection is, where it has one still."""
        del self._sessions[session.id]
        if session.connection is not None:
            session.connection = None
            self._events.publish("gateway.left", session)

    def _leave(self, connection: Connection) -> None:
        """A session whose connection ended stays for a RESUME, unless it closed for good."""
        session = self._session_of(connection)
        if session is None:
            return
        session.connection = None
        if connection.close_code in FINAL:
            del self._sessions[session.id]
        self._events.publish("gateway.left", session)
