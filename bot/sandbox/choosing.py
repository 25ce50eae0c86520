"""What a member chooses from a select menu, checked as Discord's client checks it."""

from collections.abc import Mapping, Sequence

from bot.sandbox.components import Kind, bounds
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import OptionWriter
from bot.sandbox.permissions import Permission, in_channel
from bot.sandbox.wire import Json
from bot.sandbox.world import Channel, Guild, Role, User

Choice = str | User | Role | Channel
_TAKEN: Mapping[Kind, tuple[type, ...]] = {
    Kind.STRING_SELECT: (str,),
    Kind.USER_SELECT: (User,),
    Kind.ROLE_SELECT: (Role,),
    Kind.MENTIONABLE_SELECT: (User, Role),
    Kind.CHANNEL_SELECT: (Channel,),
}


class Choosing:
    """One member at one menu; what the values stand for is noted by the writer."""

    def __init__(
        self, select: Json, writer: OptionWriter, *, guild: Guild | None, user: User
    ) -> None:
        self._select = select
        self._writer = writer
        self._guild = guild
        self._user = user
        self._name = select.get("placeholder") or select["custom_id"]

    def values(self, chosen: Sequence[Choice]) -> list[str]:
        """The values that the bot is told, for options by value or label, or for objects.

        Raises:
            ClientRefusal: they are too few or too many, or one of them is not offered here.
        """
        least, most = bounds(self._select)
        if not least <= len(chosen) <= most:
            raise ClientRefusal(f"{self._name} takes {_count(least, most)}, not {len(chosen)}.")
        values = [self._value(each) for each in chosen]
        if len(set(values)) < len(values):
            raise ClientRefusal(f"One value is chosen twice in {self._name}.")
        return values

    def _value(self, value: Choice) -> str:
        if not isinstance(value, _TAKEN[Kind(self._select["type"])]):
            raise ClientRefusal(f"{self._name} does not take a {type(value).__name__}.")
        if isinstance(value, User):
            return self._person(value)
        if isinstance(value, Role):
            return self._role(value)
        return self._channel(value) if isinstance(value, Channel) else self._option(value)

    def _option(self, value: str) -> str:
        for key in ("value", "label"):
            for option in self._select["options"]:
                if value == option[key]:
                    return str(option["value"])
        raise ClientRefusal(f"{value!r} is no option of {self._name}.")

    def _person(self, who: User) -> str:
        if self._guild is not None and who.id not in self._guild.members:
            raise ClientRefusal(f"{who.username} is no member of {self._guild.name}.")
        return self._writer.user(who)

    def _role(self, role: Role) -> str:
        """A role of this server; everyone's is offered among the mentionable ones only."""
        everyone = self._guild is not None and role.id == self._guild.id
        if self._guild is None or role.id not in self._guild.roles:
            raise ClientRefusal(f"There is no role {role.name} here.")
        if everyone and self._select["type"] == Kind.ROLE_SELECT:
            raise ClientRefusal(f"{role.name} is not offered by {self._name}.")
        return self._writer.role(role)

    def _channel(self, channel: Channel) -> str:
        """A channel of this server that the member sees, of a type that the menu asks for."""
        if self._guild is None or channel.id not in self._guild.channels:
            raise ClientRefusal(f"There is no channel {channel.name} here.")
        granted = in_channel(self._guild, channel, self._guild.members[self._user.id])
        if not granted & Permission.VIEW_CHANNEL:
            raise ClientRefusal(f"You do not see the channel {channel.name}.")
        types = self._select.get("channel_types")
        if types and channel.type not in types:
            raise ClientRefusal(f"{self._name} does not take channels like {channel.name}.")
        return self._writer.channel(channel)


def _count(least: int, most: int) -> str:
    if least < most:
        return f"{least} to {most} values"
    return "1 value" if most == 1 else f"{most} values"
