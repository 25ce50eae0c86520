"""Settings: frozen groups, each setting declared once, read once from a mapping.

A setting's name, default, parser and meaning stand at its field. The README's table and the check
of `.env.example` derive from them, and so does every sentence about a value that cannot work.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import quote

from dotenv import dotenv_values

from config import values
from config.setting import Setting
from config.values import Secret

SHORTEST_SUSPECT = 6
"""Names shorter than this are too often somebody else's to be taken for a slip."""


@dataclass(eq=False)
class SettingsError(Exception):
    """Settings that cannot work; `problems` holds a plain sentence for each."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """Which Discord, and as whom."""

    token: Annotated[
        Secret,
        Setting(
            "DISCORD_TOKEN",
            "",
            values.bot_token,
            "The bot's token from Discord's developer portal; `run` needs it. Never logged.",
            secret=True,
        ),
    ]
    api_url: Annotated[
        str,
        Setting(
            "DISCORD_API_URL",
            "https://discord.com/api/v10",
            values.api_url,
            "Discord's REST API with its version path; only discord.com, discord.gg and this "
            "machine are accepted.",
        ),
    ]
    gateway_url: Annotated[
        str,
        Setting(
            "DISCORD_GATEWAY_URL",
            "wss://gateway.discord.gg",
            values.gateway_url,
            "Discord's gateway; the same hosts are accepted.",
        ),
    ]
    deaf_seconds: Annotated[
        int,
        Setting(
            "GATEWAY_TIME_LIMIT",
            "180",
            values.whole_number(5, 86_400),
            "Seconds without Discord's gateway after which the process stops in order with code 75 "
            "for a supervisor to start it again (5 to 86400).",
        ),
    ]


@dataclass(frozen=True, slots=True)
class DrawingSettings:
    """What draws, and on what."""

    model: Annotated[
        str,
        Setting(
            "MODEL",
            "auto",
            values.text,
            "`auto` is SDXL base 1.0 with CUDA and the small starter without; or a key of "
            "`config/models.toml`, a folder, a `.safetensors` file, a hub id.",
        ),
    ]
    device: Annotated[
        str,
        Setting(
            "DEVICE",
            "auto",
            values.one_of("auto", "cuda", "mps", "cpu"),
            "`cuda`, `mps` or `cpu`; `auto` takes the first of them that is there.",
        ),
    ]
    memory: Annotated[
        str,
        Setting(
            "MEMORY",
            "auto",
            values.one_of("auto", "low", "high"),
            "How a graphics card's memory is used: `low` spares it, `high` keeps everything on the "
            "card, `auto` judges by how much there is.",
        ),
    ]
    compiled: Annotated[
        bool,
        Setting(
            "COMPILE",
            "off",
            values.on_or_off,
            "`on` compiles the UNet's repeated blocks, which takes minutes once and draws faster "
            "after; what was compiled is kept in `DATA_DIR`.",
        ),
    ]
    job_seconds: Annotated[
        int,
        Setting(
            "JOB_TIME_LIMIT",
            "900",
            values.whole_number(10, 86_400),
            "Seconds for which one request may be drawn on before it fails (10 to 86400).",
        ),
    ]
    step_seconds: Annotated[
        int,
        Setting(
            "STEP_TIME_LIMIT",
            "300",
            values.whole_number(10, 86_400),
            "Seconds after which a single step counts as hung: the process then ends with code 75 "
            "for a supervisor to start it again (10 to 86400).",
        ),
    ]


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where things are kept."""

    data_dir: Annotated[
        Path,
        Setting(
            "DATA_DIR", "./data", values.folder, "The folder of the database and the pictures."
        ),
    ]
    url: Annotated[
        str,
        Setting(
            "DATABASE_URL",
            "",
            values.database_url,
            "Another SQLite file, written as `sqlite+aiosqlite:///folder/bot.db`.",
            shown_default="SQLite in `DATA_DIR`",
            secret=True,
        ),
    ]

    keep_days: Annotated[
        int,
        Setting(
            "KEEP_DAYS",
            "90",
            values.whole_number(0, 36_500),
            "Days for which requests and their pictures are kept after the answer (0 to 36500); 0 "
            "keeps them for ever.",
        ),
    ]
    keep_gb: Annotated[
        int,
        Setting(
            "KEEP_GIGABYTES",
            "20",
            values.whole_number(0, 1_000_000),
            "Gigabytes of pictures that are kept in `DATA_DIR`, the oldest leaving first (0 to "
            "1000000); 0 is without a limit.",
        ),
    ]
    reserve_mb: Annotated[
        int,
        Setting(
            "DISK_RESERVE",
            "200",
            values.whole_number(0, 1_000_000),
            "Megabytes that stay free on the disk of `DATA_DIR`: with less nothing is accepted and "
            "no drawing begun until there is room again (0 to 1000000).",
        ),
    ]

    @property
    def database_url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.url or f"sqlite+aiosqlite:///{quote(self.data_dir.as_posix(), ':/')}/bot.db"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How many requests may wait."""

    per_member: Annotated[
        int,
        Setting(
            "QUEUE_PER_MEMBER",
            "10",
            values.whole_number(1, 1000),
            "How many requests of one member may wait in one server (1 to 1000).",
        ),
    ]
    per_server: Annotated[
        int,
        Setting(
            "QUEUE_PER_SERVER",
            "200",
            values.whole_number(1, 100_000),
            "How many requests of one server may wait (1 to 100000).",
        ),
    ]


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """What monitors can see, and where."""

    port: Annotated[
        int | None,
        Setting(
            "HEALTH_PORT",
            "",
            values.optional(values.whole_number(1, 65_535)),
            "Where set, `/healthz` and Prometheus' `/metrics` are served on this port.",
        ),
    ]
    host: Annotated[
        str,
        Setting(
            "HEALTH_HOST",
            "127.0.0.1",
            values.host,
            "The address they are served on; `0.0.0.0` lets every computer of the network look.",
        ),
    ]


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the log tells, and how."""

    level: Annotated[
        str,
        Setting(
            "LOG_LEVEL",
            "INFO",
            values.one_of("DEBUG", "INFO", "WARNING", "ERROR", upper=True),
            "`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
        ),
    ]
    format: Annotated[
        str,
        Setting(
            "LOG_FORMAT",
            "plain",
            values.one_of("plain", "json"),
            "`plain` lines for people or `json`, one object a line, for a log collector.",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the deployer decides; `warnings` are sentences about what looks like a slip."""

    discord: DiscordSettings
    drawing: DrawingSettings
    storage: StorageSettings
    queue: QueueSettings
    health: HealthSettings
    log: LogSettings
    warnings: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must never be printed."""
        token = self.discord.token.reveal()
        return (token,) if token else ()


GROUPS: Mapping[str, type[Any]] = {
    "discord": DiscordSettings,
    "drawing": DrawingSettings,
    "storage": StorageSettings,
    "queue": QueueSettings,
    "health": HealthSettings,
    "log": LogSettings,
}


def read_settings(environ: Mapping[str, str], *, token_needed: bool = False) -> Settings:
    """Read every setting; raises SettingsError with all problems at once.

    An empty value counts as unset. `token_needed` makes a missing DISCORD_TOKEN a problem.
    """
    problems: list[str] = []
    groups = {name: _read_group(group, environ, problems) for name, group in GROUPS.items()}
    if token_needed and not environ.get("DISCORD_TOKEN", "").strip():
        problems.append(
            "DISCORD_TOKEN is not set: put the bot's token into .env (config/.env.example shows "
            "how), or try the bot without one by `make sandbox`."
        )
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**groups, warnings=tuple(_slips(environ)))


def _read_group(group: type[Any], environ: Mapping[str, str], problems: list[str]) -> Any:
    """An instance of a group, or None with what is wrong added to `problems`."""
    read: dict[str, Any] = {}
    declarations = _declarations(group)
    for field_name, declared in declarations.items():
        try:
            read[field_name] = declared.read(environ)
        except ValueError as error:
            problems.append(str(error))
    return group(**read) if len(read) == len(declarations) else None


def _declarations(group: type[Any]) -> dict[str, Setting]:
    """The declaration at each field of a group."""
    hints = get_type_hints(group, include_extras=True)
    return {one.name: hints[one.name].__metadata__[0] for one in fields(group)}


def describe() -> tuple[Setting, ...]:
    """Every setting's declaration, in the order of the documentation."""
    return tuple(one for group in GROUPS.values() for one in _declarations(group).values())


def _slips(environ: Mapping[str, str]) -> Iterator[str]:
    """Sentences about names that look like a misspelt setting which itself is unset."""
    known = [one.name for one in describe()]
    unset = [name for name in known if not environ.get(name)]
    for name in sorted(set(environ) - set(known)):
        if len(name) < SHORTEST_SUSPECT:
            continue
        for meant in get_close_matches(name.upper(), unset, n=1, cutoff=0.85):
            yield f"{name} is not a setting; did you mean {meant}? It is ignored."


def export(name: str, value: str) -> None:
    """Tell a library that reads the environment itself, unless the deployer did already."""
    os.environ.setdefault(name, value)


def environment_without_settings(*but: str) -> dict[str, str]:
    """The process environment as another bot's process may have it: without our settings.

    `but` names groups whose settings are left in it.
    """
    kept = {one.name for group in but for one in _declarations(GROUPS[group]).values()}
    ours = {one.name for one in describe()} - kept
    return {name: value for name, value in os.environ.items() if name.upper() not in ours}


def has_screen() -> bool:
    """Whether a window can be opened; on Linux and its like the environment says so."""
    displays = (os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY"))
    return sys.platform in ("win32", "darwin") or any(displays)


def load_environment(path: Path | None = Path(".env")) -> dict[str, str]:
    """The process environment over the values of a .env file; neither is changed.

    No file, or a missing one, is no problem, and an empty variable does not hide the file's value;
    a file that cannot be read raises SettingsError.
    """
    merged = _read_file(path) if path else {}
    merged.update({name: value for name, value in os.environ.items() if value})
    return merged


def _read_file(path: Path) -> dict[str, str]:
    try:
        written = dotenv_values(path, interpolate=False)
    except UnicodeDecodeError as error:
        raise SettingsError((f"{path} is not UTF-8 text: save it again as UTF-8.",)) from error
    except OSError as error:
        raise SettingsError((f"{path} cannot be read: {error.strerror}.",)) from error
    return {name: value for name, value in written.items() if value}
