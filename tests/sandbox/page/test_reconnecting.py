"""The page outlives the sandbox that it came from, and says so meanwhile."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
import yarl
from playwright.async_api import Browser, WebSocketRoute, expect

from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from bot.sandbox.world import empty_world
from tests.browser import Windows
from tests.sandbox.example_bot import running
from tests.sandbox.page.frame import place

GONE = "The sandbox cannot be reached."


@pytest_asyncio.fixture(loop_scope="session")
async def first() -> AsyncIterator[Sandbox]:
    """A sandbox that the test itself ends."""
    sandbox = with_page(Sandbox())
    async with sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def windows(browser: Browser, first: Sandbox) -> AsyncIterator[Windows]:
    opened = Windows(browser, first.url)
    opened.excuse("ERR_CONNECTION_REFUSED")
    yield opened
    await opened.close()
    assert not opened.troubles, "\n".join(opened.troubles)


def again(first: Sandbox, **options) -> Sandbox:
    """Another sandbox at the same address."""
    return with_page(Sandbox(port=yarl.URL(first.url).port, **options))


async def test_the_page_goes_on_in_the_sandbox_that_comes_back(windows, first):
    page = await windows.open("patron", place="announcements")
    await first.acting("patron", "announcements").say("from before")
    await expect(page.get_by_role("log")).to_contain_text("from before")
    await first.acting("member", "general").say("unread")
    await expect(place(page, "#general, 1 unread")).to_be_visible()
    await first.__aexit__(None, None, None)
    await expect(page.get_by_text(GONE)).to_be_visible()
    async with again(first) as second:
        await second.acting("member", "announcements").say("meanwhile")
        await page.get_by_role("button", name="Try now").click()
        await expect(page.get_by_text(GONE)).to_be_hidden()
        await expect(page).to_have_title("Sandbox – #announcements")
        await expect(page.get_by_role("log")).to_contain_text("meanwhile")
        await expect(page.get_by_role("log")).not_to_contain_text("from before")
        await expect(page.get_by_role("button", name="#general", exact=True)).to_be_visible()
        async with running(second):
            await expect(page.get_by_role("button", name="sandbox-bot is online")).to_be_visible()
        await windows.close()


async def test_the_page_tries_by_itself(windows, first):
    page = await windows.open("member")
    await first.__aexit__(None, None, None)
    await expect(page.get_by_text(GONE)).to_be_visible()
    async with again(first):
        await expect(page.get_by_text(GONE)).to_be_hidden()
        await windows.close()


async def test_what_is_asked_meanwhile_is_refused_by_a_sentence(windows, first):
    page = await windows.open("member")
    await first.__aexit__(None, None, None)
    await page.get_by_role("button", name="sketches").click()
    await expect(page.get_by_role("log")).to_contain_text("cannot be reached. Is it still running?")


async def test_somebody_unknown_there_becomes_somebody_known(windows, first):
    page = await windows.open("patron")
    await first.__aexit__(None, None, None)
    await expect(page.get_by_text(GONE)).to_be_visible()
    windows.excuse("status of 400")
    world = empty_world()
    alone = world.add_user("alone")
    world.add_channel(world.add_guild("Elsewhere", alone, everyone=1 << 10, bot=0), "room")
    async with again(first, world=world) as second:
        await expect(page).to_have_title("Sandbox – #room")
        await second.acting("alone", "room").say("who is there?")
        await expect(page.get_by_role("log")).to_contain_text("who is there?")
        await windows.close()


async def test_a_slip_of_the_line_loses_nothing_and_doubles_nothing(windows, first):
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    page = await windows.open("member")
    await page.route_web_socket(re.compile("/sandbox/stream$"), through)
    await page.reload()
    member, log = first.acting("member", "general"), page.get_by_role("log")
    said = [await member.say(f"line {number}.") for number in range(4)]
    await expect(log).to_contain_text("line 3.")
    gone = first.messages.find(said[1].id)
    assert gone is not None
    await lines[0].close()
    first.messages.delete(gone)
    await member.say("meanwhile.")
    await expect(log).to_contain_text("meanwhile.")
    await expect(log).not_to_contain_text("line 1.")
    for words in ("line 0.", "line 3.", "meanwhile."):
        await expect(log.get_by_text(words)).to_have_count(1)
