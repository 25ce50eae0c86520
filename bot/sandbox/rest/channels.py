"""Channels, direct messages and the messages in them."""

from bot.sandbox import wire
from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError
from bot.sandbox.events import Events
from bot.sandbox.messages import Message, Messages, Origin
from bot.sandbox.payloads import Payload, Place
from bot.sandbox.permissions import DIRECT, Permission, in_channel, may_send
from bot.sandbox.rest.router import NOTHING, Call, Json, Reply, Route, snowflake
from bot.sandbox.sessions import Intent
from bot.sandbox.wire import Writer
from bot.sandbox.world import Channel, World

CHANNEL = "/channels/{channel_id}"
MESSAGE = CHANNEL + "/messages/{message_id}"
HOUR = 3600
OLD_EDITS = 30
"""Edits an hour that messages older than an hour allow, all together."""


class ChannelRoutes:
    """The routes that need permissions in a channel."""

    def __init__(
        self, world: World, messages: Messages, writer: Writer, clock: Clock, events: Events
    ) -> None:
        self._world = world
        self._messages = messages
        self._writer = writer
        self._clock = clock
        self._events = events
        self._old_edits: list[float] = []

    def routes(self) -> list[Route]:
        """The operations of this group."""
        return [
            Route("GET", CHANNEL, self._get_channel),
            Route("GET", CHANNEL + "/messages", self._list),
            Route("POST", CHANNEL + "/messages", self._create),
            Route("GET", MESSAGE, self._get),
            Route("PATCH", MESSAGE, self._edit),
            Route("DELETE", MESSAGE, self._delete),
            Route("POST", CHANNEL + "/typing", self._type),
            Route("POST", "/users/@me/channels", self._open_direct),
        ]

    def _place(self, call: Call) -> tuple[Channel, Permission]:
        """The channel and what the bot may do there; 10003, or 50001 where it sees nothing."""
        channel = self._world.channel(call.id("channel_id"))
        if channel is None:
            raise ApiError(10003)
        guild = self._world.guild_of(channel)
        if guild is None:
            return channel, DIRECT
        granted = in_channel(guild, channel, guild.members[self._world.bot.id])
        if not granted & Permission.VIEW_CHANNEL:
            raise ApiError(50001)
        return channel, granted

    def _get_channel(self, call: Call) -> Reply:
        return Reply(wire.channel(self._place(call)[0]))

    def _list(self, call: Call) -> Reply:
        channel, granted = self._place(call)
        if not granted & Permission.READ_MESSAGE_HISTORY:
            return Reply([])
        found = [each for each in self._messages.in_channel(channel) if each.reader_id is None]
        chosen = _page(found, call)
        return Reply([self._read(each) for each in chosen])

    def _create(self, call: Call) -> Reply:
        channel, granted = self._place(call)
        payload = call.payload(Place.CHANNEL)
        _refuse_without_permission(channel, granted, payload)
        if channel.archived:
            raise ApiError(50083)
        if channel.recipients and not channel.recipients[0].accepts_dm:
            raise ApiError(50007)
        limit = self._world.upload_limit(channel)
        origin = Origin(channel, self._world.bot, upload_limit=limit)
        return Reply(self._read(self._messages.create(origin, payload)))

    def _get(self, call: Call) -> Reply:
        channel, granted = self._place(call)
        if not granted & Permission.READ_MESSAGE_HISTORY:
            raise ApiError(50001)
        return Reply(self._read(self._public(channel, call)))

    def _edit(self, call: Call) -> Reply:
        channel, _ = self._place(call)
        message = self._public(channel, call)
        if message.author.id != self._world.bot.id:
            raise ApiError(50005)
        self._count_old_edit(message)
        limit = self._world.upload_limit(channel)
        payload = call.payload(Place.CHANNEL_EDIT)
        edited = self._messages.edit(message, payload, upload_limit=limit)
        return Reply(self._read(edited))

    def _delete(self, call: Call) -> Reply:
        channel, granted = self._place(call)
        message = self._public(channel, call)
        own = message.author.id == self._world.bot.id
        if not own and not granted & Permission.MANAGE_MESSAGES:
            raise ApiError(50013)
        self._messages.delete(message)
        return NOTHING

    def _type(self, call: Call) -> Reply:
        channel, granted = self._place(call)
        if not may_send(granted, channel):
            raise ApiError(50013)
        self._events.publish("typing", channel)
        return NOTHING

    def _open_direct(self, call: Call) -> Reply:
        who = self._world.users.get(snowflake(str(call.fields().get("recipient_id")), "recipient"))
        if who is None:
            raise ApiError(10013)
        if who.bot:
            raise ApiError(50007)
        return Reply(wire.channel(self._world.direct(who)))

    def _public(self, channel: Channel, call: Call) -> Message:
        """A message that channel routes reach: ephemeral ones have their webhook only."""
        message = self._messages.get(channel.id, call.id("message_id"))
        if message.reader_id is not None:
            raise ApiError(10008)
        return message

    def _read(self, message: Message) -> Json:
        granted = bool(self._world.privileged_intents & Intent.MESSAGE_CONTENT)
        written = self._writer.message(message)
        return wire.for_bot(written, message, self._world.bot, content_granted=granted)

    def _count_old_edit(self, message: Message) -> None:
        """Messages older than an hour may be edited a few times an hour only: 30046."""
        now = self._clock.now()
        if now - message.created < HOUR:
            return
        self._old_edits = [each for each in self._old_edits if each > now - HOUR]
        if len(self._old_edits) >= OLD_EDITS:
            raise ApiError(30046)
        self._old_edits.append(now)


def _refuse_without_permission(channel: Channel, granted: Permission, payload: Payload) -> None:
    if not may_send(granted, channel):
        raise ApiError(50013)
    if payload.uploads and not granted & Permission.ATTACH_FILES:
        raise ApiError(50013)
    if payload.fields.get("embeds") and not granted & Permission.EMBED_LINKS:
        raise ApiError(50013)
    if payload.fields.get("message_reference") and not granted & Permission.READ_MESSAGE_HISTORY:
        raise ApiError(50013)


def _page(found: list[Message], call: Call) -> list[Message]:
    """A page of a channel's history, the newest first."""
    limit = max(1, min(100, call.number("limit", 50)))
    if "after" in call.query:
        after = [each for each in found if each.id > call.number("after", 0)]
        return after[:limit][::-1]
    if "around" in call.query:
        middle = call.number("around", 0)
        near = sorted(found, key=lambda each: abs(each.id - middle))[:limit]
        return sorted(near, key=lambda each: each.id, reverse=True)
    if "before" in call.query:
        found = [each for each in found if each.id < call.number("before", 0)]
    return found[::-1][:limit]
