"""A real Chromium for the tests of pages, and the windows in it.

A page may make no sound of trouble: an error in its console, a failed request or a request to
anywhere else fails the test it happened in.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
REFUSED = re.compile(r"status of (422|504)")
"""What the control API answers where Discord's client says no, or where the bot says nothing."""
MISSING = (
    "No Chromium was found, so no page was opened. Install it (on Debian and Ubuntu: "
    "sudo apt install chromium) or name it by CHROMIUM."
)


def chromium() -> str | None:
    """The browser to drive: CHROMIUM, or the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


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
        self.troubles: list[str] = []

    async def open(
        self, user: str = "member", *, width: int = 1280, height: int = 800, **options: Any
    ) -> Page:
        """A window in which the page acts as `user`, once it stands there."""
        context = await self._browser.new_context(
            viewport={"width": width, "height": height}, **options
        )
        self._contexts.append(context)
        page = await context.new_page()
        self._listen(page)
        await page.goto(f"{self._url}/?as={user}")
        await page.get_by_role("main").wait_for()
        return page

    async def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            await context.close()

    def _listen(self, page: Page) -> None:
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self._hear)
        page.on("request", self._check_address)

    def _hear(self, said: Any) -> None:
        """Note an error or a warning; that the sandbox refused what a member did is neither."""
        refused = said.location["url"].endswith("/sandbox/act") and REFUSED.search(said.text)
        if said.type in ("error", "warning") and not refused:
            self.troubles.append(f"console: {said.text}")

    def _check_address(self, request: Any) -> None:
        if not request.url.startswith((self._url, "data:", "blob:")):
            self.troubles.append(f"a request to elsewhere: {request.url}")
