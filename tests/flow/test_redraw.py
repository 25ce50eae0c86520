"""`python -m bot redraw`: a picture drawn again in another process."""

import pytest
from PIL import Image, PngImagePlugin

from tests.flow.test_readme import demo, run


def redraw(path, *options):
    return run("-m", "bot", "redraw", path, *options)


def edited(path, *, text=None, touch=False):
    """The picture with another recipe, or with one pixel changed."""
    image = Image.open(path)
    info = PngImagePlugin.PngInfo()
    info.add_text("recipe", text or image.text["recipe"])
    if touch:
        red, green, blue = image.getpixel((3, 3))
        image.putpixel((3, 3), (red ^ 1, green, blue))
    image.save(path, pnginfo=info)


def test_a_picture_is_drawn_again_and_compared_pixel_by_pixel(tmp_path):
    path = tmp_path / "demo.png"
    demo(path, "a red car", "--seed", "5")
    same = redraw(path)
    assert same.returncode == 0, same.stderr
    assert "equal" in same.stdout
    edited(path, touch=True)
    other = redraw(path)
    assert other.returncode == 1
    assert "the pixels are different" in other.stderr
    assert "Traceback" not in other.stderr


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"format": 1}', '{"format": 1, "\x1b[2J": 1}'], ids=len
)
def test_a_strangers_recipe_is_refused_in_a_sentence(tmp_path, text):
    path = tmp_path / "strange.png"
    Image.new("RGB", (8, 8)).save(path)
    edited(path, text=text)
    refused = redraw(path)
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "cannot be drawn again: the recipe" in refused.stderr


def test_a_strangers_file_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "plain.png"
    Image.new("RGB", (8, 8)).save(path)
    refused = redraw(path)
    assert refused.returncode == 1
    assert "the PNG holds no recipe" in refused.stderr
    assert "Traceback" not in refused.stderr
