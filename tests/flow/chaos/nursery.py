"""Starts bots in a fraction of a second each: what takes long to import is imported once.

    python -m tests.flow.chaos.nursery

reads an order a line and forks a bot for it, a process of its own like any other: what is killed,
stopped or started anew is the whole bot, with its own memory, threads, files and connections. Tells
on its standard output, a line of JSON each, when the bot was started, stands still, and has ended.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from bot import running, wiring
from bot.imaging import sdxl
from bot.leaving import NEW_PROCESS, leave_at_once
from bot.model.errors import BotError, NewProcessNeeded
from config.settings import read_settings
from tests.flow.chaos.controls import Controls
from tests.flow.chaos.lives import LAST_WORDS
from tests.flow.chaos.painters import poisoned, sketching

Order = Mapping[str, Any]

PAINTERS: Mapping[str, wiring.Painters] = {
    "real": poisoned(sdxl.painter_factory),
    "sketch": sketching,
}


def main() -> None:
    """Fork a bot for each order until there are none left, one after the other."""
    from bot.imaging.sdxl import pipelines

    _tell(ready=pipelines.__name__)
    while line := sys.stdin.readline():
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(order)
        _tell(started=pid)
        _watch(pid)


def _watch(pid: int) -> None:
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            _tell(stopped=pid)
            continue
        _tell(ended=pid, code=os.waitstatus_to_exitcode(status))
        return


def _tell(**news: Any) -> None:
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


def _live(order: Order) -> None:
    """Be a bot from here on: `python -m bot run`, but for the clock, the pace and the painter."""
    code = 1
    try:
        _write_to(Path(order["log"]))
        controls = Controls(Path(order["controls"]))
        _burn_at_every_commit(partial(_burn, controls))
        opening = partial(
            wiring.open_studio,
            clock=controls.now,
            pace=wiring.Pace(edit_every=0.3, guild_ready_timeout=0.1),
            painters=PAINTERS[order["painter"]],
        )
        settings = read_settings(order["settings"], token_needed=True)
        asyncio.run(running.run(settings, opening))
        code = 0
    except BotError as error:
        print(f"{LAST_WORDS}{error}", file=sys.stderr)
        code = NEW_PROCESS if isinstance(error, NewProcessNeeded) else 1
    except Exception as error:
        logging.getLogger(__name__).critical("ended by an error", exc_info=error)
        print(f"{LAST_WORDS}{error!r}", file=sys.stderr)
    finally:
        leave_at_once(code)


def _write_to(log: Path) -> None:
    """Nothing is heard from the orders, and what is said goes into a file."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(said, 1)
    os.dup2(said, 2)


def _burn_at_every_commit(burn: Callable[..., None]) -> None:
    """Burn before each commit, and when each connection comes back: after it, or after reading."""
    event.listen(Engine, "commit", burn)
    event.listen(Pool, "checkin", burn)


def _burn(controls: Controls, *_: object) -> None:
    if controls.burn():
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    main()
