"""A rough picture of a latent: a linear map to RGB, fitted to the VAE that is loaded."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from diffusers import AutoencoderKL
from torch.nn.functional import avg_pool2d, interpolate

from bot.imaging.painter import Pixels
from bot.imaging.sdxl import faults

_log = logging.getLogger(__name__)

Preview = Callable[[torch.Tensor], Pixels | None]
"""From latents to a rough picture of the first; None where the VAE allows no fit."""

_CELLS = 8
_SEED = 0
_LOUDEST = 1.5
"""How much louder than the fitted patches a clean picture's latents may be."""


def preview_by(vae: AutoencoderKL) -> Preview:
    """The map of a VAE; no load fails for want of one, but for a lost card."""
    try:
        return LatentToRgb.fitted(vae)
    except Exception as error:
        if faults.is_lost(error):
            raise
        _log.warning("there are no previews of this model: %s", faults.first_line(error))
        return lambda latents: None


class LatentToRgb:
    """Colours by least squares from what the VAE makes of coloured patches."""

    def __init__(self, matrix: torch.Tensor, bias: torch.Tensor, spread: float) -> None:
        self._matrix = matrix
        self._bias = bias
        self._spread = spread

    @classmethod
    def fitted(cls, vae: AutoencoderKL) -> "LatentToRgb":
        """Encode random colours and noise once, and fit RGB in 0..1 to the scaled latents.

        Raises ArithmeticError where that gives no numbers.
        """
        with _precise_enough(vae):
            patches = _patches(32 * _CELLS).to(vae.device, vae.dtype)
            encoded = vae.encode(patches * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
        if not torch.isfinite(encoded).all():
            raise ArithmeticError("its VAE gives numbers that are no picture")
        latents = encoded.float().flatten(2).permute(0, 2, 1).reshape(-1, encoded.shape[1])
        factor = patches.shape[-1] // encoded.shape[-1]
        colours = avg_pool2d(patches.float(), factor).flatten(2).permute(0, 2, 1).reshape(-1, 3)
        ones = torch.ones_like(latents[:, :1])
        system = torch.cat([latents, ones], dim=1).cpu()
        fit = torch.linalg.lstsq(system, colours.cpu()).solution
        return cls(fit[:-1], fit[-1], float(latents.std()))

    def __call__(self, latents: torch.Tensor) -> Pixels:
        """A pixel for each place of the first latent; noise is quietened."""
        latent = latents[0].float().cpu()
        loudness = float(latent.std()) / self._spread
        latent = latent / max(1.0, loudness / _LOUDEST)
        rgb = torch.einsum("chw,cd->hwd", latent, self._matrix) + self._bias
        grey_levels = (rgb.nan_to_num().clamp(0, 1) * 255).round().to(torch.uint8)
        height, width = grey_levels.shape[:2]
        return Pixels(width, height, grey_levels.numpy().tobytes())


@contextmanager
def _precise_enough(vae: AutoencoderKL) -> Iterator[None]:
    """As the stock pipeline has it: in fp32 where the VAE overflows in less, and put back."""
    dtype = vae.dtype
    try:
        if vae.config.force_upcast:
            vae.to(dtype=torch.float32)
        yield
    finally:
        if vae.dtype != dtype:
            vae.to(dtype=dtype)


def _patches(size: int) -> torch.Tensor:
    """Two pictures of random colours, smooth and in blocks, with a little noise: 2×3×size×size."""
    chance = torch.Generator().manual_seed(_SEED)
    cells = torch.rand(1, 3, _CELLS, _CELLS, generator=chance)
    smooth = interpolate(cells, size=size, mode="bilinear")
    blocks = interpolate(cells.flip(-1), size=size, mode="nearest")
    pictures = torch.cat([smooth, blocks])
    noise = torch.randn(pictures.shape, generator=chance)
    return (pictures + 0.03 * noise).clamp(0, 1)
