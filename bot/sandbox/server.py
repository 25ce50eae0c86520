"""The sandbox: one loopback port that is a Discord of one's own."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType

import yarl
from aiohttp import web

from bot.sandbox.announcements import Announcer
from bot.sandbox.clock import Clock
from bot.sandbox.commands import Commands
from bot.sandbox.defaults import default_world
from bot.sandbox.events import Events
from bot.sandbox.exchange import BASE, Exchanges, Observer, Violation
from bot.sandbox.faults import Faults
from bot.sandbox.gateway import Gateway
from bot.sandbox.interactions import Interactions
from bot.sandbox.members import ActingMember, Stage
from bot.sandbox.messages import Attachment, Messages
from bot.sandbox.origins import LOOPBACK, near_only
from bot.sandbox.payloads import MOST_REQUEST
from bot.sandbox.replies import LocalSource, Reply
from bot.sandbox.rest.channels import ChannelRoutes
from bot.sandbox.rest.commands import CommandRoutes
from bot.sandbox.rest.guilds import GuildRoutes
from bot.sandbox.rest.identity import Identity
from bot.sandbox.rest.interactions import InteractionRoutes
from bot.sandbox.rest.router import Call, Router
from bot.sandbox.secrecy import Secrets
from bot.sandbox.snapshot import File
from bot.sandbox.snowflake import Snowflakes
from bot.sandbox.world import Channel, User, World

STRANGERS = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
"""A file is a stranger's: opened in a browser it runs nothing in the sandbox's name."""

LARGEST = MOST_REQUEST * 4 // 3 + 1024 * 1024
"""Bytes of a body that is read: the page sends its files in base64, four letters for three."""
_FILES = r"/attachments/{channel_id}/{attachment_id:\d{1,20}}/{filename}"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An interaction the bot left open: never answered, or still "thinking"."""

    interaction_id: int
    what: str


