"""Images made from pictures, from the command to the answer."""

import hashlib
import io
import signal

import pytest
from PIL import Image

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import FileOption
from tests.flow.house import answer_to, serving
from tests.flow.processes import bot_process


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


def photo(kind="PNG", size=(300, 200), name="holiday.png"):
    """A picture as a member picks it, under any name."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, kind)
    return FileOption(name, file.getvalue())


async def test_an_image_is_drawn_from_a_members_picture(house):
    image = photo()
    answer = await answer_to(await house.imagine(image=image, strength=0.5, steps=4, seed=3))
    (file,) = answer.files
    recipe = house.recipe(file)
    assert recipe["source"] == {"sha256": hashlib.sha256(image.data).hexdigest()}
    assert (recipe["strength"], recipe["steps"], recipe["width"]) == (0.5, 4, 128)
    assert "from an image, strength 0.5" in answer.text
    words = house.picture((await answer_to(await house.imagine(steps=4, seed=3))).files[0])
    assert house.picture(file).tobytes() != words.tobytes()


async def test_little_strength_leaves_the_picture_as_it_is(house):
    reply = await house.imagine(image=photo(), strength=0.05, steps=10)
    (file,) = (await answer_to(reply)).files
    assert house.recipe(file)["strength"] == 0.1  # one of ten steps is the least
    top, bottom = (house.picture(file).getpixel((256, y))[0] for y in (40, 470))
    assert bottom - top > 120


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (FileOption("cat.png", b"GIF89a" + bytes(100)), "none of PNG, JPEG, WebP"),
        (FileOption("cat.jpg", photo().data[:200]), "cannot be opened"),
        (FileOption("cat.webp", bytes(10 * 2**20 + 1)), "larger than 10 MiB"),
        (photo(size=(4097, 8)), "more than 4096 pixels"),
    ],
)
async def test_a_file_that_cannot_be_drawn_from_is_refused_in_private(house, image, said):
    reply = await house.imagine(image=image)
    refusal = await reply.followed_up()
    assert refusal.ephemeral
    assert said in refusal.text
    assert reply.message is None


async def test_a_strength_without_a_picture_is_refused(house):
    refusal = await (await house.imagine(strength=0.5)).followed_up()
    assert "attach one" in refusal.text


async def test_a_strength_out_of_range_does_not_leave_the_client(house):
    with pytest.raises(ClientRefusal):
        await house.imagine(image=photo(), strength=0.01)


async def test_a_jpeg_and_a_webp_are_pictures_too_whatever_they_are_called(house):
    for kind in ("JPEG", "WEBP"):
        reply = await house.imagine(image=photo(kind, name="x.txt"), private=True)
        answer = await answer_to(reply)
        assert answer.files
        assert answer.ephemeral


async def test_a_picture_outlives_a_kill_between_the_command_and_the_drawing(sandbox, tmp_path):
    member = sandbox.acting("member", "general")
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        long = [await member.slash("imagine", prompt="a cat", steps=60, count=4) for _ in "ab"]
        reply = await member.slash("imagine", prompt="a cat", steps=4, image=photo())
        await reply.until(lambda message: "position" in message.text)
        bot.process.kill()
        await bot.ended()
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        for one in long:
            await (await member.click(one.message, "Cancel")).acknowledged()
        (file,) = (await answer_to(reply)).files
        assert b"strength" in sandbox.attachment_bytes(file)
        assert await bot.stopped(signal.SIGTERM) == 0
