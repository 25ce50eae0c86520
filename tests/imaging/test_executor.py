"""The thread's own rules, driven without a thread: a turn is a call."""

import logging
import math
from contextlib import contextmanager
from functools import partial
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.imaging.executor import Advanced, Executor, Failed, Finished, Tuning
from bot.imaging.loader import Fetching
from bot.imaging.marker import StepMarker
from bot.model.errors import (
    DeviceLost,
    EngineStopped,
    ModelLoadFailed,
    NotFinite,
    OutOfMemory,
    RenderCancelled,
    RenderError,
    TookTooLong,
)
from bot.model.fairness import BESIDE, cost_of_a_pass
from bot.model.picture import EngineStatus
from tests.imaging.scripted import HandPool, InlinePool, ScriptedPainter, recipe, work

STEP = cost_of_a_pass(recipe())


class Bench:
    """An executor, the painter it drives, what it told, and a clock that a test moves."""

    def __init__(
        self,
        *,
        lag=1000 * STEP,
        preview_seconds=1e9,
        job_seconds=math.inf,
        marker=None,
        fetchers=None,
        lost=lambda: None,
        **script,
    ):
        self.now = 0.0
        self.told = []
        self.painter = ScriptedPainter(**script)
        tuning = Tuning(
            lag=lag,
            preview_seconds=preview_seconds,
            job_seconds=job_seconds,
            lost=lost,
            clock=lambda: self.now,
            **(marks(marker) if marker else {}),
        )
        fetching = Fetching(fetchers or InlinePool(), lambda files: self.executor.fetched(files))
        self.executor = Executor(
            lambda: self.painter, self.told.append, InlinePool(), tuning, fetching
        )

    def turn(self, times=1):
        for _ in range(times):
            self.executor.turn()

    def finish(self):
        while not self.executor.idle:
            self.executor.turn()

    def outcomes(self):
        return {one.ticket: one for one in self.told if isinstance(one, Finished | Failed)}

    def error_of(self, ticket):
        return self.outcomes()[ticket].error

    def states(self):
        return [one.state for one in self.told if isinstance(one, EngineStatus)]


def marks(marker):
    """How an executor marks what it has in hand."""
    return {"mark": marker.marked, "mark_load": partial(marker.marked, loading=True)}


@pytest.mark.happens("an image takes longer than `JOB_TIME_LIMIT`")
def test_a_job_that_goes_over_its_time_ends_and_the_others_go_on():
    def slowly(one, _done):
        bench.now += 10.0 if one.seed == 1 else 1.0

    bench = Bench(on_step=slowly, job_seconds=25.0)
    bench.executor.take(1, work(1, recipe(1, steps=10)))
    bench.executor.take(2, work(2, recipe(2, steps=10)))
    bench.finish()
    assert isinstance(bench.error_of(1), TookTooLong)
    assert str(bench.error_of(1)).startswith("not done after ")
    assert isinstance(bench.outcomes()[2], Finished)
    assert ("decode", 1) not in bench.painter.log


def test_each_step_is_marked_as_its_jobs_and_nothing_is_between_two_steps(tmp_path):
    marker = StepMarker(tmp_path / "stepping")
    seen = []
    bench = Bench(on_step=lambda one, _: seen.append(marker.stepping().job_id), marker=marker)
    bench.executor.take(1, work(11, recipe(1, steps=2)))
    bench.turn()
    assert marker.stepping() is None
    bench.finish()
    assert seen == [11, 11]


def test_whatever_else_the_device_does_for_a_job_is_marked_as_its_too(tmp_path):
    marker = StepMarker(tmp_path / "stepping")
    seen = []

    def look(*_):
        seen.append(marker.stepping())

    def too_large(one):
        if not one.vae_tiling:
            raise OutOfMemory

    hooks = {"on_load": look, "on_preview": look, "on_relieve": look, "on_decode": too_large}
    bench = Bench(marker=marker, preview_seconds=0, **hooks)
    bench.executor.take(1, work(11, recipe(1, steps=2)))
    bench.finish()
    assert {one.job_id for one in seen} == {11}
    assert [one.loading for one in seen] == [True, False, False, False]
    assert marker.stepping() is None


