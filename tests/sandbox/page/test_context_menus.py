"""What can be done with a message or a person, by mouse, by keyboard and by finger."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

pytestmark = pytest.mark.usefixtures("example")


async def talk(windows: Any, sandbox: Any, *words: str, **options: Any) -> tuple[Page, Locator]:
    """A window with what the patron said, and the last of it."""
    for each in words or ("good morning",):
        await sandbox.acting("patron", "general").say(each)
    page = await windows.open("member", **options)
    return page, page.get_by_role("article").last


def menu(page: Page) -> Locator:
    return page.get_by_role("menu")


def entry(page: Page, name: str) -> Locator:
    return menu(page).get_by_role("menuitem", name=name, exact=True)


def log(page: Page) -> Locator:
    return page.get_by_role("log")


async def test_a_right_click_on_a_message_offers_the_bots_commands_for_it(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.click(button="right")
    await expect(menu(page)).to_have_accessible_name("Message from patron")
    await menu(page).get_by_role("group", name="Apps").get_by_text("Quote").click()
    await expect(menu(page)).to_be_hidden()
    await expect(log(page).get_by_role("article").last).to_contain_text("sandbox-bot")


async def test_the_more_button_of_a_message_opens_it_too(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.hover()
    await message.get_by_role("button", name="More").click()
    await expect(entry(page, "Quote")).to_be_focused()


@pytest.mark.parametrize("key", ["Shift+F10", "ContextMenu"])
async def test_the_keyboard_opens_walks_and_closes_it(windows, sandbox, key):
    page, message = await talk(windows, sandbox)
    await message.focus()
    await page.keyboard.press(key)
    await expect(entry(page, "Quote")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(menu(page).get_by_role("menuitem").last).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(entry(page, "Quote")).to_be_focused()
    await page.keyboard.press("End")
    await page.keyboard.type("repl")
    await expect(entry(page, "Reply")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu(page)).to_be_hidden()
    await expect(message).to_be_focused()


async def test_the_same_letter_goes_from_one_to_the_next(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.focus()
    await page.keyboard.press("Shift+F10")
    for name in ("Copy text", "Copy link", "Copy message ID", "Copy text"):
        await page.keyboard.press("c")
        await expect(entry(page, name)).to_be_focused()


async def test_a_field_that_is_written_in_keeps_the_browsers_own_menu(windows, sandbox):
    page, _ = await talk(windows, sandbox)
    await page.get_by_role("textbox", name="Message").focus()
    await page.keyboard.press("Shift+F10")
    await expect(menu(page)).to_have_count(0)


async def test_a_command_that_asks_by_a_modal_gives_the_focus_back_in_the_end(windows, sandbox):
    page, last = await talk(windows, sandbox)
    message = page.locator(f"#{await last.get_attribute('id')}")
    await message.focus()
    await page.keyboard.press("Shift+F10")
    await page.keyboard.type("repo")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Report").get_by_role("textbox", name="Why").fill("rude")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Why: rude")
    await expect(message).to_be_focused()


async def test_only_what_a_member_may_use_is_offered(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.click(button="right")
    await expect(entry(page, "Quote")).to_be_visible()
    await expect(entry(page, "Judge")).to_have_count(0)
    theirs = await windows.open("moderator")
    await theirs.get_by_role("article").last.click(button="right")
    await entry(theirs, "Judge").click()
    await expect(log(theirs)).to_contain_text("Not guilty")


@pytest.mark.parametrize("place", ["the talk", "the member list"])
async def test_a_persons_name_offers_the_bots_commands_for_them(windows, sandbox, place):
    page, message = await talk(windows, sandbox)
    if place == "the talk":
        await message.get_by_role("button", name="patron").click()
    else:
        members = page.get_by_role("complementary", name="Members")
        await members.get_by_role("button", name="patron", exact=True).click()
    await expect(menu(page)).to_have_accessible_name("patron")
    await entry(page, "Note").click()
    await expect(page.get_by_role("dialog", name="Note")).to_contain_text("About patron")


async def test_one_becomes_another_by_their_menu(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.get_by_role("button", name="patron").click()
    await entry(page, "Act as patron").click()
    await page.get_by_role("article").last.get_by_role("button", name="patron").click()
    await expect(menu(page)).to_be_visible()
    await expect(entry(page, "Act as patron")).to_have_count(0)


async def test_the_bots_menu_leads_to_the_direct_messages(windows, sandbox):
    member = sandbox.acting("member", "general")
    await (await member.slash("echo", text="hello")).finished()
    page = await windows.open("member")
    await page.get_by_role("article").last.get_by_role("button", name="sandbox-bot").last.click()
    await entry(page, "Send a direct message").click()
    await expect(page.get_by_role("textbox", name="Message")).to_have_attribute(
        "placeholder", "Message @sandbox-bot"
    )


async def test_text_and_ids_are_copied(windows, sandbox):
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    page, message = await talk(windows, sandbox, "**good** morning", **allowed)
    said = sandbox.acting("member", "general").messages()[-1]
    for name, copied in (("Copy text", said.content), ("Copy message ID", str(said.id))):
        await message.click(button="right")
        await entry(page, name).click()
        await expect(page.get_by_text("Copied.")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == copied


async def test_a_copied_link_leads_to_its_message(windows, sandbox):
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    many = (f"line {number}" for number in range(40))
    page, _ = await talk(windows, sandbox, *many, **allowed)
    first = page.get_by_role("article").filter(has_text="line 3").first
    await first.scroll_into_view_if_needed()
    await first.click(button="right")
    await entry(page, "Copy link").click()
    await expect(page.get_by_text("Copied.")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    elsewhere = await windows.open("owner")
    await elsewhere.goto("about:blank")
    await elsewhere.goto(link)
    reached = elsewhere.get_by_role("article").filter(has_text="line 3").first
    await expect(reached).to_be_focused()
    await expect(reached).to_be_in_viewport()


async def test_an_answer_for_oneself_can_be_put_away(windows, sandbox):
    page, message = await talk(windows, sandbox)
    member = sandbox.acting("member", "general")
    await (await member.slash("draw", prompt="horse", private=True)).finished()
    answer = page.get_by_role("article").filter(has_text="1 × horse")
    await answer.click(button="right")
    await entry(page, "Dismiss message").click()
    await expect(answer).to_have_count(0)
    await expect(message).to_be_focused()


async def test_a_message_that_went_meanwhile_is_said_to_be_gone(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.click(button="right")
    sandbox.messages.delete(
        sandbox.messages.find(sandbox.acting("patron", "general").messages()[-1].id)
    )
    await expect(page.get_by_role("article")).to_have_count(0)
    await entry(page, "Quote").click()
    await expect(log(page)).to_contain_text("There is no such message here.")


@pytest.mark.parametrize("corner", ["right", "left"])
async def test_it_stays_inside_the_window(windows, sandbox, corner):
    lines = (f"line {number}" for number in range(20))
    page, message = await talk(windows, sandbox, *lines, width=900, height=500)
    box = await message.bounding_box()
    assert box is not None
    x = box["width"] - 3 if corner == "right" else 3
    await message.click(button="right", position={"x": x, "y": box["height"] - 3})
    shown = await menu(page).bounding_box()
    assert shown is not None
    assert shown["x"] >= 8
    assert shown["y"] >= 8
    assert shown["x"] + shown["width"] <= 892
    assert shown["y"] + shown["height"] <= 492


async def test_a_press_elsewhere_closes_it(windows, sandbox):
    page, message = await talk(windows, sandbox)
    await message.click(button="right")
    await expect(menu(page)).to_be_visible()
    await page.get_by_role("textbox", name="Message").click()
    await expect(menu(page)).to_be_hidden()
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()


async def test_on_a_phone_it_comes_from_the_foot(windows, sandbox):
    page, message = await talk(windows, sandbox, width=390, height=700)
    await message.click(button="right")
    await expect(menu(page).get_by_text("Message from patron")).to_be_visible()
    await expect(menu(page)).to_have_css("animation-name", "menu-rise")
    await menu(page).evaluate(
        "(box) => Promise.all(box.getAnimations().map((each) => each.finished))"
    )
    shown = await menu(page).bounding_box()
    assert shown is not None
    assert (shown["x"], shown["width"], shown["y"] + shown["height"]) == (0, 390, 700)
    await page.mouse.click(195, 100)
    await expect(menu(page)).to_be_hidden()
