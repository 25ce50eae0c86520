"""Images made from pictures: byte for byte those of the stock img2img pipeline."""

import asyncio
import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from bot.imaging.engine import Engine
from bot.imaging.executor import Tuning
from bot.imaging.sdxl import painter_factory
from bot.imaging.sdxl.call import pipeline_for
from bot.imaging.sdxl.derived import slerp
from bot.model.picture import Work
from tests.imaging.test_bits import (
    LABELS,
    drawn_again,
    enlarged,
    order,
    pixels_of,
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
    whole = derived(width=192, height=192)
    [tiled, *plain] = draw(catalogue, [recipe], [whole], [replace(whole, steps=2)])
    assert (tiled == expected).all()
    assert (plain[0] != expected).any()
    assert (plain[0] == stock_pixels(stock, whole)).all()
    assert (plain[1] == stock_pixels(stock, replace(whole, steps=2))).all()


recipes = st.builds(
    derived,
    st.sampled_from(LABELS),
    prompt=st.sampled_from(["a red fish", "", "日本 🐎 ümlaut"]),
    negative_prompt=st.sampled_from(["", "blurry"]),
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(2, 5),
    strength=st.floats(0.5, 1.0),
    guidance_scale=st.sampled_from([0.0, 1.0, 7.0]),
    width=st.sampled_from([64, 128, 136]),
    height=st.sampled_from([64, 128]),
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(recipes, min_size=1, max_size=3))
def test_any_recipes_with_a_picture_are_drawn_as_the_bare_library_draws_each(
    catalogue, stock, jobs
):
    for recipe, pixels in zip(jobs, draw(catalogue, *([one] for one in jobs)), strict=True):
        assert (pixels == stock_pixels(stock, recipe)).all()


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


def varied(recipe, amount, seed=99, **more):
    return replace(recipe, variation={"seed": seed, "amount": amount, **more})


@pytest.mark.parametrize("beginning", [order, derived])
def test_a_variation_by_nothing_is_the_image_that_it_varies(beginning, catalogue, stock):
    recipes = [beginning(label, steps=3) for label in LABELS]
    [rendered] = drawn_again(
        catalogue, [varied(one, 0.0) for one in recipes], read_source=SHELF.__getitem__
    )
    for recipe, picture in zip(recipes, rendered.pictures, strict=True):
        assert (pixels_of(picture) == stock_pixels(stock, recipe)).all()


def test_a_variation_is_the_stock_call_with_mixed_noise(catalogue, stock):
    recipe = varied(order("Euler a"), 0.45)
    generator = torch.Generator("cpu").manual_seed(recipe.seed)
    own = torch.randn(1, 4, 16, 16, generator=generator)
    other = torch.randn(1, 4, 16, 16, generator=torch.Generator("cpu").manual_seed(99))
    latents = slerp(own, other, 0.45)
    expected = stock.draw(recipe, latents=latents, generator=generator)
    [pixels] = draw(catalogue, [recipe])
    assert (pixels == enlarged(expected, 4)).all()


def test_the_further_a_variation_goes_the_less_is_left_of_the_image(catalogue):
    base = order(steps=8)
    amounts = (0.0, 0.15, 0.45, 1.0)
    [rendered] = drawn_again(catalogue, [varied(base, amount) for amount in amounts])
    first, *others = (pixels_of(one).astype(float) for one in rendered.pictures)
    away = [np.abs(other - first).mean() for other in others]
    assert 0 < away[0] < away[1] < away[2]
    [alone] = drawn_again(catalogue, [replace(base, seed=99)])
    assert (pixels_of(rendered.pictures[-1]) == pixels_of(alone.pictures[0])).all()


def test_a_variation_of_a_variation_begins_where_that_one_began(catalogue):
    base = order(steps=3)
    first = varied(base, 0.15, seed=5)
    second = varied(base, 0.0, seed=6, of=dict(first.variation))
    [one, other] = draw(catalogue, [first], [second])
    assert (one == other).all()


@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_mixed_noise_is_as_loud_as_noise(amount, seed):
    generator = torch.Generator("cpu").manual_seed(seed)
    one, other = (torch.randn(1, 4, 16, 16, generator=generator) for _ in range(2))
    assert slerp(one, other, amount).std().item() == pytest.approx(1.0, abs=0.12)
    assert (slerp(one, one, amount) == one).all()


def upscaled(**changes):
    upscale = {"factor": 2, "tile": 128, "overlap": 16, "prompt": ""}
    size = {"width": 256, "height": 192, "strength": 0.3, "steps": 7, "guidance_scale": 1.0}
    return derived(**{"upscale": upscale, **size, **changes})


def test_an_upscaled_picture_is_stock_calls_blended(catalogue, stock):
    recipe = upscaled()
    whole = ImageOps.fit(PHOTO, (256, 192), Image.Resampling.LANCZOS)
    expected = np.asarray(whole).astype(float)
    boxes = [(left, top) for top in (0, 64) for left in (0, 64, 128)]
    for number, (left, top) in enumerate(boxes):
        tile = replace(recipe, prompt="", seed=7 + number, width=128, height=128, upscale=None)
        part = whole.crop((left, top, left + 128, top + 128))
        drawn = stock.draw_from(part, tile).astype(float)
        ramp = np.minimum((np.arange(128) + 1) / 17, 1.0)
        seen = np.minimum.outer(ramp if top else np.ones(128), ramp if left else np.ones(128))
        seen = (255 * seen).round()[:, :, None] / 255
        under = expected[top : top + 128, left : left + 128]
        expected[top : top + 128, left : left + 128] = np.round(under * (1 - seen) + drawn * seen)
    [pixels] = draw(catalogue, [recipe])
    assert np.abs(pixels - enlarged(expected.astype("uint8"), 4).astype(float)).max() <= 3


def test_the_first_tile_is_a_stock_call_byte_for_byte_and_tiles_share_the_thread(catalogue, stock):
    recipe, beside = upscaled(display_scale=1), order("Heun")
    [pixels, words] = draw(catalogue, [recipe], [beside])
    again, _ = draw(catalogue, [recipe], [order("LCM")])
    part = ImageOps.fit(PHOTO, (256, 192), Image.Resampling.LANCZOS).crop((0, 0, 128, 128))
    tile = stock.draw_from(part, replace(recipe, prompt="", width=128, height=128))
    corner = enlarged(tile, 4)[: 4 * 60, : 4 * 60]
    assert (pixels[: 4 * 60, : 4 * 60] == corner).all()
    assert (pixels == again).all()
    assert (words == stock_pixels(stock, beside)).all()


def test_progress_counts_the_steps_of_all_tiles_and_previews_show_the_whole(catalogue):
    recipe, steps, previews = upscaled(), [], []

    async def draw():
        tuning = Tuning(preview_seconds=0.0)
        factory = painter_factory(catalogue, device="cpu")
        engine = Engine(factory, tuning=tuning, read_source=SHELF.__getitem__)
        engine.start()

        def note(progress):
            steps.append((progress.step, progress.steps))
            if progress.preview_png:
                previews.append(Image.open(io.BytesIO(progress.preview_png)).size)

        await engine.render(Work(1, 1, 1.0, (recipe,)), note)
        assert await engine.stop(grace=60.0)

    asyncio.run(draw())
    assert recipe.passes == 6 * 2
    assert {of for _, of in steps} == {12}
    assert max(done for done, _ in steps) == 12
    assert set(previews) == {(256, 192)}
