"""The painter that draws with stock diffusers pipelines of the SDXL family.

Every image is one call of `StableDiffusionXLPipeline` at batch 1. Calls share the modules and
nothing else: each has a pipeline object and a scheduler of its own. What a call changes on a
shared module (VAE tiling, its precision) it changes after its last `between` and puts back before
it returns, so that no other call sees it.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import diffusers
import torch
import transformers
from diffusers import StableDiffusionXLPipeline

from bot.imaging.files import Fingerprints
from bot.imaging.memory import policy_for
from bot.imaging.painter import Between, Drawn, Pixels, Weights
from bot.imaging.sdxl import faults
from bot.imaging.sdxl.call import Call, arguments_of, pipeline_for
from bot.imaging.sdxl.devices import (
    Leash,
    dtype_for,
    empty_cache,
    memory_of,
    name_of,
    pick_device,
    use_threads,
)
from bot.imaging.sdxl.loading import load
from bot.imaging.sdxl.preview import LatentToRgb
from bot.imaging.sdxl.prompts import Conditioner, visiting
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import ModelLoadFailed, RenderError
from bot.model.recipe import Recipe

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Model:
    """A checkpoint in memory."""

    checkpoint: Checkpoint
    pipeline: StableDiffusionXLPipeline
    fingerprint: Future[str]
    preview: LatentToRgb
    conditioner: Conditioner


class SdxlPainter:
    """Implements the Painter port; built and used on the executor thread alone."""

    def __init__(self, catalogue: Catalogue, *, device: str, bot_version: str) -> None:
        self._catalogue = catalogue
        self._device = pick_device(device)
        self._dtype = dtype_for(self._device)
        self._policy = policy_for(memory_of(self._device))
        self._versions = {
            "bot": bot_version,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
            "torch": torch.__version__,
        }
        self._fingerprints = Fingerprints()
        self._hashing = ThreadPoolExecutor(1, thread_name_prefix="fingerprint")
        self._leash = Leash(self._device)
        self._model: _Model | None = None
        # Entered for as long as the thread draws: the mode is the thread's, and a greenlet that
        # left it would leave it for all the others.
        self._mode = ExitStack()
        self._mode.enter_context(torch.inference_mode())
        _log.info("drawing on %s, %s; %s", self._device, self._dtype, self._policy)

    @property
    def default(self) -> Weights:
        """The catalogue's default checkpoint."""
        return Weights(self._catalogue.default)

    @property
    def pipeline(self) -> StableDiffusionXLPipeline:
        """The pipeline in memory, whose modules all calls share."""
        return self._loaded().pipeline

    def load(self, weights: Weights) -> None:
        """Put the checkpoint in the place of the one in memory."""
        checkpoint = self._checkpoint(weights.model)
        if weights.loras or checkpoint.loras:
            raise ModelLoadFailed(
                checkpoint.key, "It asks for LoRAs.", "This version draws without them."
            )
        self._model = None
        empty_cache(self._device)
        with faults.loading(checkpoint.key):
            use_threads(self._device, checkpoint.native_size)
            loaded = load(checkpoint, self._dtype)
            pipeline = self._placed(loaded.pipeline)
            self._model = _Model(
                checkpoint=checkpoint,
                pipeline=pipeline,
                fingerprint=self._hashing.submit(loaded.fingerprint, self._fingerprints),
                preview=LatentToRgb.fitted(loaded.pipeline.vae),
                conditioner=self._conditioner(pipeline),
            )

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """Draw one image of the loaded checkpoint."""
        if recipe.variation is not None or recipe.upscale is not None:
            raise RenderError("this version draws from words and pictures alone")
        model = self._loaded()
        tiling = recipe.vae_tiling or self._policy.vae_tiling
        with faults.drawing():
            conditioning = model.conditioner.condition(recipe)
            call = Call(
                pipeline_for(model.pipeline, recipe),
                {**arguments_of(recipe, source), **conditioning.arguments},
                vae_upcast=recipe.vae_upcast,
                tiling=tiling,
                preview=model.preview,
                after_step=lambda _: self._leash.step(),
            )
            pixels = call.draw(between)
        drawn_with = replace(
            recipe,
            prompt_encoder=conditioning.encoder,
            vae_tiling=tiling,
            vae_upcast=call.vae_upcast,
            versions={**self._versions, **conditioning.versions},
            **self._circumstances(model.checkpoint),
        )
        return Drawn(pixels, lambda: replace(drawn_with, model_sha256=model.fingerprint.result()))

    def relieve(self) -> None:
        """Give the memory back that is kept for later."""
        if self._model is not None:
            self._model.conditioner.forget()
        empty_cache(self._device)

    def close(self) -> None:
        """Let go of the weights and leave the thread's mode."""
        self._model = None
        self._hashing.shutdown(wait=False)
        self._mode.close()

    def _loaded(self) -> _Model:
        if self._model is None:
            raise ModelLoadFailed("No model", "Nothing was loaded.", "Load one first.")
        return self._model

    def _checkpoint(self, key: str) -> Checkpoint:
        if key not in self._catalogue.checkpoints:
            raise ModelLoadFailed(
                key, "No such model is configured.", "Name one of those in config/models.toml."
            )
        return self._catalogue.checkpoints[key]

    def _placed(self, pipeline: StableDiffusionXLPipeline) -> StableDiffusionXLPipeline:
        pipeline.set_progress_bar_config(disable=True)
        pipeline.unet.to(self._device)
        pipeline.vae.to(self._device)
        if self._policy.text_encoders_resident:
            pipeline.to(self._device)
        return pipeline

    def _conditioner(self, pipeline: StableDiffusionXLPipeline) -> Conditioner:
        if self._policy.text_encoders_resident:
            return Conditioner(pipeline, self._device)
        encoders = (pipeline.text_encoder, pipeline.text_encoder_2)
        return Conditioner(
            pipeline, self._device, present=partial(visiting, encoders, self._device)
        )

    def _circumstances(self, checkpoint: Checkpoint) -> dict[str, Any]:
        return {
            "revision": checkpoint.revision,
            "vae": checkpoint.vae,
            "dtype": str(self._dtype).removeprefix("torch."),
            "device": name_of(self._device),
            "display_scale": checkpoint.display_scale,
        }
