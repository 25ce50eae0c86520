"""The watch over the executor thread: what hangs is noticed, what is slow is left alone."""

import pytest

from bot.leaving import NEW_PROCESS
from bot.model.picture import EngineStatus, Stepping
from bot.watching.engine import EngineWatch
from tests.stand_ins import HandMarker


def watch(left, *, step=None, state="ready"):
    """A watch over a step and an engine, whose exit codes go into `left`."""
    marker = HandMarker()
    marker.step = step
    return EngineWatch(
        marker=marker,
        engine_status=lambda: EngineStatus(state),
        step_seconds=300.0,
        leave=left.append,
    )


def looked_at(step=None, state="ready"):
    """The exit codes with which a watch left after one look."""
    left = []
    watch(left, step=step, state=state).look()
    return left


@pytest.mark.parametrize("step", [None, Stepping(3, 299.0), Stepping(3, 1799.0, loading=True)])
def test_a_thread_at_rest_or_at_work_is_left_alone(step):
    assert looked_at(step) == []


@pytest.mark.happens("a denoising step hangs")
def test_a_step_that_hangs_ends_the_process_with_a_code_that_asks_for_a_new_one(caplog):
    assert looked_at(Stepping(3, 301.0)) == [NEW_PROCESS]
    assert caplog.records[0].job == 3


def test_a_load_that_hangs_ends_the_process_too_after_a_longer_while(caplog):
    assert looked_at(Stepping(3, 1801.0, loading=True)) == [NEW_PROCESS]
    assert "a load hangs" in caplog.text


def test_an_engine_that_stopped_by_itself_ends_the_process():
    assert looked_at(state="stopped") == [NEW_PROCESS]


@pytest.mark.parametrize("state", ["loading", "ready", "failed"])
def test_an_engine_that_may_yet_draw_is_left_alone(state):
    assert looked_at(state=state) == []


def test_in_an_orderly_stop_the_engine_may_end():
    left = []
    dog = watch(left, state="stopped")
    dog.let_engine_stop()
    dog.look()
    assert left == []
