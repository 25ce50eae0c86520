"""Pictures to begin with, read from strangers' files: what is accepted, and how it is cut to size.

A file is PNG, JPEG or WebP by its first bytes, whatever it is called. Its sides are read from its
header before anything is decoded. What is drawn from is its first frame, turned as its EXIF data
says, laid on white where it is transparent, and brought to the recipe's size by
`PIL.ImageOps.fit`: cut round its centre to the shape, then resized by Lanczos.
"""

import io
import struct
from collections.abc import Callable, Iterator, Mapping

from PIL import Image, ImageOps

from bot.imaging.painter import Pixels
from bot.model.errors import NotAPicture, PictureTooLarge, Refused, StorageError
from bot.model.request import SOURCE_BYTES, SOURCE_SIDE

FORMATS = ("PNG", "JPEG", "WebP")
MOST_SCANS = 100
"""Of a JPEG: each is decoded over the whole picture, however few bytes it has."""

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_BACKGROUND = (255, 255, 255, 255)

Size = tuple[int, int]


def sides_of(file: bytes) -> Size:
    """Width and height of a stranger's picture; raises NotAPicture or PictureTooLarge.

    Only here are its bytes counted: the bot's own pictures, which are drawn from too, may have
    more of them than a stranger's file.
    """
    if len(file) > SOURCE_BYTES:
        raise PictureTooLarge("bytes", SOURCE_BYTES)
    return _opened(file).size


def fitted(file: bytes, width: int, height: int) -> Pixels:
    """The picture in a file, cut and resized; raises NotAPicture or PictureTooLarge."""
    image = ImageOps.fit(_opened(file), (width, height), Image.Resampling.LANCZOS)
    return Pixels(width, height, image.tobytes())


def nowhere(sha256: str) -> bytes:
    """The files of an engine that was given none."""
    raise StorageError(f"There is no picture {sha256} to begin with.", "Ask for it again.")


def _opened(file: bytes) -> Image.Image:
    """The first frame in red, green and blue, upright and without transparency."""
    kind, size = _kind_and_size(file)
    _check_sides(size)
    if kind == "JPEG" and file.count(b"\xff\xda") > MOST_SCANS:
        raise NotAPicture(FORMATS, "the JPEG has too many scans")
    try:
        with Image.open(io.BytesIO(file), formats=[kind]) as image:
            _check_sides(image.size)
            return _flattened(ImageOps.exif_transpose(image))
    except Refused:
        raise
    except Exception as error:  # whatever a decoder makes of a stranger's bytes
        raise NotAPicture(FORMATS, f"the {kind} is damaged: {error}") from error


def _check_sides(size: Size) -> None:
    if max(size) > SOURCE_SIDE:
        raise PictureTooLarge("pixels", SOURCE_SIDE)
    if min(size) < 1:
        raise NotAPicture(FORMATS, "it has no pixels")


def _flattened(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey, which convert() would clip
        return image.point(lambda grey: grey / 256).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, _BACKGROUND), image).convert("RGB")


def _kind_and_size(file: bytes) -> tuple[str, Size]:
    """The format by its first bytes, and the sides by its header; raises NotAPicture."""
    try:
        for kind, size_of in _READERS.items():
            if size := size_of(file):
                return kind, size
    except (struct.error, StopIteration) as error:
        raise NotAPicture(FORMATS, "its header is damaged") from error
    raise NotAPicture(FORMATS)


def _png_size(file: bytes) -> Size | None:
    if not file.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = struct.unpack(">II", file[16:24])
    return width, height


def _jpeg_size(file: bytes) -> Size | None:
    if not file.startswith(b"\xff\xd8\xff"):
        return None
    at = next(place for marker, place in _jpeg_segments(file) if marker in _FRAME_HEADERS)
    height, width = struct.unpack(">HH", file[at + 3 : at + 7])
    return width, height


def _jpeg_segments(file: bytes) -> Iterator[tuple[int, int]]:
    """Each segment's marker and where its length stands."""
    at = 2
    while at < len(file):
        filler, marker = struct.unpack(">BB", file[at : at + 2])
        if filler != 0xFF:
            return
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            yield marker, at + 2
            (length,) = struct.unpack(">H", file[at + 2 : at + 4])
            at += 2 + length


def _webp_size(file: bytes) -> Size | None:
    if file[:4] != b"RIFF" or file[8:12] != b"WEBP":
        return None
    kind, body = file[12:16], file[20:30]
    if kind == b"VP8X":
        return _little(body[4:7]) + 1, _little(body[7:10]) + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _little(three_bytes: bytes) -> int:
    return int.from_bytes(three_bytes, "little")


_READERS: Mapping[str, Callable[[bytes], Size | None]] = {
    "PNG": _png_size,
    "JPEG": _jpeg_size,
    "WEBP": _webp_size,
}
