"""The page opens, shows what is said, and hears of what others do."""

import re
from typing import Any

from playwright.async_api import Route, expect


async def test_two_members_talk_and_each_sees_the_other(windows):
    mine, theirs = await windows.open("member"), await windows.open("patron")
    box = mine.get_by_role("textbox", name="Message")
    await box.fill("good morning")
    await box.press("Enter")
    for page in (mine, theirs):
        await expect(page.get_by_role("log")).to_contain_text("good morning")


async def test_what_the_bot_whispers_is_seen_by_its_reader_alone(windows, sandbox, example):
    mine, theirs = await windows.open("member"), await windows.open("patron")
    member = sandbox.acting("member", "general")
    await (await member.slash("draw", prompt="horse", private=True)).finished()
    await member.say("after it")
    for page in (mine, theirs):
        await expect(page.get_by_role("log")).to_contain_text("after it")
    await expect(mine.get_by_role("log")).to_contain_text("1 × horse")
    await expect(theirs.get_by_role("log")).not_to_contain_text("1 × horse")


async def test_a_world_that_cannot_be_drawn_is_told_instead_of_it(windows):
    async def spoil(route: Route) -> None:
        answer = await route.fetch()
        scene: dict[str, Any] = await answer.json()
        await route.fulfill(json={**scene, "bot": None})

    page = await windows.open()
    await page.route(re.compile("/sandbox/scene"), spoil)
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("null")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
