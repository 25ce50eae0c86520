"""What each key of a model's, a LoRA's or a style's table must be."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.model.checkpoint import ASPECTS
from bot.model.request import GUIDANCE, LORA_WEIGHTS, NEGATIVE_LENGTH, PROMPT_LENGTH, STEPS
from bot.model.schedulers import SCHEDULERS

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")

Check = Callable[[Any], Any]
"""Gives the value as a Checkpoint or Style holds it; ValueError says what it must be."""


def _text(most: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise ValueError(f"must be a text of 1 to {most} characters")
        return value

    return check


def _hub_id(value: Any) -> str:
    if not isinstance(value, str) or not HUB_ID.fullmatch(value):
        raise ValueError("must be a hub id such as owner/name")
    return value


def _weights_file(value: Any) -> str:
    if not isinstance(value, str) or not value.endswith(".safetensors"):
        raise ValueError("must end in .safetensors, because other formats can run code")
    return value


def _whole(least: int, most: int, *, multiple_of: int = 1) -> Check:
    kind = "whole number" if multiple_of == 1 else f"multiple of {multiple_of}"

    def check(value: Any) -> int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not least <= value <= most or value % multiple_of:
            raise ValueError(f"must be a {kind} from {least} to {most}")
        return int(value)

    return check


def _number(least: float, most: float) -> Check:
    def check(value: Any) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not least <= value <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}")
        return float(value)

    return check


def _one_of(*choices: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return check


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


SCHEDULER_CHECKS: Mapping[str, Check] = {
    "timestep_spacing": _one_of("leading", "linspace", "trailing"),
    "prediction_type": _one_of("epsilon", "v_prediction"),
    "beta_schedule": _one_of("linear", "scaled_linear", "squaredcos_cap_v2"),
    "final_sigmas_type": _one_of("zero", "sigma_min"),
    "original_inference_steps": _whole(1, 1000),
    "solver_order": _whole(1, 3),
    "steps_offset": _whole(0, 10),
    "clip_sample": _yes_or_no,
    "rescale_betas_zero_snr": _yes_or_no,
    "set_alpha_to_one": _yes_or_no,
    "use_karras_sigmas": _yes_or_no,
}
"""What may be changed in a scheduler's configuration, and what each must be."""


def scheduler_config(value: Any) -> Mapping[str, Any]:
    """A table of changes to a scheduler's configuration; ValueError says what is wrong with it."""
    if not isinstance(value, Mapping):
        raise ValueError('must be a table like { timestep_spacing = "trailing" }')
    checked: dict[str, Any] = {}
    for name, one in value.items():
        if name not in SCHEDULER_CHECKS:
            raise ValueError(f"has no key {name}; there are {', '.join(SCHEDULER_CHECKS)}")
        try:
            checked[name] = SCHEDULER_CHECKS[name](one)
        except ValueError as error:
            raise ValueError(f"has a {name} that {error}") from error
    return MappingProxyType(checked)


def _aspects(value: Any) -> tuple[str, ...]:
    known = isinstance(value, list) and all(one in ASPECTS for one in map(str, value))
    if not known or not value or len(set(map(str, value))) < len(value):
        raise ValueError(f"must be a list of different ones of {', '.join(ASPECTS)}")
    return tuple(map(str, value))


def _adapter_source(value: Any) -> str:
    local = isinstance(value, str) and value.endswith(".safetensors") and len(value) <= 200
    if not local and not (isinstance(value, str) and HUB_ID.fullmatch(value)):
        raise ValueError("must be a .safetensors file or a hub id such as owner/name")
    return str(value)


ADAPTER_CHECKS: Mapping[str, Check] = {
    "source": _adapter_source,
    "file": _weights_file,
    "revision": _text(80),
    "weight": _number(*LORA_WEIGHTS),
    "title": _text(80),
    "family": _text(32),
}
"""The keys a LoRA's table may have, and what each must be."""

_OF_AN_ENTRY = frozenset({"source", "file", "revision", "weight"})


def _loras(value: Any) -> tuple[Mapping[str, Any], ...]:
    try:
        return tuple(map(_entry, value))
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(
            'must be a list like [{ source = "owner/name", weight = 1.0 }], weights from -1 to 2'
        ) from error


def _entry(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not {"source", "weight"} <= set(value) <= _OF_AN_ENTRY:
        raise ValueError("must have source and weight, and may have file and revision")
    return {name: ADAPTER_CHECKS[name](one) for name, one in value.items()}


def _vae(value: Any) -> str:
    vae: str = _text(200)(value)
    if vae.endswith((".safetensors", ".ckpt", ".pt", ".bin")):
        raise ValueError(
            "must be a hub id such as owner/name or a folder in diffusers' layout, which holds "
            "config.json and diffusion_pytorch_model.safetensors; a single file is not read"
        )
    return vae


def _template(value: Any) -> str:
    text: str = _text(PROMPT_LENGTH)(value)
    if text.count("{prompt}") != 1:
        raise ValueError("must have {prompt} once, where the member's words go")
    return text


CHECKPOINT_CHECKS: Mapping[str, Check] = {
    "hub": _hub_id,
    "folder": _text(200),
    "file": _weights_file,
    "title": _text(80),
    "revision": _text(80),
    "variant": _text(20),
    "vae": _vae,
    "vae_revision": _text(80),
    "family": _text(32),
    "scheduler": _one_of(*SCHEDULERS),
    "scheduler_config": scheduler_config,
    "steps": _whole(*STEPS),
    "guidance_scale": _number(*GUIDANCE),
    "native_size": _whole(64, 2048, multiple_of=64),
    "display_scale": _whole(1, 8),
    "aspects": _aspects,
    "loras": _loras,
    "negative_prompt": _text(NEGATIVE_LENGTH),
}
"""The keys a model's table may have, and what each must be."""

STYLE_CHECKS: Mapping[str, Check] = {
    "template": _template,
    "negative_prompt": _text(NEGATIVE_LENGTH),
}
"""The keys a style's table may have, and what each must be."""
