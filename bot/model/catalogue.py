"""From plain tables to what is on offer, and from the deployer's word to the checkpoint it means.

A model's table names its weights by exactly one of `hub`, `folder` or `file`; the other keys are
those of `Checkpoint`. A LoRA's table has `source` and perhaps the other keys of `Adapter`, a
style's `template` and perhaps `negative_prompt`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from bot.model.checkpoint import ADAPTER_FILE, Adapter, Catalogue, Checkpoint, Style
from bot.model.checks import ADAPTER_CHECKS, CHECKPOINT_CHECKS, HUB_ID, STYLE_CHECKS, Check
from bot.model.errors import ConfigurationError

AUTO = "auto"
AUTO_WITH_CUDA = "sdxl"
AUTO_WITHOUT_CUDA = "starter"

_MODEL_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_STYLE_KEY = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,31}")
_LORA_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
"""Three of them with their weights fit into one suggestion of Discord's."""
_SOURCES = ("hub", "folder", "file")


def read_catalogue(
    models: Mapping[str, Any],
    styles: Mapping[str, Any],
    loras: Mapping[str, Any] | None = None,
    *,
    root: PurePath,
) -> Catalogue:
    """What the tables offer; folders and files are relative to `root`.

    The first model is the default until `offer` names another. Raises ConfigurationError with
    every problem.
    """
    problems: list[str] = []
    checkpoints = {
        key: checkpoint
        for key, table in models.items()
        if (checkpoint := _checkpoint(key, table, root, problems))
    }
    presets = {
        key: style for key, table in styles.items() if (style := _style(key, table, problems))
    }
    adapters = {
        key: adapter
        for key, table in (loras or {}).items()
        if (adapter := _adapter(key, table, root, problems))
    }
    if not models:
        problems.append("models.toml has no model: keep at least one entry.")
    if problems:
        raise ConfigurationError(tuple(problems))
    return Catalogue(checkpoints, next(iter(checkpoints)), presets, adapters)


def resolve(
    model: str, device: str, catalogue: Catalogue, *, exists: Callable[[str], bool]
) -> Checkpoint:
    """The checkpoint that the setting MODEL means on a device ("cuda", "mps" or "cpu").

    `exists` says whether a file or folder lies at a path. Raises ConfigurationError.
    """
    if model == AUTO:
        model = AUTO_WITH_CUDA if device == "cuda" else AUTO_WITHOUT_CUDA
    if model in catalogue.checkpoints:
        return catalogue.checkpoints[model]
    if exists(model):
        return _unlisted(_name_of(model), model, catalogue)
    if _is_path(model):
        raise ConfigurationError((f"MODEL is {model!r}, and there is nothing at that path.",))
    if HUB_ID.fullmatch(model):
        return _unlisted(model, model, catalogue)
    raise ConfigurationError((_unknown_model(model, catalogue),))


def offer(catalogue: Catalogue, checkpoint: Checkpoint) -> Catalogue:
    """The catalogue with this checkpoint in it, and drawn with where a member names none."""
    checkpoints = {**catalogue.checkpoints, checkpoint.key: checkpoint}
    return replace(catalogue, checkpoints=checkpoints, default=checkpoint.key)


def _unlisted(key: str, source: str, catalogue: Catalogue) -> Checkpoint:
    if key in catalogue.checkpoints:
        raise ConfigurationError(
            (
                f"MODEL is {source!r}, but models.toml already has a model called {key}: "
                "give it an entry of its own there, or rename it.",
            )
        )
    return Checkpoint(key=key, source=source, title=key)


def _name_of(path: str) -> str:
    return PurePath(path).name.removesuffix(".safetensors") or "model"


def _is_path(model: str) -> bool:
    looks_local = model.startswith((".", "/", "~")) or "\\" in model or model.count("/") > 1
    return looks_local or model.endswith(".safetensors")


def _unknown_model(model: str, catalogue: Catalogue) -> str:
    return (
        f"MODEL is {model!r}, which is none of {', '.join((AUTO, *catalogue.checkpoints))}: write "
        "one of these, a folder, a .safetensors file or a hub id such as owner/name."
    )


