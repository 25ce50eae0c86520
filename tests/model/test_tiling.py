"""How an enlargement is cut into tiles."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.model.tiling import Box, tiles

SIDES = st.sampled_from([64, 128, 1024])
LENGTHS = st.integers(8, 6144)


def test_tiles_are_spread_evenly_and_a_small_picture_is_one():
    assert [box.left for box in tiles(256, 128, 128, 16)] == [0, 64, 128]
    assert tiles(100, 60, 128, 16) == (Box(0, 0, 100, 60),)


@given(LENGTHS, LENGTHS, SIDES)
def test_tiles_cover_every_pixel_within_the_picture_and_overlap(width, height, side):
    overlap = side // 8
    boxes = tiles(width, height, side, overlap)
    lefts = sorted({box.left for box in boxes})
    tops = sorted({box.top for box in boxes})
    assert len(boxes) == len(lefts) * len(tops)
    assert len({(box.width, box.height) for box in boxes}) == 1
    for starts, length, tile in ((lefts, width, boxes[0].width), (tops, height, boxes[0].height)):
        assert starts[0] == 0
        assert starts[-1] + tile == length
        assert all(b - a <= tile - overlap for a, b in pairwise(starts))


@given(st.integers(1, 8), SIDES)
def test_no_more_tiles_are_drawn_than_are_needed(times, side):
    overlap = side // 8
    length = times * (side - overlap) + overlap
    assert len(tiles(length, side, side, overlap)) == times
