"""How smoothly a thousand messages scroll: `python -m tests.sandbox.page.measure_scrolling`.

Fills a channel with messages of every kind, loads them all, scrolls through them, and prints in
milliseconds the time between frames, the page's own work for a frame (which other programs of the
machine do not lengthen), and the time from an edit to its being drawn.
"""

import asyncio
import statistics
from typing import Any

from playwright.async_api import CDPSession, Page

from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from tests.browser import MISSING, Windows, chromium, launched
from tests.sandbox.example_bot import png
from tests.sandbox.raw import RawBot

MESSAGES = 1000
EDITS = 20
STEPS = (80, 400)
WORDS = "# A heading\n- **one** `two` and ||three||\n> a quote, <t:1700000000:R>\nmore words " * 2
EMBED = {
    "title": "An embed",
    "description": "with *words* and [a link](https://a.example)",
    "color": 0x33AA77,
    "fields": [{"name": f"Field {each}", "value": "a value", "inline": True} for each in range(5)],
}
BUTTONS = {
    "type": 1,
    "components": [
        {"type": 2, "style": 1, "label": f"Button {index}", "custom_id": f"button:{index}"}
        for index in range(4)
    ],
}
SCROLL = """async (step) => {
  const box = document.querySelector(".timeline");
  const times = [];
  let before = await new Promise(requestAnimationFrame);
  for (let by = -step; by <= step; by += 2 * step) {
    do {
      box.scrollTop += by;
      const now = await new Promise(requestAnimationFrame);
      times.push(now - before);
      before = now;
    } while (by < 0 ? box.scrollTop > 0 : box.scrollTop + box.clientHeight < box.scrollHeight - 1);
  }
  return times;
}"""
EDIT = """(text) => new Promise((done) => {
  const begun = performance.now();
  import("/page/store.js").then(({ hearMessage, read }) => {
    const { messages, place } = read();
    const at = performance.now();
    hearMessage("edited", { ...messages[place][500], content: text });
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - at)));
  });
})"""


async def fill(sandbox: Sandbox) -> None:
    """A mixture: three of four are words, and one of twelve each a picture, a card or buttons."""
    bodies: list[tuple[dict[str, Any], dict[str, bytes] | None]] = [
        ({"content": "words"}, {"picture.png": png(512, 512)}),
        ({"embeds": [EMBED]}, None),
        ({"content": "choose", "components": [BUTTONS]}, None),
    ]
    async with RawBot(sandbox) as bot:
        for index in range(MESSAGES):
            if index % 4 == 0:
                body, files = bodies[index // 4 % 3]
                await bot.say("general", body, files)
            else:
                by = "patron" if index % 8 < 4 else "moderator"
                await sandbox.acting(by, "general").say(f"{index} {WORDS if index % 3 else 'yes'}")


async def load_all(page: Page) -> None:
    """Scroll up until the channel's beginning is there."""
    while await page.locator("article.message").count() < MESSAGES:
        await page.evaluate("document.querySelector('.timeline').scrollTop = 0")
        await page.wait_for_timeout(100)


async def scroll(page: Page, step: int) -> None:
    """Scroll up and down so many pixels a frame, and say how it went."""
    profiler = await page.context.new_cdp_session(page)
    await profiler.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await work(profiler)
    times = sorted(await page.evaluate(SCROLL, step))
    own = (await work(profiler) - before) / len(times)
    print(
        f"{step} pixels a frame: {len(times)} frames, median {statistics.median(times):.1f},"
        f" 99 of 100 within {times[int(len(times) * 0.99)]:.1f}, worst {times[-1]:.1f};"
        f" own work {own:.1f}"
    )
    await profiler.detach()


async def work(profiler: CDPSession) -> float:
    """What the page's thread has worked so far."""
    metrics = (await profiler.send("Performance.getMetrics"))["metrics"]
    return 1000 * next(each["value"] for each in metrics if each["name"] == "TaskDuration")


async def measure() -> None:
    path = chromium()
    if path is None:
        raise SystemExit(MISSING)
    async with with_page(Sandbox()) as sandbox, launched(path) as browser:
        await fill(sandbox)
        windows = Windows(browser, sandbox.url)
        page = await windows.open()
        await load_all(page)
        for step in STEPS:
            await scroll(page, step)
        edits = [await page.evaluate(EDIT, f"edit {index}") for index in range(EDITS)]
        print(f"an edit: median {statistics.median(edits):.1f}, worst {max(edits):.1f}")
        await windows.close()


if __name__ == "__main__":
    asyncio.run(measure())
