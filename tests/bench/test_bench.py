"""`python -m bot bench`, as a process of its own and by its parts."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bot.bench.members import CHANNEL, MOST, crowded_world
from bot.bench.suite import MEASURES
from bot.bench.workshop import Workshop
from bot.equipment import PROJECT
from bot.imaging.sdxl.measures import Anatomy, StockPipeline, build_random, write_random
from bot.model.checkpoint import Catalogue, Checkpoint

STARTER = PROJECT / "bot/imaging/starter"


async def bench(*arguments):
    """Exit code, output and complaints of the command."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "bench", *arguments),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_a_quick_run_prints_its_figures_and_writes_them(tmp_path):
    report = tmp_path / "figures.json"
    code, printed, complaints = await bench(
        "--quick", "--only", "overhead", "cancel", "--json", str(report)
    )
    assert (code, complaints) == (0, "")
    assert "one image, ours over a bare diffusers call" in printed
    written = json.loads(report.read_text("utf-8"))
    assert [section["name"] for section in written["sections"]] == ["overhead", "cancel"]
    assert written["machine"]["cores"].isdigit()
    assert written["machine"]["model"].startswith("starter")
    figures = {one["name"]: one for section in written["sections"] for one in section["figures"]}
    assert 0 < figures["one image, ours over a bare diffusers call"]["value"] < 100
    assert figures["steps that end after a cancel, the most"]["met"]
    assert figures["pictures decoded in vain"]["value"] == 0


async def test_a_measurement_nobody_knows_is_refused_with_those_on_offer():
    code, _, complaints = await bench("--only", "speed", "luck")
    assert code == 1
    assert "luck is none of" in complaints
    assert all(name in complaints for name in MEASURES)


async def test_a_device_that_is_not_there_is_a_plain_sentence():
    absent = "mps" if torch.cuda.is_available() else "cuda"
    code, _, complaints = await bench("--device", absent, "--only", "cancel")
    assert code == 1
    assert f"DEVICE asks for {absent}" in complaints


async def test_every_measurement_is_named_in_the_help():
    code, printed, _ = await bench("--help")
    assert code == 0
    assert ", ".join(MEASURES) in " ".join(printed.split())


def test_the_members_are_in_the_server_they_type_in():
    world = crowded_world()
    guild = world.guild_of(world.channel_named(CHANNEL))
    assert sum(member.user.username.startswith("member-") for member in guild.members.values()) == (
        MOST
    )


def test_a_sketch_of_a_member_costs_a_step_the_lag_is_told_in(tmp_path):
    checkpoint = Checkpoint(key="small", source=str(STARTER), native_size=128, aspects=("1:1",))
    shop = Workshop(Catalogue({"small": checkpoint}, "small"), "cpu", tmp_path, True)
    sketch = shop.sketch(10)
    assert (sketch.width, sketch.height, sketch.evaluations) == (64, 64, 10)
    assert shop.lag_for(sketch) == pytest.approx(240 * sketch.megapixels)
    assert shop.sketch(120).passes == 120


def test_the_random_model_has_the_size_of_the_real_one():
    with torch.device("meta"):
        models = build_random(Anatomy())
    sizes = {name: sum(one.numel() for one in model.parameters()) for name, model in models.items()}
    assert sizes == {
        "unet": 2_567_463_684,
        "vae": 83_653_863,
        "text_encoder": 123_060_480,
        "text_encoder_2": 694_659_840,
    }


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    anatomy = Anatomy(
        unet={
            **Anatomy().unet,
            "sample_size": 16,
            "block_out_channels": (32, 32, 64),
            "transformer_layers_per_block": (1, 1, 1),
            "attention_head_dim": (2, 2, 4),
            "cross_attention_dim": 64,
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + 32,
        },
        vae={**Anatomy().vae, "sample_size": 128, "block_out_channels": (32, 32, 32, 32)},
        text_encoder=_words(32, 32),
        text_encoder_2=_words(32, 32),
    )
    folder: Path = tmp_path_factory.mktemp("random") / "model"
    return write_random(folder, anatomy, tokenizers=STARTER, device="cpu", seed=1)


def _words(hidden, projection):
    return {
        "hidden_size": hidden,
        "intermediate_size": 2 * hidden,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "projection_dim": projection,
    }


async def test_a_model_of_random_weights_is_loaded_and_drawn_with_like_any_other(tiny, tmp_path):
    checkpoint = Checkpoint(key="tiny", source=str(tiny), native_size=128, steps=2)
    shop = Workshop(Catalogue({"tiny": checkpoint}, "tiny"), "cpu", tmp_path, True)
    section = await MEASURES["speed"](shop)
    values = {figure.name: figure.value for figure in section.figures}
    assert values["seconds an image"] > 0
    assert values["counted FLOPs of a step"] > 0


def test_guidance_doubles_the_flops_of_a_step(tiny, tmp_path):
    checkpoint = Checkpoint(key="tiny", source=str(tiny), native_size=128, steps=2)
    shop = Workshop(Catalogue({"tiny": checkpoint}, "tiny"), "cpu", tmp_path, True)
    stock = StockPipeline(checkpoint, "cpu")
    guided = shop.image()
    plain = replace(guided, guidance_scale=1.0)
    assert stock.flops_of_a_step(guided) == 2 * stock.flops_of_a_step(plain) > 0
