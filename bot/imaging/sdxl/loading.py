"""From a checkpoint's source to a pipeline in the computer's memory."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionXLPipeline

from bot.imaging.files import (
    WITH_WEIGHTS,
    Fingerprints,
    damage_of,
    elements_in,
    is_hub_id,
    missing_from,
    tensors_in,
    weights_in,
)
from bot.imaging.sdxl.hub import Hub
from bot.model.checkpoint import Adapter, Checkpoint
from bot.model.errors import AdapterLoadFailed, ModelLoadFailed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pipeline, and how to find out the SHA-256 of what it was loaded from."""

    pipeline: StableDiffusionXLPipeline
    fingerprint: Callable[[Fingerprints], str]


def fetch(checkpoint: Checkpoint, hub: Hub | None = None) -> None:
    """Have a checkpoint's files on this computer, its VAE's too; raises ModelLoadFailed."""
    hub = hub or Hub()
    source = _source(checkpoint, hub)
    if source.suffix == ".safetensors" and not _config_beside(source):
        hub.configuration(checkpoint.key)
    _vae_folder(checkpoint, hub)


def load(
    checkpoint: Checkpoint,
    dtype: torch.dtype,
    hub: Hub | None = None,
    make_room: Callable[[int], object] = lambda size: None,
) -> Loaded:
    """Load a checkpoint from a folder, a .safetensors file or the hub; raises ModelLoadFailed.

    `make_room` hears how many bytes it will need, before any of them is read.
    """
    hub = hub or Hub()
    given: dict[str, Any] = {"dtype": dtype, "local_files_only": True}
    source = _source(checkpoint, hub)
    make_room(_bytes_of(source, checkpoint.variant, dtype))
    if vae := _vae(checkpoint, dtype, hub):
        given["vae"] = vae
    if source.is_file():
        return _from_file(checkpoint, source, hub, given)
    return _from_folder(checkpoint, source, given)


def adapter_file(adapter: Adapter, hub: Hub | None = None) -> Path:
    """The file of a LoRA, fetched if it has to be; raises AdapterLoadFailed."""
    path = Path(adapter.source).expanduser()
    try:
        if path.suffix != ".safetensors":
            path = (hub or Hub()).adapter(adapter)
        elif not path.is_file():
            raise ModelLoadFailed(
                adapter.key,
                f"There is no file {path}.",
                "Correct the LoRA's source, or put the file there.",
            )
        _check(adapter.key, path)
    except ModelLoadFailed as error:
        raise AdapterLoadFailed(error.model, error.reason, error.advice) from error
    return path


def _source(checkpoint: Checkpoint, hub: Hub) -> Path:
    """The file or folder of a checkpoint, fetched if it has to be."""
    source = Path(checkpoint.source).expanduser()
    if source.exists():
        return source
    if source.suffix == ".safetensors" or not is_hub_id(checkpoint.source):
        raise ModelLoadFailed(
            checkpoint.key,
            f"There is no file or folder {checkpoint.source}.",
            "Correct the model's source, or put the checkpoint there.",
        )
    return hub.pipeline(checkpoint)


def _bytes_of(source: Path, variant: str, dtype: torch.dtype) -> int:
    """What a checkpoint takes in memory, by its files' headers; damage is told of later."""
    files = [source] if source.is_file() else weights_in(source, variant)
    return elements_in(path for path in files if not damage_of(path)) * dtype.itemsize


def _from_folder(checkpoint: Checkpoint, folder: Path, given: dict[str, Any]) -> Loaded:
    if missing := missing_from(folder, checkpoint.variant):
        raise ModelLoadFailed(
            checkpoint.key,
            f"The folder {folder} lacks {', '.join(missing)}.",
            "It has to hold a whole diffusers pipeline of the SDXL family in .safetensors.",
        )
    files = weights_in(folder, checkpoint.variant)
    for path in files:
        _check(checkpoint.key, path)
    pipeline = StableDiffusionXLPipeline.from_pretrained(
        str(folder),
        variant=_variant(checkpoint, files),
        use_safetensors=True,
        **given,
    )
    _check_complete(checkpoint.key, pipeline, files)
    return Loaded(pipeline, lambda hashes: hashes.of_folder(folder, files))


def _variant(checkpoint: Checkpoint, files: list[Path]) -> str | None:
    """The variant, unless the folder has no file of it."""
    varied = checkpoint.variant and any(f".{checkpoint.variant}" in path.name for path in files)
    return checkpoint.variant if varied else None


def _from_file(checkpoint: Checkpoint, path: Path, hub: Hub, given: dict[str, Any]) -> Loaded:
    if path.suffix != ".safetensors":
        raise ModelLoadFailed(
            checkpoint.key,
            f"{path} is no .safetensors file.",
            "Other formats can run code when they are loaded; convert it.",
        )
    _check(checkpoint.key, path)
    pipeline = StableDiffusionXLPipeline.from_single_file(
        str(path),
        config=str(_config_beside(path) or hub.configuration(checkpoint.key)),
        **given,
    )
    return Loaded(pipeline, lambda hashes: hashes.of_file(path))


def _config_beside(path: Path) -> Path | None:
    """The folder of the same name beside a single file, if it holds a pipeline's configuration."""
    folder = path.with_suffix("")
    return folder if (folder / "model_index.json").is_file() else None


def _vae(checkpoint: Checkpoint, dtype: torch.dtype, hub: Hub) -> AutoencoderKL | None:
    """The VAE that replaces the checkpoint's own, if it names one."""
    folder = _vae_folder(checkpoint, hub)
    if folder is None:
        return None
    for path in folder.glob("*.safetensors"):
        _check(checkpoint.key, path)
    return AutoencoderKL.from_pretrained(
        str(folder), use_safetensors=True, local_files_only=True, dtype=dtype
    )


def _vae_folder(checkpoint: Checkpoint, hub: Hub) -> Path | None:
    if not checkpoint.vae:
        return None
    folder = Path(checkpoint.vae).expanduser()
    if folder.is_dir():
        return folder
    if not is_hub_id(checkpoint.vae):
        raise ModelLoadFailed(
            checkpoint.key,
            f"There is no folder {folder} for its VAE.",
            "Correct the model's vae, or put the folder there.",
        )
    return hub.vae(checkpoint)


def _check_complete(model: str, pipeline: StableDiffusionXLPipeline, files: list[Path]) -> None:
    """What a file lacks the libraries make up at random, and no seed would mean anything."""
    for name in WITH_WEIGHTS:
        there = tensors_in(path for path in files if path.parent.name == name)
        needed = len(getattr(pipeline, name).state_dict())
        if there < needed:
            raise ModelLoadFailed(
                model,
                f"The weights of its {name} lack {needed - there} of {needed} tensors.",
                "Fetch the checkpoint again.",
            )


def _check(model: str, path: Path) -> None:
    if damage := damage_of(path):
        raise ModelLoadFailed(model, f"{path} is damaged: {damage}.", "Fetch the file again.")
