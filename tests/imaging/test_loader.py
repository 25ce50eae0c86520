"""What is remembered of loads that came to nothing, and what is logged of those that did not."""

import gc
import logging
import weakref

import pytest

from bot.imaging.loader import Fetching, Loader
from bot.imaging.painter import Weights
from bot.model.errors import ModelLoadFailed
from bot.model.recipe import Lora
from tests.imaging.scripted import InlinePool, ScriptedPainter

RETRY_AFTER = 60.0


AT_ONCE = (lambda _: None, RETRY_AFTER, lambda: 0.0, Fetching(InlinePool(), lambda _: None))


class Ring:
    """What holds itself, so that only a collection ends it."""

    def __init__(self):
        self.me = self


class Bench:
    """A loader, the painter whose LoRAs fail to load, and a clock that a test moves."""

    def __init__(self):
        self.now = 0.0
        self.tried = []
        painter = ScriptedPainter(on_load=self.load)
        self.loader = Loader(
            lambda: painter,
            lambda status: None,
            RETRY_AFTER,
            lambda: self.now,
            Fetching(InlinePool(), lambda files: None),
        )

    def load(self, weights):
        self.tried.append(weights)
        self.now += 1.5
        if weights.loras:
            raise ModelLoadFailed("ink", "It is not there.", "Put it there.")

    def fail(self, name, weight):
        with pytest.raises(ModelLoadFailed):
            self.loader.load(Weights("starter", (Lora(name, weight),)))


def test_another_weight_of_a_lora_that_failed_is_not_tried_at_once():
    bench = Bench()
    for weight in (1.0, 0.9, 0.8):
        bench.fail("ink", weight)
    assert len(bench.tried) == 1


def test_a_lora_that_failed_is_tried_again_later():
    bench = Bench()
    bench.fail("ink", 1.0)
    bench.now += RETRY_AFTER
    bench.fail("ink", 1.0)
    assert len(bench.tried) == 2


def test_a_failure_that_does_not_keep_from_trying_any_more_is_forgotten(caplog):
    bench = Bench()
    bench.fail("ink", 1.0)
    bench.fail("ink", 1.0)
    bench.now += RETRY_AFTER
    bench.fail("pixel", 1.0)
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    bench.fail("ink", 1.0)
    assert len(caplog.records) == 3  # it is logged anew, since nothing was known of it


def test_relief_finds_what_was_loaded_to_stay():
    held = []
    painter = ScriptedPainter(
        on_load=lambda _: held.append(Ring()), on_relieve=lambda: (held.clear(), gc.collect())
    )
    loader = Loader(lambda: painter, *AT_ONCE)
    loader.load(Weights("starter"))
    ring = weakref.ref(held[0])
    loader.relieve()
    assert ring() is None
    assert gc.get_freeze_count() > 0
    gc.unfreeze()


def test_a_load_is_logged_with_its_name_and_its_seconds(caplog):
    caplog.set_level(logging.INFO)
    Bench().loader.load(Weights("starter"))
    assert "loaded starter in 1.5 s" in caplog.text
