"""The rules of message components, old and new, and components as Discord gives them back."""

from collections.abc import Callable, Collection, Iterator
from enum import IntEnum
from typing import Any

from bot.sandbox.form import Form, Path


class Kind(IntEnum):
    """Discord's component types."""

    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


LINK, PREMIUM = 5, 6
"""The two button styles that carry no custom id."""
LINKS = ("http", "https", "discord")
"""What the address of a link button may begin with."""
MEDIA = ("http", "https", "attachment")
CHANNEL_TYPES = frozenset({0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15})
DEFAULTS: dict[Kind, tuple[str, ...]] = {
    Kind.USER_SELECT: ("user",),
    Kind.ROLE_SELECT: ("role",),
    Kind.MENTIONABLE_SELECT: ("user", "role"),
    Kind.CHANNEL_SELECT: ("channel",),
}
"""What the default values of a menu may be."""
MOST_ROWS = 5
MOST_COMPONENTS = 40
MOST_TEXT = 4000
SELECTS = frozenset(
    {
        Kind.STRING_SELECT,
        Kind.USER_SELECT,
        Kind.ROLE_SELECT,
        Kind.MENTIONABLE_SELECT,
        Kind.CHANNEL_SELECT,
    }
)
INTERACTIVE = SELECTS | {Kind.BUTTON}
IN_CONTAINER = frozenset(
    {Kind.ROW, Kind.SECTION, Kind.TEXT, Kind.GALLERY, Kind.FILE, Kind.SEPARATOR}
)
TOP_NEW = IN_CONTAINER | {Kind.CONTAINER}
_COMMON = frozenset({"type", "id"})
_SELECT = frozenset(
    {"custom_id", "placeholder", "min_values", "max_values", "disabled", "required"}
)
KEYS: dict[Kind, frozenset[str]] = {
    Kind.ROW: frozenset({"components"}),
    Kind.BUTTON: frozenset({"custom_id", "style", "label", "disabled", "url", "sku_id", "emoji"}),
    Kind.STRING_SELECT: _SELECT | {"options"},
    Kind.USER_SELECT: _SELECT | {"default_values"},
    Kind.ROLE_SELECT: _SELECT | {"default_values"},
    Kind.MENTIONABLE_SELECT: _SELECT | {"default_values"},
    Kind.CHANNEL_SELECT: _SELECT | {"default_values", "channel_types"},
    Kind.SECTION: frozenset({"components", "accessory"}),
    Kind.TEXT: frozenset({"content"}),
    Kind.THUMBNAIL: frozenset({"media", "description", "spoiler"}),
    Kind.GALLERY: frozenset({"items"}),
    Kind.FILE: frozenset({"file", "spoiler"}),
    Kind.SEPARATOR: frozenset({"spacing", "divider"}),
    Kind.CONTAINER: frozenset({"accent_color", "components", "spoiler"}),
}


def check(form: Form, path: Path, components: Any, *, new: bool) -> None:
    """Note every fault of a message's components; `new` is the second version's flag."""
    most = MOST_COMPONENTS if new else MOST_ROWS
    entries = form.count(path, components, most)
    allowed = TOP_NEW if new else frozenset({Kind.ROW})
    for index, entry in enumerate(entries):
        _check_one(form, (*path, index), entry, allowed)
    check_unique(form, path, entries)
    if new:
        _check_totals(form, path, entries)


def walk(components: list[Any]) -> Iterator[dict[str, Any]]:
    """Every component, each before what it holds."""
    for each in components:
        if isinstance(each, dict):
            yield each
            inner = each.get("components")
            yield from walk(inner if isinstance(inner, list) else [])
            for key in ("accessory", "component"):
                yield from walk([each.get(key)])


