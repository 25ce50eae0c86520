"""LoRAs on a checkpoint: the pixels of stock diffusers with them, and without a trace after."""

import hashlib
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from bot.imaging.files import STARTER
from bot.imaging.painter import Weights
from bot.model.checkpoint import Adapter, Catalogue
from bot.model.errors import AdapterLoadFailed
from bot.model.recipe import Lora
from tests.imaging.conftest import Stock, levels
from tests.imaging.low_rank import write_lora
from tests.imaging.test_bits import drawn_again, enlarged, order, pixels_of
from tests.imaging.test_painter import Studio

# A second LoRA on the same modules is what is meant.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Already found a `peft_config` attribute:UserWarning"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loras")
    return {
        "ink": write_lora(folder / "ink.safetensors", 1),
        "fog": write_lora(folder / "fog.safetensors", 2, text_encoders=True),
    }


@pytest.fixture(scope="module")
def studio(starter, files):
    adapters = {key: Adapter(key, str(path)) for key, path in files.items()}
    own = replace(starter, key="inky", loras=(Adapter("own", str(files["ink"]), weight=0.5),))
    made = Studio(
        Catalogue(
            checkpoints={"starter": replace(starter, family="sdxl"), "inky": own},
            default="starter",
            loras=adapters,
        )
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def stocks(files):
    """Stock pipelines with LoRAs, each one loaded anew."""

    def with_loras(*loras):
        stock = Stock(STARTER)
        for lora in loras:
            stock.pipeline.load_lora_weights(str(files[lora.id]), adapter_name=lora.id)
        stock.pipeline.set_adapters([one.id for one in loras], [one.weight for one in loras])
        return stock

    return with_loras


def drawn(studio, *loras, **changes):
    recipe = order(loras=loras, **changes)
    studio.on_thread(studio.painter.load, Weights.of(recipe))
    return studio.draw(recipe)


def pixels(studio, *loras, **changes):
    return levels(drawn(studio, *loras, **changes).pixels)


SETS = [
    (Lora("ink", 1.0),),
    (Lora("fog", 0.8),),
    (Lora("ink", 0.7), Lora("fog", -1.0)),
    (Lora("fog", 2.0), Lora("ink", 0.3)),
]


@pytest.mark.parametrize("loras", SETS, ids=str)
def test_the_pixels_are_those_of_stock_diffusers_with_the_same_loras(studio, stocks, stock, loras):
    found = pixels(studio, *loras)
    assert (found == stocks(*loras).draw(order())).all()
    assert (found != stock.draw(order())).any()


def test_without_them_the_pixels_are_as_if_they_had_never_been_there(studio, stock):
    for loras in SETS:
        pixels(studio, *loras)
        assert (pixels(studio) == stock.draw(order())).all()
    module_names = [type(one).__module__ for one in studio.pipeline.unet.modules()]
    assert not [name for name in module_names if name.startswith("peft")]


def test_the_weight_can_change_without_loading_anything_again(studio, stocks, files, tmp_path):
    before = drawn(studio, Lora("ink", 1.0)).completed().loras
    hidden = shutil.move(files["ink"], tmp_path / "hidden")
    save_file({}, files["ink"])
    try:
        again = drawn(studio, Lora("ink", 0.25))
    finally:
        shutil.move(hidden, files["ink"])
    assert (levels(again.pixels) == stocks(Lora("ink", 0.25)).draw(order())).all()
    assert again.completed().loras == (replace(before[0], weight=0.25),)


def test_a_lora_that_stays_is_as_if_it_had_come_alone(studio, stocks):
    pixels(studio, Lora("ink", 0.7), Lora("fog", 1.0))
    assert (pixels(studio, Lora("fog", 0.4)) == stocks(Lora("fog", 0.4)).draw(order())).all()


def test_a_lora_of_no_weight_changes_nothing(studio, stock):
    assert (pixels(studio, Lora("ink", 0.0)) == stock.draw(order())).all()


def test_the_recipe_says_which_files_they_were(studio, files):
    foggy = drawn(studio, Lora("fog", 0.8))
    done = foggy.completed()
    digest = hashlib.sha256(files["fog"].read_bytes()).hexdigest()
    assert done.loras == (Lora("fog", 0.8, digest),)
    assert [one.result() for one in foggy.hashes] == [done.model_sha256, digest]


def test_a_recipe_that_names_the_files_hash_is_drawn_on_the_same_weights():
    first = order(loras=(Lora("ink", 1.0),))
    again = order(loras=(Lora("ink", 1.0, "ab" * 32),))
    assert Weights.of(first) == Weights.of(again)


def test_a_models_own_loras_are_on_by_default(studio, stocks):
    inky = Studio(replace(studio.catalogue, default="inky"))
    try:
        found = levels(inky.draw(order(model="inky", loras=(Lora("own", 0.5),))).pixels)
    finally:
        inky.close()
    assert (found == stocks(Lora("ink", 0.5)).draw(order())).all()


def spoiled(files, tmp_path, spoil):
    tensors = load_file(files["ink"])
    path = tmp_path / "spoiled.safetensors"
    save_file(dict(map(spoil, tensors.items())), path)
    return path


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda item: (item[0], torch.zeros([n + 8 for n in item[1].shape])), "does not fit"),
        (lambda item: (item[0].replace("blocks", "parts"), item[1]), "does not fit"),
        (lambda item: (item[0].replace("lora", "loha"), item[1]), "does not fit"),
    ],
)
def test_a_lora_that_does_not_fit_is_a_plain_sentence_and_leaves_no_trace(
    studio, files, stock, tmp_path, spoil, said
):
    path = spoiled(files, tmp_path, spoil)
    other = Studio(replace(studio.catalogue, loras={"odd": Adapter("odd", str(path))}))
    try:
        with pytest.raises(AdapterLoadFailed, match=said) as caught:
            other.on_thread(other.painter.load, Weights("starter", (Lora("odd", 1.0),)))
        assert caught.value.model == "odd"
        other.on_thread(other.painter.load, Weights("starter"))
        assert (levels(other.draw(order()).pixels) == stock.draw(order())).all()
    finally:
        other.close()


@pytest.mark.parametrize(
    ("source", "said"),
    [("nowhere.safetensors", "no file"), ("cut.safetensors", "damaged")],
)
def test_a_lora_that_is_missing_or_cut_short_is_named(studio, files, tmp_path, source, said):
    (tmp_path / "cut.safetensors").write_bytes(files["ink"].read_bytes()[:-5])
    adapter = Adapter("odd", str(tmp_path / source))
    other = Studio(replace(studio.catalogue, loras={"odd": adapter}))
    try:
        with pytest.raises(AdapterLoadFailed, match=said):
            other.on_thread(other.painter.load, Weights("starter", (Lora("odd", 1.0),)))
    finally:
        other.close()


def test_jobs_with_and_without_them_on_one_engine_do_not_touch_each_other(studio, stocks, stock):
    jobs = [order(seed=seed, loras=SETS[seed % 4] if seed % 2 else ()) for seed in range(6)]
    for recipe, one in zip(jobs, drawn_again(studio.catalogue, *([j] for j in jobs)), strict=True):
        bare = stocks(*recipe.loras) if recipe.loras else stock
        expected = enlarged(bare.draw(recipe), 4)
        assert np.array_equal(pixels_of(one.pictures[0]), expected)
