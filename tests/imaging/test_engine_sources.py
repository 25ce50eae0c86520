"""The pictures that images begin with, on their way into the engine."""

import io
import threading

import pytest
from PIL import Image

from bot.imaging.painter import Pixels
from bot.model.errors import RenderCancelled, RenderError, StorageError
from tests.imaging.scripted import ScriptedPainter, recipe, work
from tests.imaging.test_engine import Gate, begin, ignored, running


def picture():
    file = io.BytesIO()
    Image.new("RGB", (40, 20), (255, 0, 0)).save(file, "PNG")
    return file.getvalue()


def derived(seed=1):
    return recipe(seed, source={"sha256": "x"}, strength=0.5)


async def test_the_painter_is_given_the_picture_in_the_recipes_size_read_off_the_loop():
    given, threads = [], []

    class Attentive(ScriptedPainter):
        def draw(self, recipe, between, source=None):
            given.append(source)
            return super().draw(recipe, between, source)

    def read(sha256):
        threads.append(threading.current_thread())
        return picture()

    async with running(Attentive(), read_source=read) as engine:
        await engine.render(work(1, derived(1), derived(2)), ignored)
        await engine.render(work(2, recipe(3)), ignored)
    assert given == [Pixels(128, 128, b"\xff\0\0" * 128 * 128)] * 2 + [None]
    assert len(threads) == 1
    assert threading.main_thread() not in threads


async def test_a_job_that_is_cancelled_while_its_picture_is_read_is_never_drawn():
    gate, painter = Gate(), ScriptedPainter()

    def read(sha256):
        gate()
        return picture()

    async with running(painter, read_source=read) as engine:
        task = begin(engine, work(1, derived()))
        await gate.come()
        engine.cancel(1)
        gate.open.set()
        with pytest.raises(RenderCancelled):
            await task
        await engine.render(work(2, recipe(2)), ignored)
    assert 1 not in painter.steps()


async def test_a_job_whose_picture_is_being_read_takes_a_slot():
    gate = Gate()

    def read(sha256):
        gate()
        return picture()

    async with running(ScriptedPainter(), read_source=read, slots=2) as engine:
        task = begin(engine, work(1, derived()))
        await gate.come()
        assert engine.free_slots() == 1
        gate.open.set()
        await task
        assert engine.free_slots() == 2


@pytest.mark.parametrize(
    ("file", "kind"), [(b"GIF89a", RenderError), (None, StorageError)], ids=["damaged", "missing"]
)
async def test_a_picture_that_cannot_be_read_fails_its_job_alone(file, kind):
    def read(sha256):
        if file is None:
            raise StorageError("It is not there.", "Look for it.")
        return file

    async with running(ScriptedPainter(), read_source=read) as engine:
        with pytest.raises(kind):
            await engine.render(work(1, derived()), ignored)
        assert (await engine.render(work(2, recipe(2)), ignored)).pictures
