"""Fixtures for tests that run a bot against the sandbox, each held to Discord's rules.

A module or conftest that wants them imports `sandbox` and `open_sandbox` from here.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import pytest_asyncio

from bot.sandbox.server import Sandbox
from tests.openapi import Conformance

DOCUMENT = "DISCORD_OPENAPI"
UNSET = f"{DOCUMENT} names no OpenAPI document of Discord's, so nothing was held against it"
OpenSandbox = Callable[..., AbstractAsyncContextManager[Sandbox]]


def conformance() -> Conformance | None:
    """A fresh check against Discord's document; none where no document is named."""
    path = os.environ.get(DOCUMENT)
    return Conformance.from_file(path) if path else None


def complaints(sandbox: Sandbox, checked: Conformance | None) -> list[str]:
    """All that a bot in order would not have caused."""
    found = [f"rule violation: {each}" for each in sandbox.violations]
    found += [f"left open: {each.what} ({each.interaction_id})" for each in sandbox.unfinished()]
    return found + [f"not as documented: {each}" for each in (checked.faults if checked else [])]


@asynccontextmanager
async def watched(*arguments: object, **options: object) -> AsyncIterator[Sandbox]:
    """A sandbox that fails the test at its end on anything a bot in order would not cause."""
    checked = conformance()
    async with Sandbox(*arguments, **options) as opened:  # type: ignore[arg-type]
        if checked is not None:
            opened.observe(checked)
        yield opened
    found = complaints(opened, checked)
    assert not found, "\n".join(found)


@pytest.fixture
def open_sandbox() -> OpenSandbox:
    """Opens watched sandboxes of one's own making: `async with open_sandbox(world) as sandbox`."""
    return watched


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A watched sandbox with the default world."""
    async with watched() as opened:
        yield opened
