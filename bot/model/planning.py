"""From what a member asked for to the recipe that will be drawn, as pure functions."""

from bot.model.checkpoint import ASPECTS, Catalogue, Checkpoint, Style
from bot.model.errors import EmptyPrompt, UnknownOption
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest
from bot.model.schedulers import SCHEDULERS


def plan(request: ImageRequest, catalogue: Catalogue, *, seed: int) -> Recipe:
    """The recipe of a request's first image; `seed` is drawn with where the member named none.

    Raises EmptyPrompt, or UnknownOption for a model, style, aspect or scheduler not on offer.
    """
    if not request.prompt.strip():
        raise EmptyPrompt
    checkpoint = _checkpoint(request, catalogue)
    style = _style(request, catalogue)
    label = request.scheduler or checkpoint.scheduler
    if label not in SCHEDULERS:
        raise UnknownOption("scheduler", label, tuple(SCHEDULERS))
    scheduler = SCHEDULERS[label]
    width, height = _size(request, checkpoint)
    return Recipe(
        prompt=style.dress(request.prompt),
        negative_prompt=_joined(
            request.negative_prompt, style.negative_prompt, checkpoint.negative_prompt
        ),
        seed=request.seed if request.seed is not None else seed,
        width=width,
        height=height,
        steps=request.steps or checkpoint.steps,
        guidance_scale=(
            checkpoint.guidance_scale if request.guidance_scale is None else request.guidance_scale
        ),
        scheduler=scheduler.diffusers_class,
        scheduler_config=scheduler.config,
        model=checkpoint.key,
        revision=checkpoint.revision,
        display_scale=checkpoint.display_scale,
    )


def _checkpoint(request: ImageRequest, catalogue: Catalogue) -> Checkpoint:
    key = request.model or catalogue.default
    if key not in catalogue.checkpoints:
        raise UnknownOption("model", key, tuple(catalogue.checkpoints))
    return catalogue.checkpoints[key]


def _style(request: ImageRequest, catalogue: Catalogue) -> Style:
    if request.style is None:
        return Style(key="", template="{prompt}")
    if request.style not in catalogue.styles:
        raise UnknownOption("style", request.style, tuple(catalogue.styles))
    return catalogue.styles[request.style]


def _size(request: ImageRequest, checkpoint: Checkpoint) -> tuple[int, int]:
    if request.aspect not in ASPECTS or request.aspect not in checkpoint.aspects:
        raise UnknownOption("aspect", request.aspect, checkpoint.aspects)
    return checkpoint.size(request.aspect)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
