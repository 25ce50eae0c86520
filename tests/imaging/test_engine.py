"""The engine as the event loop sees it, on its real thread, with a scripted painter."""

import asyncio
import threading
from concurrent.futures import Future
from contextlib import asynccontextmanager

import pytest

from bot.imaging.engine import Engine
from bot.imaging.executor import Tuning
from bot.imaging.png import read_recipe
from bot.model.errors import EngineStopped, ModelLoadFailed, RenderCancelled, RenderError
from tests.imaging.scripted import ScriptedPainter, recipe, work

PATIENCE = 20.0


class Gate:
    """Holds the thread at a place until it is opened; the loop can wait for it to come there."""

    def __init__(self):
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, *_):
        self.reached.set()
        self.open.wait(PATIENCE)

    async def come(self):
        assert await asyncio.to_thread(self.reached.wait, PATIENCE)


@asynccontextmanager
async def running(painter, **options):
    engine = Engine(lambda: painter, **options)
    engine.start()
    try:
        yield engine
    finally:
        await engine.stop(grace=PATIENCE)


def ignored(_):
    """A listener that does not care."""


def begin(engine, job, progress=ignored):
    return asyncio.create_task(engine.render(job, progress))


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)


async def test_a_job_may_be_given_before_the_model_is_loaded():
    gate = Gate()
    async with running(ScriptedPainter(on_load=gate)) as engine:
        task = begin(engine, work(1, recipe(1)))
        await gate.come()
        await until(lambda: engine.status().model)
        assert engine.status().state == "loading"
        gate.open.set()
        rendered = await task
        assert engine.status().state == "ready"
        assert read_recipe(rendered.pictures[0].png) == rendered.pictures[0].recipe


async def test_the_thread_has_its_name_and_everything_happens_on_it():
    names = set()

    def note(*_):
        names.add(threading.current_thread().name)

    async with running(ScriptedPainter(on_load=note, on_step=note, on_decode=note)) as engine:
        await engine.render(work(1, recipe(1)), ignored)
    assert names == {"gpu-executor"}


async def test_progress_is_heard_on_the_loops_own_thread():
    heard = []
    async with running(ScriptedPainter()) as engine:
        await engine.render(work(1, recipe(1)), lambda p: heard.append(threading.get_ident()))
    assert set(heard) == {threading.get_ident()}


async def test_a_listener_that_fails_harms_nobody():
    def fall(_):
        raise ZeroDivisionError

    async with running(ScriptedPainter()) as engine:
        rendered = await engine.render(work(1, recipe(1)), fall)
    assert len(rendered.pictures) == 1


def hashed_in_time(sha256):
    """A painter's hashes: those of the first nine seeds come when the test gives them."""
    return lambda ordered: [sha256] if ordered.seed < 10 else []


async def test_pictures_that_wait_for_a_hash_keep_nobody_else_s_waiting():
    sha256 = Future()
    painter = ScriptedPainter(hashes=hashed_in_time(sha256))
    async with running(painter) as engine:
        tasks = [begin(engine, work(one, recipe(one))) for one in range(1, 5)]
        await until(lambda: {("decode", one) for one in range(1, 5)} <= set(painter.log))
        async with asyncio.timeout(PATIENCE):
            await engine.render(work(10, recipe(10)), ignored)
        assert not any(task.done() for task in tasks)
        sha256.set_result("ab")
        [picture] = (await tasks[0]).pictures
        assert read_recipe(picture.png).model_sha256 == "ab"
        await asyncio.gather(*tasks)


async def test_a_picture_that_waits_for_a_hash_at_the_end_is_written_all_the_same():
    sha256 = Future()
    painter = ScriptedPainter(hashes=hashed_in_time(sha256))
    async with running(painter) as engine:
        task = begin(engine, work(1, recipe(1)))
        await until(lambda: ("decode", 1) in painter.log)
        assert await engine.stop(grace=PATIENCE)
        sha256.set_result("ab")
        assert len((await task).pictures) == 1


async def test_slots_are_taken_while_a_job_is_in_flight():
    gate = Gate()
    async with running(ScriptedPainter(on_step=gate), slots=2) as engine:
        assert engine.free_slots() == 2
        tasks = [begin(engine, work(one, recipe(one))) for one in (1, 2)]
        await gate.come()
        assert engine.free_slots() == 0
        gate.open.set()
        await asyncio.gather(*tasks)
        assert engine.free_slots() == 2


async def test_cancelling_ends_the_render_and_spares_the_decode():
    gate = Gate()
    painter = ScriptedPainter(on_step=gate)
    async with running(painter) as engine:
        task = begin(engine, work(5, recipe(1, steps=2)))
        await gate.come()
        engine.cancel(5)
        with pytest.raises(RenderCancelled):
            await task
        gate.open.set()
        await engine.render(work(6, recipe(2)), ignored)
    assert ("decode", 1) not in painter.log
    assert painter.steps().count(1) == 1


async def test_cancelling_the_waiting_task_cancels_the_job():
    gate = Gate()
    painter = ScriptedPainter(on_step=gate)
    async with running(painter) as engine:
        task = begin(engine, work(5, recipe(1)))
        await gate.come()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.open.set()
        await engine.render(work(6, recipe(2)), ignored)
    assert painter.steps().count(1) == 1


async def test_cancelling_an_unknown_job_is_ignored():
    async with running(ScriptedPainter()) as engine:
        engine.cancel(99)
        assert len((await engine.render(work(1, recipe(1)), ignored)).pictures) == 1


