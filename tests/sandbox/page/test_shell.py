"""The frame of the page: where one is, what is new, and whether all is well."""

import sys

import pytest
from playwright.async_api import expect

from bot.sandbox.hosting import Command, Host
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from tests.browser import Windows
from tests.sandbox.page.frame import acting, place, title

WAITS = "import os, signal; signal.signal(signal.SIGTERM, lambda *_: os._exit(0)); signal.pause()"
"""A bot's process as far as its host can tell, which never signs in."""


async def test_the_frame_has_its_landmarks_and_says_it_is_a_sandbox(windows):
    page = await windows.open("member")
    await expect(page).to_have_title("Sandbox – #general")
    for role, name in (("navigation", "Servers and channels"), ("complementary", "Members")):
        await expect(page.get_by_role(role, name=name)).to_be_visible()
    banner = page.get_by_role("banner")
    await expect(banner.get_by_text("Sandbox", exact=True)).to_be_visible()
    await expect(acting(page)).to_have_accessible_name("Acting as member, no roles")


async def test_channels_stand_below_their_server_with_what_is_special_about_them(windows):
    page = await windows.open("newcomer")
    listed = page.get_by_role("navigation").get_by_role("listitem").get_by_role("button")
    names = [await each.get_attribute("aria-label") for each in await listed.all()]
    assert names[-4:] == [
        "#general", "sketches, thread", "#after-dark, age-restricted", "#announcements, read only",
    ]  # fmt: skip
    assert names[:3] == ["Direct messages", "Studio", "Workshop"]


async def test_the_header_tells_the_topic_and_what_a_thread_belongs_to(windows):
    page = await windows.open("member")
    await expect(page.get_by_role("main")).to_contain_text("Talk, and pictures of all kinds")
    await place(page, "sketches").click()
    await expect(title(page)).to_have_text("sketches")
    await expect(page.get_by_role("main")).to_contain_text("Thread of #general")


async def test_another_server_is_entered_where_one_left_it(windows):
    page = await windows.open("member")
    await place(page, "announcements").click()
    await place(page, "Workshop").click()
    await expect(page).to_have_title("Sandbox – #lobby")
    await place(page, "Studio").click()
    await expect(page).to_have_title("Sandbox – #announcements")


async def test_direct_messages_are_a_place_of_their_own(windows):
    page = await windows.open("member")
    await place(page, "Direct messages").click()
    await expect(page).to_have_title("Sandbox – @sandbox-bot")
    await page.reload()
    await expect(page).to_have_title("Sandbox – @sandbox-bot")


async def test_what_is_said_elsewhere_is_counted_until_it_is_read(windows, sandbox):
    page = await windows.open("member")
    await sandbox.acting("patron", "announcements").say("one")
    await sandbox.acting("patron", "announcements").say("two")
    await sandbox.acting("patron", "lobby").say("three")
    await sandbox.acting("member", "lobby").say("my own, from another window")
    await expect(place(page, "#announcements, 2 unread")).to_be_visible()
    await expect(place(page, "Workshop, 1 unread")).to_be_visible()
    await place(page, "#announcements").click()
    await expect(page.get_by_role("button", name="#announcements", exact=True)).to_be_visible()


async def test_the_name_of_a_server_is_told_beside_its_initials(windows):
    page = await windows.open("member")
    await place(page, "Workshop").hover()
    await expect(page.locator(".tip")).to_have_text("Workshop")


async def test_where_no_bot_is_the_page_says_how_one_signs_in(windows, sandbox):
    page = await windows.open("member", permissions=["clipboard-read", "clipboard-write"])
    await expect(page.get_by_role("status").filter(has_text="No bot is signed in")).to_be_visible()
    offline = page.get_by_role("region", name="Offline, 1")
    await expect(offline).to_contain_text("sandbox-bot")
    await page.get_by_role("button", name="How to start one").click()
    dialog = page.get_by_role("dialog", name="Sign a bot in")
    await expect(dialog).to_contain_text(f"DISCORD_API_URL={sandbox.api_url}")
    await dialog.get_by_role("button", name="Copy: DISCORD_TOKEN").click()
    await expect(dialog.get_by_role("button", name="Copy: DISCORD_TOKEN: Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == sandbox.token
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="How to start one")).to_be_focused()


async def test_the_page_hears_of_a_bot_that_signs_in(windows, sandbox, example):
    page = await windows.open("member")
    await expect(page.get_by_role("button", name="sandbox-bot is online")).to_be_visible()
    await expect(page.get_by_text("No bot is signed in")).to_be_hidden()
    await sandbox.gateway.close(1001)
    await expect(page.get_by_role("button", name="sandbox-bot is online")).to_be_visible()


async def test_the_bots_typing_is_told_until_it_has_spoken(windows, sandbox, example):
    page = await windows.open("member")
    general = example.get_channel(sandbox.world.channel_named("general").id)
    typing = page.get_by_text("sandbox-bot is typing…")
    await general.typing()
    await expect(typing).to_be_visible()
    await general.send("there")
    await expect(typing).to_be_hidden()


@pytest.mark.parametrize("system", ["dark", "light"])
async def test_the_theme_is_the_systems_until_one_is_chosen(windows, system):
    page = await windows.open("member", color_scheme=system)
    root, other = page.locator(":root"), {"dark": "light", "light": "dark"}[system]
    await expect(root).to_have_attribute("data-theme", system)
    await page.get_by_role("radio", name=other.title()).check()
    await expect(root).to_have_attribute("data-theme", other)
    await page.reload(wait_until="commit")
    await expect(root).to_have_attribute("data-theme", other)
    await expect(page.get_by_role("radio", name=other.title())).to_be_checked()
    await page.get_by_role("radio", name="As the system").check()
    await expect(root).to_have_attribute("data-theme", system)


async def test_a_hosted_bot_that_ended_is_started_again_from_the_page(browser):
    sandbox = Sandbox()
    script = Command((sys.executable, "-S", "-E", "-c", WAITS), dict, "a model")
    host = Host(sandbox.events, script, now=sandbox.clock.now)
    async with with_page(sandbox, host), host:
        windows = Windows(browser, sandbox.url)
        page = await windows.open("member")
        await expect(page.get_by_text("The bot is starting.")).to_be_visible()
        host.stop()
        await expect(page.get_by_text("it ended with code 0.")).to_be_visible()
        await page.get_by_role("button", name="Start it").click()
        await expect(page.get_by_text("The bot is starting.")).to_be_visible()
        await windows.close()
    assert not windows.troubles
