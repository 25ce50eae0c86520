"""Fixtures for tests that open a sandbox's page: one browser a worker, and a sandbox each.

The browser belongs to the loop in which it was started, so these tests share the session's loop.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from tests.browser import MISSING, Windows, chromium, launched
from tests.discord_fixtures import complaints


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one browser."""
    path = chromium()
    if path is None:
        pytest.skip(MISSING)
    async with launched(path) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with its page, held to what the bot in it may leave behind."""
    async with with_page(Sandbox()) as opened:
        yield opened
    found = complaints(opened, None)
    assert not found, "\n".join(found)


@pytest_asyncio.fixture(loop_scope="session")
async def windows(browser: Browser, sandbox: Sandbox) -> AsyncIterator[Windows]:
    """Opens windows; a page that complained in its console fails the test."""
    opened = Windows(browser, sandbox.url)
    yield opened
    await opened.close()
    assert not opened.troubles, "\n".join(opened.troubles)
