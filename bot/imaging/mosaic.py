"""A large picture that is drawn tile by tile, each blended over what lies under its edges."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from bot.imaging.painter import Pixels
from bot.model.tiling import Box

PREVIEW_SIDE = 512


class Mosaic:
    """Begins as the enlargement; a finished tile fades in over its left and top overlap."""

    def __init__(self, enlargement: Pixels, boxes: Sequence[Box], overlap: int) -> None:
        size = (enlargement.width, enlargement.height)
        self._enlargement = Image.frombytes("RGB", size, enlargement.rgb)
        self._picture = self._enlargement.copy()
        self._overlap = overlap
        self.boxes = boxes

    def tile(self, box: Box) -> Pixels:
        """What a tile begins with: its part of the enlargement, whatever was drawn beside it."""
        part = self._enlargement.crop(
            (box.left, box.top, box.left + box.width, box.top + box.height)
        )
        return Pixels(box.width, box.height, part.tobytes())

    def put(self, box: Box, drawn: Pixels) -> None:
        """Blend a finished tile in."""
        tile = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.rgb)
        mask = Image.fromarray(
            np.minimum.outer(self._fade(box.top, box.height), self._fade(box.left, box.width))
        )
        self._picture.paste(tile, (box.left, box.top), mask)

    def pixels(self) -> Pixels:
        """The picture as it stands."""
        return _pixels(self._picture)

    def preview(self) -> Pixels:
        """The picture as it stands, reduced."""
        small = self._picture.copy()
        small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        return _pixels(small)

    def _fade(self, start: int, length: int) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
        """How much of the tile is seen along one side: from nothing to all over the overlap."""
        shares = np.full(length, 255.0)
        if start > 0:
            shares[: self._overlap] = 255 * (np.arange(self._overlap) + 1) / (self._overlap + 1)
        return shares.round().astype(np.uint8)


def _pixels(image: Image.Image) -> Pixels:
    return Pixels(image.width, image.height, image.tobytes())
