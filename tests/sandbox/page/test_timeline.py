"""Messages stand in order and in groups, keep their place, and change without others' doing so."""

import asyncio
import re
from typing import Any

from playwright.async_api import Page, Route, expect

from bot.sandbox.server import Sandbox
from tests.sandbox.raw import RawBot

MINUTE = 60
DAY = 86_400
SCREENFUL = 40
TOP = "(log) => log.parentElement.parentElement.scrollTop"


async def say(sandbox: Sandbox, *texts: str, by: str = "patron", channel: str = "general") -> None:
    member = sandbox.acting(by, channel)
    for text in texts:
        await member.say(text)


async def edit(sandbox: Sandbox, message: Any, body: dict[str, Any]) -> None:
    place = f"/channels/{message['channel_id']}/messages/{message['id']}"
    async with RawBot(sandbox) as bot:
        assert (await bot.ask("PATCH", place, body)).status == 200


async def posted(sandbox: Sandbox, body: dict[str, Any]) -> Any:
    async with RawBot(sandbox) as bot:
        return (await bot.say("general", body)).body


def log(page: Page) -> Any:
    return page.get_by_role("log")


def article(page: Page, text: str) -> Any:
    """The message in which a paragraph says just that."""
    return page.get_by_role("article").filter(has=page.get_by_text(text, exact=True))


async def scroll(page: Page, by: int) -> None:
    """Turn the wheel over the messages."""
    await log(page).hover(position={"x": 300, "y": 10}, force=True)
    await page.mouse.wheel(0, by)


async def top_of(page: Page, text: str) -> float:
    """How far from the window's edge a message stands."""
    box = await article(page, text).bounding_box()
    assert box is not None
    return float(box["y"])


async def test_what_one_says_in_a_row_stands_under_one_name(windows, sandbox):
    await say(sandbox, "one", "two")
    sandbox.clock.advance(8 * MINUTE)
    await say(sandbox, "three")
    await say(sandbox, "four", by="moderator")
    await say(sandbox, "five")
    page = await windows.open()
    names = page.get_by_role("article").get_by_role("button", name=re.compile("patron|moderator"))
    await expect(names).to_have_text(["patron", "patron", "moderator", "patron"])
    await expect(article(page, "two").get_by_role("button", name="patron")).to_have_count(0)


async def test_days_are_kept_apart(windows, sandbox):
    await say(sandbox, "yesterday")
    sandbox.clock.advance(DAY)
    await say(sandbox, "today")
    page = await windows.open()
    await expect(log(page).get_by_role("separator")).to_have_count(2)
    await expect(article(page, "today").get_by_role("button", name="patron")).to_be_visible()


async def test_an_answer_says_who_used_what_and_that_an_app_gave_it(windows, sandbox, example):
    reply = await sandbox.acting("patron", "general").slash("echo", text="hello")
    await reply.finished()
    page = await windows.open()
    answer = article(page, "hello")
    await expect(answer).to_contain_text("patron used /echo")
    await expect(answer).to_contain_text("APP")


async def test_a_bot_is_seen_thinking_until_it_answers(windows, sandbox):
    page = await windows.open()
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        await bot.callback({"type": 5})
        await expect(log(page)).to_contain_text("sandbox-bot is thinking…")
        await bot.webhook("PATCH", "/messages/@original", {"content": "done"})
    await expect(log(page)).to_contain_text("done")
    await expect(log(page)).not_to_contain_text("thinking")
    await expect(log(page)).not_to_contain_text("(edited)")


async def test_what_only_one_reader_sees_says_so_and_can_be_dismissed_for_good(
    windows, sandbox, example
):
    member = sandbox.acting("member", "general")
    await say(sandbox, "beside")
    await (await member.slash("draw", prompt="horse", private=True)).finished()
    page = await windows.open()
    answer = article(page, "1 × horse")
    await expect(answer).to_contain_text("Only you can see this")
    await answer.get_by_role("button", name="Dismiss message").press("Enter")
    await expect(answer).to_have_count(0)
    await expect(article(page, "beside")).to_be_focused()
    await say(sandbox, "later")
    places = page.get_by_role("navigation")
    await places.get_by_role("button", name=re.compile("sketches")).click()
    await places.get_by_role("button", name=re.compile("general")).click()
    await expect(log(page)).to_contain_text("later")
    await expect(answer).to_have_count(0)
    await page.reload()
    await expect(log(page)).to_contain_text("later")
    await expect(answer).to_have_count(0)


