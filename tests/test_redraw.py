"""A picture is drawn again as its recipe says that it was decoded."""

from dataclasses import replace

import pytest

from bot.equipment import open_engine
from bot.imaging import png
from bot.model.picture import Work
from bot.model.planning import plan
from bot.model.request import ImageRequest
from bot.redraw import Redraw, again
from config.settings import read_settings


@pytest.fixture
def settings(tmp_path):
    return read_settings({"DEVICE": "cpu", "MODEL": "starter", "DATA_DIR": str(tmp_path)})


async def drawn(settings, *decodings):
    """One image, larger than a tile of the VAE, decoded in these ways."""
    async with open_engine(settings) as (engine, catalogue):
        recipe = replace(plan(ImageRequest("a red apple", steps=2), catalogue, seed=1), width=256)
        recipes = tuple(replace(recipe, **decoding) for decoding in decodings)
        rendered = await engine.render(Work(1, 1, 1.0, recipes), lambda _: None)
    return [picture.png for picture in rendered.pictures]


@pytest.mark.parametrize(
    "decoding",
    [{"vae_tiling": True}, {"vae_upcast": True}, {"vae_tiling": True, "vae_upcast": True}],
)
async def test_a_picture_that_was_decoded_with_care_is_drawn_again_with_every_pixel(
    settings, tmp_path, decoding
):
    path, said = tmp_path / "careful.png", []
    plain, careful = await drawn(settings, {}, decoding)
    assert png.same_pixels(plain, careful) is not decoding.get("vae_tiling", False)
    path.write_bytes(careful)
    kept = png.read_recipe(careful)
    assert {name: getattr(kept, name) for name in decoding} == decoding
    await again(Redraw(path), settings, said.append)
    assert said[-1] == "equal: every pixel is the same"
