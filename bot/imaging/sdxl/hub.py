"""Checkpoints from the Hugging Face hub: room first, then the files, and what can go wrong."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from bot.imaging.files import COMPONENTS, missing_from, weights_of
from bot.model.checkpoint import Adapter, Checkpoint
from bot.model.errors import ModelLoadFailed

_log = logging.getLogger(__name__)

SDXL_BASE = "stabilityai/stable-diffusion-xl-base-1.0"

SPARE = 2**30
"""Bytes that stay free on the disk beside a download."""

REPORT_EVERY = 10.0
"""Seconds between two lines about a download in the log."""

_NO_ANSWER: Any = (LocalEntryNotFoundError, OfflineModeIsEnabled, *HfHubHTTPError.__mro__[:3])
"""Answers that are none, and what the client's HTTP library raises when there is no answer."""

_CONFIGURATION = [
    "model_index.json",
    *(f"{name}/*.{end}" for name in COMPONENTS for end in ("json", "txt")),
]

_VAE = ["config.json", "diffusion_pytorch_model.safetensors"]


class Hub:
    """Fetches repositories into the cache that all tools of the hub share."""

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        cache: Path | None = None,
        free_space: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._endpoint = endpoint
        self._cache = cache or Path(constants.HF_HUB_CACHE)
        self._free_space = free_space

    def pipeline(self, checkpoint: Checkpoint) -> Path:
        """The folder of a checkpoint, as it was fetched before or is fetched now."""
        repository, revision = checkpoint.source, checkpoint.revision or None
        kept = self._kept(repository, revision, _CONFIGURATION)
        if kept and not missing_from(kept, checkpoint.variant):
            return kept
        with _told_plainly(checkpoint.key, repository):
            weights = weights_of(self._listed(repository, revision), checkpoint.variant)
            return self._fetch(checkpoint.key, repository, revision, [*_CONFIGURATION, *weights])

    def vae(self, checkpoint: Checkpoint) -> Path:
        """The folder of a VAE that replaces a checkpoint's own."""
        revision = checkpoint.vae_revision or None
        kept = self._kept(checkpoint.vae, revision, _VAE)
        if kept and any(kept.glob("*.safetensors")):
            return kept
        with _told_plainly(checkpoint.key, checkpoint.vae):
            return self._fetch(checkpoint.key, checkpoint.vae, revision, _VAE)

    def adapter(self, adapter: Adapter) -> Path:
        """The file of a LoRA."""
        repository, revision = adapter.source, adapter.revision or None
        kept = self._kept(repository, revision, [adapter.file])
        if kept and (kept / adapter.file).is_file():
            return kept / adapter.file
        with _told_plainly(adapter.key, repository):
            if adapter.file not in self._listed(repository, revision):
                raise ModelLoadFailed(
                    adapter.key, f"{repository} has no file {adapter.file}.", "Correct its name."
                )
            folder = self._fetch(adapter.key, repository, revision, [adapter.file])
        return folder / adapter.file

    def configuration(self, model: str) -> Path:
        """The folder of SDXL's own configuration and vocabulary, which no single file holds."""
        kept = self._kept(SDXL_BASE, None, _CONFIGURATION)
        if kept and all((kept / name).is_dir() for name in COMPONENTS):
            return kept
        with _told_plainly(model, SDXL_BASE):
            return self._fetch(model, SDXL_BASE, None, _CONFIGURATION)

    def _listed(self, repository: str, revision: str | None) -> list[str]:
        """The paths of a repository's files."""
        listed = HfApi(endpoint=self._endpoint).model_info(repository, revision=revision)
        return sorted(one.rfilename for one in listed.siblings or ())

    def _kept(self, repository: str, revision: str | None, small: list[str]) -> Path | None:
        """The folder of what was fetched before, if its small files are all there."""
        try:
            found = snapshot_download(
                repository,
                revision=revision,
                cache_dir=self._cache,
                allow_patterns=small,
                local_files_only=True,
            )
        except (LocalEntryNotFoundError, ValueError):
            return None
        return Path(found)

    def _fetch(self, model: str, repository: str, revision: str | None, wanted: list[str]) -> Path:
        fetch = partial(
            snapshot_download,
            repository,
            revision=revision,
            allow_patterns=wanted,
            cache_dir=self._cache,
            endpoint=self._endpoint,
        )
        planned: Any = fetch(dry_run=True)
        size = sum(one.file_size or 0 for one in planned if one.will_download)
        self._check_room(model, size)
        folder = self._cache / f"models--{repository.replace('/', '--')}"
        with _reporting(repository, folder, size):
            return Path(fetch())

    def _check_room(self, model: str, size: int) -> None:
        there = next(folder for folder in (self._cache, *self._cache.parents) if folder.exists())
        free = self._free_space(there)
        if free < size + SPARE:
            raise ModelLoadFailed(
                model,
                f"It needs {_gb(size + SPARE)} on the disk of {there}, where {_gb(free)} are free.",
                "Make room, or set HF_HOME to a folder on a larger disk.",
            )


@contextmanager
def _reporting(repository: str, folder: Path, size: int) -> Iterator[None]:
    """Say in the log how much of a download is there, every few seconds."""
    before, done = _bytes_in(folder), threading.Event()

    def report() -> None:
        while not done.wait(REPORT_EVERY):
            got = _bytes_in(folder) - before
            _log.info("fetching %s: %s of %s", repository, _gb(got), _gb(size))

    _log.info("fetching %s: %s", repository, _gb(size))
    thread = threading.Thread(target=report, name="download-report", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    _log.info("fetched %s", repository)


def _bytes_in(folder: Path) -> int:
    """The bytes of the files in a cache folder, those half fetched included."""
    total = 0
    for path in (folder / "blobs").glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # it was given its final name meanwhile
            continue
    return total


def _gb(size: int) -> str:
    return f"{size / 1e9:.2f} GB"


@contextmanager
def _told_plainly(model: str, repository: str) -> Iterator[None]:
    """Turn what the hub's client raises into ModelLoadFailed."""
    try:
        yield
    except GatedRepoError as error:
        raise ModelLoadFailed(
            model,
            f"{repository} is only given to accounts that have accepted its terms.",
            "Accept them on its page on huggingface.co and set HF_TOKEN.",
        ) from error
    except RevisionNotFoundError as error:
        raise ModelLoadFailed(
            model, f"{repository} has no such revision.", "Correct the model's revision."
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelLoadFailed(
            model,
            f"{repository} is neither a folder here nor a repository on the hub.",
            "Correct the model's source; a private repository needs HF_TOKEN.",
        ) from error
    except _NO_ANSWER as error:
        raise ModelLoadFailed(
            model,
            f"{repository} has to be fetched, and huggingface.co could not be reached.",
            "Check the connection, or name a folder or file that is here.",
        ) from error
