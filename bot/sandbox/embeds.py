"""The rules of embeds, and embeds as Discord gives them back."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.form import Form, Path

MOST = 10
TOTAL = 6000
KEYS = frozenset(
    [
        "type",
        "url",
        "title",
        "color",
        "timestamp",
        "description",
        "author",
        "image",
        "thumbnail",
        "footer",
        "fields",
        "provider",
        "video",
        "flags",
    ]
)
"""`flags` is no key of Discord's form, but discord.py sends it."""
MEDIA_KEYS = frozenset(
    [
        "url",
        "proxy_url",
        "width",
        "height",
        "content_type",
        "description",
        "placeholder",
        "placeholder_version",
        "flags",
    ]
)
LINKS = ("http", "https")
MEDIA_SCHEMES = (*LINKS, "attachment")


def check(form: Form, path: Path, embeds: Any) -> None:
    """Note every fault of a message's embeds."""
    entries = form.count(path, embeds, MOST)
    for index, entry in enumerate(entries):
        _check_one(form, (*path, index), form.record((*path, index), entry))
    if sum(length(entry) for entry in entries if isinstance(entry, dict)) > TOTAL:
        form.add(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def length(embed: dict[str, Any]) -> int:
    """The characters of an embed that count towards the sum."""
    parts = [embed.get("title"), embed.get("description")]
    inner = [("text", embed.get("footer")), ("name", embed.get("author"))]
    fields = embed.get("fields")
    for field in fields if isinstance(fields, list) else []:
        inner += [("name", field), ("value", field)]
    parts += [each.get(key) for key, each in inner if isinstance(each, dict)]
    return sum(len(part) for part in parts if isinstance(part, str))


def _check_one(form: Form, path: Path, embed: dict[str, Any]) -> None:
    form.known(path, embed, KEYS)
    form.text((*path, "title"), embed.get("title"), 256)
    form.text((*path, "description"), embed.get("description"), 4096)
    _check_address(form, (*path, "url"), embed.get("url"), LINKS)
    form.moment((*path, "timestamp"), embed.get("timestamp"))
    form.number((*path, "color"), embed.get("color"), 0, 0xFFFFFF)
    footer = form.record((*path, "footer"), embed.get("footer") or {})
    form.text((*path, "footer", "text"), footer.get("text"), 2048, required=bool(footer))
    _check_address(form, (*path, "footer", "icon_url"), footer.get("icon_url"), MEDIA_SCHEMES)
    author = form.record((*path, "author"), embed.get("author") or {})
    form.text((*path, "author", "name"), author.get("name"), 256, required=bool(author))
    _check_address(form, (*path, "author", "icon_url"), author.get("icon_url"), MEDIA_SCHEMES)
    _check_address(form, (*path, "author", "url"), author.get("url"), LINKS)
    _check_fields(form, (*path, "fields"), embed.get("fields"))
    for key in ("image", "thumbnail"):
        _check_media(form, (*path, key), embed.get(key))
    if not any(embed.get(key) for key in KEYS - {"type", "color", "flags", "timestamp"}):
        form.required((*path, "description"))


def _check_address(form: Form, path: Path, address: Any, schemes: tuple[str, ...]) -> None:
    """An address, or nothing; no letter at all is not nothing."""
    form.text(path, address, 2048)
    form.scheme(path, address, schemes)


def _check_fields(form: Form, path: Path, fields: Any) -> None:
    for index, entry in enumerate(form.count(path, fields, 25)):
        field = form.record((*path, index), entry)
        form.known((*path, index), field, {"name", "value", "inline"})
        for key, longest in (("name", 256), ("value", 1024)):
            form.text((*path, index, key), field.get(key), longest, shortest=1, required=True)


def _check_media(form: Form, path: Path, media: Any) -> None:
    if media is None:
        return
    record = form.record(path, media)
    form.known(path, record, MEDIA_KEYS)
    url = record.get("url")
    form.text((*path, "url"), url, 2048, shortest=1, required=True)
    form.scheme((*path, "url"), url, MEDIA_SCHEMES)


def urls(embeds: list[dict[str, Any]]) -> list[str]:
    """Every address of a picture that these embeds show."""
    media = [embed.get(key) for embed in embeds for key in ("image", "thumbnail")]
    media += [embed.get(key) for embed in embeds for key in ("footer", "author")]
    return [
        str(each[key]) for each in media if each for key in ("url", "icon_url") if each.get(key)
    ]


def rendered(
    embeds: list[dict[str, Any]], resolve: Callable[[str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Embeds as Discord answers them; `resolve` turns an address into a media object."""
    return [_rendered_one(embed, resolve) for embed in embeds]


def _rendered_one(
    embed: dict[str, Any], resolve: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    answer = {key: value for key, value in embed.items() if value is not None and key != "flags"}
    answer["type"] = "rich"
    for key in ("image", "thumbnail"):
        if key in answer:
            media = resolve(answer[key]["url"])
            answer[key] = {k: v for k, v in media.items() if v is not None and k in MEDIA_KEYS}
    for key in ("footer", "author"):
        if key in answer and answer[key].get("icon_url"):
            url = resolve(answer[key]["icon_url"])["url"]
            answer[key] = {**answer[key], "icon_url": url, "proxy_icon_url": url}
    if "fields" in answer:
        answer["fields"] = [{"inline": False, **field} for field in answer["fields"]]
    return answer
