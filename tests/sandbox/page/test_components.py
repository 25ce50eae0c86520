"""Buttons and the second version's parts are drawn, and used by mouse and keyboard."""

import json

from playwright.async_api import expect

from bot.sandbox.components import INTERACTIVE, KEYS, Kind
from tests.browser import nameless
from tests.sandbox.example_bot import PNG
from tests.sandbox.page.parts import asked, button, menu, shown, stopped, waited
from tests.sandbox.raw import RawBot


async def test_a_button_of_every_style_is_pressed(windows, sandbox, example):
    _page, log = await shown(windows, sandbox, "buttons")
    for name in ("Primary", "Secondary", "Success", "Danger", "🔥 Hot", ":star:"):
        await button(log, name).click()
        answer = name.removeprefix("🔥 ").strip(":")
        await expect(log).to_contain_text(f"You pressed {answer}.")
    await expect(button(log, "Shut")).to_be_disabled()
    await expect(button(log, "Premium: cannot be bought here")).to_be_disabled()


async def test_a_link_opens_outside_and_says_so(windows, sandbox, example):
    _, log = await shown(windows, sandbox, "buttons")
    link = log.get_by_role("link", name="Elsewhere (opens outside)")
    await expect(link).to_have_attribute("href", "https://example.com/")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_a_pressed_button_waits_and_the_others_with_it(windows, sandbox, example):
    _, log = await shown(windows, sandbox, "manners")
    await button(log, "Later").click()
    await expect(button(log, "Later")).to_have_attribute("aria-busy", "true")
    await expect(button(log, "Count")).to_be_disabled()
    await button(log, "Count").click(force=True)
    example.manners.go_on.set()
    await expect(button(log, "Count")).to_be_enabled()
    await expect(button(log, "Later")).not_to_have_attribute("aria-busy", "true")
    assert example.manners.count == 0


async def test_a_button_that_nobody_answers_fails_at_its_message(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "manners")
    await stopped(page)
    await asked(page, button(log, "Never"))
    await waited(page, log)
    message = log.get_by_role("article").filter(has=button(page, "Never"))
    await expect(message.get_by_role("alert")).to_have_text("This interaction failed")
    await expect(page.get_by_text("did not respond")).to_have_count(0)
    await button(log, "Quietly").click()
    await expect(message.get_by_role("alert")).to_have_count(0)
    await expect(button(log, "Never")).to_be_enabled()
    sandbox.forgive()


async def test_what_the_sandbox_refuses_is_said_at_the_message(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "manners")
    refusal = {"error": "ClientRefusal", "message": "There is no such message here."}
    await page.route("**/sandbox/act", lambda route: route.fulfill(status=422, json=refusal))
    await button(log, "Quietly").click()
    await expect(log.get_by_role("alert")).to_have_text("There is no such message here.")
    await expect(button(log, "Quietly")).to_be_enabled()