def test_a_device_that_works_by_itself_ends_a_step_before_another_jobs_is_marked(tmp_path):
    marker = StepMarker(tmp_path / "stepping")
    seen = []

    def step(one, _):
        seen.append(("step", marker.stepping().job_id))

    bench = Bench(
        lag=STEP,
        marker=marker,
        on_step=step,
        on_settle=lambda: seen.append(("settle", marker.stepping().job_id)),
    )
    for job in (11, 12):
        bench.executor.take(job, work(job, recipe(job, steps=4)))
    bench.finish()
    steps = [(place, job) for place, (kind, job) in enumerate(seen) if kind == "step"]
    turns = [pair for pair in pairwise(steps) if pair[0][1] != pair[1][1]]
    assert len(turns) > 1
    for (before, job), (after, _) in turns:
        assert ("settle", job) in seen[before:after]


def test_the_time_a_device_takes_to_end_a_step_is_its_jobs():
    def take_long():
        bench.now += 100

    bench = Bench(lag=STEP, on_settle=take_long, job_seconds=60)
    bench.executor.take(1, work(11, recipe(1, steps=4)))
    bench.turn()
    bench.executor.take(2, work(12, recipe(2, steps=1)))
    bench.finish()
    assert isinstance(bench.error_of(1), TookTooLong)
    assert isinstance(bench.outcomes()[2], Finished)


def test_what_a_device_finds_late_fails_the_job_whose_step_it_was_and_not_the_next():
    def fall():
        raise RuntimeError("the device says so now")

    bench = Bench(lag=STEP, on_settle=fall)
    bench.executor.take(1, work(11, recipe(1, steps=4)))
    bench.turn()
    bench.executor.take(2, work(12, recipe(2, steps=4)))
    bench.finish()
    assert "the device says so now" in str(bench.error_of(1))
    assert isinstance(bench.outcomes()[2], Finished)


@pytest.mark.happens("the graphics card is lost to the process")
def test_a_process_that_loses_its_device_leaves_while_the_job_in_hand_is_marked(tmp_path, caplog):
    marker = StepMarker(tmp_path / "stepping")
    left = []

    def fall(one, _):
        raise DeviceLost("CUDA error: an illegal memory access was encountered")

    bench = Bench(on_step=fall, marker=marker, lost=lambda: left.append(marker.stepping().job_id))
    bench.executor.take(1, work(11, recipe(1)))
    bench.turn()
    assert left == [11]
    assert "the graphics card does nothing more for this process: CUDA error" in caplog.text
    assert "leaving for a new one" in caplog.text


@pytest.mark.happens("the graphics card is lost to the process")
@pytest.mark.parametrize("during", ["on_load", "on_relieve"])
def test_a_device_that_is_lost_beside_the_steps_makes_the_process_leave_all_the_same(
    tmp_path, during
):
    marker = StepMarker(tmp_path / "stepping")
    left = []

    def fall(*_):
        raise DeviceLost("CUDA error: unknown error")

    def too_large(_):
        raise OutOfMemory

    bench = Bench(
        marker=marker,
        lost=lambda: left.append(marker.stepping().job_id),
        **{"on_decode": too_large, during: fall},
    )
    bench.executor.take(1, work(11, recipe(1)))
    bench.finish()
    assert left == [11]
    assert isinstance(bench.error_of(1), DeviceLost)


@pytest.mark.happens("the graphics card is lost to the process")
def test_a_device_that_is_lost_in_the_first_load_makes_the_process_leave():
    left = []

    def fall(_):
        raise DeviceLost("CUDA error: unknown error")

    bench = Bench(on_load=fall, lost=lambda: left.append("left"))
    bench.executor.prepare()
    assert left == ["left"]


