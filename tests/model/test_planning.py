"""What a request becomes before it is drawn."""

from dataclasses import replace

import pytest

from bot.model.checkpoint import ASPECTS, Catalogue, Checkpoint, Style
from bot.model.errors import BadPrompt, EmptyPrompt, OutOfRange, UnknownOption
from bot.model.planning import plan
from bot.model.request import ImageRequest
from bot.model.schedulers import label_of

SMALL = Checkpoint(
    key="small",
    source="folder",
    scheduler="Euler",
    steps=24,
    guidance_scale=3.5,
    native_size=128,
    display_scale=4,
    aspects=("1:1",),
    negative_prompt="blurry",
)
LARGE = Checkpoint(key="large", source="owner/name")
CATALOGUE = Catalogue(
    checkpoints={"small": SMALL, "large": LARGE},
    default="small",
    styles={"ink": Style("ink", "{prompt}, ink on paper", "photo")},
)


def test_what_the_member_leaves_open_comes_from_the_checkpoint():
    recipe = plan(ImageRequest("a cat"), CATALOGUE, seed=5)
    assert (recipe.seed, recipe.steps, recipe.guidance_scale) == (5, 24, 3.5)
    assert (recipe.width, recipe.height, recipe.display_scale) == (128, 128, 4)
    assert recipe.scheduler == "EulerDiscreteScheduler"
    assert recipe.negative_prompt == "blurry"


def test_what_the_member_names_wins_even_where_it_is_zero():
    request = ImageRequest(
        "a cat", model="large", seed=0, steps=3, guidance_scale=0.0, scheduler="Heun"
    )
    recipe = plan(request, CATALOGUE, seed=5)
    assert (recipe.seed, recipe.steps, recipe.guidance_scale) == (0, 3, 0.0)
    assert recipe.scheduler == "HeunDiscreteScheduler"
    assert recipe.model == "large"


def test_a_style_is_put_round_the_prompt_and_joins_the_negative_prompts():
    request = ImageRequest("a cat", negative_prompt="dog", style="ink")
    recipe = plan(request, CATALOGUE, seed=1)
    assert recipe.prompt == "a cat, ink on paper"
    assert recipe.negative_prompt == "dog, photo, blurry"


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_is_about_one_megapixel_and_fits_the_vae(aspect):
    recipe = plan(ImageRequest("a cat", model="large", aspect=aspect), CATALOGUE, seed=1)
    assert (recipe.width, recipe.height) == ASPECTS[aspect]
    assert 0.9 < recipe.megapixels < 1.07
    assert recipe.width % 8 == recipe.height % 8 == 0


@pytest.mark.parametrize(
    ("option", "request_"),
    [
        ("model", ImageRequest("a cat", model="none")),
        ("style", ImageRequest("a cat", style="none")),
        ("aspect", ImageRequest("a cat", aspect="16:9")),
        ("aspect", ImageRequest("a cat", aspect="1:7", model="large")),
        ("scheduler", ImageRequest("a cat", scheduler="none")),
    ],
)
def test_an_option_nobody_configured_is_refused_with_those_that_are(option, request_):
    with pytest.raises(UnknownOption) as refused:
        plan(request_, CATALOGUE, seed=1)
    assert refused.value.option == option
    assert refused.value.choices


@pytest.mark.parametrize(
    "request_",
    [
        ImageRequest("a (cat:9)"),
        ImageRequest("a cat", negative_prompt="(dog:2.5)"),
        ImageRequest("a cat:1.3)", style="ink"),
    ],
)
def test_a_weight_that_cannot_be_drawn_is_refused_before_it_is_queued(request_):
    with pytest.raises(BadPrompt):
        plan(request_, CATALOGUE, seed=1)


def test_who_encodes_a_prompt_is_left_to_the_engine():
    assert plan(ImageRequest("a (cat:1.3)"), CATALOGUE, seed=1).prompt_encoder == ""


@pytest.mark.parametrize(
    ("option", "changes"),
    [
        ("count", {"count": 0}),
        ("count", {"count": 5}),
        ("seed", {"seed": -1}),
        ("seed", {"seed": 2**32}),
        ("steps", {"steps": 0}),
        ("steps", {"steps": 61}),
        ("guidance", {"guidance_scale": 20.5}),
        ("guidance", {"guidance_scale": float("nan")}),
        ("prompt's length", {"prompt": "x" * 1501}),
        ("negative prompt's length", {"negative_prompt": "x" * 1001}),
    ],
)
def test_an_option_out_of_its_bounds_is_refused_whoever_let_it_through(option, changes):
    with pytest.raises(OutOfRange) as refused:
        plan(ImageRequest(**{"prompt": "a cat", **changes}), CATALOGUE, seed=1)
    assert refused.value.option == option


def test_a_prompt_of_blanks_is_refused():
    with pytest.raises(EmptyPrompt):
        plan(ImageRequest(" \n\t "), CATALOGUE, seed=1)


def test_a_checkpoint_changes_the_configuration_of_every_scheduler():
    trailing = replace(LARGE, scheduler_config={"timestep_spacing": "trailing"})
    catalogue = replace(CATALOGUE, checkpoints={"large": trailing}, default="large")
    recipe = plan(ImageRequest("a cat"), catalogue, seed=1)
    assert recipe.scheduler_config == {"timestep_spacing": "trailing", "use_karras_sigmas": True}
    assert label_of(recipe.scheduler, recipe.scheduler_config) == "DPM++ 2M Karras"
    recipe = plan(ImageRequest("a cat", scheduler="Heun"), catalogue, seed=1)
    assert recipe.scheduler_config == {"timestep_spacing": "trailing"}
    assert label_of(recipe.scheduler, recipe.scheduler_config) == "Heun"


@pytest.mark.parametrize(("steps", "config"), [(50, {}), (51, {"original_inference_steps": 100})])
def test_the_lcm_scheduler_can_take_all_the_steps_on_offer(steps, config):
    recipe = plan(ImageRequest("a cat", scheduler="LCM", steps=steps), CATALOGUE, seed=1)
    assert recipe.scheduler_config == config
