"""The commands are given to Discord, and a day that is used up keeps nobody from serving."""

from dataclasses import replace

import pytest

from bot.circuit import InvalidAnswers
from bot.client import ImagineClient, point_at
from bot.model.errors import NewProcessNeeded
from bot.sandbox.faults import Fault, FaultKind, rate_limited, refusing
from tests.discord_fixtures import sandbox

__all__ = ["sandbox"]

SYNC = {"method": "PUT", "path": "/commands$"}


@pytest.fixture
async def sign_in(sandbox, tmp_path):
    point_at(sandbox.api_url, sandbox.gateway_url)

    async def sign_in() -> None:
        invalid = InvalidAnswers(clock=sandbox.clock.now)
        async with ImagineClient(synced=tmp_path / "synced", invalid=invalid) as client:
            await client.sign_in(sandbox.token)

    return sign_in


@pytest.mark.happens("Discord takes no more new commands on a day")
async def test_a_day_without_room_for_commands_is_logged_and_the_next_start_brings_them(
    sandbox, sign_in, tmp_path, caplog
):
    sandbox.faults.add(replace(refusing(30034), **SYNC))
    await sign_in()
    assert "commands were not synced: Maximum number of daily" in caplog.text
    assert not (tmp_path / "synced").exists()
    await sign_in()
    assert (tmp_path / "synced").exists()


async def test_commands_that_discord_does_not_take_end_the_start(sandbox, sign_in):
    sandbox.faults.add(Fault(FaultKind.STATUS, status=503, body="busy", **SYNC))
    with pytest.raises(NewProcessNeeded):
        await sign_in()


@pytest.mark.happens("Discord takes no more new commands on a day")
async def test_a_limit_of_hours_on_the_commands_keeps_nobody_waiting(
    sandbox, sign_in, tmp_path, caplog
):
    sandbox.faults.add(replace(rate_limited(7200.0), **SYNC))
    await sign_in()
    assert "commands were not synced" in caplog.text
    assert not (tmp_path / "synced").exists()


async def test_a_long_limit_on_the_sign_in_is_for_the_next_process(sandbox, sign_in):
    sandbox.faults.add(replace(rate_limited(7200.0), path="/users/@me$"))
    with pytest.raises(NewProcessNeeded, match="could not be reached"):
        await sign_in()
