"""Requests that take longer than an interaction's token lives."""

import pytest

from tests.flow.house import answer_to, serving

LONG = {"steps": 24, "count": 3}


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


async def late(house, **options):
    """A request whose message says that it is late, twenty minutes after it was asked for."""
    reply = await house.imagine(**LONG, **options)
    await reply.until(lambda message: "Drawing" in message.text, timeout=120)
    house.sandbox.clock.advance(14 * 60)
    said = await reply.until(lambda message: "longer than Discord" in message.text, timeout=120)
    house.sandbox.clock.advance(6 * 60)
    return reply, said


def posted(member, *, before=()):
    """What the bot posted in a member's channel, but for the messages named."""
    return [
        one for one in member.messages() if one.author_id != member.user.id and one.id not in before
    ]


@pytest.mark.happens("an image takes longer than Discord's 15 minutes")
async def test_the_message_says_in_time_that_it_will_be_a_new_one_which_mentions_its_author(
    house, caplog
):
    caplog.set_level("INFO")
    reply, said = await late(house)
    assert "posted in this channel" in said.text
    member = house.member()

    def answers():
        return posted(member, before=[said.id]) or None

    (answer,) = await house.sandbox.events.wait(answers, 120)
    assert len(answer.files) == 3
    assert answer.mentioned == [member.user.id]
    assert "longer than Discord" in reply.message.text
    assert (await answer_to(await house.imagine())).files
    assert len([one for one in posted(member) if one.mentioned]) == 1
    answered = [one for one in caplog.records if one.getMessage() == "answered"]
    assert [one.way for one in answered if one.job == 1] == ["channel"]


@pytest.mark.happens("an image takes longer than Discord's 15 minutes")
async def test_a_private_image_that_is_late_comes_as_a_direct_message(house):
    _, said = await late(house, private=True)
    assert "direct message" in said.text
    direct = house.sandbox.acting("member")
    (answer,) = await house.sandbox.events.wait(lambda: posted(direct) or None, 120)
    assert len(answer.files) == 3
    assert posted(house.member(), before=[said.id]) == []


async def test_the_cancel_button_of_a_message_that_is_too_old_to_edit_still_works(house):
    _, said = await late(house)
    member = house.member()
    await (await member.click(said, "Cancel")).acknowledged()

    def cancelled():
        return [one for one in posted(member) if "Cancelled" in one.text] or None

    (answer,) = await house.sandbox.events.wait(cancelled, 120)
    assert answer.mentioned == [member.user.id]
    assert answer.files == []
