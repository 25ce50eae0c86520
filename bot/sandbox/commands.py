"""The commands that the bot has registered, and the rules they must keep."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError
from bot.sandbox.form import Form, Path
from bot.sandbox.snowflake import Snowflakes

MOST = {1: 100, 2: 15, 3: 15}
"""Commands of each type that an application may have, globally and in each guild."""
MOST_CHARACTERS = 8000
CREATES_A_DAY = 200
DAY = 86_400
Json = dict[str, Any]


class CommandType(IntEnum):
    """Slash commands and the two context menus."""

    CHAT = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    """The types of a slash command's options."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


NESTING = frozenset({OptionType.SUBCOMMAND, OptionType.GROUP})
CHOOSABLE = frozenset({OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER})
COMMAND_KEYS = frozenset(
    [
        "id",
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "default_member_permissions",
        "dm_permission",
        "contexts",
        "integration_types",
        "nsfw",
        "handler",
    ]
)
OPTION_KEYS = frozenset(
    [
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "required",
        "options",
        "choices",
        "autocomplete",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "channel_types",
    ]
)


class Commands:
    """Owns the registered commands, by guild (none is global), type and name."""

    def __init__(self, application_id: int, clock: Clock, ids: Snowflakes) -> None:
        self._application_id = application_id
        self._clock = clock
        self._ids = ids
        self._scopes: dict[int | None, dict[tuple[int, str], Json]] = {}
        self._created: list[float] = []

    def replace(self, guild_id: int | None, commands: list[Any]) -> list[Json]:
        """Put a whole list in place of a scope's commands; those of the same name keep their id."""
        _check_all(commands)
        before = self._scopes.get(guild_id, {})
        after: dict[tuple[int, str], Json] = {}
        for given in commands:
            key = (given.get("type") or CommandType.CHAT, given["name"])
            after[key] = self._made(given, guild_id, before.get(key))
        self._scopes[guild_id] = after
        return list(after.values())

    def put(self, guild_id: int | None, given: Json) -> tuple[Json, bool]:
        """Create one command, or overwrite that of the same name; says whether it is new."""
        scope = self._scopes.setdefault(guild_id, {})
        key = (given.get("type") or CommandType.CHAT, str(given.get("name")))
        others = [each for other, each in scope.items() if other != key]
        _check_all([given], others=others)
        known = scope.get(key)
        scope[key] = self._made(given, guild_id, known)
        return scope[key], known is None

    def change(self, guild_id: int | None, command_id: int, given: Mapping[str, Any]) -> Json:
        """Alter some fields of a command."""
        old = self.get(guild_id, command_id)
        merged = {key: old[key] for key in COMMAND_KEYS if key in old} | dict(given)
        self.remove(guild_id, command_id)
        try:
            _check_all([merged])
        except ApiError:
            self._scopes[guild_id][(old["type"], old["name"])] = old
            raise
        made = self._made(merged, guild_id, old)
        self._scopes[guild_id][(made["type"], made["name"])] = made
        return made

    def get(self, guild_id: int | None, command_id: int) -> Json:
        """A command by its id; 10063 where there is none."""
        for command in self._scopes.get(guild_id, {}).values():
            if command["id"] == str(command_id):
                return command
        raise ApiError(10063)

    def remove(self, guild_id: int | None, command_id: int) -> None:
        """Take a command away."""
        command = self.get(guild_id, command_id)
        del self._scopes[guild_id][(command["type"], command["name"])]

    def listed(self, guild_id: int | None) -> list[Json]:
        """The commands of one scope."""
        return list(self._scopes.get(guild_id, {}).values())

    def offered(self, guild_id: int | None, kind: CommandType, name: str) -> Json | None:
        """The command that a member in this guild reaches by this name."""
        for scope in (guild_id, None):
            found = self._scopes.get(scope, {}).get((kind, name))
            if found is not None:
                return found
        return None

    def reachable(self, guild_id: int | None) -> list[Json]:
        """The commands that this guild's members can reach; its own come before global ones."""
        both = {**self._scopes.get(None, {}), **self._scopes.get(guild_id, {})}
        return list(both.values())

    def __len__(self) -> int:
        return sum(len(scope) for scope in self._scopes.values())

    def _made(self, given: Mapping[str, Any], guild_id: int | None, known: Json | None) -> Json:
        """A command as Discord stores it, with the id it had or a new one."""
        if known is None:
            self._count_creation()
        kept = {
            key: value
            for key, value in given.items()
            if key != "id" and (value is not None or key.endswith("_localizations"))
        }
        permissions = given.get("default_member_permissions")
        made = {
            "id": known["id"] if known else str(self._ids.next()),
            "application_id": str(self._application_id),
            "version": str(self._ids.next()),
            "type": int(given.get("type") or CommandType.CHAT),
            "description": "",
            "nsfw": False,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            **kept,
            "default_member_permissions": None if permissions is None else str(permissions),
        }
        return made if guild_id is None else {**made, "guild_id": str(guild_id)}

    def _count_creation(self) -> None:
        """Only so many new commands a day: 30034."""
        since = self._clock.now() - DAY
        self._created = [each for each in self._created if each > since]
        if len(self._created) >= CREATES_A_DAY:
            raise ApiError(30034)
        self._created.append(self._clock.now())


