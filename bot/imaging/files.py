"""A checkpoint's files: which are meant, whether they are whole, and what their hashes are."""

import hashlib
import json
import logging
import re
from collections.abc import Iterable
from math import prod
from pathlib import Path

from bot.model.checks import HUB_ID

_log = logging.getLogger(__name__)

STARTER = Path(__file__).parent / "starter"
"""The folder of the small checkpoint that is shipped."""

COMPONENTS = (
    "scheduler",
    "text_encoder",
    "text_encoder_2",
    "tokenizer",
    "tokenizer_2",
    "unet",
    "vae",
)
"""The folders of a pipeline of the SDXL family."""

WITH_WEIGHTS = ("text_encoder", "text_encoder_2", "unet", "vae")

_BLOCK = 2**22


def is_hub_id(source: str) -> bool:
    """Whether a source that is no path here may be a repository on the hub."""
    return bool(HUB_ID.fullmatch(source))


def weights_of(paths: Iterable[str], variant: str) -> list[str]:
    """The .safetensors of each component that are loaded: of the variant where there are any.

    Paths are relative to the checkpoint's folder, with slashes.
    """
    chosen: list[str] = []
    for component in WITH_WEIGHTS:
        own = [path for path in paths if re.fullmatch(rf"{component}/[^/]+\.safetensors", path)]
        varied = [path for path in own if variant and f".{variant}" in path]
        plain = [path for path in own if re.search(r"/[^.]+\.safetensors$", path)]
        chosen += sorted(varied or plain)
    return chosen


def weights_in(folder: Path, variant: str) -> list[Path]:
    """The weights files that a folder's checkpoint is loaded from."""
    return [folder / path for path in weights_of(sorted(_weights_there(folder)), variant)]


def missing_from(folder: Path, variant: str) -> list[str]:
    """What a folder lacks to be a pipeline of the SDXL family, as paths relative to it."""
    if not (folder / "model_index.json").is_file():
        return ["model_index.json"]
    wanted = weights_of(sorted(_weights_there(folder) | _shards_of(folder)), variant)
    there = {path.partition("/")[0] for path in wanted}
    lacking = [f"{name}/*.safetensors" for name in WITH_WEIGHTS if name not in there]
    lacking += [path for path in wanted if not (folder / path).is_file()]
    return lacking + [f"{name}/" for name in COMPONENTS if not (folder / name).is_dir()]


def _weights_there(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("*/*.safetensors")}


def _shards_of(folder: Path) -> set[str]:
    """What the indices of weights in several files name; one that cannot be read names nothing."""
    named: set[str] = set()
    for index in folder.glob("*/*.index*.json"):
        try:
            files = json.loads(index.read_bytes())["weight_map"].values()
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        named |= {f"{index.parent.name}/{file}" for file in files}
    return named


def damage_of(path: Path) -> str:
    """What is wrong with a .safetensors file as its own header sees it; empty if nothing is."""
    size = path.stat().st_size
    try:
        length, tensors = _header(path)
    except ValueError as error:
        return str(error)
    expected = 8 + length + max((end for end, _ in tensors), default=0)
    return "" if size == expected else f"it has {size} bytes and should have {expected}"


def tensors_in(paths: Iterable[Path]) -> int:
    """How many tensors there are in some .safetensors files that are not damaged."""
    return sum(len(_header(path)[1]) for path in paths)


def elements_in(paths: Iterable[Path]) -> int:
    """How many numbers there are in the tensors of some .safetensors files."""
    return sum(elements for path in paths for _, elements in _header(path)[1])


def _header(path: Path) -> tuple[int, list[tuple[int, int]]]:
    """A header's length, and of each tensor its end behind it and its number of elements.

    ValueError if it is none.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            raise ValueError("it is cut short or no .safetensors file")
        text = file.read(length)
    try:
        tensors = {key: one for key, one in json.loads(text).items() if key != "__metadata__"}
        return length, [
            (int(one["data_offsets"][1]), prod(map(int, one["shape"]))) for one in tensors.values()
        ]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError("its header cannot be read") from error


class Fingerprints:
    """SHA-256 of weights files, remembered for as long as a file keeps its time and size.

    A file that can no longer be read has an empty one: what is in memory is drawn with all the
    same, and the log says so.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int], str] = {}

    def of_file(self, path: Path) -> str:
        """The hash of one file, as hexadecimal digits."""
        try:
            return self._found(path)
        except OSError as error:
            _log.warning("recipes go without the hash of %s: %s", path, error)
            return ""

    def _found(self, path: Path) -> str:
        real = path.resolve()
        stat = real.stat()
        key = (real, stat.st_mtime_ns, stat.st_size)
        if key not in self._known:
            self._known[key] = _sha256(real)
        return self._known[key]

    def of_folder(self, folder: Path, files: Iterable[Path]) -> str:
        """The hash over `<file's hash>  <its path in the folder>` of the files, one a line."""
        hashes = {path.relative_to(folder).as_posix(): self.of_file(path) for path in files}
        if not all(hashes.values()):
            return ""
        lines = sorted(f"{sha256}  {name}\n" for name, sha256 in hashes.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
