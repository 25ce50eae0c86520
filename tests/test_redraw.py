"""A picture is drawn again as its recipe says that it was decoded."""

import re
import runpy
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.equipment import open_engine
from bot.imaging import png
from bot.model.errors import ConfigurationError
from bot.model.picture import Work
from bot.model.planning import plan
from bot.model.request import ImageRequest
from bot.redraw import Redraw, RedrawFailed, again
from config.settings import read_settings

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def settings(tmp_path):
    return read_settings({"DEVICE": "cpu", "MODEL": "starter", "DATA_DIR": str(tmp_path)})


def without_pixels(png):
    """A PNG whose pixels are no packed data, and whose chunks are whole."""
    at, after = png.index(b"IDAT") - 4, png.index(b"IEND") - 4
    kind_and_body = b"IDAT" + b"broken"
    broken = struct.pack(">I", 6) + kind_and_body + struct.pack(">I", zlib.crc32(kind_and_body))
    return png[:at] + broken + png[after:]


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


async def test_the_lines_in_the_readme_draw_a_picture_that_was_decoded_in_tiles(
    settings, tmp_path, monkeypatch, capsys
):
    (file,) = await drawn(settings, {"vae_tiling": True})
    (tmp_path / "demo.png").write_bytes(file)
    (tmp_path / "bot").symlink_to(PROJECT / "bot")
    (lines,) = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text("utf-8"), re.S)
    (tmp_path / "check.py").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path("check.py")
    assert capsys.readouterr().out.strip() == "equal"


async def test_a_weighted_and_long_prompt_is_drawn_again_with_every_pixel(settings, tmp_path):
    path, said = tmp_path / "long.png", []
    prompt = f"a (red:1.4) car, {'in the snow, ' * 30} (at night:0.6)"
    (file,) = await drawn(settings, {"prompt": prompt})
    path.write_bytes(file)
    assert png.read_recipe(file).prompt_encoder == "compel"
    await again(Redraw(path), settings, said.append)
    assert said[-1] == "equal: every pixel is the same"


async def test_a_picture_whose_pixels_are_no_data_cannot_be_compared(settings, tmp_path):
    path = tmp_path / "broken.png"
    (file,) = await drawn(settings, {})
    path.write_bytes(without_pixels(file))
    with pytest.raises(RedrawFailed, match="cannot be compared"):
        await again(Redraw(path), settings, print)


async def test_a_new_picture_that_cannot_be_written_is_told(settings, tmp_path):
    path = tmp_path / "drawn.png"
    (file,) = await drawn(settings, {})
    path.write_bytes(file)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        await again(Redraw(path, tmp_path / "no-such-folder" / "again.png"), settings, print)
