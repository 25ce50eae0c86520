"""The painter that draws with stock diffusers pipelines of the SDXL family.

Every image is one call of a stock pipeline at batch 1, an upscaled one a call for each tile. Calls
share the modules and nothing else: each has a pipeline object and a scheduler of its own. What a
call changes on a shared module (VAE tiling, its precision) it changes before its first `between` or
after its last one and puts back, so that no other call sees it.
"""

import logging
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Any

import diffusers
import torch
import transformers
from diffusers import StableDiffusionXLPipeline

from bot.imaging.files import is_hub_id
from bot.imaging.memory import Resources, budget_for, policy_for
from bot.imaging.painter import Between, Drawn, Pixels, Weights
from bot.imaging.sdxl import faults
from bot.imaging.sdxl.arrangement import Arrangement
from bot.imaging.sdxl.call import Call, in_tiles, pipeline_for, tile_side, varied_arguments_of
from bot.imaging.sdxl.devices import (
    Leash,
    dtype_for,
    free_memory_of,
    memory_of,
    name_of,
    pick_device,
    synchronize,
)
from bot.imaging.sdxl.hub import Hub
from bot.imaging.sdxl.prompts import Conditioning
from bot.imaging.sdxl.shelf import Model, Shelf, Taken
from bot.imaging.sdxl.tiles import draw_tiles
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import ModelLoadFailed, RenderError
from bot.model.recipe import Lora, Recipe

_log = logging.getLogger(__name__)


class SdxlPainter:
    """Implements the Painter port; built and used on the executor thread, but for `fetch`."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        device: str,
        bot_version: str,
        resources: Resources | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._device = pick_device(device)
        self._dtype = dtype_for(self._device)
        self._policy = policy_for(memory_of(self._device), (resources or Resources()).memory)
        self._versions = {
            "bot": bot_version,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
            "torch": torch.__version__,
        }
        self._leash = Leash(self._device)
        self._shelf = self._shelf_with(resources or Resources(), hub)
        self._taken: Taken | None = None
        self._checkpoint: Checkpoint | None = None
        # Entered for as long as the thread draws: the mode is the thread's, and a greenlet that
        # left it would leave it for all the others.
        self._mode = ExitStack()
        self._mode.enter_context(torch.inference_mode())
        _log.info("drawing on %s, %s; %s", self._device, self._dtype, self._policy)

    @property
    def default(self) -> Weights:
        """The catalogue's default checkpoint, with the LoRAs that are always on it."""
        own = self._catalogue.checkpoints[self._catalogue.default].loras
        return Weights(self._catalogue.default, tuple(Lora(one.key, one.weight) for one in own))

    @property
    def pipeline(self) -> StableDiffusionXLPipeline:
        """The pipeline in memory, whose modules all calls share."""
        return self._loaded()[0].model.pipeline

    def fetch(self, weights: Weights) -> None:
        """Fetch from the hub what is not on this computer; what is drawn with is not touched."""
        self._shelf.fetch(weights)

    def load(self, weights: Weights) -> None:
        """Have a checkpoint and LoRAs ready, those in memory without loading them again."""
        self._taken = self._checkpoint = None
        self._taken = self._shelf.take(weights)
        self._checkpoint = self._catalogue.checkpoints[weights.model]

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """Draw one image of the loaded checkpoint."""
        if source is None and (recipe.source_sha256 or recipe.upscale is not None):
            raise RenderError("the picture to begin with is not there")
        taken, checkpoint = self._loaded()
        model = taken.model
        tiling = in_tiles(recipe, model.pipeline.vae, self._policy)
        with faults.drawing():
            conditioning = model.conditioner.condition(recipe.of_tile(0))
            tile = tile_side(checkpoint.native_size) if tiling else None
            draw = partial(self._draw, model, conditioning, tile)
            if recipe.upscale is not None and source is not None:
                pixels, vae_upcast = draw_tiles(draw, recipe, source, between)
            else:
                pixels, vae_upcast = draw(recipe, source, between)
        drawn_with = replace(
            recipe,
            prompt_encoder=conditioning.encoder,
            vae_tiling=tiling,
            vae_upcast=vae_upcast,
            versions={**self._versions, **conditioning.versions},
            **self._circumstances(checkpoint, taken),
        )
        hashes = (model.fingerprint, *taken.hashes.values())
        return Drawn(pixels, lambda: _completed(drawn_with, taken), hashes)

    def _draw(
        self,
        model: Model,
        conditioning: Conditioning,
        tile: int | None,
        recipe: Recipe,
        source: Pixels | None,
        between: Between,
    ) -> tuple[Pixels, bool]:
        """One stock call: the image, and whether it was decoded in fp32."""
        call = Call(
            pipeline_for(model.pipeline, recipe),
            lambda own: {**varied_arguments_of(own, recipe, source), **conditioning.arguments},
            vae_upcast=recipe.vae_upcast,
            tile=tile,
            preview=model.preview,
            after_step=lambda _: self._leash.step(),
        )
        return call.draw(between), call.vae_upcast

    def settle(self) -> None:
        """Wait for the device, which works by itself."""
        with faults.drawing():
            synchronize(self._device)

    def relieve(self) -> None:
        """Give the memory back that is kept for later, other checkpoints included."""
        with faults.drawing():
            self._shelf.relieve(self._checkpoint)

    def close(self) -> None:
        """Let go of the weights and leave the thread's mode."""
        self._taken = None
        self._shelf.close()
        self._mode.close()

    def _shelf_with(self, resources: Resources, hub: Hub | None) -> Shelf:
        budget = resources.budget
        if budget is None:
            shared = self._device.type != "cuda"
            budget = budget_for(free_memory_of(self._device), self._policy, shared=shared)
        arrangement = Arrangement(self._device, self._policy, compiled=resources.compiled)
        return Shelf(self._catalogue, self._device, self._policy, arrangement, budget, hub)

    def _loaded(self) -> tuple[Taken, Checkpoint]:
        if self._taken is None or self._checkpoint is None:
            raise ModelLoadFailed("No model", "Nothing was loaded.", "Load one first.")
        return self._taken, self._checkpoint

    def _circumstances(self, checkpoint: Checkpoint, taken: Taken) -> dict[str, Any]:
        # A public recipe names a folder and does not say where on this computer it lies.
        name = checkpoint.vae if is_hub_id(checkpoint.vae) else PurePath(checkpoint.vae).name
        vae = (name, checkpoint.vae_revision)
        return {
            "revision": checkpoint.revision,
            "vae": "@".join(one for one in vae if one),
            "dtype": str(self._dtype).removeprefix("torch."),
            "device": f"{name_of(self._device)}{taken.circumstances}",
            "display_scale": checkpoint.display_scale,
        }


def _completed(recipe: Recipe, taken: Taken) -> Recipe:
    """The recipe with the hashes of what it was drawn with; waits for them."""
    hashes = {key: one.result() for key, one in taken.hashes.items()}
    return replace(
        recipe,
        model_sha256=taken.model.fingerprint.result(),
        loras=tuple(replace(one, sha256=hashes[one.id]) for one in recipe.loras),
    )
