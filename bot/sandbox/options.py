"""Checks and writes a member's options as Discord's client does before it sends anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import wire
from bot.sandbox.commands import OptionType
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.messages import Attachment
from bot.sandbox.wire import Json, Writer
from bot.sandbox.world import Channel, Guild, Role, User, World

MOST_NUMBER = 2**53
"""Discord's client takes no number beyond this, whichever its sign."""


@dataclass(frozen=True, slots=True)
class FileOption:
    """A file a member picks for an attachment option, or for a message with `description`."""

    filename: str
    data: bytes
    description: str | None = None


Value = str | int | float | bool | User | Channel | Role | FileOption


@dataclass(slots=True)
class Resolved:
    """The objects that the values of options name, by kind and id."""

    kinds: dict[str, dict[str, Json]] = field(default_factory=dict)

    def add(self, kind: str, identity: int, value: Json) -> str:
        """Note an object and return its id as an option's value."""
        self.kinds.setdefault(kind, {})[str(identity)] = value
        return str(identity)


class OptionWriter:
    """Turns named values into the options of an interaction; one for each invocation."""

    def __init__(self, world: World, writer: Writer, guild: Guild | None, keep_file: Any) -> None:
        self._world = world
        self._writer = writer
        self._guild = guild
        self._keep_file = keep_file
        self.resolved = Resolved()

    def command(self, command: Json, path: list[str], values: Mapping[str, Value]) -> list[Json]:
        """The options of a command, by way of its sub-commands, all checked."""
        if path:
            return [self._nested(command, path, lambda leaf: self._complete(leaf, values))]
        if any(_is_nesting(each) for each in command.get("options") or []):
            raise ClientRefusal(f"/{command['name']} needs a sub-command.")
        return self._complete(command, values)

    def partial(
        self, command: Json, path: list[str], focused: tuple[str, Any], values: Mapping[str, Value]
    ) -> list[Json]:
        """The options as they stand while one, the focused, is being typed."""

        def write(leaf: Json) -> list[Json]:
            name, typed = focused
            option = _option(leaf, name)
            if not option.get("autocomplete"):
                raise ClientRefusal(f"The option {name} offers no autocomplete.")
            entry = {"name": name, "type": option["type"], "value": typed, "focused": True}
            return [*self._given(leaf, values), entry]

        return [self._nested(command, path, write)] if path else write(command)

    def _nested(self, command: Json, path: list[str], write: Any) -> Json:
        inner = _option(command, path[0])
        if not _is_nesting(inner):
            raise ClientRefusal(f"{path[0]} is no sub-command.")
        deeper = [self._nested(inner, path[1:], write)] if path[1:] else write(inner)
        return {"name": inner["name"], "type": inner["type"], "options": deeper}

    def _complete(self, leaf: Json, values: Mapping[str, Value]) -> list[Json]:
        for option in leaf.get("options") or []:
            if option.get("required") and option["name"] not in values:
                raise ClientRefusal(f"The option {option['name']} is required.")
        return self._given(leaf, values)

    def _given(self, leaf: Json, values: Mapping[str, Value]) -> list[Json]:
        entries = []
        for name, value in values.items():
            option = _option(leaf, name)
            written = self._value(option, value)
            entries.append({"name": name, "type": option["type"], "value": written})
        return entries

    def _value(self, option: Json, value: Value) -> Any:
        kind = OptionType(option["type"])
        if kind is OptionType.STRING:
            return _checked_text(option, value)
        if kind in (OptionType.INTEGER, OptionType.NUMBER):
            return _checked_number(option, value)
        if kind is OptionType.BOOLEAN:
            return _expect(option, value, bool)
        return self._object(option, kind, value)

    def _object(self, option: Json, kind: OptionType, value: Value) -> str:
        if kind is OptionType.ATTACHMENT:
            return self.file(_expect(option, value, FileOption))
        if kind is OptionType.CHANNEL:
            return self._channel(option, _expect(option, value, Channel))
        if kind is OptionType.ROLE or (kind is OptionType.MENTIONABLE and isinstance(value, Role)):
            return self._role(option, _expect(option, value, Role))
        return self.user(_expect(option, value, User))

    def _channel(self, option: Json, channel: Channel) -> str:
        """A channel of this server, of a kind that the option takes."""
        if self._guild is None or channel.id not in self._guild.channels:
            raise ClientRefusal(f"The option {option['name']} takes a channel of this server.")
        kinds = option.get("channel_types")
        if kinds and channel.type not in kinds:
            raise ClientRefusal(
                f"The option {option['name']} takes no channel of {channel.name}'s kind."
            )
        return self.channel(channel)

    def _role(self, option: Json, role: Role) -> str:
        if self._guild is None or role.id not in self._guild.roles:
            raise ClientRefusal(f"The option {option['name']} takes a role of this server.")
        return self.role(role)

    def channel(self, channel: Channel) -> str:
        """Note a channel among the resolved."""
        return self.resolved.add("channels", channel.id, _brief(channel))

    def role(self, role: Role) -> str:
        """Note a role among the resolved."""
        return self.resolved.add("roles", role.id, wire.role(role))

    def file(self, file: FileOption) -> str:
        """Keep a file, and note it among the resolved."""
        kept: Attachment = self._keep_file(file.filename, file.data)
        return self.resolved.add("attachments", kept.id, self._writer.attachment(kept))

    def user(self, who: User) -> str:
        """Note a user, and the member where there is one, among the resolved."""
        if self._guild is not None and who.id in self._guild.members:
            member = wire.member(self._guild.members[who.id])
            member["permissions"] = "0"
            plain = {k: v for k, v in member.items() if k not in ("user", "deaf", "mute")}
            self.resolved.add("members", who.id, plain)
        return self.resolved.add("users", who.id, wire.user(who))


def _brief(channel: Channel) -> Json:
    """A channel without who may do what in it; threads come whole, as discord.py reads them."""
    found = {k: v for k, v in wire.channel(channel).items() if k != "permission_overwrites"}
    return found | {"permissions": "0"}


def _is_nesting(option: Json) -> bool:
    return option["type"] in (OptionType.SUBCOMMAND, OptionType.GROUP)


def _option(command: Json, name: str) -> Json:
    for option in command.get("options") or []:
        if option["name"] == name:
            return dict(option)
    raise ClientRefusal(f"/{command['name']} has no option {name}.")


def _expect(option: Json, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ClientRefusal(f"The option {option['name']} takes a {kind.__name__}.")
    return value


def _checked_text(option: Json, value: Any) -> str:
    text = str(_expect(option, value, str))
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if not least <= len(text) <= most:
        raise ClientRefusal(
            f"The option {option['name']} must be {least} to {most} characters long."
        )
    return str(_chosen(option, text))


def _checked_number(option: Json, value: Any) -> float:
    if isinstance(value, str):
        value = _chosen(option, value)
    whole = option["type"] == OptionType.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ClientRefusal(f"The option {option['name']} takes a number.")
    bounds = {"min_value": -MOST_NUMBER, "max_value": MOST_NUMBER}
    bounds |= {name: option[name] for name in bounds if option.get(name) is not None}
    least, most = bounds.values()
    if not least <= value <= most:
        raise ClientRefusal(f"The option {option['name']} must be between {least} and {most}.")
    _chosen(option, value)
    return float(value) if not whole else int(value)


def _chosen(option: Json, value: Any) -> Any:
    """The value of a choice, given by its value or its name, where choices are declared."""
    choices = option.get("choices") or []
    for choice in choices:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    if choices:
        raise ClientRefusal(f"{value!r} is no choice of the option {option['name']}.")
    return value
