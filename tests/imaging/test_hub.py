"""Fetching from a hub of one's own on loopback, and the sentences for when that fails."""

import logging
from dataclasses import replace

import pytest
import torch

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
        ((500, "Oops"), "could not be reached"),
    ],
)
def test_what_the_hub_refuses_is_a_plain_sentence(hub, server, refusal, sentence):
    server.refusal = refusal
    assert sentence in failure(hub).reason


def test_a_hub_that_is_not_there_is_a_plain_sentence(server, tmp_path):
    hub = Hub(endpoint="http://127.0.0.1:9", cache=tmp_path / "cache")
    assert "could not be reached" in failure(hub).reason


PIN = "d" * 40


def test_a_vae_is_fetched_at_its_own_revision(hub, server):
    checkpoint = replace(TINY, source=str(STARTER), vae="tiny/parts", vae_revision=PIN)
    assert load(checkpoint, torch.float32, hub).pipeline.vae is not None
    assert any(f"/resolve/{PIN}/" in one for one in server.asked)
    assert not any(COMMIT in one for one in server.asked)
    server.asked.clear()
    load(checkpoint, torch.float32, hub)
    assert server.asked == []


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
