"""What each key of a model's or a style's table must be."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.model.checkpoint import ASPECTS
from bot.model.request import GUIDANCE, NEGATIVE_LENGTH, PROMPT_LENGTH, STEPS
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


def _scheduler(value: Any) -> str:
    if not isinstance(value, str) or value not in SCHEDULERS:
        raise ValueError(f"must be one of {', '.join(SCHEDULERS)}")
    return value


def _aspects(value: Any) -> tuple[str, ...]:
    known = isinstance(value, list) and all(one in ASPECTS for one in map(str, value))
    if not known or not value or len(set(map(str, value))) < len(value):
        raise ValueError(f"must be a list of different ones of {', '.join(ASPECTS)}")
    return tuple(map(str, value))


def _loras(value: Any) -> tuple[tuple[str, float], ...]:
    try:
        return tuple((_text(200)(one["source"]), _number(-1, 2)(one["weight"])) for one in value)
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(
            'must be a list like [{ source = "owner/name", weight = 1.0 }], weights from -1 to 2'
        ) from error


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
    "vae": _text(200),
    "scheduler": _scheduler,
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
