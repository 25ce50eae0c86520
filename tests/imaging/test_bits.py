"""The seed means something: the engine's pixels are those of the bare library, byte for byte."""

import asyncio
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.imaging.engine import Engine
from bot.imaging.executor import Tuning
from bot.imaging.png import read_recipe
from bot.imaging.sdxl import painter_factory
from bot.imaging.sources import nowhere
from bot.model.picture import Work
from bot.model.recipe import Recipe
from bot.model.schedulers import SCHEDULERS

LABELS = tuple(SCHEDULERS)


def order(label="Euler", **changes):
    scheduler = SCHEDULERS[label]
    values = {
        "prompt": "an astronaut riding a green horse",
        "negative_prompt": "",
        "seed": 7,
        "width": 128,
        "height": 128,
        "steps": 5,
        "guidance_scale": 3.5,
        "scheduler": scheduler.diffusers_class,
        "scheduler_config": scheduler.config,
        "model": "starter",
    }
    return Recipe(**{**values, **changes})


def drawn_again(catalogue, *jobs, read_source=nowhere):
    """Every job's pictures, all jobs in flight at once on an engine of their own."""

    async def draw():
        # Without any lag allowed, and with previews at every step, jobs mix as much as they can.
        tuning = Tuning(lag=0.0, preview_seconds=0.0)
        factory = painter_factory(catalogue, device="cpu")
        engine = Engine(factory, tuning=tuning, read_source=read_source)
        engine.start()
        try:
            return await asyncio.gather(
                *(
                    engine.render(Work(number, number, 1.0, tuple(recipes)), lambda _: None)
                    for number, recipes in enumerate(jobs)
                )
            )
        finally:
            assert await engine.stop(grace=60.0)

    return asyncio.run(draw())


def pixels_of(picture):
    """The picture as it was drawn, taken back from its enlargement's file."""
    return np.asarray(Image.open(io.BytesIO(picture.png)))


def enlarged(image, scale):
    size = (image.shape[1] * scale, image.shape[0] * scale)
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


@pytest.mark.parametrize("label", LABELS)
def test_a_job_alone_is_drawn_as_the_bare_library_draws_it(label, catalogue, stock):
    recipes = [
        order(label),
        order(label, guidance_scale=1.0, negative_prompt="blurry", seed=2**32 - 1),
    ]
    for recipe in recipes:
        [rendered] = drawn_again(catalogue, [recipe])
        assert (pixels_of(rendered.pictures[0]) == enlarged(stock.draw(recipe), 4)).all()


def test_jobs_in_flight_together_do_not_touch_each_other(catalogue, stock):
    jobs = [
        [order(label, seed=seed, guidance_scale=guidance, steps=4 + seed % 3)]
        for seed, (label, guidance) in enumerate(
            (label, guidance) for label in LABELS for guidance in (1.0, 5.0)
        )
    ]
    for [recipe], rendered in zip(jobs, drawn_again(catalogue, *jobs), strict=True):
        assert (pixels_of(rendered.pictures[0]) == enlarged(stock.draw(recipe), 4)).all()


def test_a_restarted_engine_draws_the_same_from_the_recipe_in_the_file(catalogue):
    [first] = drawn_again(catalogue, [order("DPM++ 2M SDE Karras"), order("Euler a", seed=9)])
    recipes = [read_recipe(picture.png) for picture in first.pictures]
    [second] = drawn_again(catalogue, recipes)
    assert [one.png for one in first.pictures] == [one.png for one in second.pictures]


recipes = st.builds(
    order,
    st.sampled_from(LABELS),
    prompt=st.sampled_from(
        ["a red fish", "two cats, 4k", "", "日本 🐎 ümlaut", "a (red) fish, :)", "cat " * 75]
    ),
    negative_prompt=st.sampled_from(["", "blurry", "blurry, " * 37]),
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 4),
    guidance_scale=st.sampled_from([0.0, 1.0, 1.5, 7.0]),
    width=st.sampled_from([64, 128, 136]),
    height=st.sampled_from([64, 128]),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(recipes, min_size=1, max_size=3))
def test_any_recipes_together_are_drawn_as_the_bare_library_draws_each(catalogue, stock, jobs):
    rendered = drawn_again(catalogue, *([one] for one in jobs))
    for recipe, one in zip(jobs, rendered, strict=True):
        assert (pixels_of(one.pictures[0]) == enlarged(stock.draw(recipe), 4)).all()
