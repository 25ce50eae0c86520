"""Words are drawn as Discord's client draws them, and none of them is markup of the page."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.raw import RawBot

SPACE = """
(line, side) => {
  const words = document.createRange();
  words.selectNodeContents(line);
  return Math.abs(words.getBoundingClientRect()[side] - line.getBoundingClientRect()[side]);
}
"""
"""How far a line's words are from one side of it."""
MARKS = {
    "**bold** *slanted* _slanted_": "<strong>bold</strong> <em>slanted</em> <em>slanted</em>",
    "__under__ ~~gone~~ `code`": "<u>under</u> <s>gone</s> <code>code</code>",
    "***both*** __*u*__ **b _i_**":
        "<em><strong>both</strong></em> <u><em>u</em></u> <strong>b <em>i</em></strong>",
    "**Prompt:**a *b*c": "<strong>Prompt:</strong>a <em>b</em>c",
    "snake_case_name 2 * 3 * 4 ** ~ |": "snake_case_name 2 * 3 * 4 ** ~ |",
    "``a ` b`` and `**not bold**`": "<code>a ` b</code> and <code>**not bold**</code>",
    r"\*plain\* \_ \~ \` \| \\ \a": r"*plain* _ ~ ` | \ \a",
    "one\ntwo\n\n\nthree": "one\ntwo\n\n\nthree",
    "*a\n\nb*": "<em>a\n\nb</em>",
    "an ||secret **one**|| here":
        "an <span><span>secret <strong>one</strong></span></span> here",
    "|| `||` ||": "<span><span> <code>||</code> </span></span>",
    "||a ` b|| c ` d": "<span><span>a ` b</span></span> c ` d",
    "<:cat:12345> <a:dog:12345> :) ☃️": "<span>:cat:</span> <span>:dog:</span> :) ☃️",
}  # fmt: skip
BLOCKS = {
    "# One\n## Two\n### Three\n#### Four\n#none":
        "<h3>One</h3><h4>Two</h4><h5>Three</h5><p>#### Four\n#none</p>",
    "-# small **print**\n-#none": "<p>small <strong>print</strong></p><p>-#none</p>",
    "> one\n> *two*\nthree\n>four":
        "<blockquote><p>one\n<em>two</em>\n</p></blockquote><p>three\n&gt;four</p>",
    "a\n>>> b\n# c": "<p>a\n</p><blockquote><p>b\n</p><h3>c</h3></blockquote>",
    "> > a": "<blockquote><p>&gt; a</p></blockquote>",
    "- a\n* b\n  - c\n    1. d\n- e\n  f":
        "<ul><li>a</li><li>b<ul><li>c"
        '<ol start="1"><li>d</li></ol></li></ul></li><li>e\nf</li></ul>',
    "3. three\n4. four\n-none": '<ol start="3"><li>three</li><li>four</li></ol><p>-none</p>',
    "a\n===\n\n    b": "<p>a\n===\n\n    b</p>",
    "```py\nif a:\n    **b**\n```":
        "<div><figure><figcaption>py</figcaption>"
        "<pre><code>if a:\n    **b**</code></pre></figure></div>",
    "```\n\n\na\n\nb\n\n\n```c":
        "<div><figure><pre><code>a\n\nb</code></pre></figure>c</div>",
    "say ```js``` now": "<div>say <figure><pre><code>js</code></pre></figure> now</div>",
    "```\n# no\n> no\n- no\n```":
        "<div><figure><pre><code># no\n&gt; no\n- no</code></pre></figure></div>",
    "- ```\na\n\nb```\n- c":
        "<ul><li><figure><pre><code>a\n\nb</code></pre></figure></li><li>c</li></ul>",
    "``` # open": "<p>``` # open</p>",
    "||a\n\n```b```||":
        "<div><span><span>a\n<figure><pre><code>b</code></pre></figure></span></span></div>",
    "| a |\n|---|\n| b |\n---": "<p>| a |\n|---|\n| b |\n---</p>",
}  # fmt: skip
LINKS = {
    "[a *b*](https://a.example/c_d_e)": '<a href="https://a.example/c_d_e">a <em>b</em></a>',
    "see https://a.example/x_(y)_z.":
        'see <a href="https://a.example/x_(y)_z">https://a.example/x_(y)_z</a>.',
    "<https://a.example> <b> a.example x@a.example":
        '<a href="https://a.example">https://a.example</a> &lt;b&gt; a.example x@a.example',
    "![no](https://a.example/i.png)": '!<a href="https://a.example/i.png">no</a>',
    "[x](javascript:alert(1)) [y](/z) [w]": "[x](javascript:alert(1)) [y](/z) [w]",
    "<script>alert(1)</script> &amp; <img src=x onerror=alert(1)>":
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &lt;img src=x onerror=alert(1)&gt;",
    "<javascript:alert(1)> ftp://a.example mailto:x@a.example":
        "&lt;javascript:alert(1)&gt; ftp://a.example mailto:x@a.example",
}  # fmt: skip
NEVER_CLOSED = {
    "||" + "`a`," * 60: "||" + "<code>a</code>," * 60,
    "```" + "\n" * 1900 + "x": "```" + "\n" * 1900 + "x",
}
ATTRIBUTES = re.compile(
    r' (?:class|target|rel|style|tabindex|role|type|inert|aria-[a-z]+)(?:="[^"]*")?'
)
DRAWN = (
    "() => [...document.querySelectorAll('article .content .markdown')].map(each => each.innerHTML)"
)


