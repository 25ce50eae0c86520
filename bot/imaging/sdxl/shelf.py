"""The checkpoints in memory: loaded when they are asked for, kept for as long as they fit."""

import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch
from diffusers import StableDiffusionXLPipeline

from bot.imaging.files import Fingerprints
from bot.imaging.memory import MemoryPolicy, Residents
from bot.imaging.painter import Weights
from bot.imaging.sdxl import faults
from bot.imaging.sdxl.adapters import Adapters
from bot.imaging.sdxl.arrangement import Arrangement
from bot.imaging.sdxl.devices import dtype_for, empty_cache, use_threads
from bot.imaging.sdxl.hub import Hub
from bot.imaging.sdxl.loading import adapter_file, fetch, load
from bot.imaging.sdxl.preview import Preview, preview_by
from bot.imaging.sdxl.prompts import Conditioner, visiting
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import AdapterLoadFailed, ModelLoadFailed
from bot.model.recipe import Lora

_log = logging.getLogger(__name__)

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint's weights in memory."""

    pipeline: StableDiffusionXLPipeline
    adapters: Adapters
    fingerprint: Future[str]
    preview: Preview
    conditioner: Conditioner


@dataclass(frozen=True, slots=True)
class Taken:
    """What is drawn with now: a model, and the hashes of the LoRAs that are on it."""

    model: Model
    circumstances: str
    """How the device computes with it, to be said behind the device's name."""
    hashes: Mapping[str, Future[str]]


class Shelf:
    """Has the weights ready that are asked for; used on the executor thread, but for `fetch`."""

    def __init__(
        self,
        catalogue: Catalogue,
        device: torch.device,
        policy: MemoryPolicy,
        arrangement: Arrangement,
        budget: int,
        hub: Hub | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._device = device
        self._policy = policy
        self._arrangement = arrangement
        self._hub = hub or Hub()
        self._residents: Residents[Model] = Residents(budget)
        self._fingerprints = Fingerprints()
        self._hashing = ThreadPoolExecutor(1, thread_name_prefix="fingerprint")

    def fetch(self, weights: Weights) -> None:
        """Have the files of a model and its LoRAs on this computer; raises ModelLoadFailed.

        It looks at the catalogue and the disk only, so that any thread may call it.
        """
        checkpoint = self._checkpoint(weights.model)
        fetch(checkpoint, self._hub)
        for lora in weights.loras:
            self._file_of(checkpoint, lora)

    def take(self, weights: Weights) -> Taken:
        """The model with its LoRAs, loaded if it is not there; raises ModelLoadFailed."""
        checkpoint = self._checkpoint(weights.model)
        loras = [(lora, self._file_of(checkpoint, lora)) for lora in weights.loras]
        with faults.loading(checkpoint.key):
            use_threads(self._device, checkpoint.native_size)
            build = partial(self._built, checkpoint)
            model = self._residents.find(checkpoint.weights) or self._in_room(checkpoint, build)
            hashes = self._in_room(checkpoint, partial(self._equipped, model, loras))
            self._keep(checkpoint, model)
        return Taken(model, self._arrangement.of(model.pipeline.unet), hashes)

    def relieve(self, checkpoint: Checkpoint | None) -> None:
        """Keep no more than one checkpoint, and nothing that is only there to be quick."""
        if checkpoint is not None and (model := self._residents.find(checkpoint.weights)):
            model.conditioner.forget()
        self._residents.keep_only(checkpoint.weights if checkpoint else None)
        self._let_go()

    def close(self) -> None:
        """Let go of everything."""
        self._residents.keep_only(None)
        self._hashing.shutdown(wait=False)

    def _checkpoint(self, key: str) -> Checkpoint:
        if key not in self._catalogue.checkpoints:
            raise ModelLoadFailed(
                key, "No such model is configured.", "Name one of those in config/models.toml."
            )
        return self._catalogue.checkpoints[key]

    def _file_of(self, checkpoint: Checkpoint, lora: Lora) -> Path:
        adapter = self._catalogue.adapter(checkpoint.key, lora.id)
        if adapter is None:
            raise AdapterLoadFailed(
                lora.id,
                f"No such LoRA is configured for {checkpoint.key}.",
                "Name one of those in config/loras.toml.",
            )
        return adapter_file(adapter, self._hub)

    def _in_room(self, checkpoint: Checkpoint, do: Callable[[], Done]) -> Done:
        """Do what takes memory; where that lacks, the other checkpoints leave, and once more."""
        try:
            return do()
        except Exception as error:
            lacking = faults.is_out_of_memory(error.__cause__ or error)
            if not lacking or not self._residents.keep_only(checkpoint.weights):
                raise
        _log.warning("%s needs more memory than was thought: the others leave", checkpoint.key)
        self._let_go()
        return do()

    def _equipped(
        self, model: Model, loras: Sequence[tuple[Lora, Path]]
    ) -> Mapping[str, Future[str]]:
        """Have the LoRAs on a model, and without any whatever makes it quick; their hashes."""
        unet = model.pipeline.unet
        if loras:
            self._arrangement.plain(unet)
        hashes = model.adapters.use(loras)
        if not loras:
            self._arrangement.quicken(unet)
        return hashes

    def _built(self, checkpoint: Checkpoint) -> Model:
        dtype = dtype_for(self._device)
        loaded = load(checkpoint, dtype, self._hub, make_room=self._make_room)
        pipeline = loaded.pipeline
        self._arrangement.place(pipeline)
        return Model(
            pipeline=pipeline,
            adapters=Adapters(pipeline, self._fingerprint_of),
            fingerprint=self._hashing.submit(loaded.fingerprint, self._fingerprints),
            preview=preview_by(pipeline.vae),
            conditioner=self._conditioner(pipeline),
        )

    def _fingerprint_of(self, path: Path) -> Future[str]:
        return self._hashing.submit(self._fingerprints.of_file, path)

    def _conditioner(self, pipeline: StableDiffusionXLPipeline) -> Conditioner:
        if self._policy.text_encoders_resident:
            return Conditioner(pipeline, self._device)
        encoders = (pipeline.text_encoder, pipeline.text_encoder_2)
        return Conditioner(
            pipeline, self._device, present=partial(visiting, encoders, self._device)
        )

    def _make_room(self, size: int) -> None:
        if gone := self._residents.make_room(size):
            _log.info("%d of the models in memory had to leave for another one", gone)
            self._let_go()

    def _keep(self, checkpoint: Checkpoint, model: Model) -> None:
        size = bytes_of(model.pipeline)
        if self._residents.keep(checkpoint.weights, model, size):
            self._let_go()

    def _let_go(self) -> None:
        gc.collect()
        empty_cache(self._device)


def bytes_of(pipeline: StableDiffusionXLPipeline) -> int:
    """What a pipeline's weights take, wherever they lie."""
    modules = (pipeline.unet, pipeline.vae, pipeline.text_encoder, pipeline.text_encoder_2)
    tensors = {
        one.data_ptr(): one.nbytes
        for module in modules
        for one in (*module.parameters(), *module.buffers())
    }
    return sum(tensors.values())
