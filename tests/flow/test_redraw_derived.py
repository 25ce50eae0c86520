"""`python -m bot redraw` on images that were made from pictures."""

import asyncio
import os
import sys

from tests.flow.house import answer_to, serving
from tests.flow.processes import PROJECT
from tests.flow.test_derived import derive, photo


async def redraw(*arguments, data):
    """The exit code and what was said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "redraw", *map(str, arguments)),
        cwd=PROJECT,
        env={**os.environ, "DATA_DIR": str(data), "DEVICE": "cpu"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(240):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


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
    empty = tmp_path / "empty"
    begun, kept, given = await asyncio.gather(
        redraw(paths["picture"], data=data),
        redraw(paths["variation"], data=data),
        redraw(paths["enlargement"], "--image", paths["picture"], data=empty),
    )
    for code, said in (begun, kept, given):
        assert code == 0, said
        assert "equal" in said
    missing, wrong = await asyncio.gather(
        redraw(paths["variation"], data=empty),
        redraw(paths["enlargement"], "--image", tmp_path / "photo", data=data),
    )
    for (code, said), reason in ((missing, "give the very file"), (wrong, "is not the file")):
        assert code == 1
        assert reason in said
        assert "Traceback" not in said