async def drawn(windows: Any, sandbox: Any, texts: list[str]) -> list[str]:
    """What the page makes of each text, without what only gives it its look."""
    member = sandbox.acting("patron", "general")
    for text in texts:
        await member.say(text)
    page: Page = await windows.open()
    await expect(page.get_by_role("article")).to_have_count(len(texts))
    return [ATTRIBUTES.sub("", each) for each in await page.evaluate(DRAWN)]


@pytest.mark.parametrize(
    ("table", "frame"), [(MARKS, "<p>{}</p>"), (BLOCKS, "{}"), (LINKS, "<p>{}</p>")]
)
async def test_every_mark_means_what_it_means_in_discord(windows, sandbox, table, frame):
    found = await drawn(windows, sandbox, list(table))
    assert dict(zip(table, found, strict=True)) == {
        text: frame.format(expected) for text, expected in table.items()
    }


async def test_what_is_opened_and_never_closed_keeps_no_reader_waiting(windows, sandbox):
    found = await drawn(windows, sandbox, list(NEVER_CLOSED))
    assert found == [f"<p>{expected}</p>" for expected in NEVER_CLOSED.values()]


async def test_mentions_are_names_and_a_channels_leads_there(windows, sandbox):
    world = sandbox.world
    patron, role = world.user_named("patron"), world.role_named("moderator")
    sketches = world.channel_named("sketches")
    known = f"<@{patron.id}> <@!{patron.id}> <@&{role.id}> <#{sketches.id}>"
    await sandbox.acting("member", "general").say(f"{known} <@1> <@&1> <#1> @here </draw now:5>")
    page = await windows.open()
    words = page.get_by_role("article")
    await expect(words).to_contain_text(
        "@patron @patron @moderator #sketches "
        "@unknown-user @unknown-role #No access @here /draw now"
    )
    await words.get_by_role("button", name="#sketches").click()
    await expect(page.get_by_role("heading", name="sketches", exact=True)).to_be_visible()


