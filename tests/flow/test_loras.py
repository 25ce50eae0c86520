"""The `lora` option through the whole bot: where one is within reach, and where none is."""

import pytest

from bot.redraw import Redraw, again
from config.documents import Documents
from tests.flow.house import answer_to, serving, settings_for
from tests.imaging.low_rank import write_lora


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


@pytest.fixture
def with_ink(tmp_path):
    """What there is to draw with where a deployer has added a LoRA."""
    lora, table = write_lora(tmp_path / "ink.safetensors", seed=1), tmp_path / "loras.toml"
    table.write_text(f"[ink]\nsource = '{lora}'\nweight = 0.8\nfamily = 'starter'\n")
    return Documents(loras=table)


async def test_an_image_with_a_lora_is_drawn_again_with_every_pixel(sandbox, tmp_path, with_ink):
    async with serving(sandbox, tmp_path / "data", documents=with_ink) as house:
        assert await house.member().autocomplete("imagine", "lora", "in") != []
        inked, half, plain = [
            (await answer_to(await house.imagine(seed=3, **lora))).files[0]
            for lora in ({"lora": "ink"}, {"lora": "ink:0.4"}, {})
        ]
        assert [one["weight"] for one in house.recipe(half)["loras"]] == [0.4]
        pixels = {house.picture(one).convert("RGB").tobytes() for one in (inked, half, plain)}
        assert len(pixels) == 3
    for file in (inked, half):
        path, said = tmp_path / file.filename, []
        path.write_bytes(sandbox.attachment_bytes(file))
        await again(Redraw(path), settings_for(sandbox, tmp_path / "other"), said.append, with_ink)
        assert said[-1] == "equal: every pixel is the same"
