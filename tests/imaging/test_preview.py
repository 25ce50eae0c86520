"""The map from latents to colours, whatever the VAE."""

import logging

import pytest
import torch

from bot.imaging.files import STARTER
from bot.imaging.sdxl.loading import load
from bot.imaging.sdxl.preview import LatentToRgb, preview_by
from bot.model.checkpoint import Checkpoint

LATENTS = torch.linspace(-1, 1, 4 * 8 * 8).reshape(1, 4, 8, 8)


@pytest.fixture
def vae():
    """One that overflows in the half precision that it is in, by its own word."""
    loaded = load(Checkpoint(key="half", source=str(STARTER)), torch.float16).pipeline.vae
    loaded.register_to_config(force_upcast=True)
    return loaded


@pytest.fixture
def encoding(vae):
    """Has a hook see what the encoder gives, which it may change."""

    def with_hook(hook):
        vae.encoder.register_forward_hook(lambda module, inputs, output: hook(output))

    return with_hook


def test_a_vae_that_overflows_in_half_precision_is_asked_in_fp32_and_left_as_it_was(vae, encoding):
    seen = []
    encoding(lambda output: seen.append(output.dtype))
    before = {key: value.clone() for key, value in vae.state_dict().items()}
    with torch.inference_mode():
        assert preview_by(vae)(LATENTS) == LatentToRgb.fitted(vae)(LATENTS)
    assert set(seen) == {torch.float32}
    assert all(torch.equal(value, before[key]) for key, value in vae.state_dict().items())
    assert vae.dtype == torch.float16


def overflow(output):
    return output * torch.inf


def fall(_):
    raise torch.OutOfMemoryError("CUDA out of memory.")


@pytest.mark.parametrize("spoil", [overflow, fall])
def test_without_a_fit_there_are_no_previews_which_is_said_once(vae, encoding, caplog, spoil):
    encoding(spoil)
    caplog.set_level(logging.WARNING)
    with torch.inference_mode():
        preview = preview_by(vae)
        assert [preview(LATENTS), preview(LATENTS)] == [None, None]
    assert caplog.text.count("no previews of this model") == 1
    assert vae.dtype == torch.float16


@pytest.mark.happens("the graphics card is lost to the process")
def test_a_card_that_is_lost_while_previews_are_prepared_is_told(vae, encoding):
    def lose(_):
        raise torch.AcceleratorError("CUDA error: unspecified launch failure")

    encoding(lose)
    with torch.inference_mode(), pytest.raises(torch.AcceleratorError):
        preview_by(vae)
