"""The `lora` option: what is suggested while a member types it."""

from dataclasses import replace

import pytest

from bot.model.checkpoint import Adapter
from bot.model.errors import AdapterLoadFailed, OutOfRange, UnknownOption
from bot.model.loras import parse_loras
from bot.model.recipe import Lora
from cogs import _errors, _sentences
from cogs._loras import suggested
from tests.cogs.test_sentences import JOB, PICTURE

OFFERED = {
    "pixel": Adapter("pixel", "a/pixel", title="Pixel art"),
    "ink": Adapter("ink", "a/ink"),
    "fog": Adapter("fog", "a/fog", title="Morning fog"),
}


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("", ["pixel", "ink", "fog"]),
        ("I", ["pixel", "ink", "fog"]),
        ("PIX", ["pixel"]),
        ("morning", ["fog"]),
        ("pixel:0.8, ", ["pixel:0.8, ink", "pixel:0.8, fog"]),
        ("pixel:0.8,in", ["pixel:0.8, ink", "pixel:0.8, fog"]),
        ("pixel, ink:2, f", ["pixel, ink:2, fog"]),
        ("pixel, ink, fog, ", []),
        ("zebra", []),
    ],
)
def test_the_last_name_is_completed_by_those_not_chosen_yet(typed, values):
    assert list(suggested(typed, OFFERED)) == values


def test_titles_show_what_is_already_there():
    assert suggested("ink:0.5, pix", OFFERED) == {"ink:0.5, pixel": "ink:0.5, Pixel art"}


def test_a_suggestion_can_be_read_back():
    (value,) = suggested("ink:0.5,  pix", OFFERED)
    assert parse_loras(value) == (("ink", 0.5), ("pixel", None))


def test_what_is_too_long_for_a_suggestion_is_not_suggested():
    assert suggested(f"{'x' * 96}, pix", OFFERED) == {}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OutOfRange("weight of ink", 3.0, -1, 2),
            "The weight of ink is 3: it must be from -1 to 2.",
        ),
        (OutOfRange("number of LoRAs", 4, 0, 3), "it must be from 0 to 3."),
        (UnknownOption("lora", "ink", ("fog",)), "Choose one of: fog."),
        (UnknownOption("lora", "ink", ()), "There is no lora “ink” here, nor any other."),
    ],
)
def test_a_wish_that_cannot_be_met_is_a_plain_sentence(error, said):
    assert said in _errors.sentence(error)


def test_a_lora_that_could_not_be_loaded_is_told_as_such():
    said = _errors.failure(replace(JOB, failure=AdapterLoadFailed.__name__))
    assert "one of its LoRAs could not be loaded" in said


def test_an_answer_names_the_loras():
    recipe = replace(PICTURE.recipe, loras=(Lora("ink", 0.5), Lora("fog", -1.0)))
    said = _sentences.answer(JOB, [replace(PICTURE, recipe=recipe)])
    assert "LoRA ink 0.5 · LoRA fog -1" in said
