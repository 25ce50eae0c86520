"""The watch over the event loop: late is said, standing still is left."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.watching.loop import CALM, LoopWatch

BUSY = """
import asyncio, functools, logging, time
from bot.leaving import leave_stuck
from bot.watching.loop import LoopWatch

def something_that_blocks():
    if {holds_the_log}:
        logging.getLogger().handlers[0].acquire()
    time.sleep(60)

leave = functools.partial(leave_stuck, last=lambda: print("acquitted"), patience=1.0)

async def main():
    watch = asyncio.create_task(LoopWatch(leave=leave, stuck_seconds=0.3).run())
    await asyncio.sleep(0.01)
    something_that_blocks()

logging.basicConfig()
asyncio.run(main())
"""


def nobody_leaves(seconds):
    raise AssertionError(seconds)


def measured(*lags):
    watch = LoopWatch(leave=nobody_leaves)
    for lag in lags:
        watch.measured(lag)


def test_a_loop_that_is_a_little_late_is_left_alone(caplog):
    measured(0.0, 0.5, 1.0)
    assert caplog.records == []


def test_a_late_loop_is_said_once_and_once_when_it_is_free_again(caplog):
    measured(2.0, 0.0, 3.456, 0.0, *[0.0] * CALM, 0.0)
    began, ended = caplog.records
    assert (began.message, began.seconds) == ("the event loop was held up", 2.0)
    assert (ended.message, ended.longest) == ("the event loop turns freely again", 3.46)


def test_a_second_time_is_said_again(caplog):
    measured(2.0, *[0.0] * CALM, 2.0)
    assert len(caplog.records) == 3


async def test_the_lag_is_measured_all_the_time():
    told = []
    watch = LoopWatch(leave=nobody_leaves)
    heard = asyncio.Event()
    watch.tell(told.append)
    watch.tell(lambda _: heard.set())
    running = asyncio.create_task(watch.run())
    await asyncio.wait_for(heard.wait(), 60)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert 0.0 <= told[0] < 5.0


def end_of_a_standing_loop(*, holds_the_log=False):
    """What a process came to whose loop something blocks."""
    return subprocess.run(  # noqa: S603 - this interpreter, and text from this file
        [sys.executable, "-c", BUSY.format(holds_the_log=holds_the_log)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.happens("the event loop stands")
def test_a_loop_that_stands_ends_the_process_and_shows_where_it_stands():
    done = end_of_a_standing_loop()
    assert done.returncode == 75
    assert done.stderr.count("the event loop stands") == 1
    assert "in something_that_blocks" in done.stderr
    assert done.stdout == "acquitted\n"


def test_a_loop_that_stands_with_the_log_in_its_hand_ends_the_process_all_the_same():
    done = end_of_a_standing_loop(holds_the_log=True)
    assert done.returncode == 1
    assert "in something_that_blocks" in done.stderr
