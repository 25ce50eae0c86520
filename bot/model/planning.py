"""From what a member asked for to the recipe that will be drawn, as pure functions."""

from collections.abc import Mapping
from math import ceil, log
from types import MappingProxyType
from typing import Any

from bot.model.checkpoint import ASPECTS, Catalogue, Checkpoint, Style
from bot.model.errors import EmptyPrompt, OutOfRange, StrengthWithoutPicture, UnknownOption
from bot.model.loras import chosen_loras
from bot.model.prompting import check
from bot.model.recipe import Recipe
from bot.model.request import (
    COUNTS,
    GUIDANCE,
    NEGATIVE_LENGTH,
    PROMPT_LENGTH,
    SEEDS,
    STEPS,
    STRENGTHS,
    ImageRequest,
    SourcePicture,
)
from bot.model.schedulers import SCHEDULERS, Scheduler

LCM_STEPS = 50
"""How many steps the LCM scheduler can take unless its configuration says more."""

STRENGTH = 0.6
"""How far is gone from a picture where the member says nothing."""


def plan(request: ImageRequest, catalogue: Catalogue, *, seed: int) -> Recipe:
    """The recipe of a request's first image; `seed` is drawn with where the member named none.

    Raises EmptyPrompt, BadPrompt, StrengthWithoutPicture, OutOfRange, or UnknownOption for a
    model, LoRA, style, aspect or scheduler not on offer.
    """
    if not request.prompt.strip():
        raise EmptyPrompt
    if request.strength is not None and request.source is None:
        raise StrengthWithoutPicture
    _check_bounds(request)
    checkpoint = _checkpoint(request, catalogue)
    prompt, negative_prompt = _words(request, _style(request, catalogue), checkpoint)
    label = request.scheduler or checkpoint.scheduler
    if label not in SCHEDULERS:
        raise UnknownOption("scheduler", label, tuple(SCHEDULERS))
    scheduler = SCHEDULERS[label]
    width, height = _size(request, checkpoint)
    steps = request.steps or checkpoint.steps
    return Recipe(
        prompt=prompt,
        negative_prompt=negative_prompt,
        seed=request.seed if request.seed is not None else seed,
        width=width,
        height=height,
        steps=steps,
        guidance_scale=(
            checkpoint.guidance_scale if request.guidance_scale is None else request.guidance_scale
        ),
        scheduler=scheduler.diffusers_class,
        scheduler_config=_configured(scheduler, checkpoint, steps),
        model=checkpoint.key,
        revision=checkpoint.revision,
        loras=chosen_loras(request.loras, checkpoint, catalogue),
        display_scale=checkpoint.display_scale,
        **_beginning(request, steps),
    )


def _check_bounds(request: ImageRequest) -> None:
    """Discord checks them too, but a member's client may know an older form of the command."""
    for option, value, (least, most) in (
        ("prompt's length", len(request.prompt), (1, PROMPT_LENGTH)),
        ("negative prompt's length", len(request.negative_prompt), (0, NEGATIVE_LENGTH)),
        ("count", request.count, COUNTS),
        ("seed", request.seed, SEEDS),
        ("steps", request.steps, STEPS),
        ("guidance", request.guidance_scale, GUIDANCE),
        ("strength", request.strength, STRENGTHS),
    ):
        if value is not None and not least <= value <= most:
            raise OutOfRange(option, value, least, most)


def _checkpoint(request: ImageRequest, catalogue: Catalogue) -> Checkpoint:
    key = request.model or catalogue.default
    if key not in catalogue.checkpoints:
        raise UnknownOption("model", key, tuple(catalogue.checkpoints))
    return catalogue.checkpoints[key]


def _configured(scheduler: Scheduler, checkpoint: Checkpoint, steps: int) -> Mapping[str, Any]:
    """What the scheduler is, over what the checkpoint asks of every scheduler."""
    config = {**checkpoint.scheduler_config, **scheduler.config}
    if scheduler.diffusers_class == "LCMScheduler" and steps > LCM_STEPS:
        config.setdefault("original_inference_steps", 2 * LCM_STEPS)
    return MappingProxyType(config)


def _style(request: ImageRequest, catalogue: Catalogue) -> Style:
    if request.style is None:
        return Style(key="", template="{prompt}")
    if request.style not in catalogue.styles:
        raise UnknownOption("style", request.style, tuple(catalogue.styles))
    return catalogue.styles[request.style]


def _words(request: ImageRequest, style: Style, checkpoint: Checkpoint) -> tuple[str, str]:
    """The prompt and the negative prompt as they will be drawn with."""
    prompt = style.dress(request.prompt)
    negative_prompt = _joined(
        request.negative_prompt, style.negative_prompt, checkpoint.negative_prompt
    )
    for text in (prompt, negative_prompt):
        check(text)
    return prompt, negative_prompt


def _size(request: ImageRequest, checkpoint: Checkpoint) -> tuple[int, int]:
    aspect = request.aspect or _aspect_for(request.source, checkpoint)
    if aspect not in ASPECTS or aspect not in checkpoint.aspects:
        raise UnknownOption("aspect", aspect, checkpoint.aspects)
    return checkpoint.size(aspect)


def _aspect_for(source: SourcePicture | None, checkpoint: Checkpoint) -> str:
    """The checkpoint's first aspect, or the one that least is cut off a picture for."""
    if source is None:
        return checkpoint.aspects[0]

    def change(aspect: str) -> float:
        width, height = ASPECTS[aspect]
        return abs(log(source.width / source.height * height / width))

    return min(checkpoint.aspects, key=change)


def _beginning(request: ImageRequest, steps: int) -> dict[str, Any]:
    """The fields of a recipe that begins with a picture; none for one that does not."""
    if request.source is None:
        return {}
    strength = STRENGTH if request.strength is None else request.strength
    return {
        "source": {"sha256": request.source.sha256},
        "strength": strong_enough(strength, steps),
    }


def strong_enough(strength: float, steps: int) -> float:
    """The strength, raised to where one of the steps is taken: the stock pipeline fails at none."""
    return max(strength, ceil(1000 / steps) / 1000)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
