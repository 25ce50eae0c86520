"""Pictures made to fit an upload limit, and what is kept of them."""

import asyncio
import io
import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import IFD, Base

from bot.imaging.fitting import Fitter, fitted_together, raw_of
from bot.imaging.painter import Pixels
from bot.imaging.png import encode, parameters
from bot.model.errors import FittingFailed
from bot.model.picture import Picture
from tests.fakes import recipe

SIGNATURES = {"PNG": b"\x89PNG", "WebP": b"RIFF", "JPEG": b"\xff\xd8\xff"}
KINDS = {"PNG": "PNG", "WebP": "WEBP", "JPEG": "JPEG"}


def noise(width, height, grain=64, seed=0):
    """A picture that no format packs well; the more grain, the worse."""
    levels = np.random.default_rng(seed).integers(0, max(1, grain), (height, width, 3))
    rgb = levels.astype(np.uint8).tobytes()
    made = replace(recipe(), prompt="a “fish”, 魚", width=width, height=height)
    return Picture(encode(Pixels(width, height, rgb), made), made)


def fitted(picture, limit):
    (file,) = fitted_together([raw_of(picture)], limit, limit)
    return file


def opened(file):
    with Image.open(io.BytesIO(file.data)) as image:
        image.load()
        return image


@given(
    width=st.integers(64, 300),
    height=st.integers(64, 300),
    grain=st.integers(1, 256),
    share=st.floats(0.02, 1.2),
)
def test_a_file_is_within_its_limit_and_opens_with_its_size(width, height, grain, share):
    picture = noise(width, height, grain)
    limit = max(6000, int(share * len(picture.png)))
    file = fitted(picture, limit)
    assert len(file.data) <= limit
    assert file.data.startswith(SIGNATURES[file.kind])
    image = opened(file)
    assert image.format == KINDS[file.kind]
    smaller = image.width < width and image.height < height
    assert image.size == (width, height) or (file.reduced and smaller)


def test_a_png_that_fits_is_left_as_it_is():
    picture = noise(64, 64)
    file = fitted(picture, len(picture.png))
    assert (file.data, file.kind, file.suffix) == (picture.png, "PNG", ".png")


def test_a_png_that_is_a_little_too_large_loses_no_pixel_as_webp():
    picture = noise(128, 128)
    file = fitted(picture, len(picture.png) - 1)
    assert (file.kind, file.suffix) == ("WebP", ".webp")
    with Image.open(io.BytesIO(picture.png)) as png:
        assert opened(file).convert("RGB").tobytes() == png.convert("RGB").tobytes()


def test_a_png_that_is_far_too_large_becomes_the_best_jpeg_that_fits():
    picture = noise(256, 256, grain=256)
    generous, narrow = (fitted(picture, len(picture.png) // part) for part in (2, 4))
    assert generous.kind == narrow.kind == "JPEG"
    assert generous.suffix == ".jpg"
    assert len(generous.data) > len(narrow.data)
    assert opened(narrow).size == (256, 256)


def test_a_file_that_cannot_fit_is_the_smallest_there_is():
    file = fitted(noise(256, 256), 1)
    assert file.reduced
    assert max(opened(file).size) < 32


@pytest.mark.parametrize("part", [1.01, 4])
def test_the_recipe_and_the_ai_mark_travel_along(part):
    picture = noise(256, 256, grain=100)
    file = fitted(picture, int(len(picture.png) / part))
    assert file.kind == ("JPEG" if part == 4 else "WebP")
    image = opened(file)
    exif = image.getexif()
    assert json.loads(_utf8(exif[Base.ImageDescription])) == json.loads(picture.recipe.to_json())
    comment = exif.get_ifd(IFD.Exif)[Base.UserComment]
    assert comment == b"UNICODE\0" + parameters(picture.recipe).encode("utf-16-be")
    assert b"trainedAlgorithmicMedia" in image.info["xmp"]


def _utf8(text):
    """Text of an EXIF field, which Pillow reads byte by byte."""
    return text.encode("latin-1").decode()


def test_a_recipe_longer_than_a_jpeg_holds_is_left_out():
    picture = noise(256, 256)
    wordy = replace(picture, recipe=replace(picture.recipe, prompt="x" * 70_000))
    file = fitted(wordy, len(picture.png) // 3)
    assert file.kind == "JPEG"
    assert not opened(file).getexif()


async def test_the_files_of_a_message_share_its_room_and_keep_their_order():
    small, large = noise(64, 64), [noise(200, 200, 256, seed) for seed in (1, 2)]
    room = len(small.png) + len(large[0].png)
    files = await Fitter(room)([large[0], small, large[1]], 10 * room)
    assert sum(len(file.data) for file in files) <= room
    assert files[1].data == small.png
    assert [opened(file).size for file in files] == [(200, 200), (64, 64), (200, 200)]
    assert all(file.kind != "PNG" for file in (files[0], files[2]))


async def test_what_fits_waits_for_no_other_message():
    fitter, small, large = Fitter(), noise(64, 64), noise(1024, 1024, 256)
    slow = asyncio.create_task(fitter([large], len(large.png) // 3))
    await asyncio.sleep(0)
    assert (await fitter([small], len(small.png)))[0].data == small.png
    assert not slow.done()
    assert (await slow)[0].kind == "JPEG"


def fall(*_):
    """Kill the process that fits."""
    os.kill(os.getpid(), signal.SIGKILL)


async def test_a_picture_that_kills_its_encoder_spares_the_bot_and_the_pictures_after_it():
    picture = noise(64, 64)
    with pytest.raises(FittingFailed):
        await Fitter(fit=fall)([picture], len(picture.png) - 1)
    assert (await Fitter()([picture], len(picture.png) - 1))[0].kind == "WebP"


async def test_no_pictures_are_no_files():
    assert await Fitter()([], 1000) == ()
