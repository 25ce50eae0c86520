"""The watchdog: what hangs is noticed, what is slow is left alone."""

import pytest

from bot.model.picture import Stepping
from bot.watchdog import HUNG, Watchdog
from tests.stand_ins import HandMarker


def looked_at(step):
    """The exit codes with which a watchdog left after one look at a step."""
    marker, left = HandMarker(), []
    marker.step = step
    Watchdog(marker=marker, step_seconds=300.0, leave=left.append).look()
    return left


@pytest.mark.parametrize("step", [None, Stepping(3, 299.0)])
def test_a_thread_at_rest_or_at_work_is_left_alone(step):
    assert looked_at(step) == []


def test_a_step_that_hangs_ends_the_process_with_a_code_that_asks_for_a_new_one(caplog):
    assert looked_at(Stepping(3, 301.0)) == [HUNG]
    assert caplog.records[0].job == 3
