"""One logging set-up: events with key=value for people, or one JSON object a line for collectors.

Any module logs by the standard library alone: `log.info("claimed", extra={"job": 12})`. What is in
`extra` becomes `job=12`. No secret passes, be it in a message, a value or a traceback.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

from config.settings import LogSettings

NOISY = (
    "PIL",
    "accelerate",
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "diffusers",
    "discord",
    "filelock",
    "httpcore",
    "httpx",
    "huggingface_hub",
    "sqlalchemy",
    "transformers",
    "urllib3",
)
"""Libraries heard from WARNING on only, unless everything is asked for by DEBUG."""

INDISCREET = ("aiosqlite", "sqlalchemy")
"""Libraries whose debugging lines hold tokens and prompts: heard from WARNING on, always."""

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
_INTERACTION_TOKEN = re.compile(
    r"(/(?:webhooks|interactions)/\d+/)[^/?\s\"']+" + r"|([\"']token[\"']\s*:\s*[\"'])[^\"']+"
)
"""In a path of Discord's API, or in an event as it came over the gateway."""


class Redaction:
    """Replaces secrets: those it is told, and interaction tokens in Discord's paths and events."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first, so that one secret inside another leaves nothing of either.
        told = sorted({one for one in secrets if one}, key=len, reverse=True)
        self._told = re.compile("|".join(map(re.escape, told))) if told else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._told:
            text = self._told.sub("<secret>", text)
        return _INTERACTION_TOKEN.sub(r"\1\2<secret>", text)


class EventFormatter(logging.Formatter):
    """What every format shares: a record's parts as redacted texts."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self.redact = redact

    def values(self, record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
        """What the caller gave in `extra`; numbers stay numbers where they hold no secret."""
        for name, value in vars(record).items():
            if name in _STANDARD:
                continue
            shown = self.redact(str(value))
            plain = isinstance(value, bool | int | float) and shown == str(value)
            yield name, value if plain else shown

    def trouble(self, record: logging.LogRecord) -> str:
        """The traceback and stack, if the record has any."""
        parts = [
            self.formatException(record.exc_info) if record.exc_info else "",
            self.formatStack(record.stack_info) if record.stack_info else "",
        ]
        return self.redact("\n".join(part for part in parts if part))


class PlainFormatter(EventFormatter):
    """`2026-01-31 12:00:00 INFO    dispatcher: claimed job=12`, and a traceback set in below."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; whatever a stranger wrote cannot break it or move the terminal's cursor."""
        when = _moment(record).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        event = _on_one_line(self.redact(record.getMessage()))
        name = record.name.rpartition(".")[2]
        words = [f"{when} {record.levelname:<7} {name}: {event}"]
        words += [f"{name}={_word(str(value))}" for name, value in self.values(record)]
        trouble = "".join(
            f"\n    {_on_one_line(line)}" for line in self.trouble(record).split("\n")
        )
        return " ".join(words) + (trouble if trouble.strip() else "")


class JsonFormatter(EventFormatter):
    """One JSON object a line: time (UTC), level, logger, event, the values, and any trouble."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        table = dict(self.values(record)) | {
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.redact(record.getMessage()),
        }
        if trouble := self.trouble(record):
            table["trouble"] = trouble
        return json.dumps(table, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, tz=UTC)


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


def _word(text: str) -> str:
    return text if re.fullmatch(r"[^\s\"'=]+", text) and text.isprintable() else json.dumps(text)


def heard(record: logging.LogRecord) -> bool:
    """Whether a record is worth showing: ours always, a noisy library's from WARNING on."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] not in NOISY


def discreet(record: logging.LogRecord) -> bool:
    """Whether a record is safe to show: database drivers tell the values of their statements."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] not in INDISCREET


def handler_for(
    settings: LogSettings, *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> logging.Handler:
    """A handler that writes as the settings say, to the standard error stream if none is given."""
    formatter = JsonFormatter if settings.format == "json" else PlainFormatter
    handler = logging.StreamHandler(stream)
    handler.setLevel(settings.level)
    handler.setFormatter(formatter(Redaction(secrets)))
    handler.addFilter(discreet)
    if settings.level != "DEBUG":
        handler.addFilter(heard)
    return handler


def is_for_collectors() -> bool:
    """Whether the log was set up as JSON, among which a line of another form would be lost."""
    return any(isinstance(each.formatter, JsonFormatter) for each in logging.getLogger().handlers)


def set_up_logging(settings: LogSettings, *, secrets: Iterable[str] = ()) -> None:
    """Send everything that is logged, Python's warnings too, to the standard error stream."""
    logging.basicConfig(
        level=settings.level, handlers=[handler_for(settings, secrets=secrets)], force=True
    )
    logging.captureWarnings(True)
