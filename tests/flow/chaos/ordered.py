"""Whether what was taken in is what the member asked for, each option told by what it means."""

from collections import Counter
from collections.abc import Iterator
from math import ceil
from typing import Any

from tests.flow.chaos.history import Asked, History, Json, Row

SEEDS = 2**32
SCHEDULERS: dict[str, tuple[str, Json]] = {
    "Euler": ("EulerDiscreteScheduler", {}),
    "Euler a": ("EulerAncestralDiscreteScheduler", {}),
    "DPM++ 2M Karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "DDIM": ("DDIMScheduler", {"clip_sample": False}),
    "UniPC": ("UniPCMultistepScheduler", {}),
}
"""What diffusers calls what members choose."""
AMOUNTS = {"subtle": 0.15, "strong": 0.45}
PLAIN = {"prompt": "prompt", "steps": "steps", "guidance": "guidance_scale"}
"""Options that stand in a recipe as they are."""


def orders(history: History) -> Iterator[str]:
    """What was taken in is what the member asked for, once for each command."""
    asked = {one.interaction_id: one for one in history.asked}
    for row in history.rows:
        one = asked.get(row.interaction_id)
        if one is None or one.user_id != row.user_id or one.channel_id != row.channel_id:
            yield f"job {row.id} was asked for by nobody"
            continue
        yield from (
            f"job {row.id} has another {what} than was asked for" for what in _unlike(one, row)
        )
        if row.private != bool(one.options.get("private", False)):
            yield f"job {row.id} is not as private as was asked for"
    for interaction, count in Counter(row.interaction_id for row in history.rows).items():
        if count > 1:
            yield f"interaction {interaction} became {count} jobs"


def _unlike(asked: Asked, row: Row) -> list[str]:
    """What is not as it was asked for."""
    wrong = set() if row.count == asked.options.get("count", 1) else {"count"}
    for index, recipe in enumerate(row.recipes):
        wanted = {**_told(asked, index), **_made_of(asked, recipe)}
        wrong |= {name for name, value in wanted.items() if recipe.get(name) != value}
    return sorted(wrong)


def _told(asked: Asked, index: int) -> dict[str, Any]:
    """What the options say of the image of a number, as far as they do."""
    options = asked.options
    told = {field: options[name] for name, field in PLAIN.items() if name in options}
    if "seed" in options:
        told["seed"] = (options["seed"] + index) % SEEDS
    if "scheduler" in options:
        told["scheduler"], told["scheduler_config"] = SCHEDULERS[options["scheduler"]]
    return told


def _made_of(asked: Asked, recipe: Json) -> dict[str, Any]:
    """What an image begins with: noise, a picture that was sent, or an image of before."""
    if asked.command == "vary":
        varied = {**(recipe.get("variation") or {}), "amount": AMOUNTS[asked.options["amount"]]}
        return {"variation": varied, "upscale": None}
    if asked.command == "upscale":
        return {"variation": None, "upscale": {**(recipe.get("upscale") or {}), "factor": 2}}
    begun = {"negative_prompt": asked.options.get("negative", ""), "variation": None}
    if not asked.picture:
        return {**begun, "upscale": None, "source": None, "strength": None}
    # At least one of the steps is taken.
    strength = max(asked.options["strength"], ceil(1000 / asked.options["steps"]) / 1000)
    return {**begun, "upscale": None, "source": {"sha256": asked.picture}, "strength": strength}
