"""The rules of modals."""

from typing import Any

from bot.sandbox.components import Kind, check_select
from bot.sandbox.form import Form, Path

MOST_ENTRIES = 5
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
    names = [each["custom_id"] for each in fields(record) if each.get("custom_id")]
    if len(names) != len(set(names)):
        message = "Component custom id cannot be duplicated"
        form.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
    form.close()


def fields(modal: Json) -> list[Json]:
    """What a member fills in: the inputs inside rows and labels."""
    found = []
    for entry in modal.get("components") or []:
        if isinstance(entry, dict):
            inner = entry.get("components") or [entry.get("component")]
            found += [each for each in inner if isinstance(each, dict)]
    return found


def _check_entry(form: Form, path: Path, entry: Json) -> None:
    kind = entry.get("type")
    if kind == Kind.ROW:
        form.known(path, entry, {"type", "id", "components"})
        inner = form.count((*path, "components"), entry.get("components"), 1, least=1)
        for index, each in enumerate(inner):
            record = form.record((*path, "components", index), each)
            _check_input(form, (*path, "components", index), record, labelled=True)
    elif kind == Kind.LABEL:
        _check_label(form, path, entry)
    elif kind == Kind.TEXT:
        form.text((*path, "content"), entry.get("content"), 4000, shortest=1, required=True)
    else:
        message = "Value of field must be one of (1, 10, 18)."
        form.add((*path, "type"), "UNION_TYPE_CHOICES", message)


def _check_label(form: Form, path: Path, label: Json) -> None:
    form.known(path, label, {"type", "id", "label", "description", "component"})
    form.text((*path, "label"), label.get("label"), 45, shortest=1, required=True)
    form.text((*path, "description"), label.get("description"), 100)
    component = form.record((*path, "component"), label.get("component"))
    kind = component.get("type")
    if kind == Kind.TEXT_INPUT:
        _check_input(form, (*path, "component"), component, labelled=False)
    elif kind in (Kind.FILE_UPLOAD, Kind.RADIO_GROUP, Kind.CHECKBOX_GROUP, Kind.CHECKBOX):
        name = component.get("custom_id")
        form.text((*path, "component", "custom_id"), name, 100, shortest=1, required=True)
    else:
        check_select(form, (*path, "component"), component)


def _check_input(form: Form, path: Path, given: Json, *, labelled: bool) -> None:
    keys = "type id custom_id style label value placeholder required min_length max_length"
    form.known(path, given, keys.split())
    form.text((*path, "custom_id"), given.get("custom_id"), 100, shortest=1, required=True)
    form.text((*path, "label"), given.get("label"), 45, shortest=1, required=labelled)
    form.text((*path, "value"), given.get("value"), 4000)
    form.text((*path, "placeholder"), given.get("placeholder"), 100)
    form.number((*path, "style"), given.get("style"), 1, 2)
    form.number((*path, "min_length"), given.get("min_length"), 0, 4000)
    form.number((*path, "max_length"), given.get("max_length"), 1, 4000)
