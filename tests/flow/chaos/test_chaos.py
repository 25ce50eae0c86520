"""A short chaos run with every change; `make chaos` plays the long ones."""

import pytest

from tests.flow.chaos.audit import complaints, shortfalls
from tests.flow.chaos.plan import SHORT
from tests.flow.chaos.report import report
from tests.flow.chaos.run import chaos

SEED = 4


@pytest.mark.happens("falls, faults and cut connections come one on the other")
@pytest.mark.timeout(600)
async def test_a_short_chaos_run_keeps_every_promise(tmp_path):
    result = await chaos(SEED, SHORT, tmp_path)
    found = [*shortfalls(result.history, SHORT), *complaints(result.history)]
    assert not found, report(result, "short", found)
