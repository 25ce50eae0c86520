"""`python -m bot redraw`: a picture drawn again in another process."""

from PIL import Image, PngImagePlugin

from tests.flow.test_readme import demo, run


def redraw(path):
    return run("-m", "bot", "redraw", path)


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


def test_a_weighted_and_long_prompt_is_drawn_again_with_every_pixel(tmp_path):
    path = tmp_path / "demo.png"
    demo(path, f"a (red:1.4) car, {'in the snow, ' * 30} (at night:0.6)", "--seed", "5")
    same = redraw(path)
    assert "equal" in same.stdout, same.stderr


def test_a_strangers_file_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "plain.png"
    Image.new("RGB", (8, 8)).save(path)
    refused = redraw(path)
    assert refused.returncode == 1
    assert "the PNG holds no recipe" in refused.stderr
    assert "Traceback" not in refused.stderr
