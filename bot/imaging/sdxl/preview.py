"""A rough picture of a latent: a linear map to RGB, fitted to the VAE that is loaded."""

import torch
from diffusers import AutoencoderKL
from torch.nn.functional import avg_pool2d, interpolate

from bot.imaging.painter import Pixels

_CELLS = 8
_SEED = 0
_LOUDEST = 1.5
"""How much louder than the fitted patches a clean picture's latents may be."""


class LatentToRgb:
    """Colours by least squares from what the VAE makes of coloured patches."""

    def __init__(self, matrix: torch.Tensor, bias: torch.Tensor, spread: float) -> None:
        self._matrix = matrix
        self._bias = bias
        self._spread = spread

    @classmethod
    def fitted(cls, vae: AutoencoderKL) -> "LatentToRgb":
        """Encode random colours and noise once, and fit RGB in 0..1 to the scaled latents."""
        patches = _patches(32 * _CELLS).to(vae.device, vae.dtype)
        encoded = vae.encode(patches * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
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


def _patches(size: int) -> torch.Tensor:
    """Two pictures of random colours, smooth and in blocks, with a little noise: 2×3×size×size."""
    chance = torch.Generator().manual_seed(_SEED)
    cells = torch.rand(1, 3, _CELLS, _CELLS, generator=chance)
    smooth = interpolate(cells, size=size, mode="bilinear")
    blocks = interpolate(cells.flip(-1), size=size, mode="nearest")
    pictures = torch.cat([smooth, blocks])
    noise = torch.randn(pictures.shape, generator=chance)
    return (pictures + 0.03 * noise).clamp(0, 1)