async def test_only_who_is_called_upon_is_told_so(windows, sandbox):
    member = sandbox.world.user_named("member")
    role = sandbox.world.role_named("patron")
    await posted(sandbox, {"content": f"<@{member.id}> one"})
    await posted(sandbox, {"content": f"<@{member.id}> two", "allowed_mentions": {"parse": []}})
    role.mentionable = True
    await posted(sandbox, {"content": f"<@&{role.id}> three"})
    mine, theirs = await windows.open("member"), await windows.open("patron")
    calling = re.compile("mentions you$")
    await expect(mine.get_by_role("article", name=calling)).to_have_text([re.compile("one")])
    await expect(theirs.get_by_role("article", name=calling)).to_have_text([re.compile("three")])


async def test_a_reply_shows_what_it_answers_and_leads_there(windows, sandbox):
    marks = "[a](https://a.example) <@1> ||b||"
    first = await posted(sandbox, {"content": f"the **question** {marks}"})
    await say(sandbox, *(f"line {index}" for index in range(SCREENFUL)))
    named = {"message_id": first["id"]}
    await posted(sandbox, {"content": "an answer", "message_reference": named})
    page = await windows.open()
    shown = article(page, "an answer").get_by_role("button", name="the question")
    await expect(shown.locator("strong")).to_have_text("question")
    await expect(shown.locator("a, button, [role=button]")).to_have_count(0)
    await shown.click()
    await expect(log(page).get_by_role("article").first).to_be_focused()
    await expect(log(page).get_by_role("article").first).to_be_in_viewport()


async def test_a_reply_and_a_link_lead_to_a_message_that_is_further_up_than_what_is_there(
    windows, sandbox
):
    first = await posted(sandbox, {"content": "long ago"})
    await say(sandbox, *(f"line {index}" for index in range(110)))
    named = {"message_id": first["id"]}
    await posted(sandbox, {"content": "an answer", "message_reference": named})
    page = await windows.open()
    found = log(page).get_by_role("article").first
    await expect(found).not_to_contain_text("long ago")
    await article(page, "an answer").get_by_role("button", name="long ago").click()
    await expect(found).to_contain_text("long ago")
    await expect(found).to_be_focused()
    await page.goto(f"{page.url}#message-{first['id']}")
    await page.reload()
    await expect(found).to_contain_text("long ago")
    await expect(found).to_be_focused()


async def test_an_edit_changes_one_message_and_nothing_of_the_others(windows, sandbox):
    await say(sandbox, "before")
    sent = await posted(sandbox, {"content": "draft", "embeds": [{"title": "same"}]})
    await say(sandbox, "after")
    page = await windows.open()
    await expect(log(page)).to_contain_text("after")
    await page.evaluate("window.kept = [...document.querySelectorAll('article, article *')]")
    await page.evaluate("""() => {
        window.changed = [];
        new MutationObserver((all) => window.changed.push(...all.map((each) => each.target)))
          .observe(document.querySelector('[role=log]'),
            { subtree: true, childList: true, attributes: true, characterData: true });
    }""")
    await edit(sandbox, sent, {"content": "final"})
    await expect(article(page, "final")).to_contain_text("(edited)")
    inside = "(each) => (each.closest ? each : each.parentElement).closest('article')?.innerText"
    touched = await page.evaluate(f"[...new Set(window.changed.map({inside}))]")
    assert len(touched) == 1
    assert "final" in touched[0]
    gone = "window.kept.filter((each) => !each.isConnected).length"
    assert await page.evaluate(gone) == 0, "every element is still the same"


async def test_a_deleted_message_goes_and_its_group_gets_its_name_back(windows, sandbox):
    first = await posted(sandbox, {"content": "one"})
    await posted(sandbox, {"content": "two"})
    page = await windows.open()
    await expect(article(page, "one")).to_be_visible()
    async with RawBot(sandbox) as bot:
        await bot.ask("DELETE", f"/channels/{first['channel_id']}/messages/{first['id']}")
    await expect(article(page, "one")).to_have_count(0)
    await expect(article(page, "two").get_by_role("button", name="sandbox-bot")).to_be_visible()