async def test_stopping_lets_no_further_step_happen():
    gate = Gate()
    painter = ScriptedPainter(on_step=gate)
    async with running(painter) as engine:
        tasks = [begin(engine, work(one, recipe(one))) for one in (1, 2)]
        await gate.come()
        stopping = asyncio.create_task(engine.stop(grace=PATIENCE))
        await asyncio.sleep(0)
        gate.open.set()
        assert await stopping
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in outcomes] == [EngineStopped, EngineStopped]
        assert engine.status().state == "stopped"
        assert engine.free_slots() == 0
        with pytest.raises(EngineStopped):
            await engine.render(work(3, recipe(3)), ignored)
    assert len(painter.steps()) == 1


async def test_a_step_that_hangs_is_reported_and_its_job_is_given_back():
    gate = Gate()
    async with running(ScriptedPainter(on_step=gate)) as engine:
        task = begin(engine, work(1, recipe(1)))
        await gate.come()
        assert await engine.stop(grace=0.05) is False
        with pytest.raises(EngineStopped):
            await task
        gate.open.set()
        assert await engine.stop(grace=PATIENCE) is True


async def test_a_step_that_ends_after_its_stop_has_given_up_ends_the_thread_in_order(caplog):
    gate = Gate()
    painter = ScriptedPainter(on_step=lambda *_: gate())
    async with running(painter, tuning=Tuning(preview_seconds=0.0)) as engine:
        task = begin(engine, work(1, recipe(1)))
        await gate.come()
        assert await engine.stop(grace=0.05) is False
        with pytest.raises(EngineStopped):
            await task
        gate.open.set()
        assert await engine.stop(grace=PATIENCE) is True
    assert not [record for record in caplog.records if record.levelname == "CRITICAL"]


async def test_a_painter_that_is_built_after_its_stop_has_given_up_ends_the_thread_in_order(caplog):
    gate = Gate()

    def built():
        gate()
        return ScriptedPainter()

    engine = Engine(built)
    engine.start()
    await gate.come()
    assert await engine.stop(grace=0.05) is False
    gate.open.set()
    assert await engine.stop(grace=PATIENCE) is True
    assert not [record for record in caplog.records if record.levelname == "CRITICAL"]


async def test_an_engine_that_never_started_stops_at_once():
    assert await Engine(ScriptedPainter).stop(grace=PATIENCE) is True


async def test_a_factory_that_fails_is_a_failed_engine_and_each_render_says_why():
    def no_device():
        raise ModelLoadFailed("Every model", "There is no such device.", "Set DEVICE=auto.")

    engine = Engine(no_device)
    engine.start()
    for job_id in (1, 2):
        with pytest.raises(ModelLoadFailed, match="Set DEVICE=auto"):
            await engine.render(work(job_id, recipe(1)), ignored)
    assert engine.status().state == "failed"
    assert "no such device" in engine.status().detail
    assert await engine.stop(grace=PATIENCE)


class Panic(BaseException):
    """What a library that is written in Rust raises where it panics."""


async def test_a_panic_in_a_step_or_a_load_fails_its_job_and_no_other():
    def panic(*_):
        raise Panic("out of range")

    def step(recipe, _done):
        if recipe.seed == 1:
            panic()

    def load(weights):
        if weights.model == "odd":
            panic()

    async with running(ScriptedPainter(on_step=step, on_load=load)) as engine:
        with pytest.raises(RenderError, match="Panic: out of range"):
            await engine.render(work(1, recipe(1)), ignored)
        with pytest.raises(ModelLoadFailed, match="Panic: out of range"):
            await engine.render(work(2, recipe(2, model="odd")), ignored)
        assert (await engine.render(work(3, recipe(3)), ignored)).pictures


async def test_a_thread_that_breaks_gives_its_jobs_back():
    def broken():
        raise KeyboardInterrupt

    async with running(ScriptedPainter(), tuning=Tuning(clock=broken)) as engine:
        with pytest.raises(EngineStopped):
            await engine.render(work(1, recipe(1)), ignored)
        await until(lambda: engine.status().state == "stopped")


async def test_a_picture_that_cannot_be_written_is_a_failed_render():
    class Unfinished(ScriptedPainter):
        def draw(self, recipe, between, source=None):
            drawn = super().draw(recipe, between, source)
            return type(drawn)(drawn.pixels, lambda: 1 / 0)

    async with running(Unfinished()) as engine:
        with pytest.raises(RenderError, match="could not be written"):
            await engine.render(work(1, recipe(1)), ignored)


async def test_previews_reach_the_listener_as_png_and_progress_never_goes_back():
    heard, shown = [], threading.Event()

    def listen(progress):
        heard.append(progress)
        if progress.preview_png:
            shown.set()

    def last_step_waits(recipe, done):
        if done == recipe.steps:
            shown.wait(PATIENCE)

    painter = ScriptedPainter(on_step=last_step_waits)
    async with running(painter, tuning=Tuning(preview_seconds=0.0)) as engine:
        await engine.render(work(1, recipe(1, steps=20)), listen)
    assert any((one.preview_png or b"").startswith(b"\x89PNG") for one in heard)
    steps = [one.step for one in heard]
    assert steps == sorted(steps)


async def test_many_members_are_all_served():
    async with running(ScriptedPainter()) as engine:
        jobs = [work(one, recipe(one, steps=1 + one % 7)) for one in range(60)]
        rendered = await asyncio.gather(*(engine.render(job, ignored) for job in jobs))
    assert [one.pictures[0].recipe.seed for one in rendered] == list(range(60))


async def test_a_model_that_comes_later_is_loaded_without_a_request():
    missing = [True]

    def load(weights):
        if missing[0]:
            missing[0] = False
            raise ModelLoadFailed("starter", "It is not there.", "Put it there.")

    tuning = Tuning(retry_load_seconds=0.01)
    async with running(ScriptedPainter(on_load=load), tuning=tuning) as engine:
        await until(lambda: engine.status().state == "failed")
        await until(lambda: engine.status().state == "ready")
