"""Images that were made from pictures are drawn again."""

import pytest

from bot.model.errors import BotError
from bot.redraw import Redraw, again
from tests.flow.house import answer_to, serving, settings_for
from tests.flow.test_derived import derive, photo


async def test_derived_images_are_drawn_again_from_the_file_they_began_with(sandbox, tmp_path):
    data, paths = tmp_path / "data", {}
    async with serving(sandbox, data) as house:

        async def keep(name, reply):
            (file,) = (await answer_to(reply)).files
            paths[name] = tmp_path / f"{name}.png"
            paths[name].write_bytes(sandbox.attachment_bytes(file))

        await keep("picture", await house.imagine(image=photo(), strength=0.5, steps=4))
        await keep("variation", await derive(house, "vary"))
        await keep("enlargement", await derive(house, "upscale", job=1))
    (tmp_path / "photo").write_bytes(photo().data)
    here, empty = settings_for(sandbox, data), settings_for(sandbox, tmp_path / "empty")

    for name, image, settings in (
        ("picture", None, here),
        ("variation", None, here),
        ("enlargement", paths["picture"], empty),
    ):
        said = []
        await again(Redraw(paths[name], image=image), settings, said.append)
        assert said[-1] == "equal: every pixel is the same", name
    for name, image, settings, reason in (
        ("variation", None, empty, "give the very file"),
        ("enlargement", tmp_path / "photo", here, "is not the file"),
    ):
        with pytest.raises(BotError, match=reason):
            await again(Redraw(paths[name], image=image), settings, print)
