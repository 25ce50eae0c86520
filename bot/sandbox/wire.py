"""Everything of the sandbox's world as Discord writes it in JSON."""

from typing import Any

from bot.sandbox import embeds, rendering
from bot.sandbox.clock import Clock, iso
from bot.sandbox.messages import Attachment, Message
from bot.sandbox.snowflake import created
from bot.sandbox.world import Channel, ChannelType, Guild, Member, Role, User, World

DAY = 86_400
"""Seconds for which a file's address is good."""
Json = dict[str, Any]


def user(value: User) -> Json:
    """A user as others see it."""
    answer: Json = {
        "id": str(value.id),
        "username": value.username,
        "avatar": None,
        "discriminator": "0000" if value.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "global_name": value.global_name,
        "primary_guild": None,
    }
    return {**answer, "bot": True} if value.bot else answer


def own_user(value: User) -> Json:
    """The bot's user as it sees itself."""
    return {**user(value), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def role(value: Role) -> Json:
    """A role of a guild."""
    answer: Json = {
        "id": str(value.id),
        "name": value.name,
        "permissions": str(int(value.permissions)),
        "position": value.position,
        "color": value.color,
        "colors": {
            "primary_color": value.color,
            "secondary_color": None,
            "tertiary_color": None,
        },
        "hoist": value.hoist,
        "managed": value.managed_by is not None,
        "mentionable": value.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return answer | ({"tags": {"bot_id": str(value.managed_by)}} if value.managed_by else {})


def member(value: Member) -> Json:
    """A member with its user."""
    return {
        "user": user(value.user),
        "nick": value.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(each) for each in sorted(value.roles)],
        "joined_at": iso(value.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }


def channel(value: Channel) -> Json:
    """A channel, thread or direct message."""
    last = None if value.last_message_id is None else str(value.last_message_id)
    answer: Json = {"id": str(value.id), "type": int(value.type), "flags": 0}
    answer["last_message_id"] = last
    if value.type is ChannelType.DM:
        return answer | {"recipients": [user(each) for each in value.recipients]}
    answer |= {"guild_id": str(value.guild_id), "name": value.name, "rate_limit_per_user": 0}
    answer["parent_id"] = None if value.parent_id is None else str(value.parent_id)
    return answer | (_thread(value) if value.is_thread else _text_channel(value))


def _text_channel(value: Channel) -> Json:
    return {
        "topic": value.topic,
        "position": value.position,
        "nsfw": value.nsfw,
        "permission_overwrites": [
            {
                "id": str(each.target_id),
                "type": int(each.member),
                "allow": str(each.allow),
                "deny": str(each.deny),
            }
            for each in value.overwrites
        ],
    }


def _thread(value: Channel) -> Json:
    return {
        "owner_id": str(value.owner_id),
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "thread_metadata": {
            "archived": value.archived,
            "archive_timestamp": iso(created(value.id)),
            "auto_archive_duration": 1440,
            "locked": False,
            "create_timestamp": iso(created(value.id)),
        },
    }


_UNSET = (
    "icon",
    "description",
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "max_presences",
    "vanity_url_code",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "public_updates_channel_id",
    "incidents_data",
)
"""What a guild of the sandbox has none of."""
_ZERO = (
    "system_channel_flags",
    "verification_level",
    "default_message_notifications",
    "mfa_level",
    "explicit_content_filter",
    "premium_tier",
    "premium_subscription_count",
    "nsfw_level",
)
"""What stands at its first level."""


def guild(value: Guild) -> Json:
    """A guild with its roles, as REST answers it."""
    return {
        **dict.fromkeys(_UNSET),
        **dict.fromkeys(_ZERO, 0),
        "id": str(value.id),
        "name": value.name,
        "owner_id": str(value.owner_id),
        "features": [],
        "region": "us-west",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [role(each) for each in value.roles.values()],
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": value.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
    }


def guild_create(value: Guild, bot: User, *, members: bool) -> Json:
    """A guild as the gateway announces it; only the bot itself without the members intent."""
    channels = [each for each in value.channels.values() if not each.is_thread]
    threads = [each for each in value.channels.values() if each.is_thread]
    listed = [each for each in value.members.values() if members or each.user.id == bot.id]
    return guild(value) | {
        "joined_at": iso(value.members[bot.id].joined_at),
        "large": len(value.members) > 250,
        "unavailable": False,
        "member_count": len(value.members),
        "voice_states": [],
        "members": [member(each) for each in listed],
        "channels": [channel(each) for each in channels],
        "threads": [channel(each) for each in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


class Writer:
    """Writes messages, which need the server's address for their files."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self.origin = ""

    def attachment(self, value: Attachment) -> Json:
        """A file with an address that is good for a day."""
        url = self._url(value)
        answer: Json = {
            "id": str(value.id),
            "filename": value.filename,
            "size": len(value.data),
            "url": url,
            "proxy_url": url,
            "content_type": value.media.content_type,
            "width": value.media.width,
            "height": value.media.height,
            "description": value.description,
        }
        answer = {key: each for key, each in answer.items() if each is not None}
        return answer | ({"ephemeral": True} if value.ephemeral else {})

    def message(self, value: Message) -> Json:
        """A message as its author or its reader gets it."""
        answer = self._plain(value)
        if value.reference is not None:
            answer["message_reference"] = {
                "type": 0,
                "channel_id": str(value.channel.id),
                "message_id": str(value.reference.id),
            }
            there = not value.reference.deleted
            answer["referenced_message"] = self._plain(value.reference) if there else None
        if value.nonce is not None:
            answer["nonce"] = value.nonce
        if value.interaction is not None:
            answer["interaction_metadata"] = dict(value.interaction)
            answer["application_id"] = str(self._world.application_id)
            answer["webhook_id"] = str(self._world.application_id)
        if value.command is not None and value.interaction is not None:
            asked = {key: value.interaction[key] for key in ("id", "type", "user")}
            answer["interaction"] = {**asked, "name": value.command}
        return answer

    def message_event(self, value: Message) -> Json:
        """A message as the gateway announces it, with its member where there is one."""
        answer = self.message(value)
        found = self._world.guild_of(value.channel)
        if found is not None:
            answer["guild_id"] = str(found.id)
            author = found.members.get(value.author.id)
            if author is not None:
                answer["member"] = {k: v for k, v in member(author).items() if k != "user"}
        return answer

    def _plain(self, value: Message) -> Json:
        named = [self._world.users[each] for each in value.mentions.users
                 if each in self._world.users]  # fmt: skip
        return {
            "id": str(value.id),
            "type": _type(value),
            "channel_id": str(value.channel.id),
            "author": user(value.author),
            "content": value.content,
            "timestamp": iso(value.created),
            "edited_timestamp": None if value.edited is None else iso(value.edited),
            "tts": False,
            "pinned": False,
            "mention_everyone": value.mentions.everyone,
            "mentions": [user(each) for each in named],
            "mention_roles": [str(each) for each in value.mentions.roles],
            "attachments": [self.attachment(each) for each in value.attachments],
            "embeds": embeds.rendered(value.embeds, lambda url: self._media(value, url)),
            "components": rendering.rendered(value.components, lambda url: self._media(value, url)),
            "flags": int(value.flags),
        }

    def _media(self, message: Message, url: str) -> Json:
        """What an address in an embed or a component shows."""
        for file in message.files:
            if url == f"attachment://{file.filename}":
                own = self.attachment(file)
                own.pop("ephemeral", None)
                return own | {"attachment_id": str(file.id)}
        identity = str(message.id)
        return {"id": identity, "url": url, "proxy_url": url, "width": None, "height": None}

    def _url(self, value: Attachment) -> str:
        """A signed address: ex is the second, in hexadecimal, at which it stops working."""
        start = int(self._clock.now())
        path = f"/attachments/{value.channel_id}/{value.id}/{value.filename}"
        return f"{self.origin}{path}?ex={start + DAY:x}&is={start:x}&hm={value.id:064x}"


def _type(value: Message) -> int:
    """Discord's message type: plain, a reply, or the answer to a command."""
    if value.interaction is not None and value.interaction["type"] == 2:
        return 23 if "target_message_id" in value.interaction else 20
    return 0 if value.reference is None else 19


def for_bot(message: Json, value: Message, bot: User, *, content_granted: bool) -> Json:
    """A message with its words taken out where the bot may not read them."""
    if content_granted or value.channel.type is ChannelType.DM:
        return message
    answer = message if _reads(bot, value) else message | _HIDDEN
    answered = value.reference
    if answered is None or answered.deleted or _reads(bot, answered):
        return answer
    return answer | {"referenced_message": answer["referenced_message"] | _HIDDEN}


def _reads(bot: User, value: Message) -> bool:
    """Whether the bot reads a message's words without being granted them."""
    return value.author.id == bot.id or bot.id in value.mentions.users


_HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
