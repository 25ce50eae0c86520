"""Several checkpoints in memory: what is there is not loaded again, what does not fit leaves."""

import gc
import shutil
import weakref
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest
import torch
from diffusers.models.attention_processor import Attention, FusedAttnProcessor2_0
from safetensors.torch import load_file, save_file
from torch.nn.modules.module import register_module_parameter_registration_hook

from bot.imaging.files import STARTER
from bot.imaging.memory import MemoryPolicy, Resources
from bot.imaging.painter import Weights
from bot.imaging.sdxl.arrangement import Arrangement
from bot.imaging.sdxl.shelf import Shelf, bytes_of
from bot.model.checkpoint import Adapter, Catalogue
from bot.model.errors import AdapterLoadFailed, ModelLoadFailed
from bot.model.recipe import Lora
from tests.imaging.conftest import Stock, levels
from tests.imaging.low_rank import write_lora
from tests.imaging.test_bits import order
from tests.imaging.test_painter import Studio


@pytest.fixture(scope="module")
def other_folder(tmp_path_factory):
    """The starter with other weights in its UNet."""
    folder = shutil.copytree(STARTER, tmp_path_factory.mktemp("other") / "model")
    path = folder / "unet/diffusion_pytorch_model.safetensors"
    chance = torch.Generator().manual_seed(5)
    tensors = {
        key: value + 0.02 * torch.randn(value.shape, generator=chance).to(value.dtype)
        for key, value in load_file(path).items()
    }
    save_file(tensors, path)
    return folder


@pytest.fixture(scope="module")
def two(starter, other_folder):
    checkpoints = {
        "starter": starter,
        "other": replace(starter, key="other", source=str(other_folder)),
        "again": replace(starter, key="again", steps=4),
    }
    return Catalogue(checkpoints, "starter")


@pytest.fixture(scope="module")
def size(stock):
    """What the starter takes in memory."""
    return bytes_of(stock.pipeline)


@pytest.fixture
def open_studio(two):
    opened = []

    def with_room_for(budget, catalogue=two):
        opened.append(Studio(catalogue, Resources(budget=budget)))
        return opened[-1]

    yield with_room_for
    for studio in opened:
        studio.close()


def change(studio, model, *loras):
    studio.on_thread(studio.painter.load, Weights(model, loras))
    return studio.pipeline.unet


def test_what_is_in_memory_is_not_loaded_again(open_studio, size):
    studio = open_studio(2.5 * size)
    first, second = change(studio, "starter"), change(studio, "other")
    assert first is not second
    assert change(studio, "starter") is first
    assert change(studio, "other") is second


def test_what_does_not_fit_leaves(open_studio, size):
    studio = open_studio(1.5 * size)
    first = weakref.ref(change(studio, "starter"))
    change(studio, "other")
    gc.collect()
    assert first() is None
    assert change(studio, "starter") is not None


def test_it_leaves_before_another_one_is_read(open_studio, two, size, other_folder, tmp_path):
    folder = shutil.copytree(other_folder, tmp_path / "incomplete")
    path = folder / "unet/diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    del tensors[max(key for key in tensors if key.endswith("weight"))]
    save_file(tensors, path)
    broken = replace(two.checkpoints["other"], key="broken", source=str(folder))
    studio = open_studio(
        1.5 * size, replace(two, checkpoints={**two.checkpoints, "broken": broken})
    )
    first = weakref.ref(change(studio, "starter"))
    with pytest.raises(ModelLoadFailed, match="lack 1 of"):
        change(studio, "broken")
    gc.collect()
    assert first() is None


def test_two_models_of_the_same_weights_are_in_memory_once(open_studio, size):
    studio = open_studio(1.5 * size)
    assert change(studio, "starter") is change(studio, "again")
    assert studio.draw(order(model="again")).completed().model == "again"


def test_each_draws_its_own_pixels_however_often_they_change(
    open_studio, size, stock, other_folder
):
    bare = {"starter": stock.draw(order()), "other": Stock(other_folder).draw(order())}
    assert (bare["starter"] != bare["other"]).any()
    for room in (1.5, 2.5):
        studio = open_studio(room * size)
        for model in ("starter", "other", "starter", "other"):
            change(studio, model)
            assert (levels(studio.draw(order(model=model)).pixels) == bare[model]).all()


def test_the_hashes_are_of_the_weights_that_were_drawn_with(open_studio, size):
    studio = open_studio(2.5 * size)
    hashes = {}
    for model in ("starter", "other", "starter"):
        change(studio, model)
        found = studio.draw(order(model=model)).completed().model_sha256
        assert hashes.setdefault(model, found) == found
    assert len(set(hashes.values())) == 2


