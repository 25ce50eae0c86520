"""What monitors see of the whole bot, over HTTP."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest

from bot.model.errors import ConfigurationError
from bot.wiring import open_studio
from config.settings import HealthSettings
from tests.flow.house import QUICK, House, answer_to, settings_for
from tests.health.pages import figures, page


@asynccontextmanager
async def shown(sandbox, folder):
    """The bot on duty, with its pages on a free port; it has drawn an image."""
    health = HealthSettings(port=0, host="127.0.0.1")
    settings = replace(settings_for(sandbox, folder), health=health)
    async with open_studio(settings, clock=sandbox.clock.now, pace=QUICK) as studio:
        stop = asyncio.Event()
        run = asyncio.create_task(studio.run(stop))
        try:
            await sandbox.wait_for_bot()
            house = House(sandbox, studio)
            await answer_to(await house.imagine())
            yield house
        finally:
            stop.set()
            await run


async def problems(house):
    """The status of /healthz, and the parts it names."""
    status, body = await page(house.studio.health.url, "/healthz")
    return status, json.loads(body)["problems"]


async def _once(house, name, value):
    """The figures once one is so: an image is there a moment before it is noted and counted."""
    async with asyncio.timeout(60):
        while (found := await figures(house.studio.health.url))[name] != value:
            await asyncio.sleep(0)
    return found


async def test_a_drawn_image_moves_the_figures_and_a_bot_in_order_is_healthy(sandbox, tmp_path):
    async with shown(sandbox, tmp_path) as house:
        answered = "imagine_jobs_answered_total", ("outcome", "delivered"), ("way", "original")
        before = await _once(house, answered, 1)
        await answer_to(await house.imagine())
        after = await _once(house, answered, 2)
        for name in ("imagine_job_wait_seconds_count", "imagine_job_draw_seconds_count"):
            assert after[(name,)] == 2
        assert after[("imagine_job_draw_seconds_sum",)] > before[("imagine_job_draw_seconds_sum",)]
        assert after["imagine_gateway_latency_seconds", ("shard", "0")] < 10
        assert after["imagine_jobs", ("state", "queued")] == 0
        assert after[("imagine_event_loop_lag_seconds_count",)] > 0
        assert after["imagine_disk_bytes", ("kind", "free")] > 0
        assert await problems(house) == (200, {})


async def test_a_gateway_that_is_away_is_no_health(sandbox, tmp_path):
    async with shown(sandbox, tmp_path) as house:
        sandbox.gateway.main.shut()
        sandbox.gateway.resuming.shut()
        sandbox.gateway.cut()
        await sandbox.wait_for_departure()
        async with asyncio.timeout(60):
            while (await problems(house))[0] == 200:
                await asyncio.sleep(0)
        assert await problems(house) == (503, {"gateway": "not connected: shard 0"})


async def test_an_address_that_is_taken_is_said_at_the_start(sandbox, tmp_path):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = settings_for(sandbox, tmp_path, HEALTH_PORT=str(port))
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port} cannot be listened on"):
            async with open_studio(settings):
                pass
