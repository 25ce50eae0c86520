"""What a member puts into a modal, checked and written as Discord's client does it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.sandbox.choosing import Choosing
from bot.sandbox.components import SELECTS, Kind
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import FileOption, OptionWriter
from bot.sandbox.wire import Json
from bot.sandbox.world import Guild, User, World

LONGEST_TEXT = 4000


class Filling:
    """One member at one modal; what the values stand for is noted by the writer."""

    def __init__(
        self, modal: Json, writer: OptionWriter, world: World, *, guild: Guild | None, user: User
    ) -> None:
        self._modal = modal
        self._writer = writer
        self._world = world
        self._guild = guild
        self._user = user

    def components(self, values: Mapping[str, Any]) -> list[Json]:
        """The modal's components with what stands in them, as the bot is told.

        The values go by an input's custom id or its label, and an input that none is given for
        keeps what it begins with. Text is a string; menus, checkbox groups and file uploads take
        lists; a radio group takes one option or None, a checkbox true or false.

        Raises:
            ClientRefusal: something is missing, too long, too much or not offered.
        """
        given = _by_custom_id(self._modal, values)
        return [self._entry(each, given) for each in self._modal["components"]]

    def _entry(self, entry: Json, values: Json) -> Json:
        answer: Json = {"type": entry["type"], "id": entry["id"]}
        inner = [self._input(label, given, values) for label, given in _labelled(entry)]
        if entry["type"] == Kind.ROW:
            return answer | {"components": inner}
        return answer | ({"component": inner[0]} if inner else {})

    def _input(self, label: str, given: Json, values: Json) -> Json:
        name = given["custom_id"]
        answer: Json = {"type": given["type"], "id": given["id"], "custom_id": name}
        value = values[name] if name in values else self._initial(given)
        kind = Kind(given["type"])
        if kind in SELECTS:
            return answer | {"values": self._chosen(label, given, value)}
        if kind is Kind.FILE_UPLOAD:
            return answer | {"values": self._files(label, given, value)}
        key = "values" if kind is Kind.CHECKBOX_GROUP else "value"
        return answer | {key: _WRITERS[kind](label, given, value)}

    def _initial(self, given: Json) -> Any:
        """What stands in an input before anybody touches it."""
        kind = Kind(given["type"])
        if kind is Kind.TEXT_INPUT:
            return given.get("value", "")
        if kind is Kind.CHECKBOX:
            return given.get("default", False)
        chosen = [each["value"] for each in given.get("options", []) if each.get("default")]
        if kind is Kind.RADIO_GROUP:
            return chosen[0] if chosen else None
        found = [self._object(each) for each in given.get("default_values", [])]
        return chosen + [each for each in found if each is not None]

    def _object(self, default: Json) -> Any:
        """What a menu's default names; none where there is no such thing here."""
        identity = int(default["id"])
        if default["type"] == "user":
            return self._world.users.get(identity)
        if self._guild is None:
            return None
        here = self._guild.roles if default["type"] == "role" else self._guild.channels
        return here.get(identity)

    def _chosen(self, label: str, given: Json, value: Any) -> list[str]:
        values = _listed(label, value)
        if not values:
            _refuse_nothing(label, given)
            return []
        return Choosing(given, self._writer, guild=self._guild, user=self._user).values(values)

    def _files(self, label: str, given: Json, value: Any) -> list[str]:
        files = _listed(label, value)
        if not all(isinstance(each, FileOption) for each in files):
            raise ClientRefusal(f"{label} takes files.")
        _refuse_count(label, given, len(files), most=given.get("max_values", 1))
        return [self._writer.file(each) for each in files]


def _by_custom_id(modal: Json, values: Mapping[str, Any]) -> Json:
    inputs = [each for entry in modal["components"] for each in _labelled(entry)]
    names = {label: given["custom_id"] for label, given in inputs}
    names |= {given["custom_id"]: given["custom_id"] for _, given in inputs}
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ClientRefusal(f"The modal has no {', '.join(unknown)}.")
    return {names[name]: value for name, value in values.items()}


def _labelled(entry: Json) -> list[tuple[str, Json]]:
    """Each input of a row or a label, with the words that stand over it."""
    if entry["type"] == Kind.ROW:
        return [(each["label"], each) for each in entry["components"]]
    return [(entry["label"], entry["component"])] if entry["type"] == Kind.LABEL else []


def _text(label: str, given: Json, value: Any) -> str:
    if not isinstance(value, str):
        raise ClientRefusal(f"{label} takes text.")
    if not value:
        _refuse_nothing(label, given)
        return ""
    least, most = given.get("min_length", 0), given.get("max_length", LONGEST_TEXT)
    if not least <= len(value) <= most:
        raise ClientRefusal(f"{label} must be {least} to {most} characters long.")
    return value


def _radio(label: str, given: Json, value: Any) -> str | None:
    if value is None:
        _refuse_nothing(label, given)
        return None
    return _option(label, given, value)


def _boxes(label: str, given: Json, value: Any) -> list[str]:
    values = [_option(label, given, each) for each in _listed(label, value)]
    if len(set(values)) < len(values):
        raise ClientRefusal(f"One option of {label} is checked twice.")
    _refuse_count(label, given, len(values), most=given.get("max_values", len(given["options"])))
    return values


def _box(label: str, given: Json, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ClientRefusal(f"{label} is either checked or not.")
    return value


def _option(label: str, given: Json, value: Any) -> str:
    """An option's value, by that value or by its label."""
    for key in ("value", "label"):
        for option in given["options"]:
            if value == option[key]:
                return str(option["value"])
    raise ClientRefusal(f"{value!r} is no option of {label}.")


def _listed(label: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ClientRefusal(f"{label} takes a list.")
    return value


def _refuse_nothing(label: str, given: Json) -> None:
    if given.get("required", True):
        raise ClientRefusal(f"{label} is required.")


def _refuse_count(label: str, given: Json, count: int, *, most: int) -> None:
    if count == 0:
        _refuse_nothing(label, given)
        return
    least = given.get("min_values", 1)
    if not least <= count <= most:
        bounds = str(most) if least == most else f"{least} to {most}"
        raise ClientRefusal(f"{label} takes {bounds}, not {count}.")


_WRITERS: Mapping[Kind, Callable[[str, Json, Any], Any]] = {
    Kind.TEXT_INPUT: _text,
    Kind.RADIO_GROUP: _radio,
    Kind.CHECKBOX_GROUP: _boxes,
    Kind.CHECKBOX: _box,
}
