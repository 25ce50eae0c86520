"""Pictures, files and embeds are shown whole, are described, and open by keyboard alone."""

import re
from typing import Any

from playwright.async_api import Page, Route, expect

from bot.sandbox.options import FileOption
from bot.sandbox.server import Sandbox
from tests.sandbox.example_bot import png
from tests.sandbox.raw import RawBot

PLACE = "general"
Files = dict[str, bytes]


async def posted(sandbox: Sandbox, body: dict[str, Any], files: Files | None = None) -> Any:
    """The bot's new message."""
    described = body.pop("described", {})
    attachments = [
        {"id": str(index), "filename": name, "description": described.get(name)}
        for index, name in enumerate(files or {})
    ]
    async with RawBot(sandbox) as bot:
        answer = await bot.say(PLACE, {**body, "attachments": attachments}, files)
    assert answer.status == 200, answer.body
    return answer.body


def pictures(count: int) -> Files:
    return {f"{index}.png": png(30, 20, (40 * index, 99, 99)) for index in range(1, count + 1)}


async def is_loaded(page: Page, name: str) -> None:
    """Wait until a picture stands there in its true width."""
    image = page.get_by_role("button", name=f"Open picture: {name}").locator("img")
    await expect(image).to_have_js_property("complete", True)
    assert await image.evaluate("(image) => image.naturalWidth") == 30


async def test_a_picture_has_its_place_before_it_is_loaded_and_its_words(windows, sandbox):
    files = {"wide.png": png(300, 100)}
    await posted(sandbox, {"content": "look", "described": {"wide.png": "a wide field"}}, files)
    page = await windows.open()
    picture = page.get_by_role("button", name="Open picture: a wide field")
    await page.route("**/attachments/**", lambda route: None)
    await page.reload()
    await expect(picture).to_be_visible()
    box = await picture.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (300, 100)
    await expect(picture.locator("img")).to_have_attribute("alt", "a wide field")