def characters(command: Mapping[str, Any]) -> int:
    """What a command counts of its 8000 characters: names, descriptions and values, nested."""
    total = 0
    for key in ("name", "description"):
        forms = [command.get(key) or "", *(command.get(f"{key}_localizations") or {}).values()]
        total += max(len(each) for each in forms)
    if isinstance(command.get("value"), str):
        total += len(command["value"])
    inner = [*(command.get("options") or []), *(command.get("choices") or [])]
    return total + sum(characters(each) for each in inner)


def _check_all(commands: list[Any], *, others: list[Json] | None = None) -> None:
    """Raise `InvalidForm` or 30032 for a list of commands beside others that stay."""
    form = Form()
    single = others is not None
    for index, given in enumerate(commands):
        path: Path = () if single else (index,)
        _check_command(form, path, form.record(path, given))
    form.close()
    everything = [*commands, *(others or [])]
    for kind, most in MOST.items():
        if sum((each.get("type") or 1) == kind for each in everything) > most:
            raise ApiError(30032, violation=True)
    keys = [(each.get("type") or 1, each["name"]) for each in everything]
    if len(set(keys)) != len(keys):
        form.add((), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be"
                 " unique")  # fmt: skip
    form.close()


def _check_command(form: Form, path: Path, command: Json) -> None:
    form.known(path, command, COMMAND_KEYS)
    kind = command.get("type") or CommandType.CHAT
    if kind not in MOST:
        form.add((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3).")
    form.text((*path, "name"), command.get("name"), 32, shortest=1, required=True)
    if kind == CommandType.CHAT:
        _check_name(form, (*path, "name"), command.get("name"))
        text = command.get("description")
        form.text((*path, "description"), text, 100, shortest=1, required=True)
    else:
        form.text((*path, "description"), command.get("description"), 0)
        form.count((*path, "options"), command.get("options"), 0)
    _check_options(form, path, command.get("options"), depth=0)
    if characters(command) > MOST_CHARACTERS:
        message = "Command exceeds maximum size (8000)"
        form.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_name(form: Form, path: Path, name: Any) -> None:
    if not isinstance(name, str) or not name:
        return
    if name != name.lower() or not all(each.isalnum() or each in "-_'" for each in name):
        form.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(form: Form, path: Path, options: Any, *, depth: int) -> None:
    entries = form.count((*path, "options"), options, 25)
    records = [form.record((*path, "options", i), each) for i, each in enumerate(entries)]
    for index, option in enumerate(records):
        _check_option(form, (*path, "options", index), option, depth)
    names = [str(option.get("name")) for option in records]
    if len(names) != len(set(names)):
        message = "Option names must be unique"
        form.add((*path, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
    nested = [option.get("type") in NESTING for option in records]
    if any(nested) and not all(nested):
        message = "Sub-command and sub-command group option types are mutually exclusive to all"
        form.add((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    required = [bool(option.get("required")) for option in records]
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
        form.add((*path, "options"), code, message)


def _check_option(form: Form, path: Path, option: Json, depth: int) -> None:
    form.known(path, option, OPTION_KEYS)
    form.number((*path, "type"), option.get("type"), 1, 11)
    form.text((*path, "name"), option.get("name"), 32, shortest=1, required=True)
    _check_name(form, (*path, "name"), option.get("name"))
    form.text((*path, "description"), option.get("description"), 100, shortest=1, required=True)
    kind = option.get("type")
    if kind in NESTING:
        if depth > (0 if kind == OptionType.GROUP else 1):
            message = "Sub-command groups nest once."
            form.add((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            return
        _check_options(form, path, option.get("options"), depth=depth + 1)
    elif option.get("options"):
        form.add((*path, "options"), "UNKNOWN_KEY", "Only sub-commands have options.")
    _check_choices(form, path, option)
    form.number((*path, "min_length"), option.get("min_length"), 0, 6000)
    form.number((*path, "max_length"), option.get("max_length"), 1, 6000)


def _check_choices(form: Form, path: Path, option: Json) -> None:
    check_choices(form, (*path, "choices"), option.get("choices"))
    if option.get("choices") and option.get("type") not in CHOOSABLE:
        message = "Choices are for strings, integers and numbers."
        form.add((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)
    if option.get("choices") and option.get("autocomplete"):
        message = "Choices and autocomplete are mutually exclusive."
        form.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)


def check_choices(form: Form, path: Path, choices: Any) -> None:
    """Note every fault of an option's choices, declared or answered to autocomplete."""
    for index, entry in enumerate(form.count(path, choices, 25)):
        choice = form.record((*path, index), entry)
        form.known((*path, index), choice, {"name", "name_localizations", "value"})
        form.text((*path, index, "name"), choice.get("name"), 100, shortest=1, required=True)
        if isinstance(choice.get("value"), str) or choice.get("value") is None:
            value = choice.get("value")
            form.text((*path, index, "value"), value, 100, shortest=1, required=True)
