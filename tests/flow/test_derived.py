"""Images made from pictures, from the command to the answer."""

import hashlib
import io
import re
import signal

import pytest
from PIL import Image

from bot.sandbox.defaults import default_world
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import FileOption
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Overwrite
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
    assert "from an attached image · strength 0.5" in answer.text
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
    house.sandbox.world.user_named("member").upload_limit = 50 * 2**20  # as one who pays for it
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
        answer = await answer_to(reply)
        assert answer.files, answer.text
        (file,) = answer.files
        assert b"strength" in sandbox.attachment_bytes(file)
        assert await bot.stopped(signal.SIGTERM) == 0


async def drawn(house, **options):
    """An image, and the number that its answer shows."""
    answer = await answer_to(await house.imagine(**{"seed": 5, "steps": 4, **options}))
    return answer, int(re.search(r"-# #(\d+) · ", answer.text)[1])


async def derive(house, command, member="member", **options):
    return await (await house.member(member).slash(command, **options)).acknowledged()


async def test_a_variation_names_its_parent_and_looks_a_little_different(house):
    parent, number = await drawn(house)
    reply = await derive(house, "vary", job=number, amount="subtle", count=2)
    answer = await answer_to(reply)
    recipes = [house.recipe(file) for file in answer.files]
    assert f"subtle variation of #{number}, image 1" in answer.text
    assert [one["variation"]["amount"] for one in recipes] == [0.15, 0.15]
    assert f"**Seed** `5`, varied by `{recipes[0]['variation']['seed']}`" in answer.text
    assert [one["source"] for one in recipes] == [{"job": number, "image": 1}] * 2
    pixels = {house.picture(file).tobytes() for file in (*parent.files, *answer.files)}
    assert len(pixels) == 3


async def test_an_enlargement_is_twice_as_large_and_names_its_parent(house):
    parent, number = await drawn(house, count=2)
    answer = await answer_to(await derive(house, "upscale", job=number, image=2))
    (file,) = answer.files
    assert house.picture(file).size == (1024, 1024)
    assert f"2× #{number}, image 2 · strength 0.25" in answer.text
    recipe = house.recipe(file)
    assert recipe["upscale"] == {"factor": 2, "tile": 128, "overlap": 32, "prompt": ""}
    source = house.sandbox.attachment_bytes(parent.files[1])
    assert recipe["source"]["sha256"] == hashlib.sha256(source).hexdigest()


async def test_the_last_image_is_taken_and_suggested_where_none_is_named(house):
    await drawn(house)
    _, number = await drawn(house, prompt="a blue house")
    offered = await house.member().autocomplete("vary", "job", "")
    assert offered[0] == {"name": f"#{number} a blue house", "value": number}
    assert len(offered) == 2
    assert [one["value"] for one in await house.member().autocomplete("upscale", "job", "apple")]
    assert await house.member("patron").autocomplete("vary", "job", "") == []
    answer = await answer_to(await derive(house, "vary", amount="strong"))
    assert f"strong variation of #{number}" in answer.text


async def test_an_image_from_a_picture_can_be_varied_and_enlarged(house):
    await drawn(house, image=photo(), strength=0.5)
    varied = await answer_to(await derive(house, "vary"))
    recipe = house.recipe(varied.files[0])
    assert recipe["source"]["sha256"] == hashlib.sha256(photo().data).hexdigest()
    assert (recipe["strength"], recipe["variation"]["amount"]) == (0.5, 0.15)
    larger = await answer_to(await derive(house, "upscale", factor=2))
    assert house.picture(larger.files[0]).size == (1024, 1024)


async def test_what_a_member_cannot_see_is_refused_in_private(house):
    _, number = await drawn(house, private=True)
    for command in ("upscale", "vary"):
        own = await (await derive(house, command, job=number)).followed_up()
        assert "is private" in own.text
        for missing in (number, 99):
            refusal = await (
                await derive(house, command, "patron", job=missing, private=False)
            ).followed_up()
            assert refusal.ephemeral
            assert f"There is no image #{missing} here that you can see" in refusal.text
    answer = await answer_to(await derive(house, "vary", job=number, private=True))
    assert answer.ephemeral


async def test_an_image_in_a_channel_that_a_member_cannot_see_is_not_there(open_sandbox, tmp_path):
    world = default_world()
    studio = next(iter(world.guilds.values()))
    everyone = Overwrite(studio.id, deny=int(Permission.VIEW_CHANNEL))
    moderators = next(role for role in studio.roles.values() if role.name == "moderator")
    inside = Overwrite(moderators.id, allow=int(Permission.VIEW_CHANNEL))
    bot = Overwrite(world.bot.id, allow=int(Permission.VIEW_CHANNEL), member=True)
    world.add_channel(studio, "backstage", overwrites=[everyone, inside, bot])
    async with open_sandbox(world) as sandbox, serving(sandbox, tmp_path) as house:
        moderator = sandbox.acting("moderator", "backstage")
        await answer_to(await moderator.slash("imagine", prompt="a cat", steps=1))
        refusal = await (await derive(house, "vary", "patron", job=1)).followed_up()
        assert "no image #1 here that you can see" in refusal.text
        seen = await answer_to(await derive(house, "vary", "moderator", job=1))
        assert seen.files
