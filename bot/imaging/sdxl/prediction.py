"""What the UNet takes the clean picture to be, halfway: a preview of the noise would show noise."""

from functools import wraps
from typing import Any

import torch


class Prediction:
    """Listens to one scheduler's steps; the pixels that are drawn do not depend on it."""

    def __init__(self, scheduler: Any) -> None:
        self._scheduler = scheduler
        self._last: tuple[torch.Tensor, torch.Tensor, Any] | None = None
        step = scheduler.step

        # The pipeline asks for the signature, which `wraps` keeps.
        @wraps(step)
        def heard(output: torch.Tensor, timestep: Any, sample: torch.Tensor, **rest: Any) -> Any:
            self._last = (output, sample, timestep)
            return step(output, timestep, sample, **rest)

        scheduler.step = heard

    def clean(self, latents: torch.Tensor) -> torch.Tensor:
        """The clean latents that the last step pointed to, or those given before the first."""
        if self._last is None:
            return latents
        output, sample, timestep = self._last
        alpha, sigma = self._levels(timestep)
        if float(self._scheduler.init_noise_sigma) > 1:
            # Schedulers that begin louder than 1 keep the picture at its own loudness instead.
            sample = sample * alpha
        if self._scheduler.config.prediction_type == "v_prediction":
            return alpha * sample - sigma * output
        return (sample - sigma * output) / alpha

    def _levels(self, timestep: Any) -> tuple[float, float]:
        """How loud picture and noise were before the last step; their squares sum to 1."""
        index = getattr(self._scheduler, "step_index", None)
        if index is None or not hasattr(self._scheduler, "sigmas"):
            kept = float(self._scheduler.alphas_cumprod[int(timestep)])
            return kept**0.5, (1 - kept) ** 0.5
        noise = float(self._scheduler.sigmas[max(0, index - 1)])
        alpha = (1 + noise**2) ** -0.5
        return alpha, noise * alpha
