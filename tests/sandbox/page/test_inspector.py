"""The inspector shows what Discord and the bot tell each other, and puts trouble in their way."""

import json
import re
import sys
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox.hosting import Command, Host
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from tests.browser import Windows
from tests.sandbox.raw import RawBot

WELL_BEHAVED = """
import signal, sys, threading
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())
print("INFO awake", flush=True)
print("WARNING it rains", flush=True)
told.wait()
print("ERROR going", flush=True)
sys.exit(3)
"""


async def opened(windows: Windows, **options: Any) -> Page:
    """A window with the inspector open."""
    page = await windows.open("member", **options)
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await expect(page.get_by_role("complementary", name="Inspector")).to_be_visible()
    return page


async def clear(page: Page) -> None:
    await page.get_by_role("button", name="Clear", exact=True).click()
    await expect(rows(page)).to_have_count(0)


async def turn_to(page: Page, tab: str) -> None:
    await page.get_by_role("tab", name=re.compile(f"^{tab}")).click()


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Entries").get_by_role("listitem")


def heads(page: Page, text: str) -> Locator:
    return rows(page).filter(has_text=text).locator("button[aria-expanded]")


async def test_a_command_is_seen_from_its_opening_to_its_last_edit(windows, sandbox, example):
    page = await opened(windows)
    await clear(page)
    member = sandbox.acting("member", "general")
    await (await member.slash("draw", prompt="horse")).until(lambda message: bool(message.embeds))
    await expect(rows(page)).to_contain_text(
        [
            "member uses /draw",
            "INTERACTION_CREATE",
            re.compile("answered by “thinking…”.*acknowledged after .* ms of 3 s", re.DOTALL),
            re.compile("POST.*/callback.*200 OK.* ms", re.DOTALL),
            re.compile("PATCH.*/@original.*200 OK", re.DOTALL),
            re.compile("PATCH.*/@original.*200 OK", re.DOTALL),
        ]
    )


async def test_the_keyboard_walks_through_the_entries_and_opens_them(windows, sandbox, example):
    page = await opened(windows, permissions=["clipboard-read", "clipboard-write"])
    await clear(page)
    await (await sandbox.acting("member", "general").slash("echo", text="aloud")).finished()
    await expect(rows(page)).to_have_count(4)
    await rows(page).last.get_by_role("button").focus()
    for key, title in (("ArrowUp", "is answered"), ("Home", "uses /echo"), ("End", "POST")):
        await page.keyboard.press(key)
        await expect(rows(page).filter(has_text=title).get_by_role("button")).to_be_focused()
    await page.keyboard.press("Enter")
    sent = page.get_by_role("region", name="The bot sent")
    await expect(sent).to_contain_text('"content": "aloud"')
    await page.get_by_role("button", name="Copy: The bot sent").click()
    assert json.loads(await page.evaluate("navigator.clipboard.readText()"))["type"] == 4
    await rows(page).last.get_by_role("button").first.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(sent).to_have_count(0)


async def test_no_token_is_in_the_page(windows, sandbox, example):
    page = await windows.open("member")
    frames: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))),
    )
    await page.reload()
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await (await sandbox.acting("member", "general").slash("echo", text="x")).finished()
    for title in ("IDENTIFY", "INTERACTION_CREATE", "callback"):
        await heads(page, title).click()
    await expect(page.get_by_role("region", name="The bot got")).to_have_count(2)
    text = await page.content() + "".join(frames)
    assert "INTERACTION_CREATE" in "".join(frames)
    for each in (sandbox.token, sandbox.interactions.all()[-1].token):
        assert each not in text


async def test_a_message_is_inspected_from_its_menu(windows, sandbox, example):
    page = await windows.open("member")
    member = sandbox.acting("member", "general")
    await (await member.slash("echo", text="other")).finished()
    vote = await (await member.slash("poll")).finished()
    await (await member.click(vote, "Vote (0)")).acknowledged()
    message = page.get_by_role("log").get_by_role("article").filter(has_text="Vote!")
    await message.click(button="right")
    await page.get_by_role("menuitem", name="Inspect").click()
    about = page.get_by_role("region", name="What is inspected")
    await expect(about).to_contain_text("member uses /poll")
    await expect(about).to_contain_text("member uses the control vote:0")
    await expect(rows(page)).to_have_count(8)
    await expect(rows(page).filter(has_text="/echo")).to_have_count(0)
    await page.get_by_role("button", name="Show everything").click()
    await expect(rows(page).filter(has_text="uses /echo")).to_have_count(1)


async def test_an_entry_narrows_the_list_to_its_interaction(windows, sandbox, example):
    page = await opened(windows)
    member = sandbox.acting("member", "general")
    for text in ("one", "two"):
        await (await member.slash("echo", text=text)).finished()
    await heads(page, "/callback").last.click()
    await page.get_by_role("button", name="Only this interaction").click()
    await expect(rows(page)).to_have_count(4)


