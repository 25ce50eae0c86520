"""The step marker: what a killed process leaves, and what a living one shows."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from bot.imaging.marker import StepMarker
from bot.model.picture import Stepping

PROJECT = Path(__file__).parents[2]
KILLED_IN_A_STEP = """
import os, signal, sys
from pathlib import Path
from bot.imaging.marker import StepMarker
with StepMarker(Path(sys.argv[1])).marked(42):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_in_a_step_leaves_whose_it_was(tmp_path):
    path = tmp_path / "stepping"
    killed = subprocess.run(  # noqa: S603 - the arguments are this file's own
        [sys.executable, "-c", KILLED_IN_A_STEP, str(path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    marker = StepMarker(path)
    assert marker.suspect == 42
    assert marker.stepping() is None
    marker.acquit()
    assert StepMarker(path).suspect is None


def test_a_step_that_ends_by_an_error_blames_nobody(tmp_path):
    marker = StepMarker(tmp_path / "stepping")
    try:
        with marker.marked(7):
            raise ValueError
    except ValueError:
        assert marker.stepping() is None
    assert StepMarker(tmp_path / "stepping").suspect is None


def test_a_step_in_hand_shows_its_job_and_for_how_long_it_has_gone_on(tmp_path):
    now = [10.0]
    marker = StepMarker(tmp_path / "stepping", clock=lambda: now[0])
    with marker.marked(7):
        now[0] = 13.5
        step = marker.stepping()
    assert step == Stepping(7, 3.5)
    with marker.marked(8, loading=True):
        assert marker.stepping() == Stepping(8, 0.0, loading=True)


def test_a_file_of_another_size_is_begun_anew(tmp_path):
    path = tmp_path / "stepping"
    path.write_bytes(b"something else")
    assert StepMarker(path).suspect is None
    assert path.stat().st_size == 8
