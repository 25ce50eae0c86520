"""From a source to weights in memory, and the sentences for when that fails."""

import hashlib
import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from bot.imaging.files import STARTER, Fingerprints
from bot.imaging.sdxl.devices import pick_device
from bot.imaging.sdxl.faults import loading
from bot.imaging.sdxl.loading import load
from bot.model.checkpoint import Checkpoint
from bot.model.errors import ModelLoadFailed
from tests.imaging.original import write_single_file

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path):
    """A copy of the starter that a test may damage."""
    return shutil.copytree(STARTER, tmp_path / "model")


def failure(source, **settings):
    checkpoint = Checkpoint(key="mine", source=str(source), **settings)
    with pytest.raises(ModelLoadFailed) as caught, loading("mine"):
        load(checkpoint, torch.float32)
    assert caught.value.model == "mine"
    assert caught.value.reason.endswith(".")
    assert caught.value.advice.endswith(".")
    return caught.value


def test_a_missing_folder_is_named(tmp_path):
    assert str(tmp_path / "nowhere") in failure(tmp_path / "nowhere").reason


def test_a_missing_file_is_named(tmp_path):
    assert "nowhere.safetensors" in failure(tmp_path / "nowhere.safetensors").reason


def test_a_folder_that_is_no_pipeline_says_what_it_lacks(tmp_path):
    assert "model_index.json" in failure(tmp_path).reason


def test_a_missing_component_is_named(folder):
    shutil.rmtree(folder / "text_encoder_2")
    assert "text_encoder_2" in failure(folder).reason


def test_missing_weights_are_named(folder):
    (folder / UNET).unlink()
    assert "unet/*.safetensors" in failure(folder).reason


def test_a_part_of_the_weights_that_is_missing_is_named(folder):
    part = "diffusion_pytorch_model-00002-of-00002.safetensors"
    index = folder / "unet/diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"conv_in.bias": part}}))
    assert f"lacks unet/{part}" in failure(folder).reason


@pytest.mark.parametrize("size", [0, 4, 1000, 1_000_000])
def test_a_file_that_is_cut_short_is_named(folder, size):
    with (folder / UNET).open("r+b") as file:
        file.truncate(size)
    found = failure(folder)
    assert "unet" in found.reason
    assert "damaged" in found.reason
    assert found.advice == "Fetch the file again."


def test_a_file_with_noise_for_a_header_is_named(folder):
    with (folder / UNET).open("r+b") as file:
        file.seek(20)
        file.write(b"\0" * 500)
    assert "header cannot be read" in failure(folder).reason


@pytest.mark.parametrize("part", ["unet/diffusion_pytorch_model", "text_encoder/model"])
def test_a_tensor_that_is_missing_is_noticed(folder, part):
    path = folder / f"{part}.safetensors"
    tensors = load_file(path)
    del tensors[max(key for key in tensors if key.endswith("weight"))]
    save_file(tensors, path)
    assert f"{path.parent.name} lack 1 of" in failure(folder).reason


def test_weights_of_another_shape_do_not_fit_together(folder):
    shutil.copy(folder / "text_encoder/model.safetensors", folder / "text_encoder_2")
    assert "do not fit together" in failure(folder).reason


def test_a_configuration_that_is_no_json_does_not_fit_together(folder):
    (folder / "unet/config.json").write_text("{")
    assert failure(folder).advice


def test_a_file_of_another_format_is_refused(tmp_path):
    path = tmp_path / "model.ckpt"
    path.write_bytes(b"\x80\x04")
    assert "can run code" in failure(path).advice


def test_a_device_that_is_not_there_is_a_plain_sentence():
    missing = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.raises(ModelLoadFailed, match="DEVICE asks for"):
        pick_device(missing)
    assert pick_device("cpu").type == "cpu"
    assert pick_device("auto").type in {"cuda", "mps", "cpu"}


def test_too_little_memory_for_the_weights_is_a_plain_sentence():
    with pytest.raises(ModelLoadFailed, match="too little memory"), loading("mine"):
        raise torch.OutOfMemoryError("CUDA out of memory.")