def _check_totals(form: Form, path: Path, entries: list[Any]) -> None:
    every = list(walk(entries))
    if len(every) > MOST_COMPONENTS:
        form.add(path, "BASE_TYPE_MAX_LENGTH", "Must be 40 or fewer in length, nested ones too.")
    text = sum(len(str(each.get("content"))) for each in every if each.get("type") == Kind.TEXT)
    if text > MOST_TEXT:
        message = "The total displayable text size exceeds maximum size of 4000"
        form.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def check_unique(form: Form, path: Path, entries: list[Any]) -> None:
    """Note ids and custom ids that two components share."""
    every = list(walk(entries))
    for key, code in (
        ("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ("id", "COMPONENT_ID_DUPLICATED"),
    ):
        values = [str(each[key]) for each in every if each.get(key)]
        if len(values) != len(set(values)):
            form.add(path, code, f"Component {key} cannot be duplicated")


def _check_one(form: Form, path: Path, entry: Any, allowed: frozenset[Kind]) -> None:
    record = form.record(path, entry)
    kind = record.get("type")
    if not isinstance(kind, int) or kind not in allowed:
        values = ", ".join(str(int(each)) for each in sorted(allowed))
        form.add(
            (*path, "type"), "UNION_TYPE_CHOICES", f"Value of field must be one of ({values})."
        )
        return
    form.known(path, record, KEYS[Kind(kind)] | _COMMON)
    form.number((*path, "id"), record.get("id"), 0, 2**31 - 1)
    rule = _RULES.get(Kind(kind))
    if rule is not None:
        rule(form, path, record)


def _check_row(form: Form, path: Path, row: dict[str, Any]) -> None:
    inner = form.count((*path, "components"), row.get("components"), 5, least=1)
    for index, entry in enumerate(inner):
        _check_one(form, (*path, "components", index), entry, INTERACTIVE)
    kinds = [entry.get("type") for entry in inner if isinstance(entry, dict)]
    if any(isinstance(kind, int) and kind in SELECTS for kind in kinds) and len(kinds) > 1:
        message = "The specified component exceeds the maximum width"
        form.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_button(form: Form, path: Path, button: dict[str, Any]) -> None:
    style = button.get("style")
    form.number((*path, "style"), style, 1, 6)
    form.text((*path, "label"), button.get("label"), 80)
    form.flag((*path, "disabled"), button.get("disabled"))
    _check_emoji(form, (*path, "emoji"), button.get("emoji"))
    if style is None:
        form.required((*path, "style"))
    elif style == PREMIUM:
        _check_premium(form, path, button)
        return
    elif style == LINK:
        form.text((*path, "url"), button.get("url"), 512, shortest=1, required=True)
        form.scheme((*path, "url"), button.get("url"), LINKS)
    else:
        form.text((*path, "custom_id"), button.get("custom_id"), 100, shortest=1, required=True)
    _check_exclusive(form, path, button)
    if not button.get("label") and not button.get("emoji"):
        message = "A button must have a label, an emoji or both."
        form.add(path, "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI", message)


def _check_premium(form: Form, path: Path, button: dict[str, Any]) -> None:
    """A button that sells says nothing of its own: name and price are the article's."""
    form.identity((*path, "sku_id"), button.get("sku_id"))
    if button.get("sku_id") is None:
        form.required((*path, "sku_id"))
    for key in ("custom_id", "label", "url", "emoji"):
        if button.get(key):
            message = "A premium button takes a sku_id only"
            form.add((*path, key), "BUTTON_COMPONENT_INVALID_STYLE", message)


def _check_exclusive(form: Form, path: Path, button: dict[str, Any]) -> None:
    if button.get("url") and button.get("custom_id"):
        message = "A custom id and url cannot both be specified"
        form.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif button.get("url") and button.get("style") != LINK:
        form.add((*path, "url"), "BUTTON_COMPONENT_INVALID_STYLE", "Only link buttons have a url")
    if button.get("sku_id"):
        message = "Only premium buttons have a sku_id"
        form.add((*path, "sku_id"), "BUTTON_COMPONENT_INVALID_STYLE", message)


def _check_emoji(form: Form, path: Path, emoji: Any) -> None:
    """A character, or a server's own emoji by its id; discord.py adds whether it moves."""
    if emoji is None:
        return
    record = form.record(path, emoji)
    form.known(path, record, {"id", "name", "animated"})
    form.identity((*path, "id"), record.get("id"))
    form.flag((*path, "animated"), record.get("animated"))
    name = record.get("name")
    form.text((*path, "name"), name, 32, shortest=1, required=True)
    if record.get("id") is None and isinstance(name, str) and name.isascii():
        form.add((*path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")


def check_select(form: Form, path: Path, select: dict[str, Any]) -> None:
    """Note every fault of a select menu, in a message or a modal."""
    form.text((*path, "custom_id"), select.get("custom_id"), 100, shortest=1, required=True)
    form.text((*path, "placeholder"), select.get("placeholder"), 150)
    for key in ("disabled", "required"):
        form.flag((*path, key), select.get(key))
    form.number((*path, "min_values"), select.get("min_values"), 0, 25)
    form.number((*path, "max_values"), select.get("max_values"), 1, 25)
    least, most = bounds(select)
    if least > most:
        form.add((*path, "max_values"), "NUMBER_TYPE_MIN", f"Must be {least} or more.")
    if select.get("type") == Kind.STRING_SELECT:
        _check_menu(form, path, select)
    elif isinstance(select.get("type"), int) and select["type"] in DEFAULTS:
        _check_defaults(form, path, select)
        _check_channel_types(form, (*path, "channel_types"), select.get("channel_types"))


def bounds(select: dict[str, Any]) -> tuple[int, int]:
    """How few and how many values a menu takes; both are one where it does not say."""
    least, most = select.get("min_values"), select.get("max_values")
    return least if isinstance(least, int) else 1, most if isinstance(most, int) else 1


def _check_menu(form: Form, path: Path, select: dict[str, Any]) -> None:
    place = (*path, "options")
    keys = frozenset({"label", "value", "description", "emoji", "default"})
    options = form.count(place, select.get("options"), 25, least=1)
    records = check_options(form, place, options, keys)
    for index, option in enumerate(records):
        _check_emoji(form, (*place, index, "emoji"), option.get("emoji"))
    check_attainable(form, path, select, len(records))
    if sum(option.get("default") is True for option in records) > bounds(select)[1]:
        message = "More options are chosen than may be."
        form.add(place, "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message)


def check_options(
    form: Form, path: Path, options: list[Any], keys: Collection[str]
) -> list[dict[str, Any]]:
    """Note every fault of options to choose from, whatever shows them; gives them back."""
    records = [form.record((*path, index), each) for index, each in enumerate(options)]
    for index, option in enumerate(records):
        place = (*path, index)
        form.known(place, option, keys)
        for key in ("label", "value"):
            form.text((*place, key), option.get(key), 100, shortest=1, required=True)
        form.text((*place, "description"), option.get("description"), 100)
        form.flag((*place, "default"), option.get("default"))
    values = [str(option.get("value")) for option in records]
    if len(values) != len(set(values)):
        message = "The specified option value is already used"
        form.add(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
    return records


def check_attainable(form: Form, path: Path, given: dict[str, Any], options: int) -> None:
    """Note bounds that ask for more values than there are options."""
    for key in ("min_values", "max_values"):
        if isinstance(given.get(key), int) and given[key] > max(1, options):
            form.add((*path, key), "NUMBER_TYPE_MAX", "More values than there are options.")


def _check_defaults(form: Form, path: Path, select: dict[str, Any]) -> None:
    """What is chosen already, of the kinds that the menu offers, and as many as it takes."""
    place = (*path, "default_values")
    entries = form.count(place, select.get("default_values"), 25)
    allowed = DEFAULTS[Kind(select["type"])]
    for index, entry in enumerate(entries):
        record = form.record((*place, index), entry)
        form.known((*place, index), record, {"id", "type"})
        form.identity((*place, index, "id"), record.get("id"))
        if record.get("id") is None:
            form.required((*place, index, "id"))
        if record.get("type") not in allowed:
            message = f"Value must be one of ({', '.join(allowed)})."
            form.add((*place, index, "type"), "BASE_TYPE_CHOICES", message)
    least, most = bounds(select)
    if entries and not least <= len(entries) <= most:
        message = f"Must be between {least} and {most} in length."
        form.add(place, "BASE_TYPE_BAD_LENGTH", message)


def _check_channel_types(form: Form, path: Path, types: Any) -> None:
    entries = form.count(path, types, len(CHANNEL_TYPES))
    for index, entry in enumerate(entries):
        if not isinstance(entry, int) or entry not in CHANNEL_TYPES:
            form.add((*path, index), "BASE_TYPE_CHOICES", "This is no type of channel.")
    if len({str(each) for each in entries}) < len(entries):
        form.add(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "A type of channel stands here twice.")


def _check_section(form: Form, path: Path, section: dict[str, Any]) -> None:
    inner = form.count((*path, "components"), section.get("components"), 3, least=1)
    for index, entry in enumerate(inner):
        _check_one(form, (*path, "components", index), entry, frozenset({Kind.TEXT}))
    if section.get("accessory") is None:
        form.required((*path, "accessory"))
    else:
        allowed = frozenset({Kind.BUTTON, Kind.THUMBNAIL})
        _check_one(form, (*path, "accessory"), section["accessory"], allowed)


def _check_text(form: Form, path: Path, text: dict[str, Any]) -> None:
    form.text((*path, "content"), text.get("content"), MOST_TEXT, shortest=1, required=True)


def _check_media(form: Form, path: Path, media: Any, schemes: tuple[str, ...] = MEDIA) -> None:
    record = form.record(path, media)
    form.known(path, record, {"url"})
    form.text((*path, "url"), record.get("url"), 2048, shortest=1, required=True)
    form.scheme((*path, "url"), record.get("url"), schemes)


def _check_thumbnail(form: Form, path: Path, thumbnail: dict[str, Any]) -> None:
    _check_media(form, (*path, "media"), thumbnail.get("media"))
    form.text((*path, "description"), thumbnail.get("description"), 1024, shortest=1)
    form.flag((*path, "spoiler"), thumbnail.get("spoiler"))


def _check_gallery(form: Form, path: Path, gallery: dict[str, Any]) -> None:
    for index, entry in enumerate(form.count((*path, "items"), gallery.get("items"), 10, least=1)):
        place = (*path, "items", index)
        item = form.record(place, entry)
        form.known(place, item, {"media", "description", "spoiler"})
        _check_thumbnail(form, place, item)


def _check_file(form: Form, path: Path, file: dict[str, Any]) -> None:
    """A file of the message's own: no other address can be shown as one."""
    _check_media(form, (*path, "file"), file.get("file"), ("attachment",))
    form.flag((*path, "spoiler"), file.get("spoiler"))


def _check_separator(form: Form, path: Path, separator: dict[str, Any]) -> None:
    form.number((*path, "spacing"), separator.get("spacing"), 1, 2)
    form.flag((*path, "divider"), separator.get("divider"))


def _check_container(form: Form, path: Path, container: dict[str, Any]) -> None:
    form.number((*path, "accent_color"), container.get("accent_color"), 0, 0xFFFFFF)
    form.flag((*path, "spoiler"), container.get("spoiler"))
    inner = form.count((*path, "components"), container.get("components"), 40, least=1)
    for index, entry in enumerate(inner):
        _check_one(form, (*path, "components", index), entry, IN_CONTAINER)


_RULES: dict[Kind, Callable[[Form, Path, dict[str, Any]], None]] = {
    Kind.ROW: _check_row,
    Kind.BUTTON: _check_button,
    Kind.SECTION: _check_section,
    Kind.TEXT: _check_text,
    Kind.THUMBNAIL: _check_thumbnail,
    Kind.GALLERY: _check_gallery,
    Kind.FILE: _check_file,
    Kind.SEPARATOR: _check_separator,
    Kind.CONTAINER: _check_container,
    **dict.fromkeys(SELECTS, check_select),
}
