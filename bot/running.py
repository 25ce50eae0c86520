"""`python -m bot run`: serve until a signal, then leave in order."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.leaving import stop_at_the_end_of, stopping_on_signals
from bot.model.errors import ConfigurationError, DatabaseLocked, NewProcessNeeded, OutOfRoom
from bot.studio import Studio
from bot.wiring import open_studio
from config.log import set_up_logging
from config.settings import Settings, SettingsError, load_environment, read_settings

STANDARD_INPUT = 0
Opening = Callable[[Settings], AbstractAsyncContextManager[Studio]]

log = logging.getLogger(__name__)


def settings_from_environment(*, token_needed: bool, file: Path | None = Path(".env")) -> Settings:
    """The settings of the environment and of .env, or of the environment alone without a file.

    Raises ConfigurationError with every problem.
    """
    try:
        return read_settings(load_environment(file), token_needed=token_needed)
    except SettingsError as error:
        raise ConfigurationError(error.problems) from error


async def run(
    settings: Settings, opening: Opening = open_studio, *, until_input_ends: bool = False
) -> None:
    """Serve until SIGTERM, SIGINT or Ctrl-C, or until the standard input ends as well.

    Raises NewProcessNeeded where another program holds the database or the disk is full.
    """
    set_up_logging(settings.log, secrets=settings.secrets)
    for warning in settings.warnings:
        log.warning(warning)
    stop = asyncio.Event()
    with stopping_on_signals(stop):
        if until_input_ends:
            stop_at_the_end_of(STANDARD_INPUT, stop)
        try:
            async with opening(settings) as studio:
                # Whoever insists on an end does so in the middle of an innocent job's step.
                with stopping_on_signals(stop, last=studio.acquit):
                    ended = stop.is_set() or await studio.run(stop)
        except (DatabaseLocked, OutOfRoom) as error:
            raise NewProcessNeeded(str(error)) from error
    log.info("stopped" if ended else "stopped; the executor thread was busy, its jobs are queued")