def test_a_short_job_that_comes_later_is_done_first():
    bench = Bench()
    bench.executor.take(1, work(1, recipe(1, steps=10)))
    bench.turn(3)
    bench.executor.take(2, work(2, recipe(2, steps=2)))
    bench.finish()
    assert [one.ticket for one in bench.told if isinstance(one, Finished)] == [2, 1]
    assert bench.painter.steps() == [1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1]


def test_images_of_a_job_are_drawn_one_after_the_other():
    bench = Bench()
    bench.executor.take(1, work(1, recipe(1), recipe(2)))
    bench.finish()
    done = bench.outcomes()[1]
    assert [one.result().recipe.seed for one in done.pictures] == [1, 2]
    assert bench.painter.steps() == [1, 1, 1, 2, 2, 2]


def test_progress_counts_the_steps_of_all_images():
    bench = Bench()
    bench.executor.take(1, work(9, recipe(1), recipe(2)))
    bench.finish()
    seen = [one.progress for one in bench.told if isinstance(one, Advanced)]
    assert {(one.job_id, one.steps, one.images) for one in seen} == {(9, 6, 2)}
    assert [one.step for one in seen] == [1, 2, 3, 3, 4, 5, 6]
    assert [one.image for one in seen] == [1, 1, 1, 2, 2, 2, 2]


def test_the_seconds_left_are_measured():
    bench = Bench(on_step=lambda *_: setattr(bench, "now", bench.now + 2.0))
    bench.executor.take(1, work(1, recipe(1, steps=5)))
    bench.finish()
    seen = [one.progress.seconds_left for one in bench.told if isinstance(one, Advanced)]
    assert seen == [None, 6.0, 4.0, 2.0, 0.0]
    assert bench.outcomes()[1].draw_seconds == 10.0


def test_a_preview_comes_when_it_is_due_and_never_for_the_last_step():
    bench = Bench(preview_seconds=2.0, on_step=lambda *_: setattr(bench, "now", bench.now + 1.0))
    bench.executor.take(1, work(1, recipe(1, steps=6)))
    bench.finish()
    previews = [one.progress.preview_png for one in bench.told if isinstance(one, Advanced)]
    assert [bool(one) for one in previews] == [False, True, False, True, False, False]


def test_a_preview_that_fails_is_left_out_and_the_image_is_drawn(caplog):
    def fail(_):
        raise ZeroDivisionError("by nought")

    bench = Bench(preview_seconds=0.0, on_preview=fail)
    bench.executor.take(1, work(1, recipe(1)))
    bench.finish()
    assert isinstance(bench.outcomes()[1], Finished)
    seen = [one.progress for one in bench.told if isinstance(one, Advanced)]
    assert [(one.step, one.preview_png) for one in seen] == [(1, None), (2, None), (3, None)]
    assert "no preview of job 1" in caplog.text


def test_a_job_whose_memory_cannot_be_given_back_fails_alone(caplog):
    def scarce(drawn, done):
        if drawn.seed == 1:
            raise OutOfMemory

    def fail():
        raise RuntimeError("the device is lost")

    bench = Bench(on_step=scarce, on_relieve=fail)
    bench.executor.take(1, work(1, recipe(1)))
    bench.executor.take(2, work(2, recipe(2)))
    bench.finish()
    assert str(bench.error_of(1)) == "RuntimeError: the device is lost"
    assert isinstance(bench.outcomes()[2], Finished)


def test_a_cancelled_job_is_not_stepped_again_and_not_decoded():
    bench = Bench()
    bench.executor.take(1, work(1, recipe(1, steps=2)))
    bench.turn(2)
    bench.executor.cancel(1)
    assert isinstance(bench.error_of(1), RenderCancelled)
    assert bench.executor.idle
    assert ("decode", 1) not in bench.painter.log


def test_a_job_cancelled_before_its_start_never_starts():
    bench = Bench()
    bench.executor.take(1, work(1, recipe(1)))
    bench.executor.cancel(1)
    assert isinstance(bench.error_of(1), RenderCancelled)
    assert bench.painter.log == []


