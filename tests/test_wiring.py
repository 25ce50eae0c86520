"""What the settings become before anything is constructed."""

import os
from dataclasses import replace

import pytest

from bot.backup import begin_empty, restore
from bot.equipment import catalogue_for, resources_for
from bot.imaging.memory import Resources
from bot.model.errors import DataFolderInUse
from bot.storage.lock import sole_use
from bot.wiring import open_studio
from config.documents import DOCUMENTS
from config.settings import read_settings


def test_the_settings_say_what_the_painter_may_use(tmp_path, monkeypatch):
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)
    plain = read_settings({"DATA_DIR": str(tmp_path)})
    assert resources_for(plain) == Resources()
    assert "TORCHINDUCTOR_CACHE_DIR" not in os.environ
    other = read_settings({"DATA_DIR": str(tmp_path), "MEMORY": "low", "COMPILE": "on"})
    assert resources_for(other) == Resources(memory="low", compiled=True)
    assert os.environ["TORCHINDUCTOR_CACHE_DIR"] == str(tmp_path / "compiled")


def test_a_place_for_compiled_code_that_the_deployer_named_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "/elsewhere")
    resources_for(read_settings({"DATA_DIR": str(tmp_path), "COMPILE": "on"}))
    assert os.environ["TORCHINDUCTOR_CACHE_DIR"] == "/elsewhere"


def test_without_a_card_only_what_lies_here_is_offered():
    catalogue = catalogue_for(read_settings({}), "cpu")
    assert set(catalogue.checkpoints) == {"starter"}
    assert catalogue.loras == {}


def test_with_a_card_all_that_is_configured_is_offered():
    catalogue = catalogue_for(read_settings({}), "cuda")
    few_steps = {f"sdxl-{way}" for way in ("lightning", "hyper", "lcm", "dmd2")}
    assert {"sdxl", "starter", *few_steps} == set(catalogue.checkpoints)
    assert set(catalogue.offered_with("sdxl")) == {"pixel"}
    assert catalogue.offered_with("starter") == {}
    assert catalogue.default == "sdxl"


def test_a_path_from_home_is_found_there(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "models" / "ink.safetensors").touch()
    models, loras = tmp_path / "models.toml", tmp_path / "loras.toml"
    models.write_text('[listed]\nfolder = "~/models/mine"\n', encoding="utf-8")
    loras.write_text('[ink]\nsource = "~/models/ink.safetensors"\n', encoding="utf-8")
    documents = replace(DOCUMENTS, models=models, loras=loras)
    catalogue = catalogue_for(read_settings({"MODEL": "~/models/mine"}), "cpu", documents)
    assert catalogue.checkpoints[catalogue.default].source == "~/models/mine"
    assert set(catalogue.checkpoints) == {"listed", "mine"}
    assert set(catalogue.loras) == {"ink"}


@pytest.mark.happens("a second bot starts in the same `DATA_DIR`")
async def test_a_database_is_served_and_put_aside_by_one_process_alone(tmp_path):
    database, own = tmp_path / "bot.db", tmp_path / "own"
    settings = read_settings(
        {"DATA_DIR": str(own), "DATABASE_URL": f"sqlite+aiosqlite:///{database}"}
    )
    refused = pytest.raises(DataFolderInUse, match=r"bot\.db is in use by process")
    async with sole_use(tmp_path, database):
        with refused:
            async with open_studio(settings):
                pass
        with refused:
            await begin_empty(settings, say=print)
        with refused:
            await restore(tmp_path / "backup.tar", settings, force=True, say=print)
    await begin_empty(settings, say=print)
