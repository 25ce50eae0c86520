"""The deployer's TOML files, read into plain tables."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import SettingsError

HERE = Path(__file__).parent
MODELS_FILE = HERE / "models.toml"
LORAS_FILE = HERE / "loras.toml"
STYLES_FILE = HERE / "styles.toml"


@dataclass(frozen=True, slots=True)
class Documents:
    """Which files say what there is to draw with."""

    models: Path = MODELS_FILE
    styles: Path = STYLES_FILE
    loras: Path = LORAS_FILE


DOCUMENTS = Documents()


def read_document(path: Path) -> Mapping[str, Any]:
    """The tables of a TOML file; raises SettingsError with a sentence that names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise _unusable(path, "is missing: put it back, or restore it from the project.") from error
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _unusable(path, "is not UTF-8 text: save it again as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise _unusable(path, f"is not valid TOML: {error}.") from error


def _unusable(path: Path, reason: str) -> SettingsError:
    return SettingsError((f"{path} {reason}",))
