"""Files come by picker, by drop and by paste, to a message or to a command's option."""

import pytest_asyncio
from playwright.async_api import expect

from tests.sandbox.example_bot import PNG
from tests.sandbox.page.composing import DROP, PASTE, add, begin, box, file, option, says

HORSE = file("horse.png", PNG, "image/png")


@pytest_asyncio.fixture(loop_scope="session")
async def page(windows, example):
    """A member's page with the example bot behind it."""
    opened = await windows.open("member")
    # Playwright begins to wait for choosers with the first listener, which a key may overtake.
    opened.on("filechooser", lambda chooser: None)
    return opened


async def attach(page, *files):
    """Choose files for a message."""
    async with page.expect_file_chooser() as opened:
        await page.get_by_role("button", name="Attach files").click()
    await (await opened.value).set_files(list(files))


def tray(page):
    """The files that will be sent."""
    return page.get_by_role("list", name="Files to send").get_by_role("listitem")


async def test_files_go_with_a_message_described_and_veiled_as_the_member_says(page, sandbox):
    await attach(page, HORSE, file("notes.txt"))
    await page.get_by_role("textbox", name="Alt text of horse.png").fill("a horse")
    await page.get_by_role("button", name="Spoiler: horse.png").click()
    await expect(page.get_by_role("button", name="Spoiler: horse.png")).to_have_attribute(
        "aria-pressed", "true"
    )
    await box(page).fill("look")
    await box(page).press("Enter")
    await says(page, "look")
    await expect(tray(page)).to_have_count(0)
    (sent,) = sandbox.acting("member", "general").messages()
    found = [(each["filename"], each.get("description")) for each in sent.json["attachments"]]
    assert found == [("SPOILER_horse.png", "a horse"), ("notes.txt", None)]


async def test_a_file_that_was_removed_is_not_sent(page, sandbox):
    await attach(page, HORSE, file("notes.txt"))
    await page.get_by_role("button", name="Remove horse.png").click()
    await page.get_by_role("button", name="Send message").click()
    await says(page, "notes.txt")
    (sent,) = sandbox.acting("member", "general").messages()
    assert [each["filename"] for each in sent.json["attachments"]] == ["notes.txt"]


async def test_the_keyboard_goes_on_from_where_a_file_was_removed(page):
    await attach(page, HORSE, file("notes.txt"))
    await page.get_by_role("button", name="Remove horse.png").press("Enter")
    await expect(page.get_by_role("button", name="Remove notes.txt")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(box(page)).to_be_focused()


async def test_files_dropped_on_the_page_and_pasted_are_kept_for_the_message(page):
    await page.evaluate(DROP, [None, "dropped.txt"])
    await expect(tray(page)).to_contain_text(["dropped.txt"])
    await box(page).evaluate(PASTE)
    await expect(tray(page)).to_contain_text(["dropped.txt", "pasted.txt"])


async def test_no_more_than_ten_files_go_with_a_message(page):
    await attach(page, *(file(f"{index}.txt") for index in range(11)))
    await expect(page.get_by_role("alert")).to_have_text("A message has at most 10 files.")
    await expect(tray(page)).to_have_count(0)


async def test_what_is_too_large_is_refused_and_kept(page, sandbox):
    for guild in sandbox.world.guilds.values():
        guild.upload_limit = 2**20
    await attach(page, file("large.bin", b"x" * (2**20 + 1)))
    await box(page).press("Enter")
    refusal = page.get_by_role("alert")
    await expect(refusal).to_have_text("large.bin is too large: files here may have 1 MiB.")
    await expect(tray(page)).to_contain_text(["large.bin"])


async def test_an_option_takes_its_file_by_the_picker_and_by_keyboard_alone(page):
    await begin(page, "look")
    await expect(option(page, "file")).to_be_focused()
    async with page.expect_file_chooser() as opened:
        await page.keyboard.press("Enter")
    await (await opened.value).set_files(HORSE)
    await expect(option(page, "file")).to_have_text("horse.png")
    await page.keyboard.press("Backspace")
    await expect(option(page, "file")).to_have_text("Choose a file")
    async with page.expect_file_chooser() as opened:
        await page.keyboard.press("Space")
    await (await opened.value).set_files(HORSE)
    await page.keyboard.press("Enter")
    await says(page, "horse.png 64x32")


async def test_a_dropped_file_fills_the_first_empty_option_and_then_the_next(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    for name in ("one.txt", "two.txt"):
        await page.evaluate(DROP, [None, name])
    await expect(option(page, "picture")).to_have_text("one.txt")
    await expect(option(page, "second")).to_have_text("two.txt")
    await page.evaluate(DROP, [None, "three.txt"])
    await expect(page.get_by_role("alert")).to_have_text("/order takes no more files.")
    await page.keyboard.press("Enter")
    await says(page, "one.txt | two.txt")


async def test_a_dropped_file_goes_to_the_option_that_has_the_keyboard(page):
    await begin(page, "order")
    await page.keyboard.type("red apples")
    await add(page, "second")
    await page.evaluate(DROP, [None, "here.txt"])
    await expect(option(page, "second")).to_have_text("here.txt")
    await expect(option(page, "picture")).to_have_count(0)


async def test_a_file_that_nothing_takes_does_not_lead_away_from_the_page(windows):
    page = await windows.open("member", place="after-dark")
    await expect(page.get_by_role("button", name="Go back")).to_be_visible()
    assert await page.evaluate(DROP, [None, "stray.txt"]) == ["dragover", "drop"]


async def test_a_command_without_such_an_option_takes_no_file(page):
    await begin(page, "echo")
    await page.evaluate(DROP, [None, "one.txt"])
    await expect(page.get_by_role("alert")).to_have_text("/echo takes no file.")
