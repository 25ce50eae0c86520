"""The preview halfway looks like the picture that comes, not like the noise it comes from."""

import numpy as np
import pytest

from bot.model.schedulers import SCHEDULERS
from tests.imaging.conftest import levels
from tests.imaging.test_bits import order
from tests.imaging.test_painter import studio

__all__ = ["studio"]


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_halfway_the_preview_is_like_the_picture(studio, scheduler):
    previews = {}

    def between(step):
        previews[step.done / step.of] = levels(step.preview())

    drawn = levels(studio.draw(order(scheduler, steps=16), between).pixels)
    half = previews[min(previews, key=lambda share: abs(share - 0.5))]
    blocks = drawn.reshape(16, 8, 16, 8, 3).mean(axis=(1, 3))
    assert np.corrcoef(blocks.ravel(), half.ravel())[0, 1] > 0.7
