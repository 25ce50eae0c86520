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


TILED = {"factor": 2, "tile": 128, "overlap": 32, "prompt": ""}


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
        ('{"format": 1, "colour": "red"}', "unknown fields: 'colour'"),
        ("[" * 100_000, "nested too deeply"),
        (EULER.to_json().replace('"seed": 7', '"seed": "7"'), "wrong kind: seed"),
        (EULER.to_json().replace('"vae_tiling": false', '"vae_tiling": 1'), "kind: vae_tiling"),
        (EULER.to_json().replace('"loras": []', '"loras": [1]'), "incomplete"),
        (EULER.to_json().replace('"versions": {}', '"versions": "all"'), "kind: versions"),
        (EULER.to_json().replace('"versions": {}', '"versions": 5'), "kind: versions"),
        (EULER.to_json().replace('"versions": {}', '"versions": null'), "kind: versions"),
        (EULER.to_json().replace('"source": null', '"source": 5'), "kind: source"),
        (EULER.to_json().replace('"strength": null', '"strength": {}'), "kind: strength"),
        (EULER.to_json().replace('_config": {}', '_config": 5'), "kind: scheduler_config"),
        (EULER.to_json().replace('"seed": 7', '"seed": null'), "kind: seed"),
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
        ({"strength": 0.5, "scheduler": "HeunDiscreteScheduler"}, 46),
        ({"width": 256, "strength": 0.5, "upscale": TILED}, 72),
    ],
)
def test_evaluations_count_guidance_heun_strength_and_tiles(changes, evaluations):
    assert replace(EULER, **changes).evaluations == evaluations


def test_an_enlargements_tiles_are_plain_recipes_over_parts_of_the_source():
    recipe = replace(EULER, width=256, strength=0.2, source={"sha256": "0"}, upscale=TILED)
    assert [(box.left, box.width) for box in recipe.tiles] == [(0, 128), (64, 128), (128, 128)]
    tile = recipe.of_tile(2)
    assert (tile.prompt, tile.seed, tile.width, tile.upscale) == ("", 9, 128, None)
    assert EULER.of_tile(0) == EULER
    assert (recipe.megapixels, EULER.megapixels) == (EULER.megapixels, 128 * 128 / 10**6)


def test_of_a_variation_the_seed_it_is_mixed_with_counts_up():
    varied = replace(EULER, variation={"seed": 2**32 - 1, "amount": 0.1})
    assert varied.numbered(1).variation == {"seed": 0, "amount": 0.1}
    assert varied.numbered(1).seed == EULER.seed
