"""Strangers' pictures: what is accepted, what is refused before it can do harm."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.imaging.painter import Pixels
from bot.imaging.png import encode
from bot.imaging.sources import fitted, nowhere, sides_of
from bot.model.errors import NotAPicture, PictureTooLarge, StorageError
from bot.model.request import SOURCE_BYTES, SOURCE_SIDE
from tests.imaging.conftest import levels
from tests.imaging.scripted import recipe

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def written(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(width=60, height=40):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width, height, idat):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", idat) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def webp_of(width, height):
    flags = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + flags
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_of(width, height):
    whole = written(halves(), "JPEG")
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0"}),
    ],
)
def test_png_jpeg_and_webp_are_read_whatever_the_file_is_called(kind, options):
    file = written(halves(), kind, **options)
    assert sides_of(file) == (60, 40)
    assert np.abs(levels(fitted(file, 60, 40)).astype(int)[20, 10] - RED).max() < 10


@pytest.mark.parametrize(
    "file",
    [
        written(halves(), "GIF"),
        written(halves(), "TIFF"),
        written(halves(), "BMP"),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ",
        b"",
    ],
)
def test_any_other_format_is_refused(file):
    with pytest.raises(NotAPicture) as refused:
        sides_of(file)
    assert refused.value.damage == ""


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (8, 8), (255, 0, 0, 0)), WHITE),
        (Image.new("RGBA", (8, 8), (255, 0, 0, 255)), RED),
        (Image.new("LA", (8, 8), (0, 0)), WHITE),
        (Image.new("L", (8, 8), 128), (128,) * 3),
        (Image.new("1", (8, 8), 1), WHITE),
        (Image.fromarray(np.full((8, 8), 0x8080, np.uint16)), (128,) * 3),
        (Image.new("RGB", (8, 8), RED).quantize(4), RED),
    ],
)
def test_transparency_lies_on_white_and_every_mode_becomes_colour(image, expected):
    pixels = levels(fitted(written(image), 8, 8))
    assert (pixels == expected).all()


def test_a_colour_that_stands_for_transparency_lies_on_white_too():
    file = written(halves(), transparency=RED)
    assert tuple(levels(fitted(file, 60, 40))[20, 10]) == WHITE


def test_a_photo_is_turned_as_its_exif_data_says():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    file = written(halves(), "JPEG", exif=exif, quality=95)
    assert sides_of(file) == (40, 60)
    pixels = levels(fitted(file, 40, 60)).astype(int)
    assert np.abs(pixels[10, 20] - RED).max() < 12
    assert np.abs(pixels[50, 20] - BLUE).max() < 12


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_counts(kind):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    file = written(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert tuple(levels(fitted(file, 16, 16))[8, 8]) == RED


def test_a_picture_of_another_shape_is_cut_round_its_centre():
    image = Image.new("RGB", (300, 100), BLUE)
    image.paste(RED, (100, 0, 200, 100))
    pixels = levels(fitted(written(image), 50, 50)).astype(int)
    assert (pixels[:, 5:45] == RED).all()
    assert (pixels[:, :, 0] > 230).all()


@pytest.mark.parametrize("build", [webp_of, jpeg_of, lambda w, h: png_of(w, h, b"")])
@pytest.mark.parametrize("sides", [(SOURCE_SIDE + 1, 10), (10, 16000), (16383, 16383)])
def test_too_many_pixels_a_side_are_refused_by_the_header_alone(build, sides):
    tracemalloc.start()
    with pytest.raises(PictureTooLarge) as refused:
        sides_of(build(*sides))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.measure == "pixels"
    assert peak < 2**20


def test_a_few_bytes_that_unfold_to_gigabytes_stay_folded():
    bomb = png_of(30_000, 30_000, zlib.compress(bytes(10**7)))
    with pytest.raises(PictureTooLarge):
        sides_of(bomb)


def test_too_many_bytes_are_refused():
    with pytest.raises(PictureTooLarge) as refused:
        sides_of(written(halves()) + bytes(SOURCE_BYTES))
    assert refused.value.measure == "bytes"


def test_a_picture_of_the_bot_s_own_is_drawn_from_however_many_bytes_it_has():
    noise = Pixels(2048, 2048, np.random.default_rng(1).bytes(2048 * 2048 * 3))
    file = encode(noise, recipe())
    assert len(file) > SOURCE_BYTES
    assert fitted(file, 2048, 2048) == noise


def test_a_jpeg_of_endless_scans_is_refused():
    file = written(halves(), "JPEG", progressive=True)
    at = file.rindex(b"\xff\xda")
    with pytest.raises(NotAPicture, match="scans"):
        sides_of(file[:at] + file[at:-2] * 200 + file[-2:])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_file_that_is_cut_short_is_refused(kind, share):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
    file = written(noise, kind)
    with pytest.raises(NotAPicture):
        sides_of(file[: int(len(file) * share)])


FILES = [written(halves(), kind) for kind in ("PNG", "JPEG", "WEBP")]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of what it makes of damage
@given(st.sampled_from(FILES), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255))))
def test_whatever_a_file_holds_it_is_a_picture_or_refused(file, damage):
    damaged = bytearray(file)
    for place, value in damage:
        damaged[int(place * len(damaged))] = value
    try:
        width, height = sides_of(bytes(damaged))
    except (NotAPicture, PictureTooLarge):
        return
    assert 1 <= max(width, height) <= SOURCE_SIDE


@given(st.binary(max_size=64), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]))
def test_whatever_follows_the_first_bytes_is_no_crash(rest, beginning):
    with pytest.raises((NotAPicture, PictureTooLarge)):
        sides_of(beginning + rest)


def test_an_engine_without_a_shelf_says_so():
    with pytest.raises(StorageError):
        nowhere("0" * 64)
