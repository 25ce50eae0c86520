"""Painters for bots that are to fall: the real one with poison in it, and a quick sketcher."""

import os
import signal
from collections.abc import Callable
from typing import Any

from bot.imaging.painter import Between, Drawn, Painter, Pixels, Step
from bot.model.recipe import Recipe
from bot.wiring import Painters
from tests.imaging.scripted import ScriptedPainter

POISON = "poison"
"""The word in a prompt that the process does not survive."""
DEADLY_STEP = 2


class Poisoned:
    """A painter that kills its process in the steps of prompts with poison in them."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    def __getattr__(self, name: str) -> Any:
        """Everything else is the painter's own."""
        return getattr(self._painter, name)

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """Draw, or die in the middle of a step."""

        def checked(step: Step) -> None:
            if step.done == DEADLY_STEP and POISON in recipe.prompt:
                os.kill(os.getpid(), signal.SIGKILL)
            between(step)

        return self._painter.draw(recipe, checked, source)


def poisoned(painters: Painters) -> Painters:
    """The painters that these make, with poison in them."""

    def factory(*given: Any, **options: Any) -> Callable[[], Painter]:
        build = painters(*given, **options)
        return lambda: Poisoned(build())

    return factory


def sketching(*_: Any, **__: Any) -> Callable[[], Painter]:
    """A painter that needs no checkpoint and draws a few grey pixels."""
    return ScriptedPainter
