"""`python -m bot backup` and `restore`: all that the bot remembers, in one file and back."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.storage import backup as storage
from bot.storage import restore as storage_restore
from bot.storage.lock import sole_use
from config.settings import Settings

Say = Callable[[str], None]
TENTHS = 10
FILES_A_LINE = 1000


async def back_up(file: Path, settings: Settings, *, force: bool, say: Say) -> None:
    """Write a backup, telling how far it is; raises BotError."""
    place = _place(settings)
    say(f"Backing up {place.folder}")
    told = _Tenths(say)
    done = await storage.back_up(place, file, force=force, progress=told)
    say(
        f"{file}: {_megabytes(done.size)}, {_count(done.jobs, 'request')}, {done.unanswered} of "
        f"them without an answer, the pictures of {done.pictures}, "
        f"and {_count(done.sources, 'picture')} to begin with."
    )


async def restore(file: Path, settings: Settings, *, force: bool, say: Say) -> None:
    """Take a backup up, telling how far it is; raises BotError."""
    place = _place(settings)
    async with sole_use(place.folder, place.database):
        say(f"Restoring {file}")
        done = await storage_restore.restore(
            place, file, force=force, now=time.time(), tell=_thousands(say)
        )
    say(
        f"Restored into {place.folder}: {_count(done.jobs, 'request')}, {done.unanswered} of them "
        "without an answer, which the bot takes up at its next start."
    )
    _say_what_is_aside(done.aside, say)


async def begin_empty(settings: Settings, *, say: Say) -> None:
    """Put aside what there is, so that the next start begins with nothing; raises BotError."""
    place = _place(settings)
    async with sole_use(place.folder, place.database):
        aside = await storage_restore.begin_empty(place, now=time.time())
    say(f"The next start in {place.folder} begins with an empty database.")
    _say_what_is_aside(aside, say)


def _say_what_is_aside(aside: Path | None, say: Say) -> None:
    if aside is not None:
        say(f"What was there before lies in {aside}, whole; delete it when you need it no more.")


def _place(settings: Settings) -> storage.Place:
    return storage.Place.of(settings.storage.data_dir, settings.storage.database_url)


class _Tenths:
    """Tells every tenth of the way once."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._told = 0

    def __call__(self, done: int, of: int) -> None:
        tenth = TENTHS * done // of
        if tenth > self._told:
            self._told = tenth
            self._say(f"  {tenth * 100 // TENTHS} %: {done} of {of}")


def _thousands(say: Say) -> Callable[[int], None]:
    def tell(files: int) -> None:
        if files % FILES_A_LINE == 0:
            say(f"  {files} files")

    return tell


def _megabytes(size: int) -> str:
    return f"{size / 10**6:,.1f} MB"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
