"""The deployer's TOML files are read, or refused in a sentence that names the file."""

import pytest

from config.documents import MODELS_FILE, STYLES_FILE, read_document
from config.settings import SettingsError


def problem_of(path):
    with pytest.raises(SettingsError) as caught:
        read_document(path)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path} ")
    assert problem.endswith(".")
    return problem


def test_the_shipped_files_can_be_read():
    assert {"sdxl", "starter"} <= set(read_document(MODELS_FILE))
    assert len(read_document(STYLES_FILE)) >= 12


def test_a_missing_file_is_named(tmp_path):
    assert "is missing" in problem_of(tmp_path / "models.toml")


def test_a_broken_file_is_named_with_its_line(tmp_path):
    file = tmp_path / "models.toml"
    file.write_text("[sdxl]\nsteps = \n")
    assert "line 2" in problem_of(file)


def test_a_file_in_another_encoding_is_named(tmp_path):
    file = tmp_path / "models.toml"
    file.write_bytes('title = "Café"'.encode("latin-1"))
    assert "UTF-8" in problem_of(file)


def test_a_folder_in_its_place_is_named(tmp_path):
    problem_of(tmp_path)
