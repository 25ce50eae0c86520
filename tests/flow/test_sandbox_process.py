"""Two processes that know each other by their addresses only: a local Discord, and the bot."""

import re
import signal
from types import SimpleNamespace

from bot.sandbox.remote import RemoteSandbox
from tests.flow.house import is_final
from tests.flow.processes import bot_process, process


def addresses(said):
    """The settings that the sandbox prints for a bot."""
    found = dict(re.findall(r"(DISCORD_\w+)=(\S+)", said))
    return SimpleNamespace(
        token=found["DISCORD_TOKEN"],
        api_url=found["DISCORD_API_URL"],
        gateway_url=found["DISCORD_GATEWAY_URL"],
    )


async def test_a_bot_in_one_process_serves_a_discord_in_another_through_a_restart(tmp_path):
    async with process("sandbox", folder=tmp_path) as discord:
        await discord.until("DISCORD_TOKEN=")
        there = addresses(discord.said())
        url = there.api_url.removesuffix("/api/v10")
        async with RemoteSandbox(url) as sandbox:
            for seed in (3, 4):
                async with bot_process(there, tmp_path) as bot:
                    await sandbox.wait_for_bot(60)
                    member = sandbox.acting("member", "general")
                    reply = await member.slash("imagine", prompt="a cat", steps=2, seed=seed)
                    answer = await reply.until(is_final, 60)
                    assert f"`{seed}`" in answer.text
                    picture = await sandbox.attachment_bytes(answer.files[0])
                    assert picture.startswith(b"\x89PNG")
                    assert await bot.stopped(signal.SIGTERM) == 0
            assert await sandbox.unfinished() == []
            assert await sandbox.violations() == []
        assert await discord.stopped(signal.SIGTERM) == 0
