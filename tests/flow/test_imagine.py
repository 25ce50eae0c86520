"""/imagine from the command to the picture, as members see it."""

import re
from copy import deepcopy

import pytest

from bot.sandbox.commands import COMMAND_KEYS
from bot.sandbox.errors import ClientRefusal
from tests.flow.house import answer_to, serving


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


async def test_the_channel_gets_the_image_its_seed_and_what_it_was_drawn_with(house):
    reply = await house.imagine("a red apple on a blue background", seed=11, steps=3)
    answer = await answer_to(reply)
    assert reply.acknowledged_ms < 3000
    for fact in ("a red apple on a blue background", "`11`", "3 steps", "model starter"):
        assert fact in answer.text
    assert re.search(r"Drawn in [\d.]+ s, waited [\d.]+ s · AI-generated", answer.text)
    (file,) = answer.files
    assert file.description == "AI-generated image. Prompt: a red apple on a blue background"
    assert house.picture(file).size == (512, 512)
    assert house.recipe(file)["seed"] == 11
    assert answer.mentioned == []


async def test_every_option_reaches_the_recipe(house):
    reply = await house.imagine(
        "a house",
        negative="blurry",
        aspect="1:1",
        seed=4294967295,
        steps=4,
        guidance=2.5,
        scheduler="DPM++ 2M Karras",
        style="pixel art",
        model="starter",
    )
    (file,) = (await answer_to(reply)).files
    recipe = house.recipe(file)
    assert "a house" in recipe["prompt"]
    assert "pixel art" in recipe["prompt"]
    assert recipe["negative_prompt"].startswith("blurry")
    assert (recipe["seed"], recipe["steps"], recipe["guidance_scale"]) == (4294967295, 4, 2.5)
    assert recipe["scheduler"] == "DPMSolverMultistepScheduler"
    assert recipe["scheduler_config"] == {"use_karras_sigmas": True}
    assert (recipe["width"], recipe["height"], recipe["display_scale"]) == (128, 128, 4)


async def test_a_seed_is_drawn_and_shown_where_none_is_given(house):
    first = (await answer_to(await house.imagine())).files[0]
    second = (await answer_to(await house.imagine())).files[0]
    assert house.recipe(first)["seed"] != house.recipe(second)["seed"]


async def test_the_same_seed_gives_the_same_pixels(house):
    first = (await answer_to(await house.imagine(seed=3))).files[0]
    second = (await answer_to(await house.imagine(seed=3))).files[0]
    assert house.picture(first).tobytes() == house.picture(second).tobytes()


async def test_four_images_come_in_one_answer_and_their_seeds_count_up(house):
    answer = await answer_to(await house.imagine(count=4, seed=20))
    assert [house.recipe(file)["seed"] for file in answer.files] == [20, 21, 22, 23]
    assert "`20`, `21`, `22`, `23`" in answer.text


async def test_a_private_image_is_seen_by_its_author_alone(house):
    reply = await house.imagine(private=True)
    answer = await answer_to(reply)
    assert answer.ephemeral
    assert answer.files
    assert all(one.id != answer.id for one in house.member("patron").messages())


async def test_a_spoiler_is_covered(house):
    (file,) = (await answer_to(await house.imagine(spoiler=True))).files
    assert file.filename.startswith("SPOILER_")


@pytest.mark.parametrize(
    "prompt",
    [
        "🦄🌈🔥" * 100,
        "صورة حصان أخضر",
        "@everyone look **here** <@&1> <#2> ||hidden|| https://example.org `code` ```block```",
        "\u202eright to left override",
        "x" * 1500,
        "# heading\n- list\n> quote",
    ],
)
async def test_a_prompt_of_any_kind_is_drawn_shown_as_it_is_and_pings_nobody(house, prompt):
    answer = await answer_to(await house.imagine(prompt))
    assert len(answer.files) == 1
    assert answer.mentioned == []
    assert not answer.json["mention_everyone"]
    assert answer.text.count("```") == 2
    assert house.recipe(answer.files[0])["prompt"] == prompt.strip()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("count", 5),
        ("count", 0),
        ("seed", -1),
        ("seed", 4294967296),
        ("steps", 61),
        ("guidance", 20.5),
        ("scheduler", "Magic"),
        ("prompt", "x" * 1501),
        ("negative", "x" * 1001),
    ],
)
async def test_an_option_out_of_range_does_not_leave_the_client(house, option, value):
    with pytest.raises(ClientRefusal):
        await house.member().slash("imagine", **{"prompt": "a cat", option: value})


async def test_a_value_that_an_old_form_of_the_command_lets_through_is_refused_in_private(house):
    old_form = deepcopy(house.sandbox.commands.listed(None))
    for command in old_form:
        for option in command.get("options", ()):
            option.pop("max_value", None)
    house.sandbox.commands.replace(None, [_as_given(command) for command in old_form])
    reply = await house.member().slash("imagine", prompt="a cat", count=9)
    said = await reply.followed_up()
    assert said.ephemeral
    assert "from 1 to 4" in said.text


async def test_a_command_that_the_bot_does_not_know_any_more_is_answered_in_private(house):
    old_form = deepcopy(house.sandbox.commands.listed(None))
    old_form[0]["name"] = "paint"
    house.sandbox.commands.replace(None, [_as_given(command) for command in old_form])
    reply = await house.member().slash("paint", prompt="a cat")
    said = await reply.finished()
    assert said.ephemeral
    assert "reload it" in said.text


def _as_given(command):
    """A registered command without what Discord added to it."""
    return {key: value for key, value in command.items() if key in COMMAND_KEYS}


@pytest.mark.parametrize(
    ("option", "value", "offered"),
    [("style", "inc", "pixel art"), ("model", "huge", "starter"), ("aspect", "16:9", "1:1")],
)
async def test_a_value_nobody_offers_is_refused_in_private_with_those_on_offer(
    house, option, value, offered
):
    reply = await house.imagine(**{option: value})
    refusal = await reply.followed_up()
    assert refusal.ephemeral
    assert f"“{value}”" in refusal.text
    assert offered in refusal.text
    assert reply.message is None


async def test_a_weight_that_cannot_be_drawn_is_refused_in_private(house):
    reply = await house.imagine("a (red apple:9) on a table")
    refusal = await reply.followed_up()
    assert refusal.ephemeral
    assert "“red apple” must come to 0 to 2" in refusal.text
    assert reply.message is None


async def test_a_weighted_prompt_is_drawn_and_its_recipe_says_by_whom_it_was_read(house):
    for prompt, encoder in (("a (red:1.4) apple", "compel"), ("a (red) apple :)", "stock")):
        (file,) = (await answer_to(await house.imagine(prompt))).files
        assert house.recipe(file)["prompt"] == prompt
        assert house.recipe(file)["prompt_encoder"] == encoder


async def test_suggestions_come_from_the_models_and_styles_on_offer(house):
    member = house.member()
    styles = await member.autocomplete("imagine", "style", "pix")
    models = await member.autocomplete("imagine", "model", "")
    aspects = await member.autocomplete("imagine", "aspect", "", model="starter")
    assert [one["value"] for one in styles] == ["pixel art"]
    assert "starter" in [one["value"] for one in models]
    assert [one["value"] for one in aspects] == ["1:1"]


async def test_the_command_is_for_servers_only(house):
    with pytest.raises(ClientRefusal):
        await house.sandbox.acting("member").slash("imagine", prompt="a cat")
