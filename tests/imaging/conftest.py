"""The starter checkpoint, drawn by the bare library: what the engine is compared with."""

import numpy as np
import pytest
import torch

from bot.imaging.files import STARTER
from bot.imaging.painter import Pixels
from bot.imaging.sdxl.hub import Hub
from bot.model.checkpoint import Catalogue, Checkpoint
from tests.imaging.loopback_hub import serving

torch.set_num_threads(1)


class Stock:
    """Stock diffusers, used as its own documents say, on a checkpoint in a folder."""

    def __init__(self, folder, pipeline=None):
        from diffusers import StableDiffusionXLPipeline

        self.pipeline = pipeline or StableDiffusionXLPipeline.from_pretrained(
            str(folder), dtype=torch.float32, use_safetensors=True
        )
        self.pipeline.set_progress_bar_config(disable=True)
        self.configuration = self.pipeline.scheduler.config

    def draw(self, recipe, **more):
        """The picture of a recipe as an array of grey levels."""
        return self._call(self.pipeline, recipe, width=recipe.width, height=recipe.height, **more)

    def draw_from(self, image, recipe, **more):
        """The picture of a recipe that begins with an image of its size."""
        from diffusers import StableDiffusionXLImg2ImgPipeline

        pipeline = StableDiffusionXLImg2ImgPipeline(**self.pipeline.components)
        pipeline.set_progress_bar_config(disable=True)
        return self._call(pipeline, recipe, image=image, strength=recipe.strength, **more)

    def _call(self, pipeline, recipe, **more):
        import diffusers

        scheduler = getattr(diffusers, recipe.scheduler)
        pipeline.scheduler = scheduler.from_config(self.configuration, **recipe.scheduler_config)
        image = pipeline(
            recipe.prompt,
            negative_prompt=recipe.negative_prompt or None,
            num_inference_steps=recipe.steps,
            guidance_scale=recipe.guidance_scale,
            **{"generator": torch.Generator("cpu").manual_seed(recipe.seed), **more},
        ).images[0]
        return np.asarray(image)


@pytest.fixture(scope="session")
def stock():
    return Stock(STARTER)


@pytest.fixture(scope="session")
def starter():
    return Checkpoint(
        key="starter", source=str(STARTER), native_size=128, display_scale=4, aspects=("1:1",)
    )


@pytest.fixture(scope="session")
def catalogue(starter):
    return Catalogue(checkpoints={"starter": starter}, default="starter")


@pytest.fixture
def server():
    with serving() as made:
        yield made


@pytest.fixture
def hub(server, tmp_path):
    return Hub(endpoint=f"http://127.0.0.1:{server.server_port}", cache=tmp_path / "cache")


def levels(pixels: Pixels):
    """Pixels as an array of rows, columns and colours."""
    return np.frombuffer(pixels.rgb, np.uint8).reshape(pixels.height, pixels.width, 3)
