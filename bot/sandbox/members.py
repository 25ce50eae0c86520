"""Acting as a member: what Discord's client lets one do, and what one sees of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.choosing import Choice, Choosing
from bot.sandbox.commands import Commands, CommandType
from bot.sandbox.components import SELECTS, Kind
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.events import Events
from bot.sandbox.filling import Filling
from bot.sandbox.interactions import Deed, Interactions
from bot.sandbox.interactions import Kind as Deeds
from bot.sandbox.messages import Message, Messages, Origin
from bot.sandbox.options import FileOption, OptionWriter, Value
from bot.sandbox.payloads import MOST_CONTENT, MOST_FILES, Payload, Place, Upload
from bot.sandbox.permissions import ALL, DIRECT, Permission, in_channel, in_guild, may_send
from bot.sandbox.replies import LocalSource, Reply
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.wire import Json
from bot.sandbox.world import Channel, User, World

_ALL_BUT_ONESELF: Json = {"parse": ["users", "roles", "everyone"], "replied_user": False}
"""What Discord's client allows an answer to one's own message to call upon."""


class Stage:
    """What acting members share: the world, its messages, commands and interactions."""

    def __init__(
        self, world: World, messages: Messages, commands: Commands, interactions: Interactions,
        events: Events,
    ) -> None:  # fmt: skip
        self.world = world
        self.messages = messages
        self.commands = commands
        self.interactions = interactions
        self.events = events


class ActingMember:
    """A user in a channel, or in the direct messages with the bot."""

    def __init__(self, stage: Stage, user: User, channel: Channel) -> None:
        self._stage = stage
        self.user = user
        self.channel = channel
        self._guild = stage.world.guild_of(channel)
        if self._guild is not None and user.id not in self._guild.members:
            raise ClientRefusal(f"{user.username} is no member of {self._guild.name}.")
        if self._guild is None and user not in channel.recipients:
            raise ClientRefusal(f"{user.username} has no part in these direct messages.")

    async def slash(self, name: str, **options: Value) -> Reply:
        """Send a slash command: "imagine", or "group sub" for a sub-command."""
        command, path = self._command(name)
        writer = self._options()
        written = writer.command(command, path, options)
        return self._act(Deed(Deeds.COMMAND, _data(command, written, writer)))

    async def autocomplete(
        self, name: str, focused: str, value: str = "", timeout: float = 3.0, **others: Value
    ) -> list[Json]:
        """The choices the bot offers while `value` stands in the option `focused`."""
        command, path = self._command(name)
        writer = self._options()
        written = writer.partial(command, path, (focused, value), others)
        reply = self._act(Deed(Deeds.AUTOCOMPLETE, _data(command, written, writer)))
        await reply.acknowledged(timeout)
        return reply.choices or []

    def offered(self) -> list[Json]:
        """The commands this member may use in this channel, of every kind."""
        guild_id = None if self._guild is None else self._guild.id
        return [each for each in self._stage.commands.reachable(guild_id) if self._may_use(each)]

    async def message_command(self, name: str, message: Snapshot | Message | int) -> Reply:
        """Choose a command from a message's context menu."""
        command = self._offered(CommandType.MESSAGE, name)
        found = self._visible(message)
        writer = self._options()
        written = self._stage.interactions.writer.message(found)
        writer.resolved.add("messages", found.id, written)
        return self._on_target(command, found.id, writer)

    async def user_command(self, name: str, user: User) -> Reply:
        """Choose a command from a user's context menu."""
        command = self._offered(CommandType.USER, name)
        writer = self._options()
        writer.user(user)
        return self._on_target(command, user.id, writer)

    async def click(self, message: Snapshot | Message | int, name: str) -> Reply:
        """Press a button, called by its custom id or its label."""
        found, control = self._control(message, name)
        if control["type"] != Kind.BUTTON or "custom_id" not in control:
            raise ClientRefusal(f"{name} is no button that the bot hears of.")
        data = {key: control[key] for key in ("custom_id", "id")}
        return self._act(Deed(Deeds.COMPONENT, {**data, "component_type": 2}, found))

    async def select(
        self, message: Snapshot | Message | int, name: str, values: Sequence[Choice]
    ) -> Reply:
        """Choose from a select menu, called by its custom id: values or labels, or objects."""
        found, control = self._control(message, name)
        if control["type"] not in SELECTS:
            raise ClientRefusal(f"{name} is no select menu.")
        writer = self._options()
        data: Json = {key: control[key] for key in ("custom_id", "id")}
        data |= {"component_type": control["type"]}
        choosing = Choosing(control, writer, guild=self._guild, user=self.user)
        data["values"] = choosing.values(values)
        if writer.resolved.kinds:
            data["resolved"] = writer.resolved.kinds
        return self._act(Deed(Deeds.COMPONENT, data, found))

    async def submit(self, reply: Reply, values: Mapping[str, Any]) -> Reply:
        """Send the modal that a reply opened, filled in by custom id or label."""
        modal, opener = reply.modal, self._stage.interactions.by_id(reply.interaction_id)
        if modal is None or opener is None or opener.user.id != self.user.id:
            raise ClientRefusal("No modal is open.")
        writer = self._options()
        filling = Filling(modal, writer, self._stage.world, guild=self._guild, user=self.user)
        data = {"custom_id": modal["custom_id"], "components": filling.components(values)}
        if writer.resolved.kinds:
            data["resolved"] = writer.resolved.kinds
        return self._act(Deed(Deeds.MODAL, data, opener.source, opener))

    async def say(
        self, content: str, files: Sequence[FileOption] = (), reply_to: int | None = None
    ) -> Snapshot:
        """Write a plain message, in answer to another where its id is given."""
        self._refuse_speech(content, files)
        fields: Json = {
            "content": content,
            "attachments": [_described(*e) for e in enumerate(files)],
        }
        if reply_to is not None:
            answered = self._answerable(reply_to)
            fields["message_reference"] = {"message_id": str(answered.id)}
            if answered.author.id == self.user.id:
                fields["allowed_mentions"] = _ALL_BUT_ONESELF
        uploads = tuple(Upload(index, each.filename, each.data) for index, each in enumerate(files))
        origin = Origin(self.channel, self.user, upload_limit=self._upload_limit())
        message = self._stage.messages.create(origin, Payload(Place.CHANNEL, fields, uploads))
        return self._snapshot(message)

    def messages(self, *, before: int = 0, limit: int = 0) -> list[Snapshot]:
        """The channel's messages that this member sees, the oldest first.

        Those `before` a message and the last `limit` of them, where that is asked for.
        """
        if not self._granted() & Permission.READ_MESSAGE_HISTORY:
            return []
        seen = [
            each
            for each in self._stage.messages.in_channel(self.channel)
            if each.visible_to(self.user.id) and (not before or each.id < before)
        ]
        return [self._snapshot(each) for each in seen[-limit:]]

    def sees(self, message: Snapshot | Message | int) -> Snapshot:
        """A message as it stands; `ClientRefusal` where this member does not see it."""
        return self._snapshot(self._visible(message))

    def _act(self, deed: Deed) -> Reply:
        opened = self._stage.interactions.open(self.user, self.channel, deed)
        return Reply(LocalSource(opened, self._stage.events, self._stage.interactions.writer))

    def _on_target(self, command: Json, target: int, writer: OptionWriter) -> Reply:
        data = _data(command, [], writer) | {"target_id": str(target)}
        return self._act(Deed(Deeds.COMMAND, data))

    def _command(self, name: str) -> tuple[Json, list[str]]:
        first, *path = name.split()
        return self._offered(CommandType.CHAT, first), path

    def _offered(self, kind: CommandType, name: str) -> Json:
        """A command that this member is offered in this channel."""
        guild_id = None if self._guild is None else self._guild.id
        command = self._stage.commands.offered(guild_id, kind, name)
        if command is None:
            raise ClientRefusal(f"There is no command {name}.")
        self._refuse_unfit(command)
        return command

    def _may_use(self, command: Json) -> bool:
        try:
            self._refuse_unfit(command)
        except ClientRefusal:
            return False
        return True

    def _refuse_unfit(self, command: Json) -> None:
        name = command["name"]
        if self._guild is None:
            contexts = command.get("contexts")
            if (contexts is not None and 1 not in contexts) or not command["dm_permission"]:
                raise ClientRefusal(f"{name} cannot be used in direct messages.")
            return
        if command.get("contexts") is not None and 0 not in command["contexts"]:
            raise ClientRefusal(f"{name} cannot be used in servers.")
        if not self._granted() & Permission.USE_APPLICATION_COMMANDS:
            raise ClientRefusal("You may not use commands in this channel.")
        needed = command.get("default_member_permissions")
        granted = in_guild(self._guild, self._guild.members[self.user.id])
        if (
            needed is not None
            and granted != ALL
            and (int(needed) == 0 or int(needed) & ~int(granted))
        ):
            raise ClientRefusal(f"You do not have permission to use {name}.")
        if command.get("nsfw") and not self._stage.world.age_restricted(self.channel):
            raise ClientRefusal(f"{name} needs an age-restricted channel.")

    def _refuse_speech(self, content: str, files: Sequence[FileOption]) -> None:
        """What Discord's client would not send as a message."""
        if self._guild is not None and not may_send(self._granted(), self.channel):
            raise ClientRefusal("You do not have permission to send messages here.")
        if files and not self._granted() & Permission.ATTACH_FILES:
            raise ClientRefusal("You do not have permission to attach files here.")
        if not content.strip() and not files:
            raise ClientRefusal("A message needs words or a file.")
        if len(content) > MOST_CONTENT:
            raise ClientRefusal(f"A message has at most {MOST_CONTENT} characters.")
        if len(files) > MOST_FILES:
            raise ClientRefusal(f"A message has at most {MOST_FILES} files.")
        self._refuse_size(files)

    def _upload_limit(self) -> int:
        return max(self._stage.world.upload_limit(self.channel), self.user.upload_limit)

    def _refuse_size(self, files: Sequence[FileOption]) -> None:
        limit = self._upload_limit()
        for each in files:
            if len(each.data) > limit:
                raise ClientRefusal(
                    f"{each.filename} is too large: files here may have {limit / 2**20:g} MiB."
                )

    def _granted(self) -> Permission:
        if self._guild is None:
            return DIRECT
        return in_channel(self._guild, self.channel, self._guild.members[self.user.id])

    def _options(self) -> OptionWriter:
        stage = self._stage

        def keep(filename: str, data: bytes) -> Any:
            self._refuse_size([FileOption(filename, data)])
            return stage.messages.store_file(self.channel, filename, data, ephemeral=True)

        return OptionWriter(stage.world, stage.interactions.writer, self._guild, keep)

    def _visible(self, message: Snapshot | Message | int) -> Message:
        identity = message if isinstance(message, int) else message.id
        found = self._stage.messages.find(identity)
        here = found is not None and found.channel.id == self.channel.id
        shown = here and self._granted() & Permission.VIEW_CHANNEL
        if found is None or not shown or not found.visible_to(self.user.id):
            raise ClientRefusal("There is no such message here.")
        return found

    def _answerable(self, message: int) -> Message:
        found = self._visible(message)
        if found.reader_id is not None:
            raise ClientRefusal("A message that you alone see cannot be answered.")
        return found

    def _control(self, message: Snapshot | Message | int, name: str) -> tuple[Message, Json]:
        """A control that can be used now, and the message it is on."""
        found = self._visible(message)
        try:
            control = self._snapshot(found).control(name)
        except LookupError as error:
            raise ClientRefusal(str(error)) from error
        if control.get("disabled"):
            raise ClientRefusal(f"{name} is disabled.")
        return found, control

    def _snapshot(self, message: Message) -> Snapshot:
        return Snapshot(self._stage.interactions.writer.message(message))


def _described(index: int, file: FileOption) -> Json:
    """What a message says of one of its files."""
    entry: Json = {"id": index, "filename": file.filename}
    return entry | ({"description": file.description} if file.description else {})


def _data(command: Json, options: list[Json], writer: OptionWriter) -> Json:
    """The data of a command's interaction."""
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = options
    if writer.resolved.kinds:
        data["resolved"] = writer.resolved.kinds
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data
