"""Slash commands are found, filled in and sent as in Discord's client, by keyboard alone."""

import re

import pytest_asyncio
from playwright.async_api import expect

from tests.sandbox.page.composing import add, begin, box, more, offers, option, says

REQUIRED = "This option is required. Give it a value."


@pytest_asyncio.fixture(loop_scope="session")
async def page(windows, example):
    """A member's page with the example bot behind it."""
    return await windows.open("member")


async def test_every_kind_of_option_arrives_as_it_was_chosen(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    typed = {"whole": "3", "part": "1.5", "size": "lar", "wrapped": "tr", "member": "patr",
             "role": "moder", "room": "after", "anyone": "newc"}  # fmt: skip
    for name, value in typed.items():
        await add(page, name)
        await page.keyboard.type(value)
        await page.keyboard.press("Tab")
    await expect(more(page)).to_be_focused()
    await page.keyboard.press("Enter")
    await says(page, "red apples | 3 | 1.5 | l | True | patron | moderator | after-dark | newcomer")


async def test_an_option_of_channels_lists_those_of_its_kinds_alone(page):
    await begin(page, "order")
    await add(page, "room")
    await expect(offers(page)).to_have_text(["general", "after-dark", "announcements"])


async def test_an_option_of_anyone_lists_members_and_roles(page):
    await begin(page, "order")
    await add(page, "anyone")
    await page.keyboard.type("patr")
    await expect(offers(page)).to_have_text(["patron", "patronrole"])


async def test_further_options_are_offered_behind_those_that_stand_there(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    await expect(more(page)).to_have_attribute("placeholder", "+10 more")
    await more(page).click()
    await expect(offers(page)).to_have_count(10)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowDown")
    await expect(more(page)).to_be_focused()
    await expect(offers(page).first).to_have_attribute("aria-selected", "true")
    await page.keyboard.type("wr")
    await expect(offers(page)).to_contain_text(["As a present"])
    await page.keyboard.press("Enter")
    await expect(option(page, "wrapped")).to_be_focused()
    await expect(more(page)).to_have_attribute("placeholder", "+9 more")


async def test_tab_moves_between_options_and_backspace_takes_an_empty_one_out(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    await add(page, "whole")
    await add(page, "part")
    await page.keyboard.press("Shift+Tab")
    await expect(option(page, "whole")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(option(page, "part")).to_be_focused()
    await page.keyboard.press("Backspace")
    await expect(option(page, "part")).to_have_count(0)
    await expect(option(page, "whole")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(option(page, "text")).to_be_focused()


async def test_escape_leaves_the_command_and_keeps_its_words(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    await add(page, "whole")
    await page.keyboard.type("2")
    await page.keyboard.press("Escape")
    await expect(box(page)).to_have_value("/order text: red apples whole: 2")
    await expect(box(page)).to_be_focused()
    await page.keyboard.press("Enter")
    await says(page, "/order text: red apples whole: 2")
    await page.keyboard.type("/order ")
    await expect(option(page, "text")).to_be_focused()


WRONG = (
    ("text", "", REQUIRED),
    ("text", "ab", "Write 3 to 20 characters; there are 2 now."),
    ("text", "x" * 21, "Write 3 to 20 characters; there are 21 now."),
    ("whole", "", "Give this option a value, or take it out with Backspace."),
    ("whole", "five", "Give a whole number."),
    ("whole", "2.5", "Give a whole number."),
    ("whole", "5", "Give a number from 1 to 4."),
    ("part", "much", "Give a number."),
    ("part", "0.25", "Give a number of 0.5 or more."),
    ("size", "huge", "Choose one of the values in the list."),
    ("wrapped", "perhaps", "Choose True or False."),
    ("member", "nobody", "Choose a member from the list."),
    ("room", "sketches", "Choose a channel from the list."),
    ("role", "king", "Choose a role from the list."),
    ("anyone", "nobody", "Choose a member or a role from the list."),
    ("picture", "", "Give this option a value, or take it out with Backspace."),
)


async def test_what_cannot_be_sent_says_why_and_has_the_keyboard(page, sandbox):
    for name, typed, sentence in WRONG:
        await begin(page, "order")
        if name != "text":
            await page.keyboard.type("red apples")
            await add(page, name)
        await page.keyboard.type(typed)
        await page.get_by_role("button", name="Send /order").click()
        field = option(page, name)
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description(re.compile("^" + re.escape(sentence)))
        await expect(page.get_by_text(sentence).first).to_be_visible()
        await page.get_by_role("button", name="Leave the command").click()
        await box(page).fill("")
    assert not sandbox.interactions.all()


async def test_what_is_wrong_is_said_as_one_goes_on_and_taken_back_as_one_types(page):
    await begin(page, "order")
    await page.keyboard.type("ab")
    await page.keyboard.press("Tab")
    await expect(option(page, "text")).to_have_attribute("aria-invalid", "true")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("End")
    await page.keyboard.type("c")
    await expect(option(page, "text")).not_to_have_attribute("aria-invalid", "true")


async def test_a_required_option_that_was_taken_out_comes_back_when_it_is_missed(page):
    await begin(page, "order")
    await page.keyboard.press("Backspace")
    await expect(more(page)).to_have_attribute("placeholder", "+11 more")
    await page.keyboard.press("Enter")
    await expect(option(page, "text")).to_be_focused()
    await expect(page.get_by_text(REQUIRED).first).to_be_visible()


async def test_a_copied_command_becomes_its_options_again(page):
    await box(page).fill("/order text: two: red apples whole: 2 member: patron")
    await expect(option(page, "text")).to_have_value("two: red apples")
    await expect(option(page, "whole")).to_have_value("2")
    await expect(more(page)).to_be_focused()
    await page.keyboard.press("Enter")
    await says(page, "Ordered: two: red apples | 2 | 0.5 | - | False | patron")


async def test_arrow_up_brings_the_last_command_back(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    await page.keyboard.press("Enter")
    await says(page, "Ordered: red apples")
    await page.keyboard.press("ArrowUp")
    await expect(option(page, "text")).to_have_value("red apples")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.type("!")
    await page.keyboard.press("Enter")
    await says(page, "Ordered: red apples!")


async def test_a_command_is_kept_while_one_looks_into_another_channel(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    await (
        page.get_by_role("link", name="after-dark")
        .or_(page.get_by_role("button", name="after-dark"))
        .click()
    )
    await expect(option(page, "text")).to_have_count(0)
    await page.get_by_role("button", name="#general").click()
    await expect(option(page, "text")).to_have_value("red apples")


async def test_on_a_phone_the_list_fits_above_the_keyboard_and_options_wrap(windows, example):
    page = await windows.open("member", width=390, height=700, has_touch=True, is_mobile=True)
    await box(page).press_sequentially("/")
    await expect(offers(page).first).to_be_visible()
    shown = await page.get_by_role("listbox").bounding_box()
    assert shown["height"] <= 700 * 0.45
    assert shown["x"] >= 0
    assert shown["x"] + shown["width"] <= 390
    await offers(page).filter(has_text="/order").tap()
    await option(page, "text").fill("twenty apples, red!!")
    for name in ("whole", "wrapped", "member"):
        await add(page, name)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    boxes = [await option(page, name).bounding_box() for name in ("text", "member")]
    assert boxes[0]["y"] < boxes[1]["y"]
