"""What the tests of the page share: a window in a browser, and the example bot."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.server import Sandbox
from tests.page_fixtures import browser, sandbox, windows
from tests.sandbox.example_bot import running

__all__ = ["browser", "sandbox", "windows"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all: the browser belongs to the loop in which it was started."""
    for item in items:
        if "sandbox/page" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def example(sandbox: Sandbox) -> AsyncIterator[Any]:
    """The example bot, signed in to the sandbox."""
    async with running(sandbox) as client:
        yield client
