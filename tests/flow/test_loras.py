"""The `lora` option through the whole bot, where no LoRA is within reach."""

import pytest

from tests.flow.house import answer_to, serving


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


async def test_a_lora_that_nobody_offers_is_refused_by_name(house):
    answer = await answer_to(await house.imagine(lora=" , "))
    assert house.recipe(answer.files[0])["loras"] == []
    for wish in ("ink", "pixel:0.8, ink", "@everyone:2"):
        reply = await house.imagine(lora=wish)
        refusal = await reply.followed_up()
        assert refusal.ephemeral
        assert f"There is no lora “{wish.partition(':')[0]}” here, nor any other." in refusal.text
        assert reply.message is None
    # Without a card nothing is on offer that would have to be fetched.
    assert await house.member().autocomplete("imagine", "lora", "pix") == []
