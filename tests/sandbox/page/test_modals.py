"""Modals: filled in by mouse and by keyboard, held to what is asked, and never lost by accident."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.sandbox.example_bot import PNG
from tests.sandbox.page.composing import COMPOSING, begin, box
from tests.sandbox.page.parts import stopped

pytestmark = pytest.mark.usefixtures("example")
PICTURE = {"name": "picture.png", "mimeType": "image/png", "buffer": PNG}
NOTES = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"four"}


async def asked(windows: Any, sandbox: Any, what: str, **options: Any) -> tuple[Page, Locator]:
    """A window in which a button has just opened the modal."""
    member = sandbox.acting("member", "general")
    await (await member.slash("offer")).finished()
    page = await windows.open("member", **options)
    await page.get_by_role("button", name=f"Ask for {what}").click()
    dialog = page.get_by_role("dialog", name=what.title())
    await expect(dialog).to_be_visible()
    return page, dialog


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def submit(dialog: Locator) -> Locator:
    return dialog.get_by_role("button", name="Submit")


async def choose(dialog: Locator, menu: str, *names: str) -> None:
    """Open a menu by the mouse and click on options in it."""
    field = dialog.get_by_role("combobox", name=menu, exact=True)
    await field.click()
    for name in names:
        await dialog.get_by_role("option", name=name, exact=True).click()
    if await dialog.get_by_role("listbox").count():
        await field.click()


async def test_text_is_written_and_sent_by_the_keyboard_alone(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "words")
    await expect(dialog.get_by_text("everything")).to_be_visible()
    await expect(dialog.get_by_role("textbox", name="Title")).to_be_focused()
    await page.keyboard.type("A day")
    await page.keyboard.press("Tab")
    await page.keyboard.type("It rained\nall day.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Title: A day")
    await expect(log(page)).to_contain_text("Kept: as it was")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Ask for words")).to_be_focused()


async def test_menus_are_used_by_the_keyboard_alone(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "menus")
    await expect(dialog.get_by_role("combobox", name="Size")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await page.keyboard.press(key)
    await expect(dialog.get_by_role("combobox", name="Size")).to_have_text("Large")
    await dialog.get_by_role("combobox", name="Colours").focus()
    for key in ("ArrowDown", "Space", "ArrowDown", "ArrowDown", "Space", "Tab"):
        await page.keyboard.press(key)
    await expect(dialog.get_by_role("combobox", name="Colours")).to_have_text("RedBlue")
    await submit(dialog).press("Enter")
    await expect(log(page)).to_contain_text("Size: large")
    await expect(log(page)).to_contain_text("Colours: red, blue")


async def test_people_roles_and_channels_are_chosen_by_the_mouse(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "people")
    await choose(dialog, "Who", "patron")
    await choose(dialog, "Role", "moderator role")
    await choose(dialog, "Anyone", "newcomer role", "owner")
    await choose(dialog, "Where", "after-dark")
    await submit(dialog).click()
    for line in ("Who: patron", "Role: moderator", "Where: after-dark", "Anyone: owner, newcomer"):
        await expect(log(page)).to_contain_text(line)


async def test_an_open_menu_has_escape_for_itself(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "menus")
    await page.keyboard.press("ArrowDown")
    await expect(dialog.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_role("listbox")).to_be_hidden()
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_files_are_chosen_taken_away_and_sent(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "files")
    upload = dialog.get_by_role("button", name="Pictures")
    await upload.set_input_files([PICTURE, NOTES])
    await upload.set_input_files([NOTES])
    await submit(dialog).click()
    await expect(upload).to_have_accessible_description(re.compile("At most 2 files; there are 3"))
    await dialog.get_by_role("button", name="Remove notes.txt").first.click()
    await submit(dialog).click()
    said = f"Pictures: picture.png ({len(PNG)} bytes), notes.txt (4 bytes)"
    await expect(log(page)).to_contain_text(said)


async def test_files_may_be_dropped(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "files")
    dropped = await page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['four'], 'dropped.txt')); return data; }"
    )
    zone = dialog.get_by_text("Choose files").first
    await zone.dispatch_event("drop", {"dataTransfer": dropped})
    await expect(dialog.get_by_text("dropped.txt")).to_be_visible()
    await expect(page.get_by_role("list", name="Files to send")).to_have_count(0)
    await submit(dialog).click()
    await expect(log(page)).to_contain_text("Pictures: dropped.txt (4 bytes)")


async def test_choices_are_made_by_the_keyboard_alone(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "choices")
    await expect(dialog.get_by_role("radio", name="Warrior")).to_be_focused()
    for key in ("ArrowDown", "Tab", "Space", "Tab", "Tab", "Tab", "Space", "Enter"):
        await page.keyboard.press(key)
    for line in ("Class: wizard", "Extras: lamp, map", "Day: None", "Rules: yes"):
        await expect(log(page)).to_contain_text(line)


async def test_choices_are_made_by_the_mouse(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "choices")
    await dialog.get_by_text("Warrior").click()
    await dialog.get_by_text("Rope").click()
    await expect(dialog.get_by_role("checkbox", name="Map")).to_be_disabled()
    await dialog.get_by_text("Lamp").click()
    await dialog.get_by_text("Tuesday").click()
    await dialog.get_by_role("button", name="Choose none").click()
    await submit(dialog).click()
    for line in ("Class: warrior", "Extras: rope", "Day: None", "Rules: no"):
        await expect(log(page)).to_contain_text(line)


@pytest.mark.parametrize(
    ("what", "role", "name", "sentence"),
    [
        ("words", "textbox", "Title", "Fill this in."),
        ("menus", "combobox", "Colours", "Choose something."),
        ("people", "combobox", "Who", "Choose something."),
        ("files", "button", "Pictures", "Choose a file."),
    ],
)
async def test_what_is_missing_is_said_at_its_field_which_gets_the_focus(
    windows, sandbox, what, role, name, sentence
):
    _, dialog = await asked(windows, sandbox, what)
    await submit(dialog).click()
    field = dialog.get_by_role(role, name=name, exact=True)
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile(f"{re.escape(sentence)}$"))
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert len(sandbox.interactions.all()) == 2


async def test_a_missing_choice_is_said_of_its_group(windows, sandbox):
    _, dialog = await asked(windows, sandbox, "choices")
    await submit(dialog).click()
    group = dialog.get_by_role("radiogroup", name="Class required")
    await expect(group).to_have_accessible_description("Choose something.")
    await expect(dialog.get_by_role("radio", name="Warrior")).to_be_focused()


async def test_bounds_are_counted_and_a_mended_field_is_quiet_again(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "words")
    title = dialog.get_by_role("textbox", name="Title")
    story = dialog.get_by_role("textbox", name="Story")
    await title.fill("x" * 20 + "🐎")
    await expect(dialog.get_by_text("21 of 20")).to_be_visible()
    await story.fill("short")
    await submit(dialog).click()
    await expect(title).to_be_focused()
    await expect(title).to_have_accessible_description("At most 20 characters; there are 21.")
    await expect(story).to_have_accessible_description(re.compile("At least 10 characters; there"))
    await title.fill("🐎" * 20)
    await expect(title).to_have_accessible_description("")
    await story.fill("")
    await submit(dialog).click()
    await expect(log(page)).to_contain_text(f"Title: {'🐎' * 20}")


async def test_too_few_of_several_are_told_by_number(windows, sandbox):
    _, dialog = await asked(windows, sandbox, "menus")
    await choose(dialog, "Colours", "Red Like a fire engine")
    await submit(dialog).click()
    field = dialog.get_by_role("combobox", name="Colours")
    await expect(field).to_have_accessible_description(
        "Two or three of them At least 2 choices; there is 1."
    )


async def test_untouched_it_closes_at_once_and_the_focus_returns(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "words")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Ask for words")).to_be_focused()


async def test_what_was_written_is_not_lost_without_asking(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "words")
    title = dialog.get_by_role("textbox", name="Title")
    question = page.get_by_role("alertdialog", name="Leave without sending?")
    await title.fill("precious")
    for leave in ("Escape", "Cancel", "Close"):
        if leave == "Escape":
            await page.keyboard.press("Escape")
        else:
            await dialog.get_by_role("button", name=leave).click()
        await expect(question).to_be_visible()
        await question.get_by_role("button", name="Go on writing").click()
        await expect(question).to_be_hidden()
        await expect(title).to_have_value("precious")
    await title.focus()
    await page.keyboard.press("Escape")
    await expect(question.get_by_role("button", name="Go on writing")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(title).to_be_focused()
    await page.keyboard.press("Escape")
    await question.get_by_role("button", name="Discard it").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Ask for words")).to_be_focused()


async def test_the_keyboard_stays_inside(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "words")
    inside = "(box) => box.contains(document.activeElement)"
    for _ in range(12):
        await page.keyboard.press("Tab")
        where = await page.evaluate("document.activeElement.tagName")
        assert where == "BODY" or await dialog.evaluate(inside), where


async def test_a_form_that_is_not_answered_stays_and_can_be_sent_again(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "nothing")
    reason, alert = dialog.get_by_role("textbox", name="Reason"), dialog.get_by_role("alert")
    await reason.fill("the weather")
    await stopped(page)
    for _ in range(2):
        await reason.press("Enter")
        await expect(submit(dialog)).to_have_attribute("aria-busy", "true")
        await expect(alert).to_be_empty()
        while not await alert.inner_text():
            await page.clock.fast_forward(3000)
        await expect(alert).to_contain_text("did not answer in time")
        await expect(reason).to_have_value("the weather")
        await expect(submit(dialog)).not_to_have_attribute("aria-busy", "true")
    assert len(sandbox.interactions.all()) == 4
    sandbox.forgive()


async def test_a_form_that_is_refused_stays_and_says_why(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "files")
    large = {"name": "large.png", "mimeType": "image/png", "buffer": bytes(1001)}
    sandbox.world.guild_of(sandbox.world.channel_named("general")).upload_limit = 1000
    upload = dialog.get_by_role("button", name="Pictures")
    await upload.set_input_files([large])
    await submit(dialog).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("large.png is too large")
    await dialog.get_by_role("button", name="Remove large.png").click()
    await upload.set_input_files([PICTURE])
    await submit(dialog).click()
    await expect(log(page)).to_contain_text("Pictures: picture.png")


async def test_a_file_that_can_no_longer_be_read_is_told_and_may_be_chosen_anew(
    windows, sandbox, tmp_path
):
    page, dialog = await asked(windows, sandbox, "files")
    gone = tmp_path / "gone.png"
    gone.write_bytes(PNG)
    upload = dialog.get_by_role("button", name="Pictures")
    await upload.set_input_files(gone)
    gone.unlink()
    await submit(dialog).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("could not be")
    await dialog.get_by_role("button", name="Remove gone.png").click()
    await upload.set_input_files([PICTURE])
    await submit(dialog).click()
    await expect(log(page)).to_contain_text("Pictures: picture.png")


async def test_a_button_may_ask_how_to_change_its_message(windows, sandbox):
    member = sandbox.acting("member", "general")
    await (await member.slash("offer")).finished()
    page = await windows.open("member")
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("dialog", name="Rename").get_by_role("textbox").fill("Ada")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Name: Ada")
    await expect(log(page)).not_to_contain_text("Nameless")


async def test_a_command_that_asks_gives_the_keyboard_back_to_the_composer(windows, sandbox):
    page = await windows.open("member")
    await begin(page, "form")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="A form").get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("Ada")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Hello, Ada.")
    await expect(box(page)).to_be_focused()


async def test_escape_for_an_input_method_closes_no_form(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "words")
    field = dialog.get_by_role("textbox", name="Title")
    await field.fill("言葉")
    await field.evaluate(COMPOSING, "Escape")
    await page.keyboard.type("!")
    await expect(field).to_have_value("言葉!")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)


async def test_on_a_phone_it_takes_the_whole_screen(windows, sandbox):
    page, dialog = await asked(windows, sandbox, "choices", width=390, height=700)
    await expect(dialog).to_have_css("height", "700px")
    box = await dialog.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert await dialog.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    await dialog.get_by_text("Wizard").click()
    await submit(dialog).click()
    await expect(log(page)).to_contain_text("Class: wizard")
