"""Whom a window acts as, and what that member is shown."""

import re

from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.sandbox.page.frame import acting, become, place
from tests.sandbox.page.parts import ANSWER_WITHIN, button


async def test_a_reload_comes_back_as_the_same_member_to_the_same_place(windows):
    page = await windows.open("member")
    await become(page, "2")
    await place(page, "sketches").click()
    await expect(page).to_have_url(re.compile(r"/\?as=moderator&in=sketches$"))
    await page.reload()
    await expect(page).to_have_title("Sandbox – sketches")
    await expect(acting(page)).to_have_accessible_name("Acting as moderator, moderator")


async def test_direct_messages_stay_direct_messages_as_somebody_else(windows, sandbox):
    page = await windows.open("member", place="@me")
    await expect(page).to_have_title("Sandbox – @sandbox-bot")
    await become(page, "2")
    await expect(acting(page)).to_have_accessible_name("Acting as moderator")
    await expect(page).to_have_title("Sandbox – @sandbox-bot")


async def test_a_second_window_is_somebody_else_in_the_same_place(windows):
    page = await windows.open("member", place="announcements")
    await page.keyboard.press("Alt+a")
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Open a window as patron").click()
    second = await opening.value
    await expect(second).to_have_title("Sandbox – #announcements")
    await expect(acting(second)).to_have_accessible_name("Acting as patron, patron")
    await expect(acting(page)).to_have_accessible_name("Acting as member, no roles")


async def test_a_name_nobody_has_is_answered_by_those_there_are(windows):
    windows.excuse("status of 400")
    page = await windows.open("nobody")
    await expect(page.get_by_role("heading")).to_have_text("Nobody here is called “nobody”.")
    await page.get_by_role("link", name="patron").click()
    await expect(acting(page)).to_have_accessible_name("Acting as patron, patron")


async def test_an_age_restricted_channel_asks_each_member_once(windows, sandbox):
    await sandbox.acting("member", "after-dark").say("a secret")
    page = await windows.open("member", place="after-dark")
    talk = page.get_by_role("main")
    await expect(talk.get_by_role("heading", level=2)).to_have_text("#after-dark is age-restricted")
    await expect(talk).not_to_contain_text("a secret")
    await expect(talk.get_by_role("log")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(talk.get_by_role("log")).to_contain_text("a secret")
    await page.reload()
    await expect(talk.get_by_role("log")).to_contain_text("a secret")
    await become(page, "3")
    await talk.get_by_role("button", name="Go back").click()
    await expect(page).to_have_title("Sandbox – #general")


async def test_members_stand_in_groups_of_their_roles(windows, example):
    page = await windows.open("patron")
    members = page.get_by_role("complementary", name="Members")
    for group, names in {
        "moderator, 1": ["moderator"],
        "patron, 1": ["patron"],
        "Online, 4": ["member", "newcomer", "owner", "sandbox-bot"],
    }.items():
        shown = members.get_by_role("region", name=group).locator(".row-name")
        await expect(shown).to_have_text(names)
    await expect(members.get_by_role("button", name="patron you")).to_be_visible()
    await expect(members.get_by_role("button", name="sandbox-bot App")).to_be_visible()
    await members.get_by_text("newcomer").hover()
    await members.get_by_role("button", name="Act as newcomer").click()
    await expect(acting(page)).to_have_accessible_name("Acting as newcomer, newcomer")


async def test_of_two_quick_changes_the_last_one_counts(windows, sandbox):
    page = await windows.open("member")
    patron = sandbox.world.user_named("patron")
    held: list[Route] = []
    await page.route(re.compile(f"/scene.*user={patron.id}"), lambda route: held.append(route))
    for digit in ("3", "1"):
        await become(page, digit)
    await expect(acting(page)).to_have_accessible_name("Acting as owner, owner of the server")
    async with page.expect_response(re.compile(f"user={patron.id}")):
        await held[0].continue_()
    await sandbox.acting("newcomer", "general").say("good morning")
    await expect(page.get_by_role("log")).to_contain_text("good morning")
    await expect(acting(page)).to_have_accessible_name("Acting as owner, owner of the server")


async def become_patron(page: Page) -> None:
    await become(page, "3")
    await expect(acting(page)).to_have_accessible_name("Acting as patron, patron")


async def test_what_is_told_to_the_one_before_is_not_shown_to_the_next(windows, sandbox, example):
    holding, held = False, []

    def through(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(lambda told: held.append(told) if holding else server.send(told))

    page, member = await windows.open("member"), sandbox.acting("member", "general")
    await page.route_web_socket(re.compile("/sandbox/stream$"), through)
    await page.reload()
    await expect(page.get_by_text("This is where #general begins.")).to_be_visible()
    await page.evaluate(
        "import('/page/store.js').then(({ notice, read }) =>"
        " notice(read().place, { text: 'for the member', tone: 'note' }))"
    )
    await expect(page.get_by_role("log")).to_contain_text("for the member")
    holding = True
    await become_patron(page)
    await (await member.slash("draw", prompt="horse", private=True)).finished()
    await member.say("to everyone")
    await expect(page.get_by_role("log")).to_contain_text("to everyone")
    for words in ("horse", "for the member"):
        await expect(page.get_by_role("log")).not_to_contain_text(words)


async def test_nobody_waits_for_the_answer_to_another_member(windows, sandbox, example):
    member = sandbox.acting("member", "general")
    await (await member.slash("manners")).finished()
    page, held = await windows.open("member"), []
    await page.route("**/sandbox/act", lambda route: held.append(route))
    async with page.expect_request("**/sandbox/act"):
        await button(page, "Never").click()
    await become_patron(page)
    await page.clock.install()
    async with page.expect_response("**/sandbox/act"):
        await held[0].continue_()
    await member.say("so much for that")
    await expect(page.get_by_role("log")).to_contain_text("so much for that")
    await page.clock.fast_forward(ANSWER_WITHIN)
    await expect(page.get_by_text("This interaction failed")).to_have_count(0)
    sandbox.forgive()