class Sandbox:
    """A Discord on one loopback port, for one bot; use it as an async context."""

    def __init__(
        self, world: World | None = None, *, host: str = "127.0.0.1", port: int = 0,
        token: str | None = None, shards: int = 1,
    ) -> None:  # fmt: skip
        if host not in LOOPBACK:
            raise ValueError("The sandbox binds to loopback only.")
        self.world = world or default_world()
        self.token = token or f"sandbox.{secrets.token_urlsafe(24)}"
        self.opening = secrets.token_hex(4)
        self.clock = Clock()
        self.events = Events(self.clock.now)
        self.faults = Faults(self.events)
        self._address = (host, port)
        self._build(shards)
        self._runner: web.AppRunner | None = None
        self._mounted: list[web.RouteDef] = []

    def _build(self, shards: int) -> None:
        """Put the rooms of the house together."""
        world, clock, events = self.world, self.clock, self.events
        ids = Snowflakes(clock)
        self.commands = Commands(world.application_id, clock, ids)
        self.messages = Messages(world, clock, ids, events)
        self.interactions = Interactions(world, clock, ids, events, self.messages)
        self.secrets = Secrets(self.token, self.interactions)
        self.gateway = Gateway(world, self.token, events)
        writer = self._writer = self.interactions.writer
        events.subscribe(Announcer(world, self.gateway, writer).hear)
        router = Router(
            [
                *Identity(world, self.gateway, shards).routes(),
                *CommandRoutes(world, self.commands, events).routes(),
                *InteractionRoutes(world, self.interactions, self.messages, writer).routes(),
                *ChannelRoutes(world, self.messages, writer, clock, events).routes(),
                *GuildRoutes(world).routes(),
            ]
        )
        self._excused: set[int] = set()
        self._exchanges = Exchanges(router, self.token, clock, self.faults)
        self._exchanges.lost.append(self._note_lost)
        self._exchanges.broken.append(lambda broken: events.publish("rule.broken", broken))
        self._stage = Stage(world, self.messages, self.commands, self.interactions, events)

    @property
    def application_id(self) -> int:
        """The id of the bot's application."""
        return self.world.application_id

    @property
    def url(self) -> str:
        """The server's own address, without a path."""
        return self._writer.origin

    @property
    def api_url(self) -> str:
        """What `discord.http.Route.BASE` is set to."""
        return self.url + BASE

    @property
    def gateway_url(self) -> str:
        """What `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY` is set to."""
        return self.gateway.main.url

    @property
    def violations(self) -> list[Violation]:
        """The rules the bot broke, in order; clear it once they were looked at."""
        return self._exchanges.violations

    async def __aenter__(self) -> "Sandbox":
        app = web.Application(client_max_size=LARGEST, middlewares=[near_only])
        app.router.add_get("/gateway", self.gateway.main.enter)
        app.router.add_get("/gateway/resume", self.gateway.resuming.enter)
        app.router.add_get(_FILES, self._serve_file)
        app.router.add_routes(self._mounted)
        app.router.add_route("*", BASE + "/{tail:.*}", self._exchanges.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, *self._address).start()
        except OSError:
            await self._runner.cleanup()
            raise
        host, port = self._runner.addresses[0][:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._writer.origin = f"http://{address}"
        self.gateway.main.url = f"ws://{address}/gateway"
        self.gateway.resuming.url = f"ws://{address}/gateway/resume"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.gateway.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    def mount(self, routes: Iterable[web.RouteDef]) -> None:
        """Serve further routes beside Discord's own; before the sandbox is entered."""
        self._mounted.extend(routes)

    def acting(self, user: User | str, channel: Channel | str | None = None) -> ActingMember:
        """A member in a channel, both by name or as they are; no channel is a direct message."""
        who = self.world.user_named(user) if isinstance(user, str) else user
        if channel is None:
            place = self.world.direct(who)
        else:
            place = self.world.channel_named(channel) if isinstance(channel, str) else channel
        return ActingMember(self._stage, who, place)

    def reply(self, interaction_id: int) -> Reply:
        """The reply to an interaction by its id; `LookupError` where there is none."""
        found = self.interactions.by_id(interaction_id)
        if found is None:
            raise LookupError(f"there is no interaction {interaction_id}")
        return Reply(LocalSource(found, self.events, self._writer))

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call the observer with every request and its answer; the answer here ends that."""
        self._exchanges.observers.append(observer)
        return lambda: self._exchanges.observers.remove(observer)

    async def wait_for_bot(self, timeout: float = 30.0) -> None:
        """Wait until a session is ready and commands are registered.

        Raises:
            TimeoutError: neither came within `timeout` seconds of real time.
        """
        await self.events.wait(
            lambda: (self.gateway.connected and len(self.commands) > 0) or None, timeout
        )

    async def wait_for_departure(self, timeout: float = 30.0) -> None:
        """Wait until no session has a live connection."""
        await self.events.wait(lambda: not self.gateway.connected or None, timeout)

    def unfinished(self) -> list[Unfinished]:
        """What the bot has left open up to now."""
        found = []
        for each in self.interactions.all():
            if each.id in self._excused:
                continue
            if each.answer is None:
                found.append(Unfinished(each.id, "never answered"))
            elif each.original is not None and each.original.loading and not each.original.deleted:
                found.append(Unfinished(each.id, "still thinking"))
        return found

    def remove_channel(self, channel: Channel | str) -> None:
        """Delete a channel, as a moderator would; the bot is told by the gateway."""
        gone = self.world.channel_named(channel) if isinstance(channel, str) else channel
        self.world.remove_channel(gone)
        self.events.publish("channel.deleted", gone)

    def forgive(self) -> None:
        """Forget the violations so far, and what was left open so far."""
        self.violations.clear()
        self._excused.update(each.interaction_id for each in self.unfinished())
        self.events.publish("rules.forgiven")

    def attachment_bytes(self, file: File | Attachment | str) -> bytes:
        """The bytes of a file, by itself or by its address; `LookupError` where there is none."""
        identity = int(yarl.URL(file).parts[-2]) if isinstance(file, str) else file.id
        found = self.messages.attachment(identity)
        if found is None:
            raise LookupError(f"there is no file {identity}")
        return found.data

    async def _serve_file(self, request: web.Request) -> web.Response:
        """A file, for as long as its address is good."""
        wanted = request.match_info
        found = self.messages.attachment(int(wanted["attachment_id"]))
        good = _good_until(request) >= self.clock.now()
        if found is None or found.filename != wanted["filename"] or not good:
            return web.Response(status=404, text="This content is no longer available.")
        kind = found.media.content_type or "application/octet-stream"
        return web.Response(body=found.data, headers={"Content-Type": kind, **STRANGERS})

    def _note_lost(self, call: Call) -> None:
        """A callback whose answer was lost may rightly be sent again."""
        found = self.interactions.by_token(call.parameters.get("interaction_token", ""))
        if found is not None:
            found.answer_lost = True


def _good_until(request: web.Request) -> int:
    """The second at which a file's address stops working; one that does not say never worked."""
    try:
        return int(request.query.get("ex", ""), 16)
    except ValueError:
        return 0