async def test_whoever_is_at_the_present_stays_there(windows, sandbox):
    await say(sandbox, *(f"line {index}" for index in range(SCREENFUL)))
    page = await windows.open()
    await expect(article(page, "line 39")).to_be_in_viewport()
    await say(sandbox, "a tall one\n" * 30 + "with an end")
    await expect(log(page)).to_contain_text("with an end")
    await say(sandbox, "the latest")
    await expect(article(page, "the latest")).to_be_in_viewport(ratio=1)
    await page.set_viewport_size({"width": 1280, "height": 500})
    await expect(article(page, "the latest")).to_be_in_viewport(ratio=1)


async def test_whoever_reads_further_up_keeps_their_place_and_is_told_what_came(windows, sandbox):
    await say(sandbox, *(f"line {index}" for index in range(SCREENFUL)))
    page = await windows.open()
    await expect(article(page, "line 39")).to_be_in_viewport()
    await scroll(page, -400)
    jump = page.get_by_role("button", name="Jump to present")
    await expect(jump).to_be_visible()
    before = await log(page).evaluate(TOP)
    await say(sandbox, "news one", "news two")
    jump = page.get_by_role("button", name="2 new messages – jump to present")
    await expect(jump).to_be_visible()
    assert await log(page).evaluate(TOP) == before
    await jump.click()
    await expect(article(page, "news two")).to_be_in_viewport(ratio=1)
    await expect(jump).to_have_count(0)


async def test_what_one_says_oneself_is_shown_at_once(windows, sandbox):
    await say(sandbox, *(f"line {index}" for index in range(SCREENFUL)))
    page = await windows.open()
    await expect(article(page, "line 39")).to_be_in_viewport()
    await scroll(page, -600)
    await expect(page.get_by_role("button", name="Jump to present")).to_be_visible()
    await say(sandbox, "my own", by="member")
    await expect(article(page, "my own")).to_be_in_viewport(ratio=1)


async def test_older_messages_come_as_one_scrolls_up_and_nothing_jumps(windows, sandbox):
    await say(sandbox, *(f"line {index}" for index in range(130)))
    page = await windows.open()
    await expect(article(page, "line 30")).to_have_count(1)
    await expect(article(page, "line 29")).to_have_count(0)
    asked = asyncio.get_running_loop().create_future()
    await page.route("**/sandbox/messages?*", lambda route: asked.set_result(route))
    await log(page).evaluate("(log) => { log.parentElement.parentElement.scrollTop = 0; }")
    request = await asked
    before = await top_of(page, "line 31")
    await request.continue_()
    await expect(article(page, "line 0")).to_have_count(1)
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert abs(await top_of(page, "line 31") - before) < 2
    await expect(page.get_by_text("This is where #general begins.")).to_have_count(1)


async def test_the_arrow_keys_walk_through_the_messages_and_enter_opens_the_menu(windows, sandbox):
    await say(sandbox, "one", "two", "three")
    page = await windows.open()
    await expect(article(page, "three")).to_have_attribute("tabindex", "0")
    await article(page, "three").focus()
    steps = {"ArrowUp": "two", "Home": "one", "ArrowDown": "two", "End": "three"}
    for key, expected in steps.items():
        await page.keyboard.press(key)
        await expect(article(page, expected)).to_be_focused()
    await page.keyboard.press("ArrowUp")
    assert await page.locator("article[tabindex='0']").count() == 1, "one stop of the Tab key"
    await page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="Message from patron")
    await expect(menu).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(article(page, "two")).to_be_focused()
    await article(page, "two").hover()
    await article(page, "two").get_by_role("button", name="More").click()
    await expect(menu).to_be_visible()


async def test_a_name_opens_what_can_be_done_with_its_person(windows, sandbox):
    await say(sandbox, "one")
    page = await windows.open()
    await page.get_by_role("article").get_by_role("button", name="patron").click()
    await expect(page.get_by_role("menu", name="patron")).to_be_visible()


