"""Select menus of every kind are opened, searched and sent, by mouse and by keyboard."""

from playwright.async_api import expect

from tests.sandbox.page.parts import asked, button, menu, option, shown, stopped, waited


async def test_one_choice_is_sent_at_once(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "menus")
    await menu(log, "Pick a colour").click()
    await expect(option(page, "Red")).to_contain_text("Like fire")
    await option(page, "Red").click()
    await expect(log).to_contain_text("You chose r.")
    await expect(menu(log, "Pick a colour")).to_have_text("🔥Red")
    await expect(page.get_by_role("listbox")).to_have_count(0)


async def test_a_menu_is_used_by_the_keyboard_alone(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "menus")
    field = menu(log, "Pick a colour")
    await field.focus()
    await page.keyboard.press("ArrowDown")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("b")
    active = await field.get_attribute("aria-activedescendant")
    await expect(page.locator(f"#{active}")).to_have_text("Blue")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await expect(field).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Space")
    await expect(log).to_contain_text("You chose g.")
    await expect(field).to_be_focused()


async def test_several_choices_are_sent_when_the_menu_closes(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "menus")
    field = menu(log, "Who comes")
    await expect(field).to_contain_text("member")
    await field.click()
    await expect(option(page, "member")).to_have_attribute("aria-selected", "true")
    for name in ("patron", "moderator"):
        await option(page, name).click()
    await expect(option(page, "newcomer")).to_be_disabled()
    await expect(page.get_by_text("3 of 3 chosen")).to_be_visible()
    await expect(log).not_to_contain_text("You chose")
    await log.get_by_role("article").first.click(position={"x": 4, "y": 4})
    await expect(log).to_contain_text("You chose member, patron, moderator.")
    await expect(field).to_contain_text("patron")


async def test_a_menu_that_needs_no_choice_is_cleared(windows, sandbox, example):
    _page, log = await shown(windows, sandbox, "menus")
    await button(log, "Clear: Who comes").click()
    await expect(log).to_contain_text("You chose nothing.")
    await expect(menu(log, "Who comes")).to_have_text("Who comes")
    await expect(menu(log, "Who comes")).to_be_focused()


async def test_menus_offer_roles_both_and_the_channels_that_are_asked_for(
    windows, sandbox, example
):
    page, log = await shown(windows, sandbox, "menus")
    await menu(log, "Which role").click()
    await expect(option(page, "patron")).to_be_visible()
    await expect(option(page, "everyone")).to_have_count(0)
    await option(page, "patron").click()
    await expect(log).to_contain_text("You chose patron.")
    await menu(log, "Who is called").click()
    await page.get_by_role("combobox", name="Filter: Who is called").fill("every")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(log).to_contain_text("You chose @everyone.")
    await menu(log, "Where to").click()
    await expect(page.get_by_role("option")).to_have_text(["↳sketchesgeneral"])
    await option(page, "sketches").click()
    await expect(log).to_contain_text("You chose sketches.")


async def test_a_long_menu_is_filtered_and_keeps_to_its_bounds(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "letters")
    field, words = menu(log, "Letters"), page.get_by_role("combobox", name="Filter: Letters")
    await expect(field).to_have_text("Letter aLetter b")
    await field.click()
    await expect(words).to_be_focused()
    await words.fill("letter q")
    await expect(page.get_by_role("option")).to_have_count(1)
    await words.press("Enter")
    await words.fill("")
    await expect(option(page, "Letter c")).to_be_disabled()
    await words.fill("zz")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()
    await words.press("Tab")
    await expect(log).to_contain_text("You chose a, b, q.")


async def test_too_few_choices_are_not_sent_and_escape_takes_all_back(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "letters")
    field = menu(log, "Letters")
    await field.click()
    await option(page, "Letter a").click()
    await field.click()
    await expect(log.get_by_role("alert")).to_have_text("Choose at least 2.")
    await expect(field).to_have_text("Letter aLetter b")
    await field.click()
    await option(page, "Letter c").click()
    await page.keyboard.press("Escape")
    await expect(field).to_have_text("Letter aLetter b")
    await expect(log).not_to_contain_text("You chose")
    await expect(menu(log, "Shut")).to_be_disabled()


async def test_a_choice_that_nobody_answers_is_taken_back(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "letters")
    await stopped(page)
    await menu(log, "In vain").click()
    await asked(page, option(page, "One"))
    await expect(menu(log, "In vain")).to_have_text("One")
    await expect(menu(log, "Letters")).to_be_disabled()
    await waited(page, log)
    await expect(menu(log, "In vain")).to_have_text("In vain")
    sandbox.forgive()
