"""The `lora` option: what is suggested while a member types it."""

import pytest

from bot.model.checkpoint import Adapter
from bot.model.loras import parse_loras
from cogs._loras import suggested

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
