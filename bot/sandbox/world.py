"""The servers, channels, roles and members of the sandbox, and a small world to start from."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from bot.sandbox.snowflake import EPOCH_MS

UPLOAD_LIMIT = 10 * 1024 * 1024
"""Bytes a file may have where nothing raises that."""
_FOUNDED_MS = 1_700_000_000_000 - EPOCH_MS
"""The first thing of every world was made in November 2023."""


class ChannelType(IntEnum):
    """The kinds of channel the sandbox knows."""

    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


@dataclass(slots=True)
class User:
    """An account; `accepts_dm` is false for one who keeps direct messages shut.

    `upload_limit` is in bytes, of one who pays to send larger files than servers take otherwise.
    """

    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    accepts_dm: bool = True
    upload_limit: int = 0


@dataclass(slots=True)
class Role:
    """A named set of permissions; the one whose id is the guild's belongs to everyone.

    `hoist` shows its members apart from the others.
    """

    id: int
    name: str
    permissions: int
    position: int
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows or denies a role, or a member where `member` is set."""

    target_id: int
    allow: int = 0
    deny: int = 0
    member: bool = False


@dataclass(slots=True)
class Channel:
    """A place for messages: a guild's channel, a thread in one, or a direct message."""

    id: int
    name: str
    type: ChannelType = ChannelType.TEXT
    guild_id: int | None = None
    parent_id: int | None = None
    owner_id: int | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    archived: bool = False
    overwrites: list[Overwrite] = field(default_factory=list)
    recipients: list[User] = field(default_factory=list)
    last_message_id: int | None = None

    @property
    def is_thread(self) -> bool:
        """Whether this hangs below another channel."""
        return self.type in (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)


@dataclass(slots=True)
class Member:
    """A user inside a guild."""

    user: User
    roles: set[int] = field(default_factory=set)
    nick: str | None = None
    joined_at: float = _FOUNDED_MS / 1000