async def test_the_keyboard_stays_on_a_button_whose_message_changes(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "manners")
    await button(log, "Count").focus()
    for count in (1, 2):
        await page.keyboard.press("Enter")
        await expect(log).to_contain_text(f"Counted {count}")
        await expect(button(log, "Count")).to_be_enabled()
        await expect(button(log, "Count")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(log).to_contain_text("Moved")
    await expect(button(log, "To the end")).to_be_focused()


async def test_the_keyboard_stays_on_a_button_that_changes_its_name(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "poll")
    await button(log, "Vote (0)").focus()
    for count in range(1, 4):
        await page.keyboard.press("Enter")
        await expect(button(log, f"Vote ({count})")).to_be_focused()
        await expect(button(log, f"Vote ({count})")).to_be_enabled()


async def test_the_keyboard_goes_to_the_message_of_a_button_that_is_no_more(
    windows, sandbox, example
):
    page, log = await shown(windows, sandbox, "manners")
    for name, words in (("Close", "Closed"), ("Away", "All gone")):
        await button(log, name).focus()
        await page.keyboard.press("Enter")
        await expect(log).to_contain_text(words)
        await expect(log.get_by_role("article").filter(has_text=words)).to_be_focused()


async def test_the_keyboard_goes_beside_a_message_that_is_no_more(windows, sandbox, example):
    await sandbox.acting("member", "general").say("before it")
    page, log = await shown(windows, sandbox, "manners")
    await button(log, "Delete").focus()
    await page.keyboard.press("Enter")
    await expect(button(log, "Delete")).to_have_count(0)
    await expect(log.get_by_role("article").filter(has_text="before it")).to_be_focused()


async def test_everything_of_the_second_version_is_drawn(windows, sandbox, example):
    _page, log = await shown(windows, sandbox, "showcase")
    await expect(log.get_by_role("heading", name="Showcase")).to_be_visible()
    for name in ("a small picture", "picture 0", "picture 1", "picture 2"):
        await expect(button(log, f"Open picture: {name}")).to_be_visible()
    await expect(
        log.get_by_role("list", name="Pictures").first.get_by_role("listitem")
    ).to_have_count(3)
    await expect(log.get_by_role("article").get_by_role("separator")).to_have_count(1)
    await expect(log.get_by_role("link", name="note.txt", exact=True)).to_be_visible()
    for name in ("Further", "Inside"):
        await button(log, name).click()
        await expect(log).to_contain_text(f"You pressed {name}.")


async def test_a_hidden_container_and_a_hidden_picture_are_shown_when_asked_for(
    windows, sandbox, example
):
    _, log = await shown(windows, sandbox, "showcase")
    secret = log.locator("[inert]").filter(has_text="The butler did it")
    await expect(secret).to_have_count(1)
    await button(log, "Container, hidden. Show it").click()
    await expect(secret).to_have_count(0)
    await button(log, "Picture, hidden. Show it").press("Enter")
    await expect(button(log, "Open picture: hidden")).to_be_visible()


async def test_all_has_a_name_and_nothing_is_wider_than_a_phone(windows, sandbox, example):
    for command in ("buttons", "menus", "letters"):
        await (await sandbox.acting("member", "general").slash(command)).finished()
    page, log = await shown(windows, sandbox, "showcase", width=390, pictures=9)
    await expect(button(log, "Inside")).to_be_visible()
    assert await nameless(page) == []
    wider = "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).length"
    assert await log.locator(".components").evaluate_all(wider) == 0
    await menu(log, "Letters").click()
    box = await page.get_by_role("listbox").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


PRESS = {"type": 2, "style": 1, "label": "Press", "custom_id": "press"}
WORDS = {"type": 10, "content": "words"}
PICTURE = {"media": {"url": "attachment://a.png"}, "description": "a picture"}


def chosen(kind, **more):
    """A menu of a kind, and how the page calls it."""
    return {"type": kind, "custom_id": "menu", "placeholder": "Pick", **more}, ("combobox", "Pick")


SAMPLES = {
    Kind.ROW: ({"type": 1, "components": [PRESS]}, ("button", "Press")),
    Kind.BUTTON: (PRESS, ("button", "Press")),
    Kind.STRING_SELECT: chosen(3, options=[{"label": "One", "value": "1"}]),
    Kind.USER_SELECT: chosen(5),
    Kind.ROLE_SELECT: chosen(6),
    Kind.MENTIONABLE_SELECT: chosen(7),
    Kind.CHANNEL_SELECT: chosen(8),
    Kind.SECTION: (
        {"type": 9, "components": [WORDS], "accessory": PRESS}, ("button", "Press")
    ),
    Kind.TEXT: (WORDS, ("paragraph", None)),
    Kind.THUMBNAIL: ({"type": 11, **PICTURE}, ("button", "Open picture: a picture")),
    Kind.GALLERY: ({"type": 12, "items": [PICTURE]}, ("button", "Open picture: a picture")),
    Kind.FILE: ({"type": 13, "file": {"url": "attachment://a.png"}}, ("link", "a.png")),
    Kind.SEPARATOR: ({"type": 14}, ("separator", None)),
    Kind.CONTAINER: ({"type": 17, "components": [WORDS]}, ("paragraph", None)),
}  # fmt: skip
"""A component of each kind that messages may hold, and the role and name it is seen by."""


def placed(component):
    """A message that holds a component where it may stand."""
    if component["type"] in INTERACTIVE:
        component = {"type": 1, "components": [component]}
    elif component["type"] == Kind.THUMBNAIL:
        component = {"type": 9, "components": [WORDS], "accessory": component}
    return {"flags": 1 << 15, "components": [component]}


async def test_every_component_that_the_sandbox_knows_is_drawn(windows, sandbox):
    page = await windows.open("member")
    async with RawBot(sandbox) as bot:
        for kind in KEYS:
            component, (role, name) = SAMPLES[kind]
            message = placed(component)
            files = {"a.png": PNG} if "attachment://" in json.dumps(message) else None
            answer = await bot.say("general", message, files)
            drawn = page.locator(f"#message-{answer.body['id']}")
            await expect(drawn.get_by_role(role, name=name).first, kind.name).to_be_visible()
            await expect(drawn.get_by_text("cannot draw")).to_have_count(0)


async def test_what_becomes_of_a_message_after_a_press_is_said_aloud(windows, sandbox, example):
    page, log = await shown(windows, sandbox, "manners")
    await button(log, "Count").press("Enter")
    await expect(page.locator("[aria-live=polite]").filter(has_text="Counted 1")).to_have_count(1)
    await button(log, "Close").press("Enter")
    await expect(page.locator("[aria-live=polite]").filter(has_text="Closed")).to_have_count(1)


async def test_an_edited_message_of_the_second_version_says_so_below_its_parts(windows, sandbox):
    page = await windows.open("member")
    async with RawBot(sandbox) as bot:
        said = (await bot.say("general", placed(WORDS))).body
        path = f"/channels/{said['channel_id']}/messages/{said['id']}"
        await bot.ask("PATCH", path, {"components": [{**WORDS, "content": "other words"}]})
    message = page.locator(f"#message-{said['id']}")
    mark = await message.get_by_text("(edited)").bounding_box()
    words = await message.get_by_text("other words").bounding_box()
    assert mark["y"] >= words["y"] + words["height"]
