"""Slash commands are found by typing, and stay hidden from whom they are not for."""

import pytest_asyncio
from playwright.async_api import expect

from tests.sandbox.page.composing import begin, box, offers, option, says


@pytest_asyncio.fixture(loop_scope="session")
async def page(windows, example):
    """A member's page with the example bot behind it."""
    return await windows.open("member")


async def test_a_slash_offers_the_commands_and_typing_narrows_them(page):
    await page.keyboard.type("/")
    await expect(offers(page).filter(has_text="/order")).to_contain_text("Every kind of option")
    await expect(offers(page).filter(has_text="/order")).to_contain_text("sandbox-bot")
    await page.keyboard.type("ord")
    await expect(offers(page)).to_have_count(1)


async def test_names_that_begin_so_stand_before_those_that_have_it_somewhere(page):
    await page.keyboard.type("/or")
    names = await page.locator("[role=option] .option-label").all_text_contents()
    assert names[0] == "/order"
    assert "/form" in names[1:]
    assert all("or" in name for name in names)


async def test_sub_commands_stand_in_the_list_by_their_whole_names(page):
    await page.keyboard.type("/limit")
    await expect(offers(page)).to_have_count(1)
    await expect(offers(page)).to_contain_text("/rules limit put")
    await page.keyboard.press("Enter")
    await expect(option(page, "role")).to_be_focused()
    await page.keyboard.type("patr")
    await page.keyboard.press("Tab")
    await expect(option(page, "most")).to_be_focused()
    await page.keyboard.type("3")
    await page.keyboard.press("Enter")
    await says(page, "patron: 3")


async def test_a_command_is_hidden_from_whom_it_is_not_for(windows, example):
    member, moderator = await windows.open("member"), await windows.open("moderator")
    for page in (member, moderator):
        await page.keyboard.type("/ti")
    await expect(offers(moderator).filter(has_text="/tidy")).to_be_visible()
    await expect(offers(member).filter(has_text="/tidy")).to_have_count(0)


async def test_the_list_is_heard_of_where_the_caret_is(page):
    await page.keyboard.type("/")
    await expect(offers(page).first).to_be_visible()
    for key, index in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1)):
        await page.keyboard.press(key)
        chosen = offers(page).nth(index)
        await expect(chosen).to_have_attribute("aria-selected", "true")
        identity = await chosen.get_attribute("id")
        await expect(box(page)).to_have_attribute("aria-activedescendant", identity or "")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await expect(box(page)).to_have_value("/")


async def test_a_command_without_options_is_sent_by_a_second_enter(page):
    await page.keyboard.type("/poll")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await says(page, "Vote!")
    await expect(box(page)).to_have_value("")
    await expect(box(page)).to_be_focused()


async def test_what_the_sandbox_refuses_stands_at_the_command(page, sandbox):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    sandbox.commands.replace(None, [])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("There is no command order.")


async def test_a_bot_that_says_nothing_is_told_of_after_three_seconds(page, sandbox):
    await begin(page, "mute")
    await page.keyboard.press("Enter")
    await says(page, "did not respond")
    sandbox.forgive()


async def test_without_a_bot_who_begins_a_command_is_told_so(windows):
    page = await windows.open("member")
    await page.keyboard.type("/")
    await expect(page.get_by_text("No bot is connected: nobody will answer")).to_be_visible()
    await expect(page.get_by_text("No bot offers you a command here.").first).to_be_visible()
