"""A message as its reader sees it, read from Discord's JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.components import INTERACTIVE, Kind, walk
from bot.sandbox.payloads import Flag

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message, attached or shown by an embed or a component."""

    id: int
    filename: str
    url: str
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a message; `json` is what Discord answers for it."""

    json: Json

    @property
    def id(self) -> int:
        """The message's id."""
        return int(self.json["id"])

    @property
    def channel_id(self) -> int:
        """The channel's id."""
        return int(self.json["channel_id"])

    @property
    def author_id(self) -> int:
        """The author's id."""
        return int(self.json["author"]["id"])

    @property
    def content(self) -> str:
        """The plain content."""
        return str(self.json["content"])

    @property
    def embeds(self) -> list[Json]:
        """The embeds."""
        return list(self.json["embeds"])

    @property
    def components(self) -> list[Json]:
        """The components, rows or version two."""
        return list(self.json["components"])

    @property
    def flags(self) -> Flag:
        """The message's flags."""
        return Flag(self.json["flags"])

    @property
    def thinking(self) -> bool:
        """Whether it only says that the bot is thinking."""
        return bool(self.flags & Flag.LOADING)

    @property
    def ephemeral(self) -> bool:
        """Whether only the one who asked sees it."""
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def edited(self) -> bool:
        """Whether it says "(edited)"."""
        return self.json["edited_timestamp"] is not None

    @property
    def mentioned(self) -> list[int]:
        """The ids of the users it pings."""
        return [int(each["id"]) for each in self.json["mentions"]]

    @property
    def text(self) -> str:
        """All its words: content, embeds and text components, a line each."""
        parts: list[str | None] = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title"), embed.get("description")]
            for field in embed.get("fields", []):
                parts += [f"{field['name']}: {field['value']}"]
            parts.append(embed.get("footer", {}).get("text"))
        parts += [each["content"] for each in walk(self.components) if each["type"] == Kind.TEXT]
        return "\n".join(part for part in parts if part)

    @property
    def files(self) -> list[File]:
        """Every file of its own, attached or shown."""
        return list(_files(self.json))

    def controls(self) -> list[Json]:
        """Its buttons and select menus."""
        return [each for each in walk(self.components) if each["type"] in INTERACTIVE]

    def control(self, name: str) -> Json:
        """A control by its custom id or its label; `LookupError` where there is none."""
        for key in ("custom_id", "label"):
            for each in self.controls():
                if name == each.get(key):
                    return each
        names = [each.get("label") or each.get("custom_id") for each in self.controls()]
        raise LookupError(f"no control is called {name!r}; there are {names}")


def _files(message: Json) -> Iterator[File]:
    for each in message["attachments"]:
        yield _file(each["id"], each)
    for embed in message["embeds"]:
        for key in ("image", "thumbnail"):
            media = embed.get(key, {})
            if "/attachments/" in media.get("url", ""):
                yield _file(media["url"].split("/")[-2], media)
    for component in walk(message["components"]):
        shown = [*component.get("items", []), component]
        for item in shown:
            media = item.get("media") or item.get("file")
            if media and "attachment_id" in media:
                yield _file(
                    media["attachment_id"], media | {"description": item.get("description")}
                )


def _file(identity: str, media: Json) -> File:
    url = str(media["url"])
    return File(
        id=int(identity),
        filename=media.get("filename") or url.split("?")[0].rsplit("/", 1)[-1],
        url=url,
        content_type=media.get("content_type"),
        width=media.get("width"),
        height=media.get("height"),
        description=media.get("description"),
    )
