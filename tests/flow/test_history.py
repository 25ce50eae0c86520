"""/history, as its member sees it and nobody else."""

import pytest

from bot.sandbox.faults import Fault, FaultKind
from tests.flow.house import answer_to, serving


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


async def history(house, name="member", **options):
    reply = await (await house.member(name).slash("history", **options)).acknowledged()
    return await reply.until(lambda message: not message.thinking)


async def test_it_lists_what_a_member_asked_for_and_shows_one_again(house):
    first = await answer_to(await house.imagine("a red apple", seed=5))
    await answer_to(await house.imagine("a blue house"))
    listed = await history(house)
    assert listed.ephemeral
    assert listed.text.index("**#2** · drawn") < listed.text.index("**#1** · drawn")
    assert "`a red apple`" in listed.text
    again = await history(house, job=1)
    assert again.ephemeral
    assert again.text == first.text
    assert house.picture(again.files[0]).tobytes() == house.picture(first.files[0]).tobytes()
    offered = await house.member().autocomplete("history", "job", "blue")
    assert [choice["value"] for choice in offered] == [2]


async def test_nobody_sees_somebody_elses_history(house):
    await answer_to(await house.imagine(private=True))
    assert "You have no image here yet" in (await history(house, "patron")).text
    assert "There is no image #1" in (await history(house, "patron", job=1)).text
    assert await house.member("patron").autocomplete("history", "job", "") == []


@pytest.mark.happens("there is no way to the member at all")
async def test_a_private_image_that_could_not_be_told_is_kept_for_its_author_alone(house):
    house.sandbox.world.user_named("member").accepts_dm = False
    reply = await house.imagine(private=True, steps=24, count=2)
    await reply.until(lambda message: "Drawing" in message.text, timeout=120)
    house.sandbox.clock.advance(20 * 60)

    async def kept():
        return "**#1** · kept for you" in (await history(house)).text

    while not await kept():
        pass
    again = await history(house, job=1)
    assert again.ephemeral
    assert len(again.files) == 2
    others = house.member("patron").messages()
    assert all(not one.files for one in others)


async def test_an_image_whose_file_is_damaged_is_not_shown_and_the_others_are(
    house, tmp_path, caplog
):
    for seed in (5, 6):
        await answer_to(await house.imagine(seed=seed))
    (file,) = tmp_path.glob("pictures/*/1/0.png")
    png = bytearray(file.read_bytes())
    png[len(png) // 2] ^= 1
    file.write_bytes(png)
    assert "Something went wrong" in (await history(house, job=1)).text
    assert "0.png is damaged" in caplog.text
    assert (await history(house, job=2)).files


async def test_a_request_that_was_cancelled_is_shown_again_as_such(house):
    reply = await house.imagine("a red apple", steps=60, count=4)
    shown = await reply.until(lambda message: bool(message.controls()))
    await house.member().click(shown, "Cancel")
    first = await answer_to(reply)
    assert "**#1** · cancelled" in (await history(house)).text
    again = await history(house, job=1)
    assert again.ephemeral
    assert again.text == first.text


async def test_a_list_that_meets_trouble_comes_in_the_end(house):
    await answer_to(await house.imagine())
    for kind in (FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER):
        house.sandbox.faults.add(Fault(kind, "PATCH", "original$"))
        assert "**#1** · drawn" in (await history(house)).text
