"""Who may do what in a channel: roles, then the channel's overwrites, as Discord reckons it."""

from enum import IntFlag

from bot.sandbox.world import Channel, ChannelType, Guild, Member


class Permission(IntFlag):
    """The permissions that matter to a bot which answers commands."""

    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40


ALL = Permission((1 << 53) - 1)
DIRECT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
)
"""What both sides of a direct message may do."""
NEEDS_SENDING = Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE


def in_guild(guild: Guild, member: Member) -> Permission:
    """What a member's roles grant before any channel is looked at."""
    if member.user.id == guild.owner_id:
        return ALL
    granted = guild.roles[guild.id].permissions
    for role_id in member.roles:
        granted |= guild.roles[role_id].permissions
    return ALL if granted & Permission.ADMINISTRATOR else Permission(granted)


def in_channel(guild: Guild, channel: Channel, member: Member) -> Permission:
    """What a member may do in a channel, or in a thread by its parent."""
    granted = in_guild(guild, member)
    if granted == ALL:
        return ALL
    place = (
        guild.channels[channel.parent_id] if channel.is_thread and channel.parent_id else channel
    )
    return _implied(_overwritten(granted, guild, place, member), channel)


def _overwritten(granted: Permission, guild: Guild, channel: Channel, member: Member) -> Permission:
    """Everyone's overwrite, then all roles' together, then the member's own."""
    levels = ({guild.id}, member.roles - {guild.id}, {member.user.id})
    for targets in levels:
        chosen = [each for each in channel.overwrites if each.target_id in targets]
        for each in chosen:
            granted &= ~Permission(each.deny)
        for each in chosen:
            granted |= Permission(each.allow)
    return granted


def _implied(granted: Permission, channel: Channel) -> Permission:
    """Nothing without sight of the channel, and no ornaments without speech."""
    if not granted & Permission.VIEW_CHANNEL:
        return Permission(0)
    speech = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    return granted if granted & speech else granted & ~NEEDS_SENDING


def may_send(granted: Permission, channel: Channel) -> bool:
    """Whether messages may be sent: threads have a permission of their own."""
    if channel.type in (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD):
        return bool(granted & Permission.SEND_MESSAGES_IN_THREADS)
    return bool(granted & Permission.SEND_MESSAGES)
