"""While the files of a job's weights are fetched, the others are drawn."""

import asyncio
import threading
from dataclasses import replace

import pytest

from bot.imaging.engine import Engine
from bot.imaging.executor import Failed, Finished, Waits
from bot.imaging.sdxl.hub import Hub
from bot.imaging.sdxl.pipelines import SdxlPainter
from bot.model.checkpoint import Adapter, Catalogue
from bot.model.errors import (
    AdapterLoadFailed,
    EngineStopped,
    ModelLoadFailed,
    RenderCancelled,
)
from bot.model.recipe import Lora
from tests.imaging.scripted import HandPool, ScriptedPainter, recipe, work
from tests.imaging.test_bits import enlarged, order, pixels_of
from tests.imaging.test_engine import PATIENCE, Gate, begin, ignored, running, until
from tests.imaging.test_executor import STEP, Bench


@pytest.fixture
def fetchers():
    return HandPool()


@pytest.fixture
def bench(fetchers):
    """An executor with the default model in memory, whose fetches are over when the test says."""
    made = Bench(fetchers=fetchers)
    made.executor.prepare()
    fetchers.do_next()
    return made


def refuse(weights):
    if weights.model == "far":
        raise ModelLoadFailed("far", "It could not be fetched.", "Check the connection.")


def far(seed, **changes):
    return recipe(seed, model="far", **changes)


def test_a_job_whose_files_are_fetched_has_its_turns_when_they_are_there(bench, fetchers):
    bench.executor.take(1, work(1, far(1, steps=2)))
    bench.executor.take(2, work(2, recipe(2)))
    bench.finish()
    assert [type(bench.outcomes()[2]), 1 in bench.outcomes()] == [Finished, False]
    fetchers.do_next()
    bench.finish()
    assert isinstance(bench.outcomes()[1], Finished)
    assert bench.painter.steps() == [2, 2, 2, 1, 1]


def test_a_fetch_that_fails_fails_whoever_waits_for_it_and_nobody_else(fetchers):
    bench = Bench(fetchers=fetchers, on_fetch=refuse)
    bench.executor.prepare()
    fetchers.do_next()
    for ticket, one in enumerate((far(1), recipe(2), far(3)), 1):
        bench.executor.take(ticket, work(ticket, one))
    bench.turn()
    assert len(fetchers.waiting) == 1
    fetchers.do_next()
    bench.finish()
    assert [bench.error_of(one).advice for one in (1, 3)] == ["Check the connection."] * 2
    assert isinstance(bench.outcomes()[2], Finished)
    assert ("load", "far") not in bench.painter.log
    assert bench.states()[-1] == "ready"


def test_a_fetch_that_failed_is_tried_again_later_and_not_at_once(bench, fetchers):
    bench.painter.on_fetch = refuse
    bench.executor.take(1, work(1, far(1)))
    fetchers.do_next()
    bench.executor.take(2, work(2, far(2)))
    assert isinstance(bench.error_of(2), ModelLoadFailed)
    bench.now += 61.0
    bench.painter.on_fetch = lambda weights: None
    bench.executor.take(3, work(3, far(3)))
    fetchers.do_next()
    bench.finish()
    assert isinstance(bench.outcomes()[3], Finished)


def test_a_job_can_be_cancelled_while_its_files_are_fetched(bench, fetchers):
    bench.executor.take(1, work(1, far(1)))
    bench.executor.cancel(1)
    assert isinstance(bench.error_of(1), RenderCancelled)
    fetchers.do_next()
    assert bench.executor.idle
    assert bench.painter.steps() == []


def test_halting_ends_a_job_whose_files_are_fetched(bench, fetchers):
    bench.executor.take(1, work(1, far(1)))
    bench.executor.halt()
    assert isinstance(bench.error_of(1), EngineStopped)
    fetchers.do_next()
    assert [one.ticket for one in bench.told if isinstance(one, Failed)] == [1]


def test_two_weights_of_one_lora_are_fetched_once(bench, fetchers):
    for ticket, weight in ((1, 0.5), (2, 1.0)):
        one = recipe(ticket, loras=(Lora("ink", weight),))
        bench.executor.take(ticket, work(ticket, one))
    assert len(fetchers.waiting) == 1
    fetchers.do_next()
    bench.finish()
    assert all(isinstance(one, Finished) for one in bench.outcomes().values())


def test_whoever_waited_for_files_has_no_claim_to_the_time_that_others_drew(fetchers):
    bench = Bench(lag=4 * STEP, fetchers=fetchers)
    bench.executor.prepare()
    fetchers.do_next()
    bench.executor.take(1, work(1, recipe(1, loras=(Lora("ink", 1.0),), steps=100)))
    bench.executor.take(2, work(2, recipe(2, steps=100)))
    bench.turn(100)
    fetchers.do_next()
    bench.executor.take(3, work(3, recipe(3, loras=(Lora("ink", 1.0),), steps=100)))
    bench.turn(60)
    late = bench.painter.steps()[100:]
    assert late.count(1) == pytest.approx(late.count(3), abs=10)


def test_the_default_model_is_loaded_when_its_files_are_there(fetchers):
    bench = Bench(fetchers=fetchers)
    bench.executor.prepare()
    assert bench.states() == ["loading", "loading"]
    bench.executor.prepare()
    assert len(fetchers.waiting) == 1
    fetchers.do_next()
    assert bench.painter.log == [("load", "starter")]
    assert bench.states()[-1] == "ready"


