"""The page in a window as narrow as a phone, and in one between that and a desk's."""

from playwright.async_api import expect

from tests.browser import faint, nameless, sideways

PHONE = {
    "width": 360,
    "height": 740,
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "reduce",
}
FOCUSED_WITHIN = "(box) => box.contains(document.activeElement)"


async def test_places_come_by_a_button_and_go_once_one_is_chosen(windows):
    page = await windows.open("member", **PHONE)
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="Servers and channels").tap()
    drawer = page.get_by_role("dialog", name="Servers and channels")
    await drawer.get_by_role("button", name="Workshop").tap()
    await expect(page).to_have_title("Sandbox – #lobby")
    await expect(drawer).to_be_hidden()


async def test_people_come_by_a_button_and_one_becomes_one_of_them(windows):
    page = await windows.open("member", **PHONE)
    await page.get_by_role("button", name="Members").tap()
    drawer = page.get_by_role("dialog", name="Members")
    await drawer.get_by_role("button", name="Act as patron").tap()
    await drawer.get_by_role("button", name="Close members").tap()
    await expect(drawer).to_be_hidden()
    name = "Acting as patron, patron"
    await expect(page.get_by_role("button", name="Acting as")).to_have_accessible_name(name)


async def test_a_touch_beside_a_drawer_closes_it(windows):
    page = await windows.open("member", **PHONE)
    await page.get_by_role("button", name="Servers and channels").tap()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.touchscreen.tap(355, 400)
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_the_keyboard_stays_in_a_drawer_until_escape(windows):
    page = await windows.open("member", width=390)
    opener = page.get_by_role("button", name="Servers and channels")
    await opener.focus()
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Servers and channels")
    await expect(drawer.get_by_role("button", name="Studio")).to_be_focused()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        await page.keyboard.press(key)
        assert await drawer.evaluate(FOCUSED_WITHIN)
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_a_person_is_asked_about_in_a_drawer(windows, example):
    page = await windows.open("member", **PHONE)
    await page.get_by_role("button", name="Members").tap()
    await page.get_by_role("dialog").get_by_role("button", name="patron", exact=True).tap()
    await page.get_by_role("menuitem", name="Greet").tap()
    await page.get_by_role("button", name="Close members").tap()
    await expect(page.get_by_role("log")).to_contain_text("Hello, ")


async def test_whom_one_acts_as_is_changed_by_touch(windows):
    page = await windows.open("member", **PHONE)
    await page.get_by_role("button", name="Acting as").tap()
    await page.get_by_role("dialog").get_by_role("button", name="owner").tap()
    name = "Acting as owner, owner of the server"
    await expect(page.get_by_role("button", name="Acting as")).to_have_accessible_name(name)


async def test_nothing_scrolls_sideways_and_everything_has_a_name(windows, sandbox):
    await sandbox.acting("patron", "general").say(
        "a" * 300 + " and https://example.com/" + "b" * 300
    )
    page = await windows.open("member", **PHONE)
    await expect(page.get_by_role("log")).to_contain_text("aaa")
    assert await sideways(page) == 0
    for opener in ("Servers and channels", "Members", "Inspector", "Acting as"):
        await page.get_by_role("button", name=opener).first.tap()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert (await sideways(page), await nameless(page), await faint(page)) == (0, [], [])
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_window_that_becomes_wide_has_everything_beside_the_talk(windows):
    page = await windows.open("member", width=390)
    await page.get_by_role("button", name="Servers and channels").click()
    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("navigation")).to_be_visible()
    await page.get_by_role("navigation").get_by_role("button", name="sketches").click()
    await expect(page).to_have_title("Sandbox – sketches")


async def test_a_panel_leaves_room_for_the_talk_in_a_window_of_middling_width(windows):
    page = await windows.open("member", width=800)
    await expect(page.get_by_role("heading", name="Studio")).to_be_visible()
    for panel in ("Inspector", "Members"):
        await page.get_by_role("button", name=panel, exact=True).click()
        await expect(page.get_by_role("complementary", name=panel)).to_be_visible()
        box = await page.get_by_role("main").bounding_box()
        assert box is not None
        assert box["width"] >= 400
        assert await sideways(page) == 0
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page).to_have_title("Sandbox – sketches")