def test_cancelling_what_is_not_in_flight_does_nothing():
    bench = Bench()
    bench.executor.cancel(5)
    assert bench.told == []


def test_halting_ends_every_job_where_it_stands():
    bench = Bench()
    bench.executor.take(1, work(1, recipe(1)))
    bench.executor.take(2, work(2, recipe(2)))
    bench.turn()
    bench.executor.halt()
    assert all(isinstance(bench.error_of(ticket), EngineStopped) for ticket in (1, 2))
    assert [kind for kind, _ in bench.painter.log] == ["load", "step", "close"]


@pytest.mark.happens("the graphics card runs out of memory")
def test_out_of_memory_is_tried_again_alone_with_tiling(caplog):
    def scarce(drawn, done):
        if drawn.seed == 1 and not drawn.vae_tiling:
            raise OutOfMemory

    bench = Bench(on_step=scarce)
    bench.executor.take(1, work(1, recipe(1)))
    bench.turn()
    bench.executor.take(2, work(2, recipe(2, steps=1)))
    bench.finish()
    alone = [("step", 1)] * 3 + [("decode", 1)]
    assert bench.painter.log[1:6] == [("relieve", None), *alone]
    [picture] = bench.outcomes()[1].pictures
    assert picture.result().recipe.vae_tiling
    [other] = bench.outcomes()[2].pictures
    assert not other.result().recipe.vae_tiling
    assert "job 1 ran out of memory and is drawn again alone" in caplog.text


def test_the_images_that_were_drawn_before_memory_ran_out_are_kept():
    def scarce(drawn):
        if drawn.seed == 2 and not drawn.vae_tiling:
            raise OutOfMemory

    bench = Bench(on_decode=scarce)
    bench.executor.take(1, work(1, recipe(1), recipe(2), recipe(3)))
    bench.finish()
    recipes = [one.result().recipe for one in bench.outcomes()[1].pictures]
    assert [(one.seed, one.vae_tiling) for one in recipes] == [(1, False), (2, True), (3, True)]


def test_what_is_being_called_sees_why_it_ends():
    seen = []

    class Watchful(ScriptedPainter):
        def draw(self, recipe, between, source=None):
            try:
                return super().draw(recipe, between, source)
            except BaseException as error:
                seen.append(type(error))
                raise

    bench = Bench()
    bench.painter = Watchful()
    for ticket in (1, 2):
        bench.executor.take(ticket, work(ticket, recipe(ticket)))
        bench.turn()
    bench.executor.cancel(1)
    bench.executor.cancel(2)
    assert seen == [RenderCancelled] * len(seen) != []


@pytest.mark.happens("the graphics card runs out of memory")
def test_out_of_memory_twice_fails_the_job_and_the_next_one_draws():
    def never_enough(drawn):
        if drawn.seed == 1:
            raise OutOfMemory

    bench = Bench(on_decode=never_enough)
    bench.executor.take(1, work(1, recipe(1)))
    bench.executor.take(2, work(2, recipe(2, steps=9)))
    bench.finish()
    assert isinstance(bench.error_of(1), OutOfMemory)
    assert isinstance(bench.outcomes()[2], Finished)


def test_a_foreign_error_fails_that_job_alone_in_our_words():
    def fall(drawn, done):
        if drawn.seed == 1 and done == 2:
            raise ZeroDivisionError("by nought")

    bench = Bench(on_step=fall)
    bench.executor.take(1, work(1, recipe(1)))
    bench.executor.take(2, work(2, recipe(2)))
    bench.finish()
    error = bench.error_of(1)
    assert type(error) is RenderError
    assert str(error) == "ZeroDivisionError: by nought"
    assert error.__traceback__ is None
    assert isinstance(bench.outcomes()[2], Finished)


