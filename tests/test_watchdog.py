"""The watchdog: what hangs is noticed, what is slow is left alone."""

import pytest

from bot.model.picture import EngineStatus, Stepping
from bot.watchdog import HUNG, Watchdog
from tests.stand_ins import HandMarker


def watchdog(left, *, step=None, state="ready"):
    """A watchdog over a step and an engine, whose exit codes go into `left`."""
    marker = HandMarker()
    marker.step = step
    return Watchdog(
        marker=marker,
        engine_status=lambda: EngineStatus(state),
        step_seconds=300.0,
        leave=left.append,
    )


def looked_at(step=None, state="ready"):
    """The exit codes with which a watchdog left after one look."""
    left = []
    watchdog(left, step=step, state=state).look()
    return left


@pytest.mark.parametrize("step", [None, Stepping(3, 299.0)])
def test_a_thread_at_rest_or_at_work_is_left_alone(step):
    assert looked_at(step) == []


def test_a_step_that_hangs_ends_the_process_with_a_code_that_asks_for_a_new_one(caplog):
    assert looked_at(Stepping(3, 301.0)) == [HUNG]
    assert caplog.records[0].job == 3


def test_an_engine_that_stopped_by_itself_ends_the_process():
    assert looked_at(state="stopped") == [HUNG]


@pytest.mark.parametrize("state", ["loading", "ready", "failed"])
def test_an_engine_that_may_yet_draw_is_left_alone(state):
    assert looked_at(state=state) == []


def test_in_an_orderly_stop_the_engine_may_end():
    left = []
    dog = watchdog(left, state="stopped")
    dog.let_engine_stop()
    dog.look()
    assert left == []
