"""Turns what happens in the sandbox into gateway events."""

from bot.sandbox import wire
from bot.sandbox.events import Event
from bot.sandbox.gateway import Announcement, Gateway
from bot.sandbox.interactions import Interaction, Kind
from bot.sandbox.messages import Message
from bot.sandbox.permissions import DIRECT, in_channel
from bot.sandbox.sessions import Intent
from bot.sandbox.wire import Json, Writer
from bot.sandbox.world import Channel, User, World


class Announcer:
    """Listens to the sandbox's events and announces them by the gateway."""

    def __init__(self, world: World, gateway: Gateway, writer: Writer) -> None:
        self._world = world
        self._gateway = gateway
        self._writer = writer

    def hear(self, event: Event) -> None:
        """Announce what the bot would be told of."""
        if event.name == "interaction.created":
            self._announce_interaction(event.data)
        elif event.name in ("message.created", "message.edited", "message.deleted"):
            self._announce_message(event.name.removeprefix("message."), event.data)
        elif event.name == "channel.deleted":
            self._announce_channel_gone(event.data)

    def _announce_channel_gone(self, gone: Channel) -> None:
        name = "THREAD_DELETE" if gone.is_thread else "CHANNEL_DELETE"
        data = wire.channel(gone)
        guilds = Intent.GUILDS
        self._gateway.announce(Announcement(name, gone.guild_id, lambda intents: data, guilds))

    def _announce_interaction(self, opened: Interaction) -> None:
        data = self.interaction(opened)
        self._gateway.announce(
            Announcement("INTERACTION_CREATE", opened.guild_id, lambda intents: data)
        )

    def _announce_message(self, change: str, message: Message) -> None:
        if message.reader_id is not None:
            return
        name = {"created": "CREATE", "edited": "UPDATE", "deleted": "DELETE"}[change]
        direct = message.channel.guild_id is None
        intents = Intent.DIRECT_MESSAGES if direct else Intent.GUILD_MESSAGES
        data = _gone(message) if change == "deleted" else self._writer.message_event(message)

        def render(intents: Intent) -> Json:
            granted = bool(intents & Intent.MESSAGE_CONTENT)
            if change == "deleted":
                return data
            return wire.for_bot(data, message, self._world.bot, content_granted=granted)

        guild_id = message.channel.guild_id
        self._gateway.announce(Announcement(f"MESSAGE_{name}", guild_id, render, intents))

    def interaction(self, opened: Interaction) -> Json:
        """The data of INTERACTION_CREATE."""
        channel, guild = opened.channel, self._world.guild_of(opened.channel)
        answer: Json = {
            "id": str(opened.id),
            "application_id": str(self._world.application_id),
            "type": int(opened.kind),
            "token": opened.token,
            "version": 1,
            "data": opened.data,
            "channel_id": str(channel.id),
            "channel": self._channel(channel, opened.user),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(opened.guild_id or 0)},
            "context": 0 if guild else 1,
            "app_permissions": str(self._granted(channel, self._world.bot)),
            "attachment_size_limit": self._world.upload_limit(channel),
        }
        if opened.source is not None and opened.kind in (Kind.COMPONENT, Kind.MODAL):
            answer["message"] = self._writer.message(opened.source)
        if guild is None:
            return answer | {"user": wire.user(opened.user)}
        member = wire.member(guild.members[opened.user.id])
        member["permissions"] = str(self._granted(channel, opened.user))
        return answer | {
            "guild_id": str(guild.id),
            "guild_locale": guild.locale,
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "member": member,
        }

    def _channel(self, channel: Channel, who: User) -> Json:
        return wire.channel(channel) | {"permissions": str(self._granted(channel, who))}

    def _granted(self, channel: Channel, who: User) -> int:
        guild = self._world.guild_of(channel)
        if guild is None:
            return int(DIRECT)
        return int(in_channel(guild, channel, guild.members[who.id]))


def _gone(message: Message) -> Json:
    answer: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild_id is not None:
        answer["guild_id"] = str(message.channel.guild_id)
    return answer
