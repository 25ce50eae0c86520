"""Checkpoints from the Hugging Face hub: room first, then the files, and what can go wrong."""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
from bot.model.checkpoint import Checkpoint
from bot.model.errors import ModelLoadFailed

_log = logging.getLogger(__name__)

SDXL_BASE = "stabilityai/stable-diffusion-xl-base-1.0"

SPARE = 2**30
"""Bytes that stay free on the disk beside a download."""

REPORT_EVERY = 10.0
"""Seconds between two lines about a download in the log."""

_CONFIGURATION = [
    "model_index.json",
    *(f"{name}/*.{end}" for name in COMPONENTS for end in ("json", "txt")),
]


def fetch_pipeline(checkpoint: Checkpoint) -> Path:
    """The folder of a hub checkpoint, as it was fetched before or is fetched now."""
    repository, revision = checkpoint.source, checkpoint.revision or None
    kept = _kept(repository, revision)
    if kept and not missing_from(kept, checkpoint.variant):
        return kept
    with _told_plainly(checkpoint.key, repository):
        listed = HfApi().list_repo_files(repository, revision=revision)
        weights = weights_of(sorted(listed), checkpoint.variant)
        return _fetch(checkpoint.key, repository, revision, [*_CONFIGURATION, *weights])


def fetch_vae(checkpoint: Checkpoint) -> Path:
    """The folder of a VAE on the hub that replaces a checkpoint's own."""
    kept = _kept(checkpoint.vae, None)
    if kept and any(kept.glob("*.safetensors")):
        return kept
    with _told_plainly(checkpoint.key, checkpoint.vae):
        wanted = ["config.json", "diffusion_pytorch_model.safetensors"]
        return _fetch(checkpoint.key, checkpoint.vae, None, wanted)


def fetch_configuration(model: str) -> Path:
    """The folder of SDXL's own configuration and vocabulary, which a single file does not hold."""
    kept = _kept(SDXL_BASE, None)
    if kept and all((kept / name).is_dir() for name in COMPONENTS):
        return kept
    with _told_plainly(model, SDXL_BASE):
        return _fetch(model, SDXL_BASE, None, _CONFIGURATION)


def _kept(repository: str, revision: str | None) -> Path | None:
    try:
        return Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError):
        return None


def _fetch(model: str, repository: str, revision: str | None, wanted: list[str]) -> Path:
    planned = snapshot_download(repository, revision=revision, allow_patterns=wanted, dry_run=True)
    size = sum(one.file_size or 0 for one in planned if one.will_download)
    cache = Path(constants.HF_HUB_CACHE)
    _check_room(model, cache, size)
    with _reporting(repository, cache / f"models--{repository.replace('/', '--')}", size):
        return Path(snapshot_download(repository, revision=revision, allow_patterns=wanted))


def _check_room(model: str, cache: Path, size: int) -> None:
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(there).free
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
    except (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise ModelLoadFailed(
            model,
            f"{repository} has to be fetched, and huggingface.co could not be reached.",
            "Check the connection, or name a folder or file that is here.",
        ) from error
