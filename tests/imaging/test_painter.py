"""The painter with the real pipeline: how images end, early and otherwise."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch

from bot.imaging.files import STARTER
from bot.imaging.painter import Weights
from bot.imaging.sdxl.call import tile_by, tile_side
from bot.imaging.sdxl.pipelines import SdxlPainter
from bot.model.checkpoint import Catalogue
from bot.model.errors import (
    DeviceLost,
    ModelLoadFailed,
    NotFinite,
    OutOfMemory,
    RenderCancelled,
    RenderError,
    UnknownOption,
)
from bot.model.recipe import Lora
from tests.imaging.conftest import levels
from tests.imaging.test_bits import order


class Studio:
    """A painter on a thread of its own; `vae` is the loaded VAE, for a test's hooks."""

    def __init__(self, catalogue, resources=None):
        self.catalogue = catalogue
        self.thread = ThreadPoolExecutor(1)
        self.painter = self.on_thread(
            lambda: SdxlPainter(catalogue, device="cpu", bot_version="1.2.3", resources=resources)
        )
        self.on_thread(self.painter.load, self.painter.default)
        self.steps = []

    def on_thread(self, call, *arguments):
        return self.thread.submit(call, *arguments).result()

    def draw(self, recipe, between=None):
        return self.on_thread(self.painter.draw, recipe, between or self.steps.append)

    def close(self):
        self.on_thread(self.painter.close)
        self.thread.shutdown()

    @property
    def pipeline(self):
        return self.painter.pipeline

    @contextmanager
    def decoding(self, spoil):
        """Let `spoil` change what the VAE decodes; the number of decodes is counted."""
        seen = []

        def hook(module, inputs, output):
            seen.append(module.conv_in.weight.dtype)
            return spoil(output, len(seen))

        handle = self.pipeline.vae.decoder.register_forward_hook(hook)
        try:
            yield seen
        finally:
            handle.remove()


@pytest.fixture(scope="module")
def studio(catalogue):
    made = Studio(catalogue)
    yield made
    made.close()


def unchanged(output, _):
    return output


def test_a_recipe_names_the_folder_of_a_vae_and_not_where_it_lies(starter):
    vae = replace(starter, vae=str(STARTER / "vae"))
    studio = Studio(Catalogue({"starter": vae}, "starter"))
    try:
        assert studio.draw(order(steps=1)).completed().vae == "vae"
    finally:
        studio.close()


def test_the_recipe_is_completed_with_what_it_was_drawn_with(studio, starter):
    done = studio.draw(order()).completed()
    assert done == replace(
        order(),
        prompt_encoder="stock",
        dtype="float32",
        device="cpu, 1 thread",
        display_scale=4,
        model_sha256=done.model_sha256,
        versions=done.versions,
    )
    assert len(done.model_sha256) == 64
    assert set(done.versions) == {"bot", "diffusers", "transformers", "torch"}
    assert done.versions["bot"] == "1.2.3"


def test_every_pass_through_the_network_is_a_step(studio):
    studio.steps.clear()
    studio.draw(order("Heun", steps=4))
    assert [(one.done, one.of) for one in studio.steps] == [(n, 7) for n in range(1, 8)]


def test_an_early_end_at_the_last_step_spares_the_decode(studio):
    def refuse_the_last(step):
        if step.done == step.of:
            raise RenderCancelled

    with studio.decoding(unchanged) as decoded, pytest.raises(RenderCancelled):
        studio.draw(order(), refuse_the_last)
    assert decoded == []


def test_tiling_is_what_the_library_does_with_tiles_of_half_the_size(studio, stock):
    recipe = order(vae_tiling=True)
    plain = levels(studio.draw(order()).pixels)
    tiled = studio.draw(recipe)
    assert tiled.completed().vae_tiling
    tile_by(64, stock.pipeline.vae)
    try:
        assert (levels(tiled.pixels) == stock.draw(recipe)).all()
    finally:
        stock.pipeline.vae.disable_tiling()
    assert (levels(tiled.pixels) != plain).any()
    assert (levels(studio.draw(order()).pixels) == plain).all()


def test_tiles_are_of_half_the_size_that_the_checkpoint_draws_whatever_its_vae_says(starter, stock):
    assert stock.pipeline.vae.config.sample_size == 128
    large = replace(starter, key="large", native_size=256)
    studio = Studio(Catalogue(checkpoints={"large": large}, default="large"))
    recipe = order(model="large", width=256, height=192, steps=2, vae_tiling=True)
    tiled = levels(studio.draw(recipe).pixels)
    studio.close()
    tile_by(128, stock.pipeline.vae)
    try:
        assert (tiled == stock.draw(recipe)).all()
    finally:
        stock.pipeline.vae.disable_tiling()