def test_loras_stay_with_the_model_they_are_on(open_studio, two, size, tmp_path, stock):
    ink = Adapter("ink", str(write_lora(tmp_path / "ink.safetensors", 3)))
    studio = open_studio(3 * size, replace(two, loras={"ink": ink}))
    change(studio, "other", Lora("ink", 1.0))
    change(studio, "starter")
    assert (levels(studio.draw(order()).pixels) == stock.draw(order())).all()
    inked = stock_with(ink, Stock(two.checkpoints["other"].source))
    change(studio, "other", Lora("ink", 1.0))
    recipe = order(model="other", loras=(Lora("ink", 1.0),))
    assert (levels(studio.draw(recipe).pixels) == inked.draw(order())).all()


def stock_with(adapter, stock):
    stock.pipeline.load_lora_weights(adapter.source)
    return stock


def test_relief_leaves_what_is_drawn_with_and_nothing_else(open_studio, size, stock):
    studio = open_studio(2.5 * size)
    other = weakref.ref(change(studio, "other"))
    kept = change(studio, "starter")
    studio.on_thread(studio.painter.relieve)
    gc.collect()
    assert other() is None
    assert change(studio, "starter") is kept
    assert (levels(studio.draw(order()).pixels) == stock.draw(order())).all()


class Scarce(Arrangement):
    """A device without room for the second model beside the first one."""

    placed = 0

    def place(self, pipeline):
        self.placed += 1
        if self.placed == 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        super().place(pipeline)


def test_where_the_budget_was_too_generous_the_others_leave_and_it_is_tried_again(two, size):
    device = torch.device("cpu")
    arrangement = Scarce(device, MemoryPolicy())
    shelf = Shelf(two, device, MemoryPolicy(), arrangement, 100 * size)
    with torch.inference_mode():
        first = weakref.ref(shelf.take(Weights("starter")).model.pipeline.unet)
        shelf.take(Weights("other"))
    assert arrangement.placed == 3
    assert first() is None
    shelf.close()


@contextmanager
def full_while(one, room=0):
    """A device with room for so few more weights for as long as `one` is in memory."""
    added = count(1)

    def refuse(*_):
        if one() is not None and next(added) > room:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    handle = register_module_parameter_registration_hook(refuse)
    try:
        yield
    finally:
        handle.remove()


def test_where_loras_lack_memory_the_others_leave_and_they_are_put_on_again(
    open_studio, two, size, tmp_path
):
    ink = Adapter("ink", str(write_lora(tmp_path / "ink.safetensors", 3)))
    studio = open_studio(3 * size, replace(two, loras={"ink": ink, "fog": replace(ink, key="fog")}))
    other = weakref.ref(change(studio, "other"))
    kept = change(studio, "starter")
    with full_while(other):
        assert change(studio, "starter", Lora("ink", 1.0)) is kept
    assert other() is None
    recipe = order(loras=(Lora("ink", 1.0),))
    inked = stock_with(ink, Stock(STARTER)).draw(order())
    assert (levels(studio.draw(recipe).pixels) == inked).all()
    with full_while(lambda: kept), pytest.raises(AdapterLoadFailed, match="too little memory"):
        change(studio, "starter", Lora("fog", 1.0))


def test_a_unet_that_is_fused_half_way_is_as_it_was_and_fused_once_the_others_left(two, size):
    device = torch.device("cpu")
    policy = MemoryPolicy(fused_qkv=True)
    shelf = Shelf(two, device, policy, Arrangement(device, policy), 100 * size)
    with torch.inference_mode():
        other = weakref.ref(shelf.take(Weights("other")).model.pipeline.unet)
        unet = shelf.take(Weights("starter")).model.pipeline.unet
        Arrangement(device, policy).plain(unet)
        with full_while(other, room=5):
            shelf.take(Weights("starter"))
    assert other() is None
    attentions = [one for one in unet.modules() if isinstance(one, Attention)]
    assert all(one.fused_projections for one in attentions)
    assert {type(one) for one in unet.attn_processors.values()} == {FusedAttnProcessor2_0}
    shelf.close()


def test_a_model_that_never_fits_is_a_plain_sentence(two):
    device = torch.device("cpu")
    arrangement = Scarce(device, MemoryPolicy())
    arrangement.placed = 1
    shelf = Shelf(two, device, MemoryPolicy(), arrangement, 0)
    with pytest.raises(ModelLoadFailed, match="too little memory"), torch.inference_mode():
        shelf.take(Weights("starter"))
    shelf.close()


def test_a_model_that_cannot_be_loaded_leaves_the_others_where_they_are(
    open_studio, two, size, tmp_path
):
    gone = replace(two.checkpoints["other"], key="gone", source=str(tmp_path / "gone"))
    studio = open_studio(2.5 * size, replace(two, checkpoints={**two.checkpoints, "gone": gone}))
    first = change(studio, "starter")
    with pytest.raises(ModelLoadFailed, match="no file or folder"):
        change(studio, "gone")
    with pytest.raises(ModelLoadFailed, match="Nothing was loaded"):
        studio.draw(order())
    assert change(studio, "starter") is first
