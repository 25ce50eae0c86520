"""How a large picture is cut into tiles that a checkpoint can draw, each of its native size."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels."""

    left: int
    top: int
    width: int
    height: int


def tiles(width: int, height: int, side: int, overlap: int) -> tuple[Box, ...]:
    """Boxes of `side` pixels a side at most that cover a picture, row by row.

    They are spread evenly, and neighbours share `overlap` pixels at least.
    """
    across, down = min(side, width), min(side, height)
    return tuple(
        Box(left, top, across, down)
        for top in _starts(height, down, overlap)
        for left in _starts(width, across, overlap)
    )


def _starts(length: int, side: int, overlap: int) -> list[int]:
    if length <= side:
        return [0]
    count = ceil((length - overlap) / (side - overlap))
    return [round(number * (length - side) / (count - 1)) for number in range(count)]
