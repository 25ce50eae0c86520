"""One call of the pipeline in half precision: what it does to the VAE, it undoes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from bot.imaging.files import STARTER
from bot.imaging.memory import MemoryPolicy
from bot.imaging.painter import Pixels
from bot.imaging.sdxl.call import (
    Call,
    arguments_of,
    in_tiles,
    pipeline_for,
    varied_arguments_of,
)
from bot.imaging.sdxl.loading import load
from bot.model.checkpoint import Checkpoint
from bot.model.errors import RenderCancelled
from tests.imaging.conftest import levels
from tests.imaging.test_bits import order


@pytest.fixture(scope="module")
def half():
    pipeline = load(Checkpoint(key="half", source=str(STARTER)), torch.float16).pipeline
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def call(pipeline, recipe):
    return Call(
        pipeline_for(pipeline, recipe),
        lambda _: arguments_of(recipe),
        vae_upcast=recipe.vae_upcast,
        tile=64 if recipe.vae_tiling else None,
        preview=lambda latents: None,
        after_step=lambda index: None,
    )


NORMED = {"latents_mean": [0.5, -0.5, 0.25, 0.0], "latents_std": [0.5, 1.5, 1.0, 2.0]}


@pytest.fixture
def configured(half):
    """Changes the VAE's configuration, which is put back."""
    before = dict(half.vae.config)
    yield half.vae.register_to_config
    half.vae.register_to_config(**before)


@pytest.mark.filterwarnings("ignore:`upcast_vae` is deprecated:FutureWarning")
@pytest.mark.parametrize("config", [{}, NORMED])
def test_decoding_in_fp32_is_what_the_library_does_when_told_to_upcast(half, configured, config):
    configured(**config)
    recipe = order(steps=2, vae_upcast=True)
    ours = call(half, recipe).draw(lambda step: None)
    configured(force_upcast=True)
    theirs = pipeline_for(half, recipe)(
        recipe.prompt,
        num_inference_steps=2,
        guidance_scale=3.5,
        generator=torch.Generator("cpu").manual_seed(7),
    ).images[0]
    assert (levels(ours) == np.asarray(theirs)).all()
    assert half.vae.dtype == torch.float16


@pytest.mark.parametrize("amount", [None, 0.0])
def test_a_picture_and_a_variation_of_it_by_nothing_are_the_librarys_in_half_precision(
    half, amount
):
    image = Image.linear_gradient("L").resize((128, 128)).convert("RGB")
    recipe = order("DPM++ 2M Karras", steps=4, source={"sha256": "x"}, strength=0.6)
    theirs = pipeline_for(half, recipe)(
        recipe.prompt,
        image=image,
        strength=0.6,
        num_inference_steps=4,
        guidance_scale=3.5,
        generator=torch.Generator("cpu").manual_seed(7),
    ).images[0]
    varied = {"variation": amount if amount is None else {"seed": 9, "amount": amount}}
    recipe = replace(recipe, **varied)
    ours = Call(
        pipeline_for(half, recipe),
        lambda own: varied_arguments_of(own, recipe, Pixels(128, 128, image.tobytes())),
        vae_upcast=False,
        tile=None,
        preview=lambda latents: None,
        after_step=lambda index: None,
    ).draw(lambda step: None)
    assert (levels(ours) == np.asarray(theirs)).all()


@pytest.mark.parametrize(("upcast", "tiled"), [(True, [False, True]), (False, [False, False])])
def test_a_vae_that_takes_fp32_works_in_tiles_where_the_card_lacks_the_memory(
    half, configured, upcast, tiled
):
    configured(force_upcast=upcast)
    policy = MemoryPolicy(most_pixels_in_fp32=128 * 128)
    recipes = [order(width=width, height=128) for width in (128, 136)]
    assert [in_tiles(one, half.vae, policy) for one in recipes] == tiled
    assert in_tiles(replace(recipes[0], vae_tiling=True), half.vae, policy)


def test_a_decode_that_fails_leaves_the_vae_as_it_was(half):
    def fall(*_):
        raise RuntimeError("no more")

    handle = half.vae.decoder.register_forward_hook(fall)
    try:
        with pytest.raises(RuntimeError, match="no more"):
            call(half, order(steps=1, vae_upcast=True, vae_tiling=True)).draw(lambda step: None)
    finally:
        handle.remove()
    assert half.vae.dtype == torch.float16
    assert not half.vae.use_tiling


def test_a_call_that_ends_early_leaves_nothing_behind(half):
    def refuse(step):
        raise RenderCancelled

    with pytest.raises(RenderCancelled):
        call(half, order(vae_tiling=True)).draw(refuse)
    assert not half.vae.use_tiling


def test_calls_share_the_modules_and_nothing_else(half):
    first, second = (pipeline_for(half, order(label)) for label in ("DDIM", "Heun"))
    assert first.unet is second.unet is half.unet
    assert [type(one.scheduler).__name__ for one in (first, second, half)] == [
        "DDIMScheduler",
        "HeunDiscreteScheduler",
        "EulerDiscreteScheduler",
    ]
    assert half.config["scheduler"][1] == "EulerDiscreteScheduler"