async def test_the_lightbox_walks_through_a_messages_pictures_by_the_arrow_keys(windows, sandbox):
    names = {f"{index}.png": f"number {index}" for index in range(1, 4)}
    await posted(sandbox, {"described": names}, pictures(3))
    await posted(sandbox, {"described": {"1.png": "another message's"}}, pictures(1))
    page = await windows.open()
    second = page.get_by_role("button", name="Open picture: number 2")
    await second.focus()
    await page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Picture")
    await expect(box.get_by_role("img", name="number 2")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("3 of 3. number 3")
    await page.keyboard.press("ArrowRight")
    await expect(box.get_by_role("img", name="number 1")).to_be_visible()
    await expect(box.get_by_role("link", name="Open original")).to_have_attribute(
        "href", re.compile("/attachments/")
    )
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await expect(second).to_be_focused()


async def test_a_click_beside_the_picture_closes_the_lightbox(windows, sandbox):
    await posted(sandbox, {}, pictures(1))
    page = await windows.open()
    await page.get_by_role("button", name="Open picture: 1.png").click()
    box = page.get_by_role("dialog", name="Picture")
    await expect(box.get_by_role("button", name="Next picture")).to_have_count(0)
    await page.mouse.click(10, 10)
    await expect(box).to_have_count(0)


async def test_a_hidden_picture_is_shown_on_request_alone(windows, sandbox):
    files = {"SPOILER_end.png": png(30, 20), "open.png": png(30, 20)}
    described = {"SPOILER_end.png": "the end", "open.png": "no secret"}
    await posted(sandbox, {"described": described}, files)
    page = await windows.open()
    cover = page.get_by_role("button", name="Picture, hidden. Show it")
    await expect(page.get_by_role("button", name="Open picture: the end")).to_have_count(0)
    await page.get_by_role("button", name="Open picture: no secret").click()
    await expect(page.get_by_role("button", name="Next picture")).to_have_count(0)
    await page.keyboard.press("Escape")
    await cover.focus()
    await page.keyboard.press("Enter")
    await is_loaded(page, "the end")


async def test_another_file_is_a_card_from_which_it_is_downloaded(windows, sandbox):
    content = b"recipe " * 300
    await sandbox.acting("member", PLACE).say("", [FileOption("recipe.txt", content)])
    page = await windows.open()
    card = page.get_by_role("figure")
    await expect(card).to_contain_text("recipe.txt")
    await expect(card).to_contain_text("2.05 KB")
    async with page.expect_download() as waiting:
        await card.get_by_role("link", name="Download recipe.txt").click()
    download = await waiting.value
    assert download.suggested_filename == "recipe.txt"
    assert (await download.path()).read_bytes() == content


async def test_a_file_that_no_component_shows_is_not_drawn_but_spoken_of(windows, sandbox):
    shown = {"type": 12, "items": [{"media": {"url": "attachment://1.png"}, "description": "one"}]}
    await posted(sandbox, {"flags": 1 << 15, "components": [shown]}, pictures(2))
    page = await windows.open()
    await is_loaded(page, "one")
    await expect(page.get_by_role("button", name="Open picture")).to_have_count(1)
    await expect(page.get_by_role("log")).to_contain_text("1 file was uploaded, but no component")


async def test_an_edit_that_brings_the_next_preview_leaves_the_lightbox_open(windows, sandbox):
    sent = await posted(sandbox, {"described": {"1.png": "step 1"}}, pictures(1))
    page = await windows.open()
    await page.get_by_role("button", name="Open picture: step 1").click()
    box = page.get_by_role("dialog", name="Picture")
    await expect(box).to_be_visible()
    preview = {"attachments": [{"id": "0", "filename": "2.png", "description": "step 2"}]}
    path = f"/channels/{sent['channel_id']}/messages/{sent['id']}"
    async with RawBot(sandbox) as bot:
        answer = await bot.ask("PATCH", path, preview, {"2.png": png(30, 20)})
    assert answer.status == 200, answer.body
    picture = page.locator("[data-alt='step 2']")
    await expect(picture).to_be_visible()
    await expect(box).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(picture).to_be_focused()


async def test_an_embed_is_shown_with_all_its_parts(windows, sandbox):
    embed = {
        "author": {"name": "Ann", "url": "https://a.example"},
        "title": "A *title*",
        "url": "https://a.example/title",
        "description": "Words with **weight**",
        "color": 0x33AA77,
        "fields": [
            {"name": "Steps", "value": "`30`", "inline": True},
            {"name": "Seed", "value": "7", "inline": True},
            {"name": "Prompt", "value": "a horse"},
        ],
        "image": {"url": "attachment://1.png"},
        "thumbnail": {"url": "attachment://2.png"},
        "footer": {"text": "AI-generated"},
        "timestamp": "2024-03-01T12:00:00+00:00",
    }
    await posted(sandbox, {"embeds": [embed], "described": {"1.png": "the image"}}, pictures(2))
    page = await windows.open(timezone_id="Europe/Paris", locale="en-GB")
    card = page.get_by_role("region", name="Embed: A *title*")
    await expect(card.get_by_role("link", name="Ann")).to_be_visible()
    await expect(card.get_by_role("link", name="A title").locator("em")).to_have_text("title")
    await expect(card.locator("strong")).to_have_text("weight")
    await expect(card.get_by_role("term")).to_have_text(["Steps", "Seed", "Prompt"])
    await expect(card.get_by_role("definition")).to_have_text(["30", "7", "a horse"])
    await expect(card).to_contain_text("AI-generated")
    await expect(card).to_contain_text("01/03/2024, 13:00")
    await is_loaded(page, "the image")
    await is_loaded(page, "Thumbnail")
    await expect(card).to_have_css("border-inline-start-color", "rgb(51, 170, 119)")
    terms = [await each.bounding_box() for each in await card.get_by_role("term").all()]
    steps, seed, prompt = (each for each in terms if each is not None)
    assert steps["y"] == seed["y"] < prompt["y"], "fields that are inline share a row"


async def test_embeds_that_are_suppressed_are_not_shown(windows, sandbox):
    embeds = [{"description": "unwanted"}]
    await posted(sandbox, {"content": "words", "embeds": embeds, "flags": 1 << 2})
    page = await windows.open()
    await expect(page.get_by_role("log")).to_contain_text("words")
    await expect(page.get_by_role("log")).not_to_contain_text("unwanted")


async def test_a_picture_from_elsewhere_is_named_and_not_loaded(windows, sandbox):
    url = "https://a.example/x.png"
    await posted(sandbox, {"embeds": [{"title": "far", "image": {"url": url}}]})
    page = await windows.open()
    card = page.get_by_role("region", name="Embed: far")
    await expect(card).to_contain_text("this page does not load")
    await expect(card.get_by_role("link")).to_have_attribute("href", url)


async def test_an_edit_does_not_load_the_same_picture_again(windows, sandbox):
    sent = await posted(sandbox, {"content": "first"}, pictures(1))
    page = await windows.open()
    await is_loaded(page, "1.png")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sandbox.clock.advance(60)
    async with RawBot(sandbox) as bot:
        await bot.ask(
            "PATCH", f"/channels/{sent['channel_id']}/messages/{sent['id']}", {"content": "second"}
        )
    await expect(page.get_by_role("log")).to_contain_text("second")
    assert asked == []


async def test_an_address_that_expired_says_so_and_a_moved_clock_brings_fresh_ones(
    windows, sandbox
):
    sent = await posted(sandbox, {"content": "kept"}, pictures(1))
    stale = sent["attachments"][0]["url"]
    sandbox.clock.advance(2 * 86_400)
    await posted(sandbox, {"embeds": [{"title": "stored", "image": {"url": stale}}]})
    page = await windows.open()
    await is_loaded(page, "1.png")
    gone = page.get_by_role("region", name="Embed: stored")
    await expect(gone).to_contain_text("This content is no longer available.")
    original = page.get_by_role("button", name="Open picture: 1.png")
    before = await original.get_attribute("data-picture")
    await page.request.post(f"{sandbox.url}/sandbox/clock", data={"advance": 2 * 86_400})
    await expect(original).not_to_have_attribute("data-picture", before or "")
    await page.reload()
    await is_loaded(page, "1.png")
    windows.excuse("404")


async def test_a_title_leads_to_pages_of_the_web_alone(windows, sandbox):
    there = {"title": "outside", "url": "https://example.com/"}
    await posted(sandbox, {"embeds": [there, {"title": "a trick"}]})

    async def spoil(route: Route) -> None:
        (told,) = await (await route.fetch()).json()
        told["embeds"][1]["url"] = "javascript:document.body.remove()"
        await route.fulfill(json=[told])

    page = await windows.open()
    await page.route(re.compile("/sandbox/messages"), spoil)
    await page.reload()
    await expect(page.get_by_role("link", name="outside")).to_be_visible()
    await expect(page.get_by_text("a trick")).to_be_visible()
    await expect(page.get_by_role("link", name="a trick")).to_have_count(0)
