"""The client counts every answer it gets, and stops before Discord would shut it out."""

from dataclasses import replace

import pytest

from bot.circuit import WINDOW
from bot.model.errors import DeliveryInterrupted, DeliveryRefused
from bot.model.estimate import Standing
from bot.model.ways import Way
from bot.sandbox.faults import rate_limited, refusing
from tests.cogs.post_office import post_office
from tests.discord_fixtures import sandbox

__all__ = ["sandbox"]

LIMIT = 10
WEBHOOK = {"method": "PATCH", "path": "^/webhooks/"}


@pytest.fixture
async def office(sandbox, tmp_path):
    async with post_office(sandbox, tmp_path, limit=LIMIT) as office:
        yield office


async def refusals(office, job, count):
    for _ in range(count):
        office.sandbox.faults.add(replace(refusing(50027), **WEBHOOK))
        with pytest.raises(DeliveryRefused):
            await office.courier.deliver(job, (), Way.ORIGINAL)


async def test_answers_of_webhooks_and_of_channels_are_counted(office):
    job, _ = await office.asked()
    await refusals(office, job, 2)
    office.sandbox.faults.add(replace(refusing(50013), method="POST", path="/messages$"))
    with pytest.raises(DeliveryRefused):
        await office.courier.deliver(job, (), Way.CHANNEL)
    assert office.invalid.count == 3


async def test_a_limit_that_others_share_is_not_held_against_it(office):
    job, _ = await office.asked()
    office.sandbox.faults.add(replace(rate_limited(0.01, scope="shared"), **WEBHOOK))
    await office.courier.deliver(job, (), Way.ORIGINAL)
    assert office.invalid.count == 0
    office.sandbox.faults.add(replace(rate_limited(0.01), **WEBHOOK))
    await office.courier.deliver(job, (), Way.ORIGINAL)
    assert office.invalid.count == 1


async def test_live_lines_stop_first_and_answers_go_on(office):
    job, reply = await office.asked()
    await refusals(office, job, 5)
    await office.courier.show_waiting(job, Standing(9))
    assert "position 9" not in reply.message.text
    await office.drawn(job)
    assert (await office.deliver(job)).answered_by is Way.ORIGINAL


async def test_then_nothing_is_sent_until_there_is_room_again_and_nothing_is_lost(office):
    job, _ = await office.asked()
    await refusals(office, job, 8)
    asked = []
    office.sandbox.observe(asked.append)
    with pytest.raises(DeliveryInterrupted) as waiting:
        await office.courier.deliver(job, (), Way.CHANNEL)
    assert asked == []
    assert WINDOW - 5 < waiting.value.retry_after <= WINDOW
    await office.drawn(job)
    office.while_resting = lambda: office.sandbox.clock.advance(office.pauses[-1])
    told = await office.deliver(job)
    assert told.answered_by is Way.ORIGINAL
    assert len(office.answers()) == 1
