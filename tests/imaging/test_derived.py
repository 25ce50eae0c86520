"""Images made from pictures: byte for byte those of the stock img2img pipeline."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from bot.imaging.sdxl.call import pipeline_for
from tests.imaging.test_bits import (
    LABELS,
    drawn_again,
    enlarged,
    order,
    pixels_of,
    pytestmark,  # noqa: F401 - the same warnings are foreign
)


def photo(size=(150, 100)):
    """A picture with edges and colours, of another shape than what is drawn."""
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    return Image.fromarray(np.stack([across, down, 255 - across], axis=-1).astype("uint8"))


def file_of(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


PHOTO = photo()
SHELF = {"photo": file_of(PHOTO)}


def derived(label="Euler", **changes):
    return order(label, **{"source": {"sha256": "photo"}, "strength": 0.6, **changes})


def stock_pixels(stock, recipe):
    """The stock pipeline's picture, as large as the engine's file shows it."""
    if not recipe.source_sha256:
        return enlarged(stock.draw(recipe), 4)
    image = ImageOps.fit(PHOTO, (recipe.width, recipe.height), Image.Resampling.LANCZOS)
    return enlarged(stock.draw_from(image, recipe), 4)


def draw(catalogue, *jobs):
    rendered = drawn_again(catalogue, *jobs, read_source=SHELF.__getitem__)
    return [pixels_of(one.pictures[0]) for one in rendered]


@pytest.mark.parametrize("label", LABELS)
def test_a_picture_alone_is_drawn_on_as_the_bare_library_does(label, catalogue, stock):
    recipes = [
        derived(label, guidance_scale=guidance, strength=strength, negative_prompt="blurry")
        for guidance, strength in [(3.5, 0.6), (1.0, 0.2), (3.5, 1.0)]
    ]
    [rendered] = drawn_again(catalogue, recipes, read_source=SHELF.__getitem__)
    for recipe, picture in zip(recipes, rendered.pictures, strict=True):
        assert (pixels_of(picture) == stock_pixels(stock, recipe)).all()


def test_words_and_pictures_in_flight_together_do_not_touch_each_other(catalogue, stock):
    jobs = [
        [recipe_of(label, seed=seed, guidance_scale=guidance, steps=2 + seed % 3)]
        for seed, (label, (guidance, recipe_of)) in enumerate(
            (label, kind) for label in LABELS for kind in ((1.0, order), (5.0, derived))
        )
    ]
    for [recipe], pixels in zip(jobs, draw(catalogue, *jobs), strict=True):
        assert (pixels == stock_pixels(stock, recipe)).all()


def test_tiling_takes_the_encoding_in_as_the_bare_library_does(catalogue, stock):
    recipe = derived(width=192, height=192, vae_tiling=True)
    vae = stock.pipeline.vae
    before = vae.tile_sample_min_size, vae.tile_latent_min_size
    vae.enable_tiling()
    vae.tile_sample_min_size, vae.tile_latent_min_size = 64, 8
    try:
        expected = stock_pixels(stock, recipe)
    finally:
        vae.disable_tiling()
        vae.tile_sample_min_size, vae.tile_latent_min_size = before
    [tiled, plain] = draw(catalogue, [recipe], [derived(width=192, height=192)])
    assert (tiled == expected).all()
    assert (plain != expected).any()


class Counted:
    """How often a stock pipeline goes through its UNet."""

    def __init__(self, pipeline):
        self.passes = 0
        self._handle = pipeline.unet.register_forward_hook(self._count)

    def _count(self, *_):
        self.passes += 1

    def close(self):
        self._handle.remove()


@pytest.mark.parametrize("label", LABELS)
def test_the_passes_of_a_recipe_are_those_of_the_stock_pipeline(label, stock):
    recipes = [order(label, steps=4), *(derived(label, steps=4, strength=s) for s in (0.3, 0.8))]
    for recipe in recipes:
        counted = Counted(stock.pipeline)
        stock_pixels(stock, recipe)
        counted.close()
        assert counted.passes == recipe.passes


@pytest.mark.parametrize("label", LABELS)
def test_the_schedules_length_is_what_a_recipe_counts_for_every_strength(label, stock):
    for steps in (1, 3, 10, 24, 50):
        for strength in (0.05, 0.29, 0.3, 0.5, 0.6, 0.95, 1.0):
            recipe = derived(label, steps=steps, strength=max(strength, 1 / steps))
            pipeline = pipeline_for(stock.pipeline, recipe)
            pipeline.scheduler.set_timesteps(steps)
            timesteps, _ = pipeline.get_timesteps(steps, recipe.strength, "cpu")
            assert len(timesteps) == recipe.passes
