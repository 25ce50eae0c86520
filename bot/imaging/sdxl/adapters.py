"""LoRAs on the modules of a pipeline, put there and taken off by peft."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import torch
from diffusers import StableDiffusionXLPipeline
from safetensors import safe_open

from bot.imaging.sdxl import faults
from bot.model.recipe import Lora

_log = logging.getLogger(__name__)

_LOW_RANK = re.compile(r"lora[._]?(A|B|up|down|linear_layer)\b")
"""In the names of a LoRA's tensors, as the trainers write them."""


@dataclass(frozen=True, slots=True)
class _PutOn:
    """A LoRA on the modules: peft's name for it, and the SHA-256 of the file it came from."""

    name: str
    fingerprint: Future[str]


class Adapters:
    """The LoRAs of one pipeline; changed only while nothing is drawn with its modules.

    Those that stay from one set to the next are not loaded again. Without any the modules are the
    very ones they were before.
    """

    def __init__(
        self, pipeline: StableDiffusionXLPipeline, fingerprint: Callable[[Path], Future[str]]
    ) -> None:
        self._pipeline = pipeline
        self._fingerprint = fingerprint
        self._there: dict[str, _PutOn] = {}
        self._numbers = count(1)

    def use(self, loras: Sequence[tuple[Lora, Path]]) -> Mapping[str, Future[str]]:
        """Draw with these LoRAs, in this order, and no others; raises AdapterLoadFailed.

        What comes back are the hashes of their files, by their ids.
        """
        self._take_off(set(self._there) - {lora.id for lora, _ in loras})
        try:
            for lora, path in loras:
                if lora.id not in self._there:
                    self._put_on(lora, path)
        except Exception:
            # With those that are whole, whatever of this one was put on half way.
            self._there.clear()
            self._pipeline.unload_lora_weights()
            raise
        if loras:
            names = [self._there[lora.id].name for lora, _ in loras]
            self._pipeline.set_adapters(names, [lora.weight for lora, _ in loras])
        return {lora.id: self._there[lora.id].fingerprint for lora, _ in loras}

    def _put_on(self, lora: Lora, path: Path) -> None:
        name = f"lora_{next(self._numbers)}"
        with faults.adding(lora.id):
            self._pipeline.load_lora_weights(
                str(path.parent),
                weight_name=path.name,
                adapter_name=name,
                use_safetensors=True,
                local_files_only=True,
            )
            self._check_complete(name, lora, path)
        self._there[lora.id] = _PutOn(name, self._fingerprint(path))

    def _check_complete(self, name: str, lora: Lora, path: Path) -> None:
        """Tensors that fit nowhere are left out by the libraries, all of them if need be."""
        with safe_open(str(path), framework="pt") as file:
            given = sum(bool(_LOW_RANK.search(key)) for key in set(file.keys()))
        taken = sum(
            f".{name}." in key for module in self._modules() for key, _ in module.named_parameters()
        )
        if taken == 0:
            raise ValueError("none of its tensors has a place in it")
        if taken < given:
            _log.warning("of the LoRA %s %d of %d tensors fit the model", lora.id, taken, given)

    def _take_off(self, ids: Iterable[str]) -> None:
        names = [self._there.pop(one).name for one in ids]
        if names and self._there:
            self._pipeline.delete_adapters(names)
        elif names:
            self._pipeline.unload_lora_weights()

    def _modules(self) -> Iterable[torch.nn.Module]:
        pipeline = self._pipeline
        return (pipeline.unet, pipeline.text_encoder, pipeline.text_encoder_2)
