"""What a stranger's recipe may say of its source, its variation and its enlargement."""

from dataclasses import replace

import pytest

from bot.model.beginnings import beginning_objections
from bot.model.deriving import upscaled, varied
from tests.fakes import recipe
from tests.model.test_planning import SMALL

SHA = "0123456789abcdef" * 4
PLAIN = recipe()
PICTURE = replace(PLAIN, source={"sha256": SHA}, strength=0.6)
PARENT = {"job": 12, "image": 1}
VARIED = varied(PLAIN, amount="subtle", seed=9, source=PARENT)
TWICE = varied(VARIED, amount="strong", seed=8, source=PARENT)
LARGER = upscaled(PLAIN, factor=2, source={"sha256": SHA, **PARENT}, checkpoint=SMALL)

TILED = {"factor": 2, "tile": 128, "overlap": 32, "prompt": ""}


def said(changed):
    return " ".join(beginning_objections(changed))


@pytest.mark.parametrize("lawful", [PLAIN, PICTURE, VARIED, TWICE, LARGER])
def test_what_the_bot_itself_makes_may_be_drawn_again(lawful):
    assert said(lawful) == ""


def nested(depth):
    return {"seed": 1, "amount": 0.1, **({"of": nested(depth - 1)} if depth > 1 else {})}


@pytest.mark.parametrize(
    ("base", "changes", "word"),
    [
        (PLAIN, {"source": {"path": "/etc/passwd"}}, "SHA-256"),
        (PICTURE, {"source": {"sha256": "../../../etc/passwd"}}, "SHA-256"),
        (PICTURE, {"source": {"sha256": SHA.upper()}}, "SHA-256"),
        (PICTURE, {"strength": None}, "strength"),
        (PLAIN, {"strength": 0.5}, "strength"),
        (PICTURE, {"strength": 1.5}, "strength"),
        (PICTURE, {"strength": float("nan")}, "strength"),
        (PICTURE, {"strength": "0.6"}, "strength"),
        (PICTURE, {"strength": 0.1, "steps": 3}, "one of the steps"),
        (PLAIN, {"variation": {}}, "variation"),
        (PLAIN, {"variation": {"seed": 1, "amount": 2}}, "variation"),
        (PLAIN, {"variation": {"seed": -1, "amount": 0.1}}, "variation"),
        (PLAIN, {"variation": {"seed": 1.5, "amount": 0.1}}, "variation"),
        (PLAIN, {"variation": {"seed": 1, "amount": 0.1, "of": "noise"}}, "variation"),
        (PLAIN, {"variation": nested(9)}, "variation"),
        (PLAIN, {"variation": nested(500)}, "variation"),
        (LARGER, {"upscale": TILED | {"factor": 3}}, "enlargement"),
        (LARGER, {"upscale": TILED | {"tile": 8, "overlap": 1}}, "enlargement"),
        (LARGER, {"upscale": TILED | {"tile": 100}}, "enlargement"),
        (LARGER, {"upscale": TILED | {"overlap": 128}}, "enlargement"),
        (LARGER, {"upscale": TILED | {"tile": 128.0}}, "enlargement"),
        (LARGER, {"upscale": TILED | {"prompt": None}}, "enlargement"),
        (LARGER, {"upscale": TILED | {"prompt": "x" * 5000}}, "enlargement"),
        (LARGER, {"upscale": {"factor": 2}}, "enlargement"),
        (LARGER, {"upscale": {}}, "enlargement"),
        (LARGER, {"source": None, "strength": None}, "enlargement"),
        (LARGER, {"variation": {"seed": 1, "amount": 0.1}}, "enlargement"),
    ],
)
def test_what_no_member_could_have_asked_for_is_not_drawn(base, changes, word):
    assert word in said(replace(base, **changes))
