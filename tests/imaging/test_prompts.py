"""Plain prompts as the bare library reads them; weighted and long ones whole, by compel."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from compel import CompelForSDXL
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.imaging.files import STARTER
from bot.imaging.painter import Pixels
from bot.imaging.sdxl.call import arguments_of, pipeline_for
from bot.imaging.sdxl.loading import load
from bot.imaging.sdxl.prompts import Conditioner, visiting
from bot.model.checkpoint import Checkpoint
from bot.model.errors import RenderError, UnknownOption
from bot.model.recipe import Lora
from bot.model.schedulers import SCHEDULERS
from tests.imaging.conftest import levels
from tests.imaging.test_bits import drawn_again, order
from tests.imaging.test_derived import PHOTO, derived
from tests.imaging.test_painter import Studio

CPU = torch.device("cpu")
LABELS = tuple(SCHEDULERS)
LONG = " ".join(["a red fish and a blue bird in the snow,"] * 9)
"""Longer than one window of 77 tokens."""


@pytest.fixture(scope="module")
def studio(catalogue):
    made = Studio(catalogue)
    yield made
    made.on_thread(made.painter.close)
    made.thread.shutdown()


@pytest.fixture
def conditioner(stock):
    with torch.inference_mode():
        yield Conditioner(stock.pipeline, CPU)


@contextmanager
def passes_of(pipeline):
    """How many passes the second text encoder takes, as a list that grows."""
    seen = []
    handle = pipeline.text_encoder_2.register_forward_hook(lambda *_: seen.append(1))
    try:
        yield seen
    finally:
        handle.remove()


def tokens_of(conditioning):
    return conditioning.arguments["prompt_embeds"]


@pytest.mark.parametrize(
    "prose",
    [
        "a (very) big red fish",
        "two cats :) in the ((snow))",
        "a fish (16:9)",
        "fish++ -- \"bird\" [snow] (a, b).and() .blend(1, 2) 'x'.swap(y)",
        r"a \(fish:1.3\)",
        "cat " * 75,
        "",
    ],
)
def test_prose_keeps_the_pixels_of_the_bare_library(studio, stock, prose):
    recipe = order(prompt=prose, negative_prompt="(blurry)", steps=2)
    drawn = studio.draw(recipe)
    assert (levels(drawn.pixels) == stock.draw(recipe)).all()
    assert drawn.completed().prompt_encoder == "stock"
    assert "compel" not in drawn.completed().versions


@pytest.mark.parametrize("weighted", ["a (red:1.4) fish", "a (red:0.3) fish", "a red (fish:0)"])
def test_a_weight_changes_the_picture_and_the_recipe_says_who_read_it(studio, weighted):
    plain = studio.draw(order(prompt="a red fish", steps=2))
    drawn = studio.draw(order(prompt=weighted, steps=2))
    assert (levels(drawn.pixels) != levels(plain.pixels)).any()
    assert drawn.completed().prompt_encoder == "compel"
    assert drawn.completed().versions["compel"] == "2.5.1"


def test_a_weight_of_one_is_read_by_compel_and_changes_no_pixel(studio):
    plain = studio.draw(order(prompt="a red fish", steps=2))
    drawn = studio.draw(order(prompt="a (red:1.0) fish", steps=2))
    assert drawn.pixels == plain.pixels
    assert drawn.completed().prompt_encoder == "compel"


def test_a_weight_in_the_negative_prompt_counts_and_leaves_the_prompt_to_the_stock_way(conditioner):
    plain = conditioner.condition(order(negative_prompt="a blurry bird"))
    weighted = conditioner.condition(order(negative_prompt="a (blurry:1.5) bird"))
    assert (plain.encoder, weighted.encoder) == ("stock", "compel")
    assert tokens_of(plain) is tokens_of(weighted)
    name = "negative_prompt_embeds"
    assert not torch.equal(plain.arguments[name], weighted.arguments[name])


@pytest.mark.parametrize("field", ["prompt", "negative_prompt"])
def test_the_last_word_of_a_long_prompt_is_read(studio, field):
    words = ["fish"] * 149
    pictures = []
    for last in ("red", "blue"):
        drawn = studio.draw(order(**{field: " ".join([*words, last])}, steps=2))
        assert drawn.completed().prompt_encoder == "compel"
        pictures.append(levels(drawn.pixels))
    assert (pictures[0] != pictures[1]).any()


def test_one_token_more_than_the_stock_way_reads_is_for_compel(conditioner):
    for words, encoder in ((75, "stock"), (76, "compel")):
        assert conditioner.condition(order(prompt="fish " * words)).encoder == encoder


def test_compels_own_reader_of_sdxl_gives_the_same_for_what_both_can_write(conditioner, stock):
    theirs = CompelForSDXL(stock.pipeline)
    for ours, compels in (
        ("a (red fish:1.3) in snow", "a (red fish)1.3 in snow"),
        ("a (red (big:1.5) fish:0.5)", "a (red (big)1.5 fish)0.5"),
        (LONG, LONG),
    ):
        assert torch.equal(
            tokens_of(conditioner.condition(order(prompt=ours))), theirs(compels).embeds
        )


def test_the_pooled_embedding_is_that_of_the_words_without_their_weights(conditioner):
    plain, weighted = (
        conditioner.condition(order(prompt=prompt)).arguments["pooled_prompt_embeds"]
        for prompt in ("a red fish", "a (red:1.5) fish")
    )
    assert torch.equal(plain, weighted)


def test_without_a_negative_prompt_guidance_starts_from_zeros_as_in_the_stock_way(conditioner):
    arguments = conditioner.condition(order(prompt=f"({LONG}:1.2)")).arguments
    for name in ("prompt_embeds", "pooled_prompt_embeds"):
        assert arguments[f"negative_{name}"].shape == arguments[name].shape
        assert not arguments[f"negative_{name}"].any()


def test_where_the_checkpoint_asks_for_no_zeros_it_starts_from_no_words():
    pipeline = load(Checkpoint(key="starter", source=str(STARTER)), torch.float32).pipeline
    pipeline.register_to_config(force_zeros_for_empty_prompt=False)
    with torch.inference_mode():
        arguments = Conditioner(pipeline, CPU).condition(order()).arguments
        _, expected, _, pooled = pipeline.encode_prompt("a fish", device="cpu")
    assert torch.equal(arguments["negative_prompt_embeds"], expected)
    assert torch.equal(arguments["negative_pooled_prompt_embeds"], pooled)


@pytest.mark.parametrize(
    ("prompt", "negative"), [(LONG, "blurry"), ("a fish", LONG), (LONG, LONG * 2)]
)
def test_prompt_and_negative_prompt_become_equally_long(conditioner, prompt, negative):
    arguments = conditioner.condition(order(prompt=prompt, negative_prompt=negative)).arguments
    one, other = arguments["prompt_embeds"], arguments["negative_prompt_embeds"]
    assert one.shape == other.shape
    assert one.shape[1] % 77 == 0
    assert one.shape[1] > 77


def test_without_guidance_the_negative_prompt_is_not_read(conditioner):
    given_ = conditioner.condition(order(negative_prompt=f"({LONG}:1.5)", guidance_scale=1.0))
    assert given_.encoder == "stock"
    assert "negative_prompt_embeds" not in given_.arguments


def test_a_recipe_that_says_stock_is_read_so_even_where_it_looks_weighted(studio, stock):
    recipe = order(prompt="a (red:1.5) fish", prompt_encoder="stock", steps=2)
    drawn = studio.draw(recipe)
    assert (levels(drawn.pixels) == stock.draw(recipe)).all()
    assert drawn.completed().prompt_encoder == "stock"


def test_a_recipe_that_would_be_cut_is_not_drawn(studio):
    with pytest.raises(RenderError, match="longer than"):
        studio.draw(order(prompt=LONG, prompt_encoder="stock"))


def test_an_encoder_that_nobody_knows_is_named(studio):
    with pytest.raises(UnknownOption):
        studio.draw(order(prompt_encoder="stock, the first 75 of 90 tokens"))


@pytest.mark.parametrize("prompt", ["a (red:1.5) fish", LONG, f"{LONG} (snow:0.4)"])
def test_a_completed_recipe_is_drawn_again_with_the_same_pixels(studio, prompt):
    first = studio.draw(order("Euler a", prompt=prompt, negative_prompt="(blurry:1.2)", steps=3))
    studio.painter.relieve()
    again = studio.draw(first.completed())
    assert again.pixels == first.pixels
    assert again.completed() == first.completed()


def test_weighted_and_plain_jobs_in_flight_together_do_not_touch_each_other(catalogue):
    prompts = ["a red fish", "a (red:1.5) fish", "a (red:0.5) fish", LONG]
    jobs = [
        [order(label, prompt=prompt, guidance_scale=guidance, steps=3)]
        for label, guidance in (("Euler a", 5.0), ("DPM++ 2M Karras", 1.0))
        for prompt in prompts
    ]
    together = drawn_again(catalogue, *jobs)
    [alone] = drawn_again(catalogue, [recipe for [recipe] in jobs])
    for rendered, picture in zip(together, alone.pictures, strict=True):
        assert rendered.pictures[0].png == picture.png


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_embeddings_that_were_kept_change_no_pixel(studio, stock, label, guidance):
    recipe = order(
        label,
        prompt=f"a (red:1.4) fish, (fog:0.5) {LONG}",
        negative_prompt="blurry",
        guidance_scale=guidance,
        steps=2,
    )
    studio.on_thread(studio.painter.relieve)
    missed, hit = studio.draw(recipe), studio.draw(recipe)
    with torch.inference_mode():
        never_kept = Conditioner(stock.pipeline, CPU, room=0).condition(recipe)
        [image] = pipeline_for(stock.pipeline, recipe)(
            **{**arguments_of(recipe), **never_kept.arguments}
        ).images
    assert (levels(missed.pixels) == np.asarray(image)).all()
    assert missed.pixels == hit.pixels


@pytest.mark.parametrize("prompt", ["a (red:1.4) fish", LONG])
def test_a_picture_to_begin_with_goes_with_any_words(studio, stock, prompt):
    recipe = derived("Euler a", prompt=prompt, steps=4)
    source = Pixels(128, 128, PHOTO.resize((128, 128)).tobytes())
    drawn = studio.on_thread(studio.painter.draw, recipe, lambda _: None, source)
    theirs = CompelForSDXL(stock.pipeline)(prompt.replace("(red:1.4)", "(red)1.4")).embeds
    with torch.inference_mode():
        words = Conditioner(stock.pipeline, CPU).condition(recipe).arguments
        pipeline = pipeline_for(stock.pipeline, recipe)
        arguments = {**arguments_of(recipe, source), **words, "prompt_embeds": theirs}
        [image] = pipeline(**arguments).images
    assert (levels(drawn.pixels) == np.asarray(image)).all()


def test_what_was_encoded_once_needs_neither_the_encoders_nor_their_move(stock):
    moves = []

    @contextmanager
    def present():
        moves.append("there")
        yield
        moves.append("back")

    recipe = order(prompt="a (red:1.4) fish", negative_prompt=LONG)
    with torch.inference_mode(), passes_of(stock.pipeline) as passes:
        conditioner = Conditioner(stock.pipeline, CPU, present=present)
        first = conditioner.condition(recipe)
        taken = len(passes)
        second = conditioner.condition(replace(recipe, seed=8, steps=9))
    assert taken > 0
    assert len(passes) == taken
    assert moves == ["there", "back"] * (len(moves) // 2)
    for name, value in first.arguments.items():
        assert second.arguments[name] is value or torch.equal(second.arguments[name], value)


def test_adapters_are_never_given_each_others_embeddings(stock, conditioner):
    with passes_of(stock.pipeline) as passes:
        for count, loras in enumerate([(), (Lora("a", 1.0),), (Lora("a", 0.5),), ()]):
            conditioner.condition(order(loras=loras))
            assert len(passes) == min(count + 1, 3)


def test_forgetting_is_encoding_again(stock, conditioner):
    with passes_of(stock.pipeline) as passes:
        conditioner.condition(order())
        conditioner.forget()
        conditioner.condition(order())
    assert len(passes) == 2


class Guest(torch.nn.Module):
    """Says where it was sent."""

    def __init__(self):
        super().__init__()
        self.places = []

    def to(self, device):
        self.places.append(str(device))


def test_encoders_that_visit_the_device_leave_it_however_it_went():
    guests = [Guest(), Guest()]

    def fail():
        with visiting(guests, torch.device("cuda")):
            assert [guest.places for guest in guests] == [["cuda"], ["cuda"]]
            raise RenderError

    with pytest.raises(RenderError):
        fail()
    assert [guest.places for guest in guests] == [["cuda", "cpu"], ["cuda", "cpu"]]


def test_words_that_count_for_nothing_stay_numbers_in_half_precision():
    pipeline = load(Checkpoint(key="starter", source=str(STARTER)), torch.float16).pipeline
    recipe = order(prompt="(a:0) red ((fish:2) (!!:1.5):0.5)", negative_prompt=f"(x:0.01) {LONG}")
    with torch.inference_mode():
        arguments = Conditioner(pipeline, CPU).condition(recipe).arguments
    for name in ("prompt_embeds", "negative_prompt_embeds"):
        assert arguments[name].dtype == torch.float16
        assert arguments[name].isfinite().all()


PARTS = st.tuples(
    st.text(max_size=20)
    | st.sampled_from(
        ["!", "!!", "<|endoftext|>", "<|startoftext|> a", "\x00", "🐎", "fish " * 80]
    ),
    st.sampled_from(["0", "0.5", "1", "1.5", "2"]),
)


@settings(max_examples=30)
@given(st.lists(PARTS, max_size=5), st.text(max_size=20))
def test_any_words_with_any_weights_become_numbers(stock, parts, rest):
    clean = str.maketrans("", "", "\\()")
    weights = "".join(f"({text.translate(clean)}:{weight})" for text, weight in parts)
    recipe = order(prompt=weights + rest, negative_prompt="(x:0.5)")
    with torch.inference_mode():
        arguments = Conditioner(stock.pipeline, CPU).condition(recipe).arguments
    for name in ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds"):
        assert arguments[name].isfinite().all()
    assert arguments["prompt_embeds"].shape == arguments["negative_prompt_embeds"].shape
