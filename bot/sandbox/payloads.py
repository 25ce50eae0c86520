"""The rules of a message's payload: what each place accepts, and how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntFlag
from typing import Any

from bot.sandbox import components, embeds, rendering
from bot.sandbox.errors import ApiError
from bot.sandbox.form import Form

MOST_CONTENT = 2000
MOST_FILES = 10
MOST_REQUEST = 25 * 1024 * 1024
"""Bytes of a whole request."""


class Flag(IntFlag):
    """The flags of a message that the sandbox knows."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


NO_FLAGS = Flag(0)


class Place(Enum):
    """Where a message's payload may come from."""

    CHANNEL = "channel"
    CHANNEL_EDIT = "channel edit"
    CALLBACK = "callback"
    CALLBACK_EDIT = "callback edit"
    FOLLOWUP = "followup"
    WEBHOOK_EDIT = "webhook edit"


_COMMON = frozenset(
    {"content", "embeds", "allowed_mentions", "components", "attachments", "flags", "tts"}
)
"""`tts` is no key of an edit, but discord.py sends it as false."""
_NEW = _COMMON | {"poll"}
KEYS: Mapping[Place, frozenset[str]] = {
    Place.CHANNEL: _NEW | {"sticker_ids", "message_reference", "nonce", "enforce_nonce"},
    Place.CHANNEL_EDIT: _COMMON | {"sticker_ids"},
    Place.CALLBACK: _NEW,
    Place.CALLBACK_EDIT: _COMMON,
    Place.FOLLOWUP: _NEW | {"username", "avatar_url", "thread_name", "applied_tags"},
    Place.WEBHOOK_EDIT: _NEW,
}
EDITS = frozenset({Place.CHANNEL_EDIT, Place.CALLBACK_EDIT, Place.WEBHOOK_EDIT})
_SETTABLE = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request: the n of `files[n]`, its name and bytes."""

    index: int
    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Payload:
    """What a bot sends for a message: the JSON and the files beside it."""

    place: Place
    fields: Mapping[str, Any]
    uploads: tuple[Upload, ...] = ()

    @property
    def flags(self) -> Flag:
        """The flags asked for."""
        value = self.fields.get("flags")
        return Flag(value if isinstance(value, int) else 0)


def check_size(payload: Payload, limit: int) -> None:
    """Refuse files beyond the upload limit, in bytes, with 413 and 40005."""
    sizes = [len(upload.data) for upload in payload.uploads]
    if any(size > limit for size in sizes) or sum(sizes) > MOST_REQUEST:
        raise ApiError(40005)


def check(
    payload: Payload, *, flags: Flag, kept: Mapping[str, str],
    standing: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Raise `InvalidForm` with every fault of a message's payload.

    `flags` are those the message will have, `kept` its present files: name by id. What is
    `standing` in it stays beside what the payload names.
    """
    form, fields = Form(), payload.fields
    form.known((), fields, KEYS[payload.place])
    form.text(("content",), fields.get("content"), MOST_CONTENT)
    form.text(("nonce",), _nonce(fields), 25)
    new = bool(flags & Flag.COMPONENTS_V2)
    embeds.check(form, ("embeds",), fields.get("embeds"))
    components.check(form, ("components",), fields.get("components"), new=new)
    if new:
        _check_exclusive(form, {**(standing or {}), **fields})
    _check_flags(form, payload)
    _check_attachments(form, payload, kept)
    _check_references(form, payload, kept)
    _check_mentions(form, fields.get("allowed_mentions"))
    form.close()


def _nonce(fields: Mapping[str, Any]) -> str | None:
    value = fields.get("nonce")
    return None if value is None else str(value)


def _check_exclusive(form: Form, fields: Mapping[str, Any]) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if fields.get(key):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            form.add((key,), code, "The field cannot be used beside MessageFlags.IS_COMPONENTS_V2")


def _check_flags(form: Form, payload: Payload) -> None:
    allowed = _SETTABLE
    if payload.place in (Place.CALLBACK, Place.FOLLOWUP):
        allowed |= Flag.EPHEMERAL
    form.number(("flags",), payload.fields.get("flags"), 0, 2**31 - 1)
    if int(payload.flags) & ~int(allowed):
        form.add(("flags",), "MESSAGE_FLAGS_NOT_ALLOWED", "These flags cannot be set here.")


def _check_attachments(form: Form, payload: Payload, kept: Mapping[str, str]) -> None:
    entries = form.count(("attachments",), payload.fields.get("attachments"), MOST_FILES)
    indices = {str(upload.index) for upload in payload.uploads}
    for index, entry in enumerate(entries):
        place = ("attachments", index)
        record = form.record(place, entry)
        keys = {"id", "filename", "description", "title", "is_spoiler", *_ECHOED}
        form.known(place, record, keys)
        form.text((*place, "description"), record.get("description"), 1024)
        identity = str(record.get("id"))
        if identity not in indices and identity not in kept:
            message = "No file was uploaded, and none is kept, for this attachment."
            form.add((*place, "id"), "ATTACHMENT_NOT_FOUND", message)
    if len(payload.uploads) > MOST_FILES:
        form.add(("files",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")


_ECHOED = frozenset(
    {
        "size", "url", "proxy_url", "width", "height", "content_type", "ephemeral", "flags",
        "spoiler", "duration_secs", "waveform",
    }
)  # fmt: skip
"""What discord.py echoes of an attachment that an edit keeps."""


def _check_references(form: Form, payload: Payload, kept: Mapping[str, str]) -> None:
    """Every `attachment://name` must name a file that is uploaded now or kept."""
    names = set(file_names(payload)) | set(kept.values())
    shown = _safely(embeds.urls, payload.fields.get("embeds"))
    shown += _safely(rendering.urls, payload.fields.get("components"))
    for url in shown:
        name = str(url).removeprefix("attachment://")
        if str(url).startswith("attachment://") and name not in names:
            message = f"The referenced attachment {name} was not found."
            form.add(("attachments",), "REFERENCED_ATTACHMENT_NOT_FOUND", message)


def _safely(find: Any, entries: Any) -> list[str]:
    """The addresses in entries that may be malformed, whose faults are noted elsewhere."""
    try:
        return list(find(entries or []))
    except (AttributeError, KeyError, TypeError):
        return []


def file_names(payload: Payload) -> list[str]:
    """The names of the uploaded files, as the message will carry them."""
    return [clean(upload.filename) for upload in payload.uploads]


def clean(filename: str) -> str:
    """A file name as Discord stores it: no spaces and nothing but plain characters."""
    kept = "".join(each if each.isalnum() or each in "._-" else "_" for each in filename)
    return kept.lstrip(".") or "unknown"


def _check_mentions(form: Form, value: Any) -> None:
    if value is None:
        return
    path = ("allowed_mentions",)
    mentions = form.record(path, value)
    form.known(path, mentions, {"parse", "users", "roles", "replied_user"})
    parse = form.count((*path, "parse"), mentions.get("parse"), 3)
    for key in ("users", "roles"):
        listed = form.count((*path, key), mentions.get(key), 100)
        if listed and key in parse:
            message = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            form.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    if any(each not in ("users", "roles", "everyone") for each in parse):
        form.add((*path, "parse"), "BASE_TYPE_CHOICES", "Not one of users, roles, everyone.")
