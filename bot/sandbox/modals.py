"""The rules of modals, and a modal as its reader gets it."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox import components
from bot.sandbox.components import SELECTS, Kind, check_select, walk
from bot.sandbox.form import Form, Path

MOST_ENTRIES = 5
MOST_OPTIONS = 10
"""Radio buttons or checkboxes in one group."""
MOST_FILES = 10
_COMMON = frozenset({"type", "id"})
_BOUNDS = frozenset({"custom_id", "min_values", "max_values", "required"})
_TEXT = frozenset(
    {"style", "label", "value", "placeholder", "required", "min_length", "max_length"}
)
_KEYS: Mapping[Kind, frozenset[str]] = {
    **{kind: components.KEYS[kind] for kind in SELECTS},
    Kind.TEXT_INPUT: _TEXT | {"custom_id"},
    Kind.FILE_UPLOAD: _BOUNDS,
    Kind.RADIO_GROUP: frozenset({"custom_id", "options", "required"}),
    Kind.CHECKBOX_GROUP: _BOUNDS | {"options"},
    Kind.CHECKBOX: frozenset({"custom_id", "default"}),
}
"""What a member can be asked for, each with the keys it may have."""
Json = dict[str, Any]


def check(modal: Any) -> None:
    """Raise `InvalidForm` with every fault of a modal."""
    form = Form()
    record = form.record(("data",), modal)
    form.known(("data",), record, {"custom_id", "title", "components"})
    for key, longest in (("custom_id", 100), ("title", 45)):
        form.text(("data", key), record.get(key), longest, shortest=1, required=True)
    path = ("data", "components")
    entries = form.count(path, record.get("components"), MOST_ENTRIES, least=1)
    for index, entry in enumerate(entries):
        _check_entry(form, (*path, index), form.record((*path, index), entry))
    components.check_unique(form, path, entries)
    form.close()


def numbered(modal: Json) -> Json:
    """A modal whose components all have an id: the given ones keep theirs, the others count up."""
    taken = {each["id"] for each in walk(modal["components"]) if each.get("id")}
    fresh = (number for number in itertools.count(1) if number not in taken)
    return {**modal, "components": [_numbered(each, fresh) for each in modal["components"]]}


def _numbered(component: Json, fresh: Iterator[int]) -> Json:
    answer = {key: value for key, value in component.items() if value is not None}
    answer["id"] = component.get("id") or next(fresh)
    if "components" in answer:
        answer["components"] = [_numbered(each, fresh) for each in answer["components"]]
    if "component" in answer:
        answer["component"] = _numbered(answer["component"], fresh)
    if "default_values" in answer:
        chosen = answer["default_values"]
        answer["default_values"] = [{**each, "id": str(each["id"])} for each in chosen]
    return answer


def _check_entry(form: Form, path: Path, entry: Json) -> None:
    kind = entry.get("type")
    form.number((*path, "id"), entry.get("id"), 0, 2**31 - 1)
    if kind == Kind.ROW:
        form.known(path, entry, _COMMON | {"components"})
        inner = form.count((*path, "components"), entry.get("components"), 1, least=1)
        for index, each in enumerate(inner):
            _check_in_row(form, (*path, "components", index), each)
    elif kind == Kind.LABEL:
        _check_label(form, path, entry)
    elif kind == Kind.TEXT:
        form.known(path, entry, _COMMON | {"content"})
        form.text((*path, "content"), entry.get("content"), 4000, shortest=1, required=True)
    else:
        _refuse_kind(form, path, frozenset({Kind.ROW, Kind.TEXT, Kind.LABEL}))


def _check_in_row(form: Form, path: Path, entry: Any) -> None:
    """A row holds one text input, which has to bring its own label."""
    record = form.record(path, entry)
    if record.get("type") != Kind.TEXT_INPUT:
        _refuse_kind(form, path, frozenset({Kind.TEXT_INPUT}))
        return
    form.text((*path, "label"), record.get("label"), 45, shortest=1, required=True)
    _check_input(form, path, record)


def _check_label(form: Form, path: Path, label: Json) -> None:
    form.known(path, label, _COMMON | {"label", "description", "component"})
    form.text((*path, "label"), label.get("label"), 45, shortest=1, required=True)
    form.text((*path, "description"), label.get("description"), 100, shortest=1)
    inside = (*path, "component")
    if label.get("component") is None:
        form.required(inside)
    else:
        _check_input(form, inside, form.record(inside, label["component"]))


def _check_input(form: Form, path: Path, given: Json) -> None:
    kind = given.get("type")
    if not isinstance(kind, int) or kind not in _KEYS:
        _refuse_kind(form, path, frozenset(_KEYS))
        return
    form.known(path, given, _KEYS[Kind(kind)] | _COMMON)
    form.number((*path, "id"), given.get("id"), 0, 2**31 - 1)
    form.text((*path, "custom_id"), given.get("custom_id"), 100, shortest=1, required=True)
    form.flag((*path, "required"), given.get("required"))
    _RULES[Kind(kind)](form, path, given)


def _check_text(form: Form, path: Path, given: Json) -> None:
    form.text((*path, "label"), given.get("label"), 45, shortest=1)
    form.text((*path, "value"), given.get("value"), 4000)
    form.text((*path, "placeholder"), given.get("placeholder"), 100)
    form.number((*path, "style"), given.get("style"), 1, 2)
    if given.get("style") is None:
        form.required((*path, "style"))
    form.number((*path, "min_length"), given.get("min_length"), 0, 4000)
    form.number((*path, "max_length"), given.get("max_length"), 1, 4000)
    _check_order(form, path, given, "min_length", "max_length")


def _check_select(form: Form, path: Path, given: Json) -> None:
    check_select(form, path, given)
    if given.get("disabled"):
        message = "Nothing in a modal can be disabled."
        form.add((*path, "disabled"), "COMPONENT_DISABLED_IN_MODAL", message)
    _check_bounds(form, path, given)


def _check_files(form: Form, path: Path, given: Json) -> None:
    form.number((*path, "min_values"), given.get("min_values"), 0, MOST_FILES)
    form.number((*path, "max_values"), given.get("max_values"), 1, MOST_FILES)
    _check_order(form, path, given, "min_values", "max_values")
    _check_bounds(form, path, given)


def _check_radio(form: Form, path: Path, given: Json) -> None:
    records = _check_options(form, path, given, least=2)
    _check_defaults(form, path, records, most=1)


def _check_boxes(form: Form, path: Path, given: Json) -> None:
    records = _check_options(form, path, given, least=1)
    form.number((*path, "min_values"), given.get("min_values"), 0, MOST_OPTIONS)
    form.number((*path, "max_values"), given.get("max_values"), 1, MOST_OPTIONS)
    components.check_attainable(form, path, given, len(records))
    _check_order(form, path, given, "min_values", "max_values")
    _check_bounds(form, path, given)
    _check_defaults(form, path, records, most=given.get("max_values"))


def _check_box(form: Form, path: Path, given: Json) -> None:
    form.flag((*path, "default"), given.get("default"))


def _check_options(form: Form, path: Path, given: Json, *, least: int) -> list[Json]:
    place = (*path, "options")
    options = form.count(place, given.get("options"), MOST_OPTIONS, least=least)
    return components.check_options(
        form, place, options, {"label", "value", "description", "default"}
    )


def _check_bounds(form: Form, path: Path, given: Json) -> None:
    """What has to be answered cannot be answered by nothing."""
    if given.get("min_values") == 0 and given.get("required") is not False:
        message = "Must be at least 1 where an answer is required."
        form.add((*path, "min_values"), "NUMBER_TYPE_MIN", message)


def _check_defaults(form: Form, path: Path, options: list[Json], *, most: Any) -> None:
    if isinstance(most, int) and sum(each.get("default") is True for each in options) > most:
        message = "More options are chosen than may be."
        form.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message)


def _check_order(form: Form, path: Path, given: Json, lower: str, upper: str) -> None:
    least, most = given.get(lower), given.get(upper)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        form.add((*path, lower), "NUMBER_TYPE_MAX", f"Must not be more than {upper}.")


def _refuse_kind(form: Form, path: Path, allowed: frozenset[Kind]) -> None:
    values = ", ".join(str(int(each)) for each in sorted(allowed))
    form.add((*path, "type"), "UNION_TYPE_CHOICES", f"Value of field must be one of ({values}).")


_RULES: Mapping[Kind, Callable[[Form, Path, Json], None]] = {
    **dict.fromkeys(SELECTS, _check_select),
    Kind.TEXT_INPUT: _check_text,
    Kind.FILE_UPLOAD: _check_files,
    Kind.RADIO_GROUP: _check_radio,
    Kind.CHECKBOX_GROUP: _check_boxes,
    Kind.CHECKBOX: _check_box,
}
