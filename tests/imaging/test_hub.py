"""Fetching from a hub of one's own on loopback, and the sentences for when that fails."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
from huggingface_hub import hf_hub_download

from bot.imaging.files import STARTER, missing_from
from bot.imaging.sdxl.hub import Hub
from bot.imaging.sdxl.loading import adapter_file, load
from bot.model.checkpoint import Adapter, Checkpoint
from bot.model.errors import AdapterLoadFailed, ModelLoadFailed
from tests.imaging.loopback_hub import COMMIT, FILES, PARTS

TINY = Checkpoint(key="tiny", source="tiny/starter")


def failure(hub, checkpoint=TINY):
    with pytest.raises(ModelLoadFailed) as caught:
        hub.pipeline(checkpoint)
    assert caught.value.model == "tiny"
    return caught.value


def test_what_a_pipeline_needs_is_fetched_and_nothing_else(hub, server):
    folder = hub.pipeline(TINY)
    assert missing_from(folder, "") == []
    fetched = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert fetched == set(FILES) - {"README.md", "LICENSE"}


def test_a_fetched_checkpoint_loads_and_has_the_fingerprint_of_its_files(hub):
    from bot.imaging.files import Fingerprints

    hashes = Fingerprints()
    here = load(Checkpoint(key="tiny", source=str(STARTER)), torch.float32)
    there = load(TINY, torch.float32, hub)
    assert there.fingerprint(hashes) == here.fingerprint(hashes)


def test_what_was_fetched_before_needs_no_hub(hub, server):
    first = hub.pipeline(TINY)
    server.asked.clear()
    assert hub.pipeline(TINY) == first
    assert server.asked == []


def test_how_much_is_fetched_stands_in_the_log(hub, caplog):
    with caplog.at_level(logging.INFO, "bot.imaging"):
        hub.pipeline(TINY)
    assert "fetching tiny/starter: 0.03 GB" in caplog.messages
    assert "fetched tiny/starter" in caplog.messages


def test_a_disk_without_room_is_named_before_anything_is_fetched(server, tmp_path):
    hub = Hub(
        endpoint=f"http://127.0.0.1:{server.server_port}",
        cache=tmp_path / "cache",
        free_space=lambda folder: 2**30,
    )
    found = failure(hub)
    assert str(tmp_path) in found.reason
    assert "1.07 GB are free" in found.reason
    assert not any(one.startswith("GET") and "safetensors" in one for one in server.asked)


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        ((404, "RepoNotFound"), "neither a folder here nor a repository"),
        ((401, "RepoNotFound"), "neither a folder here nor a repository"),
        ((404, "RevisionNotFound"), "no such revision"),
        ((403, "GatedRepo"), "accepted its terms"),
        ((403, "Oops"), "does not let this account have tiny/starter (HTTP 403)"),
        ((429, "Oops"), "asked too often to give tiny/starter now (HTTP 429)"),
        ((503, "Oops"), "could not give tiny/starter (HTTP 503)"),
    ],
)
def test_what_the_hub_refuses_is_a_plain_sentence(hub, server, refusal, sentence):
    server.refusal = refusal
    assert sentence in failure(hub).reason
    with pytest.raises(ModelLoadFailed) as caught:
        hub.vae(replace(TINY, vae="tiny/parts"))
    assert sentence.replace("tiny/starter", "tiny/parts") in caught.value.reason


def test_a_disk_that_cannot_be_written_is_no_hub_that_is_not_there(server, tmp_path):
    (tmp_path / "file").touch()
    cache = tmp_path / "file" / "cache"
    found = failure(Hub(endpoint=f"http://127.0.0.1:{server.server_port}", cache=cache))
    assert "cannot be kept here: Not a directory, at " in found.reason
    assert str(tmp_path / "file") in found.reason
    assert "HF_HOME" in found.advice


def test_a_hub_that_is_not_there_is_a_plain_sentence(server, tmp_path):
    hub = Hub(endpoint="http://127.0.0.1:9", cache=tmp_path / "cache")
    assert "could not be reached" in failure(hub).reason


@pytest.fixture
def another_tool(hub, server, tmp_path):
    """What fetches single files into the cache, and leaves no list of what there is."""

    def fetch(repository, names):
        for name in names:
            hf_hub_download(
                repository,
                name,
                endpoint=f"http://127.0.0.1:{server.server_port}",
                cache_dir=tmp_path / "cache",
            )

    return fetch


UNET = "unet/diffusion_pytorch_model"
SHARDS = [f"{UNET}-0000{number}-of-00002.safetensors" for number in (1, 2)]


@pytest.fixture
def sharded(server, tmp_path):
    """The files of a repository whose UNet is in two parts, as far as the hub looks into it."""
    index = tmp_path / "index.json"
    index.write_text(json.dumps({"weight_map": {name: name[5:] for name in SHARDS}}))
    whole = f"{UNET}.safetensors"
    files = {name: file for name, file in FILES.items() if name != whole}
    files |= {f"{whole}.index.json": index, **dict.fromkeys(SHARDS, FILES[whole])}
    server.repositories["tiny/sharded"] = files
    return files


def test_a_download_that_was_cut_between_two_shards_goes_on(hub, sharded):
    checkpoint = replace(TINY, source="tiny/sharded")
    folder = hub.pipeline(checkpoint)
    (folder / SHARDS[1]).unlink()
    assert missing_from(folder, "") == [SHARDS[1]]
    assert hub.pipeline(checkpoint) == folder
    assert missing_from(folder, "") == []


def test_a_shard_that_another_tool_did_not_need_is_fetched(hub, sharded, another_tool):
    another_tool("tiny/sharded", set(sharded) - {SHARDS[1]})
    assert (hub.pipeline(replace(TINY, source="tiny/sharded")) / SHARDS[1]).is_file()


@pytest.mark.parametrize("listed", [False, True])
def test_plain_files_in_the_cache_are_not_taken_for_the_variant(
    hub, server, another_tool, tmp_path, listed
):
    halves = {
        name.replace(".safetensors", ".fp16.safetensors"): file
        for name, file in FILES.items()
        if name.endswith(".safetensors")
    }
    server.repositories["tiny/halves"] = {**FILES, **halves}
    there = {f"{UNET}.safetensors", *FILES, *halves} - {f"{UNET}.fp16.safetensors"}
    if listed:
        hub.pipeline(replace(TINY, source="tiny/halves"))
    another_tool("tiny/halves", there)
    folder = hub.pipeline(replace(TINY, source="tiny/halves", variant="fp16"))
    assert (folder / f"{UNET}.fp16.safetensors").is_file()
    server.asked.clear()
    hub.pipeline(replace(TINY, source="tiny/halves", variant="fp16"))
    assert server.asked == []


def number_of_lists(server):
    return sum("/api/models/" in one for one in server.asked)


def test_two_that_need_the_same_files_fetch_them_once(server, tmp_path):
    looked, held, let_go = [], threading.Event(), threading.Event()

    def hold(name):
        if UNET in name:
            held.set()
            let_go.wait(20)

    server.before_file = hold
    hub = Hub(
        endpoint=f"http://127.0.0.1:{server.server_port}",
        cache=tmp_path / "cache",
        free_space=lambda folder: looked.append(folder) or 2**40,
    )
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hub.pipeline, TINY)
        assert held.wait(20)
        lists = number_of_lists(server)
        second = pool.submit(hub.pipeline, replace(TINY, key="other"))
        while number_of_lists(server) == lists:
            assert not second.done()
        let_go.set()
        assert first.result() == second.result()
    assert len(looked) == 1


PIN = "d" * 40


def test_a_vae_is_fetched_at_its_own_revision(hub, server):
    checkpoint = replace(TINY, source=str(STARTER), vae="tiny/parts", vae_revision=PIN)
    assert load(checkpoint, torch.float32, hub).pipeline.vae is not None
    assert any(f"/resolve/{PIN}/" in one for one in server.asked)
    assert not any(COMMIT in one for one in server.asked)
    server.asked.clear()
    load(checkpoint, torch.float32, hub)
    assert server.asked == []


def test_a_vae_is_the_file_that_the_library_loads(hub, another_tool):
    another_tool("tiny/parts", ["config.json", "ink.safetensors"])
    folder = hub.vae(replace(TINY, vae="tiny/parts"))
    assert (folder / "diffusion_pytorch_model.safetensors").is_file()


def test_a_repository_without_a_vae_says_what_it_lacks(hub):
    with pytest.raises(ModelLoadFailed, match=r"has no file .*diffusion_pytorch_model"):
        hub.vae(replace(TINY, vae="tiny/starter"))


def test_a_lora_s_file_is_fetched_alone_and_at_its_revision(hub, server):
    adapter = Adapter("ink", "tiny/parts", file="ink.safetensors", revision=PIN)
    path = adapter_file(adapter, hub)
    assert path.read_bytes() == PARTS["ink.safetensors"].read_bytes()
    assert [one.name for one in path.parent.iterdir()] == ["ink.safetensors"]
    assert any(f"/resolve/{PIN}/" in one for one in server.asked)
    assert not any(COMMIT in one for one in server.asked)
    server.asked.clear()
    assert adapter_file(adapter, hub) == path
    assert server.asked == []


def test_another_file_of_the_same_repository_is_fetched_when_it_is_asked_for(hub):
    for name in ("ink.safetensors", "fog.safetensors"):
        path = adapter_file(Adapter("ink", "tiny/parts", file=name), hub)
        assert path.read_bytes() == PARTS[name].read_bytes()


def test_a_lora_s_file_that_the_repository_lacks_is_named(hub):
    with pytest.raises(AdapterLoadFailed, match=r"tiny/parts has no file wet\.safetensors"):
        adapter_file(Adapter("ink", "tiny/parts", file="wet.safetensors"), hub)


def test_a_lora_that_the_hub_does_not_know_is_a_plain_sentence(hub):
    with pytest.raises(AdapterLoadFailed, match="neither a folder here nor a repository"):
        adapter_file(Adapter("ink", "tiny/nothing"), hub)
