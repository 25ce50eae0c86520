"""Plain messages: their lines, their length, whom they name and what they answer."""

from playwright.async_api import expect

from bot.sandbox.permissions import Permission
from bot.sandbox.world import Overwrite
from tests.sandbox.page.composing import COMPOSING, begin, box, offers, option, says


def written(sandbox, channel="general"):
    """The words of the channel's messages."""
    return [each.content for each in sandbox.acting("owner", channel).messages()]


async def test_enter_sends_and_shift_with_enter_begins_a_line(windows, sandbox):
    page = await windows.open("member")
    low = (await box(page).bounding_box())["height"]
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    assert (await box(page).bounding_box())["height"] > low * 1.5
    await page.keyboard.press("Enter")
    await says(page, "two")
    assert written(sandbox) == ["one\ntwo"]
    await expect(box(page)).to_have_value("")


async def test_the_key_that_ends_a_composed_word_sends_nothing(windows, sandbox, example):
    page = await windows.open("member")
    await box(page).fill("言葉")
    await box(page).evaluate(COMPOSING, "Enter")
    await box(page).press_sequentially("!")
    await expect(box(page)).to_have_value("言葉!")
    await box(page).fill("")
    await begin(page, "order")
    await page.keyboard.type("言葉")
    await option(page, "text").evaluate(COMPOSING, "Enter")
    await option(page, "text").evaluate(COMPOSING, "Escape")
    await page.keyboard.type("!")
    await expect(option(page, "text")).to_have_value("言葉!")
    assert written(sandbox) == []


async def test_the_characters_left_are_counted_near_the_end_and_too_many_are_refused(
    windows, sandbox
):
    page = await windows.open("member")
    await box(page).fill("x" * 1700)
    await expect(box(page)).to_have_accessible_description("")
    await box(page).fill("x" * 1990)
    await expect(box(page)).to_have_accessible_description("10 left")
    await box(page).fill("x" * 2003)
    await expect(box(page)).to_have_accessible_description("3 too many")
    await box(page).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("at most 2000 characters")
    await expect(box(page)).to_have_value("x" * 2003)
    assert written(sandbox) == []


async def test_an_empty_message_is_not_sent(windows, sandbox):
    page = await windows.open("member")
    await page.keyboard.press("Enter")
    await box(page).fill("   ")
    await page.keyboard.press("Enter")
    await box(page).fill("words")
    await page.keyboard.press("Enter")
    await says(page, "words")
    assert written(sandbox) == ["words"]


async def test_members_and_channels_are_named_by_typing_a_little_of_them(windows, sandbox):
    page = await windows.open("member")
    await page.keyboard.type("hello @pat")
    await expect(offers(page)).to_have_text(["patron", "patronrole"])
    await page.keyboard.press("Tab")
    await page.keyboard.type("see #sk")
    await expect(offers(page)).to_have_text(["sketchesthread"])
    await page.keyboard.press("Enter")
    await expect(box(page)).to_have_value("hello @patron see #sketches ")
    await page.keyboard.press("Enter")
    await says(page, "hello")
    patron, sketches = sandbox.world.user_named("patron"), sandbox.world.channel_named("sketches")
    assert written(sandbox) == [f"hello <@{patron.id}> see <#{sketches.id}>"]


async def test_a_list_of_names_that_was_left_stays_away(windows):
    page = await windows.open("member")
    await page.keyboard.type("hello @pat")
    await expect(offers(page)).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await page.keyboard.press("Enter")
    await says(page, "hello")


async def test_what_was_begun_in_a_channel_waits_there(windows):
    page = await windows.open("member")
    await box(page).fill("half a thought")
    await page.get_by_role("button", name="sketches").click()
    await expect(box(page)).to_have_value("")
    await page.get_by_role("button", name="#general").click()
    await expect(box(page)).to_have_value("half a thought")


async def test_who_may_not_send_messages_is_told_so(windows, sandbox):
    shut = Overwrite(
        sandbox.world.channel_named("general").guild_id,
        deny=int(Permission.SEND_MESSAGES_IN_THREADS),
    )
    sandbox.world.channel_named("general").overwrites.append(shut)
    page = await windows.open("member")
    await page.get_by_role("button", name="sketches").click()
    await expect(page.get_by_text("You may not send messages in this channel.")).to_be_visible()
    await expect(box(page)).to_have_count(0)


async def test_a_message_in_answer_names_the_one_it_answers(windows, sandbox):
    first = await sandbox.acting("patron", "general").say("who is there?")
    page = await windows.open("member")
    await page.get_by_text("who is there?").click(button="right")
    await page.get_by_role("menuitem", name="Reply").click()
    await expect(page.get_by_text("Answering patron")).to_be_visible()
    await box(page).fill("me")
    await box(page).press("Enter")
    await expect(page.get_by_text("Answering patron")).to_have_count(0)
    (*_, answer) = sandbox.acting("member", "general").messages()
    assert answer.json["message_reference"]["message_id"] == str(first.id)
