"""What holds for every test."""

import os

import pytest
from hypothesis import settings

from tests.browser import MISSING, chromium

# Before anything imports torch: one thread, so that tests do not fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A slow machine is no failure; pytest's own timeout catches what hangs.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that opens a window may try twice, and pytest lists the second tries as reruns."""
    for item in items:
        if "windows" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_xdist_auto_num_workers() -> int:
    """A worker for each core and one more: many tests wait for a process or a browser."""
    return (os.cpu_count() or 1) + 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """No check is left out in silence."""
    if not os.environ.get("DISCORD_OPENAPI"):
        terminalreporter.write_line(
            "DISCORD_OPENAPI is not set: no request was held against Discord's OpenAPI document."
        )
    if chromium() is None:
        skipped = terminalreporter.stats.get("skipped", ())
        unopened = sum(MISSING in str(each.longrepr) for each in skipped)
        terminalreporter.write_line(f"{MISSING} {unopened} tests were left out.")