def test_a_load_failure_is_told_and_fails_the_jobs_on_those_weights_only():
    def missing(weights):
        if weights.model == "gone":
            raise ModelLoadFailed("gone", "It is not there.", "Put it there.")

    bench = Bench(on_load=missing)
    bench.executor.prepare()
    bench.executor.take(1, work(1, recipe(1, model="gone")))
    bench.executor.take(2, work(2, recipe(2)))
    bench.finish()
    assert bench.error_of(1).advice == "Put it there."
    assert isinstance(bench.outcomes()[2], Finished)
    assert bench.states()[-1] == "ready"


def test_a_default_that_fails_to_load_is_a_failed_engine_with_the_advice():
    def missing(weights):
        raise ModelLoadFailed("starter", "It is not there.", "Put it there.")

    bench = Bench(on_load=missing)
    bench.executor.prepare()
    assert bench.told[-1].state == "failed"
    assert "Put it there." in bench.told[-1].detail


def test_a_failed_load_is_not_tried_again_at_once_but_later():
    broken = [True]

    def sometimes(weights):
        if broken[0]:
            raise ModelLoadFailed("starter", "It is not there.", "Put it there.")

    bench = Bench(on_load=sometimes)
    bench.executor.prepare()
    broken[0] = False
    bench.executor.take(1, work(1, recipe(1)))
    assert isinstance(bench.error_of(1), ModelLoadFailed)
    bench.now = 61.0
    bench.executor.take(2, work(2, recipe(2)))
    bench.finish()
    assert isinstance(bench.outcomes()[2], Finished)
    assert bench.states()[-1] == "ready"


def test_an_unforeseen_error_while_loading_is_a_load_failure_too():
    def fall(weights):
        raise ZeroDivisionError("by nought")

    bench = Bench(on_load=fall)
    bench.executor.take(1, work(1, recipe(1)))
    bench.turn()
    assert "ZeroDivisionError: by nought" in str(bench.error_of(1))


def test_jobs_on_other_weights_are_not_mixed_between_steps():
    bench = Bench()
    for ticket in range(1, 7):
        model = "other" if ticket % 2 else "starter"
        bench.executor.take(ticket, work(ticket, recipe(ticket, model=model)))
    bench.finish()
    assert len(bench.outcomes()) == 6
    loads = [at for at, (kind, _) in enumerate(bench.painter.log) if kind == "load"]
    for begin, end in zip(loads, [*loads[1:], None], strict=True):
        stretch = bench.painter.log[begin + 1 : end]
        started = {seed for kind, seed in stretch if kind == "step"}
        assert started == {seed for kind, seed in stretch if kind == "decode"}


def test_a_stream_of_jobs_on_the_loaded_weights_does_not_keep_others_away():
    bench = Bench(lag=2 * STEP)
    bench.executor.prepare()
    bench.executor.take(1, work(1, recipe(1, model="other")))
    for ticket in range(2, 60):
        bench.executor.take(ticket, work(ticket, recipe(ticket)))
        bench.turn()
    assert isinstance(bench.outcomes().get(1), Finished)


def stretches(log):
    """How many steps there were after each load."""
    loads = [at for at, (kind, _) in enumerate(log) if kind == "load"]
    ends = [*loads[1:], len(log)]
    return [
        sum(kind == "step" for kind, _ in log[begin:end])
        for begin, end in zip(loads, ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("load_seconds", "expected"),
    [
        (0.0, [1] * 40),  # what is in memory changes whenever that is fair
        (1.0, [4] * 10),
        (2.5, [10] * 4),
        (100.0, [20, 20]),  # a change that never pays comes when there is nothing else to do
    ],
)
def test_weights_change_when_what_was_drawn_since_has_paid_for_the_measured_load(
    load_seconds, expected
):
    def pass_time(seconds):
        bench.now += seconds

    bench = Bench(on_load=lambda _: pass_time(load_seconds), on_step=lambda *_: pass_time(1.0))
    bench.executor.prepare()
    for ticket in range(1, 41):
        model = "starter" if ticket % 2 else "other"
        bench.executor.take(ticket, work(ticket, recipe(ticket, steps=1, model=model)))
    bench.finish()
    assert stretches(bench.painter.log) == expected


KINDS = ("take", "take", "cancel", "turn", "turn", "turn", "fetch", "later")
MODELS = ("starter", "starter", "other", "broken", "gone")
FAULTS = (None, None, None, OutOfMemory, NotFinite, ValueError)
COMMANDS = tuple(product(KINDS, range(1, 5), range(1, 6), range(1, 4), MODELS, FAULTS))
"""What a community may do next, in one draw: ten thousand histories are many draws."""

histories = st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=25)
"""Commands as a community gives them, faults included."""


