"""Whether a recipe from a stranger's file may be drawn, and what two drawings of it differ in."""

from collections.abc import Iterator

from bot.model.beginnings import beginning_objections
from bot.model.checkpoint import Catalogue
from bot.model.checks import scheduler_config
from bot.model.deriving import FACTORS, LARGEST_AREA
from bot.model.errors import BadPrompt
from bot.model.prompting import COMPEL, STOCK, check
from bot.model.recipe import Recipe
from bot.model.request import GUIDANCE, LORA_WEIGHTS, LORAS, SEEDS, STEPS
from bot.model.schedulers import SCHEDULERS, Scheduler

LARGEST_SIDE = 2048
LONGEST_PROMPT = 4000
LONGEST_SHOWN = 200
SCALES = (1, 8)


def objections(recipe: Recipe, catalogue: Catalogue) -> list[str]:
    """Why the recipe is not drawn, a sentence each; empty if it may be."""
    return list(_objections(recipe, catalogue))


def _objections(recipe: Recipe, catalogue: Catalogue) -> Iterator[str]:
    if recipe.model not in catalogue.checkpoints:
        offered = ", ".join(catalogue.checkpoints)
        yield f"The model {recipe.model!r} is not configured here; there are {offered}."
    else:
        yield from _lora_objections(recipe, catalogue)
    if not _is_listed(recipe):
        yield f"The scheduler {recipe.scheduler!r} with its settings is not one of those on offer."
    yield from _size_objections(recipe)
    yield from beginning_objections(recipe)
    for name, value, (least, most) in (
        ("seed", recipe.seed, SEEDS),
        ("steps", recipe.steps, STEPS),
        ("guidance scale", recipe.guidance_scale, GUIDANCE),
        ("display scale", recipe.display_scale, SCALES),
    ):
        if not _is_within(value, (least, most)):
            yield f"The {name} must be from {least:g} to {most:g}."
    for text in (recipe.prompt, recipe.negative_prompt):
        if not isinstance(text, str) or len(text) > LONGEST_PROMPT:
            yield f"A prompt must be a text of at most {LONGEST_PROMPT} characters."
        elif problem := _weights_problem(text, recipe.prompt_encoder):
            yield problem
    if recipe.prompt_encoder not in ("", STOCK, COMPEL):
        yield f"The prompt encoder {recipe.prompt_encoder!r} is neither {STOCK} nor {COMPEL}."


def _weights_problem(prompt: str, encoder: object) -> str:
    """What is wrong with a prompt's weights; the stock way knows none."""
    try:
        if encoder != STOCK:
            check(prompt)
    except BadPrompt as error:
        return f"A prompt's weights are wrong ({error.problem}) at {error.part!r}."
    return ""


def _size_objections(recipe: Recipe) -> Iterator[str]:
    sides = (recipe.width, recipe.height)
    largest = LARGEST_SIDE if recipe.upscale is None else LARGEST_SIDE * max(FACTORS)
    if any(type(side) is not int or not 64 <= side <= largest or side % 8 for side in sides):
        yield f"The size must be multiples of 8 from 64 to {largest} pixels."
    elif recipe.width * recipe.height > LARGEST_AREA:
        yield f"There may be {LARGEST_AREA} pixels at most."


def _is_within(value: object, bounds: tuple[float, float]) -> bool:
    return isinstance(value, int | float) and bounds[0] <= value <= bounds[1]


def _is_listed(recipe: Recipe) -> bool:
    return any(
        one.diffusers_class == recipe.scheduler and _is_changed_lawfully(one, recipe)
        for one in SCHEDULERS.values()
    )


def _is_changed_lawfully(scheduler: Scheduler, recipe: Recipe) -> bool:
    """Whether the recipe changes the scheduler's configuration as models.toml could, if at all."""
    config = recipe.scheduler_config
    try:
        scheduler_config({key: one for key, one in config.items() if key not in scheduler.config})
    except ValueError:
        return False
    return scheduler.config.items() <= config.items()


def _lora_objections(recipe: Recipe, catalogue: Catalogue) -> Iterator[str]:
    own = len(catalogue.checkpoints[recipe.model].loras)
    if len(recipe.loras) > own + LORAS[1]:
        yield f"There may be {LORAS[1]} LoRAs beside the model's own."
    for lora in recipe.loras:
        if not isinstance(lora.id, str) or not catalogue.adapter(recipe.model, lora.id):
            yield f"The LoRA {lora.id!r} is not configured here for that model."
        elif not _is_within(lora.weight, LORA_WEIGHTS):
            yield f"The weight of {lora.id} must be from -1 to 2."


def differences(before: Recipe, now: Recipe) -> list[str]:
    """What a picture was drawn with then and is drawn with now, where that differs."""
    then, here = _circumstances(before), _circumstances(now)
    return [
        f"{_shown(name)}: {_shown(then.get(name))} then, {_shown(here.get(name))} now"
        for name in dict.fromkeys((*then, *here))
        if then.get(name) != here.get(name)
    ]


def _shown(value: object) -> str:
    """A value from a stranger's file, as a terminal may show it."""
    text = str(value or "unknown")
    return text[:LONGEST_SHOWN] if text.isprintable() else repr(text[:LONGEST_SHOWN])


def _circumstances(recipe: Recipe) -> dict[str, object]:
    named = ("model_sha256", "revision", "vae", "device", "dtype", "vae_tiling", "vae_upcast")
    loras = {f"LoRA {one.id}": one.sha256 for one in recipe.loras}
    return {**recipe.versions, **{name: getattr(recipe, name) for name in named}, **loras}
