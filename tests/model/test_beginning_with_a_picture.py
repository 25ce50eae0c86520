"""What a request with a picture becomes before it is drawn."""

import pytest

from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import StrengthWithoutPicture
from bot.model.planning import plan
from bot.model.request import ImageRequest, SourcePicture
from tests.model.test_planning import CATALOGUE

UPRIGHT = Checkpoint(key="upright", source="folder", aspects=("2:3", "9:16"))


def planned(sides=(100, 100), catalogue=CATALOGUE, **options):
    source = SourcePicture("0" * 64, *sides)
    return plan(ImageRequest("a cat", source=source, **options), catalogue, seed=1)


def test_the_recipe_names_the_file_and_how_far_to_go_from_it():
    recipe = planned()
    assert (recipe.source, recipe.strength) == ({"sha256": "0" * 64}, 0.6)
    assert planned(strength=0.25).strength == 0.25
    words = plan(ImageRequest("a cat"), CATALOGUE, seed=1)
    assert (words.source, words.strength) == (None, None)


@pytest.mark.parametrize("steps", range(1, 61))
def test_one_of_the_steps_is_always_taken(steps):
    recipe = planned(steps=steps, strength=0.05)
    assert int(recipe.steps * recipe.strength) >= 1
    assert recipe.strength == pytest.approx(max(0.05, 1 / steps), abs=0.001)


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        ((4000, 3000), (1152, 896)),
        ((3000, 2000), (1216, 832)),
        ((1920, 1080), (1344, 768)),
        ((1080, 1920), (768, 1344)),
        ((4096, 1), (1536, 640)),
        ((500, 500), (1024, 1024)),
    ],
)
def test_the_aspect_is_the_one_that_least_is_cut_off_for(sides, size):
    recipe = planned(sides, model="large")
    assert (recipe.width, recipe.height) == size
    square = planned(sides, model="large", aspect="1:1")
    assert (square.width, square.height) == (1024, 1024)


def test_a_model_without_a_square_draws_its_first_aspect_where_nobody_says():
    catalogue = Catalogue({"upright": UPRIGHT}, "upright")
    assert plan(ImageRequest("a cat"), catalogue, seed=1).width == 832
    assert planned((1080, 1920), catalogue).width == 768


def test_a_strength_needs_a_picture():
    with pytest.raises(StrengthWithoutPicture):
        plan(ImageRequest("a cat", strength=0.5), CATALOGUE, seed=1)
