"""What the tests of components look at and wait for."""

from playwright.async_api import expect

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


async def hang(page, log):
    """Let the page's time run until it has waited for the bot in vain."""
    failed = log.get_by_text("This interaction failed")
    await page.clock.fast_forward(ANSWER_WITHIN - 100)
    assert await failed.count() == 0
    for _ in range(20):  # the page may not have been told yet that the bot was asked
        await page.clock.fast_forward(ANSWER_WITHIN)
        if await failed.count():
            return
    await expect(failed).to_be_visible()
