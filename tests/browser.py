"""A real Chromium for the tests of pages, and the windows in it.

A page may make no sound of trouble: an error in its console, a failed request or a request to
anywhere else fails the test it happened in.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

CONTRAST = Path(__file__).with_name("contrast.js")
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
"""The first of them has no screen and takes a quarter less time to open a page."""
REFUSED = re.compile(r"status of (422|504)")
"""What the control API answers where Discord's client says no, or where the bot says nothing."""
MISSING = (
    "No Chromium was found, so no page was opened. Install it (on Debian and Ubuntu: "
    "sudo apt install chromium-headless-shell) or name it by CHROMIUM."
)


def chromium() -> str | None:
    """The browser to drive: CHROMIUM, or the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


expect.set_options(timeout=15_000)
"""Milliseconds: a busy machine is no fault of the page."""


@asynccontextmanager
async def launched(path: str) -> AsyncIterator[Browser]:
    """A browser without a screen."""
    async with async_playwright() as playwright:
        # Containers run everything as root and share little memory between processes.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


class Windows:
    """Opens pages of one sandbox, each in a profile of its own, and notes their troubles."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: list[Any] = []
        self._excused: list[str] = []
        self._heard: list[str] = []

    @property
    def troubles(self) -> list[str]:
        """What the pages complained of, but for what was excused."""
        return [each for each in self._heard if not any(one in each for one in self._excused)]

    def excuse(self, words: str) -> None:
        """Let complaints with these words pass: a test that cuts the line has some coming."""
        self._excused.append(words)

    async def open(
        self,
        user: str = "member",
        *,
        place: str | None = None,
        width: int = 1280,
        height: int = 800,
        **options: Any,
    ) -> Page:
        """A window in which the page acts as `user`, once it hears of everything.

        `place` is a channel's name.
        """
        context = await self._browser.new_context(
            viewport={"width": width, "height": height}, **options
        )
        self._contexts.append(context)
        page = await context.new_page()
        self._listen(page)
        await page.goto(f"{self._url}/?as={user}" + (f"&in={place}" if place else ""))
        await page.get_by_role("main").wait_for()
        await page.locator("[aria-busy=true]").wait_for(state="detached")
        return page

    async def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            await context.close()

    def _listen(self, page: Page) -> None:
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self._heard.append(f"error: {error}"))
        page.on("console", self._hear)
        page.on("request", self._check_address)

    def _hear(self, said: Any) -> None:
        """Note an error or a warning; that the sandbox refused what a member did is neither."""
        refused = said.location["url"].endswith("/sandbox/act") and REFUSED.search(said.text)
        if said.type in ("error", "warning") and not refused:
            self._heard.append(f"console: {said.text}")

    def _check_address(self, request: Any) -> None:
        if not request.url.startswith((self._url, "data:", "blob:")):
            self._heard.append(f"a request to elsewhere: {request.url}")


NAMED = {
    *("button", "link", "textbox", "searchbox", "combobox", "spinbutton", "slider", "switch"),
    *("checkbox", "radio", "tab", "listbox", "option", "menu", "menuitem", "menuitemcheckbox"),
    *("menuitemradio", "dialog", "alertdialog", "img"),
}
"""Roles that say nothing to a screen reader without a name."""


async def nameless(page: Page) -> list[str]:
    """What can be used on the page, and has no name for those who hear it; as tags."""
    browser = await page.context.new_cdp_session(page)
    tree = await browser.send("Accessibility.getFullAXTree")
    found = []
    for node in tree["nodes"]:
        role = node.get("role", {}).get("value")
        if node["ignored"] or role not in NAMED or node.get("name", {}).get("value", "").strip():
            continue
        asked = {"backendNodeId": node["backendDOMNodeId"]}
        described = (await browser.send("DOM.describeNode", asked))["node"]
        found.append(f"{role}: <{described['localName']} {described.get('attributes', [])}>")
    await browser.detach()
    return found


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))


async def faint(page: Page, least: float = 4.5) -> list[str]:
    """Words that stand out from what is behind them by less than WCAG's AA asks for."""
    return list(await page.evaluate(CONTRAST.read_text("utf-8"), least))
