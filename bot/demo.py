"""`python -m bot demo`: one request's whole way on a local Discord, told as it happens."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.model.errors import BotError, ConfigurationError
from bot.model.request import SEEDS
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.replies import NotAnswered, Reply
from bot.sandbox.server import Sandbox
from bot.sandbox.snapshot import Snapshot
from bot.studio import Studio
from bot.wiring import Pace, open_studio
from config.log import set_up_logging
from config.settings import Settings, read_settings

QUICK = Pace(edit_every=0.2, guild_ready_timeout=0.2)
"""Nobody rate-limits a local Discord, and the demo should show every stage of a short drawing."""

Say = Callable[[str], None]


START_WITHIN, DRAW_WITHIN = 120.0, 3600.0
"""Seconds; a large model on a CPU takes long, and a download longer."""


class DemoFailed(BotError):
    """The demo did not come to its picture."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What to draw and where to put it."""

    prompt: str
    seed: int | None
    out: Path
    model: str
    verbose: bool = False


async def run(demo: Demo, say: Say) -> None:
    """Start a local Discord and the bot, ask for the image as a member would, save it.

    Raises BotError with a plain sentence.
    """
    _check(demo)
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="imagine-demo-")
    try:
        await _play(demo, Path(folder.name), say)
    finally:
        await asyncio.to_thread(folder.cleanup)
    say(f"  saved as {demo.out}")


def _check(demo: Demo) -> None:
    least, most = SEEDS
    if demo.seed is not None and not least <= demo.seed <= most:
        raise ConfigurationError((f"--seed must be from {least} to {most}.",))
    if not demo.out.parent.is_dir():
        raise ConfigurationError((f"--out: there is no folder {demo.out.parent}.",))
    if demo.out.is_dir():
        raise ConfigurationError((f"--out: {demo.out} is a folder; name a file in it.",))


async def _play(demo: Demo, folder: Path, say: Say) -> None:
    async with Sandbox() as sandbox:
        say(f"A Discord of its own runs on {sandbox.url}")
        settings = _settings(demo, sandbox, folder)
        set_up_logging(settings.log, secrets=settings.secrets)
        async with open_studio(settings, pace=QUICK) as studio:
            picture = await _beside(studio, _ask(demo, sandbox, say))
    try:
        await asyncio.to_thread(demo.out.write_bytes, picture)
    except OSError as error:
        raise DemoFailed(f"{demo.out} could not be written: {error.strerror}.") from error


def _settings(demo: Demo, sandbox: Sandbox, folder: Path) -> Settings:
    return read_settings(
        {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_URL": sandbox.api_url,
            "DISCORD_GATEWAY_URL": sandbox.gateway_url,
            "MODEL": demo.model,
            "DATA_DIR": str(folder),
            "LOG_LEVEL": "INFO" if demo.verbose else "ERROR",
        },
        token_needed=True,
    )


async def _beside(studio: Studio, asking: Coroutine[Any, Any, bytes]) -> bytes:
    """Serve while the picture is asked for; what ends the bot early ends the demo."""
    stop = asyncio.Event()
    serving = asyncio.create_task(studio.run(stop), name="bot")
    asked = asyncio.create_task(asking, name="member")
    await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    stop.set()
    await serving
    try:
        return await asked
    except (NotAnswered, ClientRefusal) as error:
        raise DemoFailed(str(error)) from error
    except asyncio.CancelledError:
        raise DemoFailed("the bot stopped before it answered; --verbose shows its log.") from None


async def _ask(demo: Demo, sandbox: Sandbox, say: Say) -> bytes:
    """Type the command, tell what is seen of the answer, and the picture's bytes."""
    await sandbox.wait_for_bot(timeout=START_WITHIN)
    member = sandbox.acting("member", "general")
    options = {"prompt": demo.prompt} | ({} if demo.seed is None else {"seed": demo.seed})
    typed = " ".join(f"{name}: {value}" for name, value in options.items())
    say(f"@{member.user.username} in #{member.channel.name} types  /imagine {typed}")
    started = time.monotonic()
    reply = await member.slash("imagine", **options)
    await reply.acknowledged()
    say(f"  acknowledged after {reply.acknowledged_ms:.0f} ms")
    final = await _follow(reply, say)
    say(f"  the reply, {time.monotonic() - started:.1f} s after the command:")
    for line in final.text.splitlines():
        say(f"    {line}")
    if not final.files:
        raise DemoFailed("the bot answered without a picture; its reply above says why.")
    file = final.files[0]
    say(f"    [{file.filename}, {file.width}×{file.height}]")
    return sandbox.attachment_bytes(file)


async def _follow(reply: Reply, say: Say) -> Snapshot:
    """Tell every state of the answer until it has no button left, which makes it final."""
    told: set[str] = {""}
    while True:
        state = await reply.until(lambda message: message.text not in told, timeout=DRAW_WITHIN)
        if not state.controls():
            return state
        told.add(state.text)
        say(f"  {state.text}")
