"""The messages of the sandbox: written, edited, deleted and kept, files included."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import embeds, media, payloads, rendering
from bot.sandbox.clock import Clock
from bot.sandbox.components import Kind, walk
from bot.sandbox.errors import ApiError
from bot.sandbox.events import Events
from bot.sandbox.form import Form
from bot.sandbox.mentions import NOBODY, Mentions, read_mentions
from bot.sandbox.payloads import NO_FLAGS, Flag, Payload
from bot.sandbox.permissions import Permission, in_channel
from bot.sandbox.snowflake import Snowflakes
from bot.sandbox.world import UPLOAD_LIMIT, Channel, User, World

NONCE_WINDOW = 300.0
"""Seconds for which a nonce is remembered."""


@dataclass(slots=True)
class Attachment:
    """A file and what is known of it."""

    id: int
    channel_id: int
    filename: str
    data: bytes
    media: media.Media
    description: str | None = None
    ephemeral: bool = False


@dataclass(slots=True)
class Message:
    """One message; `reader_id` is the only one who sees it where it is ephemeral.

    Embeds and components stand as the author sent them; `files` counts the shown ones too.
    `command` is what a member used, where the message is the first answer to it.
    """

    id: int
    channel: Channel
    author: User
    created: float
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    flags: Flag = NO_FLAGS
    edited: float | None = None
    nonce: str | None = None
    reference: "Message | None" = None
    mentions: Mentions = NOBODY
    interaction: Mapping[str, Any] | None = None
    command: str | None = None
    reader_id: int | None = None
    deleted: bool = False

    @property
    def loading(self) -> bool:
        """Whether it only says that the bot is thinking."""
        return bool(self.flags & Flag.LOADING)

    @property
    def attachments(self) -> list[Attachment]:
        """The files that no embed and no component shows."""
        shown = {*embeds.urls(self.embeds), *rendering.urls(self.components)}
        return [each for each in self.files if f"attachment://{each.filename}" not in shown]

    def visible_to(self, user_id: int) -> bool:
        """Whether a reader of the channel sees this message."""
        return self.reader_id in (None, user_id) or user_id == self.author.id


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a new message comes from, beside its payload."""

    channel: Channel
    author: User
    interaction: Mapping[str, Any] | None = None
    reader_id: int | None = None
    upload_limit: int = UPLOAD_LIMIT
    command: str | None = None


