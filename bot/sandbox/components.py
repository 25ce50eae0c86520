"""The rules of message components, old and new, and components as Discord gives them back."""

from collections.abc import Callable, Iterator
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
    _check_unique(form, path, entries)
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


def _check_unique(form: Form, path: Path, entries: list[Any]) -> None:
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
    if style is None:
        form.required((*path, "style"))
    elif style == LINK:
        form.text((*path, "url"), button.get("url"), 512, shortest=1, required=True)
    elif style != PREMIUM:
        form.text((*path, "custom_id"), button.get("custom_id"), 100, shortest=1, required=True)
    _check_exclusive(form, path, button)
    if style != PREMIUM and not button.get("label") and not button.get("emoji"):
        message = "A button must have a label, an emoji or both."
        form.add(path, "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI", message)


def _check_exclusive(form: Form, path: Path, button: dict[str, Any]) -> None:
    if button.get("url") and button.get("custom_id"):
        message = "A custom id and url cannot both be specified"
        form.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif button.get("url") and button.get("style") != LINK:
        form.add((*path, "url"), "BUTTON_COMPONENT_INVALID_STYLE", "Only link buttons have a url")


def check_select(form: Form, path: Path, select: dict[str, Any]) -> None:
    """Note every fault of a select menu, in a message or a modal."""
    form.text((*path, "custom_id"), select.get("custom_id"), 100, shortest=1, required=True)
    form.text((*path, "placeholder"), select.get("placeholder"), 150)
    form.number((*path, "min_values"), select.get("min_values"), 0, 25)
    form.number((*path, "max_values"), select.get("max_values"), 1, 25)
    if select.get("type") == Kind.STRING_SELECT:
        _check_options(form, path, select)


def _check_options(form: Form, path: Path, select: dict[str, Any]) -> None:
    options = form.count((*path, "options"), select.get("options"), 25, least=1)
    records = [form.record((*path, "options", i), each) for i, each in enumerate(options)]
    for index, option in enumerate(records):
        place = (*path, "options", index)
        form.known(place, option, {"label", "value", "description", "emoji", "default"})
        for key in ("label", "value"):
            form.text((*place, key), option.get(key), 100, shortest=1, required=True)
        form.text((*place, "description"), option.get("description"), 100)
    values = [str(option.get("value")) for option in records]
    if len(values) != len(set(values)):
        message = "The specified option value is already used"
        form.add((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
    for key in ("min_values", "max_values"):
        if isinstance(select.get(key), int) and select[key] > max(1, len(options)):
            form.add((*path, key), "NUMBER_TYPE_MAX", "More values than there are options.")


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


def _check_media(form: Form, path: Path, media: Any) -> None:
    record = form.record(path, media)
    form.known(path, record, {"url"})
    form.text((*path, "url"), record.get("url"), 2048, shortest=1, required=True)


def _check_thumbnail(form: Form, path: Path, thumbnail: dict[str, Any]) -> None:
    _check_media(form, (*path, "media"), thumbnail.get("media"))
    form.text((*path, "description"), thumbnail.get("description"), 1024)


def _check_gallery(form: Form, path: Path, gallery: dict[str, Any]) -> None:
    for index, entry in enumerate(form.count((*path, "items"), gallery.get("items"), 10, least=1)):
        place = (*path, "items", index)
        item = form.record(place, entry)
        form.known(place, item, {"media", "description", "spoiler"})
        _check_thumbnail(form, place, item)


def _check_file(form: Form, path: Path, file: dict[str, Any]) -> None:
    _check_media(form, (*path, "file"), file.get("file"))


def _check_container(form: Form, path: Path, container: dict[str, Any]) -> None:
    form.number((*path, "accent_color"), container.get("accent_color"), 0, 0xFFFFFF)
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
    Kind.CONTAINER: _check_container,
    **dict.fromkeys(SELECTS, check_select),
}
