"""How modules lie and compute: the pixels of a stock pipeline that was set up the same way."""

import logging
from dataclasses import replace

import pytest
import torch

from bot.imaging.files import STARTER
from bot.imaging.memory import MemoryPolicy, Resources
from bot.imaging.painter import Weights
from bot.imaging.sdxl.arrangement import Arrangement
from bot.imaging.sdxl.shelf import Shelf, bytes_of
from bot.model.checkpoint import Adapter, Catalogue
from bot.model.recipe import Lora
from tests.imaging.conftest import Stock, levels
from tests.imaging.low_rank import write_lora
from tests.imaging.test_bits import order
from tests.imaging.test_painter import Studio

CPU = torch.device("cpu")
QUICK = MemoryPolicy(channels_last=True, fused_qkv=True)


def set_up_the_same_way():
    """What the README says stock means on a card."""
    stock = Stock(STARTER)
    stock.pipeline.unet.to(memory_format=torch.channels_last)
    stock.pipeline.vae.to(memory_format=torch.channels_last)
    stock.pipeline.unet.fuse_qkv_projections()
    return stock


def arranged(policy=QUICK, **options):
    stock = Stock(STARTER)
    arrangement = Arrangement(CPU, policy, **options)
    arrangement.place(stock.pipeline)
    return arrangement, stock


def test_quick_pixels_are_those_of_a_stock_pipeline_set_up_the_same_way():
    arrangement, ours = arranged()
    arrangement.quicken(ours.pipeline.unet)
    assert arrangement.of(ours.pipeline.unet) == ", channels last, fused QKV"
    for recipe in (order(), order("Euler a", guidance_scale=1.0, seed=3)):
        assert (ours.draw(recipe) == set_up_the_same_way().draw(recipe)).all()


def test_a_plain_unet_is_as_it_was_loaded(stock):
    arrangement, ours = arranged(MemoryPolicy(fused_qkv=True))
    unet = ours.pipeline.unet
    before, size = set(unet.state_dict()), bytes_of(ours.pipeline)
    arrangement.quicken(unet)
    assert bytes_of(ours.pipeline) > size
    arrangement.plain(unet)
    assert set(unet.state_dict()) == before
    assert bytes_of(ours.pipeline) == size
    assert arrangement.of(unet) == ""
    assert (ours.draw(order()) == stock.draw(order())).all()


def test_quickening_twice_is_quickening_once():
    arrangement, ours = arranged()
    for _ in range(2):
        arrangement.quicken(ours.pipeline.unet)
    size = bytes_of(ours.pipeline)
    arrangement.plain(ours.pipeline.unet)
    arrangement.quicken(ours.pipeline.unet)
    assert bytes_of(ours.pipeline) == size
    assert (ours.draw(order()) == set_up_the_same_way().draw(order())).all()


def test_a_lora_has_its_effect_where_projections_were_fused(starter, tmp_path):
    ink = Adapter("ink", str(write_lora(tmp_path / "ink.safetensors", 1)), family="starter")
    catalogue = Catalogue(
        {"starter": replace(starter, family="starter")}, "starter", {}, {"ink": ink}
    )
    shelf = Shelf(catalogue, CPU, QUICK, Arrangement(CPU, QUICK), 10**12)
    stock = Stock(STARTER)
    stock.pipeline.unet.to(memory_format=torch.channels_last)
    stock.pipeline.vae.to(memory_format=torch.channels_last)
    stock.pipeline.load_lora_weights(ink.source)
    with torch.inference_mode():
        assert shelf.take(Weights("starter")).circumstances == ", channels last, fused QKV"
        taken = shelf.take(Weights("starter", (Lora("ink", 1.0),)))
        assert taken.circumstances == ", channels last"
        ours = Stock(STARTER, taken.model.pipeline)
        assert (ours.draw(order()) == stock.draw(order())).all()
        assert shelf.take(Weights("starter")).circumstances == ", channels last, fused QKV"
        assert (ours.draw(order()) == set_up_the_same_way().draw(order())).all()
    shelf.close()


def test_the_blocks_are_compiled_where_that_is_asked_for(caplog):
    compiled = []

    def backend(graph, inputs):
        compiled.append(graph)
        return graph.forward

    arrangement, ours = arranged(MemoryPolicy(), compiled=True, backend=backend)
    with torch.inference_mode(), caplog.at_level(logging.INFO):
        arrangement.quicken(ours.pipeline.unet)
    assert compiled
    assert arrangement.of(ours.pipeline.unet) == ", compiled"
    assert "compiled the UNet" in caplog.text
    arrangement.plain(ours.pipeline.unet)
    assert arrangement.of(ours.pipeline.unet) == ""
    torch.compiler.reset()


def test_where_compiling_fails_it_is_drawn_without_and_the_log_says_so(caplog, stock):
    def backend(graph, inputs):
        raise RuntimeError("no compiler here")

    arrangement, ours = arranged(MemoryPolicy(), compiled=True, backend=backend)
    with torch.inference_mode():
        arrangement.quicken(ours.pipeline.unet)
    assert "compiling failed" in caplog.text
    assert "no compiler here" in caplog.text
    assert arrangement.of(ours.pipeline.unet) == ""
    assert (ours.draw(order()) == stock.draw(order())).all()
    torch.compiler.reset()


@pytest.mark.parametrize("compiled", [True, False])
def test_the_deployers_word_reaches_the_compiler_and_no_picture_is_lost(
    catalogue, stock, caplog, compiled
):
    with torch.compiler.set_stance("fail_on_recompile"):
        studio = Studio(catalogue, Resources(compiled=compiled))
        drawn = levels(studio.draw(order()).pixels)
        studio.close()
    assert ("compiling failed" in caplog.text) is compiled
    assert (drawn == stock.draw(order())).all()


def test_nothing_is_compiled_unless_asked_for():
    arrangement, ours = arranged(MemoryPolicy())
    arrangement.quicken(ours.pipeline.unet)
    assert arrangement.of(ours.pipeline.unet) == ""
