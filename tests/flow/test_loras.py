"""The `lora` option through the whole bot, where no LoRA is within reach."""

import pytest

from tests.flow.house import answer_to, serving


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


@pytest.mark.parametrize("wish", ["ink", "pixel:0.8, ink", "@everyone:2"])
async def test_a_lora_that_nobody_offers_is_refused_by_name(house, wish):
    reply = await house.imagine(lora=wish)
    refusal = await reply.followed_up()
    assert refusal.ephemeral
    assert f"There is no lora “{wish.partition(':')[0]}” here, nor any other." in refusal.text
    assert reply.message is None


async def test_without_a_card_nothing_is_suggested_that_would_have_to_be_fetched(house):
    assert await house.member().autocomplete("imagine", "lora", "pix") == []


async def test_an_option_that_names_none_is_as_if_it_were_left_out(house):
    answer = await answer_to(await house.imagine(lora=" , "))
    assert house.recipe(answer.files[0])["loras"] == []
