"""The page outlives the sandbox that it came from, and says so meanwhile."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest_asyncio
import yarl
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from bot.sandbox.world import empty_world
from tests.browser import Windows
from tests.sandbox.example_bot import running
from tests.sandbox.page.frame import place
from tests.sandbox.page.parts import ANSWER_WITHIN, asked, button

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
    opened.excuse("WebSocket is closed before the connection is established")
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
            await expect(page.get_by_role("main")).to_be_focused()
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
    news = first.world.channel_named("announcements")
    await first.acting("member", "general").say(f"See <#{news.id}>.")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("See #announcements.")
    await first.__aexit__(None, None, None)
    for way, led_to in ((log, "#announcements"), (page.get_by_role("navigation"), "sketches")):
        await way.get_by_role("button", name=led_to).click()
        await expect(page).to_have_title(f"Sandbox – {led_to}")
        await expect(log).to_contain_text("cannot be reached. Is it still running?")


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


async def over_a_line(windows: Windows, untold: str = "") -> tuple[Page, list[WebSocketRoute]]:
    """A window whose lines to the sandbox a test can cut, and that is not told of one kind."""
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(lambda told: f'"kind": "{untold}"' in told or line.send(told))
        lines.append(line)

    page = await windows.open("member")
    await page.route_web_socket(re.compile("/sandbox/stream$"), through)
    await page.reload()
    return page, lines


async def test_a_slip_of_the_line_loses_nothing_and_doubles_nothing(windows, first):
    page, lines = await over_a_line(windows)
    member, log = first.acting("member", "general"), page.get_by_role("log")
    said = [await member.say(f"line {number}.") for number in range(4)]
    await expect(log).to_contain_text("line 3.")
    gone = first.messages.find(said[1].id)
    assert gone is not None
    await log.get_by_role("article").last.press("Enter")
    await page.get_by_role("menuitem", name="Reply").click()
    await lines[0].close()
    first.messages.delete(gone)
    await member.say("meanwhile.")
    await expect(log).to_contain_text("meanwhile.")
    await expect(log).not_to_contain_text("line 1.")
    for words in ("line 0.", "line 3.", "meanwhile."):
        await expect(log.get_by_text(words)).to_have_count(1)
    await expect(page.get_by_text("Answering member")).to_be_visible()


async def test_what_was_said_elsewhere_while_the_line_was_cut_is_marked_as_unread(windows, first):
    page, lines = await over_a_line(windows)
    member, patron = first.acting("member", "sketches"), first.acting("patron", "sketches")
    await expect(page.get_by_text("This is where #general begins.")).to_be_visible()
    await patron.say("known")
    await expect(place(page, "sketches, thread, 1 unread")).to_be_visible()
    async with page.expect_request(re.compile("/sandbox/scene")):
        await lines[0].close()
        for words in ("unheard", "and more"):
            await patron.say(words)
        await member.say("one's own")
    await expect(place(page, "sketches, thread, 3 unread")).to_be_visible()
    await patron.say("heard again")
    await expect(place(page, "sketches, thread, 4 unread")).to_be_visible()
    async with page.expect_request(re.compile("/sandbox/scene")):
        await lines[1].close()
    await expect(place(page, "sketches, thread, 4 unread")).to_be_visible()
    await place(page, "sketches").click()
    await expect(page.get_by_role("log")).to_have_text(re.compile("New.*known.*unheard", re.S))


async def test_whoever_goes_elsewhere_while_the_line_comes_back_stays_there(windows, first):
    page, lines = await over_a_line(windows)
    held: list[Route] = []
    await expect(page.get_by_text("This is where #general begins.")).to_be_visible()
    await page.route(re.compile("/sandbox/scene"), lambda route: held.append(route))
    async with page.expect_request(re.compile("/sandbox/scene")):
        await lines[0].close()
    await place(page, "sketches").click()
    await expect(page).to_have_title("Sandbox – sketches")
    async with page.expect_response(re.compile("/sandbox/scene")):
        await held[0].continue_()
    await first.acting("member", "sketches").say("still here")
    await expect(page.get_by_role("log")).to_contain_text("still here")
    await expect(page).to_have_title("Sandbox – sketches")


async def test_an_answer_that_was_not_told_is_asked_for_before_it_is_called_a_failure(
    windows, first
):
    async with running(first):
        await (await first.acting("member", "general").slash("manners")).finished()
        page, _ = await over_a_line(windows, untold="interaction")
        pressed = button(page, "Quietly")
        await expect(pressed).to_be_visible()
        await page.clock.install()
        await asked(page, pressed)
        await first.events.wait(lambda: first.interactions.all()[-1].answer, 15)
        async with asyncio.timeout(20):
            while await pressed.get_attribute("aria-busy"):
                await page.clock.fast_forward(ANSWER_WITHIN)
        await expect(page.get_by_text("This interaction failed")).to_have_count(0)
