"""What the tests of components look at and wait for."""

import asyncio
from datetime import UTC, datetime, timedelta

ANSWER_WITHIN = 3000


async def shown(windows, sandbox, command, **options):
    """A window in which the answer to a command stands, and the log of its messages."""
    window = {key: options.pop(key) for key in ("width", "height") if key in options}
    await (await sandbox.acting("member", "general").slash(command, **options)).finished()
    page = await windows.open("member", **window)
    return page, page.get_by_role("log", name="Messages")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def menu(page, name):
    return page.get_by_role("combobox", name=name, exact=True)


def option(page, name):
    return page.get_by_role("option", name=name)


async def asked(page, control):
    """Click on what asks the bot, and wait until the page knows that it was asked."""
    async with page.expect_response("**/sandbox/act") as answer:
        await control.click()
    await (await answer.value).finished()


async def stopped(page):
    """From here on the page's time passes only where a test lets it."""
    await page.clock.install()
    await page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))


async def waited(page, log):
    """Let the page's time run until it has waited for the bot in vain, and no shorter."""
    failed = log.get_by_text("This interaction failed")
    await page.clock.fast_forward(ANSWER_WITHIN - 100)
    assert await failed.count() == 0
    async with asyncio.timeout(20):
        while not await failed.count():
            await page.clock.fast_forward(ANSWER_WITHIN)