@contextmanager
def unlogged():
    """Ten thousand histories fail on purpose so often that telling it takes most of the time."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def played(history, halted):
    """The bench after a history, and the tickets it took."""
    faults = {}

    def fetch(weights):
        if weights.model == "gone":
            raise ModelLoadFailed("gone", "It is gone.", "Look for it.")

    def load(weights):
        if weights.model == "broken":
            raise ModelLoadFailed("broken", "It is broken.", "Mend it.")

    def step(drawn, done):
        if (fault := faults.get(drawn.seed)) and done == 2:
            raise fault

    fetchers = HandPool()
    bench = Bench(lag=4 * STEP, fetchers=fetchers, on_fetch=fetch, on_load=load, on_step=step)
    bench.executor.prepare()
    taken = []
    for number, (kind, user, steps, images, model, fault) in enumerate(history, 1):
        if kind == "take":
            faults[number * 10] = fault
            recipes = [recipe(number * 10 + i, steps=steps, model=model) for i in range(images)]
            bench.executor.take(number, work(number, *recipes, user_id=user))
            taken.append(number)
        elif kind == "cancel" and taken:
            bench.executor.cancel(taken[user % len(taken)])
        elif kind == "later":
            bench.now += 30.0
        elif kind == "fetch" and fetchers.waiting:
            fetchers.do_next()
        elif not bench.executor.idle:
            bench.executor.turn()
    if halted:
        bench.executor.halt()
    while fetchers.waiting or not bench.executor.idle:
        fetchers.do_next() if fetchers.waiting else bench.turn()
    return bench, taken


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("halted", [False, True])
@settings(max_examples=5000)
@given(history=histories)
def test_no_job_is_left_without_exactly_one_outcome(halted, history):
    with unlogged():
        bench, taken = played(history, halted)
    ended = [one.ticket for one in bench.told if isinstance(one, Finished | Failed)]
    assert sorted(ended) == taken
    assert bench.executor.idle


@pytest.mark.parametrize("weight", [1.0, 4.0])
def test_a_heavier_member_is_served_more(weight):
    bench = Bench(lag=0.0)
    bench.executor.take(1, work(1, recipe(1, steps=50)))
    bench.executor.take(2, work(2, recipe(2, steps=50), weight=weight))
    bench.turn(50)
    steps = bench.painter.steps()
    assert steps.count(2) == pytest.approx(weight * steps.count(1), abs=weight + 1)


def test_an_images_prompt_and_decoding_are_charged_to_its_member():
    bench = Bench(lag=0.0)
    bench.executor.take(1, work(1, *(recipe(1, steps=1) for _ in range(40))))
    bench.executor.take(2, work(2, recipe(2, steps=100)))
    bench.turn(80)
    steps = bench.painter.steps()
    assert steps.count(2) == pytest.approx((1 + BESIDE) * steps.count(1), abs=3)


def test_who_drew_alone_is_not_so_far_ahead_that_a_job_nearly_done_waits():
    bench = Bench(lag=8 * STEP)
    bench.executor.take(1, work(1, recipe(1, steps=103)))
    bench.turn(100)
    bench.executor.take(2, work(2, recipe(2, steps=100)))
    bench.turn(4)
    assert bench.painter.steps()[100:] == [1, 1, 1]
    assert isinstance(bench.outcomes()[1], Finished)
