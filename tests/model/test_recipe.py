"""The recipe as a public format."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.recipe import Lora, Recipe

EULER = Recipe(
    prompt="a cat",
    negative_prompt="",
    seed=7,
    width=128,
    height=128,
    steps=24,
    guidance_scale=3.5,
    scheduler="EulerDiscreteScheduler",
    model="starter",
)


@given(
    prompt=st.text(),
    seed=st.integers(0, 2**32 - 1),
    guidance_scale=st.floats(0, 20),
    loras=st.lists(st.builds(Lora, st.text(), st.floats(-1, 2), st.text()), max_size=3),
    strength=st.none() | st.floats(0.05, 1),
    scheduler_config=st.dictionaries(st.text(), st.booleans() | st.text()),
)
def test_a_recipe_read_back_from_its_json_is_the_same(**changes):
    recipe = replace(EULER, **changes | {"loras": tuple(changes["loras"])})
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "format 1"),
        ('{"format": 2}', "format 1"),
        ('{"format": 1}', "incomplete"),
        ('{"format": 1, "colour": "red"}', "unknown fields: colour"),
        (EULER.to_json().replace('"seed": 7', '"seed": "7"'), "wrong kind: seed"),
        (EULER.to_json().replace('"vae_tiling": false', '"vae_tiling": 1'), "kind: vae_tiling"),
        (EULER.to_json().replace('"loras": []', '"loras": [1]'), "incomplete"),
        (EULER.to_json().replace('"versions": {}', '"versions": "all"'), "kind: versions"),
    ],
)
def test_a_text_that_is_no_recipe_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        Recipe.from_json(text)


def test_the_seed_counts_up_over_a_jobs_images_and_starts_again_after_the_last():
    last = replace(EULER, seed=2**32 - 1)
    assert [last.numbered(index).seed for index in range(3)] == [2**32 - 1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "evaluations"),
    [
        ({}, 48),
        ({"guidance_scale": 1.0}, 24),
        ({"scheduler": "HeunDiscreteScheduler"}, 94),
        ({"strength": 0.5}, 24),
        ({"strength": 0.01}, 2),
    ],
)
def test_evaluations_count_guidance_heun_and_strength(changes, evaluations):
    assert replace(EULER, **changes).evaluations == evaluations