@dataclass(slots=True)
class Guild:
    """A server; `upload_limit` is in bytes."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    upload_limit: int = UPLOAD_LIMIT
    locale: str = "en-US"


@dataclass(slots=True)
class World:
    """Everything there is, with builders that give each new thing its id.

    `privileged_intents` are the gateway intents that the application was granted.
    """

    bot: User
    application_name: str = "sandbox bot"
    application_owner: User | None = None
    application_team: list[tuple[User, str]] = field(default_factory=list)
    """Users and their roles ("admin", "developer", "read_only"), where a team owns it."""
    privileged_intents: int = 0
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    directs: dict[int, Channel] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: _ids(1))

    @property
    def application_id(self) -> int:
        """The application's id, which is its bot user's as well."""
        return self.bot.id

    def add_user(self, username: str, *, accepts_dm: bool = True) -> User:
        """A new account."""
        user = User(next(self.ids), username, accepts_dm=accepts_dm)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, everyone: int, bot: int) -> Guild:
        """A new server with its owner, everyone's role and the bot in a role of its own."""
        guild = Guild(next(self.ids), name, owner.id)
        guild.roles[guild.id] = Role(guild.id, "@everyone", everyone, 0)
        self.guilds[guild.id] = guild
        self.join(guild, owner)
        role = self.add_role(guild, self.application_name, permissions=bot)
        role.managed_by = self.bot.id
        self.join(guild, self.bot, [role])
        return guild

    def add_role(
        self,
        guild: Guild,
        name: str,
        *,
        permissions: int = 0,
        color: int = 0,
        hoist: bool = False,
    ) -> Role:
        """A new role above the others."""
        role = Role(next(self.ids), name, permissions, len(guild.roles), color, hoist)
        guild.roles[role.id] = role
        return role

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        topic: str | None = None,
        nsfw: bool = False,
        overwrites: Iterable[Overwrite] = (),
    ) -> Channel:
        """A new text channel."""
        channel = Channel(
            next(self.ids),
            name,
            guild_id=guild.id,
            topic=topic,
            nsfw=nsfw,
            position=len(guild.channels),
        )
        channel.overwrites.extend(overwrites)
        guild.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str, owner: User) -> Channel:
        """A new public thread below a channel."""
        guild = self.guilds[parent.guild_id or 0]
        thread = Channel(
            next(self.ids), name, ChannelType.PUBLIC_THREAD, guild.id, parent.id, owner.id
        )
        guild.channels[thread.id] = thread
        return thread

    def remove_channel(self, channel: Channel) -> None:
        """Take a guild's channel or thread away."""
        guild = self.guild_of(channel)
        if guild is None:
            raise LookupError("a direct message cannot be removed")
        del guild.channels[channel.id]

    def join(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        """Make a user a member, with these roles beside everyone's."""
        member = Member(user, {role.id for role in roles})
        guild.members[user.id] = member
        return member

    def add_members(self, guild: Guild, count: int, *, prefix: str = "member") -> list[User]:
        """So many new users in a guild, named by number."""
        users = [self.add_user(f"{prefix}{number}") for number in range(1, count + 1)]
        for user in users:
            self.join(guild, user)
        return users

    def direct(self, user: User) -> Channel:
        """The direct-message channel between the bot and a user, opened on first use."""
        for channel in self.directs.values():
            if channel.recipients[0].id == user.id:
                return channel
        channel = Channel(next(self.ids), user.username, ChannelType.DM, recipients=[user])
        self.directs[channel.id] = channel
        return channel

    def channel(self, channel_id: int) -> Channel | None:
        """A channel, thread or direct message by its id."""
        for guild in self.guilds.values():
            if channel_id in guild.channels:
                return guild.channels[channel_id]
        return self.directs.get(channel_id)

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild that a channel is in; none for a direct message."""
        return self.guilds.get(channel.guild_id or 0)

    def upload_limit(self, channel: Channel) -> int:
        """The bytes a file in this channel may have."""
        guild = self.guild_of(channel)
        return UPLOAD_LIMIT if guild is None else guild.upload_limit

    def channel_named(self, name: str) -> Channel:
        """The first channel or thread of that name or id; `LookupError` where there is none."""
        for guild in self.guilds.values():
            for channel in guild.channels.values():
                if name in (channel.name, str(channel.id)):
                    return channel
        for channel in self.directs.values():
            if name == str(channel.id):
                return channel
        raise LookupError(f"no channel is named {name}")

    def user_named(self, name: str) -> User:
        """The user of that name or id; `LookupError` where there is none."""
        for user in self.users.values():
            if name in (user.username, str(user.id)):
                return user
        raise LookupError(f"no user is named {name}")

    def somebody(self) -> User:
        """A user to begin with: `member` where there is one; `LookupError` in an empty world."""
        people = [each for each in self.users.values() if not each.bot]
        if not people:
            raise LookupError("there is nobody to act as")
        return next((each for each in people if each.username == "member"), people[0])

    def role_named(self, name: str) -> Role:
        """The first role of that name or id; `LookupError` where there is none."""
        for guild in self.guilds.values():
            for role in guild.roles.values():
                if name in (role.name, str(role.id)):
                    return role
        raise LookupError(f"no role is named {name}")

    def age_restricted(self, channel: Channel) -> bool:
        """Whether a channel, or a thread's parent, is for adults only."""
        if channel.is_thread and channel.parent_id is not None:
            parent = self.channel(channel.parent_id)
            return parent is not None and parent.nsfw
        return channel.nsfw


def _ids(start: int) -> Iterator[int]:
    """Ids a millisecond apart, so that neighbouring guilds fall on different shards."""
    return ((_FOUNDED_MS + number) << 22 for number in itertools.count(start))


def empty_world() -> World:
    """A world of the bot alone."""
    ids = _ids(1)
    bot = User(next(ids), "sandbox-bot", bot=True)
    return World(bot, users={bot.id: bot}, ids=ids)