def _checkpoint(key: str, table: Any, root: PurePath, problems: list[str]) -> Checkpoint | None:
    where = f"models.toml, [{key}]"
    before = len(problems)
    if key == AUTO or not _MODEL_KEY.fullmatch(key):
        problems.append(
            f"{where}: call it by lower case letters, digits, dots and dashes, 32 at most, "
            f"and not {AUTO!r}."
        )
    if not isinstance(table, Mapping):
        problems.append(f"{where}: it must be a table of keys and values.")
        return None
    problems += [f"{where}: {problem}" for problem in _source_problems(table)]
    values = _checked(table, CHECKPOINT_CHECKS, where, problems)
    if len(problems) > before:
        return None
    source = values.pop("hub", "") or _at(values.pop("folder", "") or values.pop("file"), root)
    values["vae"] = _placed_vae(values.get("vae", ""), root)
    values["loras"] = tuple(_always_on(lora, root) for lora in values.get("loras", ()))
    return Checkpoint(key=key, source=source, **{"title": key, **values})


def _source_problems(table: Mapping[str, Any]) -> Iterator[str]:
    named = [source for source in _SOURCES if source in table]
    if len(named) != 1:
        yield f"name the weights by exactly one of {', '.join(_SOURCES)}."


def _always_on(values: Mapping[str, Any], root: PurePath) -> Adapter:
    """A checkpoint's own LoRA, which recipes call by its source and file."""
    source, file = values["source"], values.get("file", ADAPTER_FILE)
    key = source if file == ADAPTER_FILE else f"{source}/{file}"
    return Adapter(key=key, **{**values, "source": _placed(source, root)})


def _adapter(key: str, table: Any, root: PurePath, problems: list[str]) -> Adapter | None:
    where = f"loras.toml, [{key}]"
    before = len(problems)
    if not _LORA_KEY.fullmatch(key):
        problems.append(f"{where}: call it by lower case letters, digits and dashes, 24 at most.")
    if not isinstance(table, Mapping):
        problems.append(f"{where}: it must be a table of keys and values.")
        return None
    if "source" not in table:
        problems.append(f"{where}: source is missing.")
    values = _checked(table, ADAPTER_CHECKS, where, problems)
    if len(problems) > before:
        return None
    return Adapter(key=key, **{"title": key, **values, "source": _placed(values["source"], root)})


def _placed(source: str, root: PurePath) -> str:
    """A file's path relative to the project, a hub id as it is."""
    return _at(source, root) if source.endswith(".safetensors") else source


def _placed_vae(vae: str, root: PurePath) -> str:
    """A folder's path relative to the project; a hub id as it is."""
    return vae if not vae or HUB_ID.fullmatch(vae) else _at(vae, root)


def _at(path: str, root: PurePath) -> str:
    """A path relative to the project, or one from home as it is."""
    return path if path.startswith("~") else str(root / path)


def _style(key: str, table: Any, problems: list[str]) -> Style | None:
    where = f"styles.toml, [{key}]"
    before = len(problems)
    if not _STYLE_KEY.fullmatch(key):
        problems.append(f"{where}: call it by lower case letters, digits and spaces, 32 at most.")
    if not isinstance(table, Mapping):
        problems.append(f"{where}: it must be a table of keys and values.")
        return None
    if "template" not in table:
        problems.append(f"{where}: template is missing.")
    values = _checked(table, STYLE_CHECKS, where, problems)
    return Style(key=key, **values) if len(problems) == before else None


def _checked(
    table: Mapping[str, Any], checks: Mapping[str, Check], where: str, problems: list[str]
) -> dict[str, Any]:
    """The table's values as the checks give them; what fails is added to `problems`."""
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in checks:
            problems.append(f"{where}: {name} is no key; there are {', '.join(checks)}.")
            continue
        try:
            values[name] = checks[name](value)
        except ValueError as error:
            problems.append(f"{where}: {name} {error}.")
    return values