def test_the_weights_are_loaded_in_the_dtype_that_is_asked_for():
    loaded = load(Checkpoint(key="mine", source=str(STARTER)), torch.bfloat16).pipeline
    parts = (loaded.unet, loaded.vae, loaded.text_encoder, loaded.text_encoder_2)
    assert {part.dtype for part in parts} == {torch.bfloat16}


def test_another_vae_takes_the_place_of_the_checkpoints_own(folder):
    config = json.loads((folder / "vae/config.json").read_text())
    (folder / "vae/config.json").write_text(json.dumps({**config, "scaling_factor": 0.5}))
    checkpoint = Checkpoint(key="mine", source=str(STARTER), vae=str(folder / "vae"))
    assert load(checkpoint, torch.float32).pipeline.vae.config.scaling_factor == 0.5


def test_a_vae_whose_folder_is_missing_is_named(tmp_path):
    nowhere = str(tmp_path / "nowhere")
    assert f"no folder {nowhere} for its VAE" in failure(STARTER, vae=nowhere).reason


def test_the_fingerprint_changes_with_the_weights_and_not_with_their_place(folder):
    hashes = Fingerprints()
    first = load(Checkpoint(key="mine", source=str(STARTER)), torch.float32)
    second = load(Checkpoint(key="mine", source=str(folder)), torch.float32)
    assert first.fingerprint(hashes) == second.fingerprint(hashes)
    with (folder / UNET).open("r+b") as file:
        file.seek(-2, 2)
        file.write(b"\0\1")
    assert first.fingerprint(hashes) != second.fingerprint(hashes)


def test_weights_whose_file_is_gone_since_they_were_loaded_have_no_fingerprint(folder, caplog):
    loaded = load(Checkpoint(key="mine", source=str(folder)), torch.float32)
    (folder / UNET).unlink()
    assert loaded.fingerprint(Fingerprints()) == ""
    assert f"recipes go without the hash of {folder / UNET}" in caplog.text


def test_a_variant_that_is_not_there_means_the_plain_files():
    load(replace(Checkpoint(key="mine", source=str(STARTER)), variant="fp16"), torch.float32)


def test_the_variants_files_are_taken_where_they_are(folder):
    for path in folder.glob("*/*.safetensors"):
        path.rename(path.with_suffix(".fp16.safetensors"))
    loaded = load(Checkpoint(key="mine", source=str(folder), variant="fp16"), torch.float32)
    assert loaded.pipeline.unet.dtype == torch.float32
    assert "lacks" in failure(folder).reason


@pytest.fixture(scope="module")
def single_file(tmp_path_factory):
    """The starter as one file, with its configuration in the folder of the same name beside it."""
    path = tmp_path_factory.mktemp("single") / "small.safetensors"
    write_single_file(STARTER, path)
    ignored = shutil.ignore_patterns("*.safetensors")
    shutil.copytree(STARTER, path.with_suffix(""), ignore=ignored)
    return path


def test_a_single_file_holds_the_same_weights(single_file):
    whole = load(Checkpoint(key="mine", source=str(STARTER)), torch.float32).pipeline
    single = load(Checkpoint(key="mine", source=str(single_file)), torch.float32)
    for name in ("unet", "vae", "text_encoder", "text_encoder_2"):
        expected = getattr(whole, name).state_dict()
        found = getattr(single.pipeline, name).state_dict()
        assert expected.keys() == found.keys()
        assert all(torch.equal(expected[key], found[key]) for key in expected), name
    assert single.pipeline.scheduler.config == whole.scheduler.config


def test_the_fingerprint_of_a_single_file_is_its_plain_sha256(single_file):
    loaded = load(Checkpoint(key="mine", source=str(single_file)), torch.float32)
    expected = hashlib.sha256(single_file.read_bytes()).hexdigest()
    assert loaded.fingerprint(Fingerprints()) == expected


def test_a_single_file_that_is_cut_short_is_named(single_file, tmp_path):
    path = tmp_path / "cut.safetensors"
    path.write_bytes(single_file.read_bytes()[:-100])
    assert "damaged" in failure(path).reason
