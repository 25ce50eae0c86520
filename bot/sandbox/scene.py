"""The world as one of its members sees it, for whoever draws it."""

from bot.sandbox import wire
from bot.sandbox.permissions import DIRECT, Permission, in_channel
from bot.sandbox.server import Sandbox
from bot.sandbox.wire import Json
from bot.sandbox.world import Channel, Guild, Member, User


def of(sandbox: Sandbox, reader: User) -> Json:
    """Servers, channels, members and the time, as far as the reader sees them.

    `granted` on a channel holds the reader's permissions there, `sandbox` tells this one from
    others that stood at its address.
    """
    world = sandbox.world
    return {
        "application": {"id": str(world.application_id), "name": world.application_name},
        "bot": wire.user(world.bot),
        "me": wire.user(reader),
        "users": [wire.user(each) for each in world.users.values() if not each.bot],
        "guilds": [
            _guild(each, each.members[reader.id])
            for each in world.guilds.values()
            if reader.id in each.members
        ],
        "direct": wire.channel(world.direct(reader)) | {"granted": str(int(DIRECT))},
        "sandbox": sandbox.opening,
        "now": sandbox.clock.now(),
        "connected": sandbox.gateway.connected,
    }


def _guild(guild: Guild, reader: Member) -> Json:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "roles": [wire.role(each) for each in guild.roles.values()],
        "members": [wire.member(each) for each in guild.members.values()],
        "channels": [
            _channel(guild, each, reader)
            for each in guild.channels.values()
            if in_channel(guild, each, reader) & Permission.VIEW_CHANNEL
        ],
    }


def _channel(guild: Guild, channel: Channel, reader: Member) -> Json:
    return wire.channel(channel) | {"granted": str(int(in_channel(guild, channel, reader)))}