async def test_entries_are_filtered_by_kind_and_by_words(windows, sandbox, example):
    page = await opened(windows)
    member = sandbox.acting("member", "general")
    await (await member.slash("echo", text="needle")).finished()
    await (await member.slash("echo", text="hay")).finished()
    await page.get_by_role("button", name="REST", exact=True).click()
    await expect(rows(page).filter(has_text="INTERACTION_CREATE")).to_have_count(0)
    await page.get_by_role("searchbox", name="Search the entries").fill("needle")
    await expect(rows(page)).to_have_count(1)
    await expect(page.get_by_role("status").filter(has_text="1 of")).to_have_count(1)
    await page.get_by_role("button", name="All", exact=True).click()
    await expect(rows(page)).to_have_count(2)
    search = page.get_by_role("searchbox", name="Search the entries")
    await search.fill("no such thing")
    await expect(page.get_by_text("Nothing of what is recorded fits.")).to_be_visible()
    await search.press("Escape")
    await expect(search).to_have_value("")
    await expect(rows(page).filter(has_text="uses /echo")).to_have_count(2)


async def test_a_fault_that_is_switched_on_meets_the_next_requests(windows, sandbox):
    page = await opened(windows)
    await turn_to(page, "Faults")
    await page.get_by_label("For", exact=True).select_option("new messages")
    await page.get_by_label("How often").select_option("3 times")
    await page.get_by_role("switch", name="server error").click()
    rule = page.get_by_role("region", name="In force").get_by_role("listitem")
    await expect(rule).to_contain_text("server error new messages")
    async with RawBot(sandbox) as bot:
        assert (await bot.ask("GET", "/users/@me")).status == 200
        assert (await bot.say("general", {"content": "x"})).status == 500
        await expect(rule).to_contain_text("2 left")
        switch = page.get_by_role("switch", name="server error")
        await expect(switch).to_be_checked()
        await switch.click()
        await expect(page.get_by_text("Nothing is in the bot's way.")).to_be_visible()
        assert (await bot.say("general", {"content": "x"})).status == 200
    await turn_to(page, "Events")
    await page.get_by_role("button", name="Faults", exact=True).click()
    await expect(rows(page)).to_contain_text(
        ["server error meets a request", re.compile("POST.*/messages.*500 server error", re.DOTALL)]
    )