class Messages:
    """Owns every message, and tells the events of each change."""

    def __init__(self, world: World, clock: Clock, ids: Snowflakes, events: Events) -> None:
        self._world = world
        self._clock = clock
        self._ids = ids
        self._events = events
        self._messages: dict[int, Message] = {}
        self._files: dict[int, Attachment] = {}

    def create(self, origin: Origin, payload: Payload, *, loading: bool = False) -> Message:
        """Write a message after checking its payload; `loading` is a deferred one."""
        flags = payload.flags
        payloads.check_size(payload, origin.upload_limit)
        payloads.check(payload, flags=flags, kept={})
        known = self._by_nonce(origin, payload.fields)
        if known is not None:
            return known
        message = Message(self._ids.next(), origin.channel, origin.author, self._clock.now())
        message.interaction, message.reader_id = origin.interaction, origin.reader_id
        message.command = origin.command
        message.flags = flags | (Flag.LOADING if loading else NO_FLAGS)
        self._refer(message, payload.fields.get("message_reference"))
        self._write(message, payload)
        if not loading:
            _refuse_empty(message)
        message.nonce = payload.fields.get("nonce")
        self._keep(message)
        self._events.publish("message.created", message)
        return message

    def edit(self, message: Message, payload: Payload, *, upload_limit: int) -> Message:
        """Change what the payload names; a deferred message becomes a real one."""
        kept = {str(each.id): each.filename for each in message.files}
        flags = message.flags | (payload.flags & Flag.COMPONENTS_V2)
        _refuse_downgrade(message, payload)
        payloads.check_size(payload, upload_limit)
        standing = {"content": message.content, "embeds": message.embeds}
        payloads.check(payload, flags=flags, kept=kept, standing=standing)
        before = (message.content, message.embeds, message.components, message.files, flags)
        was_loading = message.loading
        message.flags = flags & ~Flag.LOADING
        self._write(message, payload)
        try:
            _refuse_empty(message)
        except ApiError:
            (message.content, message.embeds, message.components, message.files, _) = before
            message.flags = flags
            raise
        if not was_loading:
            message.edited = self._clock.now()
        self._keep(message)
        self._events.publish("message.edited", message)
        return message

    def delete(self, message: Message) -> None:
        """Take a message away for good."""
        message.deleted = True
        del self._messages[message.id]
        self._events.publish("message.deleted", message)

    def get(self, channel_id: int, message_id: int) -> Message:
        """A message of a channel; 10008 where there is none."""
        message = self._messages.get(message_id)
        if message is None or message.channel.id != channel_id:
            raise ApiError(10008)
        return message

    def find(self, message_id: int) -> Message | None:
        """A message by its id alone."""
        return self._messages.get(message_id)

    def attachment(self, attachment_id: int) -> Attachment | None:
        """A file by its id, for as long as the sandbox lives."""
        return self._files.get(attachment_id)

    def store_file(
        self, channel: Channel, filename: str, data: bytes, *, description: str | None = None,
        ephemeral: bool = False,
    ) -> Attachment:  # fmt: skip
        """Keep a file that will be served back."""
        name = payloads.clean(filename)
        looked = media.look(name, data)
        file = Attachment(self._ids.next(), channel.id, name, data, looked, description, ephemeral)
        self._files[file.id] = file
        return file

    def in_channel(self, channel: Channel) -> list[Message]:
        """A channel's messages, the oldest first."""
        return [each for each in self._messages.values() if each.channel.id == channel.id]

    def all(self) -> Iterable[Message]:
        """Every message there is, the oldest first."""
        return self._messages.values()

    def _keep(self, message: Message) -> None:
        self._messages[message.id] = message
        message.channel.last_message_id = max(message.channel.last_message_id or 0, message.id)

    def _by_nonce(self, origin: Origin, fields: Mapping[str, Any]) -> Message | None:
        """The message that the same author sent lately with the same enforced nonce."""
        if not fields.get("enforce_nonce") or fields.get("nonce") is None:
            return None
        since = self._clock.now() - NONCE_WINDOW
        for message in reversed(self._messages.values()):
            if (message.channel.id, message.author.id) != (origin.channel.id, origin.author.id):
                continue
            if str(message.nonce) == str(fields["nonce"]) and message.created >= since:
                return message
        return None

    def _write(self, message: Message, payload: Payload) -> None:
        """Take over every field that the payload names."""
        fields = payload.fields
        if "content" in fields:
            message.content = (fields["content"] or "").strip()
        if "attachments" in fields or payload.uploads:
            message.files = self._files_of(message, payload)
        if "embeds" in fields:
            message.embeds = [self._own(message, each) for each in fields["embeds"] or []]
        if "components" in fields:
            message.components = [self._own(message, each) for each in fields["components"] or []]
        message.mentions = self._mentions(message, fields.get("allowed_mentions"))

    def _files_of(self, message: Message, payload: Payload) -> list[Attachment]:
        """The files an edit keeps, in its order, then the uploaded ones."""
        entries = payload.fields.get("attachments")
        described = {str(each["id"]): each.get("description") for each in entries or []}
        kept = [each for each in message.files if entries is None or str(each.id) in described]
        added = [
            self.store_file(
                message.channel,
                upload.filename,
                upload.data,
                description=described.get(str(upload.index)),
                ephemeral=bool(message.flags & Flag.EPHEMERAL),
            )
            for upload in payload.uploads
        ]
        return kept + added

    def _own(self, message: Message, value: Any) -> Any:
        """Addresses of the message's own files, turned back into attachment:// names."""
        if isinstance(value, dict):
            return {key: self._own(message, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._own(message, each) for each in value]
        if isinstance(value, str) and "/attachments/" in value:
            for file in message.files:
                if f"/{file.id}/" in value:
                    return f"attachment://{file.filename}"
        return value

    def _mentions(self, message: Message, allowed: Mapping[str, Any] | None) -> Mentions:
        guild = self._world.guild_of(message.channel)
        member = guild.members.get(message.author.id) if guild else None
        granted = in_channel(guild, message.channel, member) if guild and member else Permission(0)
        answered = None if message.reference is None else message.reference.author.id
        may_all = bool(granted & Permission.MENTION_EVERYONE)
        return read_mentions(_text(message), allowed, guild, may_all=may_all, answered=answered)

    def _refer(self, message: Message, reference: Mapping[str, Any] | None) -> None:
        """Make it an answer to another message of its channel, which everybody there sees."""
        if reference is None:
            return
        found = self._messages.get(int(reference.get("message_id") or 0))
        if found is not None and found.channel.id == message.channel.id and not found.reader_id:
            message.reference = found
        elif reference.get("fail_if_not_exists", True):
            form = Form()
            text = "Unknown message"
            form.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", text)
            form.close()


def _text(message: Message) -> str:
    """All words in which a mention counts."""
    parts = [each["content"] for each in walk(message.components) if each["type"] == Kind.TEXT]
    return "\n".join([message.content, *parts])


def _refuse_empty(message: Message) -> None:
    """A message must have something in it."""
    if not (message.content or message.embeds or message.components or message.files):
        raise ApiError(50006, violation=True)


def _refuse_downgrade(message: Message, payload: Payload) -> None:
    """The flag of the second version of components can never be taken away again."""
    if "flags" not in payload.fields or payload.fields["flags"] is None:
        return
    if message.flags & Flag.COMPONENTS_V2 and not payload.flags & Flag.COMPONENTS_V2:
        form = Form()
        form.add(("flags",), "MESSAGE_COMPONENTS_V2_FLAG_REMOVAL", "The flag cannot be removed.")
        form.close()