def test_another_model_that_is_here_is_drawn_with_while_the_default_one_is_fetched(fetchers):
    bench = Bench(fetchers=fetchers)
    bench.executor.prepare()
    bench.executor.take(1, work(1, recipe(1, model="near")))
    fetchers.waiting.reverse()
    fetchers.do_next()
    bench.finish()
    assert isinstance(bench.outcomes()[1], Finished)
    assert ("load", "starter") not in bench.painter.log


def test_a_failed_fetch_of_another_model_does_not_call_the_default_one_ready(fetchers):
    bench = Bench(fetchers=fetchers, on_fetch=refuse)
    bench.executor.prepare()
    bench.executor.take(1, work(1, far(1)))
    fetchers.waiting.reverse()
    fetchers.do_next()
    assert isinstance(bench.error_of(1), ModelLoadFailed)
    assert bench.states()[-1] == "loading"


def test_a_default_that_cannot_be_fetched_is_a_failed_engine(fetchers):
    bench = Bench(fetchers=fetchers, on_fetch=refuse)
    bench.painter.default = replace(bench.painter.default, model="far")
    bench.executor.prepare()
    fetchers.do_next()
    assert bench.states()[-1] == "failed"


def test_waiting_for_files_is_told(bench, fetchers):
    bench.executor.take(1, work(1, far(1)))
    fetchers.do_next()
    told = [one.for_files for one in bench.told if isinstance(one, Waits)]
    assert told == [True, False]


def fetching_slowly(gate):
    """A fetch of the far model that waits at a gate."""
    return lambda weights: gate() if weights.model == "far" else None


async def test_jobs_that_wait_for_files_take_no_slot():
    gate = Gate()
    async with running(ScriptedPainter(on_fetch=fetching_slowly(gate)), slots=1) as engine:
        task = begin(engine, work(1, far(1)))
        await until(lambda: engine.free_slots() == 1 and gate.reached.is_set())
        assert engine.fetching() == [1]
        assert len((await engine.render(work(2, recipe(2)), ignored)).pictures) == 1
        gate.open.set()
        assert len((await task).pictures) == 1


async def test_a_stop_does_not_wait_for_a_fetch():
    gate = Gate()
    async with running(ScriptedPainter(on_fetch=fetching_slowly(gate))) as engine:
        task = begin(engine, work(1, far(1)))
        await gate.come()
        assert await engine.stop(grace=PATIENCE)
        with pytest.raises(EngineStopped):
            await task
        gate.open.set()


async def test_a_cancel_does_not_wait_for_a_fetch():
    gate = Gate()
    async with running(ScriptedPainter(on_fetch=fetching_slowly(gate))) as engine:
        task = begin(engine, work(5, far(1)))
        await gate.come()
        engine.cancel(5)
        with pytest.raises(RenderCancelled):
            await task
        gate.open.set()


class SlowHub:
    """The hub on loopback, which holds the largest file back until the test lets it go."""

    def __init__(self, server):
        self.asked = threading.Event()
        self.let_go = threading.Event()
        server.before_file = self.hold

    def hold(self, path):
        if "unet/diffusion" in path:
            self.asked.set()
            self.let_go.wait(PATIENCE)


@pytest.fixture
def slow(server):
    made = SlowHub(server)
    yield made
    made.let_go.set()


def engine_on(catalogue, hub):
    return Engine(lambda: SdxlPainter(catalogue, device="cpu", bot_version="", hub=hub))


async def test_a_sketch_is_drawn_while_another_model_comes_from_the_hub(
    catalogue,
    slow,
    hub,
    stock,
):
    tiny = replace(catalogue.checkpoints["starter"], key="tiny", source="tiny/starter")
    both = Catalogue({**catalogue.checkpoints, "tiny": tiny}, "starter")
    engine = engine_on(both, hub)
    engine.start()
    try:
        await until(lambda: engine.status().state == "ready")
        task = begin(engine, work(1, order(model="tiny")))
        assert await asyncio.to_thread(slow.asked.wait, PATIENCE)
        await engine.render(work(2, order(seed=2)), ignored)
        assert not task.done()
        slow.let_go.set()
        [picture] = (await task).pictures
    finally:
        assert await engine.stop(grace=PATIENCE)
    assert (pixels_of(picture) == enlarged(stock.draw(order()), 4)).all()


async def test_a_lora_that_the_hub_does_not_have_fails_its_job_alone(
    catalogue,
    hub,
):
    starter = catalogue.checkpoints["starter"]
    wet = Adapter("wet", "tiny/parts", file="wet.safetensors")
    engine = engine_on(Catalogue({"starter": starter}, "starter", loras={"wet": wet}), hub)
    engine.start()
    try:
        task = begin(engine, work(1, order(loras=(Lora("wet", 1.0),))))
        await engine.render(work(2, order(seed=2)), ignored)
        with pytest.raises(AdapterLoadFailed, match=r"tiny/parts has no file wet\.safetensors"):
            await task
        assert engine.status().state == "ready"
    finally:
        assert await engine.stop(grace=PATIENCE)


async def test_a_default_model_on_a_hub_that_is_not_there_is_a_failed_engine(catalogue, tmp_path):
    tiny = replace(catalogue.checkpoints["starter"], key="tiny", source="tiny/starter")
    nowhere = Hub(endpoint="http://127.0.0.1:9", cache=tmp_path)
    engine = engine_on(Catalogue({"tiny": tiny}, "tiny"), nowhere)
    engine.start()
    try:
        with pytest.raises(ModelLoadFailed, match="could not be reached"):
            await engine.render(work(1, order(model="tiny")), ignored)
        assert engine.status().state == "failed"
    finally:
        assert await engine.stop(grace=PATIENCE)