async def test_the_keyboard_goes_on_from_where_a_fault_was_removed(windows):
    page = await opened(windows)
    await turn_to(page, "Faults")
    for name in ("server error", "late answer"):
        await page.get_by_role("switch", name=name).click()
    force = page.get_by_role("region", name="In force")
    await expect(force.get_by_role("listitem")).to_have_count(2)
    await force.get_by_role("button", name="Remove server error").press("Enter")
    await expect(force.get_by_role("listitem")).to_have_count(1)
    await expect(force.get_by_role("listitem").get_by_role("button")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(force.get_by_text("Nothing is in the bot's way.")).to_be_visible()
    await expect(force.locator(":focus")).to_have_count(1)


async def test_the_clock_moved_by_twenty_minutes_lets_a_token_expire(windows, sandbox):
    page = await opened(windows)
    await turn_to(page, "Clock")
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        await bot.callback({"type": 5})
        token = page.get_by_role("region", name="Tokens").get_by_role("listitem")
        await expect(token).to_contain_text("good for 14 minutes")
        for step in ("+15 minutes", "+5 minutes"):
            await page.get_by_role("button", name=step).click()
        await expect(page.get_by_text("20 minutes ahead of this computer")).to_be_visible()
        await expect(token).to_contain_text("expired 5 minutes")
        refused = await bot.webhook("PATCH", "/messages/@original", {"content": "late"})
        assert refused.code == 50027
        await page.get_by_role("button", name="Jump back").click()
        await expect(page.get_by_text("The same as on this computer")).to_be_visible()
        await expect(page.get_by_role("button", name="Jump back")).to_be_focused()
        await expect(token).to_contain_text("good for 14 minutes")
    await turn_to(page, "Events")
    await heads(page, "401 unauthorised").click()
    await expect(page.get_by_role("region", name="The bot got")).to_contain_text("50027")
    sandbox.forgive()


async def test_a_cut_gateway_is_seen_to_be_resumed(windows, sandbox, example):
    page = await opened(windows)
    await clear(page)
    await turn_to(page, "Faults")
    await page.get_by_role("button", name="Cut", exact=True).click()
    await turn_to(page, "Events")
    await expect(heads(page, "The gateway is cut without a word")).to_be_visible()
    await expect(heads(page, "The bot's connection has ended")).to_be_visible()
    await expect(heads(page, "The bot has resumed its session")).to_be_visible()
    await expect(rows(page).filter(has_text="IDENTIFY")).to_have_count(0)


async def test_broken_rules_and_open_interactions_are_shown_and_forgotten(windows, sandbox):
    page = await opened(windows)
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        await bot.callback({"type": 5})
        await bot.say("general", {"content": "x" * 2001})
    await page.get_by_role("tab", name="Rules, 1 broken").click()
    panel = page.get_by_role("tabpanel", name="Rules")
    await expect(panel).to_contain_text("50035 Invalid Form Body")
    await expect(panel).to_contain_text("BASE_TYPE_BAD_LENGTH")
    await expect(panel).to_contain_text("still thinking")
    await panel.get_by_role("button", name="Forget all of these").click()
    await expect(panel).to_contain_text("every request was one that Discord accepts")
    await expect(panel).to_contain_text("every interaction has its answer")
    await expect(panel.get_by_role("button", name="Forget all of these")).to_be_focused()
    await expect(page.get_by_role("tab", name="Rules", exact=True)).to_be_visible()


async def test_an_interaction_without_an_answer_in_time_stands_out(windows, sandbox):
    page = await opened(windows)
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
    await turn_to(page, "Clock")
    await page.get_by_role("button", name="+1 minute", exact=True).click()
    await turn_to(page, "Events")
    await heads(page, "/draw had no answer within 3 seconds").click()
    await page.get_by_role("button", name="Only this interaction").click()
    about = page.get_by_role("region", name="What is inspected")
    await expect(about).to_contain_text("no answer within 3 seconds")
    sandbox.forgive()


async def test_the_list_follows_two_thousand_entries_until_a_person_reads(windows, sandbox):
    for minute in range(2100):
        sandbox.events.publish("clock.moved", 60.0 * minute)
    page = await opened(windows)
    # To look for a role or a text in so many lines takes long.
    last = page.locator(".entry").last
    await expect(page.locator(".shown-count")).to_have_text("2000 of 2000", timeout=20_000)
    await expect(last).to_contain_text("+2099 minutes")
    await expect(last).to_be_in_viewport()
    await last.hover()
    await page.mouse.wheel(0, -600)
    follow = page.locator(".follow", has_text="Follow the newest")
    await expect(follow).to_be_visible()
    sandbox.events.publish("clock.moved", 60.0 * 3000)
    await expect(last).to_contain_text("+3000 minutes")
    await expect(last).not_to_be_in_viewport()
    await follow.click()
    await expect(last).to_be_in_viewport()


async def test_closing_gives_the_keyboard_back_to_the_button_that_opened(windows):
    page = await opened(windows)
    await page.get_by_role("button", name="Close the inspector").click()
    await expect(page.get_by_role("complementary", name="Inspector")).to_have_count(0)
    await expect(page.get_by_role("button", name="Inspector", exact=True)).to_be_focused()


async def test_tabs_are_walked_by_arrows_and_fill_a_phone(windows):
    page = await opened(windows, width=390)
    await page.get_by_role("tab", name="Events").focus()
    for key, name in (("ArrowRight", "Faults"), ("End", "Rules"), ("ArrowRight", "Events")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("tab", name=name)).to_be_focused()
        await expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
    inspector = page.get_by_role("complementary", name="Inspector")
    box = await inspector.bounding_box()
    assert box is not None
    assert box["width"] == 390
    await page.get_by_role("button", name="Close inspector").click()
    await expect(inspector).to_have_count(0)


async def test_a_bot_of_ones_own_is_told_where_to_sign_in(windows, sandbox):
    page = await opened(windows, permissions=["clipboard-read", "clipboard-write"])
    await turn_to(page, "Bot")
    panel = page.get_by_role("tabpanel", name="Bot")
    await expect(panel).to_contain_text("No bot is signed in.")
    await expect(panel).to_contain_text(sandbox.api_url)
    await panel.get_by_role("button", name="Copy: DISCORD_TOKEN").click()
    await expect(panel.get_by_role("button", name="Copy: DISCORD_TOKEN: Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == sandbox.token


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
async def test_a_hosted_bot_is_stopped_and_started_and_its_words_are_shown(browser):
    sandbox = Sandbox()
    command = Command((sys.executable, "-c", WELL_BEHAVED), dict, "a model")
    host = Host(sandbox.events, command, now=sandbox.clock.now)
    async with with_page(sandbox, host), host:
        windows = Windows(browser, sandbox.url)
        page = await opened(windows)
        await turn_to(page, "Bot")
        lines = page.get_by_role("list", name="Lines of the log").get_by_role("listitem")
        await expect(lines).to_contain_text(["INFO awake", "WARNING it rains"])
        await page.get_by_label("From").select_option("warning")
        await expect(lines).to_contain_text(["WARNING it rains"])
        await page.get_by_role("button", name="Stop", exact=True).click()
        panel = page.get_by_role("tabpanel", name="Bot")
        await expect(panel).to_contain_text("Stopped")
        await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_focused()
        await expect(panel.get_by_role("definition").nth(1)).to_have_text("3")
        await expect(lines).to_contain_text(["WARNING it rains", "ERROR going"])
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(panel).to_contain_text("Running, not signed in yet")
        await windows.close()
        assert not windows.troubles
