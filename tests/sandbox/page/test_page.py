"""The page opens, shows what is said, and hears of what others do."""

from playwright.async_api import expect


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
