"""What a command that the bot did not live to answer is told by the next start."""

import pytest

from bot.model.job import Interaction
from tests.cogs.post_office import post_office
from tests.discord_fixtures import sandbox

__all__ = ["sandbox"]


@pytest.fixture
async def office(sandbox, tmp_path):
    async with post_office(sandbox, tmp_path) as office:
        yield office


async def left_open(office, *, kind="imagine"):
    """A command that everybody sees the bot think about, and what its member sees of it."""
    reply = await office.sandbox.acting("member", "general").slash("imagine")
    opened = office.sandbox.interactions.by_id(reply.interaction_id)
    office.sandbox.interactions.answer(opened.id, opened.token, {"type": 5, "data": {}}, ())
    interaction = Interaction(
        id=opened.id,
        application_id=office.sandbox.application_id,
        token=opened.token,
        born=office.sandbox.clock.now(),
        user_id=opened.user.id,
        channel_id=opened.channel.id,
        guild_id=opened.guild_id,
        kind=kind,
    )
    return interaction, reply


@pytest.mark.happens("the bot is stopped while it takes a command in")
async def test_a_command_whose_refusal_came_no_further_than_to_make_room_is_told_in_private(office):
    interaction, reply = await left_open(office)
    office.sandbox.messages.delete(office.sandbox.messages.find(reply.message.id))
    await office.courier.close(interaction)
    (told,) = reply.followups
    assert told.ephemeral
    assert "Please ask again" in told.text


@pytest.mark.happens("the bot is killed right after a command")
@pytest.mark.parametrize("kind", ["queue pause", "queue cancel"])
async def test_an_order_that_may_have_been_carried_out_is_not_told_as_lost(office, kind):
    interaction, reply = await left_open(office, kind=kind)
    await office.courier.close(interaction)
    assert "`/queue list` shows whether" in reply.message.text
    assert "nothing was queued" not in reply.message.text


@pytest.mark.parametrize("kind", ["imagine", "history", "waiting", "queue list"])
async def test_what_changed_nothing_may_be_asked_again(office, kind):
    interaction, reply = await left_open(office, kind=kind)
    await office.courier.close(interaction)
    assert "Please ask again" in reply.message.text
