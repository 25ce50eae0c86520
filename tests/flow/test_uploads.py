"""Answers arrive in servers that take only small files, as the best file that fits."""

import pytest
from PIL import Image

from bot.sandbox.faults import Fault, FaultKind
from tests.flow.house import answer_to, serving


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


def studio(house):
    """The server that the members are in."""
    return next(one for one in house.sandbox.world.guilds.values() if one.name == "Studio")


async def size_of_one(house):
    """The bytes of the PNG that the seed of these tests gives."""
    (file,) = (await answer_to(await house.imagine(seed=4))).files
    return len(house.sandbox.attachment_bytes(file))


@pytest.mark.happens("the image is larger than the server's upload limit")
async def test_an_image_too_large_for_the_server_arrives_as_one_that_fits(house):
    studio(house).upload_limit = limit = await size_of_one(house) // 4
    answer = await answer_to(await house.imagine(seed=4))
    (file,) = answer.files
    assert len(house.sandbox.attachment_bytes(file)) <= limit
    assert file.filename.endswith("-4.jpg")
    assert house.picture(file).format == "JPEG"
    assert house.picture(file).size == (512, 512)
    assert "Sent as JPEG to fit this server's upload limit" in answer.text


async def test_the_picture_on_the_disk_stays_the_png_that_was_drawn(house, tmp_path):
    studio(house).upload_limit = await size_of_one(house) // 4
    assert (await answer_to(await house.imagine(seed=4))).files
    first, second = sorted((tmp_path / "pictures").glob("*/*/0.png"))
    with Image.open(first) as one, Image.open(second) as other:
        assert one.tobytes() == other.tobytes()


async def test_several_images_share_what_a_message_holds(house):
    studio(house).upload_limit = limit = await size_of_one(house) // 4
    answer = await answer_to(await house.imagine(seed=4, count=3))
    sizes = [len(house.sandbox.attachment_bytes(file)) for file in answer.files]
    assert len(sizes) == 3
    assert max(sizes) <= limit


async def test_an_image_that_fits_is_sent_as_it_is(house):
    answer = await answer_to(await house.imagine())
    assert answer.files[0].filename.endswith(".png")
    assert "Sent as" not in answer.text


async def test_a_limit_that_sank_meanwhile_costs_a_second_try(house):
    size = await size_of_one(house)
    reply = await house.imagine(seed=4)
    studio(house).upload_limit = size * 3 // 4
    answer = await answer_to(reply)
    (file,) = answer.files
    assert len(house.sandbox.attachment_bytes(file)) <= size // 2
    assert "Sent as" in answer.text


async def test_a_channel_that_refuses_an_upload_once_gets_a_smaller_one(house):
    fault = Fault(
        FaultKind.STATUS, "POST", r"/channels/\d+/messages$", status=413, body="<html>too large"
    )
    house.sandbox.faults.add(fault)
    reply = await house.imagine(seed=4, steps=24, count=2)
    await reply.until(lambda message: "Drawing" in message.text)
    house.sandbox.clock.advance(20 * 60)
    member = house.member()

    def posted():
        return [one for one in member.messages() if one.files] or None

    (answer,) = await house.sandbox.events.wait(posted, 60)
    assert fault.times == 0
    assert "Sent as" in answer.text
    for file in answer.files:
        assert house.picture(file).size == (512, 512)


async def test_a_place_that_takes_no_file_at_all_still_gets_the_facts(house):
    reply = await house.imagine(seed=4)
    studio(house).upload_limit = 100
    answer = await answer_to(reply)
    assert not answer.files
    assert "Too large to be uploaded here" in answer.text
    assert "folder of pictures as number 1" in answer.text
    assert "**Seed** `4`" in answer.text
