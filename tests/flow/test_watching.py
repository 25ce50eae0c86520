"""What only a new process can mend ends this one: in order, said once, with a code that asks so."""

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.model.errors import ConfigurationError, NewProcessNeeded
from bot.sandbox.faults import Fault, FaultKind
from bot.wiring import open_studio
from tests.flow.house import QUICK, House, answer_to, serving, settings_for
from tests.flow.processes import bot_process


@asynccontextmanager
async def doomed(sandbox, folder):
    """A bot that bears two seconds without the gateway, and the run that it will end by itself."""
    settings = settings_for(sandbox, folder)
    settings = replace(settings, discord=replace(settings.discord, deaf_seconds=2))
    async with open_studio(settings, clock=sandbox.clock.now, pace=QUICK) as studio:
        run = asyncio.create_task(studio.run(asyncio.Event()))
        try:
            await sandbox.wait_for_bot()
            house = House(sandbox, studio)
            # Once it has drawn, no thread of it is left loading beside the next test's.
            await answer_to(await house.imagine())
            yield house, run
        finally:
            run.cancel()
            await asyncio.wait({run})


def critical(caplog):
    return [one.message for one in caplog.records if one.levelno == logging.CRITICAL]


async def test_a_gateway_that_stays_away_ends_the_run_in_order(sandbox, tmp_path, caplog):
    async with doomed(sandbox, tmp_path) as (_, run):
        sandbox.gateway.main.shut()
        sandbox.gateway.resuming.shut()
        sandbox.gateway.cut()
        with pytest.raises(NewProcessNeeded, match="out of reach"):
            await asyncio.wait_for(run, 60)
    assert critical(caplog) == [
        "Discord's gateway is out of reach: leaving in order for a new process"
    ]


async def test_a_part_that_ends_by_itself_ends_the_run(sandbox, tmp_path):
    async with doomed(sandbox, tmp_path) as (house, run):
        await house.studio.client.close()
        with pytest.raises(NewProcessNeeded, match="ended by itself"):
            await asyncio.wait_for(run, 60)


async def test_a_dead_resume_address_alone_costs_no_request(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        reply = await house.imagine(steps=30)
        sandbox.gateway.resuming.shut()
        sandbox.gateway.cut()
        assert (await answer_to(reply)).files
        await sandbox.wait_for_bot(60)
        assert (await answer_to(await house.imagine())).files


@pytest.mark.happens("the bot's token is reset while it runs")
async def test_a_token_that_the_gateway_takes_no_more_ends_the_run_with_a_sentence(
    sandbox, tmp_path, caplog
):
    async with doomed(sandbox, tmp_path) as (_, run):
        await sandbox.gateway.close(4004)
        with pytest.raises(ConfigurationError, match="takes this DISCORD_TOKEN no more"):
            await asyncio.wait_for(run, 60)
    assert "leaving in order: Discord takes this DISCORD_TOKEN no more" in critical(caplog)[0]


def refusals(**changes):
    body = {"message": "401: Unauthorized", "code": 0}
    return Fault(FaultKind.STATUS, status=401, body=body, **changes)


async def test_a_token_that_a_request_shows_to_be_refused_ends_the_run(sandbox, tmp_path, caplog):
    async with doomed(sandbox, tmp_path) as (house, run):
        sandbox.faults.add(refusals(path="^/(channels|oauth2)/", times=100))
        await _answered_late(sandbox, house)
        with pytest.raises(ConfigurationError, match="takes this DISCORD_TOKEN no more"):
            await asyncio.wait_for(run, 60)
    assert "every way is closed" not in caplog.text


async def test_a_lone_refusal_of_the_token_ends_nothing(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        sandbox.faults.add(refusals(path="^/channels/"))
        await _answered_late(sandbox, house)
        await sandbox.faults.until_met(1, 60)
        sandbox.clock.advance(10)
        await _posted(sandbox, house)


async def _answered_late(sandbox, house):
    """A request whose answer has to go by the bot's own token: the interaction's is too old."""
    reply = await house.imagine(steps=60)
    await reply.until(lambda message: "step" in message.text, 60)
    sandbox.clock.advance(20 * 60)
    return reply


async def _posted(sandbox, house):
    """The image has come as a message of its own in the channel."""

    def look():
        messages = house.member().messages()
        return any(one.files and "<@" in one.content for one in messages) or None

    await sandbox.events.wait(look, 60)


@pytest.mark.happens("Discord's gateway stays away")
async def test_a_process_without_a_gateway_leaves_with_75_and_one_critical_line(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path, GATEWAY_TIME_LIMIT="5") as bot:
        await sandbox.wait_for_bot(60)
        sandbox.gateway.main.shut()
        sandbox.gateway.resuming.shut()
        sandbox.gateway.cut()
        assert await bot.ended(60) == 75
    assert bot.said().count("CRITICAL") == 1
    assert "was out of reach for" in bot.said().splitlines()[-1]
