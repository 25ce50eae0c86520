"""The keyboard alone is enough for the frame, and so is hearing it."""

import pytest
from playwright.async_api import expect

from tests.browser import faint, nameless
from tests.sandbox.page.frame import acting, become, place


async def test_the_keyboard_alone_changes_the_channel(windows):
    page = await windows.open("member")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page).to_have_title("Sandbox – sketches")
    await page.keyboard.press("Alt+ArrowUp")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page).to_have_title("Sandbox – #announcements")
    await page.keyboard.press("Control+Alt+ArrowDown")
    await expect(page).to_have_title("Sandbox – #lobby")


async def test_arrows_walk_through_the_list_of_channels(windows):
    page = await windows.open("member")
    await place(page, "#general").focus()
    await page.keyboard.press("ArrowDown")
    await expect(place(page, "sketches")).to_be_focused()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Sandbox – #announcements")


async def test_a_few_letters_lead_anywhere(windows):
    page = await windows.open("member")
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Where to?")
    await expect(box).to_be_focused()
    await page.keyboard.type("lob")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Sandbox – #lobby")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("nothing of that name")
    await expect(page.get_by_text("Nothing is called that.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()


async def test_two_keys_make_somebody_else_of_one(windows):
    page = await windows.open("member")
    await become(page, "3")
    await expect(acting(page)).to_have_accessible_name("Acting as patron, patron")
    await expect(acting(page)).to_be_focused()
    await become(page, "o")
    await page.keyboard.press("Enter")
    await expect(acting(page)).to_have_accessible_name("Acting as owner, owner of the server")
    await page.keyboard.press("Alt+a")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_escape_closes_a_panel_and_gives_the_focus_back(windows):
    page = await windows.open("member")
    button = page.get_by_role("button", name="Members", exact=True)
    members = page.get_by_role("complementary", name="Members")
    await members.get_by_role("button", name="patron").first.focus()
    await page.keyboard.press("Escape")
    await expect(members).to_be_hidden()
    await expect(button).to_be_focused()
    await page.reload()
    await expect(acting(page)).to_be_visible()
    await expect(members).to_be_hidden()
    await page.keyboard.press("Alt+m")
    await expect(members).to_be_visible()


async def test_the_list_of_shortcuts_is_a_question_mark_away(windows):
    page = await windows.open("member")
    await page.get_by_role("button", name="#general").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.keyboard.press("Control+/")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("Control+/")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog", name="Go to a channel or server")).to_be_visible()
    await page.keyboard.press("Control+/")
    await page.get_by_role("button", name="Close", exact=True).press("Enter")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("button", name="#general")).to_be_focused()


async def test_whoever_does_not_want_the_lists_skips_them(windows):
    page = await windows.open("member")
    first = page.locator("a[href], button, input").first
    await first.focus()
    await expect(first).to_have_text("Skip to the messages")
    await expect(first).to_be_in_viewport()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_every_control_has_a_name_and_every_word_stands_out(windows, sandbox, example, theme):
    member = sandbox.acting("member", "general")
    await member.say(f"<@{sandbox.world.user_named('moderator').id}> `look` https://example.com")
    for command in ("paint", "poll", "gallery"):
        await (await member.slash(command)).finished()
    page = await windows.open("moderator", color_scheme=theme)
    await expect(page.get_by_role("log").get_by_role("button", name="Vote (0)")).to_be_visible()
    for keys in (None, "Alt+a", "Control+k", "Control+/"):
        if keys:
            await page.keyboard.press("Escape")
            await page.keyboard.press(keys)
            await expect(page.get_by_role("dialog")).to_be_visible()
        assert await nameless(page) == []
        assert await faint(page) == []


async def test_the_checks_of_names_and_contrast_see_what_they_look_for(windows):
    page = await windows.open("member", color_scheme="dark")
    await page.evaluate(
        """() => {
          const button = document.createElement("button");
          const word = document.createElement("b");
          word.style.color = "#555";
          word.append("hardly to be read");
          document.querySelector("main").prepend(button, word);
        }"""
    )
    assert await nameless(page) == ["button: <button []>"]
    assert [each.split(": ")[1] for each in await faint(page)] == ["hardly to be read"]
