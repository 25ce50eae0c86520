"""A stranger's recipe, and what two drawings of one differ in."""

from dataclasses import replace

import pytest

from bot.model.checkpoint import Adapter, Catalogue, Checkpoint
from bot.model.recipe import Lora, Recipe
from bot.model.redrawing import differences, objections
from bot.model.schedulers import SCHEDULERS

STARTER = Checkpoint(key="starter", source="folder", loras=(Adapter("own", "a/own"),))
CATALOGUE = Catalogue({"starter": STARTER}, "starter", loras={"ink": Adapter("ink", "a/ink")})
RECIPE = Recipe(
    prompt="a cat",
    negative_prompt="",
    seed=7,
    width=128,
    height=128,
    steps=24,
    guidance_scale=3.5,
    scheduler="EulerDiscreteScheduler",
    model="starter",
    device="cpu, 1 thread",
    versions={"torch": "2.13.0", "diffusers": "0.42.1"},
)


@pytest.mark.parametrize("scheduler", SCHEDULERS.values(), ids=list(SCHEDULERS))
def test_what_members_may_ask_for_may_be_drawn_again(scheduler):
    recipe = replace(
        RECIPE, scheduler=scheduler.diffusers_class, scheduler_config=dict(scheduler.config)
    )
    assert objections(recipe, CATALOGUE) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "owner/anything"}, "not configured here; there are starter"),
        ({"scheduler": "DPMSolverSDEScheduler"}, "not one of those on offer"),
        ({"scheduler_config": {"num_train_timesteps": 10**12}}, "not one of those on offer"),
        ({"scheduler_config": {"timestep_spacing": "any"}}, "not one of those on offer"),
        ({"loras": (Lora("owner/anything", 1.0),)}, "'owner/anything' is not configured here"),
        ({"loras": (Lora(["ink"], 1.0),)}, "not configured here"),
        ({"loras": (Lora("ink", 3.0),)}, "weight of ink"),
        ({"loras": (Lora("ink", "much"),)}, "weight of ink"),
        ({"loras": (Lora("ink", 1.0),) * 5}, "3 LoRAs beside"),
        ({"width": 100_000}, "size"),
        ({"height": 100}, "size"),
        ({"width": "128"}, "size"),
        ({"steps": 10**9}, "steps must be from 1 to 60"),
        ({"seed": -1}, "seed"),
        ({"guidance_scale": float("nan")}, "guidance"),
        ({"display_scale": 1000}, "display scale"),
        ({"prompt": "x" * 5000}, "prompt"),
        ({"negative_prompt": None}, "prompt"),
        ({"prompt": "a (cat:90.0)"}, "weights are wrong (bounds) at 'cat'"),
        ({"negative_prompt": "(cat:-1.0)", "prompt_encoder": "compel"}, "weights are wrong"),
        ({"prompt_encoder": "owner/anything"}, "'owner/anything' is neither stock nor compel"),
        ({"prompt_encoder": ["stock"]}, "neither stock nor compel"),
    ],
)
def test_a_strangers_recipe_is_not_drawn_if_no_member_could_have_asked_for_it(changes, said):
    assert said in " ".join(objections(replace(RECIPE, **changes), CATALOGUE))


def test_what_a_model_may_change_in_a_scheduler_may_be_drawn_again():
    changed = {"use_karras_sigmas": True, "timestep_spacing": "trailing"}
    recipe = replace(RECIPE, scheduler="DPMSolverMultistepScheduler", scheduler_config=changed)
    assert objections(recipe, CATALOGUE) == []


def test_the_loras_of_the_model_and_those_on_offer_may_be_drawn_again():
    recipe = replace(RECIPE, loras=(Lora("own", 1.0, "ab"), Lora("ink", -1.0)))
    assert objections(recipe, CATALOGUE) == []


def test_a_lora_whose_file_is_another_one_is_named():
    before = replace(RECIPE, loras=(Lora("ink", 1.0, "aa"),))
    now = replace(RECIPE, loras=(Lora("ink", 1.0, "bb"),))
    assert differences(before, now) == ["LoRA ink: aa then, bb now"]


def test_the_versions_and_the_device_that_differ_are_named():
    now = replace(RECIPE, versions={"torch": "2.14.0", "diffusers": "0.42.1"}, device="cuda")
    assert differences(RECIPE, now) == [
        "torch: 2.13.0 then, 2.14.0 now",
        "device: cpu, 1 thread then, cuda now",
    ]
    assert differences(RECIPE, RECIPE) == []


def test_what_looks_like_a_weight_to_compel_is_prose_to_the_stock_way():
    assert objections(replace(RECIPE, prompt="(cat:90.0)", prompt_encoder="stock"), CATALOGUE) == []


def test_what_a_stranger_wrote_does_no_harm_to_a_terminal():
    before = replace(RECIPE, versions={"torch\x1b[2J": "\x1b[31m" + "9" * 5000})
    (said,) = differences(before, replace(RECIPE, versions={}))
    assert said.isprintable()
    assert len(said) < 300
