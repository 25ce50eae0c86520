"""Pictures made to fit an upload limit: as they are, else as lossless WebP, else as JPEG.

A JPEG loses quality step by step, and only when the least is still too large, pixels as well.
The recipe and the AI mark travel along: EXIF holds the recipe's JSON as `ImageDescription` and
the AUTOMATIC1111 web UI's text as `UserComment`, XMP the mark.

It is done in a process of its own. Pillow's encoders are C and take many times a picture's size:
what ends that process, be it a picture or a computer without memory, leaves the bot as it is.
"""

import asyncio
import io
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from PIL import Image
from PIL.ExifTags import IFD, Base

from bot.imaging.png import AI_MARK, parameters
from bot.model.errors import FittingFailed
from bot.model.picture import FittedFile, Picture
from bot.model.recipe import Recipe

MOST_TOGETHER = 24 * 2**20
"""Bytes of all files of a message: Discord takes 25 MiB with everything around them."""
LOSSLESS_GAIN = 2
"""How many times too large a PNG may be for lossless WebP to be worth its seconds."""
JPEG_STEPS = ((97, 0), (95, 0), (90, 0), (90, 2), (80, 2), (65, 2), (50, 2))
"""Quality and how often colour is halved, best first."""
SHRINK = 0.8
SMALLEST_SIDE = 16
PROCESSES = 2
"""The second one is for what was no fault of the pictures'."""
EXPENDABLE = "1000"
"""What Linux ends first where memory runs out."""
LARGEST_EXIF = 65_000
"""Bytes: a segment of a JPEG holds no more."""

Raw = tuple[bytes, bytes]
"""A PNG, and the EXIF of what it becomes."""
Fit = Callable[[Sequence[Raw], int, int], tuple[FittedFile, ...]]
"""Files within so many bytes each, and so many together."""


class Fitter:
    """Fits the files of one message after the other, in a process for each message."""

    def __init__(self, most_together: int = MOST_TOGETHER, fit: Fit | None = None) -> None:
        self._most_together = most_together
        self._fit = fit or fitted_together
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, pictures: Sequence[Picture], limit: int) -> tuple[FittedFile, ...]:
        """Each picture within `limit` bytes, all of them together within one message.

        Raises FittingFailed.
        """
        sizes = [len(picture.png) for picture in pictures]
        if max(sizes, default=0) <= limit and sum(sizes) <= self._most_together:
            return tuple(FittedFile(picture.png) for picture in pictures)
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._apart, pictures, limit)

    def _apart(self, pictures: Sequence[Picture], limit: int) -> tuple[FittedFile, ...]:
        """In a process of its own, and once more in another one."""
        raw = [raw_of(picture) for picture in pictures]
        for _ in range(PROCESSES):
            with (
                suppress(BrokenProcessPool),
                ProcessPoolExecutor(
                    1, mp_context=get_context("spawn"), initializer=_be_expendable
                ) as pool,
            ):
                return pool.submit(self._fit, raw, limit, self._most_together).result()
        raise FittingFailed(f"{PROCESSES} processes that were to make it smaller have ended")


def fitted_together(raw: Sequence[Raw], limit: int, room: int) -> tuple[FittedFile, ...]:
    """The smallest first, so that what it leaves of its share is the others' to use."""
    files: dict[int, FittedFile] = {}
    for index in sorted(range(len(raw)), key=lambda one: len(raw[one][0])):
        share = room // (len(raw) - len(files))
        files[index] = _best(raw[index], min(limit, share))
        room -= len(files[index].data)
    return tuple(files[index] for index in range(len(raw)))


def _be_expendable() -> None:
    # Ctrl-C is heard by the bot, which may wait for this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # Linux alone has it
        Path("/proc/self/oom_score_adj").write_text(EXPENDABLE, encoding="ascii")


def raw_of(picture: Picture) -> Raw:
    """What its files are made from."""
    return picture.png, _exif(picture.recipe)


def _best(raw: Raw, limit: int) -> FittedFile:
    """The best file within `limit` bytes; the smallest there is if none is."""
    file = FittedFile(raw[0])
    for file in _attempts(raw, limit):
        if len(file.data) <= limit:
            break
    return file


def _attempts(raw: Raw, limit: int) -> Iterator[FittedFile]:
    """What to try in order; nothing is opened before the PNG has turned out to be too large."""
    png, exif = raw
    yield FittedFile(png)
    with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
        image = opened.convert("RGB")
    if len(png) <= LOSSLESS_GAIN * limit:
        yield _webp(image, exif)
    for quality, subsampling in JPEG_STEPS:
        yield _jpeg(image, exif, quality, subsampling)
    for smaller in _shrinking(image):
        yield _jpeg(smaller, exif, *JPEG_STEPS[-1], reduced=True)


def _shrinking(image: Image.Image) -> Iterator[Image.Image]:
    """Smaller and smaller, each from the whole picture."""
    scale = SHRINK
    while min(image.size) * scale >= SMALLEST_SIDE:
        width, height = (round(side * scale) for side in image.size)
        yield image.resize((width, height), Image.Resampling.LANCZOS)
        scale *= SHRINK


def _webp(image: Image.Image, exif: bytes) -> FittedFile:
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=True, method=2, quality=20, exif=exif, xmp=AI_MARK.encode())
    return FittedFile(file.getvalue(), "WebP")


def _jpeg(
    image: Image.Image, exif: bytes, quality: int, subsampling: int, *, reduced: bool = False
) -> FittedFile:
    file = io.BytesIO()
    image.save(
        file, "JPEG", quality=quality, subsampling=subsampling, exif=exif, xmp=AI_MARK.encode()
    )
    return FittedFile(file.getvalue(), "JPEG", reduced)


def _exif(recipe: Recipe) -> bytes:
    """The recipe in both forms; nothing where they are longer than a JPEG can hold."""
    exif = Image.Exif()
    exif[Base.ImageDescription] = recipe.to_json().encode()
    exif.get_ifd(IFD.Exif)[Base.UserComment] = b"UNICODE\0" + parameters(recipe).encode("utf-16-be")
    written = exif.tobytes()
    return written if len(written) <= LARGEST_EXIF else b""
