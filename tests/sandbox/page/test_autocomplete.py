"""The bot is asked what fits as a member types, and the composer says how that goes."""

import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.interactions import Kind
from tests.sandbox.page.composing import add, begin, box, offers, option, says


@pytest_asyncio.fixture(loop_scope="session")
async def page(windows, example):
    """A member's page, standing in an option that the bot completes."""
    opened = await windows.open("member")
    await begin(opened, "plant")
    await opened.keyboard.type("fr")
    await opened.keyboard.press("Tab")
    await expect(option(opened, "plant")).to_be_focused()
    return opened


def questions(sandbox):
    """What the bot was asked, as it stood in the option."""
    asked = [each for each in sandbox.interactions.all() if each.kind is Kind.AUTOCOMPLETE]
    return [each.data["options"] for each in asked]


async def test_what_the_bot_offers_depends_on_the_other_options(page, sandbox):
    await expect(offers(page)).to_have_text(["Apple", "Pear", "Plum"])
    (asked,) = questions(sandbox)
    assert {each["name"]: each["value"] for each in asked} == {"kind": "fruit", "plant": ""}
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("flo")
    await page.keyboard.press("Enter")
    await expect(offers(page)).to_have_text(["Rose", "Tulip"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(option(page, "plant")).to_have_value("Tulip")
    await page.keyboard.press("Enter")
    await says(page, "Planted: flower tulip None")


async def test_quick_typing_asks_once(page, sandbox):
    await expect(offers(page)).to_have_count(3)
    await page.keyboard.type("plu")
    await expect(offers(page)).to_have_text(["Plum"])
    assert [asked[-1]["value"] for asked in questions(sandbox)] == ["", "plu"]


async def test_while_the_bot_thinks_the_list_says_so_and_a_late_answer_is_not_shown(page, example):
    await expect(offers(page)).to_have_count(3)
    async with page.expect_request(lambda sent: '"slow"' in (sent.post_data or "")) as asked:
        await page.keyboard.type("slow")
    await expect(page.get_by_text("Loading what the bot offers…").first).to_be_visible()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("pear")
    await expect(offers(page)).to_have_text(["Pear"])
    example.released.set()
    late = await (await asked.value).response()
    assert [each["value"] for each in await late.json()] == ["slowly"]
    await expect(offers(page)).to_have_text(["Pear"])


async def test_nothing_that_fits_is_said_and_what_was_typed_is_sent(page):
    await page.keyboard.type("quince")
    await expect(page.get_by_text("Nothing fits what you typed.").first).to_be_visible()
    await page.keyboard.press("Enter")
    await says(page, "Planted: fruit quince None")


async def test_a_bot_that_fails_is_said_to_have_failed(page, sandbox):
    await page.keyboard.type("broken")
    failed = "The list could not be loaded: the bot did not answer."
    await expect(page.get_by_text(failed).first).to_be_visible()
    await expect(option(page, "plant")).to_have_value("broken")
    sandbox.forgive()


async def test_a_number_may_be_chosen_from_what_the_bot_offers_or_typed(page):
    await page.keyboard.type("pear")
    await expect(offers(page)).to_have_text(["Pear"])
    await page.keyboard.press("Tab")
    await add(page, "deep")
    await expect(offers(page)).to_have_text(["2 feet", "3 feet", "5 feet"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="End of the command")).to_be_focused()
    await page.keyboard.press("Enter")
    await says(page, "Planted: fruit pear 3")
    await box(page).fill("/plant kind: fruit plant: plum deep: 7")
    await page.keyboard.press("Enter")
    await says(page, "Planted: fruit plum 7")