async def test_a_link_to_a_message_leads_there_in_the_page(windows, sandbox):
    sketches = sandbox.world.channel_named("sketches")
    member = sandbox.acting("member", "sketches")
    (guild,) = (each for each in sandbox.world.guilds.values() if sketches.id in each.channels)
    first = await member.say("the first")
    link = f"https://discord.com/channels/{guild.id}/{sketches.id}/{first.id}"
    button = {"type": 2, "style": 5, "label": "There", "url": link}
    async with RawBot(sandbox) as bot:
        body = {"content": f"[here]({link}) [far](https://discord.com/channels/1/2)"}
        row = [{"type": 1, "components": [button]}]
        await bot.say("general", {**body, "embeds": [{"title": "Title", "url": link}]})
        await bot.say("general", {"components": row})
    page = await windows.open()
    far = page.get_by_role("link", name="far")
    await expect(far).to_have_attribute("href", "https://discord.com/channels/1/2")
    for name in ("here", "Title", "There"):
        await page.get_by_role("link", name=name, exact=True).click()
        await expect(page).to_have_title("Sandbox – sketches")
        await expect(page.get_by_role("article").filter(has_text="the first")).to_be_focused()
        await page.get_by_role("navigation").get_by_role("button", name="#general").click()
    href = await page.get_by_role("link", name="here", exact=True).get_attribute("href")
    await page.goto(f"{sandbox.url}{href}")
    await expect(page.get_by_role("article").filter(has_text="the first")).to_be_focused()


async def test_a_name_in_a_text_opens_what_can_be_done_with_the_person(windows, sandbox):
    patron = sandbox.world.user_named("patron")
    await sandbox.acting("member", "general").say(f"ask <@{patron.id}>")
    page = await windows.open()
    await page.get_by_role("button", name="@patron").click()
    await expect(page.get_by_role("menu", name="patron")).to_be_visible()


async def test_times_are_the_readers_own(windows, sandbox):
    styles = " | ".join(f"<t:1700000000:{style}>" for style in "tTdDfF")
    await sandbox.acting("member", "general").say(f"{styles} | <t:1700000000> | <t:99999999999999>")
    page = await windows.open(timezone_id="Asia/Tokyo", locale="en-GB")
    shown = (await page.get_by_role("article").locator("p").inner_text()).replace("day,", "day")
    assert shown.split(" | ") == [
        "07:13", "07:13:20", "15/11/2023", "15 November 2023", "15 November 2023 at 07:13",
        "Wednesday 15 November 2023 at 07:13", "15 November 2023 at 07:13", "<t:99999999999999>",
    ]  # fmt: skip


async def test_a_distance_in_time_follows_the_sandboxs_clock(windows, sandbox):
    at = int(sandbox.clock.now()) + 2 * 3600 + 600
    await sandbox.acting("member", "general").say(f"due <t:{at}:R>")
    page = await windows.open()
    words = page.get_by_role("article").locator("p")
    for advance, expected in (
        (0, "due in 2 hours"),
        (3600, "due in 1 hour"),
        (6660, "due 41 minutes ago"),
    ):
        await page.request.post(f"{sandbox.url}/sandbox/clock", data={"advance": advance})
        await expect(words).to_have_text(expected)


async def test_a_distance_in_time_counts_on_by_itself(windows, sandbox):
    at = int(sandbox.clock.now())
    await sandbox.acting("member", "general").say(f"since <t:{at}:R>")
    page = await windows.open()
    words = page.get_by_role("article").locator("p")
    first = await words.inner_text()
    await expect(words).not_to_have_text(first)
    await expect(words).to_have_text(re.compile(r"since \d+ seconds? ago"))


async def test_a_spoiler_is_read_by_nobody_until_it_is_asked_for(windows, sandbox):
    await sandbox.acting("member", "general").say("the end: ||they **live** <t:0:D>||")
    page = await windows.open()
    cover = page.get_by_role("button", name="Spoiler, hidden. Show it")
    snapshot = await page.get_by_role("article").aria_snapshot()
    assert "live" not in snapshot
    await cover.focus()
    await page.keyboard.press("Enter")
    await expect(cover).to_have_count(0)
    assert "live" in await page.get_by_role("article").aria_snapshot()


async def test_words_from_right_to_left_begin_at_the_right(windows, sandbox):
    await sandbox.acting("member", "general").say("مرحبا!")
    await sandbox.acting("member", "general").say("hello!")
    page = await windows.open("member")
    for words, at in (("مرحبا!", "right"), ("hello!", "left")):
        line = page.get_by_role("log").get_by_text(words)
        gap = await line.evaluate(SPACE, at)
        assert gap < 2, (words, gap)
