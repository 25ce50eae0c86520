"""The bot's own commands, used in the sandbox's page by keyboard alone."""

import io
import re

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.flow.house import serving
from tests.page_fixtures import browser, sandbox, windows
from tests.sandbox.page.composing import add, begin, file, more, offers, option, says

__all__ = ["browser", "sandbox", "windows"]

pytestmark = pytest.mark.asyncio(loop_scope="session")
DRAWN = 120_000
"""Milliseconds for which an image is waited for."""


@pytest_asyncio.fixture(loop_scope="session")
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


def picture(page: Page, prompt: str) -> Locator:
    """The image that was drawn for a prompt."""
    return page.get_by_role("log").get_by_role("img", name=prompt)


async def drawn(page: Page, prompt: str) -> None:
    """Wait until the image stands there, whole."""
    shown = picture(page, prompt)
    await expect(shown).to_be_visible(timeout=DRAWN)
    await expect(shown).to_have_js_property("naturalWidth", 512)


async def step_back_to(page: Page, control: Locator) -> None:
    """Go back from the composer, by Tab alone, until the keyboard stands on a control."""
    await expect(control).to_be_visible(timeout=DRAWN)
    for _ in range(30):
        await page.keyboard.press("Shift+Tab")
        if await control.evaluate("control => control === document.activeElement"):
            return
    raise AssertionError("Tab never came to the control")


async def test_imagine_by_keyboard_alone_until_the_image_stands_there(windows, house):
    page = await windows.open("member")
    await page.keyboard.type("/imag")
    await expect(offers(page)).to_contain_text(["/imagine"])
    await page.keyboard.press("Enter")
    await page.keyboard.type("a red apple")
    await page.keyboard.press("Tab")
    await page.keyboard.type("steps:2")
    await page.keyboard.press("Enter")
    await drawn(page, "a red apple")
    await page.keyboard.press("ArrowUp")
    await expect(option(page, "prompt")).to_have_value("a red apple")
    await expect(option(page, "steps")).to_have_value("2")


async def test_models_and_styles_are_completed_by_the_bot(windows, house):
    page = await windows.open("member")
    await begin(page, "imagine")
    await page.keyboard.type("a red apple")
    await add(page, "style")
    await page.keyboard.type("pix")
    await expect(offers(page)).to_have_text(["pixel art"])
    await page.keyboard.press("Enter")
    await add(page, "model")
    await expect(offers(page)).to_contain_text(["Starter (128 px"])
    await page.keyboard.press("Tab")
    await expect(option(page, "model")).to_have_value(re.compile("Starter"))
    await expect(more(page)).to_be_focused()
    await add(page, "steps")
    await page.keyboard.type("2")
    await page.keyboard.press("Enter")
    await drawn(page, "a red apple")
    (answer,) = house.member().messages()
    assert "pixel art" in house.recipe(answer.files[0])["prompt"]


async def test_an_image_begins_with_a_picture_and_is_seen_by_its_author_alone(windows, house):
    mine, theirs = await windows.open("member"), await windows.open("patron")
    await begin(mine, "imagine")
    await mine.keyboard.type("a green field")
    for name, value in (("steps", "4"), ("strength", "0.5"), ("private", "tr")):
        await add(mine, name)
        await mine.keyboard.type(value)
    await mine.keyboard.press("Enter")
    await add(mine, "image")
    picker = mine.get_by_role("group", name="/imagine").locator("input[type=file]")
    await picker.set_input_files(file("holiday.png", photo(), "image/png"))
    await expect(option(mine, "image")).to_have_text("holiday.png")
    await mine.keyboard.press("Enter")
    await drawn(mine, "a green field")
    await says(mine, "from an attached image · strength 0.5")
    await house.member().say("after it")
    await says(theirs, "after it")
    await expect(theirs.get_by_role("log")).not_to_contain_text("green field")
    await expect(picture(theirs, "a green field")).to_have_count(0)


async def test_a_refusal_is_unseen_by_others(windows, house):
    mine, theirs = await windows.open("member"), await windows.open("patron")
    await begin(mine, "imagine")
    await mine.keyboard.type("a red apple")
    await add(mine, "strength")
    await mine.keyboard.type("0.5")
    await mine.keyboard.press("Enter")
    await says(mine, "attach one")
    await house.member().say("after it")
    await says(theirs, "after it")
    await expect(theirs.get_by_role("log")).not_to_contain_text("attach one")


async def test_what_is_being_drawn_is_cancelled_by_keyboard(windows, house):
    page = await windows.open("member")
    await begin(page, "imagine")
    await page.keyboard.type("a long story")
    for name, value in (("steps", "60"), ("count", "4")):
        await add(page, name)
        await page.keyboard.type(value)
    await page.keyboard.press("Enter")
    await step_back_to(page, page.get_by_role("button", name="Cancel"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text(re.compile("Cancelled"))


def photo() -> bytes:
    """A picture as a member has it."""
    kept = io.BytesIO()
    Image.linear_gradient("L").resize((300, 200)).convert("RGB").save(kept, "PNG")
    return kept.getvalue()
