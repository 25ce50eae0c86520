"""Components as Discord gives them back: numbered, complete, with media resolved."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.components import SELECTS, Kind, walk

_ATTACHMENT_ONLY = ("filename", "size", "description")
Resolve = Callable[[str], dict[str, Any]]
"""Turns an address into a media object with url, proxy_url, size and type."""


def urls(components: list[dict[str, Any]]) -> list[str]:
    """Every address of a file that these components show."""
    found = [each[key]["url"] for each in walk(components) for key in ("media", "file")
             if each.get(key)]  # fmt: skip
    for each in walk(components):
        found += [item["media"]["url"] for item in each.get("items") or []]
    return found


def rendered(components: list[dict[str, Any]], resolve: Resolve) -> list[dict[str, Any]]:
    """A message's components as Discord answers them."""
    taken = {each["id"] for each in walk(components) if each.get("id")}
    fresh = (number for number in itertools.count(1) if number not in taken)
    return [_one(each, resolve, fresh) for each in components]


def _one(component: dict[str, Any], resolve: Resolve, fresh: Iterator[int]) -> dict[str, Any]:
    answer = {key: value for key, value in component.items() if value is not None}
    answer["id"] = component.get("id") or next(fresh)
    kind = component["type"]
    if "components" in answer:
        answer["components"] = [_one(each, resolve, fresh) for each in component["components"]]
    if "accessory" in answer:
        answer["accessory"] = _one(component["accessory"], resolve, fresh)
    if kind in SELECTS:
        answer = _menu(answer)
    elif kind == Kind.BUTTON:
        answer.setdefault("disabled", False)
        if "emoji" in answer:
            answer["emoji"] = _emoji(answer["emoji"])
    elif kind == Kind.SEPARATOR:
        answer = {"spacing": 1, "divider": True, **answer}
    return _with_media(kind, answer, resolve)


def _menu(select: dict[str, Any]) -> dict[str, Any]:
    """A select menu with its bounds; whether it is required is said of a modal's only."""
    answer = {"min_values": 1, "max_values": 1, **select}
    answer.pop("required", None)
    if "options" in answer:
        answer["options"] = [_option(each) for each in answer["options"]]
    if "default_values" in answer:
        answer["default_values"] = [
            {"id": str(each["id"]), "type": each["type"]} for each in answer["default_values"]
        ]
    return answer


def _option(option: dict[str, Any]) -> dict[str, Any]:
    answer = {key: value for key, value in option.items() if value is not None}
    return answer | ({"emoji": _emoji(answer["emoji"])} if "emoji" in answer else {})


def _emoji(emoji: dict[str, Any]) -> dict[str, Any]:
    """An emoji, its id as text where it has one."""
    answer = {key: value for key, value in emoji.items() if value is not None}
    return answer | ({"id": str(answer["id"])} if "id" in answer else {})


def _with_media(kind: int, answer: dict[str, Any], resolve: Resolve) -> dict[str, Any]:
    if kind == Kind.GALLERY:
        answer["items"] = [_shown(item, resolve) for item in answer["items"]]
    elif kind == Kind.THUMBNAIL:
        answer = {**answer, **_shown(answer, resolve)}
    elif kind == Kind.FILE:
        media = resolve(answer["file"]["url"])
        name, size = media.get("filename"), media.get("size")
        answer = {"spoiler": False, **answer, "name": name, "size": size, "file": _unfurled(media)}
    elif kind == Kind.CONTAINER:
        answer = {"spoiler": False, "accent_color": None, **answer}
    return answer


def _shown(item: dict[str, Any], resolve: Resolve) -> dict[str, Any]:
    return {
        "media": _unfurled(resolve(item["media"]["url"])),
        "description": item.get("description"),
        "spoiler": bool(item.get("spoiler")),
    }


def _unfurled(media: dict[str, Any]) -> dict[str, Any]:
    """A media object without what only attachments say."""
    return {key: value for key, value in media.items() if key not in _ATTACHMENT_ONLY}
