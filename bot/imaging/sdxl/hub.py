"""Checkpoints from the Hugging Face hub: room first, then the files, and what can go wrong."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeGuard

from httpx2 import HTTPError
from huggingface_hub import HfApi, constants, get_cached_repo_tree, snapshot_download
from huggingface_hub.errors import (
    CachedRepoTreeNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from bot.imaging.files import COMPONENTS, missing_from, weights_in, weights_of
from bot.model.checkpoint import Adapter, Checkpoint
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
        self._fetching: dict[str, threading.Lock] = {}

    def pipeline(self, checkpoint: Checkpoint) -> Path:
        """The folder of a checkpoint, as it was fetched before or is fetched now."""
        repository, revision = checkpoint.source, checkpoint.revision or None
        kept = self._kept(repository, revision, _CONFIGURATION)
        if kept and self._is_whole(kept, repository, revision, checkpoint.variant):
            return kept
        with self._told_plainly(checkpoint.key, repository):
            weights = weights_of(self._listed(repository, revision), checkpoint.variant)
            return self._fetch(checkpoint.key, repository, revision, [*_CONFIGURATION, *weights])

    def vae(self, checkpoint: Checkpoint) -> Path:
        """The folder of a VAE that replaces a checkpoint's own."""
        revision = checkpoint.vae_revision or None
        kept = self._kept(checkpoint.vae, revision, _VAE)
        if kept and not _lacking(kept, _VAE):
            return kept
        with self._told_plainly(checkpoint.key, checkpoint.vae):
            folder = self._fetch(checkpoint.key, checkpoint.vae, revision, _VAE)
        if lacking := _lacking(folder, _VAE):
            raise ModelLoadFailed(
                checkpoint.key,
                f"{checkpoint.vae} has no file {' and no file '.join(lacking)}.",
                "Name the repository of a VAE in diffusers' form.",
            )
        return folder

    def adapter(self, adapter: Adapter) -> Path:
        """The file of a LoRA."""
        repository, revision = adapter.source, adapter.revision or None
        kept = self._kept(repository, revision, [adapter.file])
        if kept and (kept / adapter.file).is_file():
            return kept / adapter.file
        with self._told_plainly(adapter.key, repository):
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
        with self._told_plainly(model, SDXL_BASE):
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

    def _is_whole(self, kept: Path, repository: str, revision: str | None, variant: str) -> bool:
        """Whether the folder has all weights that the hub would give.

        Where another tool left no list of the repository's files, a variant has to be there for
        each component: plain files may lie there for that tool's sake.
        """
        if missing_from(kept, variant):
            return False
        try:
            tree = get_cached_repo_tree(repository, revision=revision, cache_dir=self._cache)
        except CachedRepoTreeNotFoundError:
            return not variant or all(
                f".{variant}" in one.name for one in weights_in(kept, variant)
            )
        return not _lacking(kept, weights_of([one.path for one in tree], variant))

    def _fetch(self, model: str, repository: str, revision: str | None, wanted: list[str]) -> Path:
        """One at a time of a repository, so that nothing on its way is planned for again."""
        with self._fetching.setdefault(repository, threading.Lock()):
            return self._fetch_alone(model, repository, revision, wanted)

    def _fetch_alone(
        self, model: str, repository: str, revision: str | None, wanted: list[str]
    ) -> Path:
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
        if size:
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
    def _told_plainly(self, model: str, repository: str) -> Iterator[None]:
        """Turn what the hub's client raises into ModelLoadFailed."""
        try:
            yield
        except (HTTPError, OSError) as error:
            answer = _answer_in(error)
            if answer is not None:
                reason, advice = _refusal(answer, repository)
            elif _is_the_disk_s(error):
                where = error.filename or self._cache
                reason = f"{repository} cannot be kept here: {error.strerror}, at {where}."
                advice = "Make room there, or set HF_HOME to a folder that the bot may write to."
            else:
                reason = f"{repository} has to be fetched, and huggingface.co could not be reached."
                advice = "Check the connection, or name a folder or file that is here."
            raise ModelLoadFailed(model, reason, advice) from error


def _lacking(folder: Path, names: Iterable[str]) -> list[str]:
    return [name for name in names if not (folder / name).is_file()]


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


def _is_the_disk_s(error: Exception) -> TypeGuard[OSError]:
    """Whether it is an error of the system's own and none of the network."""
    network = isinstance(error, ConnectionError | TimeoutError)
    return isinstance(error, OSError) and bool(error.errno) and not network


def _answer_in(error: BaseException | None) -> HfHubHTTPError | None:
    """The hub's refusal that is behind an error, if it said anything at all."""
    while error is not None and not isinstance(error, HfHubHTTPError):
        error = error.__cause__
    return error


def _refusal(answer: HfHubHTTPError, repository: str) -> tuple[str, str]:
    """What the hub refuses, and what to do."""
    status = answer.response.status_code
    if isinstance(answer, GatedRepoError):
        return (
            f"{repository} is only given to accounts that have accepted its terms.",
            "Accept them on its page on huggingface.co and set HF_TOKEN.",
        )
    if isinstance(answer, RevisionNotFoundError):
        return f"{repository} has no such revision.", "Correct the model's revision."
    if isinstance(answer, RepositoryNotFoundError):
        return (
            f"{repository} is neither a folder here nor a repository on the hub.",
            "Correct the model's source; a private repository needs HF_TOKEN.",
        )
    if status in (401, 403):
        return (
            f"huggingface.co does not let this account have {repository} (HTTP {status}).",
            "Set HF_TOKEN to a token that may read it, and accept its terms if it has any.",
        )
    if status == 429:
        return (
            f"huggingface.co has been asked too often to give {repository} now (HTTP {status}).",
            "Try again later; with HF_TOKEN it may be asked more often.",
        )
    return f"huggingface.co could not give {repository} (HTTP {status}).", "Try again later."