@pytest.mark.parametrize(("native", "side"), [(64, 64), (128, 64), (512, 256), (1024, 512)])
def test_the_vaes_tiles_are_half_the_native_size_and_not_tiny(native, side):
    assert tile_side(native) == side


@pytest.mark.happens("the model gives numbers that are no picture")
def test_pixels_that_are_no_numbers_are_decoded_again_in_fp32(studio, stock):
    def first_is_nan(output, count):
        return output * torch.nan if count == 1 else output

    with studio.decoding(first_is_nan) as decoded:
        drawn = studio.draw(order())
    assert len(decoded) == 2
    assert drawn.completed().vae_upcast
    assert (levels(drawn.pixels) == stock.draw(order())).all()


@pytest.mark.happens("the model gives numbers that are no picture")
def test_pixels_that_are_no_numbers_in_fp32_either_are_an_error(studio):
    with (
        studio.decoding(lambda output, _: output * torch.nan) as decoded,
        pytest.raises(NotFinite),
    ):
        studio.draw(order())
    assert len(decoded) == 2


def test_latents_that_are_no_numbers_are_not_decoded(studio):
    handle = studio.pipeline.unet.register_forward_hook(
        lambda module, inputs, output: (output[0] * torch.inf,)
    )
    try:
        with studio.decoding(unchanged) as decoded, pytest.raises(NotFinite):
            studio.draw(order())
    finally:
        handle.remove()
    assert decoded == []


def test_a_black_picture_is_a_picture(studio):
    with studio.decoding(lambda output, _: output * 0 - 1):
        assert not levels(studio.draw(order()).pixels).any()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.0 GB)"),
    ],
)
def test_a_device_without_memory_is_named_so_and_draws_again_later(studio, stock, error):
    def full(output, _):
        raise error

    with studio.decoding(full), pytest.raises(OutOfMemory):
        studio.draw(order())
    studio.painter.relieve()
    assert (levels(studio.draw(order()).pixels) == stock.draw(order())).all()


@pytest.mark.happens("the graphics card is lost to the process")
@pytest.mark.parametrize(
    "said", ["an illegal memory access was encountered", "device-side assert triggered"]
)
def test_a_card_that_is_lost_is_told_from_one_without_memory(studio, said):
    def lost(output, _):
        raise torch.AcceleratorError(f"CUDA error: {said}\nCompile with TORCH_USE_CUDA_DSA")

    with studio.decoding(lost), pytest.raises(DeviceLost, match=said):
        studio.draw(order())


def test_a_strangers_scheduler_is_refused(studio):
    with pytest.raises(UnknownOption):
        studio.draw(replace(order(), scheduler="StableDiffusionXLPipeline"))


@pytest.mark.parametrize("derived", [{"source": {"sha256": "0"}}, {"upscale": {}}])
def test_what_cannot_be_drawn_is_not_drawn_as_something_else(studio, derived):
    with pytest.raises(RenderError, match="is not there"):
        studio.draw(replace(order(), **derived))


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (Weights("starter", (Lora("paper", 0.8),)), "No such LoRA"),
        (Weights("strange"), "No such model"),
    ],
)
def test_weights_that_nobody_configured_are_named_and_nothing_else_is_drawn_with(
    studio, weights, said
):
    with pytest.raises(ModelLoadFailed, match=said):
        studio.on_thread(studio.painter.load, weights)
    with pytest.raises(ModelLoadFailed, match="Nothing was loaded"):
        studio.draw(order())
    studio.on_thread(studio.painter.load, studio.painter.default)


def test_a_preview_looks_like_the_picture(studio):
    previews = []
    drawn = studio.draw(order(steps=20), lambda step: previews.append(step.preview()))
    rough = levels(previews[-1])
    assert rough.shape == (16, 16, 3)
    blocks = levels(drawn.pixels).reshape(16, 8, 16, 8, 3).mean(axis=(1, 3))
    assert np.abs(blocks - rough).mean() < 30
    assert np.corrcoef(blocks.ravel(), rough.ravel())[0, 1] > 0.9


def test_drawing_leaves_the_random_numbers_of_others_alone(studio):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    studio.draw(order("Euler a"))
    assert torch.equal(before, torch.get_rng_state())


def test_the_mode_of_the_drawing_thread_is_its_own(studio):
    assert studio.on_thread(torch.is_inference_mode_enabled)
    assert not torch.is_inference_mode_enabled()
    assert threading.current_thread() is threading.main_thread()
