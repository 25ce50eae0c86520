"""Reads what an uploaded picture is from its first bytes, without decoding it."""

import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

TYPES_BY_SUFFIX = {
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".safetensors": "application/octet-stream",
}


@dataclass(frozen=True, slots=True)
class Media:
    """A file's media type and, for pictures, its size in pixels."""

    content_type: str | None
    width: int | None = None
    height: int | None = None


def look(filename: str, data: bytes) -> Media:
    """What the file is: by its bytes for pictures, by its name otherwise."""
    try:
        picture = _png(data) or _jpeg(data) or _webp(data) or _gif(data)
    except (struct.error, IndexError):
        picture = None
    if picture is not None:
        return picture
    return Media(TYPES_BY_SUFFIX.get(PurePosixPath(filename).suffix.lower()))


def _png(data: bytes) -> Media | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = struct.unpack(">II", data[16:24])
    return Media("image/png", width, height)


def _gif(data: bytes) -> Media | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = struct.unpack("<HH", data[6:10])
    return Media("image/gif", width, height)


def _jpeg(data: bytes) -> Media | None:
    """Walk the segments to the frame header, which carries the size."""
    if not data.startswith(b"\xff\xd8"):
        return None
    place = 2
    while place < len(data):
        marker, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return Media("image/jpeg", width, height)
        place += 2 + length
    return Media("image/jpeg")


def _webp(data: bytes) -> Media | None:
    """The three WebP layouts keep the size in three ways (RFC 9649)."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        return Media("image/webp", width, int.from_bytes(data[27:30], "little") + 1)
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Media("image/webp", (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", data[26:30])
    return Media("image/webp", width & 0x3FFF, height & 0x3FFF)