async def test_what_came_while_one_was_elsewhere_is_marked_as_new(windows, sandbox):
    await say(sandbox, "known", channel="sketches")
    page = await windows.open()
    await expect(page.get_by_role("main")).to_be_visible()
    await say(sandbox, "first news", "second news", channel="sketches")
    places = page.get_by_role("navigation")
    await places.get_by_role("button", name=re.compile("sketches")).click()
    await expect(log(page)).to_have_text(re.compile("known.*New.*first news.*second news", re.S))
    await places.get_by_role("button", name=re.compile("general")).click()
    await places.get_by_role("button", name=re.compile("sketches")).click()
    await expect(log(page)).to_contain_text("second news")
    await expect(log(page).get_by_role("separator", name="New messages")).to_have_count(0)


async def test_news_is_spoken_once_and_edits_are_not(windows, sandbox):
    page = await windows.open()
    spoken = page.locator("[aria-live=polite]").filter(has_text="sandbox-bot:")
    await posted(sandbox, {"content": "- one\n- ||two||"})
    await expect(spoken).to_have_text("sandbox-bot: one hidden")
    sent = await posted(sandbox, {"content": "**20** of 30"})
    await expect(spoken).to_have_text("sandbox-bot: 20 of 30")
    await edit(sandbox, sent, {"content": "21 of 30"})
    await expect(log(page)).to_contain_text("21 of 30")
    await expect(spoken).to_have_text("sandbox-bot: 20 of 30")


async def test_what_the_page_says_itself_stands_at_its_time(windows, sandbox):
    page = await windows.open()
    await say(sandbox, "before")
    async with RawBot(sandbox) as bot:
        await bot.sync()
    await expect(log(page)).to_contain_text("before")
    await page.evaluate(
        "import('/page/store.js').then(({ notice, read }) =>"
        " notice(read().place, { text: 'It failed', tone: 'error' }))"
    )
    await say(sandbox, "after")
    await expect(log(page)).to_have_text(re.compile("before.*It failed.*after", re.S))
    await page.get_by_role("alert").get_by_role("button", name="Dismiss").click()
    await expect(log(page)).not_to_contain_text("It failed")
    await expect(article(page, "after")).to_be_focused()


async def test_what_the_page_says_stays_where_it_came_however_the_clock_is_moved(windows, sandbox):
    page = await windows.open()
    for advance, words in ((0, "one"), (DAY, "two"), (-DAY, "three")):
        sandbox.clock.advance(advance)
        await say(sandbox, words)
    await expect(log(page)).to_contain_text("three")
    await page.evaluate(
        "import('/page/store.js').then(({ notice, read }) =>"
        " notice(read().place, { text: 'It failed', tone: 'error' }))"
    )
    await say(sandbox, "four")
    await expect(log(page)).to_have_text(re.compile("one.*two.*three.*It failed.*four", re.S))


async def test_a_message_grows_old_as_the_clock_is_moved(windows, sandbox):
    await say(sandbox, "one")
    page = await windows.open()
    said = article(page, "one").get_by_role("time")
    await expect(said).to_have_text(re.compile(r"^\d+:\d+"))
    await page.request.post(f"{sandbox.url}/sandbox/clock", data={"advance": DAY})
    await expect(said).to_have_text(re.compile(r"^\d+/\d+/\d+"))


async def test_a_message_that_cannot_be_drawn_says_so_and_the_others_are(windows, sandbox):
    sent = await posted(sandbox, {"content": "odd", "embeds": [{"title": "shown"}]})
    await posted(sandbox, {"embeds": [{"footer": {"text": "late"}}]})

    async def spoil(route: Route) -> None:
        odd, late = await (await route.fetch()).json()
        odd["embeds"][0]["fields"] = "of another kind"
        late["embeds"][0]["timestamp"] = "yesterday"
        await route.fulfill(json=[odd, late])

    page = await windows.open()
    await page.route(re.compile("/sandbox/messages"), spoil)
    await page.reload()
    await expect(log(page)).to_contain_text(re.compile("late.*Invalid date", re.S))
    await expect(log(page)).to_contain_text("This message cannot be drawn: ")
    await edit(sandbox, sent, {"content": "even"})
    await expect(article(page, "even").get_by_role("region", name="shown")).to_be_visible()
