"""What members may write to add LoRAs, and what comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.checkpoint import Adapter, Catalogue, Checkpoint
from bot.model.errors import OutOfRange, UnknownOption
from bot.model.loras import parse_loras
from bot.model.planning import plan
from bot.model.recipe import Lora
from bot.model.request import ImageRequest

OWN = Adapter("owner/quick", "owner/quick", weight=0.7)
LORAS = {
    "pixel": Adapter("pixel", "a/pixel", weight=0.8),
    "ink": Adapter("ink", "a/ink"),
    "fog": Adapter("fog", "a/fog"),
    "wet": Adapter("wet", "a/wet"),
    "dots": Adapter("dots", "a/dots", family="tiny"),
}
CATALOGUE = Catalogue(
    checkpoints={
        "plain": Checkpoint("plain", "a/b"),
        "quick": Checkpoint("quick", "a/b", loras=(OWN,)),
    },
    default="plain",
    loras=LORAS,
)


def loras_of(text, model=None):
    request = ImageRequest("a cat", loras=parse_loras(text), model=model)
    return plan(request, CATALOGUE, seed=1).loras


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("", ()),
        ("ink", (("ink", None),)),
        ("pixel:0.8, ink", (("pixel", 0.8), ("ink", None))),
        (" Pixel : -1 ,ink:2,", (("pixel", -1.0), ("ink", 2.0))),
        ("ink:.5", (("ink", 0.5),)),
        ("ink:+1.", (("ink", 1.0),)),
    ],
)
def test_names_and_weights_are_read(text, wishes):
    assert parse_loras(text) == wishes


@pytest.mark.parametrize("text", ["ink:", "ink:much", "ink 0.8", ":1", "ink:nan", "ink:1e3", ":"])
def test_what_is_no_name_and_weight_is_refused_as_a_name_nobody_offers(text):
    with pytest.raises(UnknownOption) as refused:
        loras_of(text)
    assert refused.value.value == text
    assert refused.value.choices == ("pixel", "ink", "fog", "wet")


def test_a_lora_of_another_family_is_not_offered():
    with pytest.raises(UnknownOption, match="dots"):
        loras_of("dots")


def test_a_weight_that_is_left_out_is_the_lora_s_own():
    assert loras_of("pixel, ink") == (Lora("pixel", 0.8), Lora("ink", 1.0))


def test_a_weight_of_nothing_is_a_weight():
    assert loras_of("pixel:0") == (Lora("pixel", 0.0),)


def test_a_model_s_own_loras_come_first():
    assert loras_of("ink:0.5", "quick") == (Lora("owner/quick", 0.7), Lora("ink", 0.5))
    assert loras_of("", "quick") == (Lora("owner/quick", 0.7),)


def test_three_are_the_most_beside_the_model_s_own():
    assert len(loras_of("pixel, ink, fog", "quick")) == 4
    with pytest.raises(OutOfRange) as refused:
        loras_of("pixel, ink, fog, wet")
    assert (refused.value.value, refused.value.most) == (4, 3)


@pytest.mark.parametrize("weight", ["-1.1", "2.01", "300"])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(OutOfRange, match="weight of ink"):
        loras_of(f"pixel, ink:{weight}")


def test_the_last_word_on_a_lora_counts():
    assert loras_of("ink:0.2, ink:0.4") == (Lora("ink", 0.4),)


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=24)
weights = st.none() | st.floats(-1, 2).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(names, weights), max_size=4))
def test_what_is_written_plainly_is_read_back(wishes):
    text = ", ".join(key if one is None else f"{key}:{one:.3f}" for key, one in wishes)
    assert parse_loras(text) == tuple(wishes)


@given(st.text())
def test_any_text_is_read(text):
    assert all(name for name, _ in parse_loras(text))
