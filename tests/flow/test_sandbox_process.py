"""`python -m bot sandbox` as a real process: its page, the bot it hosts, what it keeps from it."""

import asyncio
import re
import signal
from contextlib import asynccontextmanager

import psutil
import pytest
from aiohttp import web
from playwright.async_api import expect

from bot.sandbox.remote import RemoteSandbox
from tests.browser import MISSING, Windows, chromium, launched
from tests.flow.house import is_final
from tests.flow.processes import PROJECT, gone, process, running

DOCUMENT = (PROJECT / "docs/sandbox.md").read_text("utf-8")
REAL_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
"""As the developer portal shows one."""
DRAWN = "AI-generated image. Prompt"
PATIENCE = 120_000
"""Milliseconds for what takes a bot's start or a drawing on a busy machine."""


@asynccontextmanager
async def sandbox_process(folder, *arguments, **variables):
    """`python -m bot sandbox` and its control API, once its bot is signed in."""
    command = ("sandbox", "--port", "0", "--no-browser", "--device", "cpu", *arguments)
    async with process(*command, folder=folder, variables=variables) as discord:
        await discord.until("open to this computer alone")
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+", discord.said())
        async with RemoteSandbox(url) as sandbox:
            await sandbox.wait_for_bot(60)
            yield discord, sandbox, url


@asynccontextmanager
async def page_of(url):
    """The page as a member sees it; it may complain of nothing."""
    path = chromium()
    if path is None:
        pytest.skip(MISSING)
    async with launched(path) as browser:
        windows = Windows(browser, url)
        yield await windows.open("member")
        await windows.close()
        assert not windows.troubles, "\n".join(windows.troubles)


async def type_imagine(page, prompt, **options):
    """Ask for an image as a member does who has no mouse."""
    await page.get_by_role("textbox", name="Message").press_sequentially("/imagine ")
    await expect(page.get_by_role("group", name="/imagine")).to_be_visible()
    await page.keyboard.type(prompt)
    for name, value in options.items():
        await page.get_by_role("combobox", name="more option").focus()
        await page.keyboard.type(f"{name}:")
        composer = page.get_by_role("region", name="Composer")
        await expect(composer.get_by_label(name, exact=True)).to_be_focused()
        await page.keyboard.type(str(value))
    await page.keyboard.press("Enter")


async def restarted(sandbox, times):
    """Wait until the bot was started again so many times, and is signed in."""
    async with asyncio.timeout(60):
        while (await sandbox.ask("GET", "/process"))["restarts"] < times:
            await asyncio.sleep(0)
    await sandbox.wait_for_bot(60)


async def test_an_image_outlives_a_kill_of_the_bot_in_its_middle_and_a_restart(tmp_path):
    async with sandbox_process(tmp_path) as (discord, sandbox, url), page_of(url) as page:
        await type_imagine(page, "a red apple", steps=60, count=2)
        answer = page.get_by_role("article")
        await expect(answer).to_contain_text("step", timeout=PATIENCE)
        await sandbox.ask("POST", "/process", {"do": "kill"})
        await restarted(sandbox, 1)
        await sandbox.ask("POST", "/process", {"do": "restart"})
        await restarted(sandbox, 2)
        await expect(answer.get_by_role("img", name=DRAWN)).to_have_count(2, timeout=PATIENCE)
        await expect(answer).to_have_count(1)
        assert await sandbox.unfinished() == []
        assert await sandbox.violations() == []
        assert await discord.stopped(signal.SIGTERM) == 0
    assert "ended with code -9 and is started again" in discord.said()


@asynccontextmanager
async def witness():
    """Somewhere else than the sandbox: its address, and what was asked of it."""
    asked = []

    async def note(request):
        asked.append(request.path)
        return web.Response(status=500)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


def production(folder, elsewhere):
    """The settings of a deployer's bot whose database and data are in a folder."""
    (folder / "data").mkdir(parents=True)
    (folder / "bot.db").write_bytes(b"members' prompts")
    (folder / "data" / "synced").write_bytes(b"a hash")
    return {
        "DISCORD_TOKEN": REAL_TOKEN,
        "DISCORD_API_URL": f"{elsewhere}/api/v10",
        "DISCORD_GATEWAY_URL": elsewhere.replace("http", "ws"),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/bot.db",
        "DATA_DIR": f"{folder}/data",
        "QUEUE_PER_MEMBER": "no number",
    }


def contents(folder):
    """Every file below a folder, with its bytes."""
    return {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


async def test_a_sandbox_beside_a_real_bot_uses_none_of_its_settings_and_leaves_nothing_running(
    tmp_path,
):
    kept = tmp_path / "kept"
    async with witness() as (elsewhere, asked):
        lines = [f"{name}={value}\n" for name, value in production(tmp_path, elsewhere).items()]
        (tmp_path / ".env").write_text("".join(lines))
        variables = production(tmp_path / "other", elsewhere)
        before = contents(tmp_path)
        options = ("--verbose", "--data", str(kept))
        async with sandbox_process(tmp_path, *options, **variables) as (discord, sandbox, _):
            member = sandbox.acting("member", "general")
            reply = await member.slash("imagine", prompt="a cat", steps=2)
            assert (await reply.until(is_final, 60)).files
            (bot,) = psutil.Process(discord.process.pid).children()
            discord.process.kill()
            await gone(bot.pid)
    assert asked == []
    assert (kept / "bot.db").exists()
    after = {path: data for path, data in contents(tmp_path).items() if kept not in path.parents}
    assert after == before
    assert REAL_TOKEN not in discord.said()


async def test_a_bot_that_cannot_work_as_it_is_set_up_ends_the_sandbox_with_its_sentence(tmp_path):
    loud = {"LOG_LEVEL": "loud", "PYTHONIOENCODING": "ascii"}
    command = ("sandbox", "--port", "0", "--model", "modèle")
    async with process(*command, folder=tmp_path, variables=loud) as discord:
        assert await discord.ended() == 1
    assert "draws with mod?le" in discord.said()
    assert discord.said().splitlines()[-1].startswith("sandbox: LOG_LEVEL is 'loud': write DEBUG")


async def test_the_lines_of_the_documentation_put_any_bot_of_discord_py_into_the_sandbox(tmp_path):
    (snippet,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    async with process("sandbox", "--alone", "--port", "0", folder=tmp_path) as discord:
        await discord.until("DISCORD_TOKEN=")
        settings = dict(re.findall(r"(DISCORD_\w+)=(\S+)", discord.said()))
        url = settings["DISCORD_API_URL"].removesuffix("/api/v10")
        async with (
            RemoteSandbox(url) as sandbox,
            running("-c", snippet, folder=tmp_path, variables=settings) as bot,
        ):
            await sandbox.wait_for_bot(60)
            reply = await sandbox.acting("member", "general").slash("hello")
            assert "Hello, <@" in (await reply.finished()).content
            bot.process.kill()
            await bot.ended()
        assert await discord.stopped(signal.SIGTERM) == 0
