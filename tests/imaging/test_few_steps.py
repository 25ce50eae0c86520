"""The models of few steps: drawn as their authors' pages say, with what models.toml says.

The LoRAs belong on gigabytes of weights; a small one of random weights takes their place here.
"""

from dataclasses import replace

import pytest
from diffusers import DDIMScheduler, EulerDiscreteScheduler, LCMScheduler

from bot.imaging.files import STARTER
from bot.imaging.painter import Weights
from bot.model.checkpoint import Catalogue
from bot.model.planning import plan
from bot.model.request import ImageRequest
from tests.imaging.conftest import Stock, levels
from tests.imaging.low_rank import write_lora
from tests.imaging.test_painter import Studio
from tests.model.test_catalogue import shipped

KEYS = ["sdxl-lightning", "sdxl-hyper", "sdxl-lcm", "sdxl-dmd2"]


@pytest.fixture(scope="module")
def lora(tmp_path_factory):
    return write_lora(tmp_path_factory.mktemp("few") / "few.safetensors", 3)


@pytest.fixture(scope="module")
def few(starter, lora):
    """The shipped entries with the starter's weights and the small LoRA for theirs."""
    where = {
        name: getattr(starter, name)
        for name in ("source", "revision", "variant", "vae", "vae_revision", "native_size")
    }
    entries = {key: shipped().checkpoints[key] for key in KEYS}
    checkpoints = {
        key: replace(one, **where, loras=(replace(one.loras[0], source=str(lora)),))
        for key, one in entries.items()
    }
    return Catalogue(checkpoints, KEYS[0])


@pytest.fixture(scope="module")
def studio(few):
    made = Studio(few)
    yield made
    made.close()


@pytest.fixture(scope="module")
def stock(lora):
    made = Stock(STARTER)
    made.pipeline.load_lora_weights(str(lora))
    return made


def as_its_page_says(stock, key, recipe):
    """The stock pipeline, called as the authors of a LoRA call it."""
    scheduler, changes, call = {
        "sdxl-lightning": (EulerDiscreteScheduler, {"timestep_spacing": "trailing"}, {}),
        "sdxl-hyper": (
            DDIMScheduler,
            {"timestep_spacing": "trailing", "clip_sample": False},
            {},
        ),
        "sdxl-lcm": (LCMScheduler, {}, {}),
        "sdxl-dmd2": (LCMScheduler, {}, {"timesteps": [999, 749, 499, 249]}),
    }[key]
    asked = replace(recipe, scheduler=scheduler.__name__, scheduler_config=changes)
    return stock.draw(replace(asked, guidance_scale=0.0), **call)


@pytest.mark.parametrize("key", KEYS)
def test_few_steps_are_drawn_as_the_authors_draw_them(studio, few, stock, key):
    recipe = plan(ImageRequest("a red fish", model=key), few, seed=5)
    studio.on_thread(studio.painter.load, Weights.of(recipe))
    drawn = levels(studio.draw(recipe).pixels)
    assert (drawn == as_its_page_says(stock, key, recipe)).all()
    assert recipe.evaluations == recipe.steps <= 8
